"""Whether two figures measure the same thing of the same people, so that two values contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from reportqa.figures.apart import holder_differs, told_apart
from reportqa.figures.arithmetic import same_value
from reportqa.figures.circumstances import Surroundings, around, classes, contests, governor, headed, years
from reportqa.figures.phrases import GROWTH
from reportqa.figures.serials import ends_with, says, serials
from reportqa.text.bodies import REGIONS
from reportqa.text.folding import fold
from reportqa.text.forms import OWN, WHOLE, YEAR
from reportqa.text.patterns import lazy
from reportqa.text.records import Document, Figure
from reportqa.text.tags import tagged

# A date is a circumstance, a rank a place in somebody else's list: neither has a second value.
_COMPARED = frozenset({"count", "money", "area", "percent", "ratio", "duration", "other"})
# These say themselves what they count or relate; a sum, an area, a rate or a duration is a property of something.
_NAMES_ITS_BEARER = frozenset({"count", "ratio"})
# Words that say no more than "in all of this report's area, in this report's year".
_GENERAL = lazy(
    rf"^(?:{WHOLE}|{OWN}|[区县市省州校院]|公司|集团|共|总|合计|累计|年末|年底|当年|全年|本年度?|本学年度?|截至.*|目前|现有?|共有|[当本]期)$"
)
_YEAR = lazy(rf"(?:{YEAR}年?(?:末|底|度)?)+(?:\D{{1,3}}{YEAR}学年)?")
_SPECIFIC = lazy(r"^(?:含|包括|包含|其中|其)")
_HEAD = lazy(rf"^(?:{WHOLE}|{OWN}|学校|公司|集团)(?=..)")
_TAIL = lazy(r"(?:总人数|总数|总量|人数|数量|合计|总计)$")
_PER_HEAD = lazy(r"^(?:[生人户师校村次亩床]均|每[百千万十])")
_ADDED = 6
_LONG = 6
_CLOSE = 1.25
_SLIP_DIGITS = 3


def same_measure(one: Figure, other: Figure, document: Document | None = None) -> bool:
    """Tell whether two figures of one report give a value for the same indicator, scope, time and unit.

    >>> a = Figure(0, 5, "1474人", 1474, "人", 1474, "人", "count", "直接就业", "", document="r.txt")
    >>> b = Figure(90, 95, "1473人", 1473, "人", 1473, "人", "count", "直接就业", "全区", document="r.txt")
    >>> same_measure(a, b)
    True

    Scopes may differ only in words that mean the whole report. With the ``document``, the words around both figures
    must agree as well; without it, indicator and scope are all there is to go by. The rules: docs/figures.md.
    """
    return (
        one.document == other.document
        and one.kind in _COMPARED
        and (one.kind, one.normalized_unit) == (other.kind, other.normalized_unit)
        and (one.parent is None) == (other.parent is None)
        and _related(one.indicator, other.indicator)
        and _same_scope(one, other)
        and (_years_said(one) == _years_said(other) if document is None else _said_alike(one, other, document))
    )


def contradicting(figure: Figure, others: Iterable[Figure], document: Document | None = None) -> list[Figure]:
    """Return the first figure of each other value that the report gives for the same measure.

    Inexact numbers contradict nothing, and no two that differ only by rounding do: 225.8万人 and 2258321人.
    """
    found: dict[str, Figure] = {}
    if figure.approx:
        return []
    for other in others:
        differs = not other.approx and other.normalized_value != figure.normalized_value
        if differs and same_measure(figure, other, document) and not same_value(figure, other):
            found.setdefault(str(other.normalized_value), other)
    return list(found.values())


@lru_cache(maxsize=4096)
def bare(indicator: str) -> str:
    """Return an indicator without the words that only say "all of it".

    >>> bare("全区毕业生总数")
    '毕业生'
    """
    return _TAIL.sub("", _HEAD.sub("", fold(indicator)))


def _related(one: str, other: str) -> bool:
    """Tell whether two indicators are one, or one is the other with more words before it."""
    short, long = sorted((bare(one), bare(other)), key=len)
    if GROWTH.fullmatch(short) or serials(one) != serials(other):
        return False  # 增加 says nothing of what grew; 1月 is not 11月
    return len(short) >= 2 and ends_with(long, short) and len(long) - len(short) <= _ADDED


def _said_alike(one: Figure, other: Figure, document: Document) -> bool:
    """Tell whether the words around two figures of related indicators and the same scope say the same."""
    first, last = sorted((one, other), key=lambda figure: figure.start)
    here, there = around(first, document), around(last, document)
    return (
        _apart(first, last, document)
        and not (here.former or there.former)
        and classes(first, here) == classes(last, there)
        and years(first, here, document) == years(last, there, document)
        and here.occasions == there.occasions
        and contests(first) == contests(last)
        and governor(first, here) == governor(last, there)
        and headed(first) == headed(last)
        and _names_agree(first, last, document)
        and not holder_differs(first, here, last, there, document)
        and not holder_differs(last, there, first, here, document)
        and not told_apart(first, last, document)
        and _borne(first, here)
        and _borne(last, there)
        and ((_sure(first, here) and _sure(last, there)) or _close(first, last))
    )


def _apart(first: Figure, last: Figure, document: Document) -> bool:
    """Two numbers of one sentence are told apart by it: 规范管理率分别为78.5%和76.2%."""
    between = document.text[first.end : last.start]
    if "\n" in between:
        return True
    return any(mark in between for mark in "。！？!?；;") and bare(first.indicator) == bare(last.indicator)


def _names_agree(first: Figure, last: Figure, document: Document) -> bool:
    """Where one indicator says more, the other's paragraph and headings must say that too, and not tell both apart."""
    short, long = sorted((first, last), key=lambda figure: len(bare(figure.indicator)))
    added = bare(long.indicator)[: len(bare(long.indicator)) - len(bare(short.indicator))]
    if not added:
        return True
    begin = document.text.rfind("\n", 0, short.start) + 1
    paragraph = fold(document.text[begin : short.start])
    context = paragraph + fold("".join(short.section)) + fold(document.title)
    return bare(long.indicator) not in paragraph and all(says(context, word) for word, _ in tagged(added))


