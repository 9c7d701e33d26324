"""Paragraphs to passages: whole sentences, at most about 300 characters, cut only where a reader would."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reportqa.datamodel import Paragraph, Passage, Prose
from reportqa.words import word_starts

MAX_PASSAGE = 300
_PAIRS = {"（": "）", "(": ")", "“": "”", "‘": "’", "《": "》", "【": "】", "「": "」", "〔": "〕", "[": "]"}
_CLOSERS = frozenset('”’）)】》」〕]"')
_MAX_BRACKET = 200
_SENTENCE_END = frozenset("。！？!?…")
_CLAUSE_END = frozenset("。！？!?…；;，,：:")
_NUMBER = re.compile(r"\d[\d,，.．:：%％]*\s?[\w%％]?")


def split_passages(paragraph: Paragraph, text: str, limit: int = MAX_PASSAGE) -> list[Passage]:
    """Split one paragraph of a document's ``text`` into passages that tile it.

    >>> paragraph = Paragraph("r.txt", ("一、概况",), 1, (Span(0, 15),))
    >>> [p.span for p in split_passages(paragraph, "招生6191人。毕业6782人。", limit=8)]
    [Span(start=0, end=8), Span(start=8, end=15)]

    A passage ends with a sentence; only a sentence longer than ``limit`` is cut, after ；, else ，, else between words,
    and never inside a word, a number, a bracket or a quotation of up to 200 characters.
    """
    prose = Prose.read(text, paragraph.spans)
    return [
        Passage(paragraph.document, paragraph.section, paragraph.number, prose.locate(start, end))
        for start, end in _pack(_short_sentences(prose.text, limit), limit)
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
    starts = word_starts(text[start:end])
    low = start
    while end - low > limit:
        free = (at for at in range(low + limit, low, -1) if at - start in starts and not protected[at - 1])
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
    """Cut ``text[start:end]`` after every run of ``marks`` and closing signs that stands outside brackets and numbers."""
    cuts, low, at = [], start, start
    while at < end:
        if text[at] in marks and not protected[at]:
            while at + 1 < end and (text[at + 1] in marks or text[at + 1] in _CLOSERS or text[at + 1].isspace()):
                at += 1
            cuts.append((low, at + 1))
            low = at + 1
        at += 1
    return [*cuts, (low, end)] if low < end else cuts


def _protected(text: str) -> bytearray:
    """Mark the characters after which no cut may fall: those inside a number or before the end of a bracket."""
    marks = bytearray(len(text))
    for number in _NUMBER.finditer(text):
        last = number.end() - 1
        # "6191，" at the end of a number is punctuation, "6,191" is not.
        while last > number.start() and not text[last].isalnum() and text[last] not in "%％":
            last -= 1
        marks[number.start() : last] = b"\x01" * (last - number.start())
    waiting: list[tuple[str, int]] = []
    for at, char in enumerate(text):
        if char in _PAIRS:
            waiting.append((_PAIRS[char], at))
        elif waiting and char == waiting[-1][0]:
            opened = waiting.pop()[1]
            if at - opened <= _MAX_BRACKET:
                marks[opened:at] = b"\x01" * (at - opened)
    return marks
