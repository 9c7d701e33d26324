"""What stands on one page: characters, ruling lines and pictures, in points from the upper left corner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from reportqa.reading.blocks import Image


def top_of(base: float, size: float) -> float:
    """Return where type of a size begins above its baseline: of Chinese fonts, 0.88 of the size."""
    return base - 0.88 * size


def bottom_of(base: float, size: float) -> float:
    """Return where type of a size ends below its baseline."""
    return base + 0.12 * size


class Glyph(NamedTuple):
    """A character with its box (left, right, baseline), its size and its weight."""

    char: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool
    pale: bool = False

    @property
    def top(self) -> float:
        """Where the character begins, from above."""
        return top_of(self.base, self.size)

    @property
    def bottom(self) -> float:
        """Where the character ends."""
        return bottom_of(self.base, self.size)


class Rule(NamedTuple):
    """A horizontal or vertical line: from, to, and where it lies on the other axis."""

    start: float
    end: float
    at: float


class Box(NamedTuple):
    """A rectangle on the page."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture and where it stands."""

    box: Box
    image: Image


@dataclass(slots=True)
class PageContent:
    """All that a page shows in lines of one direction.

    ``unmapped`` counts the characters of which the file does not say what they are, ``strokes`` those of its drawings;
    ``scanned`` says that a picture fills it. ``sideways`` holds what is set turned by a quarter, as it looks when the
    page is turned, and ``oblique`` counts the characters of such lines that are too few to be read. ``filled`` counts
    the fields of a form that hold words, ``comments`` those that lie over the page.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    pictures: list[Shown] = field(default_factory=list)
    unmapped: int = 0
    scanned: bool = False
    strokes: int = 0
    oblique: int = 0
    filled: int = 0
    comments: int = 0
    sideways: list[PageContent] = field(default_factory=list)

    @property
    def chars(self) -> int:
        """How many characters the page holds, blanks aside."""
        own = sum(not glyph.char.isspace() for glyph in self.glyphs)
        return own + sum(turned.chars for turned in self.sideways)
