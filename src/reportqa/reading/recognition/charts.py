"""The numbers of a chart tied to its labels by where they stand: over a label, beside it, or in one line with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reportqa.reading.pipe_tables import is_value
from reportqa.reading.recognition.lines import Symbol, TextLine

_FOUR_DIGITS = re.compile(r"\d{4}")
_SHARE = re.compile(r"(?P<label>\D*[^\d\s:：,，（(])\s*[:：,，]?\s*(?P<value>\d[\d,.]*\s*[%％])")
# Of the distance from label to label: how far from its own a number may stand.
_ASIDE = 0.5
# Of the size of the type: how far apart lines on one height may begin.
_LEVEL = 0.7
# Of the size of the type: how far apart the middles of the numbers of an axis lie.
_SCALE = 2.0
_LONGEST_LABEL = 16
# Of the distance from number to number: how far a label that was cut out of a row may stand from the middle.
_CENTRED = 0.3
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class _Mark:
    """Words of a chart with their middle, and the size of their type."""

    text: str
    x: float
    y: float
    left: float
    right: float
    size: float


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart says: its labels, and for each series its name, "" where there is one, and a number a label."""

    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[str, ...]], ...]


def read_chart(lines: Sequence[TextLine]) -> Chart | None:
    """Return what a chart says, None where its geometry does not tie every number to one label.

    Numbers of an axis stand beside the labels and belong to none of them.
    """
    marks = _without_scale([mark for line in lines for mark in _marks(line)])
    labels = [line for line in lines if not is_value(line.text)]
    return _shares(marks) or _upright(marks) or _lying(marks) or _upright(_parted(marks, labels))


def _marks(line: TextLine) -> list[_Mark]:
    """Cut a line where it leaves wide gaps: 55930.2   58214.8 are the numbers of two bars."""
    pieces = [[line.symbols[0]]]
    for last, symbol in pairwise(line.symbols):
        if symbol.char == " " or last.char == " " or symbol.x0 - last.x1 > line.size * _LEVEL:
            pieces.append([])
        pieces[-1].append(symbol)
    return [mark for piece in pieces if (mark := _mark(line, piece)).text]


def _without_scale(marks: list[_Mark]) -> list[_Mark]:
    """Leave out the numbers of an axis: one over the other with even steps, on one side of all other numbers."""
    numbers = [mark for mark in marks if _is_number(mark)]
    for edge in (min, max):
        outer = edge((mark.x for mark in numbers), default=0.0)
        scale = sorted((m for m in numbers if abs(m.x - outer) < m.size * _SCALE), key=lambda mark: mark.y)
        others = [mark for mark in numbers if mark not in scale]
        try:
            values = [float(mark.text.replace(",", "").rstrip("%％")) for mark in scale]
        except ValueError:
            continue
        steps = {round(there - here, 6) for here, there in pairwise(values)}
        if len(values) > _FEWEST and len(steps) == 1 and steps != {0.0} and others:
            return [mark for mark in marks if mark not in scale]
    return marks


def _parted(marks: list[_Mark], long: Sequence[TextLine]) -> list[_Mark]:
    """Cut a row of labels that was read as one line: each goes with the number over it."""
    found = list(marks)
    for line in long:
        values = sorted((m for m in marks if is_value(m.text) and line.x0 < m.x < line.x1), key=lambda mark: mark.x)
        runs: dict[int, list[Symbol]] = {}
        for symbol in line.symbols if len(values) >= _FEWEST else ():
            middle = (symbol.x0 + symbol.x1) / 2
            nearest = min(range(len(values)), key=lambda number: abs(values[number].x - middle))
            runs.setdefault(nearest, []).append(symbol)
        if len(runs) < max(len(values), _FEWEST):
            continue
        labels = [_mark(line, run) for run in runs.values()]
        step = min(there.x - here.x for here, there in pairwise(values))
        if all(abs(one.x - values[at].x) < step * _CENTRED for at, one in zip(runs, labels, strict=True)):
            inside = [m for m in found if abs(m.y - labels[0].y) < line.size and line.x0 - 1 <= m.x <= line.x1 + 1]
            found = [mark for mark in found if mark not in inside] + labels
    return found


