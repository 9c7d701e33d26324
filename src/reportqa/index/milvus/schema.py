"""The collections of an index: a version for each program and model, and the alias that names the one in use."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from reportqa import __version__
from reportqa.errors import IndexStoreError
from reportqa.index.generations import FORMAT
from reportqa.index.milvus.client import Milvus
from reportqa.index.milvus.rows import LONGEST, pack, unpack

ALIAS = "reportqa"
DOCUMENTS, PASSAGES, UNITS, FIGURES = COLLECTIONS = ("documents", "passages", "units", "figures")
ABOUT = 0
"""The id of the row that says what a version was made with; those of the shards follow it."""
REPORT, PART, SHARD = "report", "part", "shard"
# Milvus asks for a vector in every collection; of the documents none is searched for.
NO_VECTOR = [0.0, 0.0]
_K1, _B = 1.2, 0.75
_TRIES, _PAUSE = 30, 1.0
# Exact in a file, which holds no more than is compared in an instant; on a server the graph (docs/milvus.md).
_EXACT: dict[str, Any] = {"index_type": "FLAT", "metric_type": "IP"}
_GRAPH: dict[str, Any] = {"index_type": "HNSW", "metric_type": "IP", "params": {"M": 32, "efConstruction": 256}}
GRAPH_SEARCHED = 512


class Version:
    """One version of the collections.

    >>> Version.of("e5").collection("units")        # doctest: +SKIP
    'reportqa_1f0c2b7a9d3e_units'
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def of(cls, model_id: str) -> Version:
        """Return the version that this program builds with a model; all machines name it alike."""
        made_with = json.dumps([FORMAT, __version__, model_id])
        return cls(f"{ALIAS}_{hashlib.blake2b(made_with.encode('utf-8'), digest_size=6).hexdigest()}")

    @classmethod
    def in_use(cls, milvus: Milvus) -> Version | None:
        """Return the version that the alias names, None where nothing has been built whole."""
        if ALIAS not in milvus.call("list_aliases")["aliases"]:
            return None
        return cls(milvus.call("describe_alias", ALIAS)["collection_name"].removesuffix(f"_{DOCUMENTS}"))

    @classmethod
    def others(cls, milvus: Milvus, but: Version) -> list[Version]:
        """Return the versions that there are beside one, whole or not."""
        ends = tuple(f"_{kind}" for kind in COLLECTIONS)
        names = [
            name for name in milvus.call("list_collections") if name.startswith(f"{ALIAS}_") and name.endswith(ends)
        ]
        found = {name.rpartition("_")[0] for name in names}
        return [cls(name) for name in sorted(found - {but.name})]

    def collection(self, kind: str) -> str:
        """Return the name of a collection."""
        return f"{self.name}_{kind}"

    def exists(self, milvus: Milvus) -> bool:
        """Tell whether all collections are there: only then an alias has the version's name."""
        return self.name in milvus.call("list_aliases")["aliases"]

    def load(self, milvus: Milvus) -> None:
        """Have Milvus load the collections, which it does once."""
        for kind in COLLECTIONS:
            milvus.call("load_collection", self.collection(kind))

    def create(self, milvus: Milvus, model_id: str, dim: int) -> None:
        """Create the collections; another machine may be doing the same, or have been stopped while it did."""
        about = {"model_id": model_id, "dim": dim, "program": __version__, "format": FORMAT}
        for left in reversed(range(_TRIES)):
            if self.exists(milvus):
                return
            try:
                for kind in COLLECTIONS:
                    _make(milvus, self.collection(kind), kind, dim)
                milvus.call("upsert", self.collection(DOCUMENTS), [document_row(ABOUT, 0, "about", about)])
                milvus.call("create_alias", self.collection(DOCUMENTS), self.name)
            except IndexStoreError:
                # What the other one has just made.
                if not left:
                    raise
                time.sleep(_PAUSE)

    def about(self, milvus: Milvus) -> dict[str, Any]:
        """Return what the version was made with: model_id, dim, program, format."""
        (row,) = milvus.rows(self.collection(DOCUMENTS), f"id == {ABOUT}", ["data"])
        found: dict[str, Any] = unpack(row["data"])
        return found

    def use(self, milvus: Milvus) -> None:
        """Point the alias here: the one step by which a rebuild takes the place of what was."""
        if self._is_used(milvus):
            return
        step = "create_alias" if Version.in_use(milvus) is None else "alter_alias"
        try:
            milvus.call(step, self.collection(DOCUMENTS), ALIAS)
        except IndexStoreError:
            # Another machine that came to its end at the same moment has just done it.
            if not self._is_used(milvus):
                raise

    def _is_used(self, milvus: Milvus) -> bool:
        used = Version.in_use(milvus)
        return used is not None and used.name == self.name

    def drop(self, milvus: Milvus) -> None:
        """Remove the collections: they are no version any more before the first goes."""
        if self.exists(milvus):
            milvus.call("drop_alias", self.name)
        for kind in COLLECTIONS:
            milvus.call("drop_collection", self.collection(kind))


