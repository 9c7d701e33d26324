"""Figures written out: a table to read, CSV and XLSX to calculate with, JSON Lines for programs."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from reportqa.datamodel import Figure
from reportqa.errors import InputError

COLUMNS = (
    "指标",
    "数值",
    "单位",
    "原文",
    "口径",
    "种类",
    "约数",
    "标准值",
    "标准单位",
    "章节",
    "文件",
    "起",
    "止",
    "属于",
)
_SHOWN = ("指标", "原文", "口径", "章节")
KINDS = {
    "count": "数量",
    "money": "金额",
    "area": "面积",
    "percent": "百分比",
    "ratio": "比",
    "date": "日期",
    "duration": "时长",
    "rank": "名次",
    "other": "其他",
}
# What a spreadsheet takes for a formula, in full width too; a signed number is none.
_FORMULA = re.compile(r"(?![+-][\d,.]+[%‰]?$)[=+@\t\r\n＝＋－＠-]")


def write_figures(figures: Sequence[Figure], form: str, output: Path | None) -> None:
    """Write figures as ``form`` (table, csv, xlsx, jsonl) to a file, or to the standard output.

    >>> write_figures(figures, "jsonl", None)       # doctest: +SKIP
    {"indicator": "招生", "value": 6191, "unit": "人", ...}

    Raises InputError where the file cannot be written, or where a workbook has no file to go to.
    """
    if form == "xlsx":
        if output is None:
            raise InputError("xlsx 要写到文件：请加 -o 文件名.xlsx。")
        content = _workbook(figures)
    else:
        text = {"csv": _csv, "jsonl": _json_lines, "table": _table}[form](figures)
        if output is None:
            sys.stdout.write(text)
            return
        # Excel takes a CSV file for UTF-8 only with the byte order mark.
        content = text.encode("utf-8-sig" if form == "csv" else "utf-8")
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InputError(f"写不了文件 {output}：{error.strerror}。") from error


def row_of(figure: Figure) -> tuple[str | int | float, ...]:
    """Return the cells of one figure, in the order of COLUMNS.

    >>> row_of(Figure(2, 7, "6191人", 6191, "人", 6191, "人", "count", "招生"))[:5]
    ('招生', 6191, '人', '6191人', '')
    """
    return (
        figure.indicator,
        _cell(figure.value),
        figure.unit,
        figure.text,
        figure.scope,
        KINDS[figure.kind],
        "约" if figure.approx else "",
        _cell(figure.normalized_value),
        figure.normalized_unit,
        " › ".join(figure.section),
        figure.document,
        figure.start,
        figure.end,
        "" if figure.parent is None else figure.parent,
    )


def _cell(value: object) -> str | int | float:
    if isinstance(value, list):
        return "–".join(str(part) for part in value)
    return value if isinstance(value, str | int | float) else str(value)


def _safe(cell: str | int | float) -> str | int | float:
    """Keep a text from being taken for a formula by a spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _csv(figures: Iterable[Figure]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_safe(cell) for cell in row_of(figure)] for figure in figures)
    return out.getvalue()


def _json_lines(figures: Iterable[Figure]) -> str:
    return "".join(json.dumps(figure.to_record(), ensure_ascii=False) + "\n" for figure in figures)


def _table(figures: Iterable[Figure]) -> str:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*_SHOWN, box=None, header_style="bold", padding=(0, 2))
    for figure in figures:
        row = dict(zip(COLUMNS, row_of(figure), strict=True))
        table.add_row(*(escape(str(row[column])) for column in _SHOWN))
    out = io.StringIO()
    Console(file=out, width=None if sys.stdout.isatty() else 140).print(table)
    return out.getvalue()


def _workbook(figures: Iterable[Figure]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMN", (28, 14, 10, 18, 24, 8, 6, 14, 10, 36, 30, 8, 8, 8), strict=True):
        sheet.column_dimensions[letter].width = width
    head = [WriteOnlyCell(sheet, column) for column in COLUMNS]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for figure in figures:
        cells = []
        for value in row_of(figure):
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
