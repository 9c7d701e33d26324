"""The names in a sentence: the members of a list, and the person, body or place that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import jieba.posseg

from reportqa.questions import Question
from reportqa.words import cut

_BRACKETED = re.compile(r"[（(]([^（()）]*、[^（()）]*)[)）]")
_QUOTED = re.compile(r"(?:[“《「][^”》」“《「]{2,40}[”》」][、，,和与及以\s]{0,3}){2,}")
_QUOTATION = re.compile(r"[“《「]([^”》」]+)[”》」]")
_RUN = re.compile(r"[^，。；：！？,;:!?（()）]*、[^，。；：！？,;:!?（()）]*")
_PAIR = re.compile(
    r"([\u4e00-\u9fff]{2,10})[和与及]([\u4e00-\u9fff]{2,8}?)(?=[一二两三四五六七八九十\d]+[个位名家所国]|等)"
)
_NUMBERED = re.compile(
    r"(?:^|(?<=[；;。：:，,]))\s*(?:[一二三四五六七八九十]+是|(?:首先|其次|再次|最后)[，,]?"
    r"|第[一二三四五六七八九十][，,、]|[（(]\d[）)])"
)
_LEADING = frozenset(
    """
    包括 有 是 为 如 即 了 向 对 到 来自 围绕 聚焦 打造 承办 举办 参与 参加
    开设 拥有 采取 采用 通过 荣获 获得 设有 建成 新增 例如 比如 涵盖 涉及 分别
    主要 由 在 将 把 从 以 引进 建立 开展 提供 组织 完善 覆盖 面向 组建 推出
    举行 形成 创建 设立 生产 现有 共有 共 分为 分成 叫做 位于 重点 及 和 获 经
    按 给 入选 评选 确定 选定 命名
    """.split()
)
_TRAILING = frozenset(
    """
    等 等等 的 为 共 共同 参加 开展 进行 组成 构成 担任 负责 出席 举行 输送 分别
    均 都 已 已经 被
    """.split()
)
_COUNTED = re.compile(r"[\d一二两三四五六七八九十]+[个项类种所家门大方位名国座件场]")
_LONG = 25
_NAME_TAGS = frozenset({"nr", "nrt", "nrfg"})
_NOUN_TAGS = frozenset({*"nafjlbstim", "nr", "nrt", "nrfg", "ns", "nt", "nz", "nw", "an", "vn", "eng", "ng"})
_BODY = re.compile(
    r"(?:公司|集团|中心|学校|学院|大学|医院|局|委员会|委|部|办公室|办|处|科|站|馆|银行|协会|学会|政府|企业"
    r"|研究所|研究院|厂|社|小组|基地|所|院)$"
)
_POST = re.compile(
    r"(?:主任|书记|[局校院区县市省部处科组会]长|主席|董事长|总经理|经理|负责人|秘书长|教授|专家|代表|主管)$"
)
_DOER = re.compile(
    r"由([^，。；由]{2,20}?)(?:担任|负责|兼任|任(?!务)|牵头|主持|承担|组织|实施|主导|管理|统筹|共同|领衔|带队)"
)
_ACT = re.compile(r"(?:由谁|谁来|哪个部门|什么部门|哪个单位|谁)(?:来)?([\u4e00-\u9fff]{2})$")
_DUTY = re.compile(r"(?:负责|担任|分管|主管|牵头|兼任|主持|领衔|带队)")
_ORDER = re.compile(r"^(?:[一二三四五六七八九十]+是|首先|其次|此外|第[一二三四五六七八九十]+[，,]?|[（(]?\d+[）).、])")


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list found in a text: where it stands, the words before it in its clause, and its members."""

    start: int
    end: int
    lead: str
    members: tuple[str, ...]

    @property
    def long(self) -> bool:
        """Whether its members are sentences rather than names."""
        return self.end - self.start > _LONG * len(self.members)


def lists_in(text: str) -> list[ItemList]:
    """Return every list of two members or more in a stretch of a report.

    >>> [found.members for found in lists_in("围绕“智能制造”“航空旅游”等专业群，开设了书法、国画、川剧等特色课程。")]
    [('智能制造', '航空旅游'), ('书法', '国画', '川剧')]
    >>> [found.members for found in lists_in("民办学校2所（甲校、乙校）")]
    [('甲校', '乙校')]
    """
    quoted = [_list(text, match, _QUOTATION.findall(match[0])) for match in _QUOTED.finditer(text)]
    bracketed = [_list(text, match, _members(match[1], text)) for match in _BRACKETED.finditer(text)]
    taken = [(found.start, found.end) for found in (*quoted, *bracketed)]
    runs = [_list(text, match, _members(match[0], text)) for match in _RUN.finditer(text) if _free(match, taken)]
    pairs = [
        _list(text, match, [_after_lead(match[1]), match[2]]) for match in _PAIR.finditer(text) if _free(match, taken)
    ]
    found = [*quoted, *bracketed, *runs, *pairs, *_numbered(text)]
    return sorted((one for one in found if len(one.members) > 1), key=lambda one: one.start)


