"""What people think of the answers: lines of a file beside the index, and what they come to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportqa.text.records import Answer
from reportqa.web.journal import add_line, read_lines

FILE = "feedback.jsonl"
_LONGEST = 2000
_TEXTS = ("time", "user", "question", "answer", "comment")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thought of an answer; ``time`` is when, in ISO 8601, ``user`` who, "" where nobody logs in."""

    id: str
    time: str
    user: str
    question: str
    answer: str
    useful: bool
    comment: str


def record_feedback(index: Path, answer: Answer, useful: bool, user: str = "") -> dict[str, Any]:
    """Add what somebody thinks of an answer: when, the question, what was answered from where, whether it was of use.

    >>> record_feedback(Path("index"), answer, useful=True)      # doctest: +SKIP
    {'time': '2025-06-01T08:30:00+00:00', 'id': '5f0c…', 'question': '招生多少人？', 'useful': True, ...}

    Raises InputError where the file cannot be written.
    """
    record = {
        "id": uuid.uuid4().hex,
        "user": user,
        "question": answer.question,
        "useful": useful,
        "status": answer.status,
        "answer": answer.answer,
        "confidence": round(answer.confidence, 4),
        "citations": [[citation.document, citation.start, citation.end] for citation in answer.citations],
    }
    return add_line(index / FILE, record)


def add_comment(index: Path, given: str, comment: str) -> None:
    """Add what somebody writes on the feedback with the id ``given``."""
    add_line(index / FILE, {"id": given, "comment": comment.strip()[:_LONGEST]})


def withdraw(index: Path, given: str) -> None:
    """Take feedback back: its line stays, and counts no more."""
    add_line(index / FILE, {"id": given, "withdrawn": True})


def read_feedback(index: Path) -> list[Opinion]:
    """Return what was given and not taken back, the newest first, with the last comment on each."""
    given: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(read_lines(index / FILE)):
        key = str(line.get("id", number))  # a line of an earlier version has none
        if line.get("withdrawn"):
            given.pop(key, None)
        elif "question" in line:
            given[key] = line
        elif key in given:
            given[key] = given[key] | {"comment": line.get("comment", "")}
    return [_opinion(key, line) for key, line in reversed(given.items())]


def _opinion(key: str, line: dict[str, Any]) -> Opinion:
    time, user, question, answer, comment = (str(line.get(name, "")) for name in _TEXTS)
    return Opinion(key, time, user, question, answer, bool(line.get("useful")), comment)
