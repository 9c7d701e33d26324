"""A table that goes on over the page: its rows in one grid, the header once, a row that the page cuts in one piece."""

from __future__ import annotations

from reportqa.reading.marks import PAGE
from reportqa.reading.pdf.lines import join_words
from reportqa.reading.pipe_tables import PipeCell, PipeTable, is_value

_ENDED = "。！？；!?;"


def marked(grid: PipeTable, mark: str) -> PipeTable:
    """Put a page mark before the first row of a table."""
    if not mark or not grid.cells:
        return grid
    first, *others = sorted(grid.cells)
    return PipeTable((first._replace(text=mark + first.text), *others), grid.header)


def longer(grid: PipeTable, more: PipeTable, mark: str) -> PipeTable:
    """Add the rows of the next page, without the header that is repeated there."""
    rows = max(cell.row + cell.height for cell in grid.cells)
    skipped = 0
    for row in range(max(cell.row + cell.height for cell in more.cells)):
        if _row_words(grid, row) != _row_words(more, row):
            break
        skipped = row + 1
    first = [cell for cell in more.cells if cell.row == skipped and cell.text]
    above = {cell.column: cell for cell in grid.cells if cell.row + cell.height == rows}
    cut = _is_cut(above, first)
    said = {cell.column: cell.text for cell in first} if cut else {}
    whole = tuple(
        cell._replace(text=join_words(cell.text, said[cell.column]))
        if cut and cell.column in said and cell.row + cell.height == rows
        else cell
        for cell in grid.cells
    )
    begin = skipped + cut
    kept = tuple(cell._replace(row=cell.row + rows - begin) for cell in more.cells if cell.row >= begin)
    if not kept:
        # All that the page has of the table is the rest of its last row.
        last = max(whole, key=lambda cell: (cell.row, -cell.column), default=None)
        return PipeTable(
            tuple(cell._replace(text=mark + cell.text) if cell is last else cell for cell in whole), grid.header
        )
    return PipeTable(whole + marked(PipeTable(kept), mark).cells, grid.header)


def _is_cut(above: dict[int, PipeCell], first: list[PipeCell]) -> bool:
    """Tell whether the first row of a page goes on with the last one of the page before.

    It says nothing by itself: it holds no amount, each of its cells goes on with an unfinished one above, and some of
    the cells above, such as the number of the row, have nothing under them.
    """
    columns = {cell.column for cell in first}
    filled = {column for column, cell in above.items() if cell.text}
    if not first or any(is_value(cell.text) for cell in first) or not columns < filled:
        return False
    return not any(above[column].text[-1] in _ENDED or is_value(above[column].text) for column in columns)


def _row_words(grid: PipeTable, row: int) -> list[tuple[int, str]]:
    return [(cell.column, cell.text.replace(PAGE, "")) for cell in sorted(grid.cells) if cell.row == row]
