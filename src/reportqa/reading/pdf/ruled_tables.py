"""Tables of a page whose cells lines rule: cells between which no line is drawn are one."""

from __future__ import annotations

from collections.abc import Iterable

from reportqa.reading.pdf.content import Box, Glyph, Rule
from reportqa.reading.pdf.table_parts import NEAR, PageTable, cell_text, middle, parted, places_of, slot_of
from reportqa.reading.pipe_tables import PipeCell, PipeTable

_OVERHANG = 8.0
# A frame around little text, a chart with its grid.
_LEAST_FILLED = 0.25
_MOST_SLOTS = 20_000


def joined_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Join the pieces of a line, and lines drawn twice."""
    joined: list[Rule] = []
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if groups and rule.at - groups[-1][-1].at <= 1.5 and rule.at - groups[-1][0].at <= NEAR:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    for group in groups:
        at = sum(rule.at for rule in group) / len(group)
        start = len(joined)
        for rule in sorted(group):
            if len(joined) > start and rule.start <= joined[-1].end + NEAR:
                joined[-1] = joined[-1]._replace(end=max(joined[-1].end, rule.end))
            else:
                joined.append(Rule(rule.start, rule.end, at))
    return joined


def frames(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
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
    return rule.start - NEAR <= at <= rule.end + NEAR


def ruled_table(across: list[Rule], down: list[Rule], glyphs: list[Glyph]) -> tuple[PageTable | None, list[Glyph]]:
    """Make a table of lines that meet; sides that no line closes end where the lines across do."""
    ys = places_of([rule.at for rule in across])
    xs = places_of([rule.at for rule in down])
    left, right = min(rule.start for rule in across), max(rule.end for rule in across)
    xs = ([left] if left < xs[0] - _OVERHANG else []) + xs + ([right] if right > xs[-1] + _OVERHANG else [])
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 2 or rows < 1 or columns * rows > _MOST_SLOTS:
        return None, glyphs
    box = Box(xs[0], ys[0], xs[-1], ys[-1])
    inside, rest = parted(glyphs, box)
    slots: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in inside:
        x, y = middle(glyph)
        slots.setdefault((slot_of(ys, y), slot_of(xs, x)), []).append(glyph)
    cells = [
        PipeCell(*corner, *size, _cell_words(slots, *corner, *size))
        for corner, size in _merged_slots(_Walls(xs, ys, across, down))
    ]
    filled = sum(bool(cell.text) for cell in cells)
    if filled < max(len(cells) * _LEAST_FILLED, 2):
        return None, glyphs
    return PageTable(box, PipeTable(tuple(cells)), tuple(xs)), rest


class _Walls:
    """Tells between which slots of a grid a line is drawn."""

    def __init__(self, xs: list[float], ys: list[float], across: list[Rule], down: list[Rule]) -> None:
        self.xs, self.ys = xs, ys
        self.across = [[rule for rule in across if abs(rule.at - y) <= NEAR] for y in ys]
        self.down = [[rule for rule in down if abs(rule.at - x) <= NEAR] for x in xs]

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
    return cell_text([glyph for place in places for glyph in slots.get(place, ())])
