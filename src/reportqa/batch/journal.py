"""The journal of a run: answers are on disk as soon as they are given, and a killed run goes on where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reportqa.batch.records import read_answer
from reportqa.errors import InputError
from reportqa.text.records import SCHEMA, Answer


class Journal:
    """JSON Lines beside the output: a head that says what run this is, then a line for every chunk of answers.

    >>> with Journal(Path("答案.xlsx.partial"), {"questions": "9f…"}, resume=True) as journal:    # doctest: +SKIP
    ...     journal.add(answers)

    ``answers`` holds what has been answered so far. A last line that a killed run did not finish is cut off: a chunk is
    kept whole or not at all, since questions encoded in other company come out with other last digits.
    Raises InputError where the file cannot be written, or on resuming a run of other questions or another index.
    """

    def __init__(self, path: Path, run: dict[str, Any], resume: bool) -> None:
        self._path = path
        self._head = _line(run | {"schema": SCHEMA})
        self.answers: list[Answer] = []
        try:
            kept = self._recover() if resume and path.exists() else 0
            self._file = path.open("r+b" if kept else "wb")
            self._file.truncate(kept)
            self._file.seek(kept)
            if not kept:
                self._write(self._head)
        except OSError as error:
            raise _unwritable(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, answers: Sequence[Answer]) -> None:
        """Keep the answers of one more chunk, in the order of the list."""
        try:
            self._write(_line([answer.to_record() for answer in answers]))
        except OSError as error:
            raise _unwritable(self._path, error) from error
        self.answers.extend(answers)

    def remove(self) -> None:
        """Remove the journal: the document is there."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _recover(self) -> int:
        """Read the finished lines and return their length in bytes; 0 where not even the head is whole."""
        with self._path.open("rb") as file:
            head = file.readline()
            if not head.endswith(b"\n"):
                return 0
            if head != self._head:
                raise InputError(
                    f"不能接着 {self._path.name} 往下做：问题、索引或选项已经变了。请去掉 --resume 从头开始。"
                )
            kept = len(head)
            for line in file:
                try:
                    chunk = list(map(read_answer, json.loads(line))) if line.endswith(b"\n") else []
                except (ValueError, KeyError, TypeError):
                    chunk = []
                if not chunk:
                    break
                self.answers.extend(chunk)
                kept += len(line)
        return kept

    def _write(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())


def _line(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"写不了 {path}：{error.strerror or error}。")
