"""Amounts: a number, a multiplier and a unit; ranges, money of several units, currency signs."""

from __future__ import annotations

from decimal import Decimal

from reportqa.figures.quantities import Quantity, measured
from reportqa.text.forms import words_of
from reportqa.text.numerals import DIGITS, NUMBER, Numeral, multiplier_value, read_numeral
from reportqa.text.patterns import lazy
from reportqa.text.records import Bound
from reportqa.text.units import SIGN, SIGNS, UNITS, Unit, read_unit, unknown_unit

_RANGE = lazy(r" ?(?:(?:~|至|到) ?(?P<minus>-|负|零下) ?|-{1,2}|~|至|到) ?")
_FROM = lazy(r"[从由] ?$")
_HALF_UNIT = lazy(r" ?个(?P<word>[半多])(?P<unit>月|小时|学期|星期|世纪)")
_HALVES = frozenset(words_of("年 天 日 小时 个月 个小时 学期 个学期 周 学年"))
_CHANGE = lazy(
    r" ?又? ?(?P<n>[\d一二两三四五六七八九]{1,2}) ?(?P<unit>角|毛|美分|欧分|分|日本[銭钱])"
    r"(?P<cents>[\d一二三四五六七八九]分)?"
)
# 12分36秒, 2小时30分, 3年6个月: what each unit has of the next smaller one.
_SMALLER = {"年": ("个月", 12), "小时": ("分", 60), "个小时": ("分", 60), "分": ("秒", 60), "分钟": ("秒", 60)}
_REST = lazy(r" ?(?P<n>\d{1,2}) ?(?P<unit>个月|分|秒)钟?")
_TENTH = frozenset("角毛")
_SPENT = lazy(r" ?块(?= ?(?:$|[，。；!]))")
_AMOUNT = lazy(r"[,.万亿]")
_COST = lazy(r"[花费卖付给价]\w? ?$")


def read_amount(text: str, numeral: Numeral, negative: bool = False) -> Quantity | None:
    """Read the amount that begins with ``numeral``, or None where no unit follows.

    >>> read = lambda text: read_amount(text, read_numeral(text, NUMBER.search(text)))
    >>> read("1-2小时").value, read("225.8万人").normalized_value, read("五元三毛").value, read("两年半").value
    ([1, 2], 2258000, 5.3, 2.5)
    >>> read("12分36秒").value, read("2小时30分钟").value, read("3年6个月").unit
    (12.6, 2.5, '年')

    ``negative`` tells that a minus stands before the number: it counts for the low end of a range (−5℃至3℃).
    """
    if amount := _with_half(text, numeral) or _with_sign(text, numeral):
        return amount
    found = read_unit(text, numeral.end, numeral.chinese)
    if ranged := _range(text, numeral, found, negative):
        return ranged
    found = _spent(text, numeral) or found
    if found is None and not numeral.chinese:
        found = unknown_unit(text, numeral.end, any_noun=_is_amount(text, numeral))
    if found is None:
        return None
    unit, end = found
    if unit.kind == "money" and not numeral.multiplier and (change := _with_change(text, numeral, unit, end)):
        return change
    if unit.written in _SMALLER and (lasting := _with_smaller(text, numeral, unit, end)):
        return lasting
    if unit.written in _HALVES and text.startswith("半", end):
        return _plus_half(numeral, unit, end + 1)
    if numeral.values == (Decimal("0.5"),) and numeral.chinese and unit.written not in _HALVES:
        return None
    return measured(numeral.start, end, numeral.written, numeral.values, unit, numeral.multiplier, numeral.bound)


def _is_amount(text: str, numeral: Numeral) -> bool:
    """Tell whether a number is an amount by its form: 1,200, 12万, 3.5, but not 18 or 2024."""
    return bool(numeral.multiplier) or bool(_AMOUNT.search(text, numeral.start, numeral.end))


