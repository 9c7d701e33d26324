"""What a 图 or 表 shows: the figures of its section that its caption speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reportqa.outline.headings import bare_heading
from reportqa.text.folding import fold
from reportqa.text.records import Figure, Illustration
from reportqa.text.words import cut

# What captions end with that names nothing.
_ENDING = re.compile(
    r"(?:\([^()]{0,20}\)|情况|分布|变化|一览|对比|比较|统计|示意|效果|构成|结构|占比|比例|趋势|现状|概况|明细|汇总|数据|[图表]|\s|[:：])+$"
)
_SHORTEST_NAME = 3


def illustrated_figures(illustration: Illustration, figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures that the section of a caption states about what the caption names.

    >>> section = ("（二）机构与床位",)
    >>> caption = Illustration("图 1", "医疗机构分布", "r.txt", 40, 50, section)
    >>> beds = Figure(20, 25, "2890张", 2890, "张", 2890, "张", "count", "床位", document="r.txt", section=section)
    >>> bodies = Figure(8, 12, "385家", 385, "家", 385, "家", "count", "医疗机构", document="r.txt", section=section)
    >>> [figure.text for figure in illustrated_figures(caption, [bodies, beds])]
    ['385家']

    A caption that names its section (图 3 学生规模 under （三）学生规模) speaks of all its figures; another one of
    those whose indicator holds the caption's last word, or whose scope is the body that it shows; and of their parts.
    Only figures of the same section and those below it count; a section without such figures gives an empty list.
    """
    depth = len(illustration.section)
    near = [f for f in figures if f.document == illustration.document and f.section[:depth] == illustration.section]
    topic = _ENDING.sub("", fold(illustration.caption))
    if not topic:
        return []
    if depth and _names(topic, illustration.section[-1]):
        return [figure for figure in near if figure.section == illustration.section]
    last = cut(topic)[-1]
    shown = {figure.start for figure in near if _shows(topic, last, figure)}
    return [figure for figure in near if figure.start in shown or figure.parent in shown]


def _names(topic: str, heading: str) -> bool:
    return topic.endswith(_ENDING.sub("", fold(bare_heading(heading))) or "\0")


def _shows(topic: str, last: str, figure: Figure) -> bool:
    scope = fold(figure.scope).removeprefix("含")
    body = len(scope) >= _SHORTEST_NAME and scope in topic
    within = len(topic) >= _SHORTEST_NAME and topic in scope
    return (len(last) > 1 and last in fold(figure.indicator)) or body or within
