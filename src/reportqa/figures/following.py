"""The words after a number: what is counted where it stands there (19个街道, 22人自主创业)."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from reportqa.figures.phrases import MAX_PHRASE, balanced, shorten
from reportqa.text.forms import words_of
from reportqa.text.tags import tagged

_STOP_VERBS = frozenset(
    words_of(
        "开展 进行 参加 参与 举办 举行 组织 获得 获 荣获 取得 实现 完成 建成 达到 通过 成为 被 列入 "
        "入选 纳入 使用 开工 竣工 到 在 用于 供 前来 来 赴 对 将 为 以 由 按 从 向 并 及时 已 均 全部 "
        "都 是 有 占 正式 投入使用 顺利 成功 首次 同比 较 比 增长 下降 位居 位列 左右 以上 以下 之一 "
        "中 内 上 以来 来 的 了 等 共 可 能 能够 需 应 要 就 也 还 让 使 给 而 但 且 或 覆盖 "
        "涵盖 涉及 构成 组成 展开"
    )
)
_JOINTS = ("和", "与", "及", "以及")
_BINDING = ("p", "c", "u", "uj", "ul")
_AWARDED = re.compile(
    r"被?[^，。]{0,16}?(?:评为|评选为|认定为|遴选为|确定为|授予|列为|命名为|入选为?|获评|选为|推选为|纳入|列入)(?P<title>[^，。；]{3,24})"
)


@lru_cache(maxsize=8192)
def read_after(words: str, people: bool = False) -> str:
    """Return what is counted according to the words after a number.

    >>> read_after("地铁纵横境内"), read_after("课程被市教委遴选为市级示范课程"), read_after("自主创业", people=True)
    ('地铁', '市级示范课程', '自主创业')

    With ``people`` a verb after a short noun belongs to it: 22人自主创业, 130余家企业开展合作.
    """
    words = words.strip(" ").removeprefix("的")
    if awarded := _AWARDED.search(words):
        return shorten(awarded["title"])
    noun = joint = ""
    for (word, tag), (_, following) in pairwise((*tagged(words), ("", ""))):
        if _ends(word, tag, following) and (noun or tag in _BINDING) and not (people and _acts(noun, word)):
            break
        if len(noun) + len(word) > MAX_PHRASE:
            break
        noun += word
        joint = word if word in _JOINTS else ""
    # 5个镇和2个乡
    return _without_tail(noun.removesuffix(joint))


def _ends(word: str, tag: str, following: str) -> bool:
    """Tell whether a word after a number begins what is no longer counted: a verb, an adverb, 的."""
    if word in _STOP_VERBS or (tag == "v" and following == "s"):
        return True
    return tag in ("d", *_BINDING) and word not in "和与及、·"


def _acts(noun: str, word: str) -> bool:
    """Tell whether a verb belongs to the people before it: 企业开展合作, but not 企业的."""
    return len(noun) <= 2 and word not in "的了等"


_AND = re.compile(r"(?<=..)[和及]")


def _without_tail(noun: str) -> str:
    if (pair := _AND.search(noun)) and len(noun) - pair.end() > 6:
        noun = noun[: pair.start()]
    return balanced(noun.strip(" ，、的")).removesuffix("中") if not noun.endswith(("初中", "高中", "集中")) else noun
