"""Building into Milvus: each document is one step, a rebuild by another program or model is one more."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from reportqa.errors import IndexStoreError
from reportqa.index.entries import DocumentEntry, KeptDocument, Origin, PassageEntry
from reportqa.index.generations import Manifest
from reportqa.index.milvus.client import Milvus, Row
from reportqa.index.milvus.editions import READY, REMOVED, WRITING, now, read_contents, sweep
from reportqa.index.milvus.rows import LOCAL_BITS, chunks, count_terms, pack, pack_bytes, pair_text, row_id, word_text
from reportqa.index.milvus.schema import (
    COLLECTIONS,
    DOCUMENTS,
    FIGURES,
    PART,
    PASSAGES,
    REPORT,
    SHARD,
    UNITS,
    Version,
    document_row,
)
from reportqa.index.milvus.store import MilvusStore
from reportqa.index.store import Store, passage_values, scan_values, to_json
from reportqa.outline.pictures import picture_name
from reportqa.reading.files import Shard
from reportqa.reading.metadata import Metadata

_MOST = 1 << LOCAL_BITS
_EDITION_BITS = 63 - LOCAL_BITS


class MilvusHome:
    """Collections of Milvus as a place to build in; this build answers for the documents of its ``shard``."""

    def __init__(self, uri: str, model_id: str, shard: Shard) -> None:
        self.folder: Path | None = None
        self._uri, self._model_id, self._shard = uri, model_id, shard
        self._version = Version.of(model_id)
        self._milvus = Milvus(uri, make=True)

    def manifest(self) -> Manifest | None:
        """Return the manifest of what this program and model built of the shard; None where there is none."""
        if not self._version.exists(self._milvus):
            return None
        with closing(self._open()) as store:
            return store.manifest

    def reusable(self, thoroughly: bool = False) -> Store | None:
        """Open what this program and model built of the shard; None where there is none."""
        if not self._version.exists(self._milvus):
            return None
        self._version.load(self._milvus)
        self._use_where_whole()
        return self._open()

    def is_sound(self, store: Store) -> bool:
        """Return True: Milvus checks what it keeps."""
        return True

    def only_builder(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Let others build at the same time: their documents are others."""
        return nullcontext()

    def write(
        self, entries: Iterable[DocumentEntry | KeptDocument], origin: Origin, dim: int, old: Store | None, same: bool
    ) -> Manifest:
        """Write each document as one step: a build killed at any moment leaves each as it was, or as it is to be."""
        self._version.create(self._milvus, self._model_id, dim)
        # A build that was stopped may have left collections that Milvus does not hold ready.
        self._version.load(self._milvus)
        self._sweep()
        gone = set(old.infos) if old is not None else set()
        for entry in entries:
            if isinstance(entry, DocumentEntry):
                gone.discard(entry.document.name)
                self._write_document(entry, origin.sources.get(entry.document.name, ""))
            else:
                assert isinstance(old, MilvusStore)
                gone.discard(entry.name)
                self._relabel(old, entry, origin.sources.get(entry.name, ""))
        for name in sorted(gone):
            self._tell(secrets.randbits(_EDITION_BITS), {}, name, REMOVED)
        for kind in COLLECTIONS:
            self._milvus.call("flush", self._version.collection(kind))
        word = {
            "count": self._shard.count,
            "settings": dict(origin.settings),
            "extras": origin.extras,
            "roots": list(origin.roots),
        }
        row = document_row(self._shard.number, 0, SHARD, word, built=now())
        self._milvus.call("upsert", self._version.collection(DOCUMENTS), [row])
        self._use_where_whole()
        with closing(self._open()) as store:
            return store.manifest

    def _open(self) -> MilvusStore:
        return MilvusStore(self._uri, self._version, self._shard)

    def _use_where_whole(self) -> None:
        """Switch to this version as soon as all shards of it are built."""
        if read_contents(self._milvus, self._version).is_whole:
            self._version.use(self._milvus)

    def _sweep(self) -> None:
        """Remove what earlier builds replaced, and what killed ones left; readers have had the time until now."""
        left = read_contents(self._milvus, self._version).left_over()
        sweep(self._milvus, self._version, left)
        used = Version.in_use(self._milvus)
        if used is not None and used.name == self._version.name:
            for other in Version.others(self._milvus, used):
                if self._is_abandoned(other):
                    other.drop(self._milvus)

    def _is_abandoned(self, version: Version) -> bool:
        """Tell whether nobody has written into a version for so long that nobody is going to."""
        if not version.exists(self._milvus):
            return False
        version.load(self._milvus)
        return read_contents(self._milvus, version).is_abandoned

    def _relabel(self, old: MilvusStore, kept: KeptDocument, source: str) -> None:
        """Write the row of a document again where other things are known of it; its text and vectors stay."""
        edition = old.edition(kept.name)
        known = asdict(kept.metadata)
        record = edition.record | {"title": known.pop("title"), "source": source}
        if record != edition.record or any(edition.row[name] != value for name, value in known.items()):
            self._tell(edition.edition, record, kept.name, READY, **known)

    def _write_document(self, entry: DocumentEntry, source: str) -> None:
        """Write the rows of a document as a new edition, and last the row that makes it the one in use."""
        edition, document = secrets.randbits(_EDITION_BITS), entry.document
        found = Metadata.of(document)
        known = asdict(entry.metadata or found)
        title = known.pop("title")
        self._tell(edition, {}, document.name, WRITING)
        parts, places = _parts(entry)
        rows = (
            document_row(row_id(edition, local), edition, PART, data, name=document.name)
            for local, data in enumerate(parts, 1)
        )
        self._milvus.insert(self._version.collection(DOCUMENTS), rows)
        units, figures = 0, 0
        passages: list[Row] = []
        for number, one in enumerate(entry.passages):
            passages.append(_passage_row(edition, number, one, units, figures))
            units += len(one.units)
            figures += len(one.figures)
        if max(units, figures, len(parts)) >= _MOST:
            raise IndexStoreError(f"报告太长：{document.name} 有 {units} 句，最多 {_MOST} 句（请分成几个文件）。")
        self._milvus.insert(self._version.collection(UNITS), _unit_rows(edition, entry.passages))
        self._milvus.insert(self._version.collection(FIGURES), _figure_rows(edition, entry.passages))
        self._milvus.insert(self._version.collection(PASSAGES), passages)
        record = places | {
            "digest": document.digest,
            "source": source,
            "title": title,
            "found": asdict(found),
            "characters": len(document.text),
            "sections": len(entry.sections),
            "passages": len(entry.passages),
            "figures": figures,
            "pages": document.pages,
            "notes": document.notes,
            "scans": sum(not scan.is_picture for scan in document.scans),
        }
        self._tell(edition, record, document.name, READY, **known)

    def _tell(self, edition: int, record: dict[str, Any], name: str, state: str, **known: Any) -> None:
        """Write the row that says what has become of a document: Milvus replaces a row as one step."""
        row = document_row(row_id(edition, 0), edition, REPORT, record, name=name, state=state, built=now(), **known)
        self._milvus.call("upsert", self._version.collection(DOCUMENTS), [row])


