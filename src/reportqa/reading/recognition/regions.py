"""Where on a page there is a drawing: bars and the like, with the words around them, or a photograph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from reportqa.reading.recognition.images import Pixels
from reportqa.reading.recognition.lines import TextLine

# Of the height of a line of text: what is filled and larger than this is no character and no ruling line.
_LEAST_HIGH, _LEAST_WIDE = 1.6, 0.6
_FILLED = 0.6
# A head of a table, shaded, lies under words; a bar does not.
_WORDS_WITHIN = 0.25
# How far from the drawing its own words stand, in lines, and how near each other its parts do.
_REACH = 2.2
_TOGETHER = 8.0
_FEWEST_PARTS = 2
_LONGEST = 32


class Region(NamedTuple):
    """A rectangle of the page in pixels."""

    left: float
    top: float
    right: float
    bottom: float


def regions_of(image: Pixels, lines: Sequence[TextLine], text_height: float) -> list[Region]:
    """Return the drawings of a page; words that belong to one lie inside its region."""
    parts = [part for part in _solids(image, text_height) if not _is_behind_words(part, lines)]
    groups: list[list[Region]] = []
    for part in parts:
        near = [group for group in groups if any(_apart(part, other) < text_height * _TOGETHER for other in group)]
        groups = [group for group in groups if group not in near] + [[part, *(one for group in near for one in group)]]
    found = []
    for group in groups:
        region = _around(group)
        if len(group) >= _FEWEST_PARTS or region.bottom - region.top > text_height * _TOGETHER:
            own = [line for line in lines if _is_label(line, region, text_height)]
            found.append(_around([region, *(Region(line.x0, line.top, line.x1, line.bottom) for line in own)]))
    return found


def _solids(image: Pixels, text_height: float) -> list[Region]:
    """Return the boxes of what is filled."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    paper = float(cv2.mean(cv2.medianBlur(cv2.resize(grey, (64, 64)), 5))[0])
    ink: Any = cv2.threshold(grey, min(paper * 0.85, 215), 255, cv2.THRESH_BINARY_INV)[1]
    # Thin strokes go: characters and ruling lines.
    width = max(round(text_height * 0.3), 5)
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (width, width)))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    found = []
    for left, top, wide, high, area in boxes[1:count].tolist():
        large = high > text_height * _LEAST_HIGH and wide > text_height * _LEAST_WIDE
        if large and area > wide * high * _FILLED and wide * high < grey.size * 0.6:
            found.append(Region(left, top, left + wide, top + high))
    return found


def _is_behind_words(part: Region, lines: Sequence[TextLine]) -> bool:
    area = (part.right - part.left) * (part.bottom - part.top)
    return sum(_shared(part, line) for line in lines) > area * _WORDS_WITHIN


def _shared(part: Region, line: TextLine) -> float:
    wide = min(part.right, line.x1) - max(part.left, line.x0)
    high = min(part.bottom, line.bottom) - max(part.top, line.top)
    return max(wide, 0.0) * max(high, 0.0)


def _is_label(line: TextLine, region: Region, text_height: float) -> bool:
    """Tell whether a line is one of a drawing's: within it, over it, or under it, and no caption."""
    reach = text_height * _REACH
    middle_x, middle_y = (line.x0 + line.x1) / 2, (line.top + line.bottom) / 2
    level = region.top - reach <= middle_y <= region.bottom + reach
    across = region.left - reach * 2 <= middle_x <= region.right + reach * 2
    return level and across and len(line.text) <= _LONGEST and not line.is_caption


def _apart(one: Region, other: Region) -> float:
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down, 0.0)


def _around(parts: Sequence[Region]) -> Region:
    lefts, tops, rights, bottoms = zip(*parts, strict=True)
    return Region(min(lefts), min(tops), max(rights), max(bottoms))
