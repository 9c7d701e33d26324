"""Synthetic libraries drawn around real passages by a seeded generator (docs/growth.md says how true to life)."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from reportqa.index.dense import Vectors
from reportqa.index.entries import DocumentEntry, PassageEntry, PassageVectors
from reportqa.index.folder import FolderStore
from reportqa.text.records import Document, Figure, Passage, Span

ROOT = Path(__file__).parent.parent
REPORTS = (ROOT / "corpus", ROOT / "tests" / "fixtures")

PASSAGES_A_REPORT = 100
# Of the synthetic passages, so many are drawn around the reports' own, the others around those of an encyclopaedia.
REPORT_SHARE = 0.75
# A sentence comes, once in so many, from elsewhere in the same kind of text.
EXCHANGED = 0.25
# The width of the smoothed bootstrap, in standard deviations of the real vectors.
WIDTH = 0.5
YEARS = range(2015, 2025)
PLACES = tuple(f"{first}{second}县" for first in "青白临云江" for second in "禾鹭川安山石河原溪岭")
# How many of the nearest passages are kept for each question.
TOP = 10
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A real sentence: its units as (start, end, whole, row of the vector), its figures with their rows."""

    text: str
    units: tuple[tuple[int, int, bool, int], ...]
    figures: tuple[tuple[Figure, int], ...]


RealPassage = tuple[tuple[str, ...], list[Sentence]]
"""Its section, and its sentences."""


@dataclass(frozen=True, slots=True)
class Base:
    """Real passages, as lists of sentences with their section, those of the reports and the others; and all vectors."""

    reports: list[RealPassage]
    others: list[RealPassage]
    units: Vectors
    figures: Vectors


def write_texts(folder: Path, data: Path) -> None:
    """Put the reports of the project into a folder, and the paragraphs of CMRC 2018 and DRCD where they are present."""
    from opencc import OpenCC

    folder.mkdir(parents=True, exist_ok=True)
    for path in (path for place in REPORTS for path in sorted(place.glob("*.txt"))):
        (folder / f"report-{path.name}").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    simplify = OpenCC("t2s").convert
    for path in (data / "cmrc2018_trial.json", data / "DRCD_dev.json"):
        if not path.exists():
            print(f"{path} is absent: fewer real passages to draw around")
            continue
        for number, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
            text = simplify("\n".join(paragraph["context"] for paragraph in entry["paragraphs"]))
            (folder / f"wiki-{path.stem}-{number:04d}.txt").write_text(text, encoding="utf-8")


def read_base(folder: Path) -> Base:
    """Read the real passages from their index."""
    store = FolderStore(folder)
    reports: list[RealPassage] = []
    others: list[RealPassage] = []
    units, figures = [], []
    unit_row = figure_row = 0
    for number in range(len(store)):
        one = store.passage(number)
        vectors, figure_vectors = store.unit_vectors(one), store.figure_vectors(number)
        sentences = list(_sentences(one.prose.text, one.units, unit_row, _figures(store, number, figure_row)))
        (reports if one.passage.document.startswith("report") else others).append((one.passage.section, sentences))
        units.append(vectors)
        figures.append(figure_vectors)
        unit_row, figure_row = unit_row + len(vectors), figure_row + len(figure_vectors)
    return Base(reports, others or reports, np.concatenate(units), np.concatenate(figures))


def _figures(store: FolderStore, number: int, row: int) -> list[tuple[Figure, int]]:
    """Return a passage's figures with places counted from the passage's start, where it is one piece of text."""
    spans = store.passage(number).passage.spans
    start = spans[0].start
    if len(spans) > 1:
        return []
    return [
        (replace(figure, start=figure.start - start, end=figure.end - start, parent=None), row + at)
        for at, figure in enumerate(store.figures(number))
    ]


def _sentences(
    text: str, units: Sequence[tuple[int, int, bool]], row: int, figures: list[tuple[Figure, int]]
) -> Iterator[Sentence]:
    numbered = [(start, end, whole, row + at) for at, (start, end, whole) in enumerate(units)]
    for start, end, whole, _ in numbered:
        if whole:
            yield Sentence(
                text[start:end],
                tuple((s - start, e - start, w, n) for s, e, w, n in numbered if start <= s and e <= end),
                tuple(
                    (replace(figure, start=figure.start - start, end=figure.end - start), n)
                    for figure, n in figures
                    if start <= figure.start and figure.end <= end
                ),
            )


