"""A table of a page, and what its columns and cells are made of: places, slots between them, characters within."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportqa.reading.marks import clean_cell
from reportqa.reading.pdf.content import Box, Glyph
from reportqa.reading.pdf.lines import rows_of, words_of
from reportqa.reading.pipe_tables import PipeTable

NEAR = 3.0
_SAME_COLUMNS = 8.0


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


def places_of(values: Iterable[float]) -> list[float]:
    """Return the distinct places among values, those that lie close together as one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > NEAR:
            places.append(value)
    return places


def slot_of(places: Sequence[float], value: float) -> int:
    """Return between which two places a value lies, counted from 0."""
    return max(sum(place <= value for place in places[:-1]) - 1, 0)


def middle(glyph: Glyph) -> tuple[float, float]:
    """Return the middle of a character."""
    return (glyph.x0 + glyph.x1) / 2, glyph.base - glyph.size * 0.35


def parted(glyphs: list[Glyph], box: Box) -> tuple[list[Glyph], list[Glyph]]:
    """Part characters into those within a box and the others."""
    inside: list[Glyph] = []
    rest: list[Glyph] = []
    for glyph in glyphs:
        x, y = middle(glyph)
        within = box.x0 - 1 <= x <= box.x1 + 1 and box.top - 1 <= y <= box.bottom + 1
        (inside if within else rest).append(glyph)
    return inside, rest


def cell_text(glyphs: list[Glyph]) -> str:
    """Return what characters say, line by line, as one cell."""
    return clean_cell(words_of([line for row in rows_of(glyphs) for line in row]))
