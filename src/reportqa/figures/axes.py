"""Which side of a table says what is measured, and which says of whom and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reportqa.figures.labels import Label, read_label
from reportqa.figures.phrases import read_before
from reportqa.figures.plain import plain
from reportqa.outline.tables import Cell, Grid, is_value
from reportqa.text.forms import YEAR

_MEASURES = re.compile(r"(?:主要|统计|评价|核心|具体)?指标(?:名称|项目)?|数据项目?")
_ITEMS = re.compile(r"[\u4e00-\u9fff]{0,6}(?:项目|内容|科目|类目|名目|事项)(?:名称)?")
_UNIT_IN_CELL = re.compile(r"[^\d.,\s]*$")
_ENDING = re.compile(
    r"(?:情况|分布|变化|一览|对比|比较|统计|构成|结构|趋势|现状|概况|明细|汇总|数据|分析|主要指标|指标|表|图|\s|:)+$"
)
_TIME = re.compile(rf"{YEAR}(?:[-~至](?:19|20)?\d\d)?(?:学年度?|年度?[末底]?)?")
_LONGEST_TOPIC = 10
_SEVERAL = re.compile(r"[、，,和与及]")


@dataclass(frozen=True, slots=True)
class Topic:
    """What the caption of a table, or else the heading over it, says: what is counted, and when."""

    noun: str = ""
    measures: bool = False
    time: str = ""


@dataclass(frozen=True, slots=True)
class CellMeaning:
    """What a cell measures, of whom, and in which unit; ``rate`` where it relates two others."""

    indicator: str
    scope: str
    unit: str
    of_which: bool
    rate: bool


def rows_measure(grid: Grid, texts: Iterable[str]) -> bool:
    """Tell whether the rows of a table are what is measured (指标 | 2023年 | 2024年), and not its columns.

    >>> from reportqa.text.records import Span
    >>> from reportqa.outline.tables import GridRow
    >>> rows = tuple(GridRow(Span(0, 0), (Cell(Span(0, 0), (row,), ("2023年",)),)) for row in ("招生数", "毕业数"))
    >>> rows_measure(Grid(rows, "指标"), ("6191", "6782"))
    True

    Units in the heads, words that measure (数, 率, 额), times and names of bodies speak for one side or the other, and
    so do units in the cells (``texts``) that change from row to row or from column to column.
    """
    cells = [cell for line in grid.lines for cell in line.cells if cell.rows or cell.columns]
    rows, columns = _unique(cell.rows for cell in cells), _unique(cell.columns for cell in cells)
    corner = plain(grid.corner)
    of_rows = _worth(rows) + (2.0 if _MEASURES.fullmatch(corner) else 1.0 if _ITEMS.fullmatch(corner) else 0.0)
    of_rows -= 1.5 * bool(
        corner and not (_MEASURES.fullmatch(corner) or _ITEMS.fullmatch(corner)) and "/" not in corner
    )
    by_row, by_column = _told_by_unit(grid, list(texts))
    return of_rows + by_row > _worth(columns) + by_column


def read_topic(caption: str, heading: str) -> Topic:
    """Read a caption, or a heading without its number: 2023年各校招生情况.

    >>> read_topic("2023年各学段学校数", "")
    Topic(noun='各学段学校数', measures=True, time='2023年')
    >>> read_topic("", "员工情况").noun
    '员工'
    """
    words = caption or heading
    text = plain(words)
    times = list(_TIME.finditer(text)) if caption else []
    time = words[times[0].start() : times[0].end()] if len(times) == 1 else ""
    if len(times) == 1:
        words = words[: times[0].start()] + words[times[0].end() :]
    ending = _ENDING.search(plain(words))
    words = words[: ending.start()] if ending else words
    noun = read_before(words).noun or words
    long = len(noun) > _LONGEST_TOPIC or _SEVERAL.search(words)
    return Topic("" if long else noun, read_label(noun).role == "measure", time)


def read_cell(cell: Cell, by_rows: bool, topic: Topic, neighbour: str, unit: str) -> CellMeaning:
    """Say what a cell of a table measures, of whom, when, and in which unit.

    >>> from reportqa.text.records import Span
    >>> read_cell(Cell(Span(0, 0), ("甲校",), ("招生数（人）", "男")), False, Topic(), "", "")
    CellMeaning(indicator='招生数', scope='甲校；男', unit='人', of_which=False, rate=False)
    >>> reading = read_cell(Cell(Span(0, 0), ("营业收入（万元）",), ("同比变动",)), True, Topic(), "", "")
    >>> reading.indicator, reading.scope, reading.unit
    ('营业收入同比变动', '', '')

    ``neighbour`` is what the column before measures, for a bare 占比; ``unit`` is that of the whole table.
    """
    rows, columns = [read_label(words) for words in cell.rows], [read_label(words) for words in cell.columns]
    measuring, others = (rows, columns) if by_rows else (columns, rows)
    main = _main(measuring)
    relative = next((label for label in others if label.role == "relative"), None) if by_rows else None
    about = [label for label in (*rows, *columns) if label is not main and label is not relative]
    indicator, rest = _indicator(main, about, topic, neighbour)
    if relative:
        indicator = f"{indicator}{relative.name}"
    parts = [*(label.time for label in (relative, main) if label), *(part for label in rest for part in _said(label))]
    if topic.time and not any(label.role == "time" or label.time for label in (*rows, *columns)):
        parts.append(topic.time)
    last = relative or main
    rate = bool(last and last.is_rate)
    own = relative.unit if relative else next((label.unit for label in (main, *about) if label and label.unit), "")
    return CellMeaning(
        indicator,
        "；".join(dict.fromkeys(part for part in parts if part)),
        own or ("" if rate else unit),
        any(label.of_which for label in rows),
        rate,
    )


def _main(labels: list[Label]) -> Label | None:
    """Return the head that says what is measured: the last that measures, else that is no class; else the first."""
    for roles in (("measure",), ("relative",), ("other", "poor"), ("class", "body"), ("group",)):
        found = [label for label in labels if label.role in roles or (label.unit and "measure" in roles)]
        if found:
            return found[0] if "class" in roles else found[-1]
    return None


def _indicator(main: Label | None, about: list[Label], topic: Topic, neighbour: str) -> tuple[str, list[Label]]:
    """Return the indicator, and the heads that say of whom; 人数 or 占比 alone say it with other words."""
    measuring = [label for label in about if label.role == "measure"]
    if main is None or (main.role in ("class", "body") and not main.unit):
        if topic.measures and topic.noun:
            return topic.noun, [label for label in (*about, main) if label]
        return (main.name if main else topic.noun), about
    if main.role == "relative" and (measuring or neighbour):
        base = measuring[-1] if measuring else None
        return f"{base.name if base else neighbour}{main.name}", [label for label in about if label is not base]
    if main.role in ("poor", "relative") and topic.noun and not topic.noun.endswith(main.name):
        return f"{topic.noun}{main.name}", about
    return main.name, about


def _said(label: Label) -> tuple[str, ...]:
    """Return what a head adds to the scope."""
    if label.role in ("poor", "group"):
        return (label.time,)
    bare_year = label.role == "time" and label.name.isdigit() and len(label.name) == 4
    return label.time, f"{label.name}年" if bare_year else label.name


def _unique(names: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(name for name in names if name))


def _worth(names: list[tuple[str, ...]]) -> float:
    """Return how much the heads of one side speak for its being what is measured, totals left out."""
    worths = [max(label.worth for label in labels) for labels in (_counting(name) for name in names) if labels]
    return sum(worths) / len(worths) if worths else 0.0


def _counting(name: tuple[str, ...]) -> list[Label]:
    return [label for label in map(read_label, name) if label.role != "total"]


def _told_by_unit(grid: Grid, texts: list[str]) -> tuple[float, float]:
    """Tell whether the units in the cells change from row to row, or from column to column, each as 1.0 or 0.0."""
    rows: dict[tuple[str, ...], set[str]] = {}
    columns: dict[tuple[str, ...], set[str]] = {}
    cells = [cell for line in grid.lines for cell in line.cells]
    for cell, text in zip(cells, texts, strict=True):
        if is_value(text) and (found := _UNIT_IN_CELL.search(plain(text))):
            rows.setdefault(cell.rows, set()).add(found[0])
            if all(read_label(words).role != "relative" for words in cell.columns):
                columns.setdefault(cell.columns, set()).add(found[0])
    return _changes(rows), _changes(columns)


def _changes(units: dict[tuple[str, ...], set[str]]) -> float:
    alone = all(len(one) == 1 for one in units.values())
    return float(alone and len(set(map(frozenset, units.values()))) > 1)
