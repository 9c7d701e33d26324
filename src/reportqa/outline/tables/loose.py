"""Tables copied out of a PDF into plain text: cells parted by blanks, or one cell a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import takewhile

from reportqa.outline.tables.cell_kinds import bare_span, is_empty, is_time, is_value
from reportqa.text.records import Span, TableRow

_WIDE_GAP = re.compile(r"[ \u3000]{2,}|\u3000")
_GAP = re.compile(r"[ \u3000]+")
_SENTENCE = re.compile(r"[。；！？;!?，]|[：:]$")
_CELL = 24
_LEAST_ROWS, _LEAST_COLUMNS, MOST_COLUMNS = 2, 2, 12
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
            usable = least <= len(parts) <= MOST_COLUMNS and not any(map(_is_amount, words))
        elif number == 1:
            pattern = words
            usable = len(parts) == width and _opens_with_name(words) and _is_amount(words[-1])
        else:
            usable = len(parts) == width and _is_like(pattern, words)
        if not usable or any(len(word) > _CELL for word in words):
            return
        width = len(parts)
        yield line, parts


def stacked_rows(text: str, lines: Sequence[Span], first: int) -> list[TableRow]:
    r"""Return the rows from a line on of a table with one cell a line, the heads first; none where there is none.

    >>> text = "学校\n招生\n毕业\n甲校\n12\n9\n乙校\n15\n8"
    >>> starts = [0, 3, 6, 9, 12, 15, 17, 20, 23]
    >>> lines = [Span(start, start + len(word)) for start, word in zip(starts, text.split("\n"), strict=True)]
    >>> [[cell.of(text) for cell in row.cells] for row in stacked_rows(text, lines, 0)]
    [['学校', '招生', '毕业'], ['甲校', '12', '9'], ['乙校', '15', '8']]

    The heads are lines without an amount; below them, each column holds amounts in all rows or in none.
    """
    near = list(_cells_from(text, lines, first, 3 * MOST_COLUMNS))
    heads = len(list(takewhile(lambda words: not _is_amount(words), near)))
    # The first amount stands in the first row below the heads, behind its name.
    widths = range(min(heads - 1, MOST_COLUMNS), max(heads // 2, _LEAST_COLUMNS) - 1, -1)
    widths_alike = [n for n in widths if len(near) >= 3 * n and _is_like(near[n : 2 * n], near[2 * n : 3 * n])]
    if not widths_alike:
        return []
    run = list(takewhile(lambda line: _is_cell(line.of(text)), _together(text, lines, first)))
    words = [line.of(text) for line in run]
    for width in widths_alike:
        rows = [words[at : at + width] for at in range(width, len(words) - width + 1, width)]
        kept = list(takewhile(partial(_is_like, rows[0]), rows)) if rows else []
        rest = words[(len(kept) + 1) * width :]
        # Two columns may as well be a list of names, each over its number; what follows must not go on with the rows.
        enough = len(kept) >= _LEAST_ROWS + (width == _LEAST_COLUMNS)
        if enough and any(map(_is_amount, kept[0])) and not (rest and _is_amount(rest[0])):
            places = [run[at * width : (at + 1) * width] for at in range(len(kept) + 1)]
            return [TableRow(Span(row[0].start, row[-1].end), tuple(row)) for row in places]
    return []


def _cells_from(text: str, lines: Sequence[Span], first: int, most: int) -> Iterator[str]:
    near = (line.of(text) for line in _together(text, lines[: first + 2 * most], first))
    return takewhile(_is_cell, near)


def _is_amount(words: str) -> bool:
    return is_value(words) and not is_time(words)


def _is_like(row: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether another row has its amounts in the columns of the first one."""
    same = all(is_empty(two) or _is_amount(one) == _is_amount(two) for one, two in zip(row, other, strict=True))
    return same and _opens_with_name(other)


def next_amounts(text: str, lines: Sequence[Span]) -> list[int]:
    """Return for each line the number of the next one, from it on, that is nothing but an amount.

    >>> next_amounts("甲校12", [Span(0, 2), Span(2, 4)])
    [1, 1]
    """
    found, after = [], len(lines) + MOST_COLUMNS * 4
    for number in range(len(lines) - 1, -1, -1):
        after = number if len(lines[number]) <= _CELL and _is_amount(lines[number].of(text)) else after
        found.append(after)
    return found[::-1]


def _together(text: str, lines: Sequence[Span], first: int) -> Iterator[Span]:
    """Yield lines from one on, as long as none is empty between them."""
    for number in range(first, min(len(lines), first + _MOST_LINES)):
        if number > first and text.count("\n", lines[number - 1].end, lines[number].start) != 1:
            return
        yield lines[number]


def _parts(text: str, line: Span, gap: re.Pattern[str]) -> list[Span]:
    said = line.of(text)
    if _SENTENCE.search(said) or len(said) > _CELL * MOST_COLUMNS:
        return []
    ends = [(found.start(), found.end()) for found in gap.finditer(said)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(said)]
    return [bare_span(text, line.start + low, line.start + high) for low, high in zip(starts, stops, strict=True)]


def _opens_with_name(row: Sequence[str]) -> bool:
    return not is_value(row[0]) and not is_empty(row[0])


def _is_cell(words: str) -> bool:
    return len(words) <= _CELL and not _SENTENCE.search(words) and "|" not in words and "\t" not in words
