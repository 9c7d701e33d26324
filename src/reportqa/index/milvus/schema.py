"""The collections of an index: a version for each program and model, and the alias that names the one in use."""

from __future__ import annotations

import hashlib
import json
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
        """Tell whether all collections are there and say what they were made with."""
        there = set(milvus.call("list_collections"))
        if not there.issuperset(map(self.collection, COLLECTIONS)):
            return False
        self.load(milvus)
        return bool(milvus.rows(self.collection(DOCUMENTS), f"id == {ABOUT}", ["id"]))

    def load(self, milvus: Milvus) -> None:
        """Have Milvus load the collections, which it does once."""
        for kind in COLLECTIONS:
            milvus.call("load_collection", self.collection(kind))

    def create(self, milvus: Milvus, model_id: str, dim: int) -> None:
        """Create what is missing; another machine may be doing the same."""
        for kind in COLLECTIONS:
            name = self.collection(kind)
            if not milvus.call("has_collection", name):
                schema, indexes = _schema(milvus, kind, dim)
                try:
                    milvus.call("create_collection", name, schema=schema, index_params=indexes)
                except IndexStoreError:
                    if not milvus.call("has_collection", name):
                        raise
        self.load(milvus)
        about = {"model_id": model_id, "dim": dim, "program": __version__, "format": FORMAT}
        milvus.call("upsert", self.collection(DOCUMENTS), [document_row(ABOUT, 0, "about", about)])

    def about(self, milvus: Milvus) -> dict[str, Any]:
        """Return what the version was made with: model_id, dim, program, format."""
        (row,) = milvus.get(self.collection(DOCUMENTS), [ABOUT], ["data"]).values()
        found: dict[str, Any] = unpack(row["data"])
        return found

    def use(self, milvus: Milvus) -> None:
        """Point the alias here: the one step by which a rebuild takes the place of what was."""
        used = Version.in_use(milvus)
        if used is None or used.name != self.name:
            milvus.call("create_alias" if used is None else "alter_alias", self.collection(DOCUMENTS), ALIAS)

    def drop(self, milvus: Milvus) -> None:
        """Remove the collections, the documents last: they say how old the others are."""
        for kind in reversed(COLLECTIONS):
            milvus.call("drop_collection", self.collection(kind))


def document_row(number: int, edition: int, kind: str, data: object, **fields: Any) -> dict[str, Any]:
    """Return a row of the documents' collection; text stands in it as it is, other data packed."""
    row = {"id": number, "edition": edition, "kind": kind, "name": "", "state": "", "built": 0}
    labels = {"year": None, "region": None, "genre": ""}
    return row | labels | {"data": data if isinstance(data, str) else pack(data), "vector": NO_VECTOR} | fields


def _schema(milvus: Milvus, kind: str, dim: int) -> tuple[Any, Any]:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("edition", DataType.INT64)
    indexes = milvus.call("prepare_index_params")
    indexes.add_index("edition", index_type="INVERTED")
    fill: dict[str, Callable[[Any, Any, Any], None]] = {DOCUMENTS: _documents, PASSAGES: _passages, FIGURES: _figures}
    fill.get(kind, _units)(schema, indexes, DataType)
    if kind in (UNITS, FIGURES):
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        searched = kind == UNITS and not milvus.embedded
        indexes.add_index("vector", **(_GRAPH if searched else _EXACT))
    return schema, indexes


def _documents(schema: Any, indexes: Any, types: Any) -> None:
    for name, length in (("kind", 16), ("name", 2048), ("state", 16), ("region", 256), ("genre", 1024)):
        schema.add_field(name, types.VARCHAR, max_length=length, nullable=name == "region")
    schema.add_field("year", types.INT32, nullable=True)
    schema.add_field("built", types.INT64)
    schema.add_field("data", types.VARCHAR, max_length=LONGEST)
    schema.add_field("vector", types.FLOAT_VECTOR, dim=len(NO_VECTOR))
    indexes.add_index("vector", **_EXACT)


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
        params = {"bm25_k1": _K1, "bm25_b": _B}
        indexes.add_index(name, index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=params)
    schema.add_field("record", types.VARCHAR, max_length=LONGEST)


def _units(schema: Any, indexes: Any, types: Any) -> None:
    schema.add_field("passage", types.INT32)


def _figures(schema: Any, indexes: Any, types: Any) -> None:
    schema.add_field("record", types.VARCHAR, max_length=LONGEST)
