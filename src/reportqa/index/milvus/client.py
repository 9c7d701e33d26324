"""The connection to a Milvus: Milvus Lite in this process for a file, else a server; errors as one line."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reportqa.errors import IndexStoreError

Row = dict[str, Any]
_TOKEN = "REPORTQA_MILVUS_TOKEN"
_TIMEOUT = 10.0
_AT_ONCE = 1000
_WRITTEN = 8 * 2**20
_SERVER = re.compile(r"(?:https?|tcp|grpc)://")
_HOST = re.compile(r"[\w.-]+:\d+")
_SECRET = re.compile(r"//[^/@]*@")


class Milvus:
    """A connection to the Milvus at ``uri``: a file (Milvus Lite), or the http address of a server.

    >>> Milvus("http://127.0.0.1:19530").rows("reportqa", "id > 0", ["name"])      # doctest: +SKIP
    [{'id': 1048576, 'name': '渝北区年报2024.txt'}]

    ``http://user:password@host:19530/database`` names a database and a login; REPORTQA_MILVUS_TOKEN is the safer place
    for the latter. Raises IndexStoreError where pymilvus is not installed or there is no answer.
    """

    def __init__(self, uri: str, make: bool = False) -> None:
        self.uri = _SECRET.sub("//", uri)
        self.embedded = _SERVER.match(uri) is None
        if not uri or _HOST.fullmatch(uri):
            raise IndexStoreError(f"Milvus 的地址要写成 http://主机:端口，或一个文件，给的是“{uri}”。")
        try:
            from pymilvus import MilvusClient, MilvusException
        except ImportError as error:
            raise IndexStoreError("没有安装 Milvus 的客户端：请运行 pip install 'reportqa[milvus]'。") from error
        # What they report reaches the user as one line below; they would print the traceback too.
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._error: type[Exception] = MilvusException
        address = _serve_file(Path(uri.removeprefix("file://").removeprefix("file:")), make) if self.embedded else uri
        options: dict[str, Any] = {"token": os.environ.get(_TOKEN, ""), "timeout": _TIMEOUT}
        if self.embedded:
            # Within one process there is nothing to keep alive, and Milvus Lite hangs up on who asks too often.
            options["grpc_options"] = {"grpc.keepalive_time_ms": 2**31 - 1}
        self._client: Any = self._tell(lambda: MilvusClient(uri=address, **options))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of pymilvus.MilvusClient; raises IndexStoreError where it fails."""
        return self._tell(lambda: getattr(self._client, method)(*arguments, **options))

    def rows(self, collection: str, condition: str, fields: Sequence[str]) -> list[Row]:
        """Return all rows that a condition holds for, as they are now."""

        def read() -> list[Row]:
            found: list[Row] = []
            options = {"output_fields": list(fields), "batch_size": _AT_ONCE, "consistency_level": "Strong"}
            batches = self._client.query_iterator(collection, filter=condition, **options)
            while batch := batches.next():
                found += batch
            batches.close()
            return found

        found: list[Row] = self._tell(read)
        return found

    def get(self, collection: str, numbers: Sequence[int], fields: Sequence[str]) -> dict[int, Row]:
        """Return rows by their ids; raises IndexStoreError where one is gone."""
        found: dict[int, Row] = {}
        options = {"output_fields": ["id", *fields]}
        # A cluster may show what has just been written a few seconds later, unless it is asked to wait for it.
        for level in ("Bounded", "Strong"):
            missing = [number for number in numbers if number not in found]
            for start in range(0, len(missing), _AT_ONCE):
                some = missing[start : start + _AT_ONCE]
                rows = self.call("get", collection, ids=some, consistency_level=level, **options)
                found |= {row["id"]: row for row in rows}
        if len(found) < len(set(numbers)):
            raise IndexStoreError("索引刚被另一个程序更新：请再试一次。")
        return found

    def insert(self, collection: str, rows: Iterable[Row]) -> None:
        """Insert rows, so many at a time as one message takes."""
        for some in _batches(rows):
            self.call("insert", collection, some)

    def _tell(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except self._error as error:
            reason = str(getattr(error, "message", "") or error).partition("\n")[0][:200]
            raise IndexStoreError(f"Milvus（{self.uri}）出错：{reason}。请检查地址和服务。") from error


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    some: list[Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += sum(4 * len(value) for value in row.values() if hasattr(value, "__len__"))
        if len(some) == _AT_ONCE or size > _WRITTEN:
            yield some
            some, size = [], 0
    if some:
        yield some


def _serve_file(path: Path, make: bool) -> str:
    """Serve a file of Milvus Lite to this process alone and return the address; once for a file."""
    if not make and not path.exists():
        raise IndexStoreError(f"还没有索引：没有 {path}，请先运行 reportqa index --index milvus:{path}。")
    try:
        from milvus_lite import MilvusLite
        from milvus_lite.exceptions import DataDirLockedError
        from milvus_lite.server_manager import server_manager_instance
    except ImportError as error:
        raise IndexStoreError("没有安装 Milvus Lite：请运行 pip install 'reportqa[milvus]'。") from error
    # Its analyzer has a jieba of its own, which else announces that it reads the dictionary.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        address: str | None = server_manager_instance.start_and_get_uri(str(path))
        if address is None:
            MilvusLite(str(path)).close()
            address = server_manager_instance.start_and_get_uri(str(path))
    except DataDirLockedError as error:
        raise IndexStoreError(
            f"{path} 正被另一个程序使用：Milvus Lite 的索引一次只能由一个程序打开，请等它结束再试。"
        ) from error
    # Whatever a damaged file makes it raise.
    except Exception as error:
        raise IndexStoreError(f"打不开 Milvus Lite 的索引 {path}：{str(error)[:200]}。") from error
    if address is None:
        raise IndexStoreError(f"打不开 Milvus Lite 的索引 {path}：服务没有启动。")
    return address
