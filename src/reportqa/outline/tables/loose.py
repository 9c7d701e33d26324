"""Tables copied out of a PDF into plain text with one cell a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from reportqa.outline.tables.cell_kinds import is_empty, is_value
from reportqa.outline.tables.spaced import is_amount, is_next
from reportqa.text.records import Span, TableRow

_SENTENCE = re.compile(r"[。；！？;!?，]|[：:]$")
_CELL = 24
_LEAST_ROWS, _LEAST_COLUMNS, _MOST_COLUMNS = 2, 2, 12
_MOST_LINES = 1_000


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
        goes_on = below < len(lines) and is_next(text, lines, below)
        ends[number] = ends[below] if goes_on else below
        amounts[number] = number if is_amount(words[number]) else amounts[below] if goes_on else below
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
        if enough and any(map(is_amount, model)) and not (after < end and is_amount(words[after])):
            rows = [cells.lines[at : at + width] for at in (first, *kept)]
            return [TableRow(Span(row[0].start, row[-1].end), tuple(row)) for row in rows]
    return []


def _is_like(row: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether another row has its amounts in the columns of the first one."""
    same = all(is_empty(two) or is_amount(one) == is_amount(two) for one, two in zip(row, other, strict=True))
    return same and _opens_with_name(other)


def _is_row_like(words: Sequence[str], model: Sequence[str], start: int) -> bool:
    return _is_like(model, words[start : start + len(model)])


def _opens_with_name(row: Sequence[str]) -> bool:
    return not is_value(row[0]) and not is_empty(row[0])


def _is_cell(words: str) -> bool:
    return len(words) <= _CELL and not _SENTENCE.search(words) and "|" not in words and "\t" not in words
