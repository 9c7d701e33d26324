"""The lines that rule a page, found in its pixels: long, thin and level, or long, thin and plumb."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

from reportqa.reading.recognition.images import Pixels

# Of the height of a line of text: no stroke of a character is longer, no ruling line is thicker.
_LONGEST_STROKE = 2.5
_TALLEST_STROKE = 1.15
_THICKEST = 0.3
_MOST = 3_000


class Ruling(NamedTuple):
    """A ruling line in pixels: from, to, and where it lies on the other axis."""

    start: float
    end: float
    at: float


def rulings_of(image: Pixels, text_height: float) -> tuple[list[Ruling], list[Ruling]]:
    """Return the level and the plumb lines of a page, given how high its lines of text are."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    # Against what is around it, so that grey paper and coloured heads of tables do no harm.
    ink: NDArray[Any] = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    thick = max(round(text_height * _THICKEST), 5)
    across = _lines(ink, (max(round(text_height * _LONGEST_STROKE), 20), 1), thick)
    down = _lines(ink, (1, max(round(text_height * _TALLEST_STROKE), 16)), thick)
    return (
        [Ruling(x, x + width, y + height / 2) for x, y, width, height in across],
        [Ruling(y, y + height, x + width / 2) for x, y, width, height in down],
    )


def _lines(ink: NDArray[Any], kernel: tuple[int, int], thick: int) -> list[tuple[int, int, int, int]]:
    """Return the boxes (left, top, width, height) of what is as long as the kernel, small breaks closed."""
    import cv2

    level = kernel[1] == 1
    bridge = cv2.getStructuringElement(cv2.MORPH_RECT, (5, 3) if level else (3, 5))
    long = cv2.getStructuringElement(cv2.MORPH_RECT, kernel)
    found = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, bridge), cv2.MORPH_OPEN, long)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    kept = [tuple(int(value) for value in box[:4]) for box in boxes[1 : min(count, _MOST)]]
    return [(x, y, w, h) for x, y, w, h in kept if (h if level else w) <= thick]
