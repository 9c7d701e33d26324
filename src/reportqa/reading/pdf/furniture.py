"""Running heads, running feet and page numbers: lines that come again at the same height, page after page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from reportqa.reading.pdf.lines import GlyphLine

_ZONE = 0.15
_OUTERMOST = 3
_SAME_HEIGHT = 6.0
_REPEATED = 3
_LONGEST = 60
_SMALLER = 0.95
# 单位：万元 or 续表 at the head of a page belongs to the table below it.
_OF_A_TABLE = re.compile(r"单位|^\s*(?:[附续接]|[图表]\s*\d)")
_NUMBER = re.compile(r"\d{1,5}")
_ROMAN = re.compile(r"[-—–\s]*[ivxlcIVXLC]{1,7}[-—–\s]*")
_MARKED_NUMBER = re.compile(r"[-—–－·•~]\s*\d{1,4}\s*[-—–－·•~.]|第\s*\d{1,4}\s*页.{0,12}|\d{1,4}\s*/\s*\d{1,4}")


def find_furniture(pages: Sequence[tuple[float, Sequence[GlyphLine]]]) -> list[set[GlyphLine]]:
    """Return the running heads and feet of every page, given its height and its lines.

    A line counts where it stands among the outermost of its page, and where the same words, a number that counts the
    pages apart, stand at the same height on three pages, or on all where there are only two. A head in small type may
    also change from chapter to chapter, or from page to page and back.
    """
    places: dict[tuple[bool, str], list[tuple[int, float, GlyphLine]]] = defaultdict(list)
    found: list[set[GlyphLine]] = [set() for _ in pages]
    for number, (height, lines) in enumerate(pages):
        for head, line in _outermost(height, lines):
            if _MARKED_NUMBER.fullmatch(line.text) or (len(pages) < _REPEATED and line.text == str(number + 1)):
                found[number].add(line)
            at = line.base if head else height - line.base
            for pattern in _patterns(line.text, number):
                places[head, pattern].append((number, at, line))
    for same in places.values():
        for number, at, line in same:
            near = {other for other, there, _ in same if abs(there - at) <= _SAME_HEIGHT}
            if len(near) >= min(_REPEATED, max(len(pages), 2)):
                found[number].add(line)
    for number, line in _changing_heads(pages):
        found[number].add(line)
    return found


def _changing_heads(pages: Sequence[tuple[float, Sequence[GlyphLine]]]) -> Iterator[tuple[int, GlyphLine]]:
    """Yield the topmost lines in small type that stand at one height on three pages and say the same on two of them."""
    places: dict[int, list[tuple[int, GlyphLine]]] = defaultdict(list)
    for number, (height, lines) in enumerate(pages):
        sizes = sorted(line.size for line in lines)
        first = min((line.base for line in lines), default=height)
        for line in lines:
            top = round(line.base) == round(first) <= height * _ZONE and len(line.text) <= _LONGEST
            if top and line.size < sizes[len(sizes) // 2] * _SMALLER and not _OF_A_TABLE.search(line.text):
                places[round(line.base)].append((number, line))
    for heads in places.values():
        said = {(pattern, number) for number, line in heads for pattern in _patterns(line.text, number)}
        words = Counter(pattern for pattern, _ in said)
        if len({number for number, _ in heads}) >= _REPEATED and max(words.values()) > 1:
            yield from heads


def _outermost(height: float, lines: Sequence[GlyphLine]) -> Iterator[tuple[bool, GlyphLine]]:
    """Yield the lines at the head (True) and the foot (False) of a page."""
    heights = sorted({round(line.base) for line in lines})
    upper, lower = heights[:_OUTERMOST], heights[-_OUTERMOST:]
    for line in lines:
        if len(line.text) > _LONGEST:
            continue
        if line.base <= height * _ZONE and round(line.base) in upper:
            yield True, line
        elif line.base >= height * (1 - _ZONE) and round(line.base) in lower:
            yield False, line


def _patterns(text: str, page: int) -> Iterator[str]:
    """Yield the forms in which a line may come again: as it is, or with one of its numbers counted from its page."""
    yield text
    for number in _NUMBER.finditer(text):
        yield f"{text[: number.start()]}<{int(number[0]) - page}>{text[number.end() :]}"
    if _ROMAN.fullmatch(text):
        yield "<roman>"
