"""Charts of the reports' own figures: one family of indicators each, every bar leading to its source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from reportqa.outline.headings import bare_heading
from reportqa.output.wording import KINDS
from reportqa.text.records import Figure
from reportqa.web.links import place_link

_FEWEST, _MOST = 3, 12
_DRAWN = ("count", "money", "area", "percent")
_TOTALS = ("合计", "总计", "小计", "全区", "全市", "全县")
# So many times as long as the next, and a bar leaves it no room.
_OVER = 8
_FULL = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a chart: its label, its length in percent of the longest, its words, the address of its source."""

    label: str
    length: float
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures that measure one thing, or one section's; ``note`` says which were too large to be drawn beside them."""

    title: str
    document: str
    bars: tuple[Bar, ...]
    note: str = ""


def charts_of(figures: Iterable[Figure]) -> list[Chart]:
    """Draw what a section of a report gives one indicator for (schools, years), or else its whole figures of one unit.

    >>> people = [
    ...     Figure(start, start + 3, f"{value}人", value, "人", value, "人", "count", name, section=("（三）学生规模",))
    ...     for start, value, name in ((0, 6191, "招生"), (9, 19794, "在校生"), (20, 6782, "毕业生"))
    ... ]
    >>> [(chart.title, [bar.label for bar in chart.bars]) for chart in charts_of(people)]
    [('学生规模（人）', ['在校生', '毕业生', '招生'])]

    The reports take turns, each in its own order.
    """
    sections: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.kind in _DRAWN and figure.indicator and _amount(figure) is not None:
            sections[figure.document, *figure.section, figure.kind, figure.normalized_unit].append(figure)
    of_report: dict[str, list[Chart]] = defaultdict(list)
    for group in sections.values():
        of_report[group[0].document] += _charts(group)
    turns = [(turn, chart) for charts in of_report.values() for turn, chart in enumerate(charts)]
    return [chart for _, chart in sorted(turns, key=lambda one: one[0])]


def _charts(group: Sequence[Figure]) -> Iterator[Chart]:
    """Draw the figures of one section and unit."""
    by_indicator: dict[str, dict[str, Figure]] = defaultdict(dict)
    for figure in group:
        if figure.scope and not any(total in figure.scope for total in _TOTALS):
            by_indicator[figure.indicator].setdefault(figure.scope, figure)
    spread = {name: scopes for name, scopes in by_indicator.items() if len(scopes) >= _FEWEST}
    for name, scopes in spread.items():
        chart = _chart(name, list(scopes.values()), lambda figure: figure.scope)
        if chart:
            yield chart
    whole: dict[str, Figure] = {}
    for figure in group:
        if figure.parent is None and figure.indicator not in spread:
            whole.setdefault(figure.indicator, figure)
    section = group[0].section
    chart = _chart(bare_heading(section[-1]) if section else KINDS[group[0].kind], list(whole.values()), _label)
    if chart:
        yield chart


def _chart(name: str, figures: Sequence[Figure], label: Callable[[Figure], str]) -> Chart | None:
    largest_first = sorted(figures, key=_length, reverse=True)
    drawn = max(_comparable(largest_first), key=len)[:_MOST]
    if len(drawn) < _FEWEST:
        return None
    longest = _length(drawn[0]) or 1
    bars = tuple(
        Bar(label(figure), round(_FULL * _length(figure) / longest, 1), figure.stated, place_link(figure))
        for figure in drawn
    )
    larger = "、".join(f"{label(one)} {one.stated}" for one in largest_first[: largest_first.index(drawn[0])])
    unit = Counter(figure.unit for figure in drawn).most_common(1)[0][0]
    note = f"大得多而未画：{larger}" if larger else ""
    return Chart(f"{name}（{unit}）" if unit else name, drawn[0].document, bars, note)


def _comparable(largest_first: Sequence[Figure]) -> list[list[Figure]]:
    """Part figures where the next is so much smaller that its bar could not be seen beside the one before."""
    runs: list[list[Figure]] = [[]]
    for figure in largest_first:
        if runs[-1] and _length(runs[-1][-1]) > _OVER * _length(figure):
            runs.append([])
        runs[-1].append(figure)
    return runs


def _amount(figure: Figure) -> float | None:
    value = figure.normalized_value
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def _length(figure: Figure) -> float:
    return _amount(figure) or 0.0


def _label(figure: Figure) -> str:
    return figure.indicator + (f"（{figure.scope}）" if figure.scope else "")
