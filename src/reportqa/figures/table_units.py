"""Which of the units that a caption gives belongs to which rows or columns: （单位：万平方米、亿元）."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportqa.figures.labels import read_label
from reportqa.figures.plain import plain
from reportqa.figures.scanner import one
from reportqa.text.bodies import names_body
from reportqa.text.tags import tagged

_SEVERAL = "、"
# What is measured says its dimension by its last word, in all public statistics.
_AREA = re.compile(r"(?:面积|用地|占地|绿地|耕地)$")
_MONEY = re.compile(
    r"(?:[额款费价税资]|收入|支出|投资|投入|资金|产值|增加值|总值|[原净市]值|利润|成本|资产|负债|余额|工资|预算|决算|经费|收益|造价"
    r"|财政)$"
)
_PEOPLE = re.compile(r"(?:[生师员工]|人[数口员次]?|教师|医师|干部|职工)数?$")
_COUNTED = re.compile(r"数量?$")
_PEOPLE_UNITS = frozenset("人名位")


def units_of(said: str) -> list[str]:
    """Return the units that a caption or a line over a table gives.

    >>> units_of("万平方米、亿元"), units_of("万元")
    (['万平方米', '亿元'], ['万元'])
    """
    return [unit for unit in said.split(_SEVERAL) if unit]


def is_money(name: str) -> bool:
    """Tell whether what is measured is an amount of money.

    >>> is_money("贷款余额"), is_money("建筑面积"), is_money("人口")
    (True, False, False)
    """
    return bool(_MONEY.search(plain(read_label(name).name))) and not _AREA.search(plain(read_label(name).name))


def share_units(names: Sequence[str], units: Sequence[str]) -> dict[str, str]:
    """Give each name of what is measured the unit of its dimension; none where it may be one of several.

    >>> share_units(["建筑面积", "总投资"], ["万平方米", "亿元"])
    {'建筑面积': '万平方米', '总投资': '亿元'}
    >>> share_units(["学校数", "在校生数"], ["所", "人"]), share_units(["甲", "乙", "丙"], ["吨", "台"])
    ({'学校数': '所', '在校生数': '人'}, {})

    Units that are left are given in their order, where as many names are left. A rate has its own unit.
    """
    open_names = [name for name in names if not (read_label(name).is_rate or read_label(name).unit)]
    shared: dict[str, str] = {}
    for name in open_names:
        fitting = [unit for unit in units if _fits(name, unit)]
        if len(fitting) == 1:
            shared[name] = fitting[0]
    rest = [name for name in open_names if name not in shared]
    free = [unit for unit in units if unit not in shared.values()]
    if len(rest) == len(free):
        shared |= dict(zip(rest, free, strict=True))
    elif len(open_names) == len(units) and not shared:
        shared = dict(zip(open_names, units, strict=True))
    return shared


def _fits(name: str, unit: str) -> bool:
    """Tell whether a unit is of the dimension that a name says."""
    sample, words = one(plain(unit)), plain(read_label(name).name)
    if sample is None:
        return False
    if sample.kind == "area":
        return bool(_AREA.search(words))
    if sample.kind == "money":
        return is_money(name)
    if sample.normalized_unit in _PEOPLE_UNITS or sample.normalized_unit == "人次":
        return bool(_PEOPLE.search(words))
    if sample.kind == "count":
        last = tagged(_COUNTED.sub("", words) or words)[-1][0]
        return names_body(last) and not _PEOPLE.search(words)
    return False
