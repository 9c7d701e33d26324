"""One measure in several reports: the same figure of other years and places, side by side and in arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reportqa.asking.comparing import Comparison, Report
from reportqa.asking.compute import Derived, derive, growth, ratio, share, subtracted
from reportqa.asking.config import FITTED
from reportqa.asking.matching import FigureMatch, match_figures, share_of_words
from reportqa.asking.question import Question, understand
from reportqa.asking.search import Retriever
from reportqa.figures.agreement import bare, scope_parts
from reportqa.figures.arithmetic import amount
from reportqa.text.folding import fold
from reportqa.text.patterns import lazy
from reportqa.text.records import Compared, Figure

# How much of the sentences of the shorter of two reports stands in the other one too where they are the same report.
_SAME = 0.6
_SENTENCE = lazy(r"[^\w]+")
_LEAST_SENTENCE = 8


@dataclass(frozen=True, slots=True)
class Row:
    """What one report gives for the measure."""

    document: Report
    match: FigureMatch

    @property
    def figure(self) -> Figure:
        """The figure."""
        return self.match.figure


def distinct(documents: Iterable[Report], text_of: Callable[[str], str]) -> list[Report]:
    r"""Leave out reports that are another one of the same year and place in another format: their text is the same.

    >>> from reportqa.text.records import Document
    >>> texts = {"甲.docx": "一、规模。全区招生6191人在校。", "甲.pdf": "全区招生6191人在校", "乙.txt": "另一份。"}
    >>> reports = [Document(name, "", "", year=2024, region="甲区") for name in texts]
    >>> [one.name for one in distinct(reports, texts.__getitem__)]
    ['甲.docx', '乙.txt']

    ``text_of`` returns the text of a report; it is only asked for where several are of one year and place.
    """
    known = list(documents)
    of_one = Counter((one.year, one.region) for one in known)
    kept: list[tuple[Report, frozenset[int]]] = []
    for report in known:
        several = report.region is not None and of_one[report.year, report.region] > 1
        said = _sentences(text_of(report.name)) if several else frozenset()
        copies = (
            len(said & other) >= _SAME * min(len(said), len(other))
            for one, other in kept
            if said and other and (one.year, one.region) == (report.year, report.region)
        )
        if not any(copies):
            kept.append((report, said))
    return [report for report, _ in kept]


def _sentences(text: str) -> frozenset[int]:
    """Return hashes of what stands between the marks of a text, of what is long enough to be told apart."""
    return frozenset(hash(part) for part in _SENTENCE.split(fold(text)) if len(part) >= _LEAST_SENTENCE)


def across(measure: Question, retriever: Retriever, documents: Sequence[Report]) -> list[Row]:
    """Look one measure up in several reports; those that do not give it are left out.

    >>> [row.figure.text for row in across(understand("招生多少人"), retriever, reports)]      # doctest: +SKIP
    ['6191人', '5870人']

    The figures are of one kind and unit, and of the indicator and scope with which they fit the question best, all
    reports taken together.
    """
    vector = retriever.encode([measure])[0]
    found: list[tuple[Report, list[FigureMatch]]] = []
    for document in documents:
        # The report is chosen already: its year must not count against it.
        own = replace(measure, years=(), year_offset=None)
        candidates = retriever.search(own, vector, documents=[document.name])
        found.append((document, match_figures(own, candidates, retriever, vector)[: FITTED.compared_figures]))
    sets = (_agreeing(anchor, found) for _, matches in found for anchor in matches)
    _, rows = max(sets, key=lambda one: one[0], default=(0.0, []))
    return rows


def _agreeing(anchor: FigureMatch, found: Iterable[tuple[Report, list[FigureMatch]]]) -> tuple[float, list[Row]]:
    """Return the figures of all reports that measure what the anchor does, and how well they answer together."""
    rows, total = [], 0.0
    for document, matches in found:
        score, match = _alike(anchor.figure, matches)
        if match is not None:
            rows.append(Row(document, match))
            total += score
    return total, rows


def computed(asked: Comparison, rows: Sequence[Row]) -> Derived | None:
    """Compute what is asked of the values of several reports; None where nothing is, or a value is inexact.

    Of two, the older is subtracted from the newer, or the one named last from the first; growth is relative to it.
    """
    first, last = rows[0].match, rows[-1].match
    if asked.operation in ("each", "most", "least") or any(row.figure.approx for row in rows):
        return None
    if asked.operation == "sum":
        return derive("sum", [row.match for row in rows])
    if len(rows) != 2 or not amount(last.figure):
        return None
    if asked.operation in ("difference", "decrease"):
        return subtracted("difference", *((first, last) if asked.operation == "difference" else (last, first)))
    if asked.operation == "growth":
        return growth(first, last)
    return ratio(first, last) if asked.operation == "times" else share(first, last)


def chosen_rows(asked: Comparison, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that answer: the largest or smallest value first where that is asked, else all as asked."""
    if asked.operation in ("most", "least"):
        return sorted(rows, key=lambda row: amount(row.figure), reverse=asked.operation == "most")
    return list(rows)


