"""Figures written out: a table to read, CSV and XLSX to calculate with, JSON Lines for programs."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from reportqa.errors import InputError
from reportqa.output.wording import KINDS, section_words
from reportqa.text.formulas import guarded
from reportqa.text.records import Compared, Figure

FIGURE_COLUMNS = (
    ("指标", 24), ("数值", 12), ("单位", 8), ("原文", 16), ("口径", 20), ("种类", 8), ("约数", 6), ("标准值", 14),
    ("标准单位", 9), ("章节", 28), ("文件", 24), ("起", 7), ("止", 7), ("属于", 7),
)  # fmt: skip
"""The columns of a figure with their widths in a spreadsheet."""
COLUMNS = tuple(name for name, _ in FIGURE_COLUMNS)
COMPARED = ("地区", "年份", "指标", "数值", "单位", "比上年", "原文", "口径", "文件", "起", "止")
_SHOWN = ("指标", "原文", "口径", "章节")


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
        text = _text(figures, form)
        if output is None:
            sys.stdout.write(text)
            return
        # Excel takes a CSV file for UTF-8 only with the byte order mark.
        content = text.encode("utf-8-sig" if form == "csv" else "utf-8")
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InputError(f"写不了文件 {output}：{error.strerror}。") from error


def write_comparison(compared: Sequence[Compared], form: str) -> None:
    """Write one indicator of several reports as ``form`` (table, csv, jsonl) to the standard output.

    >>> write_comparison(compared, "csv")       # doctest: +SKIP
    地区,年份,指标,数值,单位,比上年,原文,口径,文件,起,止
    ...
    """
    if form == "jsonl":
        sys.stdout.writelines(json.dumps(one.to_record(), ensure_ascii=False) + "\n" for one in compared)
        return
    rows = [compared_row(one) for one in compared]
    sys.stdout.write(_csv(COMPARED, rows) if form == "csv" else _table(COMPARED[:-2], (row[:-2] for row in rows)))


def compared_row(one: Compared) -> tuple[str | int | float, ...]:
    """Return the cells of one report's value, in the order of COMPARED."""
    figure = one.figure
    change = "" if one.change is None else f"{one.change:+.2f}%"
    amount = (figure.indicator, _cell(figure.value), figure.unit)
    return (
        one.region or "",
        one.year or "",
        *amount,
        change,
        figure.text,
        figure.scope,
        figure.document,
        figure.start,
        figure.end,
    )


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
        section_words(figure.section),
        figure.document,
        figure.start,
        figure.end,
        "" if figure.parent is None else figure.parent,
    )


def _cell(value: object) -> str | int | float:
    if isinstance(value, list):
        return "–".join(str(part) for part in value)
    return value if isinstance(value, str | int | float) else str(value)


def _text(figures: Sequence[Figure], form: str) -> str:
    if form == "jsonl":
        return "".join(json.dumps(figure.to_record(), ensure_ascii=False) + "\n" for figure in figures)
    rows = map(row_of, figures)
    if form == "csv":
        return _csv(COLUMNS, rows)
    chosen = [COLUMNS.index(column) for column in _SHOWN]
    return _table(_SHOWN, ([row[column] for column in chosen] for row in rows))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell, numbers=False) for cell in row] for row in rows)
    return out.getvalue()


def _table(columns: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> str:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*columns, box=None, header_style="bold", padding=(0, 2))
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    out = io.StringIO()
    Console(file=out, width=None if sys.stdout.isatty() else 140).print(table)
    return out.getvalue()


def _workbook(figures: Iterable[Figure]) -> bytes:
    from openpyxl import Workbook

    from reportqa.output.sheets import Sheet

    book = Workbook(write_only=True)
    sheet = Sheet(book, "数据", FIGURE_COLUMNS)
    for figure in figures:
        sheet.add(row_of(figure))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
