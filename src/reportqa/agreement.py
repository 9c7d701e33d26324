"""Whether two figures measure the same thing of the same people, so that two values contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reportqa.datamodel import Figure
from reportqa.normalization import fold

# Words that say no more than "in all of this report's area, in this report's year".
_GENERAL = re.compile(
    r"^(?:全[区县市省国州校院镇乡旗体]|[我本]?[区县市省州校院]|共|总|合计|累计|年末|年底|当年|全年|本年度?|本学年度?|截至.*|目前|现有?|共有)$"
)
_YEAR = re.compile(r"(?:19|20)\d\d年?(?:末|底|度)?")
_SPECIFIC = re.compile(r"[含其中等]|包括")
_ADDED = 6


def same_measure(one: Figure, other: Figure) -> bool:
    """Tell whether two figures of one report give a value for the same indicator, scope and unit.

    >>> a = Figure(0, 5, "1474人", 1474, "人", 1474, "人", "count", "直接就业", "", document="r.txt")
    >>> b = Figure(90, 95, "1473人", 1473, "人", 1473, "人", "count", "毕业生直接就业", "全区", document="r.txt")
    >>> same_measure(a, b)
    True

    One indicator may name the people too (毕业生直接就业); scopes may differ only in words that mean the whole report.
    """
    return (
        one.document == other.document
        and (one.kind, one.normalized_unit) == (other.kind, other.normalized_unit)
        and (one.parent is None) == (other.parent is None)
        and _same_indicator(fold(one.indicator), fold(other.indicator))
        and _scope(one) == _scope(other)
        and _years(one) == _years(other)
    )


def contradicting(figure: Figure, others: Iterable[Figure]) -> list[Figure]:
    """Return the first figure of each other value that the report gives for the same measure."""
    found: dict[str, Figure] = {}
    for other in others:
        differs = other.normalized_value != figure.normalized_value
        if differs and not (figure.approx or other.approx) and same_measure(figure, other):
            found.setdefault(str(other.normalized_value), other)
    return list(found.values())


def _same_indicator(one: str, other: str) -> bool:
    short, long = sorted((_bare(one), _bare(other)), key=len)
    return len(short) >= 2 and long.endswith(short) and len(long) - len(short) <= _ADDED


def _bare(indicator: str) -> str:
    return re.sub(r"^(?:全[区县市省国]|本[区县市省校])|(?:总数|总量|人数|数量|合计|总计)$", "", indicator)


def _scope(figure: Figure) -> frozenset[str]:
    parts = (_SPECIFIC.sub("", _YEAR.sub("", part)) for part in re.split(r"[；;、，,]", fold(figure.scope)))
    return frozenset(part for part in parts if part and not _GENERAL.match(part))


def _years(figure: Figure) -> frozenset[str]:
    return frozenset(year[:4] for year in _YEAR.findall(fold(figure.scope)))
