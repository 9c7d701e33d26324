"""What the ink of a line tells that the model does not: the size of its type, and where it leaves a gap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reportqa.reading.recognition.images import Pixels
from reportqa.reading.recognition.lines import TextLine
from reportqa.text.forms import YEAR

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
# The number of a table or picture with the year behind it: 表 2 2024年. Whatever gap there is, here it is a space.
_NUMBERED = re.compile(rf"[图表]\d{{1,2}}(?={YEAR}年)")
# Points that lead to a page number: how many at the least, how large of the size of the type, and how even their steps.
_FEWEST_LEADERS, _LEADER, _STEP, _EVEN = 8, 0.3, 1.2, 1.7
# Of a hundred pixels: how few of them the points may fill.
_LEAST_SHARE = 0.5
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
    numbered = match.end() if (match := _NUMBERED.match(text)) else 0
    for place, ((one, here), (other, there)) in enumerate(pairwise(zip(text, centres, strict=True)), 1):
        start, end = _longest(blank, int(here), int(there))
        words = one.isascii() and other.isascii() and one.isalnum() and other.isalnum()
        least = _BETWEEN_NUMBERS + _BESIDE_ONE * ("1" in (one, other)) if words else _BETWEEN_STRETCHES
        found.append((start, end) if end - start >= (0.0 if place == numbered else least * size) else None)
    return found


def leaders_behind(image: Pixels, line: TextLine) -> tuple[float, float] | None:
    """Return from where to where points or dashes lead on behind a line: 一、概况……………5."""
    left, size = line.x1, line.size
    strip = image[max(int(line.top), 0) : int(line.bottom), int(left) :]
    if strip.shape[1] < size or not strip.shape[0]:
        return None
    ink = _ink(strip, _LEAST_SHARE)
    inked = ink.any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inked, [False])).astype(np.int8)))
    begins: list[int] = []
    for start, end in edges.reshape(-1, 2).tolist():
        rows = np.flatnonzero(ink[:, start:end].any(axis=1))
        if end - start > size * _LEADER or rows[-1] - rows[0] >= size * _LEADER:
            # What stands before them is the end of the line itself, what stands behind them is the page number.
            if len(begins) >= _FEWEST_LEADERS:
                break
            begins = []
            continue
        begins.append(start)
    steps = np.diff(begins)
    if len(begins) < _FEWEST_LEADERS or steps.max() > min(size * _STEP, float(np.median(steps)) * _EVEN):
        return None
    return left + begins[0], left + begins[-1]


def _ink(crop: Pixels, share: float = 2.0) -> NDArray[np.bool_]:
    grey = crop.mean(axis=2)
    dark, light = np.percentile(grey, share), np.percentile(grey, 90)
    return np.asarray(grey < light - (light - dark) * _INK)


def _longest(blank: Sequence[bool], start: int, end: int) -> tuple[int, int]:
    best, begun = (start, start), start
    for place in range(max(start, 0), min(end, len(blank))):
        if not blank[place]:
            begun = place + 1
        elif place + 1 - begun > best[1] - best[0]:
            best = (begun, place + 1)
    return best
