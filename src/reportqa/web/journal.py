"""Files of one JSON object a line beside the index, that its owner can read: added to, never rewritten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from reportqa.errors import InputError


def add_line(file: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Add a record with the time before it, and return it.

    >>> add_line(Path("index/audit.jsonl"), {"user": "老师", "action": "移出"})      # doctest: +SKIP
    {'time': '2025-06-01T08:30:00+00:00', 'user': '老师', 'action': '移出'}

    Raises InputError where the file cannot be written.
    """
    timed = {"time": datetime.now(UTC).isoformat(timespec="seconds"), **record}
    try:
        # Two people who click at the same moment, also in two processes, do not write into each other.
        with FileLock(file.with_suffix(".lock")), file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(timed, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"写不了文件 {file}：{error.strerror or error}。") from error
    return timed


def read_lines(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file, the oldest first; a line that was cut off by a crash is passed over.

    Raises InputError where the file cannot be read.
    """
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines() if file.exists() else []
    except OSError as error:
        raise InputError(f"读不出文件 {file}：{error.strerror or error}。") from error
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record
