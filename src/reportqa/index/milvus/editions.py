"""Which documents an index in Milvus holds: of each name the newest edition that is whole."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reportqa.index.milvus.client import Milvus, Row
from reportqa.index.milvus.rows import unpack
from reportqa.index.milvus.schema import COLLECTIONS, DOCUMENTS, REPORT, SHARD, Version
from reportqa.reading.files import Shard

WRITING, READY, REMOVED = "writing", "ready", "removed"
"""What a document's row says: its other rows are being written, all are there, or the document is gone."""
LEFT_OVER = 3600
"""What is still being written after so many seconds was left by a build that was killed."""
_STATES = ("id", "edition", "kind", "name", "state", "built")
_FIELDS = (*_STATES, "year", "region", "genre", "data")


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of a document: all its rows carry ``edition``; ``built`` are milliseconds since 1970.

    The word that the build of a shard leaves has the same form.
    """

    edition: int
    name: str
    state: str
    built: int
    row: Row

    @property
    def record(self) -> dict[str, Any]:
        """What is known of it: metadata, counts and places of its parts; of a shard what it was built with."""
        found: dict[str, Any] = unpack(self.row["data"])
        return found


@dataclass(frozen=True, slots=True)
class Contents:
    """The documents of a version, by name in order, and what the builds of its shards have left word of."""

    current: dict[str, Edition]
    stale: tuple[Edition, ...]
    shards: dict[int, Edition]

    @property
    def generation(self) -> str:
        """Say by one word what the index holds: another word, another state."""
        held = [(one.edition, one.built) for one in self.current.values()]
        finished = sorted((number, word.built) for number, word in self.shards.items())
        return hashlib.blake2b(repr((held, finished)).encode("utf-8"), digest_size=8).hexdigest()

    @property
    def built(self) -> int:
        """Return when anything in it was last changed, in milliseconds since 1970."""
        held = [one.built for one in (*self.current.values(), *self.stale)]
        return max([0, *held, *(word.built for word in self.shards.values())])

    @property
    def is_abandoned(self) -> bool:
        """Tell whether nobody has written here for so long that nobody is going to."""
        return self.built < now() - 1000 * LEFT_OVER

    @property
    def is_whole(self) -> bool:
        """Tell whether every shard of the latest division has been built."""
        if not self.shards:
            return False
        counts = {number: word.record["count"] for number, word in self.shards.items()}
        count = counts[max(self.shards, key=lambda number: self.shards[number].built)]
        return all(counts.get(number) == count for number in range(1, count + 1))

    def left_over(self) -> list[int]:
        """Return the editions that nobody will ask for: those replaced or removed, and what killed builds left."""
        oldest = now() - 1000 * LEFT_OVER
        gone = [one.edition for one in self.current.values() if one.state == REMOVED]
        return gone + [one.edition for one in self.stale if one.state != WRITING or one.built < oldest]


def now() -> int:
    """Return the milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def read_contents(milvus: Milvus, version: Version, shard: Shard | None = None, states_only: bool = False) -> Contents:
    """Read what a version holds, of a shard alone where one is given; ``states_only`` leaves the records out."""
    fields = _STATES if states_only else _FIELDS
    rows = milvus.rows(version.collection(DOCUMENTS), f"kind in ['{REPORT}', '{SHARD}']", fields)
    read = [(row, Edition(row["edition"], row["name"], row["state"], row["built"], row)) for row in rows]
    shards = {row["id"]: one for row, one in read if row["kind"] == SHARD}
    editions = [one for row, one in read if row["kind"] == REPORT and (shard is None or shard.has(one.name))]
    current: dict[str, Edition] = {}
    for one in sorted(editions, key=lambda one: (one.name, one.built, one.edition)):
        if one.state != WRITING:
            current[one.name] = one
    kept = {one.edition for one in current.values()}
    return Contents(current, tuple(one for one in editions if one.edition not in kept), shards)


def among(editions: Iterable[int]) -> str:
    """Return the condition that a row belongs to one of some editions.

    >>> among([3, 5])
    'edition in [3, 5]'
    """
    return f"edition in {list(editions)}"


def sweep(milvus: Milvus, version: Version, editions: Sequence[int]) -> None:
    """Remove all rows of editions; the documents' own come last, so that what is left is known to the next sweep."""
    if editions:
        for kind in reversed(COLLECTIONS):
            milvus.call("delete", version.collection(kind), filter=among(editions))
