"""Tables of a page: cells from the lines that rule them, or, between level lines alone, from the gaps of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reportqa.reading.marks import clean_cell
from reportqa.reading.pdf.content import Box, Glyph, PageContent, Rule
from reportqa.reading.pdf.lines import GlyphLine, rows_of, words_of
from reportqa.reading.pipe_tables import PipeCell, PipeTable, is_value

_NEAR = 3.0
_ALIGNED = 6.0
_OVERHANG = 8.0
# A frame around little text, a chart with its grid.
_LEAST_FILLED = 0.25
_MOST_SLOTS = 20_000
# What has more lines is a map or a chart.
_MOST_RULES = 3_000
_MOST_TABLES = 50
_LEVEL_LINES = 3
# Lines that are farther apart are no double line.
_APART = 6.0
_CAPTION = re.compile(r"[附续]?表\s*[\d一二三四五六七八九十]|[(（]?(?:计量)?单位\s*[:：]")
_GAP = 0.8
_SAME_COLUMNS = 8.0
# Rows without lines are a table where enough of them hold figures in columns.
_ALIGNED_ROWS = 3
_CELL_LENGTH = 20
_PROSE_SHARE = 0.6
_MOST_HEADER = 4


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of a page, with the x of its column borders, by which it is known again on the next page."""

    box: Box
    grid: PipeTable
    borders: tuple[float, ...]
    ruled: bool = True

    def goes_on(self, other: PageTable) -> bool:
        """Tell whether another table, on the next page, has the same columns."""
        if len(self.borders) != len(other.borders):
            return False
        if not (self.ruled and other.ruled):
            return min(self.box.x1, other.box.x1) > max(self.box.x0, other.box.x0)
        shift = self.borders[0] - other.borders[0]
        return all(abs(a - b - shift) <= _SAME_COLUMNS for a, b in zip(self.borders, other.borders, strict=True))


def find_tables(content: PageContent) -> tuple[list[PageTable], list[Glyph]]:
    """Return the tables of a page, and the characters that stand in none of them."""
    tables: list[PageTable] = []
    glyphs = content.glyphs
    rules, plumb = _joined(content.across), _joined(content.down)
    if len(rules) + len(plumb) > _MOST_RULES:
        rules, plumb = [], []
    for across, down in _frames(rules, plumb):
        found, rest = _ruled(across, down, glyphs)
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
        glyphs = _parted(glyphs, aligned.box)[1]
        aligned = _aligned(glyphs, rules)
    return tables, glyphs


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Join the pieces of a line, and lines drawn twice."""
    joined: list[Rule] = []
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if groups and rule.at - groups[-1][-1].at <= 1.5 and rule.at - groups[-1][0].at <= _NEAR:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    for group in groups:
        at = sum(rule.at for rule in group) / len(group)
        start = len(joined)
        for rule in sorted(group):
            if len(joined) > start and rule.start <= joined[-1].end + _NEAR:
                joined[-1] = joined[-1]._replace(end=max(joined[-1].end, rule.end))
            else:
                joined.append(Rule(rule.start, rule.end, at))
    return joined


def _frames(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Group the lines that meet each other."""
    owner = list(range(len(across) + len(down)))

    def root(number: int) -> int:
        while owner[number] != number:
            owner[number] = owner[owner[number]]
            number = owner[number]
        return number

    for low, level in enumerate(across):
        for high, plumb in enumerate(down, len(across)):
            if _reaches(level, plumb.at) and _reaches(plumb, level.at):
                owner[root(low)] = root(high)
    frames: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for number, rule in enumerate((*across, *down)):
        frames.setdefault(root(number), ([], []))[number >= len(across)].append(rule)
    found = [frame for frame in frames.values() if len(frame[0]) >= 2 and frame[1]]
    return sorted(found, key=lambda frame: min(rule.at for rule in frame[0]))


def _reaches(rule: Rule, at: float) -> bool:
    return rule.start - _NEAR <= at <= rule.end + _NEAR


def _ruled(across: list[Rule], down: list[Rule], glyphs: list[Glyph]) -> tuple[PageTable | None, list[Glyph]]:
    """Make a table of lines that meet; sides that no line closes end where the lines across do."""
    ys = _places([rule.at for rule in across])
    xs = _places([rule.at for rule in down])
    left, right = min(rule.start for rule in across), max(rule.end for rule in across)
    xs = ([left] if left < xs[0] - _OVERHANG else []) + xs + ([right] if right > xs[-1] + _OVERHANG else [])
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 2 or rows < 1 or columns * rows > _MOST_SLOTS:
        return None, glyphs
    box = Box(xs[0], ys[0], xs[-1], ys[-1])
    inside, rest = _parted(glyphs, box)
    slots: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in inside:
        x, y = _middle(glyph)
        slots.setdefault((_slot(ys, y), _slot(xs, x)), []).append(glyph)
    cells = [
        PipeCell(*corner, *size, _cell_words(slots, *corner, *size))
        for corner, size in _merged_slots(_Walls(xs, ys, across, down))
    ]
    filled = sum(bool(cell.text) for cell in cells)
    if filled < max(len(cells) * _LEAST_FILLED, 2):
        return None, glyphs
    return PageTable(box, PipeTable(tuple(cells)), tuple(xs)), rest


