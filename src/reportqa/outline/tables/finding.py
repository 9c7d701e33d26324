"""The lines of a text that are tables: between bars, or separated by tabs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportqa.outline.tables.cell_kinds import bare_span, cell_words, is_empty, is_value
from reportqa.outline.tables.heads import head_rows
from reportqa.outline.tables.loose import CellLines, cell_lines, stacked_rows
from reportqa.outline.tables.spaced import is_next, spaced_rows
from reportqa.text.records import Span, Table, TableRow

_BAR = re.compile(r"\\.|\|")
_RULE = re.compile(r"[|\s:-]++")
# Bars and borders that are drawn: ┌──┬──┐, ├──┼──┤, +----+----+.
_DRAWN_BARS = str.maketrans("│┃║", "|||")
_BORDER = re.compile(
    r"[+|┌┍┎┏├┝┞┟┠┡┢┣└┕┖┗╔╠╚╟╞╘╒](?:[-─━═=]++[+|┬┭┮┯┰┱┲┳┼┽┾┿╀╁╂╋┴┵┶┷┸┹┺┻╦╬╩╪╫╤╧┐┑┒┓┤┥┦┧┨┩┪┫┘┙┚┛╗╣╝╢╡╛╕])++"
)
_PROSE = re.compile(r"[。；！？;!?]")
_ITEM = re.compile(
    r"第?[\d一二三四五六七八九十]{1,3}[、.)．章节编篇]|[(（][\d一二三四五六七八九十]{1,3}[)）]|[-•·●*①-⑳]"
)
_PAGE = re.compile(r"\d{1,3}")
_LONGEST_TABBED = 400
_RULE_AMONG = 6  # rows in which a line of dashes is looked for


def find_tables(text: str, lines: Sequence[Span]) -> dict[int, tuple[int, Table]]:
    r"""Find the tables among the ``lines`` of a text: {number of the first line: (number after the last, table)}.

    >>> text = "| 学校 | 招生 |\n|---|---|\n| 甲校 | 1200 |"
    >>> [(after, [cell.of(text) for cell in table.rows[0].cells])
    ...  for after, table in find_tables(text, [Span(0, 11), Span(12, 21), Span(22, 35)]).values()]
    [(3, ['甲校', '1200'])]

    A table is two lines or more without an empty line between them: between bars, with a line of dashes under the heads
    or two bars and more in each, or separated by as many tabs each, with amounts in them; or it was copied out of a PDF
    (:mod:`loose`). ``lines`` come without the blanks around them. Form: GitHub Flavored Markdown 4.10; bars and borders
    may be drawn as well.
    """
    found: dict[int, tuple[int, Table]] = {}
    text = text.translate(_DRAWN_BARS)
    cells = cell_lines(text, lines)
    number = 0
    while number < len(lines):
        after, table = _barred(text, lines, number) or _tabbed(text, lines, number) or _loose(text, cells, number)
        if table and table.rows:
            found[number] = (after, table)
        number = after
    return found


def _barred(text: str, lines: Sequence[Span], first: int) -> tuple[int, Table | None] | None:
    """Read the lines between bars from ``first`` on; None where it is none."""
    head = first + _is_border(text, lines, first)
    if head == len(lines):
        return None
    bare = not _opens(text, lines, head)
    ruled = _is_rule(text, lines, head + 1)
    if bare and not (_bars(text, lines[head]) if ruled else _bars(text, lines[head]) > 1):
        return None
    after = head + 1
    while _follows(text, lines, after) and (
        (_bars(text, lines[after]) if bare else _opens(text, lines, after)) or _is_border(text, lines, after)
    ):
        after += 1
    rule = next((n for n in range(head, min(after, head + _RULE_AMONG)) if _is_rule(text, lines, n)), None)
    rows = [
        TableRow(line, _cells(text, line))
        for n, line in enumerate(lines[head:after], head)
        if n != rule and not _is_border(text, lines, n)
    ]
    widths = {len(row.cells) for row in rows}
    if len(rows) < 2 or (max(widths) < 2 and rule is None):
        return after, None
    if bare and rule is None and not (len(widths) == 1 and _is_tabular(rows, text)):
        return None
    return after, head_rows(rows, None if rule is None else rule - head, text)


def _tabbed(text: str, lines: Sequence[Span], first: int) -> tuple[int, Table | None] | None:
    """Read the lines with as many tabs as ``first``; None where it has none."""
    tabs = _tabs(text, lines[first])
    if not tabs:
        return None
    after = first + 1
    while _follows(text, lines, after) and _tabs(text, lines[after]) == tabs:
        after += 1
    rows = [TableRow(line, _between_tabs(text, line)) for line in lines[first:after]]
    return after, head_rows(rows, None, text) if len(rows) > 1 and _is_tabular(rows, text) else None


def _loose(text: str, cells: CellLines, first: int) -> tuple[int, Table | None]:
    """Read the lines from ``first`` on whose cells blanks part, or that are a cell each."""
    rows, heads = spaced_rows(text, cells.lines, first)
    if rows:
        return first + len(rows), head_rows(rows, heads, text)
    if rows := stacked_rows(cells, first):
        return first + len(rows) * len(rows[0].cells), head_rows(rows, 1, text)
    return first + 1, None


def _is_tabular(rows: Sequence[TableRow], text: str) -> bool:
    """Tell rows of a table from the lines of a list, of a table of contents, and from prose that begins with a tab."""
    if any(len(row.span) > _LONGEST_TABBED or _PROSE.search(row.span.of(text)) for row in rows):
        return False
    cells = [[cell_words(cell, text) for cell in row.cells] for row in rows]
    filled = sum(sum(not is_empty(words) for words in row) > 1 for row in cells)
    items = sum(bool(_ITEM.match(row[0])) for row in cells)
    pages = all(_PAGE.fullmatch(row[-1]) for row in cells)
    listed = len(cells[0]) == 2 and items * 2 >= len(rows) and (pages or all(_ITEM.fullmatch(row[0]) for row in cells))
    return filled * 2 > len(rows) and not listed and any(is_value(words) for row in cells for words in row[1:])


def _follows(text: str, lines: Sequence[Span], number: int) -> bool:
    """Tell whether a line stands right below the one before it."""
    return number < len(lines) and is_next(text, lines, number)


def _opens(text: str, lines: Sequence[Span], number: int) -> bool:
    return text.startswith("|", lines[number].start)


def _is_border(text: str, lines: Sequence[Span], number: int) -> bool:
    """Tell whether a line is a border above, below or between the rows: ├──┼──┤."""
    line = lines[number].of(text) if number < len(lines) else ""
    return line[:1] != "|" and bool(_BORDER.fullmatch(line))


def _is_rule(text: str, lines: Sequence[Span], number: int) -> bool:
    """Tell whether a line is the dashes under the heads."""
    rule = lines[number].of(text) if number < len(lines) else ""
    return ("|" in rule and "-" in rule and bool(_RULE.fullmatch(rule))) or _is_border(text, lines, number)


def _bars(text: str, line: Span) -> int:
    return sum(bar[0] == "|" for bar in _BAR.finditer(text, line.start, line.end))


def _cells(text: str, line: Span) -> tuple[Span, ...]:
    bars = [bar.start() for bar in _BAR.finditer(text, line.start, line.end) if bar[0] == "|"]
    # What stands outside the first and the last bar is a cell only where it says something.
    starts, ends = [line.start, *(bar + 1 for bar in bars)], [*bars, line.end]
    places = [place for place in zip(starts, ends, strict=True)]
    first = 0 if text[slice(*places[0])].strip() else 1
    last = len(places) if text[slice(*places[-1])].strip() else len(places) - 1
    return tuple(bare_span(text, *place) for place in places[first:last])


def _raw(text: str, line: Span) -> tuple[int, int]:
    """Return where a line begins and ends with the tabs before and after its words."""
    end = text.find("\n", line.end)
    return text.rfind("\n", 0, line.start) + 1, len(text) if end < 0 else end


def _tabs(text: str, line: Span) -> int:
    return text.count("\t", *_raw(text, line))


def _between_tabs(text: str, line: Span) -> tuple[Span, ...]:
    start, last = _raw(text, line)
    cells = []
    while start <= last:
        end = text.find("\t", start, last)
        end = last if end < 0 else end
        cells.append(bare_span(text, start, end))
        start = end + 1
    return tuple(cells)