def labels(rows: Sequence[Row]) -> str:
    """Say which report gives which value, by what tells the reports apart, as in 2024年6191人，2023年5870人."""
    return "，".join(f"{label(row, rows)}{row.figure.text}" for row in rows) + "。"


def label(row: Row, rows: Sequence[Row]) -> str:
    """Name one of several reports by what tells them apart: the region, the year or both; "" where neither does."""
    by_year = len({one.document.year for one in rows}) > 1
    by_place = len({one.document.region for one in rows}) > 1
    place = (row.document.region or "") if by_place else ""
    return place + (f"{row.document.year}年" if by_year and row.document.year else "")


def foremost(rows: Sequence[Row]) -> str:
    """Name whose value comes first, with the value; all of them where several have as much.

    >>> foremost(chosen_rows(asked, rows))      # doctest: +SKIP
    '白鹭区（2856人）'
    """
    first = [row for row in rows if amount(row.figure) == amount(rows[0].figure)]
    named = "、".join(filter(None, (label(row, rows) for row in first)))
    return f"{named}（{rows[0].figure.text}）" if named else rows[0].figure.text


def compare(indicator: str, retriever: Retriever) -> list[Compared]:
    """Return what every report gives for one indicator, by region and year, each with the change from the year before.

    >>> [(one.year, one.figure.text) for one in compare("在校生", retriever)]      # doctest: +SKIP
    [(2023, '13056人'), (2024, '13592人')]

    Raises InputError where the indicator is empty.
    """
    measure = understand(f"{indicator.strip()}多少" if indicator.strip() else "")
    reports = distinct(retriever.reports.documents(), lambda name: retriever.store.document(name).text)
    found = {row.document.name: row for row in across(measure, retriever, reports)}
    rows = sorted(found.values(), key=lambda row: (row.document.region or "", row.document.year or 0))
    by_year = {(row.document.region, row.document.year): row.figure for row in rows}
    return [Compared(row.document.year, row.document.region, row.figure, _change(row, by_year)) for row in rows]


def _change(row: Row, by_year: Mapping[tuple[str | None, int | None], Figure]) -> float | None:
    """Return by how much a value is more than that of the year before, in percent; shares have no such change."""
    before = by_year.get((row.document.region, (row.document.year or 0) - 1))
    if before is None or row.figure.kind in ("percent", "ratio") or not amount(before):
        return None
    return 100 * (amount(row.figure) / amount(before) - 1)


def _alike(anchor: Figure, matches: Iterable[FigureMatch]) -> tuple[float, FigureMatch | None]:
    """Return how well the best match measures what the anchor does, in the same unit, and the match; or 0, None."""
    scored = [
        (
            match.score
            + FITTED.same_indicator * _indicator(anchor, match.figure)
            + FITTED.same_scope * _scope(anchor, match.figure),
            match,
        )
        for match in matches
        if (match.figure.kind, match.figure.normalized_unit) == (anchor.kind, anchor.normalized_unit)
        and isinstance(match.figure.normalized_value, int | float)
        and _indicator(anchor, match.figure) >= FITTED.alike_indicators
    ]
    return max(scored, key=lambda one: one[0]) if scored else (0.0, None)


def _indicator(one: Figure, other: Figure) -> float:
    mine, theirs = bare(one.indicator), bare(other.indicator)
    return (share_of_words(mine, theirs) + share_of_words(theirs, mine)) / 2 if mine != theirs else 1.0


def _scope(one: Figure, other: Figure) -> float:
    return float(scope_parts(one) == scope_parts(other))
