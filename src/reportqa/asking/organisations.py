"""Bodies that have a name of their own: 砚泽中学, 石门乡卫生院, 恒瑞光电公司, but not 民办学校."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reportqa.text.tags import REGIONS, dictionary_tag, tagged

_END = (
    r"(?:学校|小学|中学|初中|学院|大学|幼儿园|医院|卫生院|公司|集团|中心|[厂馆店园站局委]|街道|社区|基地|支行|协会"
    r"|[\u4e00-\u9fff]{2}[镇乡村])"
)
_ENDING = re.compile(_END)
_BODY = re.compile(rf"{_END}$")
# What a kind of body is called by, whatever their number: 全区公办中等职业学校.
_SORT = (
    r"(?:全[区县市省国]|各|所有|其[他它]|[省市区县]?[属直内级]|非?国有|中职|高职|职业|中等|高等|技工|技术|公办|民办|公立|民营|私立"
    r"|普通|高级|乡镇|特殊|教育|义务|综合|基层|重点|示范|上市|合作|定点|规模以上|[及、等含与和]"
    r"|(?:学校|小学|中学|初中|高中|学院|大学|幼儿园|医院|公司)(?=[及、等与和]))"
)
_KIND = re.compile(rf"(?:[\u4e00-\u9fff]{{1,3}}[省市县区])?{_SORT}*{_END}")
_SORTED = re.compile(_SORT)
_PROPER = frozenset({"nr", "nrt", "nrfg", "nz", "nt"})
_NOUNS = frozenset("njbxkae")
_OTHER_NOUNS = frozenset({"vn", "m", "s", "f"})
_DISTRICTS = frozenset("省市区县州")
_BRANCH = re.compile(r"(?:公司|集团|基地|[厂站园店])$")
_PARTING = re.compile(r"[\W_和与及跟]|\d+年?度?")


def is_body(name: str) -> bool:
    """Tell whether a name is that of one body.

    >>> is_body("砚泽中学"), is_body("全区小学、初中"), is_body("民办学校")
    (True, False, False)
    """
    return bool(_BODY.search(name)) and not _KIND.fullmatch(name)


@lru_cache(maxsize=256)
def named_bodies(text: str) -> tuple[str, ...]:
    """Return the bodies that a text names.

    >>> named_bodies("石门乡卫生院和砚泽中学的面积"), named_bodies("民办学校有几所")
    (('石门乡卫生院', '砚泽中学'), ())

    A name has a word that jieba takes for one or does not know, or begins with a township or a level: 县中医医院.
    """
    if not _ENDING.search(text):
        return ()
    found = (_body(words) for part in _PARTING.split(text) for words in _noun_chunks(part))
    return tuple(dict.fromkeys(name for name in found if name))


def speaks_of(text: str, name: str) -> bool:
    """Tell whether a text has a name, if only in a longer form.

    >>> speaks_of("重庆市渝北职业教育中心共有教师", "渝北职教中心"), speaks_of("全区共有教师", "砚泽中学")
    (True, False)
    """
    return bool(re.search(".{0,5}".join(map(re.escape, name)), text))


def _noun_chunks(text: str) -> Iterator[list[tuple[str, str]]]:
    chunk: list[tuple[str, str]] = []
    for word, tag in tagged(text, guessed=True):
        # 县 and 市 before a body are its own, whatever jieba takes them for.
        if tag[0] in _NOUNS or tag in _OTHER_NOUNS or word in REGIONS or (len(word) > 1 and _BODY.search(word)):
            chunk.append((word, tag))
        else:
            yield chunk
            chunk = []
    yield chunk


def _body(words: list[tuple[str, str]]) -> str:
    """Return the name in a chain of nouns up to its last word that ends one, "" where it is none."""
    last = max((at for at, (word, _) in enumerate(words) if _BODY.search(word)), default=-1)
    own = words[: last + 1]
    # The region of a report is named for what lies in it, and what is done is no part of a name: 参观青禾区民办学校.
    while own and (own[0][1] == "vn" or (len(own[0][0]) > 1 and own[0][0][-1] in _DISTRICTS)):
        own = own[1:]
    name = "".join(word for word, _ in own)
    if len(name) < 4 or not is_body(name) or any(_SORTED.fullmatch(word) for word, _ in own):
        return ""
    return name if _is_proper(own) else ""


def _is_proper(words: list[tuple[str, str]]) -> bool:
    # 石门乡卫生院, 县中医医院, 海联学院; but what a company has somewhere may go by another name: 越南工厂.
    led = len(words) > 1 and words[0][0][-1] in REGIONS
    placed = len(words) > 1 and not _BRANCH.search(words[-1][0])
    return led or any(
        tag in _PROPER or (placed if tag == "ns" else dictionary_tag(word) is None) for word, tag in words
    )
