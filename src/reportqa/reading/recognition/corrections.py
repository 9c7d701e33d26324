"""What the owner of the reports has put right in recognised lines: a table beside them, 识别更正.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reportqa.errors import InputError, ReadingError
from reportqa.reading.metadata import file_key, read_rows, write_rows
from reportqa.reading.recognition.lines import Symbol, TextLine
from reportqa.reading.recognition.pages import Recognised
from reportqa.text.records.scans import width_of

LINES = "识别更正.csv"
_HEAD = ["文件", "页", "识别", "更正"]
_LONGEST = 500


@dataclass(slots=True)
class LineCorrections:
    """The corrections of one file: by page, from 1, and recognised words, what stands there; "" for nothing at all.

    ``used`` are those whose lines have been seen.
    """

    said: Mapping[tuple[int, str], str] = field(default_factory=dict)
    used: set[tuple[int, str]] = field(default_factory=set)

    def applied(self, page: Recognised, number: int) -> Recognised:
        """Return a page with the lines as they are corrected."""
        if not self.said:
            return page
        return replace(page, lines=tuple(line for one in page.lines if (line := self._line(one, number)) is not None))

    def _line(self, line: TextLine, number: int) -> TextLine | None:
        key = (number, line.text)
        if key not in self.said:
            return line
        self.used.add(key)
        said = " ".join(self.said[key].split())
        return corrected(line, said) if said else None


def corrected(line: TextLine, said: str) -> TextLine:
    """Return a line with other words, spread over its width; a person is sure of them.

    >>> corrected(TextLine((Symbol("6", 0, 10, 0.5), Symbol("入", 10, 30, 0.6)), 0, 20, 20, 0.55), "6人").text
    '6人'
    """
    whole = sum(map(width_of, said))
    start, symbols = line.x0, []
    for char in said:
        end = start + (line.x1 - line.x0) * width_of(char) / whole
        symbols.append(Symbol(char, start, end, 1.0))
        start = end
    return replace(line, symbols=tuple(symbols), score=1.0, read=line.text)


def read_line_corrections(folder: Path) -> tuple[dict[str, dict[tuple[int, str], str]], tuple[str, ...]]:
    """Read the table of a folder: the corrections by file, and one line where it cannot be used."""
    try:
        rows = read_rows(folder / LINES)
    except ReadingError as error:
        return {}, (str(error),)
    if rows and [cell.strip() for cell in rows[0][: len(_HEAD)]] != _HEAD:
        return {}, (f"{LINES} 的第一行要是“{'、'.join(_HEAD)}”，没有用它。",)
    found: dict[str, dict[tuple[int, str], str]] = {}
    for row in rows[1:]:
        name, page, read, said = (*row, "", "", "", "")[: len(_HEAD)]
        if name and page.strip().isdecimal() and read:
            found.setdefault(file_key(name), {})[int(page), read] = said
    return found, ()


def write_line_correction(folder: Path, name: str, page: int, read: str, said: str) -> None:
    """Put the correction of one line into the table of a folder; words as they were read take it out.

    Raises InputError where the table is unreadable or cannot be written.
    """
    try:
        rows = read_rows(folder / LINES)
    except ReadingError as error:
        raise InputError(f"改不了识别的文字：{error}") from error
    key = (file_key(name), str(page), read)
    others = [row for row in rows[1:] if (file_key(row[0]) if row else "", *row[1:3]) != key]
    row = [] if said == read else [[*key, said[:_LONGEST]]]
    write_rows(folder / LINES, [_HEAD, *others, *row])
