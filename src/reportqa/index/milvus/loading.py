"""Passages read out of Milvus with their vectors and figures, many together, and kept for the next question."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np

from reportqa.index.dense import Vectors
from reportqa.index.milvus.client import Milvus, Row
from reportqa.index.milvus.rows import row_id, unpack
from reportqa.index.milvus.schema import FIGURES, PASSAGES, UNITS, Version
from reportqa.index.store import IndexedPassage, indexed, read_figure, read_passage
from reportqa.text.records import Figure

_KEPT = 2048


class Place(NamedTuple):
    """Where the rows of a passage are: its document, the edition of that, and which of its passages it is."""

    document: str
    edition: int
    local: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A passage with the vectors of its units and figures."""

    passage: IndexedPassage
    units: Vectors
    figures: tuple[Figure, ...]
    figure_vectors: Vectors


class Loader:
    """Reads passages of one version by their numbers; safe to use from several threads.

    ``text_of`` gives the text of a document by its name.
    """

    def __init__(self, milvus: Milvus, version: Version, dim: int, text_of: Callable[[str], str]) -> None:
        self._milvus, self._version, self._dim, self._text_of = milvus, version, dim, text_of
        self._lock = threading.Lock()
        self._kept: dict[int, Loaded] = {}

    def one(self, number: int, place: Callable[[int], Place]) -> Loaded:
        """Return a passage; ``place`` tells where the rows of a number are."""
        found = self._kept.get(number)
        return found if found is not None else self._load({number: place(number)})[number]

    def prepare(self, numbers: Iterable[int], place: Callable[[int], Place]) -> None:
        """Read what of some passages has not been read: three messages for all."""
        missing = {number: place(number) for number in numbers if number not in self._kept}
        if missing:
            self._load(missing)

    def _load(self, places: Mapping[int, Place]) -> dict[int, Loaded]:
        ids = {number: row_id(place.edition, place.local) for number, place in places.items()}
        rows = self._milvus.get(self._version.collection(PASSAGES), list(ids.values()), ["record"])
        records = {number: unpack(rows[one]["record"]) for number, one in ids.items()}
        units, figures = {}, {}
        for number, place in places.items():
            _, first_unit, ranges, first_figure, count = records[number]
            units[number] = [row_id(place.edition, first_unit + at) for at in range(len(ranges))]
            figures[number] = [row_id(place.edition, first_figure + at) for at in range(count)]
        unit_rows = self._rows(UNITS, units, ["vector"])
        figure_rows = self._rows(FIGURES, figures, ["vector", "record"])
        loaded = {}
        for number, place in places.items():
            values, first_unit, ranges, _, _ = records[number]
            passage = read_passage(place.document, values)
            own = [figure_rows[one] for one in figures[number]]
            loaded[number] = Loaded(
                indexed(number, passage, self._text_of(place.document), first_unit, ranges),
                self._vectors(unit_rows[one] for one in units[number]),
                tuple(read_figure(row["record"]) for row in own),
                self._vectors(own),
            )
        with self._lock:
            self._kept |= loaded
            for number in list(self._kept)[: max(len(self._kept) - _KEPT, 0)]:
                del self._kept[number]
        return loaded

    def _rows(self, kind: str, ids: Mapping[int, list[int]], fields: list[str]) -> dict[int, Row]:
        return self._milvus.get(self._version.collection(kind), list(chain.from_iterable(ids.values())), fields)

    def _vectors(self, rows: Iterable[Row]) -> Vectors:
        return np.array([row["vector"] for row in rows], dtype=np.float32).reshape(-1, self._dim)
