"""是 or 否: whether the report's sentence says what a yes-or-no question supposes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Literal

from reportqa.asking.linear import hashed, pieces, scores
from reportqa.asking.question import Question
from reportqa.asking.sure import chance
from reportqa.asking.weights import WEIGHTS
from reportqa.figures.plain import plain
from reportqa.figures.scanner import scan
from reportqa.models.reader import Reader
from reportqa.text.folding import fold
from reportqa.text.patterns import lazy
from reportqa.text.units import comparable_unit

_ASKING = lazy(
    r"有没有|是不是|是否|能不能|会不会|要不要|可不可以|对不对|用不用|该不该|需不需要|(?:了|过)?没有?$|(.)不\1|吗|嘛|吧|么$|不$"
)
_AT_LAST = lazy(r"[吗呢吧么嘛没?!。]+$")
_NEGATION = lazy(
    r"没有?|未(?!来|成年)|不(?!断|仅|但|只|少|同|错|足|完|了的|低于|少于|到)"
    r"|无(?!偿|人机|障碍)|非(?!遗|常|物质|公)|免(?!疫)|停|闭馆|关闭|禁|作废|取消|暂缓|推迟|尚未|拒绝|失效|零"
)
_LEVEL = lazy(r"持平|不变|相当|维持|稳定在")
_MOVED = lazy(r"涨|增|升|提高|上调|多了|降|减|跌|少了|下调|变")
_RISEN = lazy(r"增|升|提高|上调|涨|扩大|改善|新增")
_FALLEN = lazy(r"降|减|跌|下调|缩|回落|收窄")
_ORDINAL = lazy(r"第([一二三四五六七八九十\d]+)")
_EVERY = lazy(r"(?:每([两二三四五六七八九十\d]*)|([一两二三四五六七八九十\d]+))(?:个)?(年|月|周|季度|学期|天|日)")
_BY = lazy(r"由([^,，。；]{2,12}?)(?:全额|统一|直接|共同)?(?:承担|负责|支付|拨付|出资|组织|管理|聘用|任命)")
_SELF = lazy(r"自己|自行|自掏|自费|本[院校馆单]")
_LEAST = 0.001
# In this order: 不超过 before 超过.
_WAYS: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
    ("不超过|不高于|不多于|至多|最多", le),
    ("不低于|不少于|不小于|至少|达到?|够|有", ge),
    ("超过|多于|高于|大于|突破|超", gt),
    ("不到|不足|低于|少于|小于", lt),
    ("等于|是|为", eq),
)
_WAY = "|".join(ways for ways, _ in _WAYS)
_NUMBER = r"[\d〇一二两三四五六七八九十百千万亿.]+"
_AT_THE_END = r"(?:了|吗|嘛|么|吧|没有?|呢)*$"
_CLAIM = lazy(
    r"(?P<what>.+?)(?:是不是|是否|有没有|能不能|能否)?(?:都|已经?|还)?"
    rf"(?P<way>{_WAY})了?(?P<amount>{_NUMBER}[^\d，。]{{0,5}}?)(?P<more>以上|以下)?{_AT_THE_END}"
)
_CLAIM_FIRST = lazy(
    rf"(?:有没有|是不是有|是否有|有)(?P<way>{_WAY})?(?P<amount>{_NUMBER}[^\d，。]{{1,2}}?)(?P<more>以上|以下)?的?"
    rf"(?P<what>[\u4e00-\u9fff]{{2,}}?){_AT_THE_END}"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a yes-or-no question says of an amount: the question for it, and the value it is compared with.

    ``unit`` is the normal unit of the value, "" of shares and ratios.
    """

    question: str
    value: float
    unit: str
    compares: Callable[[float, float], bool]

    def holds(self, value: float) -> bool:
        """Tell whether a value is as claimed."""
        return self.compares(value, self.value)


