"""The names in a sentence: the members of a list, and the person, body or place that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import jieba
import jieba.posseg

from reportqa.questions import Question

_SEPARATORS = "、"
_QUOTED = re.compile(r"[“《「]([^”》」]{2,40})[”》」]")
_ENUMERATED = re.compile(
    r"(?:^|[；;。：:，,])\s*(?:[一二三四五六七八九十]是|首先[，,]?|其次[，,]?|再次[，,]?|最后[，,]?|此外[，,]?|第[一二三四五六七八九十][，,、]|[（(]\d[）)])"
)
_RUN = re.compile(r"[^，。；：:,;！？]*、[^，。；：:,;！？]*")
_JOINED = re.compile(
    r"([\u4e00-\u9fff]{2,8})[和与及]([\u4e00-\u9fff]{2,8}?)(?=[一二两三四五六七八九十]个|等|的|，|。|$)"
)
# What leads into a list, and what follows its last member.
_LEAD = re.compile(
    r"^.*(?:包括|分别是|分别为|主要有|主要是|涉及|涵盖|包含|例如|比如|[如即有为是了向对到]|来自|围绕|聚焦|打造|承办|举办|参与|开设|拥有|采取|通过|荣获|获得|设有|建成|新增)"
)
_TAIL = re.compile(r"(?:等[^、]*|[\d一二三四五六七八九十两]+[个项类种所家门大方].*|的.*|为[^、]{0,12}$)$")
_NAME_TAGS = frozenset({"nr", "nrt", "nrfg"})
_PLACE_TAGS = frozenset({"ns"})
_NOUN_TAGS = frozenset(
    {"n", "nr", "nrt", "nrfg", "ns", "nt", "nz", "nw", "j", "an", "vn", "b", "eng", "f", "s", "l", "ng", "t", "i"}
)
_BODY = re.compile(
    r"(?:公司|集团|中心|学校|学院|大学|医院|局|委员会|委|部|办公室|办|处|科|站|馆|银行|协会|学会|政府|企业|研究所|研究院|工厂|厂|社|小组|基地|所|院)$"
)
_POST = re.compile(
    r"(?:主任|书记|局长|校长|院长|主席|市长|区长|县长|部长|处长|科长|组长|会长|董事长|总经理|经理|负责人|主管|秘书长|教授|专家|代表|领导|师|长|员)$"
)
_DOER = re.compile(
    r"由(?P<after>[^，。；由]{2,20}?)(?:担任|负责|兼任|任|牵头|主持|承担|组织|实施|主导|管理|统筹|共同)|(?P<before>[^，。；]{2,20}?)(?:负责|担任|分管|主管|牵头|兼任|主持)"
)


def list_items(text: str) -> list[str]:
    """Return the members of the list in a stretch of a report, in order; none where there is no list.

    >>> list_items("围绕“智能制造”“航空旅游与商贸”等专业群")
    ['智能制造', '航空旅游与商贸']
    >>> list_items("开设了书法、国画、川剧等特色课程")
    ['书法', '国画', '川剧']
    """
    quoted = _QUOTED.findall(text)
    enumerated = [part.strip("。；;，, ") for part in _ENUMERATED.split(text)[1:]]
    if len(enumerated) >= 2:
        return enumerated
    runs = [_members(run) for run in _RUN.findall(_without_brackets(text))]
    members = max(runs, key=len, default=[])
    if len(quoted) >= 2 and len(quoted) >= len(members):
        return quoted
    if len(members) >= 2:
        return members
    pair = _JOINED.search(text)
    return [_LEAD.sub("", pair[1]) or pair[1], pair[2]] if pair else []


def bracketed_lists(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the place and words of every list in round brackets: 民办学校5所（甲校、乙校）."""
    for match in re.finditer(r"[（(]([^（()）]*、[^（()）]*)[)）]", text):
        yield match.start(1), match.end(1), match[1]


def entity(question: Question, text: str) -> str:
    """Return the person, body or place in a stretch of a report that the question asks for, "" where none stands out.

    >>> from reportqa.questions import understand
    >>> entity(understand("技校归哪个部门管"), "区人社局负责技工学校的监管工作")
    '区人社局'
    """
    doer = _DOER.search(text) if question.asked in ("who", "which") else None
    if doer:
        return (doer["after"] or doer["before"]).strip("“”、 ")
    chunks = [chunk for chunk in _noun_chunks(text) if not _said(chunk, question)]
    tags = _NAME_TAGS if question.asked == "who" else _PLACE_TAGS
    if question.asked in ("who", "where"):
        named = [word for word, tag in _tagged(text) if tag in tags and len(word) > 1 and word not in question.plain]
        if named:
            return "、".join(dict.fromkeys(named))
    form = _POST if question.asked == "who" else _BODY
    return next((chunk for chunk in chunks if form.search(chunk)), "")


def people(text: str) -> str:
    """Return the personal names in a stretch of a report, joined by 、.

    >>> people("黄炎培、蔡元培等创办了学校")
    '黄炎培、蔡元培'
    """
    return "、".join(dict.fromkeys(word for word, tag in _tagged(text) if tag in _NAME_TAGS and len(word) > 1))


def _members(run: str) -> list[str]:
    parts = [part.strip() for part in run.split(_SEPARATORS)]
    parts[0] = _LEAD.sub("", parts[0]) or parts[0]
    last = re.split(r"以及|和|及(?!格|时|其)", parts[-1], maxsplit=1)
    parts[-1:] = [_TAIL.sub("", part).strip() or part for part in last]
    return [part.strip("“”《》 ") for part in parts if part.strip("“”《》 ")]


def _without_brackets(text: str) -> str:
    return re.sub(r"[（(][^（()）]*[)）]", "", text)


def _noun_chunks(text: str) -> list[str]:
    chunks, current = [], ""
    for word, tag in _tagged(text):
        if tag in _NOUN_TAGS:
            current += word
        else:
            chunks, current = ([*chunks, current] if current else chunks), ""
    return [*chunks, current] if current else chunks


def _said(chunk: str, question: Question) -> bool:
    return chunk in question.plain or all(word in question.plain for word in jieba.lcut(chunk))


@lru_cache(maxsize=512)
def _tagged(text: str) -> list[tuple[str, str]]:
    return [(pair.word, pair.flag) for pair in jieba.posseg.cut(text)]
