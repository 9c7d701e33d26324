"""From a question to ranked passages: candidates by vector and keyword, then every signal together."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from reportqa.asking.question import Question, focused
from reportqa.asking.weights import WEIGHTS
from reportqa.index.dense import Vectors
from reportqa.index.keywords import TABLES
from reportqa.index.store import DocumentInfo, IndexedPassage, Store
from reportqa.models.encoder import Encoder
from reportqa.models.reader import PassageReading
from reportqa.text.folding import fold
from reportqa.text.forms import IN_PICTURE, YEAR
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
# Scores run over about ten standard deviations: a report of another year than asked must lose against all but nonsense.
_OTHER_YEAR = 6.0
_OLDER = 1.5
# What it counts against a passage that its headings name other years than the question.
_OTHER_PART = 3.0
_YEAR_HEADED = re.compile(rf"(?<!\d)({YEAR})\s*学?年")
_FIGURELESS = 0.1
# What it counts against a report that the question names another.
_UNNAMED = 1.5
# What it counts against the words of a picture, which prose says better where it says them too.
_PICTURE = 4.0
_HAN = re.compile(r"[\u4e00-\u9fff]{3,}")
# A report is of every year that it says so often, as a share of its own year, and at least so many times.
_SAID, _SELDOM = 0.5, 4
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\s*(?:学?年|[~～至—–-]))")
_DOCUMENTS = 4096
# What is laid before a congress in January is of the year before.
_LOOKING_BACK = "工作报告"
_CHOICES = 64
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
        self._documents = {document.name: document for document in store.library()}
        self._years = frozenset(document.year for document in self._documents.values() if document.year)
        self.regions = frozenset(document.region for document in self._documents.values())
        self._names = _telling({one.name: known_as(one.title, one.name) for one in self._documents.values()})
        # The same few reports are meant again and again, and a large library has thousands to choose from.
        self._chosen = lru_cache(_CHOICES)(self._choose)
        self._years_said = lru_cache(_DOCUMENTS)(self._read_years)
        # FAISS, SQLite and numpy let go of the interpreter: in a large library words are looked up on the other core.
        self._workers = ThreadPoolExecutor(2) if self._size >= _LARGE else None

    def wanted_years(self, question: Question) -> tuple[int, ...]:
        """Return the years a question is about, none where it names none."""
        return wanted_years(question, self._years)

    def encode(self, questions: Sequence[Question]) -> Vectors:
        """Encode questions together: shape (questions, dim)."""
        return self._encoder.encode_queries([question.wording for question in questions])

    def documents(self, names: Sequence[str] | None = None) -> list[DocumentInfo]:
        """Return the reports to ask, None is all of them."""
        return [self._documents[name] for name in names or self._documents]

    def meant(self, question: Question, documents: Sequence[str] | None = None) -> list[str]:
        """Return the reports that a question is about, of those to ask: by name, place and year, else the newest."""
        places, years = named_regions(question, self.regions), self.wanted_years(question)
        return self._chosen(self._called(question), places, years, None if documents is None else tuple(documents))

    def _choose(
        self,
        called: frozenset[str],
        places: tuple[str, ...],
        years: tuple[int, ...],
        among: tuple[str, ...] | None,
    ) -> list[str]:
        every = self.documents(among)
        known = [document for document in every if document.name in called] or every
        local = [document for document in known if document.region in places] or known
        wanted = years or (max((document.year or 0 for document in local), default=0),)
        chosen = [document.name for document in local if document.year in (*wanted, None)]
        # A report of one year looks back on others; where the place is named, its reports are meant all the same.
        return chosen or [document.name for document in local if document.region in places]

    def treats(self, document: str, year: int) -> bool:
        """Tell whether a report is of a year: by its own, its title, or because it says that year as often as its own.

        A work report of 2026 looks back on 2025, a report may be of 2022~2023.
        """
        info = self._documents[document]
        looks_back = info.year is not None and info.genre.endswith(_LOOKING_BACK) and year == info.year - 1
        return year == info.year or looks_back or year in self._years_said(document)

    def _read_years(self, document: str) -> frozenset[int]:
        text, info = self.store.document(document).text, self._documents[document]
        said = Counter(map(int, _YEAR.findall(text)))
        least = max(_SAID * said[info.year or 0], _SELDOM)
        return frozenset({int(year) for year in _YEAR.findall(info.title)} | {y for y, n in said.items() if n >= least})

    def focus(self, question: Question, documents: Sequence[str] | None = None) -> Question:
        """Leave out of a question the year and the region by which its reports are chosen."""
        meant = [self._documents[name] for name in self.meant(question, documents)]
        years = {str(one.year) for one in meant} & set(map(str, question.years))
        regions = {one.region for one in meant if one.region}
        return focused(question, [*years, *regions] if len(regions) < 2 else years)

    def search(
        self, question: Question, vector: Vectors, limit: int = CANDIDATES, documents: Sequence[str] | None = None
    ) -> list[Candidate]:
        """Return the best passages for a question, best first; ``vector`` is its row of :meth:`encode`.

        ``documents`` are the reports to ask, None is all of them.
        """
        meant = self.meant(question, documents)
        # Among many years the same sentence stands many times: those of the year meant must not be crowded out.
        fewer = [meant] if meant and len(meant) < len(documents or self._documents) else []
        (by_words, numbers), *own = self._found(question, vector, [documents, *fewer])
        for words, first in own:
            by_words = by_words | words
            numbers = list(dict.fromkeys([*first[: limit - limit // 4], *numbers]))
        numbers = numbers[:limit]
        rarity = self._rarity(question)
        faults = self._faults(question, meant)
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

    def _faults(self, question: Question, meant: Iterable[str]) -> Callable[[IndexedPassage], float]:
        """Return what counts against a passage: 0 in a report that is meant, more in one of another year or place."""
        named = frozenset(meant)
        wanted = self.wanted_years(question)
        places = named_regions(question, self.regions) or question.places if len(self.regions) > 1 else ()

        called = self._called(question)

        def fault(passage: IndexedPassage) -> float:
            document = self._documents[passage.passage.document]
            counted = _PICTURE * (IN_PICTURE in passage.prose.text)
            said = any(str(year) in passage.prose.text for year in wanted)
            headed = {int(year) for title in passage.passage.section for year in _YEAR_HEADED.findall(title)}
            if headed and wanted and not (said or headed & set(wanted)):
                counted += _OTHER_PART
            if document.name in named:
                return counted
            counted += _UNNAMED * (bool(called) and document.name not in called)
            if document.year is not None and not any(self.treats(document.name, year) for year in wanted):
                counted += _OTHER_YEAR if wanted and not said else _OLDER
            return counted + _OTHER_YEAR * bool(places and document.region and document.region not in places)

        return fault

    def _called(self, question: Question) -> frozenset[str]:
        """Return the reports whose name the question says most of, of what tells their names apart; often none."""
        said = {name: sum(piece in question.wording for piece in pieces) for name, pieces in self._names.items()}
        most = max(said.values(), default=0)
        return frozenset(name for name, count in said.items() if most and count == most)

    def _headings(self, passage: IndexedPassage) -> str:
        document = self._documents[passage.passage.document]
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


def _telling(names: dict[str, str]) -> dict[str, frozenset[str]]:
    """Return the pieces of three characters of each name that not half of the names have: 柳浪街, 财政局."""
    pieces = {
        key: frozenset(words[at : at + 3] for words in _HAN.findall(fold(name)) for at in range(len(words) - 2))
        for key, name in names.items()
    }
    count = Counter(piece for own in pieces.values() for piece in own)
    return {key: frozenset(piece for piece in own if 2 * count[piece] < len(names)) for key, own in pieces.items()}


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


def wanted_years(question: Question, known: frozenset[int]) -> tuple[int, ...]:
    """Return the years a question names; 去年 and the like count from the newest of the reports' years.

    >>> from reportqa.asking.question import understand
    >>> wanted_years(understand("去年招生多少人？"), frozenset({2023, 2024}))
    (2023,)

    Where there is no report of that year, 去年 is how people call the year of the newest report, and restricts nothing.
    """
    if question.years or question.year_offset is None or not known:
        return question.years
    year = max(known) + question.year_offset
    return (year,) if year in known else ()


def named_regions(question: Question, regions: Iterable[str | None]) -> tuple[str, ...]:
    """Return the reports' regions that a question names, with or without 区, 县 and the like, in its order.

    >>> from reportqa.asking.question import understand
    >>> named_regions(understand("白鹭和青禾区哪个招生多？"), ["青禾区", "白鹭区", None])
    ('白鹭区', '青禾区')
    """
    places = {region: question.plain.find(region if len(region) < 3 else region[:-1]) for region in regions if region}
    # A question that has been focused names them no more.
    places |= {region: 0 for region in places if region in question.places and places[region] < 0}
    return tuple(sorted((region for region, at in places.items() if at >= 0), key=lambda region: places[region]))


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
