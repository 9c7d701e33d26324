"""The index folder opened for reading."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reportqa.errors import IndexStoreError
from reportqa.index.dense import DenseIndex, Vectors
from reportqa.index.generations import MANIFEST, REBUILD, open_generation, read_manifest
from reportqa.index.keywords import Keywords
from reportqa.index.store import (
    DocumentInfo,
    IndexedPassage,
    Store,
    indexed,
    read_figure,
    read_passage,
    read_scan,
    with_path,
)
from reportqa.reading.metadata import Metadata
from reportqa.text.records import Document, Figure, Illustration, Scan, Span

DATABASE, UNITS = "report.sqlite", "units.faiss"


class _Seen(NamedTuple):
    """By what a manifest is told from the one that takes its place: reading it each time would cost ten times more."""

    file: int
    size: int
    changed: int


class FolderStore(Store):
    """An index folder opened for reading.

    >>> store = FolderStore(Path("index"))           # doctest: +SKIP
    >>> store.passage(23).prose.text                 # doctest: +SKIP
    '全区中职毕业生直接就业1473人…'
    """

    def __init__(self, folder: Path) -> None:
        resources = contextlib.ExitStack()
        self._folder, self._seen = folder, _look(folder)
        self.manifest, release = open_generation(folder)
        resources.callback(release)
        # A store that is forgotten must not keep its files from being removed.
        self._close = weakref.finalize(self, resources.close)
        self._resources = resources
        self.path = (folder / self.manifest.generation).resolve()
        self._connections = threading.local()
        self._dense = DenseIndex(self.path / UNITS)
        self._first_units = np.array([row[0] for row in self._rows("SELECT first_unit FROM passages ORDER BY number")])
        self.infos = self._read_infos()
        self._read_document = lru_cache(maxsize=512)(self._document)
        self._read_passage = lru_cache(maxsize=4096)(self._passage)
        self._read_figures = lru_cache(maxsize=4096)(self._figures)
        self._read_scans = lru_cache(maxsize=512)(self._scans)
        # The reports of a year, mostly the newest, are asked again and again.
        self._units_of = lru_cache(maxsize=4)(self._unit_ranges)

    def close(self) -> None:
        """Let go of the files; nothing can be read any more."""
        self._close()

    def is_current(self) -> bool:
        """Tell whether the index has not been rebuilt since it was opened."""
        seen = _look(self._folder)
        if seen is None or seen != self._seen:
            manifest = read_manifest(self._folder)
            if manifest is None or manifest.generation != self.manifest.generation:
                return False
            self._seen = seen
        return True

    @property
    def built(self) -> datetime:
        """When the index was built."""
        return datetime.fromtimestamp((self._folder / MANIFEST).stat().st_mtime).astimezone()

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

    def prepare(self, numbers: Sequence[int]) -> None:
        """Do nothing: reading them one by one costs no more."""

    def passage(self, number: int) -> IndexedPassage:
        """Return a passage."""
        return self._read_passage(number)

    def figures(self, number: int) -> tuple[Figure, ...]:
        """Return the figures of a passage, in order."""
        return self._read_figures(number)

    def unit_vectors(self, passage: IndexedPassage) -> Vectors:
        """Return the vectors of a passage's sentences and clauses, shape (units, dim)."""
        return self._dense.rows(passage.first_unit, len(passage.units))

    def figure_vectors(self, number: int) -> Vectors:
        """Return the vectors of a passage's figures, shape (figures, dim), in the order of :meth:`figures`."""
        rows = self._rows("SELECT vectors FROM figure_vectors WHERE passage = ?", number)
        vectors = np.frombuffer(rows[0][0] if rows else b"", dtype=np.float16)
        return vectors.reshape(-1, self.manifest.dim).astype(np.float32)

    def dense_search(self, vector: Vectors, limit: int, among: Sequence[range] | None = None) -> dict[int, float]:
        """Return the passages of the ``limit`` nearest sentences and clauses as {number: best cosine}, best first."""
        units = None if among is None else self._units_of(tuple(among))
        found: dict[int, float] = {}
        for row, cosine in self._dense.search(vector, limit, units):
            found.setdefault(int(np.searchsorted(self._first_units, row, side="right")) - 1, cosine)
        return found

    def keyword_searches(
        self, table: str, question: str, limit: int, selections: Sequence[Sequence[range] | None]
    ) -> list[dict[int, float]]:
        """Return the best passages of each selection of passages, None being all, by BM25 over ``table``."""
        with _damage_reported():
            return self._keywords.search_each(table, question, limit, selections)

    def frequencies(self, table: str, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term of ``table`` stands; a term that stands in none is absent."""
        with _damage_reported():
            return self._keywords.frequencies(table, terms)

    def document(self, name: str) -> Document:
        """Return a document with its text."""
        return self._read_document(name)

    def sections(self, document: str) -> list[tuple[tuple[str, ...], int, Span | None]]:
        """Return path, level and heading place of every section of a document, in order."""
        rows = self._rows('SELECT path, level, start, "end" FROM sections WHERE document = ? ORDER BY rowid', document)
        return [(tuple(json.loads(path)), level, None if s is None else Span(s, e)) for path, level, s, e in rows]

    def figures_in(self, document: str) -> list[Figure]:
        """Return the figures of one document, in order."""
        rows = self._rows("SELECT record FROM figures WHERE document = ? ORDER BY start", document)
        return [read_figure(row[0]) for row in rows]

    def illustrations_in(self, document: str) -> list[Illustration]:
        """Return the captions of a document, in order; ``image`` is the path of a file of the index."""
        rows = self._rows("SELECT record FROM illustrations WHERE document = ? ORDER BY start", document)
        records = [with_path(json.loads(row[0])) for row in rows]
        return [Illustration(**one | {"image": one["image"] and str(self.path / one["image"])}) for one in records]

    def scans(self, document: str) -> tuple[Scan, ...]:
        """Return the recognised pages and pictures of a document, in order."""
        return self._read_scans(document)

    def has_pictures(self, document: str) -> bool:
        """Tell whether all pictures of a document are there: nothing else may be missing unnoticed."""
        images = [one.image for one in self.illustrations_in(document)] + [one.image for one in self.scans(document)]
        return all(Path(image).exists() for image in images if image)

    def setting(self, key: str) -> str | None:
        """Return a setting of the owner that the index was built with, None where there is none of this name."""
        rows = self._rows("SELECT value FROM settings WHERE key = ?", key)
        return rows[0][0] if rows else None

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
            "name, title, year, region, genre, found, characters, sections, figures, first_passage, passages, notes,"
            " (SELECT COUNT(*) FROM scans WHERE document = name AND NOT picture)"
        )
        infos = {}
        rows = self._rows(f"SELECT {columns} FROM documents ORDER BY name")
        for name, title, year, region, genre, found, characters, sections, figures, first, count, notes, scans in rows:
            passages = range(first, first + count)
            counts = (characters, sections, figures, passages, tuple(json.loads(notes)), scans)
            infos[name] = DocumentInfo(name, title, year, region, genre, Metadata(**json.loads(found)), *counts)
        return infos

    def _document(self, name: str) -> Document:
        sql = "SELECT text, digest, title, year, region, pages, genre, notes FROM documents WHERE name = ?"
        text, digest, title, year, region, pages, genre, notes = self._row(sql, name)
        starts, unread = tuple(json.loads(pages)), tuple(json.loads(notes))
        return Document(name, text, digest, title, year, region, starts, genre, notes=unread)

    def _passage(self, number: int) -> IndexedPassage:
        columns = "section, paragraph, spans, leads, cells, units, document, first_unit"
        *values, document, first_unit = self._row(f"SELECT {columns} FROM passages WHERE number = ?", number)
        section, paragraph, spans, leads, cells, units = (json.loads(str(value)) for value in values)
        passage = read_passage(document, (section, paragraph, spans, leads, cells))
        return indexed(number, passage, self.document(document).text, first_unit, units)

    def _unit_ranges(self, passages: tuple[range, ...]) -> tuple[range, ...]:
        return tuple(range(self._first_unit(part.start), self._first_unit(part.stop)) for part in passages)

    def _first_unit(self, number: int) -> int:
        """Return the first row of a passage's vectors; after the last passage, the number of rows."""
        return int(self._first_units[number]) if number < len(self._first_units) else len(self._dense)

    def _figures(self, number: int) -> tuple[Figure, ...]:
        rows = self._rows("SELECT record FROM figures WHERE passage = ? ORDER BY row", number)
        return tuple(read_figure(row[0]) for row in rows)

    def _scans(self, document: str) -> tuple[Scan, ...]:
        rows = self._rows("SELECT record FROM scans WHERE document = ? ORDER BY rowid", document)
        return tuple(read_scan(json.loads(row[0]), self.path) for row in rows)

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


def _look(folder: Path) -> _Seen | None:
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return _Seen(status.st_ino, status.st_size, status.st_mtime_ns)


def read_only(database: Path) -> str:
    """Return the address by which SQLite opens a database that nobody writes any more."""
    return f"{database.resolve().as_uri()}?mode=ro&immutable=1"
