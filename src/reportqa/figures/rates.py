"""Parts and proportions: 百分之五, 三分之一, 九成, 七五折, 18.29：1."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from reportqa.figures.quantities import Quantity, measured
from reportqa.text.numerals import DIGITS, NUMBER, SMALL, Numeral, multiplier_value, read_numeral
from reportqa.text.patterns import lazy
from reportqa.text.records import Bound
from reportqa.text.units import Unit

_HUNDREDTHS = lazy(r"(?P<base>[百千万佰仟]{1,4}) {0,3}分 {0,3}之 {0,3}")
_OF = lazy(r" ?分 ?之 ?")
_THOUSAND = lazy(r" {0,3}k(?![a-z])")
_TENTHS = lazy(
    r" ?成(?P<more> ?[一二三四五六七八九半](?![个名项]))?(?![员立为功本果套就长交品都型效语因绩形田活群才色虫分])"
)
_DISCOUNT = lazy(r" ?折(?![叠线返扣页腾射算合旧磨桥])")
_RATIO = lazy(r" ?(?P<to>:|比) ?(?P<second>\d{1,9}(?:\.\d{1,6})?)(?: ?: ?(?P<third>\d{1,9}(?:\.\d{1,6})?))?(?![\d:%])")
_PER_MANY = lazy(r" ?/ ?(?P<n>10{0,2})?(?P<times>[十百千]?万|千)(?!元|人)")
_DOUBLED = lazy(r"翻(?:了|上)?(?P<near>近|约|逾|超过)? ?$")
_NEAR: dict[str, Bound] = {"近": "<", "逾": ">", "超过": ">"}
_TIMES_TWO = lazy(r" ?番")
_MOST_DOUBLED = 20
_CLOCK = lazy(r"(?:[01]?\d|2[0-4]) ?: ?[0-5]\d(?!\d)")
_SLASH = lazy(r"(?P<low>\d{1,2})/(?P<high>\d{1,3})(?![\d/])(?=以上|以下|的|左右|[，。；)]|$)")


def read_rate(text: str, match: re.Match[str]) -> Quantity | None:
    """Read a proportion at ``match`` of the number pattern, or None.

    >>> read = lambda text: read_rate(text, NUMBER.search(text)).normalized_value
    >>> read("百分之五"), read("九成"), read("七五折"), read("18.29:1"), read("三分之一"), read("翻两番")
    (0.05, 0.9, 0.75, 18.29, 0.3333333333333333, 4)
    """
    if found := _HUNDREDTHS.match(text, match.start()):
        return _hundredths(text, found)
    numeral = read_numeral(text, match)
    if numeral is None or len(numeral.values) > 1:
        return None
    for reader in (_doubled, _fraction, _per_many, _ratio, _tenths, _discount):
        if quantity := reader(text, numeral):
            return quantity
    return None


def _hundredths(text: str, found: re.Match[str]) -> Quantity | None:
    number = NUMBER.match(text, found.end())
    numeral = number and read_numeral(text, number)
    if not numeral:
        return None
    end, values = numeral.end, numeral.values
    if thousand := _THOUSAND.match(text, end):
        end, values = thousand.end(), tuple(value * 1000 for value in values)
    unit = Unit(f"{found['base']}分之", "percent", "", 1 / Decimal(_base(found["base"])))
    return measured(found.start(), end, values, values, unit, bound=numeral.bound)


def _base(name: str) -> int:
    base = 1
    for character in name:
        base *= SMALL.get(character) or 10**4
    return base


def _fraction(text: str, numeral: Numeral) -> Quantity | None:
    if (slash := _SLASH.match(text, numeral.start)) and 0 < int(slash["low"]) < int(slash["high"]):
        share = Decimal(slash["low"]) / Decimal(slash["high"])
        return measured(slash.start(), slash.end(), (share,), (share,), Unit("", "ratio", ""))
    of = _OF.match(text, numeral.end)
    number = of and NUMBER.match(text, of.end())
    part = number and read_numeral(text, number)
    if not part or not numeral.values[0]:
        return None
    share = part.values[0] / numeral.values[0]
    return measured(numeral.start, part.end, (share,), (share,), Unit("分之", "ratio", ""))


def _doubled(text: str, numeral: Numeral) -> Quantity | None:
    """Read 翻一番 as twice and 翻两番 as four times what it was."""
    before, after = (
        _DOUBLED.search(text[max(numeral.start - 5, 0) : numeral.start]),
        _TIMES_TWO.match(text, numeral.end),
    )
    if not (before and after) or not 0 < numeral.values[0] <= _MOST_DOUBLED:
        return None
    start = numeral.start - len(before[0])
    times = (2 ** numeral.values[0],)
    twice = measured(start, after.end(), numeral.values, times, Unit("番", "ratio", ""))
    return replace(twice, approx=before["near"] is not None, bound=_NEAR.get(before["near"]))


def _per_many(text: str, numeral: Numeral) -> Quantity | None:
    """Read 8.6/10万, the form of mortality and incidence rates."""
    found = _PER_MANY.match(text, numeral.end)
    if found is None:
        return None
    factor = 1 / (Decimal(found["n"] or 1) * multiplier_value(found["times"]))
    unit = Unit(found[0].strip(), "ratio", "", factor)
    return measured(numeral.start, found.end(), numeral.written, numeral.values, unit)


def _ratio(text: str, numeral: Numeral) -> Quantity | None:
    found = _RATIO.match(text, numeral.end)
    if found is None or (numeral.chinese and found["to"] == ":") or _CLOCK.match(text, numeral.start):
        return None
    second = Decimal(found["second"])
    unit = Unit(text[numeral.end : found.end()].strip(), "ratio", "")
    if found["third"] or not second:
        parts = tuple(
            Decimal(part) for part in (numeral.values[0], found["second"], found["third"]) if part is not None
        )
        return measured(numeral.start, found.end(), parts, parts, unit)
    return measured(numeral.start, found.end(), numeral.written, (numeral.values[0] / second,), unit)


def _tenths(text: str, numeral: Numeral) -> Quantity | None:
    found = _TENTHS.match(text, numeral.end)
    if found is None or not 0 < numeral.values[0] <= 10:
        return None
    more = (found["more"] or "").strip()
    value = numeral.values[0] + (Decimal("0.5") if more == "半" else Decimal(DIGITS.get(more, 0)) / 10)
    return measured(
        numeral.start, found.end(), (value,), (value,), Unit("成", "percent", "", Decimal("0.1")), bound=numeral.bound
    )


def _discount(text: str, numeral: Numeral) -> Quantity | None:
    found = _DISCOUNT.match(text, numeral.end)
    value = numeral.values[0]
    if found is None or not 0 < value < 100 or (numeral.chinese and value == 10):
        return None
    if value > 10 or value == Decimal("0.5"):
        value = value / 10 if value > 10 else Decimal(5)
    return measured(numeral.start, found.end(), (value,), (value,), Unit("折", "percent", "", Decimal("0.1")))
