"""Which rows of a table name its columns."""

from __future__ import annotations

from collections.abc import Sequence

from reportqa.outline.tables.cell_kinds import cell_words, is_empty, is_time, is_value
from reportqa.text.records import Table, TableRow

_MOST_HEADS = 4
_Words = list[list[str]]


def head_rows(rows: Sequence[TableRow], ruled: int | None, text: str) -> Table:
    """Part the rows of a table into heads and others; ``ruled`` is how many stand above the line of dashes.

    Where no row stands there, the first row is the heads, if none of its cells but the first is an amount and some
    below are. A row under the heads that has no name of its own and no amount belongs to them: 男 and 女 under 招生.
    """
    words = [[cell_words(cell, text) for cell in row.cells] for row in rows]
    count = (ruled or 0) % len(rows) or int(_names_columns(words, ruled is None))
    while 0 < count < min(len(rows) - 1, _MOST_HEADS) and _goes_on(words, count):
        count += 1
    heads = {tuple(row) for row in words[:count]}
    # The heads may be repeated where a page ends.
    kept = [row for row, said in zip(rows[count:], words[count:], strict=True) if tuple(said) not in heads]
    return Table(tuple(rows[:count]), tuple(kept))


def _names_columns(words: _Words, unruled: bool) -> bool:
    """Tell whether the first row names the columns of a table that does not say so."""
    first, others = words[0], words[1:]
    if any(is_value(cell) and not is_time(cell) for cell in first[1:]) or all(map(is_empty, first[1:])):
        return False
    if any(is_value(cell) for row in others for cell in row[1:]):
        return True
    return unruled and len(first) > 2 and len(others) > 1 and not any(map(is_empty, first[1:]))


def _goes_on(words: _Words, count: int) -> bool:
    """Tell whether a row goes on with the heads above it."""
    above, row, below = words[count - 1], words[count], words[count + 1 :]
    again = sum(one == other and not is_empty(one) for one, other in zip(row, above, strict=False))
    if not row or (not is_empty(row[0]) and row[0] != above[0] and again * 2 < len(row)):
        return False
    said = [cell for cell in row[1:] if not is_empty(cell)]
    return len(said) > 1 and not any(map(is_value, said)) and any(is_value(cell) for row in below for cell in row[1:])
