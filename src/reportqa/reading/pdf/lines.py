"""Characters to lines of text, and the order in which a page's lines are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from reportqa.reading.marks import raised
from reportqa.reading.pdf.content import Glyph, bottom_of, top_of

# Gaps in characters: between words of Latin letters, within one stretch of text, and between two stretches in a row.
# A line that is set to the full width has small gaps everywhere; only what a gap has beyond them is a space. Between a
# Chinese character and a number programs leave a quarter of their own accord.
_WORD_GAP = 0.18
_MIXED_GAP = 0.45
_STRETCH_GAP = 1.0
_JOIN_GAP = 0.5
_COLUMN_GAP = 1.5
_SAME_PLACE = 0.2
_MOSTLY_BOLD = 0.85
# Of the size of a line: a raised character is smaller than this, and stands higher by this.
_RAISED_SIZE = 0.8
_RAISED = 0.15
# Columns of prose: enough lines and words on both sides, and lines about as wide as their side.
_COLUMN_LINES = 4
_COLUMN_CHARS = 60
_COLUMN_FILL = 0.55
_WIDE = 0.6
_GUTTER = 6.0
_BINS = 400
# How far apart lines of two columns may begin to stand beside each other, and how many are looked at for one.
_LEVEL = 7.0
_NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class GlyphLine:
    """A stretch of text in one line, or several that were joined; ``base`` is the baseline."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool

    @property
    def top(self) -> float:
        """Where the line begins, from above."""
        return top_of(self.base, self.size)

    @property
    def bottom(self) -> float:
        """Where the line ends."""
        return bottom_of(self.base, self.size)


def rows_of(glyphs: Iterable[Glyph]) -> list[list[GlyphLine]]:
    """Gather characters to stretches of text, and those at one height to rows, from above, each from the left."""
    stretches = _stretches(glyphs)
    rows: list[list[list[Glyph]]] = []
    for stretch in sorted(stretches, key=lambda one: (one[0].base, one[0].x0)):
        # Only the last rows can be at the same height.
        row = next((row for row in reversed(rows[-3:]) if _level(row[0][0], stretch[0])), None)
        if row is None:
            rows.append([stretch])
        else:
            row.append(stretch)
    found = [_line_up(row) for row in rows]
    return sorted((row for row in found if row), key=lambda row: row[0].base)


def words_of(lines: Sequence[GlyphLine]) -> str:
    """Join the stretches of a cell or of a row: on one line with spaces, from line to line as words run on."""
    text = ""
    for number, line in enumerate(lines):
        if number == 0:
            text = line.text
        elif abs(line.base - lines[number - 1].base) < line.size * 0.5:
            text += _gap_between(lines[number - 1], line) + line.text
        else:
            text = join_words(text, line.text)
    return text


def join_words(text: str, more: str) -> str:
    """Join what a line end parts: with a space only between words of Latin letters.

    >>> join_words("招生6191", "人"), join_words("quality", "report"), join_words("inter-", "national")
    ('招生6191人', 'quality report', 'international')
    """
    if re.search(r"[A-Za-z]-$", text) and more[:1].islower():
        return text[:-1] + more
    # A number that a line end cuts goes on: 6,1 / 91.
    spaced = re.search(r"[A-Za-z][,.;:)]?$|[,;:]$", text) and re.match(r"[A-Za-z(]", more)
    return text + (" " if spaced else "") + more


