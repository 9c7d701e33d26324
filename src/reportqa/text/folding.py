"""The form of a text in which it is compared: one character for one, so that every position stays valid."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import opencc

_CHUNK = 20_000
# Indicators, scopes and headings are folded again and again; passages keep their folded text themselves.
_SHORT = 64
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Raised digits are the marks of notes, but for those that make a unit: m², km³.
_RAISED_IN_UNIT = re.compile("(?<=m)[²³]")


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=65_536)
def _narrow(char: str) -> str:
    # A number in a circle is an item's, a raised one is a note's: ①100人 is not 1100人, 人口¹412人 not 人口1412人.
    if unicodedata.decomposition(char).startswith(("<circle>", "<super>")):
        return char
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if len(folded) == 1 else char


def fold(text: str) -> str:
    """Fold full-width forms, letter case and Traditional characters, keeping the length.

    >>> fold("畢業生６７８２人，ＧＤＰ")
    '毕业生6782人,gdp'
    >>> fold("人口¹412万人，用地3.6ｋｍ²")
    '人口¹412万人,用地3.6km2'

    A character whose compatibility form (Unicode NFKC) has another length stays as it is (㎡), and so does one in a
    circle (①) and a raised one that is no part of a unit.
    Traditional to Simplified is OpenCC's t2s; a stretch that it would lengthen or shorten stays as it is.
    """
    return _fold_short(text) if len(text) <= _SHORT else _fold(text)


@lru_cache(maxsize=16_384)
def _fold_short(text: str) -> str:
    return _fold(text)


def _with_surrogates(text: str, original: str) -> str:
    """Put back the half characters that OpenCC does not take."""
    chars = list(text)
    for lone in _LONE_SURROGATE.finditer(original):
        chars[lone.start()] = lone[0]
    return "".join(chars)


def _fold(text: str) -> str:
    narrow = _RAISED_IN_UNIT.sub(lambda found: "2" if found[0] == "²" else "3", "".join(map(_narrow, text)))
    if narrow.isascii():
        return narrow
    parts = []
    for start in range(0, len(narrow), _CHUNK):
        part = narrow[start : start + _CHUNK]
        simplified = _to_simplified().convert(_LONE_SURROGATE.sub("\ufffd", part))
        parts.append(_with_surrogates(simplified, part) if len(simplified) == len(part) else part)
    return "".join(parts)
