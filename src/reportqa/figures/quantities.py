"""A number with its unit as it stands in the text, and the builders that every reader of quantities shares."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reportqa.text.numerals import tidy
from reportqa.text.records import Bound, Kind, Value
from reportqa.text.units import Unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, at ``[start, end)`` of the plain text.

    ``left`` is where the words before it end (近 and 逾 left out), ``right`` where those after it begin (左右 passed).
    """

    start: int
    end: int
    value: Value
    unit: str
    normalized_value: Value
    normalized_unit: str
    kind: Kind
    left: int
    right: int
    approx: bool = False
    bound: Bound | None = None


def as_value(values: tuple[Decimal, ...]) -> Value:
    """Return one number as itself and several as a list.

    >>> as_value((Decimal(1), Decimal(2))), as_value((Decimal("8.95"),))
    ([1, 2], 8.95)
    """
    if len(values) == 1:
        return tidy(values[0])
    return [tidy(value) for value in values]


def _worth(value: Decimal, unit: Unit) -> Decimal:
    """Return ``value`` in the normal unit; square metres of 亩 (2000/3) to the square centimetre."""
    worth = value * unit.factor
    return round(worth, 4) if unit.kind == "area" else worth


def measured(
    start: int,
    end: int,
    written: tuple[Decimal, ...],
    values: tuple[Decimal, ...],
    unit: Unit,
    multiplier: str = "",
    bound: Bound | None = None,
) -> Quantity:
    """Build the quantity of ``written`` numbers, worth ``values``, in ``unit``."""
    return Quantity(
        start=start,
        end=end,
        value=as_value(written),
        unit=multiplier + unit.written,
        normalized_value=as_value(tuple(_worth(value, unit) for value in values)),
        normalized_unit=unit.normal,
        kind=unit.kind,
        left=start,
        right=end,
        approx=bound is not None,
        bound=bound,
    )
