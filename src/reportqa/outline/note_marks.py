"""Marks of notes within running text: they stand in the document, but in no sentence and in no number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reportqa.text.records import Span

# Raised digits, but for those of a unit (km²) and of a power of ten; and [3] where it would part a number from its unit
# or its name.
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾"
_MARK = re.compile(
    rf"\[[{_RAISED}]+\]|(?<![mM㎜㎝㎞{_RAISED}])(?<!10)[{_RAISED}]+|(?<=[mM])[⁰¹⁴-⁹⁽][{_RAISED}]*"
    r"|(?<=\d)\[\d{1,2}\](?=[\u4e00-\u9fff%％‰])|(?<=[\u4e00-\u9fff])\[\d{1,2}\](?=\d)"
)


def without_marks(spans: Iterable[Span], text: str) -> Iterator[Span]:
    """Yield spans of a text without the marks of notes in them.

    >>> text = "招生1,286[3]人，常住人口¹412.6万人，用地3.6km²。"
    >>> "".join(span.of(text) for span in without_marks([Span(0, len(text))], text))
    '招生1,286人，常住人口412.6万人，用地3.6km²。'
    """
    for span in spans:
        start = span.start
        for mark in _MARK.finditer(text, span.start, span.end):
            if mark.start() > start:
                yield Span(start, mark.start())
            start = mark.end()
        if start < span.end:
            yield Span(start, span.end)


def bare_of_marks(span: Span, text: str) -> Span:
    """Return a cell's place without a mark before or behind its words.

    >>> bare_of_marks(Span(0, 4), "128²").of("128²"), bare_of_marks(Span(0, 4), "3km²").of("3km²")
    ('128', '3km²')
    """
    kept = list(without_marks([span], text))
    return Span(kept[0].start, kept[-1].end) if kept else span
