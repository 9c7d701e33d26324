"""What is known of a report besides its text, and the owner's corrections of it in a table beside the reports."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reportqa.errors import InputError, ReadingError
from reportqa.text.decoding import DecodingError, decode
from reportqa.text.forms import YEAR
from reportqa.text.formulas import guarded, unguarded
from reportqa.text.records import Document

CORRECTIONS = "报告信息.csv"
_FILE = "文件"
_COLUMNS = {"标题": "title", "年份": "year", "地区": "region", "类型": "genre"}
_LONGEST = 200
_SHOWN = 100
_LARGEST = 8 * 2**20
_YEAR = re.compile(rf"({YEAR})年?")
_NO_TEXT = re.compile("[\0-\x1f\x7f\ud800-\udfff]")
_DELIMITERS = ",\t;，"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Title, year, region and genre of a report; what is empty or None is not known, or not corrected.

    >>> found = Metadata("临江市工作报告", 2022, "临江市")
    >>> found.corrected(Metadata(year=2023, genre="工作报告"))
    Metadata(title='临江市工作报告', year=2023, region='临江市', genre='工作报告')
    """

    title: str = ""
    year: int | None = None
    region: str | None = None
    genre: str = ""

    @classmethod
    def of(cls, document: Document) -> Metadata:
        """Return what a document says of itself."""
        return cls(document.title, document.year, document.region, document.genre)

    def corrected(self, by: Metadata) -> Metadata:
        """Return this with what ``by`` knows put over it."""
        return Metadata(by.title or self.title, by.year or self.year, by.region or self.region, by.genre or self.genre)

    def beside(self, found: Metadata) -> Metadata:
        """Return what of this differs from ``found``: the correction that leads from there to here."""
        return Metadata(
            self.title if self.title != found.title else "",
            self.year if self.year != found.year else None,
            self.region if self.region != found.region else None,
            self.genre if self.genre != found.genre else "",
        )


@dataclass(frozen=True, slots=True)
class Corrections:
    """The rows of a table of corrections by the files they name, and one line for each thing wrong with it."""

    rows: dict[str, Metadata]
    complaints: tuple[str, ...] = ()


def read_metadata(title: str, year: str, region: str, genre: str) -> Metadata:
    """Read the four as a person writes them.

    >>> read_metadata(" 年报 ", "２０２４年", "", "")
    Metadata(title='年报', year=2024, region=None, genre='')

    Raises InputError where the year is none.
    """
    written = unicodedata.normalize("NFKC", year).strip()
    found = _YEAR.fullmatch(written)
    if written and not found:
        raise InputError(f"年份要写成四位数，如 2024，写的是“{written[:20]}”。")
    title, region, genre = (" ".join(_NO_TEXT.sub(" ", text).split())[:_LONGEST] for text in (title, region, genre))
    return Metadata(title, int(found[1]) if found else None, region or None, genre)


def read_corrections(folder: Path) -> Corrections:
    """Read the table of corrections in a folder of reports; none where there is no such file.

    >>> read_corrections(Path("corpus")).rows       # doctest: +SKIP
    {'年报.txt': Metadata(title='', year=2023, region=None, genre='')}

    A file is named by its path below the folder. What cannot be used is told in ``complaints`` and leaves the rest.
    """
    try:
        table = _read_table(folder / CORRECTIONS)
    except ReadingError as error:
        return Corrections({}, (str(error),))
    rows: dict[str, Metadata] = {}
    complaints: list[str] = []
    for number, row in enumerate(table[1:], 2):
        cells = dict(zip(table[0], row, strict=False))
        name = file_key(cells.get(_FILE, ""))
        if not name:
            continue
        try:
            correction = read_metadata(**{field: cells.get(column, "") for column, field in _COLUMNS.items()})
        except InputError as error:
            complaints.append(f"{CORRECTIONS} 第 {number} 行（{name[:_SHOWN]}）：{error}")
            cells["年份"] = ""
            correction = read_metadata(**{field: cells.get(column, "") for column, field in _COLUMNS.items()})
        if name in rows:
            complaints.append(f"{CORRECTIONS} 第 {number} 行：{name[:_SHOWN]} 前面已有一行，用后面的。")
        rows[name] = correction
    return Corrections(rows, tuple(complaints))


def write_correction(folder: Path, name: str, correction: Metadata) -> None:
    """Put the correction of one report into the table of a folder, in one step; an empty one takes its row out.

    Other rows and columns stay as they are. Raises InputError where the table is unreadable or cannot be written.
    """
    path = folder / CORRECTIONS
    try:
        table = _read_table(path)
    except ReadingError as error:
        raise InputError(f"改不了报告信息：{error}") from error
    head = table[0] if table else []
    head += [column for column in (_FILE, *_COLUMNS) if column not in head]
    place = head.index(_FILE)
    rows = [row + [""] * (len(head) - len(row)) for row in table[1:]]
    own = next((row for row in reversed(rows) if file_key(row[place]) == file_key(name)), None)
    others = [row for row in rows if file_key(row[place]) != file_key(name)]
    values = {_FILE: file_key(name)} | {column: getattr(correction, field) for column, field in _COLUMNS.items()}
    row = dict(zip(head, own or [""] * len(head), strict=False))
    row |= {column: str(value or "") for column, value in values.items()}
    if any(value for column, value in row.items() if column != _FILE):
        at = rows.index(own) if own else len(rows)
        others.insert(at, [row[column] for column in head])
    write_rows(path, [head, *others])


def file_key(name: str) -> str:
    r"""Return a file's name in the form in which names are compared.

    >>> file_key(" .\\2023\\年报.txt")
    '2023/年报.txt'
    """
    # A name that is no text is written so by the reading too.
    words = _NO_TEXT.sub(" ", name.encode("utf-8", "replace").decode("utf-8")).strip()
    return unicodedata.normalize("NFC", words).replace("\\", "/").removeprefix("./")


def _read_table(path: Path) -> list[list[str]]:
    """Read a table of corrections, the row with the column names first; an empty list where there is no file."""
    rows = read_rows(path)
    if not rows:
        return []
    rows[0] = [cell.strip() for cell in rows[0]]
    if _FILE not in rows[0]:
        raise ReadingError(f"{path.name} 的第一行里没有“{_FILE}”一列，没有用它。")
    return rows


def read_rows(path: Path) -> list[list[str]]:
    """Read a CSV file that the owner of the reports keeps, as rows of cells; an empty list where there is none.

    Raises ReadingError where it is too large, or in no known encoding.
    """
    try:
        if not path.exists():
            return []
        if path.stat().st_size > _LARGEST:
            raise ReadingError(f"{path.name} 太大，没有用它。")
        text = decode(path.read_bytes())
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except (OSError, DecodingError, csv.Error) as error:
        raise ReadingError(f"读不出 {path.name}，没有用它：请存成 UTF-8 或 GB18030 编码的 CSV。") from error
    return [[unguarded(cell) for cell in row] for row in rows]


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def write_rows(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Write rows of cells as such a file, in one step; raises InputError where that cannot be done."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # Excel takes a CSV file for UTF-8 only with the byte order mark.
        beside.write_bytes(out.getvalue().encode("utf-8-sig"))
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise InputError(f"写不了 {path}：{error.strerror}。") from error
