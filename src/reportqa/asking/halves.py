"""A question that asks for several things at once: which of them a figure answers, and which are left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reportqa.asking.cite import Reply
from reportqa.asking.config import FITTED
from reportqa.asking.matching import FigureMatch
from reportqa.asking.question import Question
from reportqa.asking.sure import Sureness
from reportqa.text.folding import fold

# So much of what a single question names must be said of its figure, and it must be likelier right than wrong.
_NAMED, _RIGHT = 0.6, 0.5


@dataclass(frozen=True, slots=True)
class Half:
    """One of the single questions in a question, and its answer; None is left open."""

    question: Question
    reply: Reply | None


def fits(question: Question, match: FigureMatch) -> bool:
    """Tell whether a figure beside another's answer is of the kind and of the thing that a single question asks for.

    >>> fits(understand("校园面积是多少"), match)      # doctest: +SKIP
    False

    ``match`` is scored for that question.
    """
    said = question.unify(fold(f"{match.figure.scope} {match.figure.indicator} {match.around}"))
    named = [term for term in question.terms if term != question.unit]
    spoken = sum(term in said for term in named) >= _NAMED * len(named)
    return spoken and match.signals["unit"] > 0 and not match.signals["form"]


def answers(reply: Reply) -> bool:
    """Tell whether the reply to a single question, asked alone, can stand for it."""
    sure = reply.sure or Sureness(0.0, 0.0)
    return not reply.refusal and sure.answerable >= FITTED.answerable and sure.right >= _RIGHT


def put_together(halves: Sequence[Half]) -> Reply:
    """Make one reply of those to the single questions, which says what is left open."""
    given = [half.reply for half in halves if half.reply]
    worked = [f"{one.derived.expression} = {one.derived.text}。" for one in given if one.derived]
    sure = [one.sure for one in given if one.sure]
    return replace(
        given[0],
        text="；".join(one.text for one in given),
        places=tuple(place for one in given for place in one.places),
        figures=tuple(figure for one in given for figure in one.figures),
        conflict=next((one.conflict for one in given if one.conflict), ()),
        derived=None,
        note=" ".join([*worked, *_open(half.question.plain for half in halves if half.reply is None)]),
        sure=min(sure, key=lambda one: one.right, default=None),
    )


def _open(questions: Iterable[str]) -> list[str]:
    named = "、".join(f"“{question}”" for question in questions)
    return [f"只答出一部分：{named}没有可靠的答案，请单独问。"] if named else []
