"""The answer workbook: answers, figures and citations on sheets of their own, linked with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from reportqa.batch.archive import save_settled
from reportqa.batch.cells import CellValue, clean, review_columns
from reportqa.batch.reviewed import SOURCE
from reportqa.batch.rows import AnsweredRow, QuestionList
from reportqa.batch.summary import Summary
from reportqa.errors import InputError
from reportqa.output.files import COLUMNS, row_of
from reportqa.output.wording import section_words
from reportqa.text.formulas import is_formula

ANSWERS, FIGURES, CITATIONS, SUMMARY = "答案", "数据", "引用", "小结"
# Excel opens no sheet with more.
_MAX_LINKS = 65_000
_MAX_ROWS = 1_048_576
_A4 = 9
_FIGURES = (
    ("序号", 6),
    *zip(COLUMNS, (24, 12, 8, 16, 20, 8, 6, 14, 9, 28, 24, 7, 7, 7), strict=True),
    ("引用", 6),
)
_CITATIONS = (
    ("序号", 6), ("引用", 6), ("引文", 80), ("章节", 30), ("段落", 6), ("页", 6), ("文件", 26), ("年份", 7),
    ("地区", 9), ("起", 7), ("止", 7), ("相关度", 8),
)  # fmt: skip
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_KINDS: dict[str, dict[str, Any]] = {
    "text": {},
    "link": {"font": Font(color="0563C1")},
    "doubt": {"fill": PatternFill("solid", fgColor="FFF2CC")},
    "head": {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="E8EEF4")},
}

Links = Mapping[int, str]


def write_xlsx(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write the workbook: 答案 a row a question, 数据 a row a figure, 引用 a row a citation, 小结.

    Every text is stored as text, so that none can become a formula. Raises InputError where a sheet would overflow.
    """
    longest = max(sum(len(one.answer.citations) for one in rows), sum(len(one.answer.figures) for one in rows))
    if longest >= _MAX_ROWS:
        raise InputError(f"一页放不下 {longest} 行，最多 {_MAX_ROWS - 1} 行：请减小 --top-k，或改写成 .jsonl。")
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "reportqa", questions.name
    answers = _Sheet(book, ANSWERS, [(column.name, column.width) for column in review_columns(questions.columns)])
    figures, citations = _Sheet(book, FIGURES, _FIGURES), _Sheet(book, CITATIONS, _CITATIONS)
    _write_answers(answers, questions, rows)
    _write_figures(figures, rows)
    _write_citations(citations, rows)
    notes = _Sheet(book, SUMMARY, [("小结", 100)])
    for line in summary.lines():
        notes.add([line])
    save_settled(book.save, path)


class _Sheet:
    """A sheet with a header that stays in sight and prints on every page."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[tuple[str, int]]) -> None:
        self._links = 0
        self._sheet = sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for number, (name, width) in enumerate(columns, 1):
            dimension = sheet.column_dimensions[get_column_letter(number)]
            dimension.width, dimension.hidden = width, name == SOURCE
        # Styles are made once: to set one cell by cell takes longer than to write the cell.
        self._styles = {(kind, quoted): self._style(kind, quoted) for kind in _KINDS for quoted in (False, True)}
        self.add([name for name, _ in columns], kind="head")

    def add(self, values: Iterable[CellValue], links: Links | None = None, kind: str = "text") -> None:
        """Add a row; ``links`` says of cells, counted from 0, where in the workbook they lead."""
        links = links or {}
        self._sheet.append([self._cell(value, links.get(place), kind) for place, value in enumerate(values)])

    def _style(self, kind: str, quoted: bool) -> Any:
        cell = WriteOnlyCell(self._sheet)
        cell.alignment, cell.quotePrefix = _WRAPPED, quoted
        for name, setting in _KINDS[kind].items():
            setattr(cell, name, setting)
        return cell._style

    def _cell(self, value: CellValue, link: str | None, kind: str) -> Any:
        if value == "":
            return None
        cell = WriteOnlyCell(self._sheet)
        cell.value = value = clean(value) if isinstance(value, str) else value
        if isinstance(value, str):
            # Not what openpyxl makes of it: "=1" would be a formula, "#N/A" an error. The prefix holds on editing too.
            cell.data_type = "s"
        if link and self._links < _MAX_LINKS:
            self._links += 1
            cell.hyperlink = Hyperlink(ref="", location=link)
            kind = "link"
        cell._style = self._styles[kind, is_formula(value)]
        return cell


def _write_answers(sheet: _Sheet, questions: QuestionList, rows: Sequence[AnsweredRow]) -> None:
    columns = review_columns(questions.columns)
    names = [column.name for column in columns]
    to_figures, to_citations = names.index("数据"), names.index("章节")
    first_figures = accumulate((len(one.answer.figures) for one in rows), initial=2)
    first_citations = accumulate((len(one.answer.citations) for one in rows), initial=2)
    for one, figure, citation in zip(rows, first_figures, first_citations, strict=False):
        links = {to_figures: _place(FIGURES, figure)} if one.answer.figures else {}
        if one.answer.citations:
            links[to_citations] = _place(CITATIONS, citation)
        # A row that a person should look at stands out.
        sheet.add([column.value(one) for column in columns], links, "doubt" if one.doubtful else "text")


def _write_figures(sheet: _Sheet, rows: Sequence[AnsweredRow]) -> None:
    for number, one in enumerate(rows, 2):
        for cited in one.answer.figures:
            cells = (one.row.number, *row_of(cited.figure), cited.citation or "")
            sheet.add(cells, {0: _place(ANSWERS, number)})


def _write_citations(sheet: _Sheet, rows: Sequence[AnsweredRow]) -> None:
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
