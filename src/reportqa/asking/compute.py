"""Arithmetic that a question asks for over figures that the report states: a share, a rest, a sum."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportqa.asking.config import FITTED
from reportqa.asking.intent import Operation
from reportqa.asking.matching import FigureMatch
from reportqa.asking.operands import Operands, words_of
from reportqa.asking.question import Question
from reportqa.asking.search import coverage
from reportqa.asking.sure import Sureness
from reportqa.figures.arithmetic import amount, in_unit_of, written
from reportqa.text.forms import YEAR
from reportqa.text.numerals import plain_number
from reportqa.text.patterns import lazy

_YEAR = lazy(YEAR)
_LEAST_CHANCE = 1e-6
_LARGE = 10_000
_LEAST_KIND = 0.02
_OF_SET = ("covered", "added", "told", "bracket", "times", "plans", "passage", "size", "each", "least asked")
# What of the signals of the likeliest stated figure tells whether it answers: 人均 asked for and said, a change or not.
_OF_BEST = ("kind", "read", "unit", "indicator", "asked", "per_head", "level", "change", "narrow", "contrast")


@dataclass(frozen=True, slots=True)
class Derived:
    """A computed value with its arithmetic: the operands in the order of the expression."""

    operation: Operation
    expression: str
    value: float
    text: str
    operands: tuple[FigureMatch, ...]


def derive(operation: Operation, matches: Sequence[FigureMatch], unit: str = "") -> Derived:
    """Compute with figures, in the order that the operation needs: the whole before what is taken from it.

    >>> derive("share", matches).expression      # doctest: +SKIP
    '5 ÷ 7'

    Of a difference and a ratio the greater comes first, of a growth the newer. ``unit`` is what the question counts.
    """
    greatest = sorted(matches, key=lambda match: -amount(match.figure))
    if operation == "sum":
        value = sum(amount(match.figure) for match in matches)
        expression = written("+", *(match.figure for match in matches))
        return Derived("sum", expression, value, in_unit_of(matches[0].figure, value), tuple(matches))
    if operation == "growth":
        return growth(*newest_first(matches))
    if operation == "share":
        return share(greatest[1], greatest[0])
    if operation == "ratio":
        return ratio(greatest[0], greatest[1], unit)
    return subtracted(operation, *greatest)


def subtracted(operation: Operation, more: FigureMatch, *less: FigureMatch) -> Derived:
    """Subtract, and write what is left in the unit of the larger figure."""
    value = amount(more.figure) - sum(amount(match.figure) for match in less)
    expression = written("−", more.figure, *(match.figure for match in less))
    return Derived(operation, expression, value, in_unit_of(more.figure, value), (more, *less))


def share(part: FigureMatch, whole: FigureMatch) -> Derived:
    """Divide a part by its whole."""
    value = amount(part.figure) / amount(whole.figure)
    return Derived("share", written("÷", part.figure, whole.figure), value, f"{100 * value:.2f}%", (part, whole))


def growth(new: FigureMatch, old: FigureMatch) -> Derived:
    """Set a change in relation to the older value."""
    value = amount(new.figure) / amount(old.figure) - 1
    expression = f"({written('−', new.figure, old.figure)}) ÷ {written('÷', old.figure)}"
    return Derived("growth", expression, value, f"{100 * value:.2f}%", (new, old))


def ratio(more: FigureMatch, less: FigureMatch, unit: str = "") -> Derived:
    """Divide: so many times as much of one unit, else, or where a unit is asked for, so much for each."""
    value = amount(more.figure) / amount(less.figure)
    expression = written("÷", more.figure, less.figure)
    each = more.figure.normalized_unit
    text = f"{plain_number(round(value, 2))}{each}"
    if each == less.figure.normalized_unit and not unit:
        text = f"{plain_number(round(value, 2))}倍"
    elif each == "元" and value >= _LARGE:
        text = f"{plain_number(round(value / _LARGE, 2))}万元"
    return Derived("ratio", expression, value, text, (more, less))


def newest_first(matches: Sequence[FigureMatch]) -> tuple[FigureMatch, FigureMatch]:
    """Return two values of one measure, the newer first: by the years of heads, then by what is of before or planned.

    Where nothing tells them apart, the report says first what is new.
    """
    one, other = matches
    years = [_YEAR.search(f"{match.figure.scope} {match.figure.indicator}") for match in matches]
    if years[0] and years[1] and years[0][0] != years[1][0]:
        return (one, other) if years[0][0] > years[1][0] else (other, one)
    if one.signals["earlier"] != other.signals["earlier"]:
        return (other, one) if one.signals["earlier"] else (one, other)
    return (other, one) if other.signals["later"] > one.signals["later"] else (one, other)


def may_ask(question: Question, chances: Mapping[Operation, float]) -> bool:
    """Tell whether a question may ask for arithmetic: by its wording, or for a share, which a report may not state."""
    return not question.several and (chances["none"] <= FITTED.plain or question.asked == "percent")


def _chance_of(question: Question, operation: Operation, operands: Operands) -> float:
    """Return how likely a question asks for the kind of thing that an operation yields."""
    if operation in ("share", "growth"):
        return question.chances["percent"]
    greatest, other = sorted((match.figure for match in operands.matches), key=amount, reverse=True)[:2]
    times = operation == "ratio" and greatest.normalized_unit == other.normalized_unit
    return question.chances["number"] if times else question.chance_of(greatest)


def computing_signals(
    question: Question,
    operation: Operation,
    chances: Mapping[Operation, float],
    operands: Operands,
    matches: Sequence[FigureMatch],
    sure: Sureness,
) -> dict[str, float]:
    """Return what speaks for computing rather than for a figure that the report states, the first of ``matches``."""
    best = matches[0]
    return {
        "operation": math.log(chances[operation] + _LEAST_CHANCE) - math.log(chances["none"] + _LEAST_CHANCE),
        "score": operands.score,
        "chance": operands.chance,
        "yields": math.log(max(_chance_of(question, operation, operands), _LEAST_KIND)),
        "stated": sure.right,
        "answerable": sure.answerable,
        **{name: best.signals[name] for name in _OF_BEST},
        **{f"set {name}": operands.signals[name] for name in _OF_SET},
        "percent": float(best.figure.kind == "percent"),
        "among": float(any(one.figure == best.figure for one in operands.matches)),
        "more": operands.signals["covered"] - coverage(words_of(best.figure), best.candidate.rarity),
    }
