"""Tables copied out of a PDF into plain text: cells parted by blanks, or one cell a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from reportqa.outline.tables.cell_kinds import bare_span, is_empty, is_time, is_value
from reportqa.text.records import Span, TableRow

_WIDE_GAP = re.compile(r"[ \u3000]{2,}|\u3000")
_GAP = re.compile(r"[ \u3000]+")
_SENTENCE = re.compile(r"[。；！？;!?，]|[：:]$")
_CELL = 24
_LEAST_ROWS, _LEAST_COLUMNS, _MOST_COLUMNS = 2, 2, 12
_MOST_LINES = 1_000


def spaced_rows(text: str, lines: Sequence[Span], first: int) -> list[TableRow]:
    r"""Return the rows from a line on whose cells blanks part, the heads first; none where they are no table.

    >>> text = "品种  存栏（万头）  出栏（万头）\n奶牛  12.3  1.5\n肉牛  45.6  20.1"
    >>> rows = spaced_rows(text, [Span(0, 18), Span(19, 32), Span(33, 47)], 0)
    >>> [[cell.of(text) for cell in row.cells] for row in rows][1:]
    [['奶牛', '12.3', '1.5'], ['肉牛', '45.6', '20.1']]

    A single blank parts cells only where each line has three or more.
    """
    if not _GAP.search(lines[first].of(text)) or "\t" in lines[first].of(text):
        return []
    for gap, least in ((_WIDE_GAP, _LEAST_COLUMNS), (_GAP, _LEAST_COLUMNS + 1)):
        rows = [TableRow(line, tuple(parts)) for line, parts in _alike(text, lines, first, gap, least)]
        if len(rows) > _LEAST_ROWS:
            return rows
    return []


def _alike(
    text: str, lines: Sequence[Span], first: int, gap: re.Pattern[str], least: int
) -> Iterator[tuple[Span, list[Span]]]:
    """Yield the heads and the rows below them as long as they have their amounts in the same columns."""
    pattern: list[str] = []
    width = 0
    for number, line in enumerate(_together(text, lines, first)):
        parts = _parts(text, line, gap)
        words = [part.of(text) for part in parts]
        if number == 0:
            usable = least <= len(parts) <= _MOST_COLUMNS and not any(map(_is_amount, words))
        elif number == 1:
            pattern = words
            usable = len(parts) == width and _opens_with_name(words) and _is_amount(words[-1])
        else:
            usable = len(parts) == width and _is_like(pattern, words)
        if not usable or any(len(word) > _CELL for word in words):
            return
        width = len(parts)
        yield line, parts


@dataclass(frozen=True, slots=True)
class CellLines:
    """Lines that may be a cell each, looked at once: where the run of such lines that each is in ends, and its amounts.

    ``ends`` and ``amounts`` give for each line the number after the last one of its run, and of the next amount in it.
    """

    lines: Sequence[Span]
    words: Sequence[str]
    ends: Sequence[int]
    amounts: Sequence[int]


def cell_lines(text: str, lines: Sequence[Span]) -> CellLines:
    r"""Tell which lines of a text stand together as cells, one a line.

    >>> found = cell_lines("学校\n招生\n\n甲校\n12", [Span(0, 2), Span(3, 5), Span(7, 9), Span(10, 12)])
    >>> found.ends, found.amounts
    ([2, 2, 4, 4], [2, 2, 3, 3])
    """
    words = [line.of(text) for line in lines]
    ends, amounts = [0] * len(lines), [0] * len(lines)
    for number in range(len(lines) - 1, -1, -1):
        if not _is_cell(words[number]):
            ends[number] = amounts[number] = number
            continue
        below = number + 1
        goes_on = below < len(lines) and _is_next(text, lines, below)
        ends[number] = ends[below] if goes_on else below
        amounts[number] = number if _is_amount(words[number]) else amounts[below] if goes_on else below
    return CellLines(lines, words, ends, amounts)


def stacked_rows(cells: CellLines, first: int) -> list[TableRow]:
    r"""Return the rows from a line on of a table with one cell a line, the heads first; none where there is none.

    >>> text = "学校\n招生\n毕业\n甲校\n12\n9\n乙校\n15\n8"
    >>> starts = [0, 3, 6, 9, 12, 15, 17, 20, 23]
    >>> lines = [Span(start, start + len(word)) for start, word in zip(starts, text.split("\n"), strict=True)]
    >>> [[cell.of(text) for cell in row.cells] for row in stacked_rows(cell_lines(text, lines), 0)]
    [['学校', '招生', '毕业'], ['甲校', '12', '9'], ['乙校', '15', '8']]

    The heads are lines without an amount; below them, each column holds amounts in all rows or in none.
    """
    words, end = cells.words, min(cells.ends[first], first + _MOST_LINES)
    heads = cells.amounts[first] - first
    # The first amount stands in the first row below the heads, behind its name.
    for width in range(min(heads - 1, _MOST_COLUMNS), max(heads // 2, _LEAST_COLUMNS) - 1, -1):
        model = words[first + width : first + 2 * width]
        starts = range(first + width, end - width + 1, width)
        kept = list(takewhile(partial(_is_row_like, words, model), starts))
        after = first + (len(kept) + 1) * width
        # Two columns may as well be a list of names, each over its number; what follows must not go on with the rows.
        enough = len(kept) >= _LEAST_ROWS + (width == _LEAST_COLUMNS)
        if enough and any(map(_is_amount, model)) and not (after < end and _is_amount(words[after])):
            rows = [cells.lines[at : at + width] for at in (first, *kept)]
            return [TableRow(Span(row[0].start, row[-1].end), tuple(row)) for row in rows]
    return []


def _is_amount(words: str) -> bool:
    return is_value(words) and not is_time(words)


def _is_like(row: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether another row has its amounts in the columns of the first one."""
    same = all(is_empty(two) or _is_amount(one) == _is_amount(two) for one, two in zip(row, other, strict=True))
    return same and _opens_with_name(other)


def _is_row_like(words: Sequence[str], model: Sequence[str], start: int) -> bool:
    return _is_like(model, words[start : start + len(model)])


def _together(text: str, lines: Sequence[Span], first: int) -> Iterator[Span]:
    """Yield lines from one on, as long as none is empty between them."""
    for number in range(first, min(len(lines), first + _MOST_LINES)):
        if number > first and not _is_next(text, lines, number):
            return
        yield lines[number]


def _is_next(text: str, lines: Sequence[Span], number: int) -> bool:
    """Tell whether a line stands right below the one before it."""
    return text.count("\n", lines[number - 1].end, lines[number].start) == 1


def _parts(text: str, line: Span, gap: re.Pattern[str]) -> list[Span]:
    said = line.of(text)
    if _SENTENCE.search(said) or len(said) > _CELL * _MOST_COLUMNS:
        return []
    ends = [(found.start(), found.end()) for found in gap.finditer(said)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(said)]
    return [bare_span(text, line.start + low, line.start + high) for low, high in zip(starts, stops, strict=True)]


def _opens_with_name(row: Sequence[str]) -> bool:
    return not is_value(row[0]) and not is_empty(row[0])


def _is_cell(words: str) -> bool:
    return len(words) <= _CELL and not _SENTENCE.search(words) and "|" not in words and "\t" not in words
