"""The figures of running text: numbers with their units, and what the words around them say of each."""

from __future__ import annotations

import re
from dataclasses import replace

from reportqa.figures.clauses import places
from reportqa.figures.context import Meaning
from reportqa.figures.dates import side_end, within_end
from reportqa.figures.indicators import read_places
from reportqa.figures.plain import cased, plain
from reportqa.figures.quantities import Quantity
from reportqa.figures.scanner import scan
from reportqa.figures.table_units import is_money
from reportqa.text.records import Figure, Prose, Span

_NEAR = 200  # characters around a number from which its indicator and scope come

# What opens an item of a list is no word of what it measures.
_BULLETS = "-*•·●▪◆■| "
_SPOKEN_SUM = re.compile(r"个?[万亿]{1,2}")


def figures_of(prose: Prose, document: str = "", section: tuple[str, ...] = (), scope: str = "") -> list[Figure]:
    """Return the figures of one paragraph's running text, in order.

    >>> prose = Prose.read("本学年度招生6191人（含技工等学校1455人）。", [Span(0, 25)])
    >>> [(f.text, f.indicator, f.scope, f.start, f.parent) for f in figures_of(prose)]
    [('6191人', '招生', '本学年度', 6, None), ('1455人', '招生', '含技工等学校', 18, 6)]

    Positions are the document's, code points; a figure that a caption cuts in two has the envelope of its pieces.
    ``scope`` stands for what a heading says of the whole paragraph, and counts where the text itself names nobody.
    """
    prose = prose.apart()
    text = plain(prose.text)
    quantities = scan(text)
    readings = read_places(text, places(text, quantities, cased(prose.text, text)), scope, prose.text)
    spans = [prose.envelope(quantity.start, _told_end(text, quantity)) for quantity in quantities]
    return [
        _figure(prose.text, _in_money(quantity, reading.indicator), reading, span, spans, document, section)
        for quantity, reading, span in zip(quantities, readings, spans, strict=True)
    ]


def _in_money(quantity: Quantity, indicator: str) -> Quantity:
    """Count in 元 what is spoken without it: 余额3.2个亿, 投资两亿."""
    if quantity.kind != "count" or not _SPOKEN_SUM.fullmatch(quantity.unit) or not is_money(indicator):
        return quantity
    return replace(quantity, kind="money", normalized_unit="元")


def _figure(
    text: str,
    quantity: Quantity,
    reading: Meaning,
    span: Span,
    spans: list[Span],
    document: str,
    section: tuple[str, ...],
) -> Figure:
    return Figure(
        start=span.start,
        end=span.end,
        text=text[quantity.start : _told_end(text, quantity)],
        value=quantity.value,
        unit=_as_written(text, quantity),
        normalized_value=quantity.normalized_value,
        normalized_unit=quantity.normalized_unit,
        kind=quantity.kind,
        indicator=_own_words(text, quantity, reading.indicator).lstrip(_BULLETS).rstrip("*"),
        scope=_own_words(text, quantity, reading.scope),
        approx=quantity.approx,
        bound=quantity.bound,
        parent=None if reading.parent is None else spans[reading.parent].start,
        document=document,
        section=section,
        before=text[quantity.left : quantity.start].strip() if quantity.approx else "",
        after=text[_told_end(text, quantity) : _after_end(text, quantity)].strip(),
    )


def _told_end(text: str, quantity: Quantity) -> int:
    """Return where a figure ends: a date with the 底 without which it is another time."""
    return within_end(text, quantity.end) if quantity.kind == "date" else quantity.end


def _after_end(text: str, quantity: Quantity) -> int:
    """Return where the words after a figure end without which it says too much: 左右, of a date 前."""
    if quantity.kind == "date":
        return side_end(text, _told_end(text, quantity))
    return quantity.right if quantity.approx else quantity.end


def _own_words(text: str, quantity: Quantity, phrase: str) -> str:
    """Give a phrase taken from the matching form back the characters of the text around the number."""
    start = max(quantity.start - _NEAR, 0)
    near = text[start : quantity.end + _NEAR]
    if not phrase or phrase in near:
        return phrase
    at = plain(near).rfind(phrase.lower())
    return near[at : at + len(phrase)] if at >= 0 else phrase


def _as_written(text: str, quantity: Quantity) -> str:
    """Give brackets and colons of a unit the form they have in the text: 人（天）, ：1."""
    written = text[quantity.end - len(quantity.unit) : quantity.end]
    return written if plain(written) == quantity.unit else quantity.unit
