"""txtai: one hybrid index, BM25 and vectors in equal parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from programs import TOP, Place, paragraphs, read_texts, sentences
from txtai import Embeddings

# What hybrid=True stands for, with single characters and pairs as words: for Chinese better than its default, which
# takes single characters only.
_SCORING = {"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"ngrams": {"nmin": 1, "nmax": 2}}}


@dataclass
class Program:
    """What is indexed as one text is a ``unit``: a paragraph or a sentence."""

    model: Path
    unit: str

    def build(self, source: Path, index: Path) -> None:
        """Encode and save; txtai sets the model's own prompts before questions and passages by itself."""
        split = {"paragraph": paragraphs, "sentence": sentences}[self.unit]
        texts = read_texts(source)
        places = [place for name, text in texts.items() for place in split(name, text)]
        embeddings = Embeddings(path=str(self.model), method="sentence-transformers", scoring=_SCORING, content=True)
        embeddings.index((json.dumps(place), texts[place.document][place.start : place.end], None) for place in places)
        embeddings.save(str(index))

    def open(self, index: Path, batch: bool) -> None:
        """Load the index, which brings its model."""
        self._embeddings = Embeddings()
        self._embeddings.load(str(index))

    def search(self, question: str) -> list[Place]:
        """Search for one question."""
        return _places(self._embeddings.search(question, TOP))

    def search_all(self, questions: Sequence[str]) -> list[list[Place]]:
        """Search for all in one call, encoded together."""
        return [_places(rows) for rows in self._embeddings.batchsearch(list(questions), TOP)]


def _places(rows: list[dict[str, Any]]) -> list[Place]:
    return [Place(*json.loads(row["id"])) for row in rows]
