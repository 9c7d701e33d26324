"""Names that a number tells apart: 1月 and 10月, 第1中学 and 第18中学, A-1 and A-12, 二十一 and 二十八."""

from __future__ import annotations

import re
from functools import lru_cache

from reportqa.text.folding import fold

_NUMERALS = "零〇一二三四五六七八九十百千"
_SERIAL = re.compile(rf"\d+(?:[.-]\d+)*|[{_NUMERALS}]+|(?<![a-z])[a-z]+(?![a-z])")
_DIGIT = re.compile(r"[\d.]")


@lru_cache(maxsize=16_384)
def serials(name: str) -> tuple[str, ...]:
    """Return the numbers and lone letters in a name, in order.

    >>> serials("临江第18中学"), serials("A-12地块"), serials("二十一局"), serials("县医院")
    (('18',), ('a', '12'), ('二十一',), ())
    """
    return tuple(found[0].lstrip("0") or "0" for found in _SERIAL.finditer(fold(name)))


def ends_with(name: str, ending: str) -> bool:
    """Tell whether a name ends with whole words: 11月产量 does not end with 1月产量.

    >>> ends_with("11月产量", "1月产量"), ends_with("全年1月产量", "1月产量"), ends_with("二十一局", "一局")
    (False, True, False)
    """
    return name.endswith(ending) and not _cut(name, len(name) - len(ending))


def says(words: str, name: str) -> bool:
    """Tell whether a name stands in ``words`` with no number of it cut.

    >>> says("第18中学招生", "8中学"), says("第8中学招生", "8中学")
    (False, True)
    """
    at = words.find(name)
    while at >= 0:
        if not (_cut(words, at) or _cut(words, at + len(name))):
            return True
        at = words.find(name, at + 1)
    return False


def _cut(text: str, at: int) -> bool:
    """Tell whether a number goes on over a position."""
    before, after = text[at - 1 : at] if at else "", text[at : at + 1]
    both = before and after
    return bool(
        both and ((_DIGIT.match(before) and _DIGIT.match(after)) or (before in _NUMERALS and after in _NUMERALS))
    )
