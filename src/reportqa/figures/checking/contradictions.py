"""One indicator and scope, two values: found by :mod:`reportqa.figures.agreement`, with what the sums say of either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reportqa.figures.agreement import bare, contradicting
from reportqa.figures.arithmetic import amount, is_exact
from reportqa.figures.checking.findings import Finding
from reportqa.figures.checking.view import ReportView
from reportqa.text.forms import IN_PICTURE
from reportqa.text.numerals import plain_number
from reportqa.text.records import Figure

# So many values of one measure are a series whose words were not understood, not slips of the pen.
_SERIES = 6


def contradictions(view: ReportView, sums: Sequence[Finding]) -> list[Finding]:
    """Find every indicator and scope for which a report gives two values.

    >>> contradictions(view, [])[0].expression             # doctest: +SKIP
    '1474人 ≠ 1473人'

    A third value is a finding of its own with the first; a value said twice is shown once. Words of a picture that no
    geometry has tied together contradict nothing.
    """
    found: list[Finding] = []
    seen: set[tuple[Figure, Figure]] = set()
    text = view.document.text
    written = (one for one in view.figures if IN_PICTURE not in text[text.rfind("\n", 0, one.start) + 1 : one.start])
    for group in _groups(written):
        for number, figure in enumerate(group):
            for other in contradicting(figure, group[number + 1 :], view.document):
                if any((first, other) in seen or (first, figure) in seen for first in group[:number]):
                    continue
                seen.add((figure, other))
                found.append(_finding(figure, other, sums))
    return found


def _groups(figures: Iterable[Figure]) -> Iterator[list[Figure]]:
    """Yield groups of figures that may measure the same: alike in kind, unit and the end of the indicator."""
    groups: dict[tuple[str, str, str], list[Figure]] = {}
    for figures_of_one in _by_words(figures):
        first = figures_of_one[0]
        groups.setdefault((first.kind, first.normalized_unit, bare(first.indicator)[-2:]), []).extend(figures_of_one)
    return (sorted(group, key=lambda figure: figure.start) for group in groups.values())


def _by_words(figures: Iterable[Figure]) -> Iterator[list[Figure]]:
    """Yield the figures of the same indicator, scope and unit, save those of a series: a slip has no dozen values."""
    same: dict[tuple[str, str, str, str], list[Figure]] = {}
    for figure in figures:
        if is_exact(figure) and len(bare(figure.indicator)) > 1:
            same.setdefault((figure.kind, figure.normalized_unit, figure.indicator, figure.scope), []).append(figure)
    for alike in same.values():
        if (
            len({figure.normalized_value for figure in alike if not isinstance(figure.normalized_value, list)})
            < _SERIES
        ):
            yield alike


def _finding(one: Figure, other: Figure, sums: Sequence[Finding]) -> Finding:
    name = "，".join(part for part in (one.indicator, one.scope) if part)
    explained = f"“{name}”前后有两种说法：{one.text} 和 {other.text}。{_fit(one, other, sums)}"
    return Finding("contradiction", "does not hold", f"{one.text} ≠ {other.text}", (one, other), explained)


def _fit(one: Figure, other: Figure, sums: Sequence[Finding]) -> str:
    """Say which of two values a sum of the report confirms."""
    for finding in sums:
        for figure, rival in ((one, other), (other, one)):
            if finding.verdict == "holds" and figure in finding.figures:
                whole, *parts = finding.figures
                changed = sum(amount(rival if part == figure else part) for part in parts)
                if figure == whole:
                    return f"按 {finding.expression}，{figure.text} 与各部分之和相符。"
                return (
                    f"按 {finding.expression}，{figure.text} 与总数相符；{rival.text} 则合计 {plain_number(changed)}。"
                )
    return ""
