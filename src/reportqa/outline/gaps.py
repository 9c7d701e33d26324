"""An outline without gaps: of a numbering that headings go on with, the items before that are no headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reportqa.outline.headings import numbering_of
from reportqa.outline.text_lines import TextLine, text_lines
from reportqa.text.folding import fold
from reportqa.text.numerals import chinese_value
from reportqa.text.records import Span

_SHOWN = 16
_NUMERAL = re.compile(r"\d+|[一二三四五六七八九十百]+")
_SENTENCE = re.compile(r"[^，。；：！？,;:]*")


class Entry(NamedTuple):
    """A line of an outline: its words, its level, and the place that it leads to."""

    words: str
    level: int
    place: Span


def without_gaps(text: str, headings: Sequence[Entry]) -> list[Entry]:
    r"""Put before a heading that is not the first of its numbering the items that the numbering began with.

    >>> headings = [Entry("一、师资", 1, Span(0, 4)), Entry("（2）团队建设", 2, Span(21, 28))]
    >>> text = "一、师资\n（1）各校统一招录，公开聘用。\n（2）团队建设\n略。"
    >>> [entry.words for entry in without_gaps(text, headings)]
    ['一、师资', '（1）各校统一招录…', '（2）团队建设']
    """
    lines = text_lines(text)
    whole: list[Entry] = []
    for at, heading in enumerate(headings):
        whole += _skipped(lines, headings[:at], heading)
        whole.append(heading)
    return whole


def _skipped(lines: Sequence[TextLine], before: Sequence[Entry], heading: Entry) -> Iterator[Entry]:
    """Yield the items between the last heading of the same list, or the one over it, and a heading."""
    form, number = _numbered(heading.words)
    if form is None or number <= 1:
        return
    wanted, start = 1, 0
    for earlier in reversed(before):
        if earlier.level <= heading.level:
            other, last = _numbered(earlier.words)
            wanted, start = (last + 1 if other == form and earlier.level == heading.level else 1), earlier.place.end
            break
    for line in lines:
        if (
            start <= line.span.start < heading.place.start
            and _numbered(line.text) == (form, wanted)
            and wanted < number
        ):
            wanted += 1
            words = _SENTENCE.match(line.text)
            shown = words[0][:_SHOWN] if words else ""
            place = Span(line.span.start, line.span.start + len(shown))
            yield Entry(shown if len(shown) == len(line.text) else f"{shown}…", heading.level, place)


def _numbered(words: str) -> tuple[int | None, int]:
    """Return the rank of the numbering that words begin with and its number; None, 0 where there is none."""
    folded = fold(words)
    form = numbering_of(folded)
    numeral = _NUMERAL.search(folded[: form.length]) if form else None
    if form is None or numeral is None:
        return None, 0
    value = int(numeral[0]) if numeral[0].isdecimal() else chinese_value(numeral[0])
    return form.rank, int(value or 0)
