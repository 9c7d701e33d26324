"""Tables of plain text whose cells blanks part, each column at its place on the line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportqa.outline.tables.cell_kinds import bare_span, is_empty, is_name, is_time, is_value
from reportqa.text.records import Span, TableRow

_WIDE_GAP = re.compile(r"[ \u3000]{2,}|\u3000|(?<=[)）] )(?=[\d(])")
_GAP = re.compile(r"[ \u3000]+")
# 2050302 中等职业教育: the number of a row, then its name.
_NUMBERED = re.compile(r"\d{3,}(?=[ \u3000][\u4e00-\u9fff])")
_SENTENCE = re.compile(r"[。；！？;!?，]|[：:]$")
_CAPTION = re.compile(r"单位[：:]|^[附续]?表\s*[\d一二三四五六七八九十]")
_FIELD = re.compile(r"(?<!其中)[：:]")
_LETTER = re.compile(r"[\u4e00-\u9fff]")
_CELL = 24
_LEAST_COLUMNS, _MOST_COLUMNS = 2, 12
_MOST_HEADS, _LEAST_ROWS, _LEAST_PAIRS, _MOST_ROWS = 3, 2, 3, 1_000
_APART = 4  # how far beside its column, in letters of half width, a cell may stand
_WIDE = frozenset("WF")


@dataclass(frozen=True, slots=True)
class _Part:
    """The words between two gaps, and from where to where on the line they stand, in letters of half width."""

    span: Span
    left: int
    right: int
    words: str

    def beside(self, other: _Part) -> int:
        """Return how far apart two parts stand; what they share of the line counts below zero."""
        return max(self.left, other.left) - min(self.right, other.right)

    @property
    def is_amount(self) -> bool:
        """Whether the words are an amount, and not the name of a group: 36—45岁."""
        return is_amount(self.words) and not is_name(self.words)


_Row = list[_Part]
_Cells = list[_Part | None]


def spaced_rows(text: str, lines: Sequence[Span], first: int) -> tuple[list[TableRow], int]:
    r"""Return the rows from a line on whose cells blanks part, and how many are heads; none where they are no table.

    >>> text = "品种  存栏（万头）  出栏（万头）\n奶牛  12.3  1.5\n肉牛  45.6  20.1"
    >>> rows, heads = spaced_rows(text, [Span(0, 18), Span(19, 32), Span(33, 47)], 0)
    >>> [[cell.of(text) for cell in row.cells] for row in rows][heads:]
    [['奶牛', '12.3', '1.5'], ['肉牛', '45.6', '20.1']]

    A row with fewer cells than columns has them where they stand below the heads: what is left out stays empty. A
    single blank parts cells only where each line has three or more, and as many.
    """
    if not _GAP.search(lines[first].of(text)) or "\t" in lines[first].of(text):
        return [], 0
    if pairs := _pairs(text, lines, first):
        return pairs, 0
    for gap, least in ((_WIDE_GAP, _LEAST_COLUMNS), (_GAP, _LEAST_COLUMNS + 1)):
        heads, rows = _block(text, lines, first, gap, least)
        placed = _placed(heads, rows, exact=gap is _GAP) if heads else []
        if len(placed) - len(heads) >= _LEAST_ROWS:
            made = zip(lines[first : first + len(placed)], placed, strict=True)
            return [TableRow(line, _spans(line, cells)) for line, cells in made], len(heads)
    return [], 0


def _pairs(text: str, lines: Sequence[Span], first: int) -> list[TableRow]:
    """Return the rows of a table without heads under its caption: a name and an amount each, three or more."""
    if not first or not is_next(text, lines, first) or not _CAPTION.search(lines[first - 1].of(text)):
        return []
    rows: list[TableRow] = []
    for line in together(text, lines, first):
        parts = _parts(text, line, _GAP)
        if len(parts) != _LEAST_COLUMNS or parts[0].is_amount or not parts[1].is_amount:
            break
        rows.append(TableRow(line, _spans(line, [*parts])))
    return rows if len(rows) >= _LEAST_PAIRS else []


def _block(
    text: str, lines: Sequence[Span], first: int, gap: re.Pattern[str], least: int
) -> tuple[list[_Row], list[_Row]]:
    """Return the parts of the lines from one on that have no amounts, and of those below that have."""
    heads: list[_Row] = []
    rows: list[_Row] = []
    for line in together(text, lines, first):
        parts = _parts(text, line, gap)
        # 一、收入 over the rows that follow.
        group = bool(heads) and gap is _WIDE_GAP and len(parts) == 1 and not parts[0].is_amount
        if not (group or least <= len(parts) <= _MOST_COLUMNS) or any(len(part.words) > _CELL for part in parts):
            break
        if group:
            rows.append(parts)
            continue
        if any(part.is_amount for part in parts):
            if not heads:
                break
            rows.append(parts)
        elif rows or len(heads) == _MOST_HEADS or _is_no_head([part.words for part in parts]):
            break
        else:
            heads.append(parts)
    while rows and len(rows[-1]) == 1:
        rows.pop()
    return heads, rows


def _is_no_head(words: list[str]) -> bool:
    """Tell a caption and the fields of a form (联系人：… 电话：…) from the heads of columns."""
    return any(map(_CAPTION.search, words)) or all(map(_FIELD.search, words))


def _placed(heads: list[_Row], rows: list[_Row], exact: bool) -> list[_Cells]:
    """Put each part into its column, until a row does not fit; none where the heads do not."""
    width = max(map(len, [*heads, *rows]), default=0)
    if width > _MOST_COLUMNS:
        return []
    full = [row for row in [*heads, *rows] if len(row) == width]
    columns = [
        _Part(own[0].span, min(part.left for part in own), max(part.right for part in own), "")
        for own in zip(*full, strict=True)
    ]
    found: list[_Cells] = [_under(row, columns) for row in heads[:-1]]
    for row in [heads[-1], *rows]:
        cells = _in_columns(row, columns) if not exact or len(row) == width else None
        body = len(found) - len(heads)
        if cells is None or (body >= 0 and not _fits(cells, found[len(heads) :])):
            break
        if body > 0 and cells[0] is None and cells[1] is not None and not cells[1].is_amount:
            cells[0] = found[-1][0]  # a name for several rows stands beside the first of them
        if body > 0 and cells[1] is None and (beside := found[len(heads)][1]) and not beside.is_amount:
            cells[1] = cells[0]  # 合计 is over the number and the name
        found.append(cells)
    return found


def _fits(cells: _Cells, above: list[_Cells]) -> bool:
    """Tell whether a row has a name, and its amounts in the columns of the first row.

    Where no cell is left out, a few may be of another kind: 4小时 under 2个工作日, 减少1.5个百分点 under 8.6%.
    """
    name, whole = cells[0], all(cells)
    if name is not None and not any(cells[1:]):
        return not name.is_amount
    numbered = name is not None and name.words.isdigit() and cells[1] is not None and not cells[1].is_amount
    named = name is None or not is_value(name.words) or is_name(name.words) or (whole and not name.words.isascii())
    model = next((row for row in above if any(row[1:])), cells)
    pairs = [(one, two) for one, two in zip(model[1:], cells[1:], strict=True) if one and two]
    counted = any(two.is_amount or (one.is_amount and is_time(two.words)) for one, two in pairs)
    if not (named or numbered) or not counted:
        return False
    unlike = sum(_unlike(one, two) for one, two in pairs)
    return unlike * 2 < len(pairs) if whole else not unlike


def _unlike(one: _Part, other: _Part) -> bool:
    """Tell whether of two cells of a column one is an amount and the other is none; 1980 may be either."""
    if any(is_empty(part.words) or is_time(part.words) for part in (one, other)):
        return False
    return one.is_amount != other.is_amount


def _in_columns(row: _Row, columns: _Row) -> _Cells | None:
    """Give each part of a row the column that it stands in, in their order; None where one stands in none."""
    if len(row) == len(columns):
        return list(row)
    cells: _Cells = [None] * len(columns)
    after = 0
    for number, part in enumerate(row):
        free = range(after, len(columns) - (len(row) - number) + 1)
        nearest = min(free, key=lambda column: part.beside(columns[column]), default=None)
        if nearest is None or part.beside(columns[nearest]) > _APART:
            return None
        cells[nearest] = part
        after = nearest + 1
    return cells


def _under(row: _Row, columns: _Row) -> _Cells:
    """Give each column the part of an upper row of heads that it stands under."""
    if len(row) == len(columns):
        return list(row)
    found: _Cells = []
    for column in columns:
        nearest = min(row, key=column.beside)
        before = [part for part in row if part.left <= column.left]
        found.append(nearest if nearest.beside(column) <= 0 else before[-1] if before else None)
    return found


def _parts(text: str, line: Span, gap: re.Pattern[str]) -> _Row:
    said = line.of(text)
    if _SENTENCE.search(said) or len(said) > _CELL * _MOST_COLUMNS:
        return []
    number = _NUMBERED.match(said)
    begin = number.end() if number else 0
    gaps = [(begin, begin + 1)] * bool(number)
    gaps += [found.span() for found in gap.finditer(said, begin + bool(number))]
    starts, stops = [0, *(end for _, end in gaps)], [*(start for start, _ in gaps), len(said)]
    raw = text.rfind("\n", 0, line.start) + 1
    parts: _Row = []
    for low, high in zip(starts, stops, strict=True):
        span = bare_span(text, line.start + low, line.start + high)
        if parts and _spaced_word(parts[-1].words, span.of(text)):
            span = Span(parts.pop().span.start, span.end)
        left = _width(text[raw : span.start])
        parts.append(_Part(span, left, left + _width(span.of(text)), span.of(text)))
    return parts


def _spaced_word(one: str, other: str) -> bool:
    """Tell whether two letters with blanks between them are one word: 小　学."""
    return len(other) == 1 and bool(_LETTER.match(other)) and len(one) == 1 and bool(_LETTER.match(one))


def _spans(line: Span, cells: _Cells) -> tuple[Span, ...]:
    return tuple(cell.span if cell else Span(line.start, line.start) for cell in cells)


def _width(words: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(char) in _WIDE) for char in words)


def is_amount(words: str) -> bool:
    """Tell whether the words of a cell are an amount, and no year."""
    return is_value(words) and not is_time(words)


def together(text: str, lines: Sequence[Span], first: int) -> Iterator[Span]:
    """Yield lines from one on, as long as none is empty between them."""
    for number in range(first, min(len(lines), first + _MOST_ROWS)):
        if number > first and not is_next(text, lines, number):
            return
        yield lines[number]


def is_next(text: str, lines: Sequence[Span], number: int) -> bool:
    """Tell whether a line stands right below the one before it."""
    return text.count("\n", lines[number - 1].end, lines[number].start) == 1
