"""One page, recognised: turned upright, straightened, its lines read, its ruling lines found."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reportqa.reading.pipe_tables import is_value
from reportqa.reading.recognition import engine
from reportqa.reading.recognition.engine import Quads, Seen
from reportqa.reading.recognition.images import Pixels, pixels_of, turned
from reportqa.reading.recognition.ink import gaps_of, leaders_behind, size_of
from reportqa.reading.recognition.lines import LEADERS, Symbol, TextLine
from reportqa.reading.recognition.marks import full_width
from reportqa.reading.recognition.regions import Region, regions_of
from reportqa.reading.recognition.rules import Ruling, rulings_of
from reportqa.reading.recognition.specks import without_specks

# A line runs down where it is so much taller than wide; a page lies on its side where most of its lines do.
_TALL = 2.0
# Degrees: less does no harm, more is no tilt.
_LEAST_TILT, _MOST_TILT = 0.15, 15.0
# Only such lines tell how a page is tilted, in times of their height.
_LONG = 6.0
# How many lines with points behind them are contents; fewer may lie beside the dotted grid of a chart.
_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class Recognised:
    """What an image shows, in pixels of ``image``, which is the one given, upright and straight."""

    image: Image.Image
    lines: tuple[TextLine, ...]
    across: tuple[Ruling, ...] = ()
    down: tuple[Ruling, ...] = ()
    drawings: tuple[Region, ...] = ()


class Stance(NamedTuple):
    """How an image stands: by how many degrees it is to be turned, by quarters and then a little."""

    quarter: float
    tilt: float

    def straighten(self, image: Image.Image) -> Image.Image:
        """Return the image upright and straight."""
        upright = turned(image, self.quarter) if self.quarter else image
        return turned(upright, self.tilt) if self.tilt else upright


def recognise_page(image: Image.Image) -> tuple[Recognised, Stance]:
    """Recognise one page, as :func:`fitted` gives it.

    Raises UnreadableImage where it is made so that it takes minutes.
    """
    stance = Stance(0.0, 0.0)
    pixels = pixels_of(image)
    quads = engine.detect(pixels)
    if _lies_on_its_side(quads):
        stance = Stance(90.0, 0.0)
        pixels = pixels_of(stance.straighten(image))
        quads = engine.detect(pixels)
    if len(quads) and engine.is_upside_down(pixels, quads):
        stance = Stance((stance.quarter + 180) % 360, 0.0)
        pixels = pixels_of(stance.straighten(image))
        quads = engine.detect(pixels)
    tilt = _tilt(quads)
    if _LEAST_TILT < abs(tilt) < _MOST_TILT:
        stance = Stance(stance.quarter, tilt)
        pixels = pixels_of(stance.straighten(image))
        quads = engine.detect(pixels)
    clean = without_specks(pixels, quads)
    if clean is not None:
        pixels, quads = clean, engine.detect(clean)
    seen = engine.recognise(pixels, quads)
    lines = [_line(quad, one) for quad, one in zip(quads, seen, strict=True) if one is not None]
    lines = _with_leaders(lines, pixels)
    height = statistics.median(line.bottom - line.top for line in lines) if lines else 20.0
    across, down = rulings_of(pixels, height)
    drawings = tuple(regions_of(pixels, lines, height))
    return Recognised(stance.straighten(image), tuple(lines), tuple(across), tuple(down), drawings), stance


def _lies_on_its_side(quads: Quads) -> bool:
    width = np.linalg.norm(quads[:, 0] - quads[:, 1], axis=1)
    height = np.linalg.norm(quads[:, 0] - quads[:, 3], axis=1)
    tall, wide = height > width * _TALL, width > height * _TALL
    return bool(height[tall].sum() > width[wide].sum())


def _tilt(quads: Quads) -> float:
    """Return by how many degrees the lines fall to the right."""
    across = quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]
    width = np.linalg.norm(across, axis=1) / 2
    height = np.linalg.norm(quads[:, 0] - quads[:, 3], axis=1)
    long = across[width > height * _LONG]
    return float(np.median(np.degrees(np.arctan2(long[:, 1], long[:, 0])))) if len(long) else 0.0


def _line(quad: NDArray[np.float32], seen: Seen) -> TextLine:
    size = size_of(seen.crop, seen.text)
    left, top, bottom = float(quad[:, 0].min()), float(quad[:2, 1].mean()), float(quad[2:, 1].mean())
    text = full_width(seen.text)
    gaps = gaps_of(seen.crop, seen.text, seen.centres, size)
    symbols: list[Symbol] = []
    # A character reaches half-way to the next one, unless there is a gap.
    start = max(seen.centres[0] - _half(text[0], size), 0.0)
    for number, (char, score) in enumerate(zip(text, seen.scores, strict=True)):
        gap = gaps[number] if number < len(gaps) else None
        if number == len(text) - 1:
            end = min(seen.centres[number] + _half(char, size), float(seen.crop.shape[1]))
        elif gap:
            end = gap[0]
        else:
            here, there = seen.centres[number], seen.centres[number + 1]
            mine, others = _half(char, size), _half(text[number + 1], size)
            end = here + (there - here) * mine / (mine + others)
        symbols.append(Symbol(char, left + start, left + max(end, start), score))
        if gap and gap[1] - gap[0] < size:
            symbols.append(Symbol(" ", left + gap[0], left + gap[1], 1.0))
        start = gap[1] if gap else end
    return TextLine(tuple(symbols), top, bottom, size, statistics.mean(seen.scores))


def _with_leaders(lines: list[TextLine], pixels: Pixels) -> list[TextLine]:
    """Write the points that lead to page numbers behind the lines of a table of contents: the model leaves them out."""
    led = {
        number: place
        for number, line in enumerate(lines)
        if not is_value(line.text) and (place := leaders_behind(pixels, line))
    }
    if len(led) < _ENTRIES:
        return lines
    found = list(lines)
    for number, (start, end) in led.items():
        step = (end - start) / len(LEADERS)
        points = (Symbol(char, start + at * step, start + (at + 1) * step, 1.0) for at, char in enumerate(LEADERS))
        found[number] = replace(lines[number], symbols=(*lines[number].symbols, *points))
    return found


def _half(char: str, size: float) -> float:
    return size / 4 if char.isascii() else size / 2


__all__ = ["Recognised", "Stance", "recognise_page"]
