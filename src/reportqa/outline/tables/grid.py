"""The words beside and over each cell of a table: which columns name the rows, and what they say of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from reportqa.outline.tables.cell_kinds import (
    cell_words,
    is_empty,
    is_name,
    is_serial_head,
    is_time,
    is_total,
    is_unit,
    is_unit_head,
    is_value,
    without_number,
)
from reportqa.text.records import Span, Table, TableRow

_MOST_NAMES = 3  # columns that together name a row
_LONGEST_HEAD = 60
_LONGEST_GROUP = 30  # the name of several rows


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that says something, with the words beside it (``rows``) and over it, the outermost first."""

    span: Span
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a table as it is read: its place, its cells, and the cells with its own name.

    A row that only names others is its own one cell.
    """

    span: Span
    cells: tuple[Cell, ...]
    names: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is read; ``corner`` is the head over the names of the rows."""

    lines: tuple[GridRow, ...]
    corner: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns name the rows, which one gives their units (or -1), and which hold what the table says."""

    names: tuple[int, ...]
    unit: int
    data: tuple[int, ...]


def read_grid(table: Table, text: str) -> Grid:
    r"""Say which words stand beside and over each cell of a table.

    >>> from reportqa.outline.tables.finding import find_tables
    >>> text = "| 学校 | 招生（人） |\n|---|---|\n| 甲校 | 1200 |\n| 乙校 |  |"
    >>> ((_, table),) = find_tables(text, [Span(0, 14), Span(15, 24), Span(25, 38), Span(39, 48)]).values()
    >>> [(cell.rows, cell.columns, cell.span.of(text)) for line in read_grid(table, text).lines for cell in line.cells]
    [(('甲校',), ('招生（人）',), '1200'), ((), (), '乙校')]

    The first column names the rows, and the next one too where the first says the same of several. A cell without a
    name of its own has that of the row above (a merged cell). Empty cells are left out; a row without any other cell
    than its name is that one cell, and names the rows below it where they have amounts.
    """
    words = [[cell_words(cell, text) for cell in row.cells] for row in table.rows]
    heads = _column_heads([[cell_words(cell, text) for cell in row.cells] for row in table.heads])
    layout = _layout(words, heads)
    lines = tuple(_lines(table.rows, words, heads, layout, text))
    return Grid(lines, _at(heads, layout.names[0])[-1:][0] if layout.names and _at(heads, layout.names[0]) else "")


def _column_heads(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the words over each column from the top down; （人） in a row of its own goes to the word above it."""
    heads: list[tuple[str, ...]] = []
    openings = [Counter(word.partition(" ")[0] for word in row) for row in rows]
    for column in range(max(map(len, rows), default=0)):
        parts: list[str] = []
        for row, shared in zip(rows, openings, strict=True):
            for word in _levels(row[column], shared) if column < len(row) else ():
                if is_empty(word) or word in parts:
                    continue
                if parts and word[0] in "（(":
                    parts[-1] += word
                else:
                    parts.append(word)
        heads.append(tuple(map(_shortened, parts)))
    return heads


def _shortened(head: str) -> str:
    """Cut a head that is a text by itself: it is said again before every cell."""
    return head if len(head) <= _LONGEST_HEAD else f"{head[:_LONGEST_HEAD]}…"


def _levels(head: str, shared: Counter[str]) -> list[str]:
    """Part a head that says two levels in one cell: 招生数（人） 2023年, or 学历 本科 beside 学历 专科."""
    words = head.split(" ")
    apart = len(words) > 1 and (shared[words[0]] > 1 or any(map(is_time, words)))
    return words if apart else [head]


def _layout(words: Sequence[Sequence[str]], heads: Sequence[tuple[str, ...]]) -> _Layout:
    width = max(len(heads), max(map(len, words), default=0))
    columns = [[row[column] for row in words if column < len(row)] for column in range(width)]
    first = next((n for n in range(width) if not _is_serial(columns[n], _at(heads, n))), 0)
    amounts = [_has_amounts(column) for column in columns]
    names = _naming(words, columns, amounts, first)
    # A first column of amounts names nothing, unless they are years or have no other column beside them.
    if amounts[first] and not _names_rows(columns[first]):
        names = []
    after = names[-1] + 1 if names else first
    unit = next((n for n in range(after, width) if _is_unit_column(columns[n], _at(heads, n))), -1) if names else -1
    return _Layout(tuple(names), unit, tuple(n for n in range(after, width) if n != unit))


def _naming(
    words: Sequence[Sequence[str]], columns: Sequence[Sequence[str]], amounts: Sequence[bool], first: int
) -> list[int]:
    """Return the columns that name the rows: from the first on, until they tell the rows apart."""
    names = [first]
    while len(names) < _MOST_NAMES and any(amounts[names[-1] + 2 :]) and not amounts[names[-1] + 1]:
        said = [tuple(row[first : names[-1] + 1]) for row in words]
        whole = [name for name in said if name and not is_empty(name[-1])]
        if len(set(whole)) == len(said):
            break
        names.append(names[-1] + 1)
    return names if len(columns) > names[-1] + 1 else []


