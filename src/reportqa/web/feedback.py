"""What people think of the answers: one JSON object a line, in a file beside the index that its owner can read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from reportqa.errors import InputError
from reportqa.text.records import Answer

FILE = "feedback.jsonl"
_LOCK = "feedback.lock"


def record_feedback(index: Path, answer: Answer, useful: bool) -> dict[str, Any]:
    """Add a line to ``feedback.jsonl``: when, the question, what was answered from where, and whether it was of use.

    >>> record_feedback(Path("index"), answer, useful=True)      # doctest: +SKIP
    {'time': '2025-06-01T08:30:00+00:00', 'question': '招生多少人？', 'useful': True, 'answer': '6191人', ...}

    Raises InputError where the file cannot be written.
    """
    record = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "question": answer.question,
        "useful": useful,
        "status": answer.status,
        "answer": answer.answer,
        "citations": [[citation.document, citation.start, citation.end] for citation in answer.citations],
    }
    try:
        # Two people who click at the same moment, also in two processes, do not write into each other.
        with FileLock(index / _LOCK), (index / FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"记不下这条反馈：{error.strerror or error}。") from error
    return record
