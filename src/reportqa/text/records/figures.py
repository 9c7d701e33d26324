"""A number of a report as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from reportqa.text.records.spans import Span

Kind = Literal["count", "money", "area", "percent", "ratio", "date", "duration", "rank", "other"]
Bound = Literal[">", ">=", "<", "<="]
Value = int | float | str | list[int] | list[float] | list[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the report as data.

    ``parent`` is the start of the figure that this one is a part of: 1455人 in 招生6191人（含技工等学校1455人）.
    ``value`` is a list of two for a range; ``normalized_value`` of a date is ISO 8601 ("2012-10").
    ``bound`` gives the direction of an inexact number: 逾3万人 is ">". ``before`` and ``after`` are the words around
    the text that make it inexact: 逾, 以上.
    """

    start: int
    end: int
    text: str
    value: Value
    unit: str
    normalized_value: Value
    normalized_unit: str
    kind: Kind
    indicator: str = ""
    scope: str = ""
    approx: bool = False
    bound: Bound | None = None
    parent: int | None = None
    document: str = ""
    section: tuple[str, ...] = ()
    before: str = ""
    after: str = ""

    @property
    def span(self) -> Span:
        """The place of ``text`` in the document."""
        return Span(self.start, self.end)

    @property
    def stated(self) -> str:
        """The text as a person may be told it: with 近 or 以上, and with the unit that stands in the head of a table.

        >>> Figure(1, 6, "2000亩", 2000, "亩", 2000, "亩", "area", approx=True, bound="<", before="近").stated
        '近2000亩'
        >>> Figure(0, 4, "1200", 1200, "人", 1200, "人", "count").stated
        '1200人'
        """
        bare = self.kind in ("count", "money", "area", "percent", "duration", "other") and self.text.isascii()
        unit = self.unit if bare and self.text[-1:].isdigit() and self.text[:1] not in "$¥" else ""
        return f"{self.before}{self.text}{unit}{self.after}"

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of ``figures --format jsonl``."""
        return {
            "indicator": self.indicator,
            "value": self.value,
            "unit": self.unit,
            "normalized_value": self.normalized_value,
            "normalized_unit": self.normalized_unit,
            "kind": self.kind,
            "scope": self.scope,
            "approx": self.approx,
            "bound": self.bound,
            "text": self.text,
            "document": self.document,
            "start": self.start,
            "end": self.end,
            "parent": self.parent,
            "section": list(self.section),
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """What one report gives for an indicator; ``change`` is by how much it grew on the year before, in percent."""

    year: int | None
    region: str | None
    figure: Figure
    change: float | None = None

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of ``compare --format jsonl``."""
        change = None if self.change is None else round(self.change, 4)
        return {"year": self.year, "region": self.region, "change": change} | self.figure.to_record()
