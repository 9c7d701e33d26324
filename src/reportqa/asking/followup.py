"""Questions that lean on the one before, as 那民办的呢？ does after 公办学校有几所？."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reportqa.text.bodies import KINDS, one_of
from reportqa.text.contrasts import CONTRASTS
from reportqa.text.folding import fold
from reportqa.text.forms import YEAR
from reportqa.text.patterns import lazy
from reportqa.text.words import STOP_WORDS, cut

_ASKING = lazy(r"多少|(?<!哪)几(?!乎)|什么|哪|谁|怎么(?!样)|怎样|如何|为何|为啥|是否|是不是|有没有|[吗么]$")
_NUMBER = lazy(r"多少|几|多[大高长久]")
_PER_HEAD = lazy(r"[生人户师]均|平均")
_OPENING = lazy(r"^(?:(?:那么|那|再问|还有|另外|其中的?|而)(?![些个里边年样])[,，]?)+")
_COMPARED = lazy(r"(?:[和跟与同].+|.*)(?:比|相比|比较)$|^[比较].+")
# 它招生多少人, 该校招生多少人; but 该 of 应该 and 其 of 其他 point at nothing.
_POINTING = lazy(
    r"它们?的?|[他她]们的?|(?<!应)(?:该|这一?所|这一?家|这个|那所|那个)(?:学校|医院|公司|单位|地区|校|院|区|县|市)的?|(?<![尤极与])其(?!他|它|余|实|次|中)"
)
# 食堂怎么样？ asks of the canteen, whatever was asked before; 民办的怎么样？ and 2023年怎么样？ do not.
_OF_ITSELF = lazy(r"(?:怎么样|又如何)$")
_INSTEAD = lazy(r"^(?P<new>.+?)的?(?:呢|怎么样|又如何|的话)$|^(?:换成|改成|换)(?P<other>.+)$")
# What a question ends with that asks: 有多少人, 是什么, 占比是多少.
_TAIL = lazy(
    r"(?:一共|总共|大约|大概|分别|各自?|都)*(?:是|有|为|达到?|占|共|了|到)*(?:多少|(?<!哪)几|什么|哪|谁|怎么|怎样|如何|吗|么|多大|多高|多长|多久).*$"
)
# Alone, these name no subject of their own.
_BARE = frozenset(
    """比 占 率 占比 比例 比重 百分比 增长 增加 减少 下降 提高 增幅 降幅 变化 同比 去年 上年 多 少 高 大 多长 多大
    总共 总数 数量 人数 金额 面积 人 名 所 家 个 项 元 万元 亿元 平方米 门 次 张 年 月 日 时候 时间 地方 哪里 名字
    名单 名称 原因 理由 其中 具体 详细 情况 成 有 好 从 给 达到""".split()
)

# One thing takes the place of another of its kind: the sides of contrasts, and more that go with them.
_CONTRASTED = tuple(frozenset(name for side in contrast for name in side) for contrast in CONTRASTS)
_MORE = tuple(
    frozenset(words.split())
    for words in (
        "男 男生 女生 男性 女性 男教师 女教师 男职工 女职工",
        "公办 国有 集体",
        "城镇 城区",
        "省级 省部级 厅级",
        "一等奖 金奖",
        "本科 硕士 博士 研究生",
        "初中 中职 高职 幼儿园",
        "正高 中级 初级 高级",
        "上半年 一季度",
        "国内 省内 市内 区内 本地 外地",
        "收入 支出",
        "招生 毕业 在校 新生 升学 就业 入学",
    )
)
_KINDS = (
    *(names for names in _CONTRASTED if not any(names & more for more in _MORE)),
    *(more.union(*(names for names in _CONTRASTED if names & more)) for more in _MORE),
)
_MEASURES = frozenset(("招生", "总数", "人数"))
_YEAR = lazy(rf"{YEAR}(?:学?年度?|学年)?|今年|去年|前年|上一?年度?|本学?年度?|上一?学年")
_BODIES = tuple(one_of(*endings) for endings in KINDS)
_GROUP = lazy(r"[\u4e00-\u9fff]*(?:学生|教师|职工|医师|护士|人员|员工|居民|农民|老人|儿童|生|者)")
_NAME_BEFORE = lazy(r"[\u4e00-\u9fffA-Za-z0-9·]{0,20}$")


def completed(question: str, previous: str) -> str:
    """Complete a question that leans on the one before; any other is returned as it is.

    >>> completed("那民办的呢？", "公办学校有几所？")
    '民办学校有几所'
    >>> completed("技工学校呢", "本学年招生多少人？")
    '技工学校本学年招生多少人'
    >>> completed("占比是多少？", "技工学校招生多少人？")
    '技工学校招生占比是多少'
    >>> completed("毕业生升学多少人？", "本学年招生多少人？")
    '毕业生升学多少人？'

    What is named instead takes the place of its like (a year, a district, a body, a group, the other side of a
    contrast); where the question before has no such thing, it is put before it as whose number is meant.
    """
    asked, before = _bare(question), _bare(previous)
    opened = _OPENING.sub("", asked)
    if not before or opened in ("", "呢"):
        return question
    instead = _INSTEAD.match(opened)
    new = (instead["new"] or instead["other"]).removesuffix("的") if instead else ""
    topic = _TAIL.sub("", before) or before
    if _OF_ITSELF.search(opened) and opened == asked and not _like_before(before, new, opened):
        return question
    if _COMPARED.match(new):
        return f"{topic}{new}变化多少"
    if new and not _ASKING.search(new):
        return _replaced(before, new)
    if _POINTING.search(opened):
        return _POINTING.sub(lambda _: _subject(before) or topic, opened, count=1)
    if _is_bare(opened):
        return topic.removesuffix("的") + opened
    if "其中" in asked.removesuffix(opened):
        return f"{topic}其中{opened}"
    return question if opened == asked or _subject(opened) else _subject(before) + opened


def _like_before(before: str, new: str, opened: str) -> bool:
    """Tell whether what is named now can only be meant in the place of its like in the question before."""
    return bool(_YEAR.fullmatch(new)) or f"{new}的" in opened or any(True for _ in _places(before, new))


def _bare(question: str) -> str:
    return re.sub(r"[\s？?。！!，,]+$", "", re.sub(r"\s+", "", fold(question)))


def _replaced(before: str, new: str) -> str:
    """Put what is named now in the place of its like in the question before."""
    place = next((at for at in _places(before, new) if before[at] != new), None)
    if place is not None:
        return before[: place.start] + new + before[place.stop :]
    if _is_measure(new):
        tail = _TAIL.search(before)
        # 多少人 was asked of another thing: its unit does not go with this one.
        return f"{_subject(before)}{new}{tail[0] if tail and not _NUMBER.search(tail[0]) else '是多少'}"
    return new + before


def _places(before: str, new: str) -> Iterator[slice]:
    """Yield where the question before has a thing of the kind that is named now, the surest kind first."""
    years = _YEAR.search(before) if _YEAR.fullmatch(new) else None
    if years:
        yield slice(years.start(), years.end())
    for kind in _KINDS:
        named = next((word for word in sorted(kind, key=lambda one: (-len(one), one)) if word in before), None)
        if named and new in kind:
            at = before.index(named)
            yield slice(at, at + len(named))
    for body in _BODIES:
        if re.search(f"{body}$", new):
            yield from _named(before, body)
    yield from _groups(before, new)


def _named(before: str, ending: str) -> Iterator[slice]:
    """Yield the name with an ending, by the words that jieba sees before it."""
    for found in re.finditer(ending, before):
        start = found.start()
        lead = cut(before[:start])
        while lead and lead[-1] not in STOP_WORDS and _NAME_BEFORE.fullmatch(lead[-1]) and not _YEAR.match(lead[-1]):
            start -= len(lead.pop())
        yield slice(start, found.end())


def _groups(before: str, new: str) -> Iterator[slice]:
    """Yield the words that are people where people are named now, or end as the new word does: 内科 for 儿科."""
    at = 0
    for word in cut(before):
        people = _GROUP.fullmatch(word) and _GROUP.fullmatch(new)
        if len(word) > 1 and word not in _MEASURES and (people or word[-1:] == new[-1:]):
            yield slice(at, at + len(word))
        at += len(word)


def _subject(before: str) -> str:
    """Return whose number the question before asks for: its years, places, bodies and groups."""
    kept = [slice(found.start(), found.end()) for found in _YEAR.finditer(before)]
    for body in _BODIES:
        kept += _named(before, body)
    end = max((one.stop for one in kept), default=0)
    return before[:end]


def _is_measure(new: str) -> bool:
    """Tell whether something is measured rather than who is: 毕业, 建筑面积, 生师比, against 技工学校, 女生."""
    whose = _YEAR.match(new) or _PER_HEAD.fullmatch(new) or _GROUP.fullmatch(new)
    return not (
        whose or any(re.search(f"{body}$", new) for body in _BODIES) or any(new in kind for kind in _KINDS[:-1])
    )


def _is_bare(asked: str) -> bool:
    """Tell whether a question asks without saying of what: 占比多少, 为什么."""
    words = [word for word in cut(_TAIL.sub("", asked) or "") if word not in STOP_WORDS and word not in _BARE]
    return bool(_ASKING.search(asked)) and not words
