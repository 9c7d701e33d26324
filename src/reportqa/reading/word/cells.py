"""The tables of a Word document: rows, cells, and where each cell stands in the grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportqa.reading.marks import clean_cell
from reportqa.reading.pipe_tables import PipeCell
from reportqa.reading.word.package import attribute, child, local

_MOST_SPAN = 1000
# Elements that hold what is read, and nothing else of their own.
THROUGH = frozenset(
    "ins moveTo hyperlink smartTag customXml sdt sdtContent fldSimple r ruby rubyBase oMath oMathPara bdo dir".split()
)


def rows_of(parent: Any) -> Iterator[Any]:
    """Yield the rows of a table, those left out that are deleted."""
    for element in parent:
        name = local(element)
        if name == "tr" and child(element, "trPr", "del") is None:
            yield element
        elif name in THROUGH:
            yield from rows_of(element)


def cells_of(row: Any) -> Iterator[Any]:
    """Yield the cells of a row."""
    for element in row:
        name = local(element)
        if name == "tc":
            yield element
        elif name in THROUGH:
            yield from cells_of(element)


def paragraphs_of(parent: Any) -> Iterator[Any]:
    """Yield all paragraphs of a cell, those of tables within it too."""
    for element in parent:
        name = local(element)
        if name == "p":
            yield element
        elif name in ("tbl", "tr", "tc") or name in THROUGH:
            yield from paragraphs_of(element)


def _number(element: Any, default: int) -> int:
    value = attribute(element, "val") or ""
    return min(int(value), _MOST_SPAN) if value.isdecimal() else default


def placed_cells(row: Any) -> Iterator[tuple[int, int, Any]]:
    """Yield the cells of a row, each with its first column and its width."""
    column = _number(child(row, "trPr", "gridBefore"), 0)
    for cell in cells_of(row):
        width = max(_number(child(cell, "tcPr", "gridSpan"), 1), 1)
        yield column, width, cell
        column += width


def merged_cells(placed: list[tuple[Any, list[tuple[int, int, Any]]]], said: list[list[str]]) -> list[PipeCell]:
    """Make the cells of a table of its rows and their words; those that are merged from row to row are one."""
    cells: list[PipeCell] = []
    # The cell that each column's cell may go on with.
    above: dict[int, int] = {}
    for row, ((_, columns), texts) in enumerate(zip(placed, said, strict=True)):
        open_columns: dict[int, int] = {}
        for (column, width, cell), text in zip(columns, texts, strict=True):
            merge = child(cell, "tcPr", "vMerge")
            begun = merge is not None and attribute(merge, "val") != "restart" and column in above
            if begun:
                number = above[column]
                cells[number] = cells[number]._replace(height=row + 1 - cells[number].row)
            else:
                number = len(cells)
                cells.append(PipeCell(row, column, 1, width, clean_cell(text)))
            if merge is not None:
                open_columns[column] = number
        above = open_columns
    return cells
