"""Numbers of a text that no figure covers: where one stands, no other number may answer for it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from reportqa.figures.named_numbers import masked_spans, merged
from reportqa.figures.plain import plain
from reportqa.text.forms import YEAR
from reportqa.text.numerals import ARABIC, CHINESE, DIGITS, LARGE, SMALL
from reportqa.text.patterns import lazy
from reportqa.text.records import Span
from reportqa.text.units import read_unit

# An Arabic number with what may belong to it: a sign, the power of ten and the characters of 3万4000 or 2千零30万.
_ARABIC = lazy(rf"(?:(?<![\da-z])[-△▲▽▼])?{ARABIC}(?:[百千万亿零]|{ARABIC})*+ ?[%‰]?")
_CHINESE = lazy(CHINESE)
_FRACTION = lazy(r"[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]")
# Parts of a name, a code, a version, a time: A-3, PM2.5, 第18, 3号楼, 2023级.
_NAMED_BEFORE = lazy(r"(?:[a-z_#№@^/\\×]-?|第|前|问|[:.]|\d[-:.])$")
_NAMED_AFTER = lazy(
    r" ?(?:[号级届版路线栋标楼强型]|\.[a-z]|年级|热线|[中小](?![一-龥]?[型数量额面])|[a-z_@]|[:：]\d|[-/]\d|单元|机组)"
)
# The number of an item at the head of a line or a cell, or behind the dots of a list of contents.
_ITEM = lazy(
    r"(?:^|[|\n…·])[ #*>]*(?P<number>\d{1,2}(?:\.\d{1,2})*)"
    rf"(?=[.、)） ]+(?:[^\d\s|]|{YEAR} ?年))",
    re.MULTILINE,
)
_YEAR = lazy(YEAR)
_TIMES = lazy(r" ?(?:番|成(?![员立为功本果套就长交])|倍|折(?![叠线返扣]))")
_DIGITS = frozenset(DIGITS)
_POWERS = frozenset(SMALL) | frozenset(LARGE)


def unread_numbers(text: str, read: Iterable[Span]) -> list[Span]:
    """Return the places of what looks like a number in ``text`` and is in none of the spans ``read``, in order.

    >>> text = "职工2300，其中医师850人，3号楼（2）产值约5×10⁸元"
    >>> [span.of(text) for span in unread_numbers(text, [Span(11, 15)])]
    ['2300', '5']

    Numbers of headings, lists, codes and names are none, and neither is a lone year. Positions are those of ``text``.
    Time is linear in its length.
    """
    matching = plain(text)
    items = (match.span("number") for match in _ITEM.finditer(text))
    covered = merged([*masked_spans(matching), *items, *((span.start, span.end) for span in read)])
    starts = [start for start, _ in covered]
    found = [
        Span(*place)
        for place in (*_arabic(matching), *_chinese(matching))
        if not _within(covered, starts, place[0], place[1])
    ]
    return sorted(found)


def _arabic(text: str) -> Iterable[tuple[int, int]]:
    for match in _ARABIC.finditer(text):
        before = text[max(match.start() - 3, 0) : match.start()].rstrip()
        named = _NAMED_BEFORE.search(before) or _NAMED_AFTER.match(text, match.end())
        if not named and not _YEAR.fullmatch(match[0]):
            yield match.start(), match.end()
    for match in _FRACTION.finditer(text):
        yield match.span()


def _chinese(text: str) -> Iterable[tuple[int, int]]:
    """Yield numerals of a digit and a power of ten before a unit (二十三个), and any before 番 or 倍."""
    for match in _CHINESE.finditer(text):
        if text[match.start() - 1 : match.start()] in ("第", "前") or _NAMED_AFTER.match(text, match.end()):
            continue
        marks = set(match[0])
        amount = bool(marks & _DIGITS and marks & _POWERS and read_unit(text, match.end()))
        if amount or (_TIMES.match(text, match.end()) and marks & _DIGITS):
            yield match.start(), match.end()


def _within(covered: list[tuple[int, int]], starts: list[int], start: int, end: int) -> bool:
    """Tell whether a place has a character in common with what is covered."""
    index = bisect_right(starts, end - 1) - 1
    return index >= 0 and covered[index][1] > start