def document_row(number: int, edition: int, kind: str, data: object, **fields: Any) -> dict[str, Any]:
    """Return a row of the documents' collection; text stands in it as it is, other data packed."""
    row = {"id": number, "edition": edition, "kind": kind, "name": "", "state": "", "built": 0}
    labels = {"year": None, "region": None, "genre": ""}
    return row | labels | {"data": data if isinstance(data, str) else pack(data), "vector": NO_VECTOR} | fields


def _make(milvus: Milvus, name: str, kind: str, dim: int) -> None:
    """Create what is missing of a collection, its indexes too, and load it."""
    schema, indexes = _schema(milvus, kind, dim)
    if not milvus.call("has_collection", name):
        milvus.call("create_collection", name, schema=schema)
    there = milvus.call("list_indexes", name)
    for one in indexes:
        if one.field_name not in there:
            milvus.call("create_index", name, type(indexes)([one]))
    milvus.call("load_collection", name)


def _schema(milvus: Milvus, kind: str, dim: int) -> tuple[Any, Any]:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("edition", DataType.INT64)
    indexes = milvus.call("prepare_index_params")
    _index(indexes, "edition", index_type="INVERTED")
    fill: dict[str, Callable[[Any, Any, Any], None]] = {DOCUMENTS: _documents, PASSAGES: _passages, FIGURES: _figures}
    fill.get(kind, _units)(schema, indexes, DataType)
    if kind in (UNITS, FIGURES):
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        searched = kind == UNITS and not milvus.embedded
        _index(indexes, "vector", **(_GRAPH if searched else _EXACT))
    return schema, indexes


def _index(indexes: Any, field: str, params: dict[str, Any] | None = None, **kind: str) -> None:
    """Add an index of a field, named as the field is."""
    # pymilvus sends the parameters flat, where Milvus Lite reads one value of this name; Milvus takes both.
    indexes.add_index(field, index_name=field, params={"params": params} if params else {}, **kind)


def _documents(schema: Any, indexes: Any, types: Any) -> None:
    for name, length in (("kind", 16), ("name", 2048), ("state", 16), ("region", 256), ("genre", 1024)):
        schema.add_field(name, types.VARCHAR, max_length=length, nullable=name == "region")
    schema.add_field("year", types.INT32, nullable=True)
    schema.add_field("built", types.INT64)
    schema.add_field("data", types.VARCHAR, max_length=LONGEST)
    schema.add_field("vector", types.FLOAT_VECTOR, dim=len(NO_VECTOR))
    _index(indexes, "vector", **_EXACT)


def _passages(schema: Any, indexes: Any, types: Any) -> None:
    from pymilvus import Function, FunctionType

    # Only what both Milvus and Milvus Lite have: the blanks are no words in either.
    words = {"tokenizer": "jieba", "filter": [{"type": "stop", "stop_words": [" "]}]}
    for name, source, analyzer in (("words", "text", words), ("bigrams", "pairs", {"tokenizer": "standard"})):
        schema.add_field(source, types.VARCHAR, max_length=LONGEST, enable_analyzer=True, analyzer_params=analyzer)
        schema.add_field(name, types.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function(
                name=f"{name}_bm25",
                function_type=FunctionType.BM25,
                input_field_names=[source],
                output_field_names=[name],
            )
        )
        kind = {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "BM25"}
        _index(indexes, name, {"bm25_k1": _K1, "bm25_b": _B}, **kind)
    schema.add_field("record", types.VARCHAR, max_length=LONGEST)


def _units(schema: Any, indexes: Any, types: Any) -> None:
    schema.add_field("passage", types.INT32)


def _figures(schema: Any, indexes: Any, types: Any) -> None:
    schema.add_field("record", types.VARCHAR, max_length=LONGEST)
