"""CSV and XLSX tables to question rows: the question column found, the other columns kept."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import chain, islice, zip_longest
from typing import Any

from reportqa.batch.columns import Cells, as_text, column_names, find_header, guess_header, lies_across
from reportqa.batch.limits import MAX_ABOVE, MAX_ROWS, check_cell, check_columns, check_rows
from reportqa.batch.question_file import decode, lines_of
from reportqa.batch.rows import QuestionList, QuestionRow
from reportqa.batch.sheets import UNCOMPUTED, read_sheets
from reportqa.errors import InputError

_DELIMITERS = ",\t;"
_UNCOMPUTED = "问题是没有算过的公式"
_END = ["\0end of the list"]


def read_csv(data: bytes, name: str) -> QuestionList:
    """Read a table whose cells are parted by commas, tabs or semicolons.

    Raises InputError where it is no table, or has a quotation mark that never closes.
    """
    lines = lines_of(decode(data, name))
    delimiter = max(_DELIMITERS, key=next(filter(str.strip, lines), "").count)
    # The closing row comes out as it went in unless a quotation mark above it is still open.
    reader = csv.reader(chain((f"{line}\n" for line in lines), _END), delimiter=delimiter)
    try:
        rows = list(islice(reader, MAX_ROWS + MAX_ABOVE))
    except csv.Error as error:
        raise InputError(f"{name} 不是可读的 CSV 表格（一格太长，或引号不成对）。") from error
    if len(rows) == MAX_ROWS + MAX_ABOVE:
        check_rows(len(lines), name)
    if rows.pop() != _END:
        raise InputError(f"{name} 第 {len(rows) + 1} 行起有一个双引号没有成对：请补上或删去。")
    return _questions(rows, name)


def read_xlsx(data: bytes, name: str) -> QuestionList:
    """Read the first sheet of a workbook that names a question column, or else its first sheet that holds anything."""
    sheets = read_sheets(data, name)
    if not sheets:
        return QuestionList(name, ())
    title = next((title for title, rows in sheets.items() if find_header(rows)), next(iter(sheets)))
    unread = "、".join(other for other in sheets if other != title)
    notes = (f"只读了工作表“{title}”，没有读：{unread}。",) if unread else ()
    return _questions(sheets[title], name, notes)


def _questions(rows: Sequence[Cells], name: str, notes: tuple[str, ...] = ()) -> QuestionList:
    if lies_across(rows):
        rows = list(zip_longest(*rows))
        notes = (*notes, f"{name} 的表是横着的（问题在一行里），已按列读。")
    width = max(map(len, rows), default=0)
    check_columns(width, name)
    header = find_header(rows) or guess_header(rows)
    body = rows[header.row + 1 :]
    check_rows(len(body), name)
    names = column_names(rows[header.row] if header.row >= 0 else (), width)
    others = [number for number in range(width) if number != header.column]
    found = []
    for number, row in enumerate(body, 1):
        cells: list[Any] = [*row, *[None] * (width - len(row))]
        for column, cell in zip(names, cells, strict=True):
            check_cell(as_text(cell), f"第 {number} 条的“{column[:20]}”一格", name)
        beside = {names[other]: cells[other] for other in others}
        asked = as_text(cells[header.column])
        # In a CSV file a formula stands as it was written.
        error = _UNCOMPUTED if asked == UNCOMPUTED or asked.startswith("=") else ""
        found.append(QuestionRow.read(number, asked, beside, error))
    if uncomputed := sum(row.error == _UNCOMPUTED for row in found):
        notes = (
            *notes,
            f"{name} 有 {uncomputed} 个问题是没有算过的公式，没有读：请在 Excel 或 WPS 里打开，保存后再用。",
        )
    return QuestionList(name, tuple(found), tuple(names[other] for other in others), notes)
