"""What goes through a batch: the rows of a question list, and the same rows answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from reportqa.text.decoding import UNREADABLE
from reportqa.text.records import Answer

# Below it a person should look at the answer.
LOW_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One row of a question list; ``error`` says why it holds no question, and is empty where it holds one.

    ``number`` counts the rows from 1. ``others`` holds what stands beside the question, under its own names.
    """

    number: int
    question: str
    others: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    @classmethod
    def read(cls, number: int, question: str, others: Mapping[str, Any] | None = None, error: str = "") -> QuestionRow:
        """Make a row of what was read, with the error where that is no readable question.

        >>> QuestionRow.read(2, " ").error
        '问题是空的'
        """
        question = question.strip()
        error = error or ("" if question else "问题是空的")
        if UNREADABLE in question:
            error = "有读不出的字符"
        return cls(number, question, others or {}, error)

    @property
    def id(self) -> Any:
        """What the list itself calls this row: its ``id``, None where there is none."""
        return self.others.get("id")


@dataclass(frozen=True, slots=True)
class QuestionList:
    """A question list as it was read: nothing is left out, and the order is that of the file.

    ``columns`` names what stands beside the questions; ``notes`` say what a person should know of the reading.
    """

    name: str
    rows: tuple[QuestionRow, ...]
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def title(self) -> str:
        """What a document of its answers is called: the name of the file without its ending."""
        return PurePath(self.name).stem

    @property
    def digest(self) -> str:
        """A hash of all that was read, by which a journal knows its list again."""
        content = [[row.question, dict(row.others), row.error] for row in self.rows]
        return hashlib.blake2b(json.dumps([content, self.columns]).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that asks again what row ``of`` asks: in the same words (``exact``) or in nearly the same."""

    row: int
    of: int
    exact: bool

    def __str__(self) -> str:
        return f"与第 {self.of} 条{'相同' if self.exact else '相近'}"


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A row with its answer.

    ``reviewed`` is what a person wrote in an earlier answer sheet, taken up again; ``outdated`` says that there was
    such an answer but that its source reads differently now.
    """

    row: QuestionRow
    answer: Answer
    duplicate: Duplicate | None = None
    reviewed: str = ""
    outdated: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether the answer was given with little confidence and no person has looked at it."""
        return self.answer.found and not self.reviewed and self.answer.confidence < LOW_CONFIDENCE

    @property
    def to_check(self) -> str:
        """Why a person should look at the row, "" where there is no reason.

        >>> AnsweredRow(QuestionRow(1, "学费多少？"), Answer("学费多少？", "not_found")).to_check
        '没有答案'
        """
        reasons = {
            "读不出": self.answer.status == "error",
            "没有答案": self.answer.status == "not_found",
            "问得太笼统": self.answer.status == "unclear",
            "待复核": self.outdated,
            "前后矛盾": bool(self.answer.conflicts) and not self.reviewed,
            "把握不大": self.doubtful,
        }
        return "、".join(reason for reason, given in reasons.items() if given)