def _mark(line: TextLine, piece: Sequence[Symbol]) -> _Mark:
    text = "".join(symbol.char for symbol in piece).strip()
    left, right = piece[0].x0, piece[-1].x1
    return _Mark(text, (left + right) / 2, (line.top + line.bottom) / 2, left, right, line.size)


def _shares(marks: Sequence[_Mark]) -> Chart | None:
    """Read a pie: 公办 62.3% in one line, several times."""
    found = [match for mark in marks if (match := _SHARE.fullmatch(mark.text))]
    if len(found) < _FEWEST or any(is_value(mark.text) for mark in marks):
        return None
    return Chart(tuple(one["label"].strip() for one in found), (("", tuple(one["value"] for one in found)),))


def _upright(marks: Sequence[_Mark]) -> Chart | None:
    """Read bars that stand, and points of a line: their labels lie in a row at the foot."""
    words = [mark for mark in marks if not is_value(mark.text) and len(mark.text) <= _LONGEST_LABEL]
    rows = [[other for other in words if abs(other.y - mark.y) < mark.size * _LEVEL] for mark in words]
    # The legend may lie in a row too, but no number stands over the middle of each of its names.
    for row in sorted(rows, key=lambda row: (-len(row), -row[0].y)):
        labels = sorted(row, key=lambda mark: mark.x)
        if len(labels) < _FEWEST:
            return None
        step = min(there.x - here.x for here, there in pairwise(labels))
        numbers = [mark for mark in marks if _is_number(mark) and mark not in row and mark.y < labels[0].y]
        columns = [[mark for mark in numbers if abs(mark.x - label.x) <= step * _ASIDE] for label in labels]
        over = [mark for mark in numbers if labels[0].x - step * _ASIDE < mark.x < labels[-1].x + step * _ASIDE]
        # A number between two labels may be that of a label that was not found, or was read as part of another.
        if sum(map(len, columns)) == len(over):
            chart = _of_columns(labels, columns, [mark for mark in words if mark not in row])
            if chart is not None:
                return chart
    return None


def _is_number(mark: _Mark) -> bool:
    """Tell whether a mark is a number; 1942 over a bar is no year."""
    return is_value(mark.text) or bool(_FOUR_DIGITS.fullmatch(mark.text))


def _of_columns(labels: list[_Mark], columns: list[list[_Mark]], others: list[_Mark]) -> Chart | None:
    count = len(columns[0])
    if not count or any(len(column) != count for column in columns):
        return None
    names = [""]
    if count > 1:
        # Bars beside each other come in the order of the legend; of numbers over each other none can tell.
        if any(there.left < here.x for column in columns for here, there in pairwise(_sideways(column))):
            return None
        names = _legend(others, count)
    if not names:
        return None
    series = tuple((name, tuple(_sideways(column)[at].text for column in columns)) for at, name in enumerate(names))
    return Chart(tuple(label.text for label in labels), series)


def _sideways(column: list[_Mark]) -> list[_Mark]:
    return sorted(column, key=lambda mark: mark.x)


def _legend(others: Sequence[_Mark], count: int) -> list[str]:
    """Return the names of so many series: as many words in one row that stand by themselves."""
    for mark in others:
        row = sorted((o for o in others if abs(o.y - mark.y) < mark.size * _LEVEL), key=lambda one: one.x)
        if len(row) == count:
            return [one.text for one in row]
    return []


def _lying(marks: Sequence[_Mark]) -> Chart | None:
    """Read bars that lie: each number on the height of its label, right of it."""
    values = [mark for mark in marks if is_value(mark.text)]
    words = [mark for mark in marks if not is_value(mark.text)]
    pairs: list[tuple[_Mark, _Mark]] = []
    for value in values:
        level = [m for m in words if abs(m.y - value.y) < m.size * _LEVEL and m.right < value.left]
        if len(level) == 1:
            pairs.append((level[0], value))
        elif not pairs or value.y < max(label.y for label, _ in pairs):
            # Only the numbers of an axis, under all bars, belong to none.
            return None
    labels = dict.fromkeys(label for label, _ in pairs)
    if len(labels) < max(len(pairs), _FEWEST):
        return None
    return Chart(tuple(label.text for label in labels), (("", tuple(value.text for _, value in pairs)),))
