"""Lines that are captions of 图 N and 表 N, and lines and captions that give the unit of a table."""

from __future__ import annotations

import re

from reportqa.outline.tables import is_unit
from reportqa.outline.text_lines import HAN, TextLine
from reportqa.text.folding import fold
from reportqa.text.records import Span

_CAPTION_LENGTH = 120
_CAPTION = re.compile(
    r"(?<![\u4e00-\u9fff\w])(附?[图表])\s*"
    rf"(\d{{1,3}}(?:[-—–.]\d{{1,3}})?(?![\d%])|[{HAN}]{{1,3}}(?=[\s:.、]|$))\s*[:.、]?\s*"
)
_NO_CAPTION = re.compile(
    r"[。；！？;]|^附?[图表]\s*[\d"
    + HAN
    + r".-]+\s*(?:[所为]?[示显]|反映|可[见知以]|中[的，,]|是|说明|给出|列出|[)，,、]|[和与及至][图表])"
)
# 单位：万元 above or below a table, or in its caption; 各校招生情况表 right above it is a caption without a number.
_UNIT_LINE = re.compile(r"[(]?(?:计量|数量|金额|货币)?单位\s*:\s*(?P<units>[^():]{1,24}?)\s*[)]?")
_UNIT_SAID = re.compile(
    r"\s*[(]?(?:计量|数量|金额|货币)?单位\s*:\s*(?P<units>[^():]{1,24}?)\s*[)]?$|[(](?P<unit>[^()]{1,8})[)]$"
)
_SEVERAL = re.compile(r"[、,，;/\s]+")
BARE_CAPTION = re.compile(
    r"[^。；;:，！？|]{4,40}(?:表|情况|统计|一览|明细|汇总|对比|构成|分布|数据|结构)(?:[(][^()]{1,20}[)])?"
)


def captions_on(line: TextLine) -> list[tuple[str, str, Span]]:
    """Return label, words and place of every caption on a line that is nothing but captions."""
    if len(line.text) > _CAPTION_LENGTH or not _CAPTION.match(line.folded) or _NO_CAPTION.search(line.folded):
        return []
    marks = list(_CAPTION.finditer(line.folded))
    ends = [mark.start() for mark in marks[1:]] + [len(line.text)]
    captions = []
    for mark, end in zip(marks, ends, strict=True):
        words = line.text[mark.start() : end].rstrip()
        span = Span(line.span.start + mark.start(), line.span.start + mark.start() + len(words))
        captions.append((f"{mark[1]} {mark[2]}", line.text[mark.end() : end].strip(), span))
    return captions


def is_unit_line(line: TextLine) -> bool:
    """Tell whether a line says nothing but the unit of a table: 单位：万元, （单位：人、所）."""
    found = _UNIT_LINE.fullmatch(line.folded)
    return found is not None and all(map(is_unit, _SEVERAL.split(found["units"])))


def without_unit(caption: str) -> tuple[str, str]:
    """Take the units that a caption gives for its whole table off it: 收支情况（单位：万元）, 各校招生数（人）.

    >>> without_unit("园区情况（单位：万平方米、亿元）"), without_unit("教师（外聘）")
    (('园区情况', '万平方米、亿元'), ('教师（外聘）', ''))
    """
    found = _UNIT_SAID.search(fold(caption))
    unit = (found["units"] or found["unit"]) if found else ""
    units = [unit] if is_unit(unit) else _SEVERAL.split(unit)
    return (
        (caption[: found.start()].rstrip(), "、".join(units)) if found and all(map(is_unit, units)) else (caption, "")
    )
