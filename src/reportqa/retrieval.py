"""From a question to ranked passages: candidates by vector and keyword, then every signal together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reportqa import keywords
from reportqa.dense import Vectors
from reportqa.embedding import Encoder
from reportqa.normalization import fold
from reportqa.questions import Question
from reportqa.store import IndexedPassage, Store

POOL = 100
CANDIDATES = 30
"""How many passages each first search brings, and how many of the best are looked at closely."""


@dataclass(frozen=True, slots=True)
class ScoredUnit:
    """A sentence or clause of a passage with its closeness to the question: cosine, and share of the question's terms."""

    start: int
    end: int
    whole: bool
    cosine: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what speaks for it; ``score`` is comparable within one question only.

    ``rarity`` weighs the question's bigrams by how rare they are in the index.
    """

    passage: IndexedPassage
    units: tuple[ScoredUnit, ...]
    rarity: dict[str, float]
    signals: dict[str, float]
    score: float


WEIGHTS = {
    "passage": 0.3,
    "sentence": 0.5,
    "clause": 0.75,
    "clauses": 0.95,
    "words": 0.4,
    "bigrams": 0.25,
}


# Scores run over about ten standard deviations: a report of another year than asked must lose against all but nonsense.
_OTHER_YEAR = 6.0
_OLDER = 1.5


class Retriever:
    """Finds passages in an index.

    >>> Retriever(store, encoder).search(understand("招生多少人？"))[0].passage.number      # doctest: +SKIP
    5
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self.store = store
        self._encoder = encoder
        self._size = len(store.dense)
        documents = store.documents()
        self.newest = max((document.year for document in documents if document.year), default=None)
        self._several_regions = len({document.region for document in documents}) > 1

    def wanted_years(self, question: Question) -> tuple[int, ...]:
        """Return the years a question is about, none where it names none."""
        return wanted_years(question, self.newest)

    def encode(self, questions: Sequence[Question]) -> Vectors:
        """Encode questions together: shape (questions, dim)."""
        return self._encoder.encode_queries([question.plain for question in questions])

    def search(self, question: Question, vector: Vectors, limit: int = CANDIDATES) -> list[Candidate]:
        """Return the best passages for a question, best first; ``vector`` is its row of :meth:`encode`."""
        dense = self.store.dense.search(vector, POOL)
        by_words = self.store.keyword_search("words", question.plain, POOL)
        by_bigrams = self.store.keyword_search("bigrams", question.plain, POOL)
        numbers = self._first(dense, by_words, by_bigrams, limit)
        cosines = dict(zip(numbers, self.store.dense.score(vector, numbers), strict=True))
        rarity = self._rarity(question)
        rows = []
        for number in numbers:
            passage = self.store.passage(number)
            units = self._units(passage, vector, rarity)
            clauses = sorted((unit.cosine for unit in units if not unit.whole), reverse=True)
            signals = {
                "passage": cosines[number],
                "sentence": max(unit.cosine for unit in units if unit.whole),
                "clause": clauses[0],
                "clauses": sum(clauses[:2]) / len(clauses[:2]),
                "words": by_words.get(number, 0.0),
                "bigrams": by_bigrams.get(number, 0.0),
                "document": self._document_fit(question, passage),
            }
            rows.append((passage, units, signals))
        scores = [score + signals["document"] for score, (_, _, signals) in zip(_fuse(rows), rows, strict=True)]
        candidates = [
            Candidate(passage, units, rarity, signals, score)
            for (passage, units, signals), score in zip(rows, scores, strict=True)
        ]
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def _first(self, *rankings_and_limit: object) -> list[int]:
        *rankings, limit = rankings_and_limit
        fused: dict[int, float] = {}
        for ranking in rankings:
            for rank, number in enumerate(ranking):
                fused[number] = fused.get(number, 0.0) + 1 / (60 + rank)
        return sorted(fused, key=lambda number: -fused[number])[:limit]

    def _document_fit(self, question: Question, passage: IndexedPassage) -> float:
        """Return 0 for a report of the year and place asked for, less for another; the newest is meant where none is."""
        document = self.store.document(passage.passage.document)
        wanted = wanted_years(question, self.newest)
        fault = 0.0
        if document.year is not None and document.year not in (wanted or (self.newest,)):
            said = any(str(year) in passage.prose.text for year in wanted)
            fault += _OTHER_YEAR if wanted and not said else _OLDER
        if question.places and document.region and document.region not in question.places and self._several_regions:
            fault += _OTHER_YEAR
        return -fault

    def _rarity(self, question: Question) -> dict[str, float]:
        """Weigh the question's bigrams by how rare they are in the index (inverse document frequency)."""
        found = keywords.document_frequencies(self.store.database, "bigrams", question.pairs)
        return {pair: math.log(1 + self._size / (1 + found.get(pair, 0))) for pair in question.pairs}

    def _units(self, passage: IndexedPassage, vector: Vectors, rarity: dict[str, float]) -> tuple[ScoredUnit, ...]:
        cosines = self.store.unit_vectors(passage) @ vector
        return tuple(
            ScoredUnit(start, end, whole, float(cosine), _coverage(passage.prose.text[start:end], rarity))
            for (start, end, whole), cosine in zip(passage.units, cosines, strict=True)
        )


def wanted_years(question: Question, newest: int | None) -> tuple[int, ...]:
    """Return the years a question names, 去年 and the like counted from the newest report.

    >>> wanted_years(understand("去年招生多少人？"), 2024)       # doctest: +SKIP
    (2023,)
    """
    if question.years or question.year_offset is None or newest is None:
        return question.years
    return (newest + question.year_offset,)


def _coverage(text: str, rarity: dict[str, float]) -> float:
    total = sum(rarity.values())
    folded = fold(text)
    return sum(weight for pair, weight in rarity.items() if pair in folded) / total if total else 0.0


def _fuse(rows: list[tuple[IndexedPassage, tuple[ScoredUnit, ...], dict[str, float]]]) -> list[float]:
    """Add up the signals, each in standard deviations from its mean over the candidates."""
    scores = np.zeros(len(rows))
    for name, weight in WEIGHTS.items():
        values = np.array([signals[name] for _, _, signals in rows])
        spread = values.std() if rows else 0.0
        if spread > 1e-9:
            scores += weight * (values - values.mean()) / spread
    return [float(score) for score in scores]
