"""The index opened for reading: passages, figures and documents by number and name, found by vector and by word."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from reportqa.errors import IndexStoreError
from reportqa.index.dense import DenseIndex, Vectors
from reportqa.index.generations import REBUILD, open_generation
from reportqa.index.keywords import Keywords
from reportqa.reading.metadata import Metadata
from reportqa.text.folding import fold
from reportqa.text.records import Document, Figure, Illustration, Passage, Prose, Span, TableCell
from reportqa.text.words import bigrams

UnitRange = tuple[int, int, bool]
DATABASE, UNITS = "report.sqlite", "units.faiss"


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
    are lines on what of its file was not read.
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


class Store:
    """An index opened for reading; safe to use from several threads.

    >>> store = Store(Path("index"))                 # doctest: +SKIP
    >>> store.passage(23).prose.text                 # doctest: +SKIP
    '全区中职毕业生直接就业1473人…'
    """

    def __init__(self, folder: Path) -> None:
        resources = contextlib.ExitStack()
        self.manifest, release = open_generation(folder)
        resources.callback(release)
        # A store that is forgotten must not keep its files from being removed.
        self._close = weakref.finalize(self, resources.close)
        self._resources = resources
        self.path = (folder / self.manifest.generation).resolve()
        self._connections = threading.local()
        self._dense = DenseIndex(self.path / UNITS)
        self._first_units = np.array([row[0] for row in self._rows("SELECT first_unit FROM passages ORDER BY number")])
        self.document = lru_cache(maxsize=512)(self._document)
        self.passage = lru_cache(maxsize=4096)(self._passage)
        self.figures = lru_cache(maxsize=4096)(self._figures)
        self._infos = lru_cache(maxsize=1)(self._read_infos)
        # The reports of a year, mostly the newest, are asked again and again.
        self._units_of = lru_cache(maxsize=4)(self._unit_ranges)

    def close(self) -> None:
        """Let go of the files; nothing can be read any more."""
        self._close()

    @property
    def database(self) -> sqlite3.Connection:
        """This thread's connection to the index database."""
        connection: sqlite3.Connection | None = getattr(self._connections, "connection", None)
        if connection is None:
            connection = sqlite3.connect(read_only(self.path / DATABASE), uri=True, check_same_thread=False)
            self._connections.connection = connection
            # A thread may end without closing its own.
            self._resources.callback(connection.close)
        return connection

    @property
    def _keywords(self) -> Keywords:
        found: Keywords | None = getattr(self._connections, "keywords", None)
        if found is None:
            found = self._connections.keywords = Keywords(self.database)
        return found

    def __len__(self) -> int:
        return self.manifest.passages

    def dense_search(self, vector: Vectors, limit: int, among: Sequence[range] | None = None) -> dict[int, float]:
        """Return the passages of the ``limit`` nearest sentences and clauses as {number: best cosine}, best first.

        ``among`` are the passages to look at (see :meth:`passages_of`); None is all of them.
        """
        units = None if among is None else self._units_of(tuple(among))
        found: dict[int, float] = {}
        for row, cosine in self._dense.search(vector, limit, units):
            found.setdefault(int(np.searchsorted(self._first_units, row, side="right")) - 1, cosine)
        return found

    def keyword_search(
        self, table: str, question: str, limit: int, among: Sequence[range] | None = None
    ) -> dict[int, float]:
        """Return the best passages by BM25 over ``table`` ("words" or "bigrams")."""
        return self.keyword_searches(table, question, limit, [among])[0]

    def keyword_searches(
        self, table: str, question: str, limit: int, selections: Sequence[Sequence[range] | None]
    ) -> list[dict[int, float]]:
        """Return the best passages of each selection of passages, None being all, by BM25 over ``table``."""
        with _damage_reported():
            return self._keywords.search_each(table, question, limit, selections)

    def passages_of(self, documents: Iterable[str]) -> list[range]:
        """Return the numbers of the passages of some documents, a range for each that has any."""
        return [passages for name in documents if (passages := self.info(name).passages)]

    def frequencies(self, table: str, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term of ``table`` stands; a term that stands in none is absent."""
        with _damage_reported():
            return self._keywords.frequencies(table, terms)

    def has_term(self, word: str) -> bool:
        """Tell whether a word is a term of the full text."""
        return bool(self.frequencies("words", [word]))

    def passages_with(self, word: str) -> int:
        """Return about how many passages have a word: the rarest of its bigrams counts."""
        table, terms = ("words", [word]) if len(word) == 1 else ("bigrams", bigrams(word))
        found = self.frequencies(table, terms)
        return min((found.get(term, 0) for term in terms), default=0)

    def unit_vectors(self, passage: IndexedPassage) -> Vectors:
        """Return the vectors of a passage's sentences and clauses, shape (units, dim)."""
        return self._dense.rows(passage.first_unit, len(passage.units))

    def figure_vectors(self, number: int) -> Vectors:
        """Return the vectors of a passage's figures, shape (figures, dim), in the order of :attr:`figures`."""
        rows = self._rows("SELECT vectors FROM figure_vectors WHERE passage = ?", number)
        vectors = np.frombuffer(rows[0][0] if rows else b"", dtype=np.float16)
        return vectors.reshape(-1, self.manifest.dim).astype(np.float32)

    def documents(self) -> list[Document]:
        """Return every document, in the order of their names."""
        return [self.document(one.name) for one in self.library()]

    def sections(self, document: str) -> list[tuple[tuple[str, ...], int, Span | None]]:
        """Return path, level and heading place of every section of a document, in order."""
        rows = self._rows('SELECT path, level, start, "end" FROM sections WHERE document = ? ORDER BY rowid', document)
        return [(tuple(json.loads(path)), level, None if s is None else Span(s, e)) for path, level, s, e in rows]

    def all_figures(self) -> list[Figure]:
        """Return every figure of every document, in document order."""
        return [_figure(row[0]) for row in self._rows("SELECT record FROM figures ORDER BY document, start")]

    def figures_in(self, document: str) -> list[Figure]:
        """Return the figures of one document, in order."""
        rows = self._rows("SELECT record FROM figures WHERE document = ? ORDER BY start", document)
        return [_figure(row[0]) for row in rows]

    def illustrations(self) -> list[Illustration]:
        """Return every caption of every document, in document order; ``image`` is the path of a file of the index."""
        return self._illustrations("")

    def illustrations_of(self, document: str, section: Sequence[str]) -> list[Illustration]:
        """Return the captions of one section of a document, in order."""
        return self._illustrations("WHERE document = ? AND section = ?", document, to_json(section))

    def illustrations_in(self, document: str) -> list[Illustration]:
        """Return the captions of a document, in order."""
        return self._illustrations("WHERE document = ?", document)

    def setting(self, key: str) -> str | None:
        """Return a setting of the owner that the index was built with, None where there is none of this name."""
        rows = self._rows("SELECT value FROM settings WHERE key = ?", key)
        return rows[0][0] if rows else None

    def library(self) -> tuple[DocumentInfo, ...]:
        """Return what is known of every document, in the order of their names; no text is read."""
        return tuple(self._infos().values())

    def info(self, document: str) -> DocumentInfo:
        """Return what is known of one document."""
        return self._infos()[document]

    def words(self, number: int) -> str:
        """Return the words of a passage as they stand in the full-text table."""
        return str(self._row("SELECT words FROM passages WHERE number = ?", number)[0])

    def units_of(self, document: str) -> Vectors:
        """Return the vectors of all sentences and clauses of a document, shape (units, dim)."""
        passages = self.info(document).passages
        first, last = self._first_unit(passages.start), self._first_unit(passages.stop)
        return self._dense.rows(first, last - first)

    def _read_infos(self) -> dict[str, DocumentInfo]:
        columns = (
            "name, title, year, region, genre, found, characters, sections, figures, first_passage, passages, notes"
        )
        infos = {}
        rows = self._rows(f"SELECT {columns} FROM documents ORDER BY name")
        for name, title, year, region, genre, found, characters, sections, figures, first, count, notes in rows:
            passages = range(first, first + count)
            counts = (characters, sections, figures, passages, tuple(json.loads(notes)))
            infos[name] = DocumentInfo(name, title, year, region, genre, Metadata(**json.loads(found)), *counts)
        return infos

    def _document(self, name: str) -> Document:
        sql = "SELECT text, digest, title, year, region, pages, genre, notes FROM documents WHERE name = ?"
        text, digest, title, year, region, pages, genre, notes = self._row(sql, name)
        starts, unread = tuple(json.loads(pages)), tuple(json.loads(notes))
        return Document(name, text, digest, title, year, region, starts, genre, notes=unread)

    def _illustrations(self, where: str, *values: object) -> list[Illustration]:
        rows = self._rows(f"SELECT record FROM illustrations {where} ORDER BY document, start", *values)
        records = [_with_path(json.loads(row[0])) for row in rows]
        return [Illustration(**one | {"image": one["image"] and str(self.path / one["image"])}) for one in records]

    def _passage(self, number: int) -> IndexedPassage:
        columns = "document, section, paragraph, spans, leads, cells, first_unit, units"
        document, section, paragraph, spans, leads, cells, first_unit, units = self._row(
            f"SELECT {columns} FROM passages WHERE number = ?", number
        )
        places = tuple(Span(start, end) for start, end in json.loads(spans))
        rows = tuple(
            tuple(TableCell(start, end, Span(low, high), *heads) for start, end, low, high, *heads in row)
            for row in json.loads(cells)
        )
        passage = Passage(document, tuple(json.loads(section)), paragraph, places, tuple(json.loads(leads)), rows)
        ranges = tuple((start, end, whole) for start, end, whole in json.loads(units))
        prose = passage.prose(self.document(document).text)
        return IndexedPassage(number, passage, prose, fold(prose.text), first_unit, ranges)

    def _unit_ranges(self, passages: tuple[range, ...]) -> tuple[range, ...]:
        return tuple(range(self._first_unit(part.start), self._first_unit(part.stop)) for part in passages)

    def _first_unit(self, number: int) -> int:
        """Return the first row of a passage's vectors; after the last passage, the number of rows."""
        return int(self._first_units[number]) if number < len(self._first_units) else len(self._dense)

    def _figures(self, number: int) -> tuple[Figure, ...]:
        rows = self._rows("SELECT record FROM figures WHERE passage = ? ORDER BY row", number)
        return tuple(_figure(row[0]) for row in rows)

    def _row(self, sql: str, *values: object) -> tuple[Any, ...]:
        return self._rows(sql, *values)[0]

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with _damage_reported():
            return self.database.execute(sql, values).fetchall()


@contextlib.contextmanager
def _damage_reported() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexStoreError(f"索引损坏：数据库读不出（{error}），{REBUILD}。") from error


def read_only(database: Path) -> str:
    """Return the address by which SQLite opens a database that nobody writes any more."""
    return f"{database.resolve().as_uri()}?mode=ro&immutable=1"


def to_json(value: object) -> str:
    """Write a value as it stands in the columns of the database."""
    return json.dumps(value, ensure_ascii=False)


def _figure(record: str) -> Figure:
    return Figure(**_with_path(json.loads(record)))


def _with_path(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"section": tuple(record["section"])}
