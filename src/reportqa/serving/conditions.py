"""Dify's conditions on metadata: which reports they choose."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Literal

from pydantic import BaseModel

from reportqa.errors import InputError
from reportqa.index.store import DocumentInfo

FIELDS = ("document", "title", "year", "region", "genre")
"""What is known of a report, by the names that Dify gets and may put conditions on."""

_Value = str | int | float | list[str | int | float] | None
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": operator.contains,
    "start with": str.startswith,
    "end with": str.endswith,
    "is": operator.eq,
}
_NUMBER: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, ">": operator.gt, "<": operator.lt, "≥": operator.ge, "≤": operator.le,
    "before": operator.lt, "after": operator.gt,
}  # fmt: skip
_NOT = {"not contains": "contains", "is not": "is", "not in": "in", "not empty": "empty", "≠": "="}


class Condition(BaseModel):
    """One condition; ``name`` may be several fields, one of which has to meet it."""

    name: str | list[str]
    comparison_operator: Literal[
        "contains", "not contains", "start with", "end with", "is", "is not", "in", "not in", "empty", "not empty",
        "=", "≠", ">", "<", "≥", "≤", "before", "after",
    ]  # fmt: skip
    value: _Value = None

    def meets(self, document: DocumentInfo) -> bool:
        """Tell whether a report meets it; raises InputError where there is no such field or the value does not fit."""
        names = [self.name] if isinstance(self.name, str) else self.name
        return any([self._holds(name, document) for name in names])

    def _holds(self, name: str, document: DocumentInfo) -> bool:
        held = metadata(document).get(name)
        if name not in FIELDS:
            raise InputError(f"不能按 {name} 筛选报告：可用的是 {'、'.join(FIELDS)}。")
        wanted = self.comparison_operator
        plain = _NOT.get(wanted, wanted)
        return (wanted in _NOT) != self._compared(plain, held)

    def _compared(self, how: str, held: str | int | None) -> bool:
        if how == "empty":
            return held in (None, "")
        if how == "in":
            return str(held) in map(str, self._list())
        if how in _TEXT:
            return _TEXT[how]("" if held is None else str(held), str(self._single()))
        number = self._number()
        return isinstance(held, int) and _NUMBER[how](held, number)

    def _list(self) -> list[str | int | float]:
        if not isinstance(self.value, list):
            raise InputError(f"条件 {self.comparison_operator} 的值要是一个列表。")
        return self.value

    def _single(self) -> str | int | float:
        if self.value is None or isinstance(self.value, list):
            raise InputError(f"条件 {self.comparison_operator} 要有一个值。")
        return self.value

    def _number(self) -> float:
        # What is compared is a year; of a date (2024-06-30) that is the first part.
        try:
            return float(str(self._single()).strip().split("-")[0])
        except ValueError as error:
            raise InputError(f"条件 {self.comparison_operator} 的值要是数字，给的是 {self.value}。") from error


class MetadataCondition(BaseModel):
    """Several conditions, all of which or one of which a report has to meet."""

    logical_operator: Literal["and", "or"] | None = "and"
    conditions: list[Condition] | None = None

    def choose(self, documents: Iterable[DocumentInfo]) -> list[str]:
        """Return the names of the reports that meet the conditions; raises InputError as :meth:`Condition.meets`."""
        together = any if self.logical_operator == "or" else all
        conditions = self.conditions or []
        return [one.name for one in documents if not conditions or together([each.meets(one) for each in conditions])]


def metadata(document: DocumentInfo) -> dict[str, str | int | None]:
    """Return what is known of a report, by the names of :data:`FIELDS`."""
    values = (document.name, document.title, document.year, document.region, document.genre)
    return dict(zip(FIELDS, values, strict=True))
