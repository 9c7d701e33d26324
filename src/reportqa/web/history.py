"""What a browser asked before, as it keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from reportqa.text.records import Answer

_REMEMBERED = 20
_SHORT = 60


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question, the beginning of its answer, and the one report that it was put to; "" where that was all of them."""

    question: str
    short: str
    report: str = ""

    @classmethod
    def of(cls, answer: Answer, report: str) -> PastQuestion:
        """Make the entry for an answer."""
        return cls(answer.question, (answer.answer if answer.found else "报告里没有")[:_SHORT], report)


def read_history(kept: object) -> list[PastQuestion]:
    """Read what the browser kept, which may be anything.

    >>> read_history([["招生多少人？", "6191人"], "?", {"q": 1}])
    [PastQuestion(question='招生多少人？', short='6191人', report='')]
    """
    rows = kept if isinstance(kept, list) else []
    read = [PastQuestion(*map(str, row)) for row in rows if isinstance(row, list) and len(row) in (2, 3)]
    return read[:_REMEMBERED]


def remember(asked: PastQuestion, past: Sequence[PastQuestion]) -> list[PastQuestion]:
    """Put a question before those asked earlier, and once only."""
    same = (asked.question, asked.report)
    return [asked, *(other for other in past if (other.question, other.report) != same)][:_REMEMBERED]


def kept(past: Sequence[PastQuestion]) -> list[tuple[str, ...]]:
    """Return the form that :func:`read_history` reads."""
    return [astuple(asked) for asked in past]
