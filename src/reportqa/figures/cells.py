"""The figures of a table: the amount in each cell, with its unit and what it measures from the heads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from reportqa.figures.axes import CellMeaning, Topic, read_cell, read_topic, rows_measure
from reportqa.figures.labels import read_label
from reportqa.figures.plain import plain
from reportqa.figures.prose import figures_of
from reportqa.figures.quantities import Quantity, measured
from reportqa.figures.scanner import scan
from reportqa.figures.signs import marks_up, negated
from reportqa.figures.table_totals import spread_totals
from reportqa.figures.table_units import share_units, units_of
from reportqa.outline.caption_lines import without_unit
from reportqa.outline.headings import bare_heading
from reportqa.outline.tables import Cell, Grid, is_code, read_grid
from reportqa.text.forms import YEAR
from reportqa.text.records import Bound, Figure, Paragraph, Prose, Span, Table
from reportqa.text.units import Unit

_MARK = "数"  # a word after which the scanner takes a bare number for an amount
_NUMBER = re.compile(
    r"(?P<word>大?约|近|逾|超过?|不足|不少于|不到)? ?"
    r"(?P<number>[-+△▲▽▼]?(?P<low>\d[\d,]*(?:\.\d+)?)(?: ?(?:-{1,2}|~|至) ?\d[\d,]*(?:\.\d+)?)?)"
)
_LOSS = re.compile(r"\((?P<number>(?P<low>\d[\d,]*(?:\.\d+)?))\)$")
_RISE = re.compile(r"^[+▲△]")
_BOUNDS: dict[str, Bound | None] = {">": ">", "≥": ">=", "<": "<", "≤": "<=", "≈": None}
_BOUND = re.compile(rf"[{''.join(_BOUNDS)}] ?")
_AFTER = re.compile(r"[ *※△▲▼↑↓]{0,4}(?:\([^()]{0,40}\))?[ *※△▲▼↑↓]{0,4}$")
_DATED = re.compile(r"时间|日期|年份|年月|年度|[建设创成]立|建校|届")
_DATE = re.compile(r"(?P<y>[12]\d{3})[./-](?P<m>0?[1-9]|1[0-2])(?:[./-](?P<d>0?[1-9]|[12]\d|3[01]))?")
_YEAR = re.compile(YEAR)
# 括号内为上年数: what the second amount of 3912（3305） is.
_BRACKETED = re.compile(
    r"括号[内中里](?:的?(?:数字|数据))?(?:为|是|系|表示)(?P<what>[一-龥\d]{1,10}?)(?:数据|数字|数|值)?(?:[)，。；]|$)"
)
_SECOND = re.compile(r" ?\((?P<number>[^()]+)\)")
_NOTE = 3
_ADDED_UP = frozenset({"count", "money", "area"})
_RANK = re.compile(r"(?:排名|名次|位次|排位)$")
_PLACE = re.compile(r"第(?P<number>\d{1,4})")
_RATIO = re.compile(r"(?<![占同环])比$")


def cell_figures(paragraph: Paragraph, table: Table, text: str, year: int | None) -> list[Figure]:
    """Return the figures of a table's cells, in order; ``year`` is the document's own, which no scope repeats.

    A cell that holds one amount measures what its heads say; one that holds more, or a sentence, is read as prose of
    the same scope. The figures of a row 其中… are parts of those of the row above. The heads themselves have none.
    """
    grid = read_grid(table, text)
    cells = [cell for line in grid.lines for cell in line.cells]
    by_rows = rows_measure(grid, [cell.span.of(text) for cell in cells])
    caption, unit, second = _caption(table)
    topic = read_topic(caption, bare_heading(paragraph.section[-1]) if paragraph.section else "")
    if year is not None and str(year) in topic.time:
        topic = replace(topic, time="")
    units, rises = _Units(unit, by_rows, cells), any(marks_up(cell.span.of(text)) for cell in cells)
    return list(_Reader(paragraph, text, units, by_rows, topic, rises, second).read(grid, text))


def _caption(table: Table) -> tuple[str, str, str]:
    """Return the caption of a table without remarks, the unit of its cells, and what it says of those in brackets."""
    said = _BRACKETED.search(plain(table.caption))
    if said is None:
        return table.caption, table.unit, ""
    words = table.caption[: said.start()].rstrip("，,；;（( ")
    caption, unit = without_unit(
        words + "）" * (words.count("（") + words.count("(") > words.count("）") + words.count(")"))
    )
    return caption, table.unit or unit, said["what"]


class _Units:
    """The unit that the lines around a table give to each of its cells."""

    def __init__(self, said: str, by_rows: bool, cells: list[Cell]) -> None:
        units = units_of(said)
        self._one = units[0] if len(units) == 1 else ""
        self._by_rows = by_rows
        names = dict.fromkeys(name for cell in cells if (name := self._name(cell)) and (cell.rows or cell.columns))
        self._shared = share_units(list(names), units) if len(units) > 1 else {}

    def of(self, cell: Cell) -> str:
        """Return the unit that a cell has where neither it nor its heads give one."""
        return self._one or self._shared.get(self._name(cell), "")

    def _name(self, cell: Cell) -> str:
        """Return the words that say what a cell measures: its heads that are no time, no total and no class."""
        heads = cell.rows if self._by_rows else cell.columns
        measured = [words for words in heads if read_label(words).role in ("measure", "other", "poor", "body")]
        return measured[0] if measured else ""


@dataclass(slots=True)
class _Reader:
    """Goes through the rows of a table, with the figures of the last row that is no part of another."""

    paragraph: Paragraph
    text: str
    units: _Units
    by_rows: bool
    topic: Topic
    rises: bool = False
    second: str = ""

    def read(self, grid: Grid, text: str) -> Iterator[Figure]:
        """Yield the figures of all cells, row by row."""
        spread = spread_totals(grid, text)
        wholes: dict[int, dict[tuple[str, ...], Figure]] = {}
        for line in grid.lines:
            neighbour = ""
            own: dict[tuple[str, ...], Figure] = {}
            part, whole = False, wholes.get(line.block, {})
            for cell in line.cells:
                if cell in spread:
                    cell = replace(cell, columns=())
                reading = read_cell(cell, self.by_rows, self.topic, neighbour, self.units.of(cell))
                neighbour = neighbour if reading.rate else reading.indicator
                part = reading.of_which
                figures = self._figures(cell, reading)
                if part and cell.columns in whole and figures:
                    figures[0] = self._part(figures[0], whole[cell.columns])
                own.update((cell.columns, figure) for figure in figures[:1])
                yield from figures
            wholes[line.block] = whole if part else own

    def _part(self, figure: Figure, whole: Figure) -> Figure:
        same = (figure.kind, figure.normalized_unit) == (whole.kind, whole.normalized_unit)
        return replace(figure, parent=whole.start) if same and figure.kind in _ADDED_UP else figure

    def _figures(self, cell: Cell, reading: CellMeaning) -> list[Figure]:
        if not any(map(str.isdigit, cell.span.of(self.text))) or is_code(cell.span.of(self.text)):
            return []
        quantity = read_quantity(cell.span.of(self.text), reading, self.rises) if cell.rows or cell.columns else None
        if quantity is None:
            return self._prose_figures(cell.span, reading)
        first = self._figure(cell.span, quantity, reading)
        rest = Span(first.end, cell.span.end)
        if self.second and (second := self._second(rest, reading)):
            return [first, second]
        others = self._prose_figures(rest, reading) if len(rest) > 1 else []
        return [first, *(replace(other, parent=first.start) for other in others)]

    def _second(self, rest: Span, reading: CellMeaning) -> Figure | None:
        """Read the second amount of 3912（3305）, which is of what the caption says of the brackets."""
        found = _SECOND.fullmatch(plain(rest.of(self.text)))
        quantity = read_quantity(found["number"], reading, self.rises) if found else None
        if found is None or quantity is None:
            return None
        inner = Span(rest.start + found.start("number"), rest.start + found.end("number"))
        scope = "；".join(filter(None, (reading.scope, self.second)))
        return replace(self._figure(inner, quantity, reading), scope=scope)

    def _prose_figures(self, span: Span, reading: CellMeaning) -> list[Figure]:
        """Read a cell that is more than one amount as a sentence of the scope that its heads give."""
        prose = Prose.read(self.text, [span])
        figures = figures_of(prose, self.paragraph.document, self.paragraph.section, reading.scope)
        return [figure if figure.indicator else replace(figure, indicator=reading.indicator) for figure in figures]

    def _figure(self, span: Span, quantity: Quantity, reading: CellMeaning) -> Figure:
        start, end = span.start + quantity.start, span.start + quantity.end
        return Figure(
            start=start,
            end=end,
            text=self.text[start:end],
            value=quantity.value,
            unit=self._as_written(quantity, end, reading.unit),
            normalized_value=quantity.normalized_value,
            normalized_unit=quantity.normalized_unit,
            kind=quantity.kind,
            indicator=reading.indicator,
            scope=reading.scope,
            approx=quantity.approx,
            bound=quantity.bound,
            document=self.paragraph.document,
            section=self.paragraph.section,
            before=self.text[span.start + quantity.left : start].strip() if quantity.approx else "",
            after=self.text[end : span.start + quantity.right].strip() if quantity.approx else "",
        )

    def _as_written(self, quantity: Quantity, end: int, unit: str) -> str:
        """Give a unit the characters that it has in the cell or in the head."""
        written = (self.text[end - len(quantity.unit) : end], unit)
        return next((words for words in written if plain(words) == quantity.unit), quantity.unit)


def read_quantity(words: str, reading: CellMeaning, rises: bool = False) -> Quantity | None:
    """Read the amount of a cell, with the unit that its heads give where it has none; None where it is no amount.

    >>> quantity = read_quantity("1,200.5", CellMeaning("经费", "甲校", "万元", False, False))
    >>> quantity.value, quantity.unit, quantity.normalized_value, quantity.kind, (quantity.start, quantity.end)
    (1200.5, '万元', 12005000, 'money', (0, 7))
    >>> [read_quantity(words, CellMeaning("净额", "", "万元", False, False)).value for words in ("(930.4)", "△560")]
    [-930.4, -560]
    >>> read_quantity("18.29：1", CellMeaning("生师比", "", "", False, True)).kind
    'ratio'
    >>> place = read_quantity("第3", CellMeaning("区内名次", "一中", "", False, False))
    >>> place.value, place.kind, (place.start, place.end)
    (3, 'rank', (0, 2))

    ``rises`` tells that the table marks what falls with ▼, so that its ▲ marks what rises.
    """
    text = _RISE.sub(" ", plain(words)) if rises else plain(words).replace("+", " ", words[:1] == "+")
    bound = _BOUND.match(text)
    start = bound.end() if bound else len(text) - len(text.lstrip())
    quantity = _dated(text, reading) or _bare(text, start, reading) or _whole(text, start)
    if quantity and bound:
        quantity = replace(quantity, approx=True, bound=_BOUNDS[bound[0].strip()])
    return quantity


def _whole(text: str, start: int) -> Quantity | None:
    """Read a cell that is an amount with its own unit: 6191人, 3.5亿元, 18.29:1, 2023年9月."""
    found = scan(text[start:])
    if len(found) != 1 or text[start : start + found[0].left].strip() or not _AFTER.match(text, start + found[0].right):
        return None
    return _moved(found[0], start, len(text))


def _bare(text: str, start: int, reading: CellMeaning) -> Quantity | None:
    """Read a number without a unit of its own: 1200, 1,200-1,500, 120（含技校30）."""
    if loss := _LOSS.fullmatch(text, start):
        return _loss(loss, reading)
    if (place := _PLACE.fullmatch(text, start)) and _RANK.search(plain(reading.indicator)):
        return replace(_plain_number(place, Unit("", "rank", "名次")), start=start)
    number = _NUMBER.match(text, start)
    if number is None or not (_AFTER.match(text, number.end()) or text.startswith("(", number.end())):
        return None
    if number["number"].isdigit() and _RANK.search(plain(reading.indicator)):
        return _plain_number(number, Unit("名", "rank", "名次"))
    unit = _unit(reading, number["low"])
    found = scan(f"{_MARK}{number[0]}{unit}")
    if len(found) == 1 and (found[0].unit or not unit):
        return _as_ratio(_moved(found[0], start - len(_MARK), number.end()), reading)
    return _plain_number(number, Unit("", "count", "")) if _YEAR.fullmatch(number[0]) else None


def _loss(loss: re.Match[str], reading: CellMeaning) -> Quantity | None:
    """Read (930.4) as what is below zero; (3) alone may be a note or an item."""
    if loss["low"].isdigit() and len(loss["low"]) < _NOTE and not plain(reading.unit).endswith("元"):
        return None
    unit = _unit(reading, loss["low"])
    found = scan(f"{_MARK}{loss['low']}{unit}")
    if len(found) != 1 or (unit and not found[0].unit):
        return None
    return negated(
        replace(_moved(found[0], loss.start() + 1 - len(_MARK), loss.end()), start=loss.start(), end=loss.end())
    )


def _plain_number(number: re.Match[str], unit: Unit) -> Quantity:
    value = (Decimal(number["number"]),)
    return measured(number.start("number"), number.end(), value, value, unit)


def _unit(reading: CellMeaning, number: str) -> str:
    """Return the unit of a bare number: of its heads; % where they name a rate and the number is above 1."""
    name = plain(reading.indicator)
    if reading.unit or not reading.rate or _RATIO.search(name):
        return plain(reading.unit)
    return "%" if float(number.replace(",", "")) > 1 else ""


def _as_ratio(quantity: Quantity, reading: CellMeaning) -> Quantity:
    """Take a bare number under 生师比 for the ratio to one that it is."""
    bare = quantity.kind == "count" and not quantity.unit
    return replace(quantity, kind="ratio") if bare and _RATIO.search(plain(reading.indicator)) else quantity


def _dated(text: str, reading: CellMeaning) -> Quantity | None:
    """Read the numbers of a date written with points or strokes: 2023.9, 2023/9/1; and a year under 建校时间."""
    date = _DATE.fullmatch(text)
    said = bool(_DATED.search(plain(reading.indicator)))
    if date and (said or date["d"]):
        found = scan("".join(f"{date[part]}{name}" for part, name in zip("ymd", "年月日", strict=True) if date[part]))
        return replace(found[0], start=0, end=len(text), left=0, right=len(text)) if len(found) == 1 else None
    if said and _YEAR.fullmatch(text):
        return _moved(scan(f"{text}年")[0], 0, len(text))
    return None


def _moved(quantity: Quantity, by: int, end: int) -> Quantity:
    """Put a quantity where it stands in its cell, and leave out the unit that does not stand there."""
    return replace(
        quantity,
        start=quantity.start + by,
        end=min(quantity.end + by, end),
        left=quantity.left + by,
        right=min(quantity.right + by, end),
    )
