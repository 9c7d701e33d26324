"""The answer workbook: a sheet to read, print and review, and sheets with all the rest, linked with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, product
from math import ceil
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from reportqa.batch.archive import save_settled
from reportqa.batch.cells import NOTE, CellValue, Column, clean, detail_columns, review_columns
from reportqa.batch.reviewed import SOURCE
from reportqa.batch.rows import AnsweredRow, QuestionList
from reportqa.batch.summary import Summary
from reportqa.errors import InputError
from reportqa.output.files import COLUMNS, row_of
from reportqa.output.wording import section_words
from reportqa.text.formulas import is_formula

ANSWERS, DETAILS, FIGURES, CITATIONS, SUMMARY = "答案", "明细", "数据", "引用", "小结"
# Excel opens no sheet with more.
_MAX_LINKS = 65_000
_MAX_ROWS = 1_048_576
_A4 = 9
_LINE, _HIGHEST = 15, 409  # points
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
_LINKED, _BOLD = Font(color="0563C1"), Font(bold=True)
_FILLS = {"head": PatternFill("solid", fgColor="E8EEF4"), "check": PatternFill("solid", fgColor="FFF2CC")}

Links = Mapping[int, str]


def write_xlsx(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write the workbook: 答案 and 明细 a row a question, 数据 a row a figure, 引用 a row a citation, 小结.

    Every text is stored as text, so that none can become a formula. Raises InputError where a sheet would overflow.
    """
    longest = max(sum(len(one.answer.citations) for one in rows), sum(len(one.answer.figures) for one in rows))
    if longest >= _MAX_ROWS:
        raise InputError(f"一页放不下 {longest} 行，最多 {_MAX_ROWS - 1} 行：请减小 --top-k，或改写成 .jsonl。")
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "reportqa", questions.name
    _write_answers(book, review_columns(questions.columns), rows)
    _write_details(book, detail_columns(), rows)
    _write_figures(_Sheet(book, FIGURES, _FIGURES), rows)
    _write_citations(_Sheet(book, CITATIONS, _CITATIONS), rows)
    notes = _Sheet(book, SUMMARY, [("小结", 100)])
    for line in summary.lines():
        notes.add([line])
    save_settled(book.save, path)


class _Sheet:
    """A sheet whose header stays in sight, prints on every page and filters the rows below it."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[tuple[str, int]], freeze: str = "A2") -> None:
        self._links, self._rows = 0, 0
        self._widths = [width for _, width in columns]
        self.sheet = sheet = book.create_sheet(title)
        sheet.freeze_panes = freeze
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins = PageMargins(0.4, 0.4, 0.4, 0.7, 0.3, 0.3)
        sheet.print_options.gridLines = True
        sheet.HeaderFooter.oddFooter.center.text = "&A　第 &P 页，共 &N 页"
        for number, (name, width) in enumerate(columns, 1):
            dimension = sheet.column_dimensions[get_column_letter(number)]
            dimension.width, dimension.hidden = width, name == SOURCE
        # Styles are made once: to set one cell by cell takes longer than to write the cell.
        self._styles = {kind: self._style(*kind) for kind in product(("text", *_FILLS), (False, True), (False, True))}
        self.add([name for name, _ in columns], kind="head")

    def add(self, values: Sequence[CellValue], links: Links | None = None, kind: str = "text") -> None:
        """Add a row; ``links`` says of cells, counted from 0, where in the workbook they lead."""
        links = links or {}
        self._rows += 1
        # Only Excel finds out how high wrapped text is; there a height without ``customHeight`` still follows editing.
        self.sheet.row_dimensions[self._rows] = {"ht": str(min(_LINE * self._lines(values), _HIGHEST))}
        self.sheet.append([self._cell(value, links.get(place), kind) for place, value in enumerate(values)])
        self.sheet.auto_filter.ref = f"A1:{get_column_letter(len(values))}{self._rows}"

    def _lines(self, values: Sequence[CellValue]) -> int:
        """Return how many lines the highest cell takes; in GB18030 a character has as many bytes as columns."""
        lines = 1
        for value, width in zip(values, self._widths, strict=True):
            if isinstance(value, str):
                columns = (len(line.encode("gb18030", "replace")) for line in value.split("\n"))
                lines = max(lines, sum(max(1, ceil(count / (width - 1))) for count in columns))
        return lines

    def _style(self, kind: str, linked: bool, quoted: bool) -> Any:
        cell = WriteOnlyCell(self.sheet)
        cell.alignment, cell.quotePrefix = _WRAPPED, quoted
        if kind in _FILLS:
            cell.fill = _FILLS[kind]
        if linked or kind == "head":
            cell.font = _LINKED if linked else _BOLD
        return cell._style

    def _cell(self, value: CellValue, link: str | None, kind: str) -> Any:
        if value == "" and kind == "text":
            return None
        cell = WriteOnlyCell(self.sheet)
        cell.value = value = clean(value) if isinstance(value, str) else value
        if isinstance(value, str):
            # Not what openpyxl makes of it: "=1" would be a formula, "#N/A" an error. The prefix holds on editing too.
            cell.data_type = "s"
        linked = bool(link) and value != "" and self._links < _MAX_LINKS
        if linked:
            self._links += 1
            cell.hyperlink = Hyperlink(ref="", location=link)
        cell._style = self._styles[kind, linked, is_formula(value)]
        return cell


def _write_answers(book: Workbook, columns: Sequence[Column], rows: Sequence[AnsweredRow]) -> None:
    names = [column.name for column in columns]
    answers = _Sheet(book, ANSWERS, _widths(columns), freeze="D2")
    # The list's own columns stand beside what is printed.
    answers.sheet.print_area = f"A1:{get_column_letter(names.index(NOTE) + 1)}{len(rows) + 1}"
    first_citations = accumulate((len(one.answer.citations) for one in rows), initial=2)
    for one, citation in zip(rows, first_citations, strict=False):
        links = {0: _place(CITATIONS, citation)} if one.answer.citations else {}
        answers.add([column.value(one) for column in columns], links, "check" if one.to_check else "text")


def _write_details(book: Workbook, columns: Sequence[Column], rows: Sequence[AnsweredRow]) -> None:
    details = _Sheet(book, DETAILS, _widths(columns))
    first_figures = accumulate((len(one.answer.figures) for one in rows), initial=2)
    for one, figure in zip(rows, first_figures, strict=False):
        links = {0: _place(FIGURES, figure)} if one.answer.figures else {}
        details.add([column.value(one) for column in columns], links)


def _widths(columns: Sequence[Column]) -> list[tuple[str, int]]:
    return [(column.name, column.width) for column in columns]


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