def entity(question: Question, text: str) -> str:
    """Return the person, body or place in a stretch of a report that the question asks for, "" where none stands out.

    >>> from reportqa.questions import understand
    >>> entity(understand("技校归哪个部门管"), "五是区人社局负责技工学校的监管工作")
    '区人社局'
    """
    if question.asked in ("who", "which"):
        persons = "" if question.asked == "which" else _unsaid(people(text), question)
        doer = _DOER.search(text) or _doer_of(question, _ORDER.sub("", text))
        if persons or doer:
            return persons or (doer[1].strip("“”、 ") if doer else "")
    chunks = [chunk for chunk in _noun_chunks(_ORDER.sub("", text)) if chunk not in question.plain]
    if question.asked == "where":
        return "、".join(
            dict.fromkeys(word for word, tag in _tagged(text) if tag == "ns" and word not in question.plain)
        )
    form = _POST if question.asked == "who" else _BODY
    named = [chunk for chunk in chunks if form.search(chunk)]
    if _DUTY.search(text):
        before = _DUTY.split(text, maxsplit=1)[0]
        named = [chunk for chunk in named if chunk in before] or named
    return max(named, key=lambda chunk: _strange(chunk, question), default="")


def _doer_of(question: Question, text: str) -> re.Match[str] | None:
    """Find who does what the question asks of somebody: 由谁聘请 in 经营者聘请执行副校长."""
    act = _ACT.search(question.plain)
    return re.search(rf"([\u4e00-\u9fff]{{2,12}}?){re.escape(act[1])}", text) if act else None


def _unsaid(names: str, question: Question) -> str:
    return "、".join(name for name in names.split("、") if name not in question.plain)


def people(text: str) -> str:
    """Return the personal names in a stretch of a report, joined by 、.

    >>> people("黄炎培、蔡元培等创办了学校")
    '黄炎培、蔡元培'
    """
    return "、".join(dict.fromkeys(word for word, tag in _tagged(text) if tag in _NAME_TAGS and len(word) > 1))


def _list(text: str, match: re.Match[str], members: list[str]) -> ItemList:
    lead = re.split(r"[，。；！？,;!?]", text[: match.start()])[-1]
    return ItemList(match.start(), match.end(), lead, tuple(members))


def _numbered(text: str) -> Iterator[ItemList]:
    """Yield a list written as 一是…；二是…, each member up to the next."""
    marks = list(_NUMBERED.finditer(text))
    if len(marks) > 1:
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        members = [text[mark.end() : end].strip("。；;，, ") for mark, end in zip(marks, ends, strict=True)]
        yield ItemList(marks[0].start(), len(text), text[: marks[0].start()], tuple(members))


def _free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    return not any(start < match.end() and match.start() < end for start, end in taken)


def _members(run: str, text: str) -> list[str]:
    parts = run.split("、")
    parts[-1:] = re.split(r"以及|[和及](?!其|格|时)", parts[-1], maxsplit=1)
    parts[0], parts[-1] = _after_lead(parts[0]), _before_tail(parts[-1])
    return [part.strip("“”《》 ") for part in parts if part.strip("“”《》 ")]


def _after_lead(part: str) -> str:
    pieces = cut(part)
    leads = [number for number, piece in enumerate(pieces) if piece in _LEADING]
    return "".join(pieces[leads[-1] + 1 :]) or part if leads else part


def _before_tail(part: str) -> str:
    counted = _COUNTED.search(part)
    pieces = cut(part[: counted.start()] if counted and counted.start() else part)
    tails = [number for number, piece in enumerate(pieces) if piece in _TRAILING]
    return "".join(pieces[: tails[0]]) or part if tails else "".join(pieces)


def _strange(chunk: str, question: Question) -> float:
    """Return how little of a name the question itself says."""
    return sum(char not in question.plain for char in chunk) / len(chunk)


def _noun_chunks(text: str) -> list[str]:
    chunks: list[str] = []
    current = ""
    for word, tag in _tagged(text):
        if tag in _NOUN_TAGS and word not in _LEADING:
            current += word
        else:
            chunks, current = ([*chunks, current] if current else chunks), ""
    return [*chunks, current] if current else chunks


@lru_cache(maxsize=512)
def _tagged(text: str) -> list[tuple[str, str]]:
    return [(pair.word, pair.flag) for pair in jieba.posseg.cut(text)]
