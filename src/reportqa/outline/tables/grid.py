"""The words beside and over each cell of a table: which columns name the rows, and what they say of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from reportqa.outline.tables.cell_kinds import (
    cell_words,
    is_code_head,
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

_NARROWEST = 2  # the least columns of a table beside another
_MOST_NAMES = 3  # columns that together name a row
_LONGEST_HEAD = 60
# 4层, 5层, 8层及以上: steps in one direction.
_STEP = re.compile(r"(?P<number>\d{1,3})(?:[-—–~至]\d{1,3})?(?P<unit>[一-龥])")
_LEAST_STEPS = 3
_LONGEST_GROUP = 30  # the name of several rows


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that says something, with the words beside it (``rows``) and over it, the outermost first."""

    span: Span
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a table as it is read: its place, its cells, and the cells with its codes and its own name.

    A row that only names others is its own one cell. Of a table of several ``block``s side by side each has its rows.
    """

    span: Span
    cells: tuple[Cell, ...]
    names: tuple[Span, ...] = ()
    codes: tuple[Span, ...] = ()
    block: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is read; ``corner`` is the head over the names of the rows."""

    lines: tuple[GridRow, ...]
    corner: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns name the rows, which one gives their units (or -1), and which hold what the table says.

    ``codes`` are those before the names that say the same in numbers: 类, 款, 项 of 科目编码.
    """

    names: tuple[int, ...]
    unit: int
    data: tuple[int, ...]
    codes: tuple[int, ...]
    last: int


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
    layouts = [_layout(words, heads, *columns) for columns in _blocks(words, heads)]
    lines = tuple(_lines(table.rows, words, heads, layouts, text))
    corner = _at(heads, layouts[0].names[0])[-1:] if layouts[0].names else ()
    return Grid(lines, corner[0] if corner else "")


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


def _blocks(words: Sequence[Sequence[str]], heads: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Return the columns, from and to, of the tables that stand side by side; most are one."""
    width = max(len(heads), max(map(len, words), default=0))
    starts = [0]
    for column in range(_NARROWEST, width - 1):
        again = bool(_at(heads, 0)) and _at(heads, column)[-1:] == _at(heads, 0)[-1:]
        said = [row[column] for row in words if column < len(row)]
        names = _is_code(said, _at(heads, column)) or (any(said) and not _has_amounts(said))
        if again and names and column - starts[-1] >= _NARROWEST:
            starts.append(column)
    return list(pairwise([*starts, width]))


def _layout(words: Sequence[Sequence[str]], heads: Sequence[tuple[str, ...]], begin: int, width: int) -> _Layout:
    columns = [[row[column] for row in words if column < len(row)] for column in range(width)]
    serial = [n for n in range(begin, width) if _is_serial(columns[n], _at(heads, n))]
    codes = [n for n in range(begin, width) if n not in serial and _is_code(columns[n], _at(heads, n))]
    first = next((n for n in range(begin, width) if n not in serial and n not in codes), begin)
    amounts = [_has_amounts(column) for column in columns]
    names = _naming(words, columns, amounts, first)
    # A first column of amounts names nothing, unless they are years or have no other column beside them.
    if amounts[first] and not _names_rows(columns[first]):
        names = []
    after = names[-1] + 1 if names else first
    unit = next((n for n in range(after, width) if _is_unit_column(columns[n], _at(heads, n))), -1) if names else -1
    data = tuple(n for n in range(after, width) if n != unit)
    return _Layout(tuple(names), unit, data, tuple(n for n in codes if n < first) if names else (), width)


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


def _is_code(column: Sequence[str], head: tuple[str, ...]) -> bool:
    """Tell whether a column gives the numbers of what the next one names: 302 and 05 of 水费."""
    said = [word for word in column if not is_empty(word)]
    numbers = [word for word in said if word.isdecimal()]
    padded = len(numbers) > 1 and any(word.startswith("0") and len(word) > 1 for word in numbers)
    # Totals and notes below the rows may reach into the column.
    mostly = len(numbers) * 2 > len(said) and not any(is_value(word) for word in said if word not in numbers)
    return mostly and (padded or any(map(is_code_head, head)))


def _has_amounts(column: Sequence[str]) -> bool:
    said = [word for word in column if not is_empty(word)]
    return sum(map(is_value, said)) * 2 > len(said)


def _names_rows(column: Sequence[str]) -> bool:
    """Tell whether a first column that opens with numbers names the rows: years, ages, grades, floors."""
    said = [word for word in column if not is_empty(word)]
    steps = [step for word in said if (step := _STEP.match(word))]
    if len(steps) == len(said) >= _LEAST_STEPS and len({step["unit"] for step in steps}) == 1:
        numbers = [int(step["number"]) for step in steps]
        if numbers in (sorted(set(numbers)), sorted(set(numbers), reverse=True)):
            return True
    return sum(is_time(word) or is_name(word) or not is_value(word) for word in said) * 2 > len(said)


def _is_unit_column(column: Sequence[str], head: tuple[str, ...]) -> bool:
    said = [word for word in column if not is_empty(word)]
    return bool(head) and is_unit_head(head[-1]) and bool(said) and all(map(is_unit, said))


def _lines(
    rows: Sequence[TableRow],
    words: Sequence[Sequence[str]],
    heads: Sequence[tuple[str, ...]],
    layouts: Sequence[_Layout],
    text: str,
) -> Iterator[GridRow]:
    groups: list[tuple[str, ...]] = [()] * len(layouts)
    above: list[tuple[str, ...]] = [()] * len(layouts)
    amounts = any(is_value(word) for row in words for word in row[1:])
    for row, every in zip(rows, words, strict=True):
        merged = _merged_columns(row, text)
        begin = 0
        for block, layout in enumerate(layouts):
            said = every[: layout.last]
            filled = [n for n, word in enumerate(said) if n >= begin and not is_empty(word)]
            parts, begin = range(begin, len(said)), layout.last
            if not filled:
                continue
            span = row.span if len(layouts) == 1 else Span(row.cells[parts[0]].start, row.cells[parts[-1]].end)
            if _only_names([said[n] for n in parts], [n - parts[0] for n in filled], layout, parts[0]):
                if amounts and _names_group([said[n] for n in parts]):
                    groups[block], above[block] = (without_number(said[filled[0]]),), ()
                yield GridRow(span, (Cell(row.cells[filled[0]]),), block=block)
                continue
            above[block] = _name(said, layout, above[block])
            outer = () if above[block] and is_total(above[block][0]) else groups[block]
            cells = tuple(_cells(row, said, heads, layout, outer + _with_unit(above[block], said, layout), merged))
            own = {said[column]: row.cells[column] for column in reversed(filled) if column in layout.names}
            codes = tuple(row.cells[n] for n in filled if n in layout.codes and said[n].isdecimal())
            yield GridRow(span, cells, tuple(sorted(own.values())), codes, block)


def _only_names(said: Sequence[str], filled: Sequence[int], layout: _Layout, begin: int) -> bool:
    """Tell whether a row says one thing alone, in its first cell or, merged, in all of them."""
    merged = len(said) > 1 and len(filled) == len(said) and len(set(said)) == 1 and not is_value(said[0])
    alone = not any(said[n - begin] for n in layout.data if n - begin < len(said))
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
