"""The lists in a text, each with its members."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reportqa.text.forms import COUNTERS
from reportqa.text.patterns import lazy
from reportqa.text.words import cut

_BRACKETED = lazy(r"[（(]([^（()）]*、[^（()）]*)[)）]")
_QUOTED = lazy(r"(?:[“《「][^”》」“《「]{2,40}[”》」][、，,和与及以\s]{0,3}){2,}")
_QUOTATION = lazy(r"[“《「]([^”》」]+)[”》」]")
_RUN = lazy(r"[^，。；：！？,;:!?（()）]*、[^，。；：！？,;:!?（()）]*")
_PAIR = lazy(
    rf"([\u4e00-\u9fff]{{2,10}}?)(?:以及|[和与及])([\u4e00-\u9fff]{{2,8}}?)(?=[一二两三四五六七八九十\d]+[{COUNTERS}国]|等)"
)
_NUMBERED = lazy(
    r"(?:^|(?<=[；;。：:，,]))\s*(?:(?P<are>[一二三四五六七八九十]+是)|(?P<order>首先|其次|再次|最后)[，,]?"
    r"|(?P<nth>第[一二三四五六七八九十])[，,、]|(?P<han>[（(][一二三四五六七八九十]{1,3}[）)])|(?P<digit>[（(]\d{1,3}[）)])"
    r"|(?P<ring>[①-⑳])|(?P<dot>\d{1,2})[.．、](?!\d))"
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
_COUNTED = lazy(rf"[\d一二两三四五六七八九十]+[{COUNTERS}类大方国场]")
_SIGNS = "、；;"
_HELD = 0.6  # how much of the words that answer a list must hold


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list found in a text: where it stands, and its members."""

    start: int
    end: int
    members: tuple[str, ...]

    def reaches(self, text: str, start: int, end: int) -> bool:
        """Tell whether a range of the text goes from the first of the members into the last one."""
        last = max(text.rfind(sign, self.start, self.end) for sign in _SIGNS)
        return start <= self.first_mark(text) and last < end

    def first_mark(self, text: str) -> int:
        """Return where the first sign between two members stands, -1 where there is none."""
        return min((at for sign in _SIGNS if (at := text.find(sign, self.start, self.end)) >= 0), default=-1)


def lists_in(text: str) -> list[ItemList]:
    """Return every list of two members or more in a stretch of a report.

    >>> [found.members for found in lists_in("围绕“智能制造”“航空旅游”等专业群，开设了书法、国画、川剧等特色课程。")]
    [('智能制造', '航空旅游'), ('书法', '国画', '川剧')]
    >>> [found.members for found in lists_in("民办学校2所（甲校、乙校）")]
    [('甲校', '乙校')]
    """
    quoted = [_list(match, _QUOTATION.findall(match[0])) for match in _QUOTED.finditer(text)]
    bracketed = [_list(match, _members(match[1])) for match in _BRACKETED.finditer(text)]
    taken = [(found.start, found.end) for found in (*quoted, *bracketed)]
    runs = [_list(match, _members(match[0])) for match in _RUN.finditer(text) if _free(match, taken)]
    pairs = [_list(match, [_after_lead(match[1]), match[2]]) for match in _PAIR.finditer(text) if _free(match, taken)]
    found = [*quoted, *bracketed, *runs, *pairs, *_numbered(text)]
    return sorted((one for one in found if len(one.members) > 1), key=lambda one: one.start)


def list_at(text: str, start: int, end: int) -> ItemList | None:
    """Return the innermost list in a text that holds most of a range, None where none does.

    >>> list_at("围绕“智能制造”专业群，开设了书法、国画、川剧等特色课程。", 14, 17).members
    ('书法', '国画', '川剧')
    """
    holding = (one for one in lists_in(text) if min(one.end, end) - max(one.start, start) >= _HELD * (end - start))
    return min(holding, key=lambda one: one.end - one.start, default=None)


def list_opened(text: str, start: int, end: int) -> ItemList | None:
    """Return the list whose first member a range begins with and that ends inside it, None where there is none.

    >>> list_opened("理事会由政府、行业、企业代表参加，对学校的建设提出意见。", 4, 26).members
    ('政府', '行业', '企业代表')
    """
    opened = (one for one in lists_in(text) if one.start <= start <= one.first_mark(text) and one.end < end)
    return min(opened, key=lambda one: one.end - one.start, default=None)


def _list(match: re.Match[str], members: list[str]) -> ItemList:
    return ItemList(match.start(), match.end(), tuple(members))


def _numbered(text: str) -> Iterator[ItemList]:
    """Yield the lists written as 一是…；二是… or （一）…；（二）…, each in a member of those that begin before it."""
    forms: dict[str | None, list[re.Match[str]]] = {}
    ends: list[int] = []  # where the members of the lists around end
    for mark in _NUMBERED.finditer(text):
        forms.setdefault(mark.lastgroup, []).append(mark)
    for marks in forms.values():
        starts = [mark.start() for mark in marks]
        if len(marks) > 1:
            last = min((end for end in ends if end > starts[-1]), default=len(text))
            stops = [min(end for end in (*ends, *starts, last) if end > mark.start()) for mark in marks]
            members = [text[mark.end() : stop].strip("。；;，, ") for mark, stop in zip(marks, stops, strict=True)]
            yield ItemList(starts[0], last, tuple(members))
        ends += starts


def _free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    return not any(start < match.end() and match.start() < end for start, end in taken)


def _members(run: str) -> list[str]:
    parts = run.split("、")
    parts[-1:] = re.split(r"以及|[和及](?!其|格|时)", parts[-1], maxsplit=1)
    parts[0], parts[-1] = _after_lead(parts[0]), _before_tail(parts[-1])
    return [bare for part in parts if (bare := _bare(part.strip()))]


def _bare(part: str) -> str:
    """Take away quotation marks that hold the whole of a member."""
    quoted = _QUOTATION.fullmatch(part)
    return quoted[1] if quoted else part.strip("“”" if part.count("“") != part.count("”") else "")


def _after_lead(part: str) -> str:
    pieces = cut(part)
    leads = [number for number, piece in enumerate(pieces) if piece in _LEADING]
    return "".join(pieces[leads[-1] + 1 :]) or part if leads else part


def _before_tail(part: str) -> str:
    counted = _COUNTED.search(part)
    pieces = cut(part[: counted.start()] if counted and counted.start() else part)
    tails = [number for number, piece in enumerate(pieces) if piece in _TRAILING]
    return "".join(pieces[: tails[0]]) or part if tails else "".join(pieces)
