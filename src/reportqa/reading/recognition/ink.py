"""What the ink of a line tells that the model does not: the size of its type, and where it leaves a gap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reportqa.reading.recognition.images import Pixels

# Of the size of the type: how high Chinese characters are, and figures and letters.
_HAN_HEIGHT, _FIGURE_HEIGHT = 0.92, 0.73
# Of the height of the crop: what the size can be at all, and what it is where the ink does not tell.
_LEAST_SIZE, _MOST_SIZE, _USUAL_SIZE = 0.55, 1.0, 0.75
# Of the size of the type: what parts two words of Latin letters or two numbers, and two stretches of Chinese.
_BETWEEN_NUMBERS = 0.33
# A 1 has more white around it than other figures.
_BESIDE_ONE = 0.12
_BETWEEN_STRETCHES = 1.0
_INK = 0.35
# A speckle is no ink, and a ruling line that runs along the text is no character.
_LEAST_INK, _RULED, _SPECKLE = 2, 0.8, 20
# How much of the height is left out above and below where gaps are looked for.
_EDGE = 0.2


def size_of(crop: Pixels, text: str) -> float:
    """Return the size of the type of a line, in pixels."""
    height = crop.shape[0]
    ink = _ink(crop)
    counts = ink.sum(axis=1)
    rows = np.flatnonzero((counts >= max(_LEAST_INK, ink.shape[1] * 0.01)) & (counts < ink.shape[1] * _RULED))
    if not len(rows):
        return float(height * _USUAL_SIZE)
    share = _HAN_HEIGHT if any("\u4e00" <= char <= "\u9fff" for char in text) else _FIGURE_HEIGHT
    return float(np.clip((rows[-1] - rows[0] + 1) / share, height * _LEAST_SIZE, height * _MOST_SIZE))


def gaps_of(crop: Pixels, text: str, centres: Sequence[float], size: float) -> list[tuple[float, float] | None]:
    """Return, for each character but the last, the blank behind it that is a space, in pixels of the crop, or None.

    The model writes 表 2 2024年 as 表22024年. ``centres`` are those of the characters, ``size`` that of the type.
    """
    edge = int(crop.shape[0] * _EDGE)
    ink = _ink(crop[edge : crop.shape[0] - edge or None])
    speckle = max(crop.shape[0] // _SPECKLE, 1)
    blank = [bool(count < speckle) for count in ink.sum(axis=0)]
    found: list[tuple[float, float] | None] = []
    for (one, here), (other, there) in pairwise(zip(text, centres, strict=True)):
        start, end = _longest(blank, int(here), int(there))
        words = one.isascii() and other.isascii() and one.isalnum() and other.isalnum()
        least = _BETWEEN_NUMBERS + _BESIDE_ONE * ("1" in (one, other)) if words else _BETWEEN_STRETCHES
        found.append((start, end) if end - start >= least * size else None)
    return found


def _ink(crop: Pixels) -> NDArray[np.bool_]:
    grey = crop.mean(axis=2)
    dark, light = np.percentile(grey, 2), np.percentile(grey, 90)
    return np.asarray(grey < light - (light - dark) * _INK)


def _longest(blank: Sequence[bool], start: int, end: int) -> tuple[int, int]:
    best, begun = (start, start), start
    for place in range(max(start, 0), min(end, len(blank))):
        if not blank[place]:
            begun = place + 1
        elif place + 1 - begun > best[1] - best[0]:
            best = (begun, place + 1)
    return best
