"""A new index, written beside the one in use: what is new from its records, what is unchanged from the old index."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO

import numpy as np

from reportqa.index import keywords
from reportqa.index.dense import write_vectors
from reportqa.index.entries import DocumentEntry, KeptDocument, Origin, PassageEntry
from reportqa.index.folder import DATABASE, UNITS, FolderStore, read_only
from reportqa.index.generations import Manifest, fingerprints, new_generation, sweep, switch, writing
from reportqa.index.schema import COPIES, SCHEMA
from reportqa.index.store import passage_values, scan_values, to_json
from reportqa.outline.pictures import picture_name
from reportqa.reading.metadata import Metadata
from reportqa.text.records import Document

PICTURES = "pictures"
_RAW = "units.raw"


def write_index(
    folder: Path,
    entries: Iterable[DocumentEntry | KeptDocument],
    model_id: str,
    dim: int,
    origin: Origin | None = None,
    old: FolderStore | None = None,
) -> Manifest:
    """Write a whole index as a new generation and switch to it; ``old`` has the documents that are kept.

    ``entries`` come in the order of the documents' names and may be made one after the other. A process killed at any
    moment leaves the old index or the new. Raises IndexStoreError where the folder cannot be written, or is full.
    """
    origin = origin or Origin()
    with new_generation(folder) as target:
        with _Writer(folder, target, dim, old) as writer:
            for entry in entries:
                writer.add(entry)
            writer.finish(origin.settings)
        with writing(folder):
            manifest = Manifest(
                generation=target.name,
                model_id=model_id,
                dim=dim,
                documents=writer.digests,
                sections=writer.sections,
                passages=writer.passages,
                figures=writer.figures,
                files=fingerprints(target),
                sources=dict(origin.sources),
                extras=origin.extras,
                roots=list(origin.roots),
            )
            switch(folder, manifest)
    _leave(folder, manifest, old)
    return manifest


def relabel_index(folder: Path, metadata: Mapping[str, Metadata], origin: Origin, old: FolderStore) -> Manifest:
    """Write the old index again with other metadata and settings, as a new generation, and switch to it.

    For the case that nothing else has changed: no text is read again and no vector is copied.
    """
    with new_generation(folder) as target, writing(folder):
        # A large library has a second file of them.
        others = shutil.ignore_patterns(DATABASE)
        shutil.copytree(old.path, target, copy_function=_take, dirs_exist_ok=True, ignore=others)
        shutil.copyfile(old.path / DATABASE, target / DATABASE)
        with contextlib.closing(sqlite3.connect(target / DATABASE)) as database, database:
            database.executemany(
                "UPDATE documents SET title = ?, year = ?, region = ?, genre = ? WHERE name = ?",
                [(known.title, known.year, known.region, known.genre, name) for name, known in metadata.items()],
            )
            database.execute("DELETE FROM settings")
            database.executemany("INSERT INTO settings VALUES (?, ?)", origin.settings.items())
        former = asdict(old.manifest)
        manifest = Manifest(
            **former
            | {
                "generation": target.name,
                "files": fingerprints(target),
                "sources": dict(origin.sources),
                "extras": origin.extras,
                "roots": list(origin.roots),
            }
        )
        switch(folder, manifest)
    _leave(folder, manifest, old)
    return manifest


def _leave(folder: Path, manifest: Manifest, old: FolderStore | None) -> None:
    """Remove the old index, which is of no use any more, and what killed builds left."""
    if old is not None:
        old.close()
    sweep(folder, manifest.generation)


class _Writer:
    """Writes the files of a generation, document by document."""

    def __init__(self, folder: Path, target: Path, dim: int, old: FolderStore | None) -> None:
        self.digests: dict[str, str] = {}
        self.sections = self.passages = self.figures = self.units = 0
        self._folder = folder
        self._target = target
        self._dim = dim
        self._old = old
        self._resources = contextlib.ExitStack()

    def __enter__(self) -> _Writer:
        with writing(self._folder):
            address = (self._target / DATABASE).resolve().as_uri()
            self._database = sqlite3.connect(address, uri=True, isolation_level=None)
            self._resources.callback(self._database.close)
            # The files are thrown away where anything fails: nothing has to be rolled back.
            self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            self._database.executescript(SCHEMA + keywords.SCHEMA)
            if self._old is not None:
                self._database.execute("ATTACH DATABASE ? AS old", (read_only(self._old.path / DATABASE),))
            self._database.execute("BEGIN")
            self._raw: IO[bytes] = self._resources.enter_context((self._target / _RAW).open("wb"))
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def add(self, entry: DocumentEntry | KeptDocument) -> None:
        with writing(self._folder):
            if isinstance(entry, KeptDocument):
                assert self._old is not None
                self._keep(entry, self._old)
            else:
                self._write_document(entry)

    def finish(self, settings: Mapping[str, str]) -> None:
        """Write what belongs to all documents."""
        with writing(self._folder):
            self._database.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())
            keywords.settle(self._database)
            self._database.execute("COMMIT")
            self._raw.close()
            self._database.close()
            raw = self._target / _RAW
            former = None if self._old is None else self._old.path / UNITS
            vectors = np.memmap(raw, np.float32, "r", shape=(self.units, self._dim))
            write_vectors(self._target / UNITS, vectors, former)
            del vectors  # Windows removes no file that is mapped.
            raw.unlink()

    def _keep(self, kept: KeptDocument, old: FolderStore) -> None:
        """Copy the rows of a document from the old index, their numbers moved to where it stands now."""
        info = old.info(kept.name)
        units = old.units_of(kept.name)
        first_unit = old.passage(info.passages.start).first_unit if info.passages else 0
        offset = self.passages - info.passages.start
        moved = {"name": kept.name, "passages": offset, "units": self.units - first_unit} | asdict(kept.metadata)
        for statement in COPIES:
            self._database.execute(statement, moved)
        texts = ((number + offset, old.passage(number).prose.text, old.words(number)) for number in info.passages)
        keywords.add_cut(self._database, texts)
        self._raw.write(np.ascontiguousarray(units, np.float32).tobytes())
        for illustration in old.illustrations_in(kept.name):
            if illustration.image:
                self._take_picture(Path(illustration.image))
        for scan in old.scans(kept.name):
            self._take_picture(Path(scan.image))
        self.digests[kept.name] = old.manifest.documents[kept.name]
        self._count(info.sections, len(info.passages), info.figures, len(units))

    def _write_document(self, entry: DocumentEntry) -> None:
        document, found = entry.document, Metadata.of(entry.document)
        known = entry.metadata or found
        figures = sum(len(passage.figures) for passage in entry.passages)
        self._database.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.name,
                document.digest,
                known.title,
                known.year,
                known.region,
                known.genre,
                to_json(asdict(found)),
                to_json(document.pages),
                len(document.text),
                len(entry.sections),
                figures,
                self.passages,
                len(entry.passages),
                document.text,
                to_json(document.notes),
            ),
        )
        self._write_outline(entry)
        self._write_scans(document)
        units = 0
        for number, passage in enumerate(entry.passages, self.passages):
            self._write_passage(number, self.units + units, passage)
            units += len(passage.units)
        self.digests[document.name] = document.digest
        self._count(len(entry.sections), len(entry.passages), figures, units)

    def _write_outline(self, entry: DocumentEntry) -> None:
        name = entry.document.name
        self._database.executemany(
            "INSERT INTO sections VALUES (?, ?, ?, ?, ?)",
            [
                (name, to_json(s.path), s.level, s.heading and s.heading.start, s.heading and s.heading.end)
                for s in entry.sections
            ],
        )
        stored = self._write_pictures(entry)
        for one in entry.illustrations:
            record = asdict(one) | {"image": one.image and stored[one.image]}
            row = (name, one.start, to_json(one.section), to_json(record))
            self._database.execute("INSERT INTO illustrations VALUES (?, ?, ?, ?)", row)

    def _write_passage(self, number: int, first_unit: int, entry: PassageEntry) -> None:
        passage, words = entry.passage, keywords.cut(entry.text)
        section, paragraph, spans, leads, cells = passage_values(passage)
        self._database.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                passage.document,
                to_json(section),
                paragraph,
                to_json(spans),
                to_json(leads),
                to_json(cells),
                first_unit,
                to_json(entry.units),
                words,
            ),
        )
        self._database.executemany(
            "INSERT INTO figures(document, start, passage, record) VALUES (?, ?, ?, ?)",
            [(passage.document, figure.start, number, to_json(asdict(figure))) for figure in entry.figures],
        )
        if entry.figures:
            vectors = entry.vectors.figures.astype(np.float16).tobytes()
            self._database.execute("INSERT INTO figure_vectors VALUES (?, ?)", (number, vectors))
        keywords.add_cut(self._database, [(number, entry.text, words)])
        self._raw.write(np.ascontiguousarray(entry.vectors.units, np.float32).tobytes())

    def _write_pictures(self, entry: DocumentEntry) -> dict[str, str]:
        """Write the pictures of a document's illustrations; returns where in the index each is, by its name."""
        stored = {}
        shown = {one.image for one in entry.illustrations}
        for number, picture in enumerate(entry.document.pictures):
            name = picture_name(entry.document, number)
            if name in shown:
                stored[name] = self._write_picture(picture.data, Path(name).suffix)
        return stored

    def _write_scans(self, document: Document) -> None:
        for scan in document.scans:
            record = to_json(scan_values(scan, self._write_picture(scan.data, ".jpg")))
            self._database.execute("INSERT INTO scans VALUES (?, ?, ?)", (document.name, scan.is_picture, record))

    def _write_picture(self, data: bytes, suffix: str) -> str:
        """Write a picture, and return where in the index it is: the same in every generation."""
        name = f"{PICTURES}/{hashlib.blake2b(data, digest_size=16).hexdigest()}{suffix}"
        path = self._target / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return name

    def _take_picture(self, path: Path) -> None:
        target = self._target / PICTURES / path.name
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            _take(path, target)

    def _count(self, sections: int, passages: int, figures: int, units: int) -> None:
        self.sections += sections
        self.passages += passages
        self.figures += figures
        self.units += units


def _take(source: str | Path, target: str | Path) -> None:
    """Give a file a second name where the system can, else copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
