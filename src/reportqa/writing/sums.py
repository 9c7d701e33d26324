"""Arithmetic that a sentence shows: 5308÷6782=78.27%."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from reportqa.text.forms import COUNTERS
from reportqa.text.numerals import ARABIC
from reportqa.text.records import Span

_POWERS = {"万": 10**4, "亿": 10**8, "%": 0.01, "％": 0.01}
_TERM = rf"(?P<number>{ARABIC}) ?(?P<power>[万亿%％]?)[{COUNTERS}元亩]{{0,2}}"
_ANY_TERM = re.sub(r"\?P<\w+>", "?:", _TERM)
_SIGNS = {"＋": "+", "－": "-", "−": "-", "–": "-", "×": "*", "x": "*", "X": "*", "÷": "/", "（": "(", "）": ")"}
_SIGN = r" ?[+＋\-－−–×xX*÷/] ?"
_SUM = re.compile(
    rf"(?P<left>[(（]*{_ANY_TERM}(?:[)）]?{_SIGN}[(（]?{_ANY_TERM}[)）]?)+) ?[=＝≈] ?(?P<right>{_ANY_TERM})"
)
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """An expression and the result that is written behind it; ``value`` is the right one, None where there is none.

    ``step`` is the half of the last digit that is written of the result.
    """

    span: Span
    operands: tuple[float, ...]
    value: float | None
    result: float
    step: float

    def holds(self, known: Collection[float]) -> bool:
        """Tell whether the result is right, and every operand one of the ``known`` numbers."""
        right = self.value is not None and abs(self.value - self.result) <= self.step * (1 + 1e-9)
        return right and all(operand in known for operand in self.operands)


def shown_sums(text: str) -> list[Sum]:
    """Return the arithmetic that a text shows.

    >>> [(one.operands, one.result, one.holds([5308, 6782])) for one in shown_sums("占78.27%（5308÷6782=78.27%）")]
    [((5308.0, 6782.0), 0.7827, True)]
    >>> [one.holds([3247, 3204]) for one in shown_sums("增长(3247−3204)÷3204=1.34%，即3247人-3204人=42人")]
    [True, False]
    """
    return [_read(match) for match in _SUM.finditer(text)]


def without_sums(text: str) -> str:
    """Return a text without the arithmetic that it shows.

    >>> without_sums("占78.27%，即5308÷6782=78.27%。")
    '占78.27%，即。'
    """
    return _SUM.sub("", text)


def _read(match: re.Match[str]) -> Sum:
    operands = tuple(_value(term) for term in re.finditer(_TERM, match["left"]))
    numbers = iter(operands)
    expression = re.sub(_ANY_TERM, lambda _: repr(next(numbers)), match["left"])
    for sign, plain in _SIGNS.items():
        expression = expression.replace(sign, plain)
    # 增长（(a−b)÷b=c）: the first one opens the remark.
    expression = expression[max(expression.count("(") - expression.count(")"), 0) :]
    term = re.match(_TERM, match["right"])
    assert term is not None
    decimals = len(term["number"].partition(".")[2])
    step = 0.5 * 10**-decimals * _POWERS.get(term["power"], 1)
    return Sum(Span(*match.span()), operands, _computed(expression), _value(term), step)


def _value(term: re.Match[str]) -> float:
    return round(float(term["number"].replace(",", "")) * _POWERS.get(term["power"], 1), 12)


def _computed(expression: str) -> float | None:
    try:
        return _of(ast.parse(expression.replace(" ", ""), mode="eval").body)
    except (SyntaxError, ZeroDivisionError, ValueError):
        return None


def _of(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_of(node.left), _of(node.right))
    raise ValueError(ast.dump(node))
