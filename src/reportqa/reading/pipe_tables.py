"""Tables of any source as lines of text: the pipe tables of GitHub Flavored Markdown, cell by cell."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reportqa.reading.marks import PAGE, unmarked
from reportqa.text.forms import YEAR

# Beyond this a table is no table but an attack on the memory; its cells stand in lines instead.
_MOST_SLOTS = 1_000_000
_VALUE_LENGTH = 24
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"[约近超逾]?[-+−]?[\d,，]*\.?\d+\s*(?:[%％‰]|[^\W\d]{1,4})?")
_YEAR = re.compile(rf"{YEAR}(?:[-—–～~/]\d{{2,4}})?\s*(?:年度?|学年)?")
_NOTE = re.compile(r"[注备]\s*\d{0,2}\s*[:：]|备注|说明[:：]|(?:数据|资料)?来源[:：]")


class PipeCell(NamedTuple):
    """A cell with its upper left corner, how many rows and columns it spans, and its words."""

    row: int
    column: int
    height: int
    width: int
    text: str


@dataclass(frozen=True, slots=True)
class PipeTable:
    """A table; ``header`` is the number of its header rows where the source tells it, else None.

    ``PAGE`` stands before the words of a cell where a page begins with its row.
    """

    cells: tuple[PipeCell, ...]
    header: int | None = None


class Lines(NamedTuple):
    """A table as text: the lines before it, the lines of the block, and the lines after it."""

    before: list[str]
    block: list[str]
    after: list[str]


def write_grid(grid: PipeTable) -> Lines:
    """Write a table as a block of lines.

    >>> head = (PipeCell(0, 0, 1, 1, "学校"), PipeCell(0, 1, 1, 1, "招生数"))
    >>> write_grid(PipeTable((*head, PipeCell(1, 0, 1, 1, "甲校"), PipeCell(1, 1, 1, 1, "12")))).block
    ['| 学校 | 招生数 |', '|---|---|', '| 甲校 | 12 |']

    The words of a merged cell stand in every cell that it spans where they are a head, else in the first one, and no
    blank between the bars says that the others are part of it. A first
    row of one cell is a line before the block, a last row of one cell that is a note a line after it.
    """
    grid = _compact(grid)
    grid, before = _take_titles(grid)
    grid, after = _take_notes(grid)
    rows, columns = _size(grid.cells)
    if columns < 2 or rows * columns > _MOST_SLOTS:
        return Lines(before + _loose(grid.cells) + after, [], [])
    header = _header_rows(grid.cells) if grid.header is None else min(grid.header, rows)
    slots: list[list[str | None]] = [[""] * columns for _ in range(rows)]
    for cell in grid.cells:
        _fill(slots, cell, header)
    lines = ["|" + "".join("|" if words is None else f" {words} |" for words in row) for row in slots]
    return Lines(before, [*lines[:header], "|" + "---|" * columns, *lines[header:]], after)


def is_value(text: str) -> bool:
    """Tell whether the words of a cell are an amount, and no year.

    >>> is_value("6,191人"), is_value("2023年"), is_value("招生数（人）")
    (True, False, False)
    """
    return len(text) <= _VALUE_LENGTH and bool(_NUMBER.fullmatch(text)) and not _YEAR.fullmatch(text)


def _size(cells: Sequence[PipeCell]) -> tuple[int, int]:
    rows = max((cell.row + cell.height for cell in cells), default=0)
    return rows, max((cell.column + cell.width for cell in cells), default=0)


def _compact(grid: PipeTable) -> PipeTable:
    """Leave out the rows and columns in which no cell with words begins; a span may be as wide as it likes."""
    said = [cell for cell in grid.cells if unmarked(cell.text)]
    rows = sorted({cell.row for cell in said})
    columns = sorted({cell.column for cell in said})
    cells = []
    for cell in said:
        row, column = bisect_left(rows, cell.row), bisect_left(columns, cell.column)
        bottom = bisect_left(rows, cell.row + cell.height)
        right = bisect_left(columns, cell.column + cell.width)
        cells.append(PipeCell(row, column, max(bottom - row, 1), max(right - column, 1), cell.text))
    return PipeTable(tuple(cells), None if grid.header is None else bisect_left(rows, grid.header))


def _lone(cells: Iterable[PipeCell], row: int, columns: int) -> PipeCell | None:
    """Return the cell that takes a whole row, None where the row has others or the cell is only the first of them."""
    found = [cell for cell in cells if cell.row <= row < cell.row + cell.height]
    lone = len(found) == 1 and columns > 1 and found[0].width == columns and found[0].height == 1
    return found[0] if lone else None


def _take_titles(grid: PipeTable) -> tuple[PipeTable, list[str]]:
    """Take the words off that stand over the whole table, inside its frame."""
    before = []
    while (title := _lone(grid.cells, 0, _size(grid.cells)[1])) is not None:
        before.append(title.text)
        cells = tuple(cell._replace(row=cell.row - 1) for cell in grid.cells if cell is not title)
        # Where only the title was marked as a header, what is below it has yet to be told.
        grid = PipeTable(cells, None if grid.header is None or grid.header < 2 else grid.header - 1)
    return grid, before


def _take_notes(grid: PipeTable) -> tuple[PipeTable, list[str]]:
    """Take the notes off that stand under the whole table, inside its frame."""
    after: list[str] = []
    while True:
        rows, columns = _size(grid.cells)
        note = _lone(grid.cells, rows - 1, columns)
        if note is None or not _NOTE.match(note.text):
            return grid, after
        after.insert(0, note.text)
        grid = PipeTable(tuple(cell for cell in grid.cells if cell is not note), grid.header)


def _loose(cells: Iterable[PipeCell]) -> list[str]:
    """Return the words of a box, or of what is too large for a table, row by row."""
    rows: dict[int, list[str]] = {}
    for cell in sorted(cells):
        rows.setdefault(cell.row, []).append(cell.text)
    return ["  ".join(words) for words in rows.values()]


def _header_rows(cells: Sequence[PipeCell]) -> int:
    """Count the header rows: those that the first row's cells reach down to, as far as none holds an amount."""
    first = [cell for cell in cells if cell.row == 0]
    rows, columns = _size(cells)
    spread = any(1 < cell.width < columns for cell in first)
    depth = max(1 + spread, *(cell.height for cell in first))
    filled = (cell.row for cell in cells if cell.column > 0 and is_value(cell.text))
    return min(depth, min(filled, default=rows), max(rows - 1, 1))


def _fill(slots: list[list[str | None]], cell: PipeCell, header: int) -> None:
    spread = cell.row < header or not _DIGIT.search(cell.text)
    words = cell.text
    for row in range(cell.row, cell.row + cell.height if spread else cell.row + 1):
        for column in range(cell.column, cell.column + cell.width if spread else cell.column + 1):
            if not slots[row][column]:
                slots[row][column] = words
            words = words.replace(PAGE, "")
    if not spread:
        # An amount that spans several columns belongs to none of them alone: | 合计 | 1,526 ||
        for row in range(cell.row, cell.row + cell.height):
            slots[row][cell.column + 1 : cell.column + cell.width] = [None] * (cell.width - 1)
