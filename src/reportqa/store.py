"""The index folder: a manifest that names one generation of files, written beside the old one and then switched to."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from reportqa import __version__, keywords
from reportqa.datamodel import Document, Figure, Illustration, Passage, Prose, Section, Span
from reportqa.dense import DenseIndex, Vectors, write_vectors
from reportqa.errors import IndexStoreError
from reportqa.normalization import fold
from reportqa.words import bigrams

FORMAT = 1
Unit = tuple[int, int, bool]
_MANIFEST = "manifest.json"
_DATABASE, _UNITS, _FIGURES = "report.sqlite", "units.faiss", "figures.npy"
_GENERATION = "generation-"
# Larger files are checked by size alone: hashing gigabytes at each start would cost more than it saves.
_HASHED_BYTES = 64 * 2**20
_REBUILD = "请重新运行 reportqa index"

_SCHEMA = """
CREATE TABLE documents(name TEXT PRIMARY KEY, digest TEXT, title TEXT, year INTEGER, region TEXT, pages TEXT,
                       text TEXT);
CREATE TABLE sections(document TEXT, path TEXT, level INTEGER, start INTEGER, "end" INTEGER);
CREATE TABLE passages(number INTEGER PRIMARY KEY, document TEXT, section TEXT, paragraph INTEGER, spans TEXT,
                      first_unit INTEGER, units TEXT);
CREATE TABLE figures(row INTEGER PRIMARY KEY, document TEXT, start INTEGER, passage INTEGER, record TEXT);
CREATE INDEX figures_by_passage ON figures(passage);
CREATE TABLE illustrations(document TEXT, start INTEGER, record TEXT);
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made of and with; ``documents`` maps file names to the hashes of their texts."""

    generation: str
    model_id: str
    dim: int
    documents: dict[str, str]
    sections: int
    passages: int
    figures: int
    files: dict[str, list[int | str]]
    program: str = __version__
    format: int = FORMAT


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
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """The vectors of a passage's units, shape (units, dim), and of its figures, shape (figures, dim)."""

    units: Vectors
    figures: Vectors


@dataclass(frozen=True, slots=True)
class PassageEntry:
    """What is written for one passage."""

    passage: Passage
    text: str
    units: tuple[Unit, ...]
    vectors: PassageVectors
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """What is written for one document."""

    document: Document
    sections: tuple[Section, ...]
    illustrations: tuple[Illustration, ...]
    passages: tuple[PassageEntry, ...]


def check_writable(folder: Path) -> None:
    """Make the index folder and raise IndexStoreError where nothing can be written there: before the long work."""
    probe = folder / f"{_GENERATION}{secrets.token_hex(8)}"
    try:
        probe.mkdir(parents=True)
        probe.rmdir()
    except OSError as error:
        raise IndexStoreError(f"写不了索引文件夹 {folder}：{error.strerror}。") from error


def write_index(folder: Path, entries: list[DocumentEntry], model_id: str, dim: int) -> Manifest:
    """Write a whole index as a new generation and switch to it; the old one opens until the switch and is then removed.

    The switch is one replacement of the manifest: a process killed at any moment leaves the old index or the new.
    Raises IndexStoreError where the folder cannot be written or the disk is full.
    """
    generation = f"{_GENERATION}{secrets.token_hex(8)}"
    target = folder / generation
    try:
        target.mkdir(parents=True)
        manifest = _write_generation(target, entries, model_id, dim)
        beside = folder / f"{_MANIFEST}.{generation}"
        beside.write_text(_sealed(manifest), encoding="utf-8")
        beside.replace(folder / _MANIFEST)
    # faiss reports a full disk as a RuntimeError, sqlite as one of its own.
    except (OSError, RuntimeError, sqlite3.Error) as error:
        shutil.rmtree(target, ignore_errors=True)
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise IndexStoreError(f"写不了索引文件夹 {folder}：{reason}。") from error
    _remove_old(folder, generation)
    return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of an index folder, None where nothing has been built.

    Raises IndexStoreError where it is damaged or of another format version.
    """
    path = folder / _MANIFEST
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise IndexStoreError(f"索引的格式是第 {record['format']} 版，本程序用第 {FORMAT} 版：{_REBUILD}。")
        seal = record.pop("seal")
        manifest = Manifest(**record)
    except (FileNotFoundError, NotADirectoryError):
        return None
    # A text of nothing but brackets is a RecursionError.
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexStoreError(f"索引损坏：读不出 {path}，{_REBUILD}。") from error
    if seal != _seal(manifest):
        raise IndexStoreError(f"索引损坏：{path} 被改动，{_REBUILD}。")
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise IndexStoreError where a file that the manifest names is missing or not as it was written."""
    for name, expected in manifest.files.items():
        path = folder / manifest.generation / name
        try:
            sound = path.stat().st_size == expected[0] and _fingerprint(path) == expected
        except OSError:
            sound = False
        if not sound:
            raise IndexStoreError(f"索引损坏：{path} 缺失或被改动，{_REBUILD}。")


