"""The matching form of a text: the same length, with look-alike characters made one.

Every rule of this package reads this form, so that a position found in it is a position of the running text.
"""

from __future__ import annotations

from reportqa.text.folding import fold
from reportqa.text.patterns import lazy

_HELD_COMMA = "\ue000"
_WIDE_SEPARATOR = lazy(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
_ALIKE = str.maketrans("‐‑‒–—―−─－〜○∶〔〕【】［］\u3000\xa0\t\r\n", "---------~〇:()()()     ")


# Marks of notes are no digits: 常住人口¹412.6万人, 毕业生[2]1,102人. m² is a unit, and 10⁸ a power.
_POWER = lazy(r"(?<=10|１０)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}")
_NOTE_MARK = lazy(
    r"(?<![mM\d⁰¹²³⁴⁵⁶⁷⁸⁹])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|(?<=[\d%％])(?<!10)(?<!１０)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}"
    r"|(?<=[mM][²³])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}|(?<=[一-龥\d%％)）])[\[〔［]\d{1,3}[\]〕］]"
    r"|(?<=[一-龥])[①-⑳]{1,2}(?=[\d０-９，。；、,;]|\s*$)"
)
# 41 826个: blanks between groups of three digits, before a unit or in a cell of its own; 表3 120所 is two numbers.
_GROUPED = lazy(
    r"(?:(?<=[一-龥，。；、:()|\-+])|^)(?<![图表第附])\d{1,3}(?: \d{3}(?!\d))+(?:\.\d+)?(?= ?[一-龥%‰、]|[ )]*$)"
)
# A comma that is in no number ends a clause, however it is written.
_CLAUSE_COMMA = lazy(r"(?<!\d),|,(?!\d)")


def cased(text: str, matching: str) -> str:
    """Return the ``matching`` form of ``text`` with the capital letters that ``text`` has.

    >>> cased("ＧＤＰ总值", plain("ＧＤＰ总值")), cased("GDP總值", plain("GDP總值"))
    ('gdp总值', 'GDP总值')
    """
    if matching.isascii() or any(map(str.isupper, text)):
        return "".join(a if a.isascii() and a.isalpha() else b for a, b in zip(text, matching, strict=True))
    return matching


def plain(text: str) -> str:
    """Return ``text`` folded, with dashes, brackets and white space made one, and commas that end a clause kept apart.

    >>> plain("１１１，１１１個，１８.２９：１—２")
    '111,111个，18.29:1-2'
    >>> plain("人口¹412.6万人[3]，用地3.6km²")
    '人口 412.6万人   ，用地3.6km2'

    >>> plain("个体户158 364个,表3 120所")
    '个体户158,364个，表3 120所'

    The length never changes. A full-width comma is a thousands separator only between full-width digits.
    """
    text = _POWER.sub(lambda power: "^" * len(power[0]), text)
    text = _NOTE_MARK.sub(lambda mark: " " * len(mark[0]), text)
    held = _WIDE_SEPARATOR.sub(",", text).replace("，", _HELD_COMMA)
    folded = _CLAUSE_COMMA.sub("，", fold(held).replace(_HELD_COMMA, "，").translate(_ALIKE))
    return _GROUPED.sub(lambda number: number[0].replace(" ", ","), folded)
