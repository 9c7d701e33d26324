"""A sheet of a workbook, and cells that any program can show: one form of table for all that is written as XLSX."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from reportqa.text.formulas import is_formula

CellValue = str | int | float
MAX_CELL = 32_767  # characters that a cell of a spreadsheet holds
# Excel opens no sheet with more.
_MAX_LINKS = 65_000
_A4 = 9
_LINE, _HIGHEST = 15, 409  # points
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_LINKED, _BOLD = Font(color="0563C1"), Font(bold=True)
_FILLS = {"head": PatternFill("solid", fgColor="E8EEF4"), "check": PatternFill("solid", fgColor="FFF2CC")}
# No XML file can hold these, and no reader misses them; a spreadsheet that starts a cell with one may skip it.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    r"""Take out the characters that XML cannot hold, make line ends one kind, and cut what is longer than a cell.

    >>> clean("招生\x006191人")
    '招生6191人'
    """
    text = _ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


class Sheet:
    """A sheet whose header stays in sight, prints on every page and filters the rows below it.

    ``columns`` are names and widths in characters; every text is stored as text, so that none can become a formula.
    """

    def __init__(
        self, book: Workbook, title: str, columns: Sequence[tuple[str, int]], freeze: str = "A2", hidden: str = ""
    ) -> None:
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
            dimension.width, dimension.hidden = width, name == hidden
        # Styles are made once: to set one cell by cell takes longer than to write the cell.
        self._styles = {kind: self._style(*kind) for kind in product(("text", *_FILLS), (False, True), (False, True))}
        self.add([name for name, _ in columns], kind="head")

    def add(self, values: Sequence[CellValue], links: Mapping[int, str] | None = None, kind: str = "text") -> None:
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
