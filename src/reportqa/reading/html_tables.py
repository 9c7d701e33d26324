"""Tables of HTML: cells in their places after the standard, and the words of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from reportqa.reading.marks import clean_cell, raised
from reportqa.reading.pipe_tables import PipeCell

_DROPPED = frozenset(
    "script style noscript template nav footer aside form button select textarea iframe object svg math audio video "
    "head title".split()
)
INLINE = frozenset(
    "a abbr b bdi bdo cite code data dfn em font i ins kbd label mark q s samp small span strong sub sup time tt u var "
    "big strike ruby rb nobr o:p img wbr br input".split()
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
SPAN = re.compile(r"\s*(\d{1,5})")
_MOST_SPAN = 1000
_ROW_LENGTH = 300


def is_unseen(element: Any) -> bool:
    """Tell whether a reader of the page does not see an element: scripts, menus, what is hidden."""
    if not isinstance(element.tag, str) or element.tag in _DROPPED:
        return True
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return bool(_HIDDEN.search(element.get("style", "").lower()))


def cell_text(element: Any) -> str:
    """Return the words of an element, a space between those of two blocks within it."""
    parts: list[str] = []
    events = etree.iterwalk(element, events=("start", "end"))
    for event, one in events:
        if event == "end":
            parts += [] if one.tag in INLINE else [" "]
            parts += [one.tail] if one is not element and one.tail else []
        elif is_unseen(one):
            events.skip_subtree()
        else:
            parts += [" "] if one.tag not in INLINE or one.tag == "br" else []
            lifted = one.tag == "sup" and one.text
            parts += [raised(one.text) if lifted else one.text] if one.text else []
    return clean_cell("".join(parts))


def _rows(table: Any) -> Iterator[tuple[Any, bool]]:
    """Yield the rows of a table, and whether they stand in its head."""
    for part in ("thead", "tr", "tbody", "tfoot"):
        for child in table.iterchildren(part):
            if part == "tr":
                yield child, False
            else:
                yield from ((row, part == "thead") for row in child.iterchildren("tr"))


def is_data_table(table: Any) -> bool:
    """Tell a table of data from one that only lays out the page."""
    inner = next(table.iterdescendants("table", "h1", "h2", "h3"), None)
    if inner is not None or table.get("role") in ("presentation", "none"):
        return False
    if next(table.iterdescendants("th", "caption"), None) is not None:
        return True
    rows = [list(row.iterchildren("td", "th")) for row, _ in _rows(table)]
    wide = max((len(row) for row in rows), default=0)
    lengths = [len("".join(cell.itertext())) for row in rows for cell in row]
    return wide > 1 and len(rows) > 1 and max(lengths) <= _ROW_LENGTH


def html_grid(table: Any) -> tuple[tuple[PipeCell, ...], int | None]:
    """Place the cells of a table, after the algorithm of the HTML standard (forming a table)."""
    cells: list[PipeCell] = []
    header = 0
    heads_only = True
    # Down to which row each column is taken.
    taken: dict[int, int] = {}
    for number, (row, in_head) in enumerate(_rows(table)):
        found = list(row.iterchildren("td", "th"))
        heads_only = heads_only and (in_head or (bool(found) and all(cell.tag == "th" for cell in found)))
        header = number + 1 if heads_only else header
        column = 0
        for element in found:
            while taken.get(column, 0) > number:
                column += 1
            width, height = span_of(element, "colspan"), span_of(element, "rowspan")
            cells.append(PipeCell(number, column, height, width, cell_text(element)))
            taken.update(dict.fromkeys(range(column, column + width), number + height))
            column += width
    last = max((cell.row for cell in cells), default=0) + 1
    placed = tuple(cell._replace(height=min(cell.height, last - cell.row)) for cell in cells)
    return placed, header or None


def span_of(element: Any, name: str) -> int:
    """Return how many columns or rows a cell takes, at least one."""
    found = SPAN.match(element.get(name, ""))
    return min(max(int(found[1]), 1), _MOST_SPAN) if found else 1
