"""Whether the numbers of a drafted sentence are the citations' own, of the same things, or right arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reportqa.figures.extract import figures_in_text
from reportqa.figures.unread import unread_numbers
from reportqa.text.folding import fold
from reportqa.text.records import Derivation, Figure, Span
from reportqa.writing.evidence import Evidence
from reportqa.writing.names import names
from reportqa.writing.sums import Sum, shown_sums

_PART_END = re.compile(r"[，。；：、！？,;:!?()（）\n]")
_NO_SUBJECT = frozenset("全年 年度 总数 人数 数量".split())


def unfounded_number(text: str, cited: Sequence[Evidence], derivation: Derivation | None) -> str:
    """Return what is wrong with the numbers of a sentence, "" where each of them is founded."""
    sums = shown_sums(text)
    known = [figure for one in cited for figure in one.figures]
    if any(not one.holds(_values(known)) for one in sums):
        return "算式不对"
    figures = [one for one in figures_in_text(text) if not _inside(one.span, sums)]
    computed = [one.result for one in sums] + ([derivation.value] if derivation else [])
    if not all(_founded(figure, text, cited, computed) for figure in figures):
        return "数字不在引文里"
    read = [figure.span for figure in figures]
    others = [span.of(text) for span in unread_numbers(text, read) if not _inside(span, sums)]
    spoken = fold(" ".join(one.prose.text for one in cited))
    return "" if all(_stands(fold(number), spoken) for number in others) else "数字不在引文里"


def _founded(figure: Figure, text: str, cited: Sequence[Evidence], computed: Iterable[float]) -> bool:
    if figure.kind == "date":
        return any(_dated(figure, one) for one in cited)
    value = figure.normalized_value
    if isinstance(value, int | float) and any(abs(value - one) <= 1e-9 * max(abs(one), 1) for one in computed):
        return True
    return any(
        _same(figure, other) and _of_the_same(figure, text, other, one) for one in cited for other in one.figures
    )


def _dated(figure: Figure, evidence: Evidence) -> bool:
    """Tell whether a passage is of a date, or speaks of it."""
    wanted = figure.normalized_value
    return wanted == str(evidence.citation.year) or any(
        other.kind == "date" and other.normalized_value == wanted for other in evidence.figures
    )


def _same(one: Figure, other: Figure) -> bool:
    """Tell whether two figures are one amount, and equally exact."""
    mine, its = (
        (each.normalized_value, each.normalized_unit, each.kind, each.approx, each.bound) for each in (one, other)
    )
    return mine == its


def _of_the_same(figure: Figure, text: str, other: Figure, evidence: Evidence) -> bool:
    """Tell whether what a sentence says a number of is what the passage says it of."""
    at = evidence.prose.offset(other.start)
    own = _part(evidence.prose.text, Span(at, at + len(other.text)))
    spoken = fold(f"{own} {other.indicator} {other.scope} {evidence.over}")
    return all(word in spoken for word in names(_part(text, figure.span)) if word not in _NO_SUBJECT)


def _part(text: str, span: Span) -> str:
    """Return the part of a clause that a number stands in, without the number."""
    before = [match.end() for match in _PART_END.finditer(text, 0, span.start)]
    after = _PART_END.search(text, span.end)
    return text[before[-1] if before else 0 : span.start] + text[span.end : after.start() if after else len(text)]


def _inside(span: Span, sums: Iterable[Sum]) -> bool:
    return any(one.span.overlaps(span) for one in sums)


def _values(figures: Iterable[Figure]) -> set[float]:
    """Return the numbers that may stand in arithmetic: as they are written, and in their normal units."""
    values = (value for figure in figures for value in (figure.value, figure.normalized_value))
    return {float(value) for value in values if isinstance(value, int | float)}


def _stands(number: str, spoken: str) -> bool:
    return bool(re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", spoken))
