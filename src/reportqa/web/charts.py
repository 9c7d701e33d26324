"""Charts of the reports' own figures: one for each unit of which there are enough, each bar leading to its source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from reportqa.output.wording import KINDS
from reportqa.text.records import Figure
from reportqa.web.links import place_link

_FEWEST, _MOST = 3, 14
_DRAWN = ("count", "money", "area", "percent")
_LABEL = 18
_UNSEEN = "\N{ZERO WIDTH SPACE}"
_FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
# Readable on light and on dark.
_GREY = "#7d8a9c"
# What the words at the end of the longest bar need, as a part of its length.
_ROOM = 1.5
# So many times as long as the next, and a bar leaves it no room.
_OVER = 8
_BAR = {"type": "bar", "cornerRadiusEnd": 3, "height": 15, "color": "#3b82f6", "cursor": "pointer"}
_WORDS = {"type": "text", "align": "left", "dx": 5, "color": _GREY, "fontSize": 12, "cursor": "pointer"}
_AXIS = {"grid": False, "ticks": False, "domain": False, "title": None}


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a chart: its label, its length, the words at its end, and the address of its source."""

    label: str
    value: float
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures of one kind and unit, the largest first; ``note`` says which were too large to be drawn beside them."""

    title: str
    bars: tuple[Bar, ...]
    note: str = ""


def charts_of(figures: Iterable[Figure], limit: int) -> list[Chart]:
    """Group whole figures by kind and unit, and return the groups of the largest amounts.

    >>> people = [
    ...     Figure(start, start + 3, f"{value}人", value, "人", value, "人", "count", name)
    ...     for start, value, name in ((0, 6191, "招生"), (9, 19794, "在校生"), (20, 6782, "毕业生"))
    ... ]
    >>> [(chart.title, [bar.label for bar in chart.bars]) for chart in charts_of(people, 1)]
    [('数量（人）', ['在校生', '毕业生', '招生'])]
    """
    groups: dict[tuple[str, str], dict[tuple[str, float], Figure]] = defaultdict(dict)
    for figure in figures:
        amount = _amount(figure)
        if figure.kind in _DRAWN and figure.indicator and figure.parent is None and amount is not None:
            # A figure that the report repeats is drawn once.
            groups[figure.kind, figure.normalized_unit].setdefault((_label(figure), amount), figure)
    charts = [_chart(kind, unit, list(group.values())) for (kind, unit), group in groups.items()]
    drawn = [chart for chart in charts if chart]
    # Money, land and people come before what is counted on two hands.
    drawn.sort(key=lambda chart: -median(bar.value for bar in chart.bars))
    return drawn[:limit]


def specification(chart: Chart) -> dict[str, Any]:
    """Describe a chart in Vega-Lite, which the page draws with the Vega that Gradio brings along."""
    bars = [
        {"指标": bar.label, "数值": bar.value, "原文": bar.text, "href": bar.address, "说明": f"{bar.label} {bar.text}"}
        for bar in chart.bars
    ]
    encoding = {
        "y": {"field": "指标", "type": "nominal", "sort": None, "axis": {**_AXIS, "labelLimit": 170}},
        "x": {
            "field": "数值",
            "type": "quantitative",
            "axis": {**_AXIS, "labels": False},
            "scale": {"domainMax": max(bar.value for bar in chart.bars) * _ROOM},
        },
        "href": {"field": "href", "type": "nominal"},
        "description": {"field": "说明", "type": "nominal"},
        "tooltip": [{"field": "指标", "type": "nominal"}, {"field": "原文", "type": "nominal"}],
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": chart.title,
            "subtitle": chart.note,
            "anchor": "start",
            "fontSize": 15,
            "color": _GREY,
            "subtitleColor": _GREY,
            "subtitlePadding": 5,
            "offset": 10,
        },
        "data": {"values": bars},
        "encoding": encoding,
        "layer": [{"mark": _BAR}, {"mark": _WORDS, "encoding": {"text": {"field": "原文", "type": "nominal"}}}],
        "width": "container",
        "height": {"step": 26},
        "usermeta": {"embedOptions": {"renderer": "svg", "actions": False}},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": _FONT,
            "background": None,
            "view": {"stroke": None},
            # What Vega says of an axis to a screen reader is English.
            "axis": {"labelFontSize": 13, "labelColor": _GREY, "aria": False},
        },
    }


def _chart(kind: str, unit: str, figures: Sequence[Figure]) -> Chart | None:
    largest_first = sorted(figures, key=_length, reverse=True)
    drawn = max(_comparable(largest_first), key=len)
    if len(drawn) < _FEWEST:
        return None
    bars, named = [], Counter[str]()
    for figure in drawn[:_MOST]:
        label = _label(figure)
        # Two bars of one name would be drawn as one: the later gets a blank that nobody sees.
        bars.append(Bar(label + _UNSEEN * named[label], _length(figure), figure.text, place_link(figure)))
        named[label] += 1
    title = f"{KINDS[kind]}（{unit}）" if unit else KINDS[kind]
    larger = "、".join(f"{_label(figure)} {figure.text}" for figure in largest_first[: largest_first.index(drawn[0])])
    return Chart(title, tuple(bars), f"大得多而未画：{larger}" if larger else "")


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
    label = figure.indicator + (f"（{figure.scope}）" if figure.scope else "")
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