class Library:
    """A seeded stream of documents; the time spent on making them is in ``seconds``."""

    def __init__(self, base: Base, size: int, questions: Vectors) -> None:
        self._base = base
        self._size = size
        self._words = random.Random(size)
        self._noise = np.random.default_rng(size)
        self._mean = base.units.mean(axis=0)
        self.exact = Exact(questions)
        self.seconds = 0.0
        self.units = self.figures = 0

    def entries(self) -> Iterator[DocumentEntry]:
        """Yield the documents."""
        for number, first in enumerate(range(0, self._size, PASSAGES_A_REPORT)):
            began = time.perf_counter()
            entry = self._document(number, min(PASSAGES_A_REPORT, self._size - first))
            self.exact.add([passage.vectors.units for passage in entry.passages])
            self.seconds += time.perf_counter() - began
            yield entry

    def _document(self, number: int, passages: int) -> DocumentEntry:
        name, place, year = f"{number:06d}.txt", PLACES[number % len(PLACES)], YEARS[number % len(YEARS)]
        title = f"{place}{year}年度报告之{number}"
        text = [f"{title}\n"]
        planned = []
        start = len(text[0])
        for paragraph in range(passages):
            section, sentences = self._sentences()
            body = "".join(self._edition(sentence.text) for sentence in sentences)
            span = Span(start, start + len(body))
            planned.append((Passage(name, section, paragraph + 1, (span,)), body, sentences))
            text.append(f"{body}\n")
            start = span.end + 1
        vectors = self._vectors([unit[3] for _, _, s in planned for one in s for unit in one.units])
        document = Document(name, "".join(text), f"{number:016x}", title, year, place)
        return DocumentEntry(document, (), (), tuple(self._passages(planned, vectors)))

    def _sentences(self) -> tuple[tuple[str, ...], list[Sentence]]:
        reports = self._words.random() < REPORT_SHARE
        passages = self._base.reports if reports else self._base.others
        section, own = self._words.choice(passages)
        return section, [
            one if self._words.random() > EXCHANGED else self._words.choice(self._words.choice(passages)[1])
            for one in own
        ]

    def _edition(self, text: str) -> str:
        """Return a sentence with other digits in its numbers."""
        return DIGITS.sub(lambda number: "".join(self._words.choices("123456789", k=len(number[0]))), text)

    def _vectors(self, rows: list[int]) -> Vectors:
        """Draw vectors by the smoothed bootstrap, which keeps mean and covariance (Silverman and Young 1987)."""
        real = self._base.units
        first, second = self._noise.integers(len(real), size=(2, len(rows)))
        shift = WIDTH * (real[first] - real[second]) / np.sqrt(2)
        drawn = self._mean + (real[rows] - self._mean + shift) / np.sqrt(1 + WIDTH**2)
        vectors: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
        return vectors

    def _passages(self, planned: list[tuple[Passage, str, list[Sentence]]], vectors: Vectors) -> Iterator[PassageEntry]:
        row = 0
        for passage, body, sentences in planned:
            units, figures, at = [], [], 0
            for sentence in sentences:
                units += [(start + at, end + at, whole) for start, end, whole, _ in sentence.units]
                figures += [(figure, at + passage.span.start, n) for figure, n in sentence.figures]
                at += len(sentence.text)
            own = PassageVectors(vectors[row : row + len(units)], self._base.figures[[n for _, _, n in figures]])
            row += len(units)
            self.units, self.figures = self.units + len(units), self.figures + len(figures)
            yield PassageEntry(passage, body, tuple(units), own, tuple(_moved(passage, body, *f) for f in figures))


def _moved(passage: Passage, body: str, figure: Figure, by: int, _: int) -> Figure:
    start, end = figure.start + by, figure.end + by
    text = body[start - passage.span.start : end - passage.span.start]
    return replace(figure, start=start, end=end, text=text, document=passage.document, section=passage.section)


class Exact:
    """The nearest passages of every question, by comparing it with every vector there is."""

    def __init__(self, questions: Vectors) -> None:
        self._questions = questions
        self._passages = 0
        self._numbers = np.empty((len(questions), 0), np.int64)
        self._cosines = np.empty((len(questions), 0), np.float32)

    def add(self, passages: list[Vectors]) -> None:
        """Compare with the vectors of some more passages."""
        starts = np.cumsum([0, *(len(units) for units in passages[:-1])])
        cosines = np.maximum.reduceat(self._questions @ np.concatenate(passages).T, starts, axis=1)
        numbers = np.broadcast_to(np.arange(len(passages)) + self._passages, cosines.shape)
        self._passages += len(passages)
        cosines = np.concatenate([self._cosines, cosines], axis=1)
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :TOP]
        self._cosines = np.take_along_axis(cosines, best, axis=1)
        self._numbers = np.take_along_axis(np.concatenate([self._numbers, numbers], axis=1), best, axis=1)

    @property
    def nearest(self) -> list[list[int]]:
        """The numbers of the nearest passages of each question, the nearest first."""
        found: list[list[int]] = self._numbers.tolist()
        return found
