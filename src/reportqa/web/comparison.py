"""One indicator in every report, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from reportqa.errors import InputError
from reportqa.text.records import Compared
from reportqa.web.library import Library
from reportqa.web.render import render

_LONGEST = 100
_FULL = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """What one report gives; ``length`` is that of its bar, in percent of the longest."""

    compared: Compared
    length: float

    @property
    def change(self) -> str:
        """By how much it is more than the year before: +3.25%, or nothing where that is not known."""
        return "" if self.compared.change is None else f"{self.compared.change:+.2f}%"


def comparison_html(library: Library, indicator: str) -> str:
    """Render the form that asks for an indicator, and what each report gives for it; nothing where there is one."""
    if len(library.qa.store.library()) == 1:
        return ""
    indicator = indicator.strip()[:_LONGEST]
    try:
        bars, message = (bars_of(library.qa.compare(indicator)) if indicator else []), ""
    except InputError as error:
        bars, message = [], str(error)
    return render("comparison.html", indicator=indicator, bars=bars, message=message)


def bars_of(compared: list[Compared]) -> list[Bar]:
    """Give each value the length of its bar.

    >>> from reportqa.text.records import Figure
    >>> values = [Compared(2023, "青禾区", Figure(0, 5, f"{n}人", n, "人", n, "人", "count"), None) for n in (50, 200)]
    >>> [bar.length for bar in bars_of(values)]
    [25.0, 100.0]
    """
    lengths = [_amount(one) for one in compared]
    longest = max(lengths, default=0) or 1
    return [Bar(one, round(_FULL * length / longest, 1)) for one, length in zip(compared, lengths, strict=True)]


def _amount(one: Compared) -> float:
    value = one.figure.normalized_value
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0
