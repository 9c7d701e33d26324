"""Totals that a table gives once for several columns: the cell of 合计 is merged over them."""

from __future__ import annotations

from reportqa.outline.tables import Cell, Grid, is_subtotal, is_total, is_value
from reportqa.text.numerals import ARABIC_NUMBER


def spread_totals(grid: Grid, text: str) -> set[Cell]:
    """Return the cells of total rows that stand alone where the other rows have amounts in several columns.

    小学 | 940 | 586 over 合计 | 1,526 | (nothing): the total is of both, unless it is the sum of its own column.
    """
    amounts: dict[int, dict[tuple[str, ...], list[float]]] = {}
    for line in grid.lines:
        for cell in line.cells:
            if cell.columns and not _is_total(cell) and is_value(cell.span.of(text)):
                amounts.setdefault(line.block, {}).setdefault(cell.columns, []).append(_number(cell, text))
    found = set()
    for line in grid.lines:
        alone, own = line.cells[0] if len(line.cells) == 1 else None, amounts.get(line.block, {})
        if alone is None or not _is_total(alone) or len(own) < 2 or alone.columns != next(iter(own)):
            continue
        if is_value(alone.span.of(text)) and abs(sum(own[alone.columns]) - _number(alone, text)) > _SLACK:
            found.add(alone)
    return found


_SLACK = 0.5


def _is_total(cell: Cell) -> bool:
    return any(is_total(words) or is_subtotal(words) for words in cell.rows)


def _number(cell: Cell, text: str) -> float:
    found = ARABIC_NUMBER.search(cell.span.of(text))
    return float(found[0].replace(",", "")) if found else 0.0
