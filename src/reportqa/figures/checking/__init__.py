"""What a report's own figures say of each other: contradictions, sums, shares, values per head, ratios.

``findings`` is the record; ``view`` reads one report's figures in their sentences; ``contradictions``, ``sums``,
``shares`` and ``quotients`` hold the rules, each for one kind of finding; ``check`` runs them all (docs/figures.md).
"""

from __future__ import annotations

from collections.abc import Iterable

from reportqa.figures.checking.contradictions import contradictions
from reportqa.figures.checking.findings import Finding, Verdict
from reportqa.figures.checking.quotients import per_head, ratios
from reportqa.figures.checking.shares import shares
from reportqa.figures.checking.sums import sums
from reportqa.figures.checking.view import ReportView
from reportqa.text.records import Document, Figure

__all__ = ["Finding", "Verdict", "check"]


def check(documents: Iterable[Document], figures: Iterable[Figure]) -> list[Finding]:
    """Check the figures of every report against each other, each report by itself.

    >>> from reportqa.figures.extract import figures_of
    >>> from reportqa.text.records import Prose, Span
    >>> text = "全区共有学校7所，其中公办学校2所，民办学校5所。"
    >>> figures = figures_of(Prose.read(text, [Span(0, len(text))]), "r.txt")
    >>> [(finding.expression, finding.verdict_text) for finding in check([Document("r.txt", text, "")], figures)]
    [('2 + 5 = 7', '一致')]

    Contradictions come first, then what does not hold, what holds, and what cannot be checked; all in the text's order.
    """
    by_document: dict[str, list[Figure]] = {}
    for figure in figures:
        by_document.setdefault(figure.document, []).append(figure)
    found: list[Finding] = []
    for document in documents:
        view = ReportView(document, by_document.get(document.name, []))
        confirmed = sums(view)
        own = [*contradictions(view, confirmed), *confirmed, *shares(view), *per_head(view), *ratios(view)]
        found += sorted(own, key=lambda finding: finding.order)
    return found
