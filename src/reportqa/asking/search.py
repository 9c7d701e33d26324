"""From a question to ranked passages: candidates by vector and keyword, then every signal together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from reportqa.asking.question import Question
from reportqa.asking.reports import Reports
from reportqa.asking.weights import WEIGHTS
from reportqa.index.dense import Vectors
from reportqa.index.keywords import TABLES
from reportqa.index.store import IndexedPassage, Store
from reportqa.models.encoder import Encoder
from reportqa.models.reader import PassageReading
from reportqa.text.folding import fold
from reportqa.text.naming import known_as

POOL = 100
CANDIDATES = 30
"""How many passages each first search brings, and how many of the best are looked at closely."""


@dataclass(frozen=True, slots=True)
class ScoredUnit:
    """A sentence or clause of a passage with its closeness to the question.

    ``coverage`` is the share of the question's bigrams that it says, ``answers`` all together, in units of cosine.
    """

    start: int
    end: int
    whole: bool
    cosine: float
    coverage: float
    answers: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what speaks for it; ``score`` is comparable within one question only.

    ``rarity`` weighs the question's bigrams by how rare they are in the index; ``reading`` is what the reader says of
    it, where it was read.
    """

    passage: IndexedPassage
    units: tuple[ScoredUnit, ...]
    rarity: dict[str, float]
    signals: dict[str, float]
    score: float
    reading: PassageReading | None = None


# What shared words and a word of the kind asked for are worth beside a cosine, where clauses spread over about 0.1.
_COVERAGE = 0.04
_CUE = 0.03
_FIGURELESS = 0.1
_LARGE = 100_000
_Hits = list[dict[int, float]]


class Retriever:
    """Finds passages in an index.

    >>> Retriever(store, encoder).search(understand("招生多少人？"))[0].passage.number      # doctest: +SKIP
    5
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self.store = store
        self._encoder = encoder
        self._size = len(store)
        self.reports = Reports(store)
        # FAISS, SQLite and numpy let go of the interpreter: in a large library words are looked up on the other core.
        self._workers = ThreadPoolExecutor(2) if self._size >= _LARGE else None

    def encode(self, questions: Sequence[Question]) -> Vectors:
        """Encode questions together: shape (questions, dim)."""
        return self._encoder.encode_queries([question.wording for question in questions])

    def search(
        self, question: Question, vector: Vectors, limit: int = CANDIDATES, documents: Sequence[str] | None = None
    ) -> list[Candidate]:
        """Return the best passages for a question, best first; ``vector`` is its row of :meth:`encode`.

        ``documents`` are the reports to ask, None is all of them.
        """
        meant = self.reports.meant(question, documents)
        # Among many years the same sentence stands many times: those of the year meant must not be crowded out.
        fewer = [meant] if meant and len(meant) < len(documents or self.reports) else []
        (by_words, numbers), *own = self._found(question, vector, [documents, *fewer])
        for words, first in own:
            by_words = by_words | words
            numbers = list(dict.fromkeys([*first[: limit - limit // 4], *numbers]))
        numbers = numbers[:limit]
        rarity = self._rarity(question)
        faults = self.reports.faults(question, meant)
        numeric = question.numeric_chance
        rows = []
        self.store.prepare(numbers)
        for number in numbers:
            passage = self.store.passage(number)
            units, whole = self._units(question, passage, vector, rarity)
            clauses = sorted((unit.cosine for unit in units if not unit.whole), reverse=True)
            signals = {
                "passage": whole,
                "sentence": max(unit.cosine for unit in units if unit.whole),
                "clause": clauses[0],
                "clauses": sum(clauses[:2]) / len(clauses[:2]),
                "words": by_words.get(number, 0.0),
                "said": coverage(f"{self._headings(passage)} {passage.folded}", rarity),
                "answer": max(unit.answers for unit in units if not unit.whole),
                "figure": numeric * self._best_figure(number, vector, clauses[0]),
                "document": -faults(passage),
            }
            rows.append((passage, units, signals))
        scores = [score + signals["document"] for score, (_, _, signals) in zip(_fuse(rows), rows, strict=True)]
        candidates = [
            Candidate(passage, units, rarity, signals, score)
            for (passage, units, signals), score in zip(rows, scores, strict=True)
        ]
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def _best_figure(self, number: int, vector: Vectors, otherwise: float) -> float:
        """Return how close the closest figure of a passage is; where it has none, less than its closest clause."""
        vectors = self.store.figure_vectors(number)
        return float((vectors @ vector).max()) if len(vectors) else otherwise - _FIGURELESS

    def with_tables(self, candidates: Sequence[Candidate], question: Question, vector: Vectors) -> list[Candidate]:
        """Return candidates with the other passages of their tables, which count as much as those that were found."""
        known = {candidate.passage.number: candidate for candidate in candidates}
        for candidate in candidates:
            for step in (-1, 1):
                number = candidate.passage.number + step
                while number not in known and 0 <= number < self._size:
                    passage = self.store.passage(number)
                    if not _same_table(passage, candidate.passage):
                        break
                    units, _ = self._units(question, passage, vector, candidate.rarity)
                    known[number] = replace(candidate, passage=passage, units=units)
                    number += step
        return list(known.values())

    def _found(
        self, question: Question, vector: Vectors, selections: Sequence[Sequence[str] | None]
    ) -> list[tuple[dict[int, float], list[int]]]:
        """Return what words find, and the numbers of all passages found by any means, the most promising first.

        Each for one selection of reports, None being all.
        """
        among = [None if documents is None else self.store.passages_of(documents) for documents in selections]
        said = self._beside(
            lambda: [self.store.keyword_searches(table, question.searched, POOL, among) for table in TABLES]
        )
        dense = [self.store.dense_search(vector, POOL, passages) for passages in among]
        by_words, by_bigrams = said()
        return [
            (words, _first(near, words, pairs)) for near, words, pairs in zip(dense, by_words, by_bigrams, strict=True)
        ]

    def _beside(self, work: Callable[[], list[_Hits]]) -> Callable[[], list[_Hits]]:
        return self._workers.submit(work).result if self._workers else work

    def _headings(self, passage: IndexedPassage) -> str:
        document = self.store.info(passage.passage.document)
        return fold(f"{known_as(document.title, document.name)} {' '.join(passage.passage.section)}")

    def _rarity(self, question: Question) -> dict[str, float]:
        """Weigh the question's bigrams by how rare they are in the index (inverse document frequency)."""
        found = self.store.frequencies("bigrams", question.pairs)
        weights = {pair: math.log(1 + self._size / count) for pair, count in found.items()}
        total = sum(weights.values())
        return {pair: weight / total for pair, weight in weights.items()}

    def _units(
        self, question: Question, passage: IndexedPassage, vector: Vectors, rarity: dict[str, float]
    ) -> tuple[tuple[ScoredUnit, ...], float]:
        """Score a passage's units, and the passage by the mean of its sentences' vectors."""
        vectors = self.store.unit_vectors(passage)
        cosines = vectors @ vector
        mean = vectors[[whole for _, _, whole in passage.units]].mean(axis=0)
        units = tuple(
            _unit(question, passage.folded, place, float(cosine), rarity)
            for place, cosine in zip(passage.units, cosines, strict=True)
        )
        return units, float(mean @ vector / np.linalg.norm(mean))