def _places(values: Iterable[float]) -> list[float]:
    """Return the distinct places among values, those that lie close together as one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _NEAR:
            places.append(value)
    return places


def _slot(places: Sequence[float], value: float) -> int:
    return max(sum(place <= value for place in places[:-1]) - 1, 0)


def _middle(glyph: Glyph) -> tuple[float, float]:
    return (glyph.x0 + glyph.x1) / 2, glyph.base - glyph.size * 0.35


def _parted(glyphs: list[Glyph], box: Box) -> tuple[list[Glyph], list[Glyph]]:
    inside: list[Glyph] = []
    rest: list[Glyph] = []
    for glyph in glyphs:
        x, y = _middle(glyph)
        within = box.x0 - 1 <= x <= box.x1 + 1 and box.top - 1 <= y <= box.bottom + 1
        (inside if within else rest).append(glyph)
    return inside, rest


class _Walls:
    """Tells between which slots of a grid a line is drawn."""

    def __init__(self, xs: list[float], ys: list[float], across: list[Rule], down: list[Rule]) -> None:
        self.xs, self.ys = xs, ys
        self.across = [[rule for rule in across if abs(rule.at - y) <= _NEAR] for y in ys]
        self.down = [[rule for rule in down if abs(rule.at - x) <= _NEAR] for x in xs]

    def right(self, row: int, column: int) -> bool:
        """Tell whether a line stands between a slot and the next one of its row."""
        middle = (self.ys[row] + self.ys[row + 1]) / 2
        return any(rule.start <= middle <= rule.end for rule in self.down[column + 1])

    def below(self, row: int, column: int) -> bool:
        """Tell whether a line lies between a slot and the next one of its column."""
        middle = (self.xs[column] + self.xs[column + 1]) / 2
        return any(rule.start <= middle <= rule.end for rule in self.across[row + 1])


def _merged_slots(walls: _Walls) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the corner and the size of every cell: slots between which no line is drawn are one."""
    rows, columns = len(walls.ys) - 1, len(walls.xs) - 1
    taken: set[tuple[int, int]] = set()
    found = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            width = 1
            while column + width < columns and not walls.right(row, column + width - 1):
                width += 1
            height = 1
            while row + height < rows and not any(
                walls.below(row + height - 1, one) for one in range(column, column + width)
            ):
                height += 1
            slots = {(row + down, column + over) for down in range(height) for over in range(width)}
            taken |= slots
            found.append(((row, column), (height, width)))
    return found


def _cell_words(slots: dict[tuple[int, int], list[Glyph]], row: int, column: int, height: int, width: int) -> str:
    places = ((row + down, column + over) for down in range(height) for over in range(width))
    return _words([glyph for place in places for glyph in slots.get(place, ())])


def _words(glyphs: list[Glyph]) -> str:
    return clean_cell(words_of([line for row in rows_of(glyphs) for line in row]))


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
    return [group for group in groups if len(_places([rule.at for rule in group])) >= _LEVEL_LINES]


def _unbroken(lines: list[Rule], glyphs: list[Glyph]) -> list[list[Rule]]:
    """Cut a group of level lines where running text or a caption stands between two of them, or nothing does."""
    parts = [[lines[0]]]
    for number, (above, below) in enumerate(pairwise(lines), 1):
        between = rows_of(_parted(glyphs, Box(above.start, above.at, above.end, below.at))[0])
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
    return [part for part in parts if len(_places([rule.at for rule in part])) >= _LEVEL_LINES]


def _begins_with_head(lines: Sequence[Rule], glyphs: list[Glyph]) -> bool:
    """Tell whether between two level lines stand words and no amounts, as in the head of a table."""
    above, below = lines
    rows = rows_of(_parted(glyphs, Box(above.start, above.at, above.end, below.at))[0])
    return bool(rows) and not any(is_value(line.text) for row in rows for line in row)


def _level(lines: list[Rule], glyphs: list[Glyph]) -> tuple[PageTable | None, list[Glyph]]:
    """Make a table of the text between level lines: what stands above the second line is its header."""
    ys = _places([rule.at for rule in lines])
    box = Box(lines[0].start, ys[0], lines[0].end, ys[-1])
    inside, rest = _parted(glyphs, box)
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
            by_column.setdefault(_slot(borders, line.x0 + 1), []).append(line)
        for first, words in by_column.items():
            last = _slot(borders, words[-1].x1 - 1)
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