class Store:
    """An index opened for reading; safe to use from several threads.

    >>> store = Store(Path("index"))                 # doctest: +SKIP
    >>> store.passage(23).prose.text                 # doctest: +SKIP
    '全区中职毕业生直接就业1473人…'
    """

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        if manifest is None:
            raise IndexStoreError(f"还没有索引：{folder} 里没有 {_MANIFEST}，请先运行 reportqa index。")
        self.manifest = manifest
        self._folder = folder / manifest.generation
        check_files(folder, manifest)
        self._connections = threading.local()
        self._dense = DenseIndex(self._folder / _UNITS)
        self._first_units = np.array([row[0] for row in self._rows("SELECT first_unit FROM passages ORDER BY number")])
        self._figure_rows = np.load(self._folder / _FIGURES, mmap_mode="r")
        self.document = lru_cache(maxsize=512)(self._document)
        self.passage = lru_cache(maxsize=4096)(self._passage)
        self.figures = lru_cache(maxsize=4096)(self._figures)

    @property
    def database(self) -> sqlite3.Connection:
        """This thread's connection to the index database."""
        connection: sqlite3.Connection | None = getattr(self._connections, "connection", None)
        if connection is None:
            uri = f"{(self._folder / _DATABASE).resolve().as_uri()}?mode=ro&immutable=1"
            connection = self._connections.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            # A thread may end without closing its own.
            weakref.finalize(self, connection.close)
        return connection

    def __len__(self) -> int:
        return self.manifest.passages

    def dense_search(self, vector: Vectors, limit: int) -> dict[int, float]:
        """Return the passages of the ``limit`` nearest sentences and clauses as {number: best cosine}, best first."""
        found: dict[int, float] = {}
        for row, cosine in self._dense.search(vector, limit):
            found.setdefault(int(np.searchsorted(self._first_units, row, side="right")) - 1, cosine)
        return found

    def keyword_search(self, table: str, question: str, limit: int) -> dict[int, float]:
        """Return the best passages by BM25 over ``table`` ("words" or "bigrams")."""
        with _damage_reported():
            return keywords.search(self.database, table, question, limit)

    def passages_with(self, word: str) -> int:
        """Return about how many passages have a word: the rarest of its bigrams counts."""
        with _damage_reported():
            table, terms = ("words", [word]) if len(word) == 1 else ("bigrams", bigrams(word))
            found = keywords.document_frequencies(self.database, table, terms)
        return min((found.get(term, 0) for term in terms), default=0)

    def unit_vectors(self, passage: IndexedPassage) -> Vectors:
        """Return the vectors of a passage's sentences and clauses, shape (units, dim)."""
        return self._dense.rows(passage.first_unit, len(passage.units))

    def figure_vectors(self, number: int) -> Vectors:
        """Return the vectors of a passage's figures, shape (figures, dim), in the order of :attr:`figures`."""
        first, figures = self._first_figure(number), self.figures(number)
        return np.asarray(self._figure_rows[first : first + len(figures)], dtype=np.float32)

    def documents(self) -> list[Document]:
        """Return every document, in the order of their names."""
        return [self.document(name) for (name,) in self._rows("SELECT name FROM documents ORDER BY name")]

    def sections(self, document: str) -> list[tuple[tuple[str, ...], int, Span | None]]:
        """Return path, level and heading place of every section of a document, in order."""
        rows = self._rows('SELECT path, level, start, "end" FROM sections WHERE document = ?', document)
        return [(tuple(json.loads(path)), level, None if s is None else Span(s, e)) for path, level, s, e in rows]

    def all_figures(self) -> list[Figure]:
        """Return every figure of every document, in document order."""
        return [_figure(row[0]) for row in self._rows("SELECT record FROM figures ORDER BY document, start")]

    def illustrations(self) -> list[Illustration]:
        """Return every caption of every document, in document order."""
        rows = self._rows("SELECT record FROM illustrations ORDER BY document, start")
        return [Illustration(**_with_path(json.loads(row[0]))) for row in rows]

    def _document(self, name: str) -> Document:
        sql = "SELECT text, digest, title, year, region, pages FROM documents WHERE name = ?"
        text, digest, title, year, region, pages = self._row(sql, name)
        return Document(name, text, digest, title, year, region, tuple(json.loads(pages)))

    def _passage(self, number: int) -> IndexedPassage:
        sql = "SELECT document, section, paragraph, spans, first_unit, units FROM passages WHERE number = ?"
        document, section, paragraph, spans, first_unit, units = self._row(sql, number)
        places = tuple(Span(start, end) for start, end in json.loads(spans))
        passage = Passage(document, tuple(json.loads(section)), paragraph, places)
        ranges = tuple((start, end, whole) for start, end, whole in json.loads(units))
        prose = Prose.read(self.document(document).text, places)
        return IndexedPassage(number, passage, prose, fold(prose.text), first_unit, ranges)

    def _figures(self, number: int) -> tuple[Figure, ...]:
        rows = self._rows("SELECT record FROM figures WHERE passage = ? ORDER BY row", number)
        return tuple(_figure(row[0]) for row in rows)

    def _first_figure(self, number: int) -> int:
        rows = self._rows("SELECT row FROM figures WHERE passage = ? ORDER BY row LIMIT 1", number)
        # SQLite counts rows from 1.
        return int(rows[0][0]) - 1 if rows else 0

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
        raise IndexStoreError(f"索引损坏：数据库读不出（{error}），{_REBUILD}。") from error


