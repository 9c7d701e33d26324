"""Tables of a page: cells from the lines that rule them, or, between level lines alone, from the gaps of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from reportqa.reading.marks import clean_cell
from reportqa.reading.pdf.content import Box, Glyph, PageContent, Rule
from reportqa.reading.pdf.lines import GlyphLine, rows_of, words_of
from reportqa.reading.pdf.ruled_tables import frames, joined_rules, ruled_table
from reportqa.reading.pdf.table_parts import PageTable, parted, places_of, slot_of
from reportqa.reading.pipe_tables import PipeCell, PipeTable, is_value

_ALIGNED = 6.0
# What has more lines is a map or a chart.
_MOST_RULES = 3_000
_MOST_TABLES = 50
_LEVEL_LINES = 3
# Lines that are farther apart are no double line.
_APART = 6.0
_CAPTION = re.compile(r"[附续]?表\s*[\d一二三四五六七八九十]|[(（]?(?:计量)?单位\s*[:：]")
_GAP = 0.8
# Rows without lines are a table where enough of them hold figures in columns.
_ALIGNED_ROWS = 3
_CELL_LENGTH = 20
_PROSE_SHARE = 0.6
_MOST_HEADER = 4


def find_tables(content: PageContent) -> tuple[list[PageTable], list[Glyph]]:
    """Return the tables of a page, and the characters that stand in none of them."""
    tables: list[PageTable] = []
    glyphs = content.glyphs
    rules, plumb = joined_rules(content.across), joined_rules(content.down)
    if len(rules) + len(plumb) > _MOST_RULES:
        rules, plumb = [], []
    for across, down in frames(rules, plumb):
        found, rest = ruled_table(across, down, glyphs)
        if found is not None:
            tables.append(found)
            glyphs = rest
    for lines in _level_frames(rules, tables):
        for part in _unbroken(lines, glyphs):
            found, rest = _level(part, glyphs)
            if found is not None:
                tables.append(found)
                glyphs = rest
    aligned = _aligned(glyphs, rules)
    while aligned is not None and len(tables) < _MOST_TABLES:
        tables.append(aligned)
        glyphs = parted(glyphs, aligned.box)[1]
        aligned = _aligned(glyphs, rules)
    return tables, glyphs


def _level_frames(across: list[Rule], tables: list[PageTable]) -> list[list[Rule]]:
    """Group level lines of one length, three or more, that no table has used: 三线表."""
    used = [(table.box.top - 1, table.box.bottom + 1) for table in tables]
    free = [rule for rule in across if not any(top <= rule.at <= bottom for top, bottom in used)]
    groups: list[list[Rule]] = []
    for rule in sorted(free, key=lambda rule: rule.at):
        for group in groups:
            if abs(group[0].start - rule.start) <= _ALIGNED and abs(group[0].end - rule.end) <= _ALIGNED:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(places_of([rule.at for rule in group])) >= _LEVEL_LINES]


def _unbroken(lines: list[Rule], glyphs: list[Glyph]) -> list[list[Rule]]:
    """Cut a group of level lines where running text or a caption stands between two of them, or nothing does."""
    parts = [[lines[0]]]
    for number, (above, below) in enumerate(pairwise(lines), 1):
        between = rows_of(parted(glyphs, Box(above.start, above.at, above.end, below.at))[0])
        wide = (above.end - above.start) * _PROSE_SHARE
        prose = any(line.x1 - line.x0 > wide and len(line.text) > _CELL_LENGTH for row in between for line in row)
        captioned = any(_CAPTION.match(line.text) for row in between for line in row)
        # A table without one of its three lines is none: nothing is cut off that would be lost.
        whole = len(parts[-1]) >= _LEVEL_LINES and len(lines) - number >= _LEVEL_LINES
        bare = not between and below.at - above.at > _APART
        apart = whole and (captioned or (bare and _begins_with_head(lines[number : number + 2], glyphs)))
        if apart or (between and (prose or all(len(row) == 1 for row in between))):
            parts.append([])
        parts[-1].append(below)
    return [part for part in parts if len(places_of([rule.at for rule in part])) >= _LEVEL_LINES]


def _begins_with_head(lines: Sequence[Rule], glyphs: list[Glyph]) -> bool:
    """Tell whether between two level lines stand words and no amounts, as in the head of a table."""
    above, below = lines
    rows = rows_of(parted(glyphs, Box(above.start, above.at, above.end, below.at))[0])
    return bool(rows) and not any(is_value(line.text) for row in rows for line in row)


def _level(lines: list[Rule], glyphs: list[Glyph]) -> tuple[PageTable | None, list[Glyph]]:
    """Make a table of the text between level lines: what stands above the second line is its header."""
    ys = places_of([rule.at for rule in lines])
    box = Box(lines[0].start, ys[0], lines[0].end, ys[-1])
    inside, rest = parted(glyphs, box)
    rows = rows_of(inside)
    header = sum(row[0].base < ys[1] for row in rows)
    if not 0 < header < len(rows):
        return None, glyphs
    table = _text_table(rows, header, box)
    return table, rest if table else glyphs


def _aligned(glyphs: list[Glyph], rules: list[Rule]) -> PageTable | None:
    """Return the first run of rows that hold figures in columns, with the header above it."""
    rows = rows_of(glyphs)
    first = next((number for number in range(len(rows)) if _has_figures(rows[number])), None)
    runs: list[tuple[int, int]] = []
    while first is not None:
        last = first
        while last < len(rows) and _has_figures(rows[last]) and len(rows[last]) == len(rows[first]):
            last += 1
        runs.append((first, last))
        first = next((number for number in range(last, len(rows)) if _has_figures(rows[number])), None)
    for first, last in runs:
        if last - first >= _ALIGNED_ROWS:
            header = _header_above(rows, first, rules)
            taken = rows[first - header : last]
            lines = [line for row in taken for line in row]
            box = Box(min(one.x0 for one in lines), lines[0].top, max(one.x1 for one in lines), lines[-1].bottom)
            table = _text_table(taken, header, box)
            if table is not None:
                return table
    return None


def _has_figures(row: Sequence[GlyphLine]) -> bool:
    """Tell whether a row is one of short cells, most behind the first of them amounts."""
    if len(row) < 2 or any(len(line.text) > _CELL_LENGTH for line in row):
        return False
    return sum(is_value(line.text) for line in row[1:]) * 2 > len(row) - 1


def _header_above(rows: Sequence[Sequence[GlyphLine]], first: int, rules: list[Rule]) -> int:
    """Count the header rows above the figures: those below the topmost line close above, or one of as many cells."""
    left, right = rows[first][0].x0, rows[first][-1].x1
    for count in range(min(_MOST_HEADER, first), 0, -1):
        top = rows[first - count][0].top
        above = rows[first - count - 1][0].base if first > count else 0.0
        if any(above < rule.at <= top + 2 and rule.start <= left + 2 and rule.end >= right - 2 for rule in rules):
            return count
    return int(first > 0 and len(rows[first - 1]) == len(rows[first]))


def _text_table(rows: Sequence[Sequence[GlyphLine]], header: int, box: Box) -> PageTable | None:
    """Make a table of rows whose columns the gaps of the text tell."""
    borders = _text_borders(rows[header:], box)
    lengths = [len(line.text) for row in rows[header:] for line in row]
    if len(borders) < 3 or len(rows) < 2 or sum(lengths) > len(lengths) * _CELL_LENGTH:
        return None
    cells = []
    for number, row in enumerate(rows):
        by_column: dict[int, list[GlyphLine]] = {}
        for line in row:
            by_column.setdefault(slot_of(borders, line.x0 + 1), []).append(line)
        for first, words in by_column.items():
            last = slot_of(borders, words[-1].x1 - 1)
            cells.append(PipeCell(number, first, 1, max(last - first + 1, 1), clean_cell(words_of(words))))
    return PageTable(box, PipeTable(tuple(cells), header), tuple(borders), ruled=False)


def _text_borders(rows: Sequence[Sequence[GlyphLine]], box: Box) -> list[float]:
    """Return where columns begin: behind the gaps that no row of the body fills."""
    spans = sorted((line.x0, line.x1) for row in rows for line in row)
    size = max((line.size for row in rows for line in row), default=10.0)
    borders, reached = [box.x0], spans[0][1] if spans else box.x1
    for x0, x1 in spans:
        if x0 - reached > size * _GAP:
            borders.append((x0 + reached) / 2)
        reached = max(reached, x1)
    return [*borders, box.x1]
