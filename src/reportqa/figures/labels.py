"""The head of a row or a column of a table: its name, the unit in its bracket, and whether it measures something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from reportqa.figures.plain import plain
from reportqa.figures.scanner import one
from reportqa.outline.tables import is_subtotal, is_time, is_total
from reportqa.text.bodies import REGIONS, names_body
from reportqa.text.forms import YEAR
from reportqa.text.tags import tagged

Role = Literal["measure", "relative", "poor", "time", "total", "body", "class", "group", "other"]
"""What a head says: what is measured; a share or change of it; that there is a value; when; of all; of whom; that
others belong together."""

_BRACKET = re.compile(r"\((?:单位:? ?)?(?P<unit>[^()]{1,10})\)$")
_AFTER_SLASH = re.compile(r"[/,](?P<unit>[^/,()]{1,6})$")
_SIGN = re.compile(r"(?<=.)(?P<unit>[%‰])$")
_OF_WHICH = re.compile(r"(?:#|其 ?中) ?[:,]? ?")
_SINCE = re.compile(rf"(?P<time>{YEAR}(?:学?年度?)?[末底]?)(?=..)(?!-)")
_MEASURE = re.compile(
    r"(?:[数量额率值费款价]|比[例重值]?|面积|收入|支出|经费|资金|投入|投资|成本|利润|金|规模|得分|评分|分数|时长|学时|课时|工时"
    r"|年限|人次|人口|户|资产|负债|收益|薪酬|工资|补贴|补助|床位|藏书|预算|决算|进度|占比|强度|密度|指数|系数|产能|里程|长度)$"
)
_RELATIVE = re.compile(
    r"(?:占比|比重|比例|份额|百分比|构成比?|占[\u4e00-\u9fff]{1,8}(?:比例|比重|比)"
    rf"|(?:年均|累计|名义|实际)?(?:同比|环比|[比较](?:上年|去年|上期|同期|年初|上学年|{YEAR}年?))?"
    r"(?:增长|增幅|增速|增减|增加|减少|下降|变动|变化|涨幅|升降)(?:率|额|量|值|数|情况|幅度|百分点)?"
    r"|同比|环比|[比较](?:上年|去年|上期|同期)|排名|名次|位次|完成率|完成进度)"
)
_RATE = re.compile(
    r"(?:率|比|占比|比重|比例|份额|百分比|进度|增幅|增速|涨幅|幅度|同比|环比|增长|变动|[比较](?:上年|去年|上期|同期))$"
)
_POOR = re.compile(
    r"数值|数量|数据|数|值|金额|数额|人数|总数|指标值|结果|情况|内容|统计|[本上][年期]数|完成值|实际值|实绩|合计数"
)
# Heads over others that say only that these belong together: 学历构成 over 本科 and 专科.
_GROUP = re.compile(r"(?:构成|结构|情况|分布|其中)$")
_CLASS = re.compile(
    r"[男女]性?生?|公办|民办|公立|民营|城[镇乡区市]|农村|镇区|乡村|其[他它]|小学|初中|高中|中职|高职|本科|专科"
    r"|.*[及和]?以[上下]|.*级"
)


@dataclass(frozen=True, slots=True)
class Label:
    """The words of a head: ``name`` without its unit, the ``time`` that it opens with, ``of_which`` for 其中."""

    name: str
    unit: str
    role: Role
    time: str = ""
    of_which: bool = False

    @property
    def is_rate(self) -> bool:
        """Whether its amounts relate two others, so that the unit of the whole table is not theirs."""
        return bool(_RATE.search(plain(self.name))) and not self.unit

    @property
    def worth(self) -> float:
        """How much it speaks for its side of the table being what is measured."""
        if self.role == "measure" or (self.unit and self.role in ("other", "body", "class")):
            return 2.0 if self.unit else 1.0
        return {"time": -2.0, "body": -1.5, "class": -1.0}.get(self.role, 0.5 * bool(self.unit))


@lru_cache(maxsize=8192)
def read_label(words: str) -> Label:
    """Read the head of a row or a column.

    >>> label = read_label("其中：招生数（万人）")
    >>> label.name, label.unit, label.role, label.of_which
    ('招生数', '万人', 'measure', True)
    >>> read_label("2024年比上年增长（%）").name, read_label("2024年比上年增长（%）").time
    ('比上年增长', '2024年')
    >>> [read_label(words).role for words in ("2023年", "合计", "占比", "数量（个）", "县人民医院", "女", "光学薄膜")]
    ['time', 'total', 'relative', 'poor', 'body', 'class', 'other']
    """
    text = plain(words)
    found = _BRACKET.search(text) or _AFTER_SLASH.search(text) or _SIGN.search(text)
    unit = words[found.start("unit") : found.end("unit")].strip() if found else ""
    if found and found.start() and one(plain(unit)):
        words = words[: found.start()].strip()
        text = plain(words)
    else:
        unit = ""
    part = _OF_WHICH.match(text)
    if part and part.end() < len(text):
        words, text = words[part.end() :], text[part.end() :]
    since = None if is_time(words) else _SINCE.match(text)
    time = words[: since.end()] if since else ""
    name = words[since.end() :].strip("的 ") if since else words
    return Label(name, unit, _role(name), time, part is not None)


def _role(name: str) -> Role:
    text = plain(name).replace(" ", "")
    if is_time(text):
        return "time"
    if is_total(text) or is_subtotal(text):
        return "total"
    patterns: tuple[tuple[re.Pattern[str], Role], ...] = ((_POOR, "poor"), (_RELATIVE, "relative"), (_CLASS, "class"))
    for pattern, role in patterns:
        if pattern.fullmatch(text):
            return role
    if _MEASURE.search(text):
        return "measure"
    if _GROUP.search(text):
        return "group"
    last = tagged(text)[-1][0] if text else ""
    body = len(text) > 1 and (names_body(last) or text[-1] in REGIONS)
    return "body" if body else "other"
