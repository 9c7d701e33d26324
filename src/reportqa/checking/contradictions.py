"""One indicator and scope, two values: found by :mod:`reportqa.agreement`, with what the sums say of either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reportqa.agreement import bare, contradicting
from reportqa.checking.findings import Finding
from reportqa.checking.view import ReportView, amount, is_exact, plain_number
from reportqa.datamodel import Figure


def contradictions(view: ReportView, sums: Sequence[Finding]) -> list[Finding]:
    """Find every indicator and scope for which a report gives two values.

    >>> contradictions(view, [])[0].expression             # doctest: +SKIP
    '1474人 ≠ 1473人'

    A third value is a finding of its own with the first; a value said twice is shown once.
    """
    found: list[Finding] = []
    seen: set[tuple[Figure, Figure]] = set()
    for group in _groups(view.figures):
        for number, figure in enumerate(group):
            for other in contradicting(figure, group[number + 1 :], view.document):
                if any((first, other) in seen or (first, figure) in seen for first in group[:number]):
                    continue
                seen.add((figure, other))
                found.append(_finding(figure, other, sums))
    return found


def _groups(figures: Iterable[Figure]) -> Iterable[list[Figure]]:
    """Group the figures that may measure the same: alike in kind, unit and the end of the indicator."""
    groups: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in figures:
        tail = bare(figure.indicator)[-2:]
        if is_exact(figure) and len(tail) == 2:
            groups.setdefault((figure.kind, figure.normalized_unit, tail), []).append(figure)
    return groups.values()


def _finding(one: Figure, other: Figure, sums: Sequence[Finding]) -> Finding:
    name = "，".join(part for part in (one.indicator, one.scope) if part)
    said = f"“{name}”前后有两种说法：{one.text} 和 {other.text}。"
    return Finding("contradiction", "does not hold", f"{one.text} ≠ {other.text}", (one, other), said + _fit(one, other, sums))


def _fit(one: Figure, other: Figure, sums: Sequence[Finding]) -> str:
    """Say which of two values a sum of the report confirms."""
    for finding in sums:
        for figure, rival in ((one, other), (other, one)):
            if finding.verdict == "holds" and figure in finding.figures:
                whole, *parts = finding.figures
                changed = sum(amount(rival if part == figure else part) for part in parts)
                if figure == whole:
                    return f"按 {finding.expression}，{figure.text} 与各部分之和相符。"
                return f"按 {finding.expression}，{figure.text} 与总数相符；{rival.text} 则合计 {plain_number(changed)}。"
    return ""
