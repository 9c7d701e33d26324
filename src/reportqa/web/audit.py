"""Who changed the reports: a line for each change, in a file beside the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from reportqa.web.journal import add_line

FILE = "audit.jsonl"
Action = Literal["添加", "移出", "修改", "重建"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change to be made: what is done to which report, by whom ("" where nobody logs in), and what is set."""

    action: Action
    user: str
    document: str = ""
    values: dict[str, str] = field(default_factory=dict)


def record_change(index: Path, change: Change, outcome: str) -> None:
    """Add a line to ``audit.jsonl``: when, who, what, and what came of it.

    Raises InputError where the file cannot be written.
    """
    named = {"user": change.user, "action": change.action, "document": change.document, "values": change.values}
    add_line(index / FILE, {**named, "outcome": outcome})