def _is_serial(column: Sequence[str], head: tuple[str, ...]) -> bool:
    """Tell whether a column only counts the rows."""
    if head and is_serial_head(head[-1]):
        return True
    said = [word for word in column if not is_empty(word) and not is_total(word)]
    return not head and len(said) > 1 and said == [str(number) for number in range(1, len(said) + 1)]


def _has_amounts(column: Sequence[str]) -> bool:
    said = [word for word in column if not is_empty(word)]
    return sum(map(is_value, said)) * 2 > len(said)


def _names_rows(column: Sequence[str]) -> bool:
    """Tell whether a first column that opens with numbers names the rows: years, ages, grades."""
    said = [word for word in column if not is_empty(word)]
    return sum(is_time(word) or is_name(word) or not is_value(word) for word in said) * 2 > len(said)


def _is_unit_column(column: Sequence[str], head: tuple[str, ...]) -> bool:
    said = [word for word in column if not is_empty(word)]
    return bool(head) and is_unit_head(head[-1]) and bool(said) and all(map(is_unit, said))


def _lines(
    rows: Sequence[TableRow],
    words: Sequence[Sequence[str]],
    heads: Sequence[tuple[str, ...]],
    layout: _Layout,
    text: str,
) -> Iterator[GridRow]:
    group: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    amounts = any(is_value(word) for row in words for word in row[1:])
    for row, said in zip(rows, words, strict=True):
        filled = [n for n, word in enumerate(said) if not is_empty(word)]
        if not filled:
            continue
        if _only_names(said, filled, layout):
            if amounts and _names_group(said):
                group, above = (without_number(said[filled[0]]),), ()
            yield GridRow(row.span, (Cell(row.cells[filled[0]]),))
            continue
        above = _name(said, layout, above)
        outer = () if above and is_total(above[0]) else group
        name, merged = outer + _with_unit(above, said, layout), _merged_columns(row, text)
        cells = tuple(_cells(row, said, heads, layout, name, merged))
        own = {said[column]: row.cells[column] for column in reversed(filled) if column in layout.names}
        yield GridRow(row.span, cells, tuple(sorted(own.values())))


def _only_names(said: Sequence[str], filled: Sequence[int], layout: _Layout) -> bool:
    """Tell whether a row says one thing alone, in its first cell or, merged, in all of them."""
    merged = len(said) > 1 and len(filled) == len(said) and len(set(said)) == 1 and not is_value(said[0])
    alone = not any(said[n] for n in layout.data if n < len(said))
    return merged or alone


def _names_group(said: Sequence[str]) -> bool:
    """Tell whether a row without amounts names the rows below it: 一、公办学校 over empty or merged cells.

    A dash says that there is no amount, and in a table of two columns an empty cell does.
    """
    words = {word for word in said if word}
    return len(said) > 2 and len(words) == 1 and all(len(word) <= _LONGEST_GROUP for word in words)


def _name(said: Sequence[str], layout: _Layout, above: tuple[str, ...]) -> tuple[str, ...]:
    """Return the name of a row, with the words above for cells that are empty, up to the first that is not."""
    parts: list[str] = []
    inherits = True
    for place, column in enumerate(layout.names):
        word = said[column] if column < len(said) else ""
        if not is_empty(word):
            parts.append(_shortened(without_number(word)))
            inherits = False
        elif inherits and place < len(above):
            parts.append(above[place])
    return tuple(dict.fromkeys(parts))


def _with_unit(name: tuple[str, ...], said: Sequence[str], layout: _Layout) -> tuple[str, ...]:
    if not name or not 0 <= layout.unit < len(said) or is_empty(said[layout.unit]):
        return name
    return (*name[:-1], f"{name[-1]}（{said[layout.unit].strip('（()） ')}）")


def _cells(
    row: TableRow,
    said: Sequence[str],
    heads: Sequence[tuple[str, ...]],
    layout: _Layout,
    name: tuple[str, ...],
    merged: frozenset[int],
) -> Iterator[Cell]:
    for column in layout.data:
        if column < len(said) and said[column]:
            last = column
            while last + 1 in merged:
                last += 1
            yield Cell(row.cells[column], name, _shared([_at(heads, one) for one in range(column, last + 1)]))


def _merged_columns(row: TableRow, text: str) -> frozenset[int]:
    """Return the columns that a cell to the left reaches over: | 合计 | 1,526 || has no blank between its last bars."""
    spaced = [column for column, cell in enumerate(row.cells) if len(cell) and text[cell.end : cell.end + 1] == " "]
    if not spaced:
        return frozenset()
    return frozenset(
        column
        for column, cell in enumerate(row.cells)
        if column > spaced[0] and not len(cell) and text[cell.start - 1 : cell.start + 1] == "||"
    )


def _shared(heads: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the heads that all columns of a cell have in common, from the outermost on."""
    return tuple(words[0] for words in takewhile(lambda words: len(set(words)) == 1, zip(*heads, strict=False)))


def _at(heads: Sequence[tuple[str, ...]], column: int) -> tuple[str, ...]:
    return heads[column] if column < len(heads) else ()
