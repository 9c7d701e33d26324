"""The answer workbook: a sheet to read, print and review, and sheets with all the rest, linked with each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from reportqa.batch.archive import save_settled
from reportqa.batch.cells import NOTE, Column, detail_columns, review_columns
from reportqa.batch.reviewed import SOURCE
from reportqa.batch.rows import AnsweredRow, QuestionList
from reportqa.batch.summary import Summary
from reportqa.errors import InputError
from reportqa.output.files import FIGURE_COLUMNS, row_of
from reportqa.output.sheets import Sheet
from reportqa.output.wording import section_words

ANSWERS, DETAILS, FIGURES, CITATIONS, SUMMARY = "答案", "明细", "数据", "引用", "小结"
_MAX_ROWS = 1_048_576
_FIGURES = (
    ("序号", 6),
    *FIGURE_COLUMNS,
    ("引用", 6),
)
_CITATIONS = (
    ("序号", 6), ("引用", 6), ("引文", 80), ("章节", 30), ("段落", 6), ("页", 6), ("文件", 26), ("年份", 7),
    ("地区", 9), ("起", 7), ("止", 7), ("相关度", 8),
)  # fmt: skip


def write_xlsx(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write the workbook: 答案 and 明细 a row a question, 数据 a row a figure, 引用 a row a citation, 小结.

    Raises InputError where a sheet would overflow.
    """
    longest = max(sum(len(one.answer.citations) for one in rows), sum(len(one.answer.figures) for one in rows))
    if longest >= _MAX_ROWS:
        raise InputError(f"一页放不下 {longest} 行，最多 {_MAX_ROWS - 1} 行：请减小 --top-k，或改写成 .jsonl。")
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "reportqa", questions.name
    _write_answers(book, review_columns(questions.columns), rows)
    _write_details(book, detail_columns(), rows)
    _write_figures(Sheet(book, FIGURES, _FIGURES), rows)
    _write_citations(Sheet(book, CITATIONS, _CITATIONS), rows)
    notes = Sheet(book, SUMMARY, [("小结", 100)])
    for line in summary.lines():
        notes.add([line])
    save_settled(book.save, path)


def _write_answers(book: Workbook, columns: Sequence[Column], rows: Sequence[AnsweredRow]) -> None:
    names = [column.name for column in columns]
    answers = Sheet(book, ANSWERS, _widths(columns), freeze="D2", hidden=SOURCE)
    # The list's own columns stand beside what is printed.
    answers.sheet.print_area = f"A1:{get_column_letter(names.index(NOTE) + 1)}{len(rows) + 1}"
    first_citations = accumulate((len(one.answer.citations) for one in rows), initial=2)
    for one, citation in zip(rows, first_citations, strict=False):
        links = {0: _place(CITATIONS, citation)} if one.answer.citations else {}
        answers.add([column.value(one) for column in columns], links, "check" if one.to_check else "text")


def _write_details(book: Workbook, columns: Sequence[Column], rows: Sequence[AnsweredRow]) -> None:
    details = Sheet(book, DETAILS, _widths(columns))
    first_figures = accumulate((len(one.answer.figures) for one in rows), initial=2)
    for one, figure in zip(rows, first_figures, strict=False):
        links = {0: _place(FIGURES, figure)} if one.answer.figures else {}
        details.add([column.value(one) for column in columns], links)


def _widths(columns: Sequence[Column]) -> list[tuple[str, int]]:
    return [(column.name, column.width) for column in columns]


def _write_figures(sheet: Sheet, rows: Sequence[AnsweredRow]) -> None:
    for number, one in enumerate(rows, 2):
        for cited in one.answer.figures:
            cells = (one.row.number, *row_of(cited.figure), cited.citation or "")
            sheet.add(cells, {0: _place(ANSWERS, number)})


def _write_citations(sheet: Sheet, rows: Sequence[AnsweredRow]) -> None:
    for number, one in enumerate(rows, 2):
        for cited in one.answer.citations:
            cells = (
                one.row.number,
                cited.rank,
                cited.text,
                section_words(cited.section),
                cited.paragraph,
                cited.page or "",
                cited.document,
                cited.year or "",
                cited.region or "",
                cited.start,
                cited.end,
                round(cited.score, 2),
            )
            sheet.add(cells, {0: _place(ANSWERS, number)})


def _place(sheet: str, row: int) -> str:
    return f"'{sheet}'!A{row}"
