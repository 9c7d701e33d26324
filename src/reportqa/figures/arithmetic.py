"""Arithmetic on figures: values and ranges of values, compared, computed and written as the report writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal

from reportqa.text.numerals import LARGE, SMALL, plain_number
from reportqa.text.records import Figure

Range = tuple[float, float]
"""The least and the greatest value that a figure, or what is computed of figures, may stand for."""


def amount(figure: Figure) -> float:
    """Return a figure's value in its normal unit; the figure must have a number for one."""
    return float(figure.normalized_value)  # type: ignore[arg-type]


def stated_number(figure: Figure) -> float:
    """Return a figure's value as it stands in the text; the figure must have a number for one."""
    return float(figure.value)  # type: ignore[arg-type]


def is_exact(figure: Figure) -> bool:
    """Tell whether a figure is one exact number."""
    return not figure.approx and isinstance(figure.normalized_value, int | float)


def comparable(one: Figure, other: Figure) -> bool:
    """Tell whether two figures are quantities in one unit."""
    return one.kind == other.kind and one.normalized_unit == other.normalized_unit


def shown(figure: Figure) -> str:
    """Return a value as the report writes it, without its unit.

    >>> shown(Figure(0, 7, "46.8万人", 46.8, "万人", 468000, "人", "count"))
    '46.8万'
    """
    multiplier = re.match("[百千万亿]+", figure.unit)
    return f"{plain_number(stated_number(figure))}{multiplier[0] if multiplier else ''}"


def in_unit_of(figure: Figure, value: float) -> str:
    """Write an amount that is given in the normal unit in the unit of a figure: 12000 as 1.2万元.

    >>> in_unit_of(Figure(0, 3, "0万元", 0, "万元", 0, "元", "money"), 12000)
    '1.2万元'

    The difference of two percentages is in percentage points.
    """
    if figure.kind == "percent":
        return f"{plain_number(100 * value)}个百分点"
    stated = stated_number(figure)
    # Of nothing the unit alone tells what it is counted in.
    multiplier = re.match("[百千万亿]*", figure.unit)
    powers = math.prod((SMALL | LARGE)[char] for char in multiplier[0]) if multiplier else 1
    factor = amount(figure) / stated if stated else powers
    return f"{plain_number(value / factor)}{figure.unit}"


def written(sign: str, *figures: Figure) -> str:
    """Write an expression with the report's numbers, and with their units where these differ."""
    alike = len({figure.unit for figure in figures}) == 1
    return f" {sign} ".join(str(figure.value) if alike else figure.text for figure in figures)


def same_value(one: Figure, other: Figure) -> bool:
    """Tell whether two values are the same within half a unit of the last digit that each states.

    >>> a = Figure(0, 7, "225.8万人", 225.8, "万人", 2258000, "人", "count")
    >>> same_value(a, Figure(9, 17, "2258321人", 2258321, "人", 2258321, "人", "count"))
    True
    """
    if one.normalized_value == other.normalized_value:
        return True
    low, high = bounds(one)
    other_low, other_high = bounds(other)
    return low <= other_high and other_low <= high and (low, other_low) != (high, other_high)


def bounds(figure: Figure) -> tuple[float, float]:
    """Return the least and the greatest value that a figure may stand for, by the digits that it states.

    >>> bounds(Figure(0, 5, "8.95%", 8.95, "%", 0.0895, "", "percent"))
    (0.08945, 0.08955)

    A whole number without 万 or 亿 is exact. A value that is no number has no bounds: (1, 0).
    """
    value, normal = figure.value, figure.normalized_value
    if not isinstance(value, int | float) or not isinstance(normal, int | float):
        return 1.0, 0.0
    digits = _decimals(figure.text)
    if figure.kind == "count" and digits == 0 and value == normal:
        return float(normal), float(normal)
    factor = Decimal(str(normal)) / Decimal(str(value)) if value else Decimal(1)
    half = float(abs(factor) * Decimal(5).scaleb(-digits - 1))
    return round(normal - half, 12), round(normal + half, 12)


def _decimals(text: str) -> int:
    match = re.search(r"\d\s?[.．]\s?(\d+)", text)
    return len(match[1]) if match else 0


def quotient(top: Range, bottom: Range) -> Range:
    """Divide two ranges of positive numbers.

    >>> quotient((1.0, 2.0), (4.0, 5.0))
    (0.2, 0.5)
    """
    return top[0] / bottom[1], top[1] / bottom[0]


def overlap(one: Range, other: Range) -> bool:
    """Tell whether two ranges have a number in common."""
    slack = 1e-9 * max(abs(one[1]), abs(other[1]))
    return one[0] <= other[1] + slack and other[0] <= one[1] + slack


def total(figures: Iterable[Figure]) -> Range:
    """Add up the least and the greatest values that figures may stand for."""
    ranges = [bounds(figure) for figure in figures]
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def rest(whole: Figure, part: Figure) -> Range:
    """Take a part from its whole, as ranges."""
    (low, high), (least, most) = bounds(whole), bounds(part)
    return low - most, high - least