def _stretches(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Cut the characters, in the order of the file, where they jump."""
    found: list[list[Glyph]] = []
    for glyph in glyphs:
        if found and _goes_on(found[-1][-1], glyph):
            found[-1].append(glyph)
        elif not (found and _is_shadow(found[-1][-1], glyph)):
            found.append([glyph])
    return [stretch for stretch in found if any(not glyph.char.isspace() for glyph in stretch)]


def _goes_on(last: Glyph, glyph: Glyph) -> bool:
    size = max(last.size, glyph.size)
    if not _level(last, glyph) or _is_shadow(last, glyph):
        return False
    return -0.5 * size <= glyph.x0 - last.x1 <= _STRETCH_GAP * size


def _is_shadow(last: Glyph, glyph: Glyph) -> bool:
    """Tell whether the same character is drawn again in the same place, to make it bold."""
    near = abs(last.x0 - glyph.x0) < glyph.size * _SAME_PLACE and abs(last.base - glyph.base) < glyph.size * _SAME_PLACE
    return near and last.char == glyph.char and not glyph.char.isspace()


def _level(one: Glyph, other: Glyph) -> bool:
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return overlap > 0.5 * min(one.size, other.size)


def _line_up(stretches: list[list[Glyph]]) -> list[GlyphLine]:
    """Make the lines of one row; stretches that touch are one."""
    joined: list[list[Glyph]] = []
    for stretch in sorted(stretches, key=lambda one: one[0].x0):
        gap = stretch[0].x0 - joined[-1][-1].x1 if joined else 0.0
        if joined and gap <= _JOIN_GAP * stretch[0].size:
            joined[-1] += stretch
        else:
            joined.append(list(stretch))
    return [line for line in map(_line, joined) if line.text]


def _line(glyphs: list[Glyph]) -> GlyphLine:
    words = [glyph for glyph in glyphs if not glyph.char.isspace()]
    gaps = [glyph.x0 - last.x1 for last, glyph in pairwise(glyphs)]
    usual = max(sorted(gaps)[len(gaps) // 2], 0.0) if gaps else 0.0
    sizes = sorted(glyph.size for glyph in words)
    bold = sum(glyph.bold for glyph in words) >= len(words) * _MOSTLY_BOLD
    base = sorted(glyph.base for glyph in words)[len(words) // 2]
    size = sizes[len(sizes) // 2]
    said = [raised(glyph.char) if _is_raised(glyph, base, size) else glyph.char for glyph in glyphs]
    parts = [said[0]]
    for (last, glyph), gap, char in zip(pairwise(glyphs), gaps, said[1:], strict=True):
        parts.append(" " + char if _is_space(last, glyph, gap - usual) else char)
    text = re.sub(r"\s+", " ", "".join(parts)).strip()
    return GlyphLine(text, words[0].x0, max(glyph.x1 for glyph in words), base, size, bold)


def _is_raised(glyph: Glyph, base: float, size: float) -> bool:
    """Tell whether a character of a line is a raised one: smaller, and on a higher baseline."""
    return glyph.size < size * _RAISED_SIZE and base - glyph.base > size * _RAISED


def _is_space(last: Glyph, glyph: Glyph, gap: float) -> bool:
    mixed = last.char.isascii() != glyph.char.isascii()
    numbers = last.char.isdecimal() and glyph.char.isdecimal()
    return gap > (_MIXED_GAP if mixed or numbers else _WORD_GAP) * glyph.size


def _gap_between(left: GlyphLine, right: GlyphLine) -> str:
    gap = (right.x0 - left.x1) / right.size
    return "" if gap < _WORD_GAP else " " if gap < _COLUMN_GAP else "  "


Item = TypeVar("Item")


def in_reading_order(items: Sequence[Item], box: Callable[[Item], tuple[float, float, float, str]]) -> list[list[Item]]:
    """Group what stands on a page by columns, in the order of reading; what crosses the gutter stands alone.

    ``box`` gives left, right, top and words of an item. The words tell prose, which may stand in columns, from cells.
    """
    placed = sorted(((*box(item), item) for item in items), key=lambda one: (one[2], one[0]))
    gutter = _gutter([(x0, x1, words) for x0, x1, _, words, _ in placed])
    if gutter is None:
        # A short title in the middle hides the gap: look for it among the lines that have another one beside them.
        gutter = _gutter([(x0, x1, words) for x0, x1, _, words in _beside([one[:4] for one in placed])])
    if gutter is None:
        return [[item for *_, item in placed]] if placed else []
    groups: list[list[Item]] = []
    left: list[Item] = []
    right: list[Item] = []

    def close() -> None:
        for side in (left, right):
            groups.extend(in_reading_order(list(side), box))
            side.clear()

    for x0, x1, _, _, item in placed:
        if x0 < gutter < x1:
            close()
            groups.append([item])
        else:
            (left if x1 <= gutter else right).append(item)
    close()
    return groups


def _beside(placed: Sequence[tuple[float, float, float, str]]) -> list[tuple[float, float, float, str]]:
    """Return what stands beside something else: at nearly its height, and clear of it from left to right."""
    found = []
    for number, one in enumerate(placed):
        near = placed[max(number - _NEIGHBOURS, 0) : number + _NEIGHBOURS + 1]
        if any(abs(one[2] - other[2]) <= _LEVEL and (one[1] < other[0] or other[1] < one[0]) for other in near):
            found.append(one)
    return found


def _gutter(spans: Sequence[tuple[float, float, str]]) -> float | None:
    """Return where the gap between two columns of prose lies, None where the page has but one column."""
    if len(spans) < 2 * _COLUMN_LINES:
        return None
    low, high = min(x0 for x0, _, _ in spans), max(x1 for _, x1, _ in spans)
    width = high - low
    narrow = [(x0, x1, words) for x0, x1, words in spans if x1 - x0 <= width * _WIDE]
    if width <= 0 or not narrow:
        return None
    free = [True] * _BINS
    for x0, x1, _ in narrow:
        for place in range(int((x0 - low) / width * _BINS), min(int((x1 - low) / width * _BINS) + 1, _BINS)):
            free[place] = False
    run = _longest_run(free, _BINS // 4, _BINS * 3 // 4)
    if run is None or (run[1] - run[0]) / _BINS * width < _GUTTER:
        return None
    gutter = low + (run[0] + run[1]) / 2 / _BINS * width
    sides = [one for one in narrow if one[1] <= gutter], [one for one in narrow if one[0] >= gutter]
    return gutter if all(_is_prose(side) for side in sides) else None


def _longest_run(free: Sequence[bool], first: int, last: int) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    start = None
    for place in range(first, last + 1):
        if place < last and free[place]:
            start = place if start is None else start
        elif start is not None:
            if best is None or place - start > best[1] - best[0]:
                best = (start, place)
            start = None
    return best


def _is_prose(side: Sequence[tuple[float, float, str]]) -> bool:
    if len(side) < _COLUMN_LINES or sum(len(words) for _, _, words in side) < _COLUMN_CHARS:
        return False
    width = max(x1 for _, x1, _ in side) - min(x0 for x0, _, _ in side)
    fills = sorted((x1 - x0) / width for x0, x1, _ in side)
    return fills[len(fills) // 2] >= _COLUMN_FILL
