"""How much a question list may hold; beyond it, one clear line instead of a machine that stops answering."""

from __future__ import annotations

from reportqa.errors import InputError
from reportqa.output.sheets import MAX_CELL

MAX_ROWS = 20_000
MAX_ABOVE = 100  # rows of titles and headers above the questions of a table
MAX_COLUMNS = 200


def check_rows(count: int, name: str) -> None:
    """Raise InputError where a list has more rows than one run answers."""
    if count > MAX_ROWS:
        raise InputError(f"{name} 有 {count} 行，一次最多 {MAX_ROWS} 行：请分成几个文件。")


def check_columns(count: int, name: str) -> None:
    """Raise InputError where a table is wider than any list of questions."""
    if count > MAX_COLUMNS:
        raise InputError(f"{name} 有 {count} 列，最多 {MAX_COLUMNS} 列：请只留下要用的列。")


def check_cell(text: str, place: str, name: str) -> None:
    """Raise InputError where a cell is longer than a spreadsheet can hold."""
    if len(text) > MAX_CELL:
        raise InputError(f"{name} {place}有 {len(text)} 个字，一格最多 {MAX_CELL} 个字。")
