"""An index in Milvus opened for reading."""

from __future__ import annotations

import tempfile
import time
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from reportqa.errors import IndexStoreError
from reportqa.index.dense import Vectors
from reportqa.index.generations import FORMAT, REBUILD, Manifest
from reportqa.index.keywords import TABLES
from reportqa.index.milvus.client import Milvus, Row
from reportqa.index.milvus.editions import REMOVED, Contents, Edition, among, read_contents
from reportqa.index.milvus.loading import Loader, Place
from reportqa.index.milvus.rows import (
    LOCAL_BITS,
    Terms,
    query_terms,
    query_text,
    read_terms,
    row_id,
    term_hashes,
    unpack,
    unpack_bytes,
)
from reportqa.index.milvus.schema import DOCUMENTS, FIGURES, GRAPH_SEARCHED, PASSAGES, UNITS, Version
from reportqa.index.store import DocumentInfo, IndexedPassage, Store, read_figure, read_scan, with_path
from reportqa.reading.files import Shard
from reportqa.reading.metadata import Metadata
from reportqa.text.records import Document, Figure, Illustration, Scan, Span

# An open page asks with each question whether the index is still the same.
_LOOKED_FOR = 2.0


class MilvusStore(Store):
    """An index in Milvus opened for reading, as it is at that moment.

    >>> store = MilvusStore("reports.db")            # doctest: +SKIP
    >>> store.passage(23).prose.text                 # doctest: +SKIP
    '全区中职毕业生直接就业1473人…'

    Numbers of passages are the folder's: the rows of a document carry its edition and their place in it, and the
    documents are counted through in the order of their names. Every search is among the editions held at opening.
    """

    def __init__(
        self,
        uri: str,
        version: Version | None = None,
        shard: Shard | None = None,
    ) -> None:
        resources = ExitStack()
        self._milvus = Milvus(uri)
        resources.callback(self._milvus.close)
        self._close = weakref.finalize(self, resources.close)
        self.path = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="reportqa-"))).resolve()
        used = version or Version.in_use(self._milvus)
        if used is None:
            raise IndexStoreError(f"还没有索引：{self._milvus.uri} 里没有，请先运行 reportqa index --index milvus:…。")
        self._version, self._shard = used, shard or Shard()
        self._version.load(self._milvus)
        about = used.about(self._milvus)
        if about["format"] != FORMAT:
            raise IndexStoreError(f"索引的格式是第 {about['format']} 版，本程序用第 {FORMAT} 版：{REBUILD}。")
        contents = read_contents(self._milvus, used, self._shard)
        self._editions = {name: one for name, one in contents.current.items() if one.state != REMOVED}
        self._records = {name: one.record for name, one in self._editions.items()}
        self._settings = _settings(contents)
        self.manifest = self._manifest(about, contents)
        self._built, self._looked = contents.built, time.monotonic()
        counts = [record["passages"] for record in self._records.values()]
        self._starts = [0, *np.cumsum(counts, dtype=int).tolist()]
        self._names = list(self._editions)
        self._numbers = {one.edition: start for one, start in zip(self._editions.values(), self._starts, strict=False)}
        self.infos = {
            name: _info(self._editions[name], self._records[name], range(start, stop))
            for name, (start, stop) in zip(self._names, pairwise(self._starts), strict=True)
        }
        dim = self.manifest.dim
        self._loader = Loader(self._milvus, used, dim, lambda name: self.document(name).text)
        self._read_document = lru_cache(maxsize=512)(self._document)
        self._read_text = lru_cache(maxsize=64)(self._text)
        self._terms = lru_cache(maxsize=len(TABLES))(self._read_terms)

    def close(self) -> None:
        """Let go of the connection; nothing can be read any more."""
        self._close()

    @property
    def built(self) -> datetime:
        """When anything in the index was last changed."""
        return datetime.fromtimestamp(self._built / 1000).astimezone()

    def is_current(self) -> bool:
        """Tell whether the index has not been changed since it was opened, as seen two seconds ago at most."""
        if time.monotonic() - self._looked < _LOOKED_FOR:
            return True
        used = Version.in_use(self._milvus)
        if used is None or used.name != self._version.name:
            return False
        same = read_contents(self._milvus, used, self._shard, states_only=True).generation == self.manifest.generation
        if same:
            self._looked = time.monotonic()
        return same

    def edition(self, name: str) -> Edition:
        """Return the edition of a document."""
        return self._editions[name]

    def prepare(self, numbers: Sequence[int]) -> None:
        """Read passages that are about to be asked for, with vectors and figures: three messages for all."""
        self._loader.prepare(numbers, self._place)

    def passage(self, number: int) -> IndexedPassage:
        """Return a passage."""
        return self._loader.one(number, self._place).passage

    def figures(self, number: int) -> tuple[Figure, ...]:
        """Return the figures of a passage, in order."""
        return self._loader.one(number, self._place).figures

    def unit_vectors(self, passage: IndexedPassage) -> Vectors:
        """Return the vectors of a passage's sentences and clauses, shape (units, dim)."""
        return self._loader.one(passage.number, self._place).units

    def figure_vectors(self, number: int) -> Vectors:
        """Return the vectors of a passage's figures, shape (figures, dim), in the order of :meth:`figures`."""
        return self._loader.one(number, self._place).figure_vectors

    def dense_search(self, vector: Vectors, limit: int, among: Sequence[range] | None = None) -> dict[int, float]:
        """Return the passages of the ``limit`` nearest sentences and clauses as {number: best cosine}, best first."""
        params = {"metric_type": "IP", "params": {} if self._milvus.embedded else {"ef": GRAPH_SEARCHED}}
        found: dict[int, float] = {}
        for hit in self._search(UNITS, vector.tolist(), "vector", limit, among, params, ["passage"]):
            start = self._numbers[hit["id"] >> LOCAL_BITS]
            found.setdefault(start + hit["entity"]["passage"], float(hit["distance"]))
        return found

    def keyword_searches(
        self, table: str, question: str, limit: int, selections: Sequence[Sequence[range] | None]
    ) -> list[dict[int, float]]:
        """Return the best passages of each selection of passages, None being all, by BM25 over ``table``."""
        terms = query_terms(table, question)
        if not terms:
            return [{} for _ in selections]
        # What stands in most passages weighs nothing in the folder's BM25, but something in Milvus's.
        found, most = self.frequencies(table, terms), len(self) / 2
        query = query_text(table, [term for term in terms if found.get(term, 0) < most] or terms)
        params = {"metric_type": "BM25", "params": {}}
        # Milvus Lite gives scores as distances, below zero.
        return [
            {self._number(hit["id"]): abs(float(hit["distance"])) for hit in hits}
            for hits in (self._search(PASSAGES, query, table, limit, among, params, []) for among in selections)
        ]

    def frequencies(self, table: str, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term of ``table`` stands; a term that stands in none is absent."""
        listed = list(terms)
        hashes, counts = self._terms(table)
        asked = term_hashes(listed)
        places = np.searchsorted(hashes, asked)
        return {
            term: int(counts[place])
            for term, one, place in zip(listed, asked, places, strict=True)
            if place < len(hashes) and hashes[place] == one
        }

    def document(self, name: str) -> Document:
        """Return a document with its text."""
        return self._read_document(name)

    def sections(self, document: str) -> list[tuple[tuple[str, ...], int, Span | None]]:
        """Return path, level and heading place of every section of a document, in order."""
        listed = self._read_text(document)["sections"]
        return [(tuple(path), level, None if place is None else Span(*place)) for path, level, place in listed]

    def figures_in(self, document: str) -> list[Figure]:
        """Return the figures of one document, in order."""
        edition, count = self._editions[document].edition, self._records[document]["figures"]
        ids = [row_id(edition, local) for local in range(count)]
        rows = self._milvus.get(self._version.collection(FIGURES), ids, ["record"])
        return sorted((read_figure(rows[one]["record"]) for one in ids), key=lambda figure: figure.start)

    def illustrations_in(self, document: str) -> list[Illustration]:
        """Return the captions of a document, in order; the files of their pictures are fetched where they are not."""
        listed = [Illustration(**with_path(one)) for one in self._read_text(document)["illustrations"]]
        self._fetch(document, (one.image for one in listed))
        return [_located(one, self.path) for one in listed]

    def scans(self, document: str) -> tuple[Scan, ...]:
        """Return the recognised pages and pictures of a document; their images are fetched where they are not."""
        listed = tuple(read_scan(one, self.path) for one in self._read_text(document)["scans"])
        self._fetch(document, (Path(one.image).name for one in listed))
        return listed

    def _fetch(self, document: str, names: Iterable[str | None]) -> None:
        pictures = self._records[document]["pictures"]
        for name in {name for name in names if name and not (self.path / name).exists()}:
            # Under its name only when it is whole: two people may open the same page.
            with tempfile.NamedTemporaryFile(dir=self.path, delete=False) as file:
                file.write(unpack_bytes(self._part(document, *pictures[name])))
            Path(file.name).replace(self.path / name)

    def has_pictures(self, document: str) -> bool:
        """Return True: they are rows of the document like all others."""
        return True

    def setting(self, key: str) -> str | None:
        """Return a setting of the owner that the index was built with, None where there is none of this name."""
        return self._settings.get(key)

    def _manifest(self, about: dict[str, Any], contents: Contents) -> Manifest:
        records, left = self._records, contents.shards.get(self._shard.number)
        word = left.record if left is not None else {}
        # Of another division of the reports it says nothing of these.
        made_of = word if word.get("count") == self._shard.count else {}
        return Manifest(
            generation=contents.generation,
            model_id=about["model_id"],
            dim=about["dim"],
            documents={name: record["digest"] for name, record in records.items()},
            sections=sum(record["sections"] for record in records.values()),
            passages=sum(record["passages"] for record in records.values()),
            figures=sum(record["figures"] for record in records.values()),
            files={},
            sources={name: record["source"] for name, record in records.items()},
            extras=made_of.get("extras", {}),
            roots=made_of.get("roots", []),
            program=about["program"],
            format=about["format"],
        )

    def _search(
        self,
        kind: str,
        query: str | list[float],
        field: str,
        limit: int,
        selection: Sequence[range] | None,
        params: dict[str, Any],
        fields: list[str],
    ) -> list[Row]:
        chosen = self._editions.values() if selection is None else map(self._edition_at, selection)
        condition = among(one.edition for one in chosen)
        options = {"anns_field": field, "limit": limit, "filter": condition, "search_params": params}
        hits: list[Row] = self._milvus.call(
            "search", self._version.collection(kind), data=[query], output_fields=["id", *fields], **options
        )[0]
        return hits

    def _edition_at(self, passages: range) -> Edition:
        return self._editions[self._names[bisect_right(self._starts, passages.start) - 1]]

    def _number(self, row: int) -> int:
        return int(self._numbers[row >> LOCAL_BITS]) + (row & ((1 << LOCAL_BITS) - 1))

    def _place(self, number: int) -> Place:
        at = bisect_right(self._starts, number) - 1
        name = self._names[at]
        return Place(name, self._editions[name].edition, number - self._starts[at])

    def _document(self, name: str) -> Document:
        record, info = self._records[name], self.infos[name]
        text, pages = self._read_text(name)["text"], tuple(record["pages"])
        known = (info.title, info.year, info.region, pages, info.genre)
        return Document(name, text, record["digest"], *known, notes=info.notes)

    def _text(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = unpack(self._part(name, *self._records[name]["text"]))
        return found

    def _part(self, name: str, first: int, count: int) -> str:
        edition = self._editions[name].edition
        ids = [row_id(edition, local) for local in range(first, first + count)]
        rows = self._milvus.get(self._version.collection(DOCUMENTS), ids, ["data"])
        return "".join(rows[one]["data"] for one in ids)

    def _read_terms(self, table: str) -> Terms:
        places = {name: record["terms"][table] for name, record in self._records.items()}
        ids = {
            name: [row_id(self._editions[name].edition, first + at) for at in range(count)]
            for name, (first, count) in places.items()
        }
        rows = self._milvus.get(self._version.collection(DOCUMENTS), list(chain.from_iterable(ids.values())), ["data"])
        return read_terms(unpack_bytes("".join(rows[one]["data"] for one in own)) for own in ids.values())


def _info(edition: Edition, record: dict[str, Any], passages: range) -> DocumentInfo:
    row = edition.row
    counts = (record["characters"], record["sections"], record["figures"], passages, tuple(record["notes"]))
    labels = (record["title"], row["year"], row["region"], row["genre"], Metadata(**record["found"]))
    return DocumentInfo(edition.name, *labels, *counts, scans=record["scans"])


def _located(one: Illustration, folder: Path) -> Illustration:
    return replace(one, image=one.image and str(folder / one.image))


def _settings(contents: Contents) -> dict[str, str]:
    """Return the settings of the build that ended last, and of the others what it does not say."""
    found: dict[str, str] = {}
    for word in sorted(contents.shards.values(), key=lambda word: word.built):
        found |= word.record["settings"]
    return found
