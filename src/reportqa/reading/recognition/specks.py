"""The specks of an old copier, taken out: between two figures they read as points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportqa.reading.recognition.images import Pixels

# Of the contrast of the page: what is ink. The thin strokes of small type hang together where faint ink counts.
_INK = 0.2
_AROUND = 31
# Of the height of a line: no speck is wider, and no decimal point smaller than the square of the other.
_WIDEST, _POINT = 0.3, 0.08
# On a million pixels of bare paper: more is no accident. So many of a hundred are no larger than what is taken out.
_MANY, _SHARE = 100, 90


def without_specks(pixels: Pixels, quads: NDArray[np.float32]) -> Pixels | None:
    """Return a page without its specks, None where it has few; ``quads`` are around its lines.

    The paper beside the lines tells how large the specks are: what is larger, or touches a character, stays.
    """
    import cv2

    if not len(quads):
        return None
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    dark, light = np.percentile(grey[::4, ::4], (1, 80))
    least = max(float(light - dark) * _INK, 8.0)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, least)
    _, labels, boxes, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height = float(np.median(np.linalg.norm(quads[:, 0] - quads[:, 3], axis=1)))
    areas = boxes[:, cv2.CC_STAT_AREA]
    small = boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) < height * _WIDEST
    small[0] = False
    high, wide = pixels.shape[:2]
    words = np.zeros((high, wide), np.uint8)
    for quad in quads:
        cv2.fillConvexPoly(words, np.rint(quad).astype(np.int32), 1)
    columns, rows = middles.astype(int).T
    beside = small & (words[rows.clip(0, high - 1), columns.clip(0, wide - 1)] == 0)
    if beside.sum() < max((words == 0).sum() / 1e6 * _MANY, _MANY):
        return None
    specks = small & (areas <= min(np.percentile(areas[beside], _SHARE), (height * _POINT) ** 2))
    strokes = ~small
    strokes[0] = False
    around = np.ones((3, 3), np.uint8)
    specks[np.unique(labels[cv2.dilate(strokes[labels].astype(np.uint8), around) > 0])] = False
    taken = cv2.dilate(specks[labels].astype(np.uint8), around) > 0
    taken &= specks[labels] | (labels == 0)
    # A quarter of the size, the type is thin enough for the median to be the paper.
    reduced = cv2.resize(pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(reduced, 15), (wide, high))
    return np.where(taken[:, :, None], paper, pixels)
