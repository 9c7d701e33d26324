"""An index opened for reading: passages, figures and documents by number and name, found by vector and by word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from reportqa.index.dense import Vectors
from reportqa.index.generations import Manifest
from reportqa.reading.metadata import Metadata
from reportqa.text.folding import fold
from reportqa.text.records import Document, Figure, Illustration, Passage, Prose, Scan, ScanLine, Span, TableCell
from reportqa.text.words import bigrams

UnitRange = tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A passage with its running text, also folded, and the ranges of it that have vectors of their own.

    ``units`` are half-open ranges of ``prose.text``, each with True for a sentence and False for a clause;
    ``first_unit`` is the row of the first one's vector.
    """

    number: int
    passage: Passage
    prose: Prose
    folded: str
    first_unit: int
    units: tuple[UnitRange, ...]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is known of a report without its text.

    ``found`` is what it says of itself, before any correction; ``passages`` are the numbers of its passages; ``notes``
    are lines on what of its file was not read, and ``scans`` tells how many pages were recognised.
    """

    name: str
    title: str
    year: int | None
    region: str | None
    genre: str
    found: Metadata
    characters: int
    sections: int
    figures: int
    passages: range
    notes: tuple[str, ...] = ()
    scans: int = 0


class Store(Protocol):
    """An index opened for reading, safe to use from several threads: a folder or collections of Milvus.

    >>> store = open_store("index")                  # doctest: +SKIP
    >>> store.passage(23).prose.text                 # doctest: +SKIP
    '全区中职毕业生直接就业1473人…'

    Passages are numbered from 0, those of a document one after the other, the documents in the order of their names.
    """

    manifest: Manifest
    path: Path
    """The folder in which the files of the pictures lie."""
    infos: Mapping[str, DocumentInfo]
    """What is known of every document, by name and in the order of the names."""

    @property
    def built(self) -> datetime:
        """When the index was built."""

    def is_current(self) -> bool:
        """Tell whether the index has not been rebuilt since it was opened."""

    def close(self) -> None:
        """Let go of the index; nothing can be read any more."""

    def prepare(self, numbers: Sequence[int]) -> None:
        """Read passages that are about to be asked for, with vectors and figures, where that is quicker together."""

    def passage(self, number: int) -> IndexedPassage:
        """Return a passage."""

    def figures(self, number: int) -> tuple[Figure, ...]:
        """Return the figures of a passage, in order."""

    def unit_vectors(self, passage: IndexedPassage) -> Vectors:
        """Return the vectors of a passage's sentences and clauses, shape (units, dim)."""

    def figure_vectors(self, number: int) -> Vectors:
        """Return the vectors of a passage's figures, shape (figures, dim), in the order of :meth:`figures`."""

    def dense_search(self, vector: Vectors, limit: int, among: Sequence[range] | None = None) -> dict[int, float]:
        """Return the passages of the ``limit`` nearest sentences and clauses as {number: best cosine}, best first.

        ``among`` are the passages to look at (see :meth:`passages_of`); None is all of them.
        """

    def keyword_searches(
        self, table: str, question: str, limit: int, selections: Sequence[Sequence[range] | None]
    ) -> list[dict[int, float]]:
        """Return the best passages of each selection of passages, None being all, by BM25 over ``table``.

        ``table`` is "words" or "bigrams"; the best come first, {number: score}, and scores are positive.
        """

    def frequencies(self, table: str, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term of ``table`` stands; a term that stands in none is absent."""

    def document(self, name: str) -> Document:
        """Return a document with its text."""

    def sections(self, document: str) -> list[tuple[tuple[str, ...], int, Span | None]]:
        """Return path, level and heading place of every section of a document, in order."""

    def figures_in(self, document: str) -> list[Figure]:
        """Return the figures of one document, in order."""

    def illustrations_in(self, document: str) -> list[Illustration]:
        """Return the captions of a document, in order; ``image`` is the path of a file below :attr:`path`."""

    def scans(self, document: str) -> tuple[Scan, ...]:
        """Return the recognised pages and pictures of a document; ``image`` is a file below :attr:`path`."""

    def has_pictures(self, document: str) -> bool:
        """Tell whether all pictures of a document are there: nothing else may be missing unnoticed."""

    def setting(self, key: str) -> str | None:
        """Return a setting of the owner that the index was built with, None where there is none of this name."""

    def __len__(self) -> int:
        return self.manifest.passages

    def keyword_search(
        self, table: str, question: str, limit: int, among: Sequence[range] | None = None
    ) -> dict[int, float]:
        """Return the best passages by BM25 over ``table`` ("words" or "bigrams")."""
        return self.keyword_searches(table, question, limit, [among])[0]

    def passages_of(self, documents: Iterable[str]) -> list[range]:
        """Return the numbers of the passages of some documents, a range for each that has any."""
        return [passages for name in documents if (passages := self.info(name).passages)]

    def has_term(self, word: str) -> bool:
        """Tell whether a word is a term of the full text."""
        return bool(self.frequencies("words", [word]))

    def passages_with(self, word: str) -> int:
        """Return about how many passages have a word: the rarest of its bigrams counts."""
        table, terms = ("words", [word]) if len(word) == 1 else ("bigrams", bigrams(word))
        found = self.frequencies(table, terms)
        return min((found.get(term, 0) for term in terms), default=0)

    def library(self) -> tuple[DocumentInfo, ...]:
        """Return what is known of every document, in the order of their names; no text is read."""
        return tuple(self.infos.values())

    def info(self, document: str) -> DocumentInfo:
        """Return what is known of one document."""
        return self.infos[document]

    def documents(self) -> list[Document]:
        """Return every document, in the order of their names."""
        return [self.document(name) for name in self.infos]

    def all_figures(self) -> list[Figure]:
        """Return every figure of every document, in document order."""
        return [figure for name in self.infos for figure in self.figures_in(name)]

    def illustrations(self) -> list[Illustration]:
        """Return every caption of every document, in document order."""
        return [one for name in self.infos for one in self.illustrations_in(name)]

    def illustrations_of(self, document: str, section: Sequence[str]) -> list[Illustration]:
        """Return the captions of one section of a document, in order."""
        return [one for one in self.illustrations_in(document) if one.section == tuple(section)]


def to_json(value: object) -> str:
    """Write a value as it stands in an index."""
    return json.dumps(value, ensure_ascii=False)


def passage_values(passage: Passage) -> tuple[object, ...]:
    """Return a passage as values for JSON: section, paragraph, spans, leads, cells."""
    cells = [[(c.start, c.end, c.span.start, c.span.end, c.row, c.column) for c in row] for row in passage.rows]
    spans = [(span.start, span.end) for span in passage.spans]
    return passage.section, passage.paragraph, spans, passage.leads, cells


def read_passage(document: str, values: Sequence[Any]) -> Passage:
    """Read a passage of a document out of its :func:`passage_values`."""
    section, paragraph, spans, leads, cells = values
    rows = tuple(
        tuple(TableCell(start, end, Span(low, high), *heads) for start, end, low, high, *heads in row) for row in cells
    )
    return Passage(document, tuple(section), paragraph, tuple(Span(*span) for span in spans), tuple(leads), rows)


def indexed(
    number: int, passage: Passage, text: str, first_unit: int, units: Iterable[Sequence[Any]]
) -> IndexedPassage:
    """Return a passage of a document's ``text`` as it is read."""
    prose, ranges = passage.prose(text), tuple((start, end, whole) for start, end, whole in units)
    return IndexedPassage(number, passage, prose, fold(prose.text), first_unit, ranges)


def scan_values(scan: Scan, image: str) -> tuple[object, ...]:
    """Return a recognised page as values for JSON; ``image`` is the name of its image."""
    lines = [(line.start, line.end, line.box, line.score, line.doubts, line.read, line.said) for line in scan.lines]
    return scan.page, scan.width, scan.height, scan.is_picture, image, lines


def read_scan(values: Sequence[Any], folder: Path) -> Scan:
    """Read a recognised page out of its :func:`scan_values`; its image lies in ``folder``."""
    page, width, height, is_picture, image, lines = values
    read = tuple(
        ScanLine(start, end, (left, top, right, bottom), score, tuple((at, sure) for at, sure in doubts), *words)
        for start, end, (left, top, right, bottom), score, doubts, *words in lines
    )
    return Scan(page, width, height, read, image=str(folder / image), is_picture=is_picture)


def read_figure(record: str) -> Figure:
    """Read a figure out of its JSON."""
    return Figure(**with_path(json.loads(record)))


def with_path(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with its section as it stands in the records, a tuple."""
    return record | {"section": tuple(record["section"])}
