"""A workbook's visible sheets as rows of plain values."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from reportqa.batch.limits import MAX_ABOVE, MAX_COLUMNS, MAX_ROWS, check_columns, check_rows
from reportqa.errors import InputError

# A workbook is a ZIP archive: a small file can unpack to a huge one.
_MAX_UNPACKED = 256 * 2**20
UNCOMPUTED = "（没有算过的公式）"
"""What stands for a formula whose value the file does not hold: a program wrote it, and none has computed it yet."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>]")
_OLE = b"\xd0\xcf\x11\xe0"
# What openpyxl and the libraries under it raise for a file that is not what it should be; XML errors are SyntaxErrors.
_DAMAGE = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, AssertionError, RuntimeError, EOFError, OSError,
)  # fmt: skip

Cell = str | int | float | bool | None


def read_sheets(data: bytes, name: str) -> dict[str, list[list[Cell]]]:
    """Read every visible sheet that holds anything, by its title; of a formula, the value that was last computed.

    A formula that was never computed is ``UNCOMPUTED``.

    A date is read as text (2024-06-27). Empty rows at the end are left out, and so are empty cells at a row's end.
    Raises InputError where the file is no workbook, is locked by a password, or is too large.
    """
    if data.startswith(_OLE):
        raise InputError(f"{name} 有密码或是旧的 .xls 格式：请另存为不带密码的 .xlsx。")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MAX_UNPACKED:
            raise InputError(f"{name} 展开后有 {unpacked // 2**20} MB，最多 {_MAX_UNPACKED // 2**20} MB。")
        with warnings.catch_warnings():
            # openpyxl warns of drawings and validations that it leaves out; a reader of cells needs none of them.
            warnings.simplefilter("ignore")
            return _read(data, name)
    except _DAMAGE as error:
        raise InputError(f"{name} 读不出来：它不是完好的 .xlsx 工作簿。") from error


def _read(data: bytes, name: str) -> dict[str, list[list[Cell]]]:
    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    formulas = _formulas(data)
    found = {}
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        # The size that a file states of itself is often wrong, and can be a million empty rows.
        sheet.reset_dimensions()
        rows = list(_filled(sheet.iter_rows(values_only=True), name))
        for row, column in formulas.get(sheet.title, ()):
            if row < len(rows):
                cells = rows[row]
                cells += [None] * (column + 1 - len(cells))
                if cells[column] in (None, ""):
                    cells[column] = UNCOMPUTED
        if rows:
            found[sheet.title] = rows
    book.close()
    return found


def _formulas(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Return where the sheets of a workbook have formulas, rows and columns counted from 0."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        if not any(_FORMULA.search(archive.read(name)) for name in sheets):
            return {}
    book = load_workbook(BytesIO(data), read_only=True)
    found: dict[str, list[tuple[int, int]]] = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = islice(sheet.iter_rows(), MAX_ROWS + MAX_ABOVE)
        found[sheet.title] = [
            (row, column)
            for row, cells in enumerate(rows)
            for column, cell in enumerate(cells[:MAX_COLUMNS])
            if cell.data_type == "f"
        ]
    book.close()
    return found


def _filled(rows: Iterable[tuple[Any, ...]], name: str) -> Iterator[list[Cell]]:
    """Yield rows without the empty ones at the end and the empty cells at each row's end."""
    empty = count = 0
    for row in rows:
        cells = [_plain(cell) for cell in row[: _width(row)]]
        if not cells:
            empty += 1
            continue
        check_columns(len(cells), name)
        count += empty + 1
        if count > MAX_ROWS + MAX_ABOVE:
            check_rows(count, name)
        yield from ([] for _ in range(empty))
        yield cells
        empty = 0


def _width(row: tuple[Any, ...]) -> int:
    return next((width for width in range(len(row), 0, -1) if row[width - 1] not in (None, "")), 0)


def _plain(cell: Any) -> Cell:
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if cell is None or isinstance(cell, str | int | float | bool):
        return cell
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)