def _borne(figure: Figure, here: Surroundings) -> bool:
    """Tell whether it is said whose property a figure is; else 合格率90.6% may be that of anything said before.

    What was done on some occasion (排查隐患1230处) is the total only of those whom the text names.
    """
    if here.acts:
        return _anchored(figure, here)
    long = len(bare(figure.indicator)) >= _LONG or bool(_PER_HEAD.match(figure.indicator))
    opens = here.opening and here.segment == here.clause
    return figure.kind in _NAMES_ITS_BEARER or long or opens or _anchored(figure, here)


def _sure(figure: Figure, here: Surroundings) -> bool:
    """Tell whether a figure is certainly the total of those whom the text names outright, not of one occasion."""
    return _anchored(figure, here) and not here.acts


def _anchored(figure: Figure, here: Surroundings) -> bool:
    """Tell whether the text names outright of whom it speaks: a scope of the figure's own, or 全县 in the clause."""
    return bool(scope_parts(figure)) or here.says_whole


def _close(one: Figure, other: Figure) -> bool:
    """Tell whether two values are so near and so long that the one may be a slip for the other: 1474 and 1473."""
    values = (one.normalized_value, other.normalized_value)
    if not all(isinstance(value, int | float) and value > 0 for value in values):
        return False
    low, high = sorted(float(str(value)) for value in values)
    return high <= low * _CLOSE and max(_digits(one), _digits(other)) >= _SLIP_DIGITS


def _digits(figure: Figure) -> int:
    return sum(character.isdigit() for character in str(figure.value).rstrip("0").rstrip(".") or "0")


def _same_scope(one: Figure, other: Figure) -> bool:
    mine, theirs = scope_parts(one), scope_parts(other)
    return len(mine) == len(theirs) and all(any(_same_name(part, name) for name in theirs) for part in mine)


def _same_name(one: str, other: str) -> bool:
    """Tell whether two names are one, written out or shortened: 云川县人民医院 and 县人民医院."""
    if serials(one) != serials(other):
        return False
    short, long = sorted((one, other), key=len)
    added = long.removesuffix(short)
    placed = added != long and len(short) > 2 and (short[0] in REGIONS or added.endswith(tuple(REGIONS)))
    return short == long or placed or _abbreviates(short, long)


def _abbreviates(short: str, long: str) -> bool:
    """Tell whether a name takes from every word of a longer one its first character, and perhaps more: 中职学校."""
    rest = short
    for word, _ in tagged(long):
        taken = next((length for length in range(len(word), 0, -1) if rest.startswith(word[:length])), 0)
        if not taken:
            return False
        rest = rest[taken:]
    return not rest


def scope_parts(figure: Figure) -> frozenset[str]:
    """Return the parts of a scope that say more than "the whole of this report".

    >>> sorted(scope_parts(Figure(0, 2, "7所", 7, "所", 7, "所", "count", "学校", "全区；公办；2023年")))
    ['公办']
    """
    return _specific(figure.scope)


@lru_cache(maxsize=4096)
def _specific(scope: str) -> frozenset[str]:
    parts = (_SPECIFIC.sub("", _YEAR.sub("", part)) for part in re.split(r"[；;、，,]", fold(scope)))
    return frozenset(part for part in parts if part and not _GENERAL.match(part))


def _years_said(figure: Figure) -> frozenset[str]:
    return frozenset(re.findall(YEAR, fold(figure.scope)))
