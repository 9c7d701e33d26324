"""The programs that are compared, and what the four runner files share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

TOP = 5
QUERY_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "
# From the strongest break to the weakest: what a user of Chinese texts would hand to a splitter that takes a list.
SEPARATORS = ("\n\n", "\n", "。", "！", "？", "；", "，", " ", "")
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_LINE = re.compile(r"[^\n]*\S[^\n]*")


class Place(NamedTuple):
    """Where a passage stands: half-open, in code points of the file's text."""

    document: str
    start: int
    end: int


class Program(Protocol):
    """What every runner file has under the name ``Program``."""

    def build(self, source: Path, index: Path) -> None:
        """Read the files of ``source`` and store an index."""

    def open(self, index: Path, batch: bool) -> None:
        """Open a stored index, for single questions or for a list of them."""

    def search(self, question: str) -> list[Place]:
        """Return the ``TOP`` best passages, the best first."""

    def search_all(self, questions: Sequence[str]) -> list[list[Place]]:
        """Do the same for a list, in the fastest way that the program provides."""


@dataclass(frozen=True)
class Setting:
    """One program in one setting: its title in tables, the runner's module, its options."""

    title: str
    module: str
    options: Mapping[str, Any] = field(default_factory=dict)


SETTINGS = {
    "reportqa": Setting("reportqa", "with_reportqa"),
    "reportqa_folder": Setting("reportqa, `--model` folder", "with_reportqa", {"folder": True}),
    "langchain_1000": Setting("LangChain FAISS 1000/200", "with_langchain", {"size": 1000, "overlap": 200}),
    "langchain_300": Setting("LangChain FAISS 300/50", "with_langchain", {"size": 300, "overlap": 50}),
    "langchain_ensemble": Setting(
        "LangChain BM25 (jieba) + FAISS 300/50", "with_langchain", {"size": 300, "overlap": 50, "ensemble": True}
    ),
    "txtai_paragraphs": Setting("txtai hybrid, paragraphs", "with_txtai", {"unit": "paragraph"}),
    "txtai_sentences": Setting("txtai hybrid, sentences", "with_txtai", {"unit": "sentence"}),
    "haystack_bm25": Setting("Haystack BM25", "with_haystack", {"methods": ["bm25"]}),
    "haystack_dense": Setting("Haystack dense", "with_haystack", {"methods": ["dense"]}),
    "haystack_hybrid": Setting("Haystack BM25 + dense", "with_haystack", {"methods": ["bm25", "dense"]}),
}


def read_texts(source: Path) -> dict[str, str]:
    """Read the files of a folder, by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(source.iterdir())}


def paragraphs(name: str, text: str) -> Iterator[Place]:
    """Yield the lines that hold anything: in the reports measured here a line is a paragraph."""
    return (Place(name, *match.span()) for match in _LINE.finditer(text))


def sentences(name: str, text: str) -> Iterator[Place]:
    """Yield what ends with 。！？； or with a line."""
    return (Place(name, *match.span()) for match in _SENTENCE.finditer(text) if match.group().strip())
