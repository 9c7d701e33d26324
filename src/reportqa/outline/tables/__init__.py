"""Tables in a text: which lines are one, where its cells are, and which words stand over and beside each of them.

``lines`` finds tables; ``heads`` says which rows name the columns; ``reading`` says which columns name the rows, and
gives every cell its words; ``words`` tells amounts, times and totals from other words.
"""

from __future__ import annotations

from reportqa.outline.tables.cell_kinds import is_code, is_subtotal, is_time, is_total, is_unit, is_value
from reportqa.outline.tables.finding import find_tables
from reportqa.outline.tables.grid import Cell, Grid, GridRow, read_grid

__all__ = [
    "Cell",
    "Grid",
    "GridRow",
    "find_tables",
    "is_code",
    "is_subtotal",
    "is_time",
    "is_total",
    "is_unit",
    "is_value",
    "read_grid",
]
