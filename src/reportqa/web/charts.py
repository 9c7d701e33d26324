"""Charts of the reports' own figures: one for each unit of which there are enough, each bar leading to its source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportqa.datamodel import Figure
from reportqa.web.links import place_link
from reportqa.web.selection import KINDS

if TYPE_CHECKING:
    import altair

_FEWEST, _MOST = 3, 14
_DRAWN = ("count", "money", "area", "percent")
_LABEL = 18
_FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
# Above the first number, figures are drawn in the unit beside it.
_SCALES = ((1e8, "亿"), (1e4, "万"), (1.0, ""))


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a chart: its label, its length, the words at its end, and the address of its source."""

    label: str
    value: float
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures of one kind and unit, the largest first."""

    title: str
    bars: tuple[Bar, ...]


def charts_of(figures: Iterable[Figure], limit: int) -> list[Chart]:
    """Group whole figures by kind and unit, and return the groups with the most of them.

    >>> people = [
    ...     Figure(start, start + 3, f"{value}人", value, "人", value, "人", "count", name)
    ...     for start, value, name in ((0, 6191, "招生"), (9, 19794, "在校生"), (20, 6782, "毕业生"))
    ... ]
    >>> [(chart.title, [bar.label for bar in chart.bars]) for chart in charts_of(people, 1)]
    [('数量（人）', ['在校生', '毕业生', '招生'])]
    """
    groups: dict[tuple[str, str], dict[tuple[str, float], Figure]] = defaultdict(dict)
    for figure in figures:
        if figure.kind in _DRAWN and figure.indicator and figure.parent is None and _amount(figure) is not None:
            # A figure that the report repeats is drawn once.
            groups[figure.kind, figure.normalized_unit].setdefault((_label(figure), _amount(figure) or 0.0), figure)
    enough = [(key, list(group.values())) for key, group in groups.items() if len(group) >= _FEWEST]
    enough.sort(key=lambda group: -len(group[1]))
    return [_chart(kind, unit, group) for (kind, unit), group in enough[:limit]]


def draw(chart: Chart) -> altair.Chart:
    """Draw a chart with Altair, which the page shows with the Vega that Gradio brings along."""
    import altair

    data = altair.Data(
        values=[{"指标": bar.label, "数值": bar.value, "原文": bar.text, "href": bar.address} for bar in chart.bars]
    )
    order = [bar.label for bar in chart.bars]
    base = altair.Chart(data).encode(
        y=altair.Y("指标:N", sort=order, title=None, axis=altair.Axis(labelLimit=260, ticks=False, domain=False)),
        x=altair.X("数值:Q", title=None, axis=altair.Axis(grid=False, labels=False, ticks=False, domain=False)),
        href="href:N",
        tooltip=["指标:N", "原文:N"],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=15, color="#3b82f6", cursor="pointer")
    words = base.mark_text(align="left", dx=5, color="#64748b", fontSize=12, cursor="pointer").encode(text="原文:N")
    return (
        altair.layer(bars, words)
        .properties(title=chart.title, width="container", height=altair.Step(26))
        .configure(font=_FONT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=13)
        .configure_title(anchor="start", fontSize=15)
    )


def _chart(kind: str, unit: str, figures: Sequence[Figure]) -> Chart:
    figures = sorted(figures, key=lambda figure: -(_amount(figure) or 0.0))[:_MOST]
    largest = _amount(figures[0]) or 0.0
    scale, prefix = next(((scale, prefix) for scale, prefix in _SCALES if largest >= scale), _SCALES[-1])
    bars, taken = [], set()
    for figure in figures:
        label = _label(figure)
        while label in taken:
            label += " "
        taken.add(label)
        bars.append(Bar(label, (_amount(figure) or 0.0) / scale, figure.text, place_link(figure)))
    name = "%" if kind == "percent" else f"{prefix}{unit}"
    return Chart(f"{KINDS[kind]}（{name}）" if name else KINDS[kind], tuple(bars))


def _amount(figure: Figure) -> float | None:
    value = figure.normalized_value
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def _label(figure: Figure) -> str:
    label = figure.indicator + (f"（{figure.scope}）" if figure.scope else "")
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
