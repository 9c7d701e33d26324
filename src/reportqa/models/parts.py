"""What an encoder takes and gives: questions, passages with the parts that get vectors, and the vectors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

_UNENCODABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parts:
    """A passage, and the parts of it that get vectors: its sentences, clauses and figures.

    >>> passage = Parts("年报，规模：", "招生6191人，在校。", ((0, 8), (2, 7)), ("规模：招生6191人，", "招生6191人"))
    >>> [passage.text[start:end] for start, end in passage.ranges]
    ['招生6191人，', '6191人']

    ``header`` is read before the passage: the report's title and the headings. ``ranges`` are half-open ranges of
    ``text``. ``alone`` has the words of each part for a model that reads every part by itself.
    """

    header: str
    text: str
    ranges: tuple[tuple[int, int], ...]
    alone: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.ranges) != len(self.alone):
            raise ValueError(f"{len(self.ranges)} ranges, {len(self.alone)} texts")

    def __len__(self) -> int:
        """Count the characters to be read."""
        return len(self.header) + len(self.text)


class Encoder(Protocol):
    """Turns questions and parts of passages into L2-normalised vectors of one space."""

    dim: int
    model_id: str

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions: float32, one row of ``dim`` a text."""

    def encode_passages(self, passages: Sequence[Parts], progress: Progress | None = None) -> list[Vectors]:
        """Encode the parts of passages: for each passage float32, one row of ``dim`` a part.

        ``progress`` is called now and then with the work done and the work in all, counted in characters of passages.
        """


def encodable(text: str) -> str:
    r"""Put a space for what no tokenizer takes: NUL and lone surrogates.

    >>> encodable("招生\x006191人")
    '招生 6191人'
    """
    return _UNENCODABLE.sub(" ", text)
