"""What a browser asked before, as it keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

from reportqa.output.wording import STATUS, headline
from reportqa.text.records import Answer

_REMEMBERED = 50
_SHORT = 60


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question and the beginning of its answer.

    ``reports`` are those that it was put to, none where that was all of them; ``after`` is the question of the same
    conversation that was asked before it, "" where it began one.
    """

    question: str
    short: str
    reports: tuple[str, ...] = ()
    after: str = ""

    @classmethod
    def of(cls, answer: Answer, reports: Sequence[str], after: str) -> PastQuestion:
        """Make the entry for an answer."""
        short = headline(answer) if answer.found else STATUS[answer.status]
        return cls(answer.question, short[:_SHORT], tuple(reports), after)


def read_history(kept: object) -> list[PastQuestion]:
    """Read what the browser kept, which may be anything.

    >>> read_history([["招生多少人？", "6191人", ["甲.txt"], ""], "?", {"q": 1}])
    [PastQuestion(question='招生多少人？', short='6191人', reports=('甲.txt',), after='')]
    """
    rows = kept if isinstance(kept, list) else []
    return [_entry(*row) for row in rows if isinstance(row, list) and len(row) in (2, 3, 4)][:_REMEMBERED]


def _entry(question: object, short: object, reports: object = (), after: object = "") -> PastQuestion:
    # An earlier version kept the name of one report, "" for all of them.
    named = reports if isinstance(reports, list) else [reports] if isinstance(reports, str) and reports else []
    return PastQuestion(str(question), str(short), tuple(map(str, named)), str(after))


def remember(asked: PastQuestion, past: Sequence[PastQuestion]) -> list[PastQuestion]:
    """Put a question before those asked earlier, and once only; it stays in the conversation that it was asked in."""
    same = next((other for other in past if _key(other) == _key(asked)), None)
    if same and not asked.after:
        asked = replace(asked, after=same.after)
    return [asked, *(other for other in past if other != same)][:_REMEMBERED]


def thread(asked: PastQuestion, past: Sequence[PastQuestion]) -> list[PastQuestion]:
    """Return what was asked before a question in the same conversation, the first one first.

    >>> first = PastQuestion("公办学校有几所？", "2所")
    >>> second = PastQuestion("民办学校有几所", "5所", (), "公办学校有几所？")
    >>> [one.short for one in thread(second, [second, first])]
    ['2所']
    """
    known = {one.question: one for one in reversed(past)}
    turns = [asked]
    while (before := known.get(turns[-1].after)) and before.question not in [turn.question for turn in turns]:
        turns.append(before)
    return turns[:0:-1]


def kept(past: Sequence[PastQuestion]) -> list[tuple[object, ...]]:
    """Return the form that :func:`read_history` reads."""
    return [astuple(asked) for asked in past]


def _key(asked: PastQuestion) -> tuple[str, tuple[str, ...]]:
    return asked.question, asked.reports