def _with_sign(text: str, numeral: Numeral) -> Quantity | None:
    sign = SIGN.search(text[max(numeral.start - 4, 0) : numeral.start])
    if sign is None or numeral.chinese:
        return None
    found = read_unit(text, numeral.end)
    end = found[1] if found and found[0].kind == "money" else numeral.end
    start = numeral.start - len(sign[0])
    return measured(start, end, numeral.written, numeral.values, SIGNS[sign[0]], numeral.multiplier, numeral.bound)


def _with_half(text: str, numeral: Numeral) -> Quantity | None:
    found = _HALF_UNIT.match(text, numeral.end)
    if found is None:
        return None
    unit = UNITS["个" + found["unit"]]
    if found["word"] == "半":
        return _plus_half(numeral, unit, found.end())
    bound: Bound = ">"
    return measured(numeral.start, found.end(), numeral.written, numeral.values, unit, "", bound)


def _plus_half(numeral: Numeral, unit: Unit, end: int) -> Quantity:
    values = tuple(value + Decimal("0.5") for value in numeral.values)
    return measured(numeral.start, end, values, values, unit, "", numeral.bound)


def _with_change(text: str, numeral: Numeral, unit: Unit, end: int) -> Quantity | None:
    found = _CHANGE.match(text, end)
    if found is None or len(numeral.values) > 1:
        return None
    small = Decimal("0.1") if found["unit"] in _TENTH else Decimal("0.01")
    value = numeral.values[0] + small * _small(found["n"])
    if found["cents"]:
        value += Decimal("0.01") * _small(found["cents"][:-1])
    return measured(numeral.start, found.end(), (value,), (value,), unit)


def _with_smaller(text: str, numeral: Numeral, unit: Unit, end: int) -> Quantity | None:
    value, last, share = numeral.values[0], unit.written, 1
    while last in _SMALLER and (rest := _REST.match(text, end)) and rest["unit"] == _SMALLER[last][0]:
        last, share, end = rest["unit"], share * _SMALLER[last][1], rest.end()
        value += Decimal(rest["n"]) / share
    if share == 1 or len(numeral.values) > 1 or numeral.multiplier:
        return None
    values = (round(value, 4),)
    return measured(numeral.start, end, values, values, UNITS["分钟"] if unit.written == "分" else unit)


def _small(digits: str) -> Decimal:
    return Decimal("".join(str(DIGITS.get(digit, digit)) for digit in digits))


def _spent(text: str, numeral: Numeral) -> tuple[Unit, int] | None:
    """Read 块 as money where the words before it spend."""
    found = _SPENT.match(text, numeral.end)
    if found and _COST.search(text[max(numeral.start - 4, 0) : numeral.start]):
        return UNITS["块钱"], found.end()
    return None


def _range(text: str, low: Numeral, first: tuple[Unit, int] | None, negative: bool) -> Quantity | None:
    """Read the second half of 1-2小时, 3万至5万元, 5%-20% or -5℃至-3℃."""
    to = _RANGE.match(text, first[1] if first else low.end)
    number = to and NUMBER.match(text, to.end())
    high = number and read_numeral(text, number)
    second = high and read_unit(text, high.end, high.chinese)
    if not (high and second) or len(low.values) + len(high.values) > 2:
        return None
    unit, end = second
    if first and (first[0].normal != unit.normal or _FROM.search(text[max(low.start - 2, 0) : low.start])):
        return None
    times = 1 if low.multiplier or first else multiplier_value(high.multiplier)
    lowest, highest = -1 if negative else 1, -1 if to and to["minus"] else 1
    values = low.values[0] * times * lowest, high.values[0] * highest
    if values[0] >= values[1] and unit.kind != "percent":
        return None
    same = low.multiplier in ("", high.multiplier)
    written = (low.written[0] * lowest, high.written[0] * highest) if same else values
    return measured(low.start, end, written, values, unit, high.multiplier if same else "", high.bound)
