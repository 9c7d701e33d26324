"""Opening an index by where it is: a folder, or ``milvus:`` with the address of a Milvus."""

from __future__ import annotations

from pathlib import Path

from reportqa.index.folder import FolderStore
from reportqa.index.store import Store

_MILVUS = "milvus:"


def milvus_uri(where: str | Path) -> str | None:
    """Return the address of the Milvus that holds an index, None where the index is a folder.

    >>> milvus_uri("milvus:http://127.0.0.1:19530"), milvus_uri("milvus:reports.db"), milvus_uri("index")
    ('http://127.0.0.1:19530', 'reports.db', None)
    """
    return where.removeprefix(_MILVUS) if isinstance(where, str) and where.startswith(_MILVUS) else None


def open_store(where: str | Path) -> Store:
    """Open an index for reading.

    >>> open_store("index").passage(23).prose.text              # doctest: +SKIP
    '全区中职毕业生直接就业1473人…'

    Raises IndexStoreError where there is none, or it is damaged or of another version.
    """
    uri = milvus_uri(where)
    if uri is None:
        return FolderStore(Path(where))
    from reportqa.index.milvus.store import MilvusStore

    return MilvusStore(uri)
