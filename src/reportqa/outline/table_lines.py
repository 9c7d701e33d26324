"""The tables of a text among its lines, each with what the lines around it say of it: its caption and its unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reportqa.outline.caption_lines import BARE_CAPTION, captions_on, is_unit_line, without_unit
from reportqa.outline.headings import heading_of
from reportqa.outline.tables import find_tables
from reportqa.outline.text_lines import TextLine
from reportqa.text.forms import IN_PICTURE
from reportqa.text.records import Span, Table

_FORM_LINE = 80


class TableLines:
    r"""Which lines are tables, and which only give the unit of one.

    >>> from reportqa.outline.text_lines import text_lines
    >>> text = "表 1 招生\n单位：人\n| 学校 | 招生 |\n|---|---|\n| 一中 | 300 |\n"
    >>> lines = TableLines(text, text_lines(text))
    >>> lines.starts, lines.units, lines.table(2)[0].caption
    ({2: 5}, {1}, '招生')

    ``starts`` gives, for the number of each table's first line, that of the line after it.
    """

    def __init__(self, text: str, lines: Sequence[TextLine]) -> None:
        self._lines = lines
        self._tables = find_tables(text, [line.span for line in lines])
        self.starts = {first: after for first, (after, _) in self._tables.items()}
        self.units = {number for first in self._tables for number in self._units_of(first)}

    def table(self, first: int) -> tuple[Table, list[Span], int]:
        """Return a table with its caption and unit, its places, and where its caption ends if it has a number, else -1.

        Its places are its own lines and those that give its unit.
        """
        after, table = self._tables[first]
        units = self._units_of(first)
        block = Span(self._lines[first].span.start, self._lines[after - 1].span.end)
        places = sorted([block, *(self._lines[unit].span for unit in units)])
        words, end = self._caption_of(first)
        caption, unit = without_unit(words)
        unit = unit or self._unit_over(first)
        said = (without_unit(self._lines[line].text)[1] for line in units)
        return replace(table, caption=caption, unit=next(filter(None, said), unit)), places, end

    def _units_of(self, first: int) -> list[int]:
        """Return the numbers of the lines around a table that only give its unit: 单位：万元."""
        above = first - 2 if first > 1 and captions_on(self._lines[first - 1]) else first - 1
        around = (above, self._tables[first][0])
        return [near for near in around if 0 <= near < len(self._lines) and is_unit_line(self._lines[near])]

    def _is_near(self, number: int) -> bool:
        """Tell whether a line is above a table or the first line of one."""
        return number in self._tables or number + 1 in self._tables or number + 1 in self.units

    def _caption_of(self, first: int) -> tuple[str, int]:
        """Return the words of the caption of a table, and where it ends if it has a number (表 1), else -1.

        It stands right above the table, else right below it and not above another one.
        """
        above = first - 2 if first - 1 in self.units else first - 1
        below = self._tables[first][0] + (self._tables[first][0] in self.units)
        chart = IN_PICTURE in self._lines[first].text
        for near in (above, below):
            if not 0 <= near < len(self._lines) or (near == below and self._is_near(near)):
                continue
            line = self._lines[near]
            captions = [(words, span.end) for label, words, span in captions_on(line) if "表" in label or chart]
            if captions:
                return captions[-1]
            if near == above and BARE_CAPTION.fullmatch(line.folded) and not heading_of(line):
                return line.text, -1
        return "", -1

    def _unit_over(self, first: int) -> str:
        """Return the unit that ends the line over a table (部门：民政局 单位：万元), or a caption over that."""
        if first and "单位" in (line := self._lines[first - 1].text) and len(line) <= _FORM_LINE:
            return without_unit(line)[1]
        bare = first > 1 and BARE_CAPTION.fullmatch(self._lines[first - 1].folded)
        over = captions_on(self._lines[first - 2]) if bare else []
        return next((without_unit(words)[1] for label, words, _ in over if "表" in label), "")