def _first(*rankings: dict[int, float]) -> list[int]:
    """Merge rankings by reciprocal rank (Cormack, Clarke and Büttcher 2009, with their constant 60)."""
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            fused[number] = fused.get(number, 0.0) + 1 / (60 + rank)
    return sorted(fused, key=lambda number: -fused[number])


def _unit(
    question: Question, folded: str, place: tuple[int, int, bool], cosine: float, rarity: dict[str, float]
) -> ScoredUnit:
    start, end, whole = place
    words = question.unify(folded[start:end])
    said = coverage(words, rarity)
    return ScoredUnit(start, end, whole, cosine, said, cosine + _COVERAGE * said + _CUE * question.cued(words))


def _same_table(one: IndexedPassage, other: IndexedPassage) -> bool:
    mine, its = one.passage, other.passage
    return bool(mine.leads) and (mine.document, mine.section, mine.paragraph) == (
        its.document,
        its.section,
        its.paragraph,
    )


def coverage(folded: str, rarity: dict[str, float]) -> float:
    """Return how much of a question a folded text says, from 0 to 1: its bigrams, weighed by their rarity.

    >>> coverage("在校生19794人", {"在校": 0.5, "校生": 0.25, "招生": 0.25})
    0.75
    """
    return sum(weight for pair, weight in rarity.items() if pair in folded)


def _fuse(rows: list[tuple[IndexedPassage, tuple[ScoredUnit, ...], dict[str, float]]]) -> list[float]:
    """Add up the signals, each in standard deviations from its mean over the candidates."""
    scores = np.zeros(len(rows))
    for name, weight in WEIGHTS.passages.items():
        values = np.array([signals[name] for _, _, signals in rows])
        spread = values.std() if rows else 0.0
        if spread > 1e-9:
            scores += weight * (values - values.mean()) / spread
    return [float(score) for score in scores]