def _write_generation(target: Path, entries: list[DocumentEntry], model_id: str, dim: int) -> Manifest:
    passages = [passage for entry in entries for passage in entry.passages]
    _write_database(target / _DATABASE, entries)
    write_vectors(target / _UNITS, np.concatenate([passage.vectors.units for passage in passages]))
    figures = np.concatenate([passage.vectors.figures for passage in passages])
    np.save(target / _FIGURES, figures.astype(np.float16))
    return Manifest(
        generation=target.name,
        model_id=model_id,
        dim=dim,
        documents={entry.document.name: entry.document.digest for entry in entries},
        sections=sum(len(entry.sections) for entry in entries),
        passages=len(passages),
        figures=sum(len(passage.figures) for passage in passages),
        files={file.name: _fingerprint(file) for file in sorted(target.iterdir())},
    )


def _sealed(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest) | {"seal": _seal(manifest)}, ensure_ascii=False, indent=1)


def _seal(manifest: Manifest) -> str:
    """Return a hash over a manifest, by which a change of any of its values shows."""
    values = json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(values.encode("utf-8"), digest_size=16).hexdigest()


def _write_database(path: Path, entries: list[DocumentEntry]) -> None:
    database = sqlite3.connect(path)
    with contextlib.closing(database), database:
        database.executescript(_SCHEMA + keywords.SCHEMA)
        number = first_unit = 0
        for entry in entries:
            _write_document(database, entry)
            for passage in entry.passages:
                _write_passage(database, number, first_unit, passage)
                number, first_unit = number + 1, first_unit + len(passage.units)


def _write_document(database: sqlite3.Connection, entry: DocumentEntry) -> None:
    document = entry.document
    database.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            document.name,
            document.digest,
            document.title,
            document.year,
            document.region,
            json.dumps(document.pages),
            document.text,
        ),
    )
    database.executemany(
        "INSERT INTO sections VALUES (?, ?, ?, ?, ?)",
        [
            (document.name, _json(s.path), s.level, s.heading and s.heading.start, s.heading and s.heading.end)
            for s in entry.sections
        ],
    )
    database.executemany(
        "INSERT INTO illustrations VALUES (?, ?, ?)",
        [(document.name, caption.start, _json(asdict(caption))) for caption in entry.illustrations],
    )


def _write_passage(database: sqlite3.Connection, number: int, first_unit: int, entry: PassageEntry) -> None:
    passage = entry.passage
    spans = [(span.start, span.end) for span in passage.spans]
    database.execute(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            passage.document,
            _json(passage.section),
            passage.paragraph,
            _json(spans),
            first_unit,
            _json(entry.units),
        ),
    )
    database.executemany(
        "INSERT INTO figures(document, start, passage, record) VALUES (?, ?, ?, ?)",
        [(passage.document, figure.start, number, _json(asdict(figure))) for figure in entry.figures],
    )
    keywords.add(database, [(number, entry.text)])


def _save_rows(path: Path, groups: list[Vectors]) -> None:
    np.save(path, np.concatenate(groups).astype(np.float16))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _figure(record: str) -> Figure:
    return Figure(**_with_path(json.loads(record)))


def _with_path(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"section": tuple(record["section"])}


def _fingerprint(path: Path) -> list[int | str]:
    size = path.stat().st_size
    return [size, hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()] if size <= _HASHED_BYTES else [size]


def _remove_old(folder: Path, generation: str) -> None:
    """Remove what earlier builds left; a file that another process still reads may stay until the next build."""
    for path in folder.iterdir():
        if path.name.startswith(_GENERATION) and path.name != generation:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(f"{_MANIFEST}."):
            path.unlink(missing_ok=True)
