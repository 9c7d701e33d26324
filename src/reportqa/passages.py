"""Paragraphs to passages: whole sentences, at most about 300 characters, cut only where a reader would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reportqa.datamodel import Paragraph, Passage, Prose, Span
from reportqa.words import word_starts

MAX_PASSAGE = 300
_OPENERS = {
    "）": "（",
    ")": "(",
    "”": "“",
    "’": "‘",
    "》": "《",
    "】": "【",
    "」": "「",
    "』": "『",
    "〕": "〔",
    "]": "[",
}
_CLOSERS = frozenset([*_OPENERS, '"'])
_MAX_BRACKET = 200
_SENTENCE_END = frozenset("。！？!?…")
_CLAUSE_END = frozenset("。！？!?…；;，,：:")
# A number with its unit's first character: 1,200.5万元, 18：1, 10-20人, 2024年6月27日; not the comma of 2023，2024年.
_NUMBER = re.compile(
    r"\d+(?:[.．:：/／~～–—-]\d+|[,，]\d{3}(?!\d)|[年月]\d{1,2}(?=[月日]))*(?:[%％‰]|\s?[百千万亿]*[^\W\d])?"
)
# More than jieba's longest words, so that where a piece of text ends does not change the words before.
_WORD_MARGIN = 32


def split_passages(paragraph: Paragraph, text: str, limit: int = MAX_PASSAGE) -> list[Passage]:
    """Split one paragraph of a document's ``text`` into passages that tile it.

    >>> paragraph = Paragraph("r.txt", ("一、概况",), 1, (Span(0, 15),))
    >>> [p.span for p in split_passages(paragraph, "招生6191人。毕业6782人。", limit=8)]
    [Span(start=0, end=8), Span(start=8, end=15)]

    A passage ends with a sentence; only a sentence longer than ``limit`` is cut, after ；, else ，, else between words,
    and never inside a word, a number, a bracket or a quotation of up to 200 characters.
    """
    prose = Prose.read(text, paragraph.spans)
    ranges = _pack(_short_sentences(prose.text, limit), limit)
    return [
        Passage(paragraph.document, paragraph.section, paragraph.number, places) for places in _places(prose, ranges)
    ]


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of running text as ranges that tile it.

    >>> [text[a:b] for text in ["他说：“好。”走了。共1,200.5万元！"] for a, b in sentences(text)]
    ['他说：“好。”走了。', '共1,200.5万元！']
    """
    return _cut_after(text, 0, len(text), _SENTENCE_END, _protected(text))


def clauses(text: str) -> list[tuple[int, int]]:
    """Return the clauses of running text, cut after ，；： too, as ranges that tile it.

    >>> [text[a:b] for text in ["招生6,191人（含技校，1455人），毕业6782人。"] for a, b in clauses(text)]
    ['招生6,191人（含技校，1455人），', '毕业6782人。']
    """
    return _cut_after(text, 0, len(text), _CLAUSE_END, _protected(text))


def _places(prose: Prose, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[Span, ...]]:
    """Yield the document spans of ranges that tile the prose, in one walk over both."""
    pieces = iter(prose.spans)
    piece = Span(0, 0)
    for start, end in ranges:
        left, places = end - start, []
        while left:
            piece = piece if len(piece) else next(pieces)
            taken = Span(piece.start, min(piece.end, piece.start + left))
            places.append(taken)
            left -= len(taken)
            piece = Span(taken.end, piece.end)
        yield tuple(places)


def _short_sentences(text: str, limit: int) -> Iterator[tuple[int, int]]:
    protected = _protected(text)
    for start, end in _cut_after(text, 0, len(text), _SENTENCE_END, protected):
        if end - start <= limit:
            yield start, end
            continue
        for part in _cut_after(text, start, end, frozenset("；;"), protected):
            yield from _short_parts(text, part, limit, protected)


def _short_parts(text: str, part: tuple[int, int], limit: int, protected: bytearray) -> Iterator[tuple[int, int]]:
    if part[1] - part[0] <= limit:
        yield part
        return
    for start, end in _cut_after(text, *part, _CLAUSE_END, protected):
        if end - start <= limit:
            yield start, end
        else:
            yield from _cut_between_words(text, start, end, limit, protected)


def _cut_between_words(text: str, start: int, end: int, limit: int, protected: bytearray) -> Iterator[tuple[int, int]]:
    low = start
    while end - low > limit:
        starts = word_starts(text[low : min(end, low + limit + _WORD_MARGIN)])
        free = (at for at in range(low + limit, low, -1) if at - low in starts and not protected[at - 1])
        cut = next(free, low + limit)
        yield low, cut
        low = cut
    yield low, end


def _pack(parts: Iterator[tuple[int, int]], limit: int) -> Iterator[tuple[int, int]]:
    low = high = 0
    for start, end in parts:
        if end - low > limit and high > low:
            yield low, high
            low = start
        high = end
    if high > low:
        yield low, high


def _cut_after(text: str, start: int, end: int, marks: frozenset[str], protected: bytearray) -> list[tuple[int, int]]:
    """Cut ``text[start:end]`` after every run of ``marks`` and closing signs outside brackets and numbers."""
    cuts, low, at = [], start, start
    while at < end:
        if text[at] in marks and not protected[at]:
            while at + 1 < end and not protected[at + 1] and _ends_too(text[at + 1], marks):
                at += 1
            cuts.append((low, at + 1))
            low = at + 1
        at += 1
    return [*cuts, (low, end)] if low < end else cuts


def _ends_too(char: str, marks: frozenset[str]) -> bool:
    return char in marks or char in _CLOSERS or char.isspace()


def _protected(text: str) -> bytearray:
    """Mark the characters after which no cut may fall: those inside a number, or in a bracket but for its end."""
    marks = bytearray(len(text))
    for number in _NUMBER.finditer(text):
        _mark(marks, number.start(), number.end() - 1)
    # By kind, so that a sign without its other half spoils no bracket around it.
    waiting: dict[str, list[int]] = {opener: [] for opener in [*_OPENERS.values(), '"']}
    for at, char in enumerate(text):
        opener = '"' if char == '"' and waiting['"'] else _OPENERS.get(char)
        if opener is None:
            if char in waiting:
                waiting[char].append(at)
        elif waiting[opener]:
            opened = waiting[opener].pop()
            if at - opened <= _MAX_BRACKET:
                _mark(marks, opened, at)
    return marks


def _mark(marks: bytearray, start: int, end: int) -> None:
    marks[start:end] = b"\x01" * (end - start)