def claimed(question: str) -> Claim | None:
    """Return what a question (folded) claims of an amount, None where it claims none.

    >>> claim = claimed("在校生超过1.5万人吗")
    >>> claim.question, claim.value, claim.unit, claim.holds(19794)
    ('在校生多少人', 15000.0, '人', True)
    """
    said = _CLAIM.fullmatch(question) or _CLAIM_FIRST.fullmatch(question)
    if said is None or not _ASKING.search(question):
        return None
    compares = next(way for ways, way in _WAYS if re.fullmatch(ways, said["way"] or "有"))
    compares = {"以上": ge, "以下": le}.get(said["more"] or "", compares)
    if said["amount"].replace(".", "", 1).isdecimal():
        return Claim(f"{said['what']}多少", float(said["amount"]), "", compares)
    amounts = scan(plain(said["amount"]))
    amount = amounts[0] if len(amounts) == 1 else None
    if amount is None or not isinstance(amount.normalized_value, int | float):
        return None
    asked = "百分之多少" if amount.kind == "percent" else f"多少{amount.unit.lstrip('万亿千百')}"
    unit = comparable_unit(amount.normalized_unit)
    return Claim(f"{said['what']}{asked}", float(amount.normalized_value), unit, compares)


def verdict(question: Question, statement: str, reader: Reader) -> Literal["是", "否"]:
    """Say whether a statement of the report answers a question with yes or no.

    >>> verdict(understand("图书馆周一开门吗"), "市图书馆周一闭馆", Reader())      # doctest: +SKIP
    '否'
    """
    return "是" if chance(WEIGHTS.verdict, signals(question.text, statement, reader)) > 0.5 else "否"


def signals(question: str, statement: str, reader: Reader) -> dict[str, float]:
    """Return what speaks for yes: what the reader judges, and the characters in which question and statement differ."""
    yes, no, _ = reader.judge(question, statement)
    return {"judged": math.log((yes + _LEAST) / (no + _LEAST)), "characters": characters(fold(question), statement)}


def characters(question: str, statement: str) -> float:
    """Return what the characters say for yes, or below 0 for no.

    >>> characters("双师型教师每年都认定一次吗", "双师型教师认定工作两年1次") > 0
    False
    >>> characters("是不是都有中医馆了", "乡镇卫生院全部建成中医馆") > 0
    True
    """
    return float(scores("verdict", features(question, statement))[0])


def features(question: str, statement: str) -> list[int]:
    """Return what tells yes from no, hashed: what either says and the other does not, and what the rules say."""
    asked, said = _AT_LAST.sub("", fold(question)), fold(statement)
    ours, theirs = set(pieces(asked)), set(pieces(said))
    rule = f"rule {_by_rules(fold(question), said)}"
    return hashed([rule, *(f"q{part}" for part in ours - theirs), *(f"s{part}" for part in theirs - ours)])


def _by_rules(asked: str, said: str) -> bool:
    """Tell yes from no by a level against a change, a rank or a rhythm against another, who bears it, and negation."""
    if (_MOVED.search(asked) and _LEVEL.search(said)) or _opposed(asked, said):
        return False
    if _other_rank(asked, said) or _other_rhythm(asked, said):
        return False
    doer = _BY.search(said)
    if doer and _SELF.search(asked) and not _SELF.search(doer[1]):
        return False
    return bool(_NEGATION.search(_ASKING.sub("", asked))) == bool(_NEGATION.search(said))


def _opposed(asked: str, said: str) -> bool:
    """Tell whether one speaks of a rise and the other only of a fall."""
    up, down = bool(_RISEN.search(asked) or "涨" in asked), bool(_FALLEN.search(asked))
    return (up and not down and bool(_FALLEN.search(said)) and not _RISEN.search(said)) or (
        down and not up and bool(_RISEN.search(said)) and not _FALLEN.search(said)
    )


def _other_rank(asked: str, said: str) -> bool:
    ranks, stated = set(_ORDINAL.findall(asked)), set(_ORDINAL.findall(said))
    return bool(ranks and stated) and not ranks & stated


def _other_rhythm(asked: str, said: str) -> bool:
    """Tell whether a rhythm is asked (每年) and another stated (两年1次)."""
    wanted = _rhythms(asked) if "每" in asked else set()
    stated = _rhythms(said) if "每" in said or "次" in said else set()
    if {unit for _, unit in wanted}.isdisjoint(unit for _, unit in stated):
        return False
    return not wanted & stated


def _rhythms(text: str) -> set[tuple[str, str]]:
    return {((every or count) or "一", unit) for every, count, unit in _EVERY.findall(text)}