def _parts(entry: DocumentEntry) -> tuple[list[str], dict[str, Any]]:
    """Return what of a document stands in rows of its own, in parts, and the first and number of each one's parts."""
    document, parts = entry.document, list[str]()
    shown = {one.image for one in entry.illustrations}
    pictures = {picture_name(document, at): one.data for at, one in enumerate(document.pictures)}
    # The same name for the same picture, whichever document it is of: they lie in one folder when they are read.
    names = {
        name: hashlib.blake2b(data, digest_size=16).hexdigest() + Path(name).suffix
        for name, data in pictures.items()
        if name in shown
    }
    scans = [(hashlib.blake2b(one.data, digest_size=16).hexdigest() + ".jpg", one) for one in document.scans]
    text = {
        "text": document.text,
        "sections": [
            (one.path, one.level, one.heading and (one.heading.start, one.heading.end)) for one in entry.sections
        ],
        "illustrations": [asdict(one) | {"image": one.image and names[one.image]} for one in entry.illustrations],
        "scans": [scan_values(scan, name) for name, scan in scans],
    }

    def add(packed: str) -> tuple[int, int]:
        first = len(parts) + 1
        parts.extend(chunks(packed))
        return first, len(parts) + 1 - first

    places = {
        "text": add(pack(text)),
        "terms": {
            table: add(pack_bytes(data)) for table, data in count_terms(one.text for one in entry.passages).items()
        },
        "pictures": {file: add(pack_bytes(pictures[name])) for name, file in names.items()}
        | {name: add(pack_bytes(data)) for name, data in {name: scan.data for name, scan in scans}.items()},
    }
    return parts, places


def _passage_row(edition: int, number: int, entry: PassageEntry, first_unit: int, first_figure: int) -> Row:
    record = (passage_values(entry.passage), first_unit, entry.units, first_figure, len(entry.figures))
    words, pairs = word_text(entry.text), pair_text(entry.text)
    return {"id": row_id(edition, number), "edition": edition, "text": words, "pairs": pairs, "record": pack(record)}


def _unit_rows(edition: int, passages: Iterable[PassageEntry]) -> Iterator[Row]:
    vectors = ((number, vector) for number, one in enumerate(passages) for vector in one.vectors.units)
    for local, (number, vector) in enumerate(vectors):
        yield {"id": row_id(edition, local), "edition": edition, "passage": number, "vector": vector.tolist()}


def _figure_rows(edition: int, passages: Iterable[PassageEntry]) -> Iterator[Row]:
    figures = (pair for one in passages for pair in zip(one.figures, one.vectors.figures, strict=True))
    for local, (figure, vector) in enumerate(figures):
        # In half precision, as the folder has them.
        rounded = vector.astype(np.float16).astype(float).tolist()
        row = {"id": row_id(edition, local), "edition": edition, "record": to_json(asdict(figure))}
        yield row | {"vector": rounded}
