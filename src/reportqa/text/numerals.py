"""Numbers as they are written in Chinese reports: Arabic, Chinese, mixed (1.2万, 一万二千), and vague (130余, 十几)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from reportqa.text.patterns import lazy
from reportqa.text.records import Bound

DIGITS = dict(zip("零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖", map(int, "001223456789123456789"), strict=True))
SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
LARGE = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_CHINESE = "".join([*DIGITS, *SMALL, *LARGE])
_KNOWN = {*DIGITS, *SMALL, *LARGE}
_MAX_CHARACTERS = 24  # longer runs of digits are codes, not amounts

# Possessive throughout: a run of digits is read once, however long it is.
ARABIC = r"\d++(?:,\d{3}(?!\d))*+(?:\.\d++)?+"
CHINESE = rf"[{_CHINESE}几数半]++(?: {{1,3}}+[{_CHINESE}]++)*+(?: {{0,3}}+点 {{0,3}}+[{''.join(DIGITS)}]++)?+"
ARABIC_NUMBER = lazy(ARABIC)
NUMBER = lazy(
    f"(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE})|(?P<half>(?<=打)对(?=折))|(?P<doubled>(?<=翻)番|(?<=翻了)番)"
)
# 千克, 兆瓦 and 百分点 are units of their own.
_MULTIPLIER = lazy(
    r" ?(?:个(?:[千百]?万)?亿|[百千]?[万亿][万亿]?"
    r"|[百千兆十佰仟](?!克|瓦|米|帕|伏|赫|卡|安|字节|焦|分点|度|比特| ?分 ?点))"
)
_MORE = lazy(rf"零?(?P<digits>{ARABIC})(?P<times> ?[百千]?[万千百亿])")
# 3万4000 goes on with what is less than 万, 8万5 with the next digit; a date or a name after 3万 does neither.
_REST = lazy(r"(?P<zero>零)?(?P<digits>\d{1,4})(?![\d.,%‰:/~-]| ?[年月日号])")
# 2千零30, 3千5百: digits between the powers of ten.
_MIXED = lazy(r"[百千佰仟](?:零?\d{1,2}[百佰拾十])?(?:零?\d{1,2}(?![\d.,%]))?(?=.)")
_STEP = lazy(r"(?P<zero>零?)(?P<digits>\d{1,2})(?P<times>[百佰拾十]?)")
_VAGUE = lazy(r" ?(?:[余来几]|多|个多(?=[千百]?万?亿))")
_PERCENTILE = lazy(r"(?<=.)百分[位点]")
_COUNTED = lazy(r"[人次指总系参基分个户件家函倍天]数")
_ADJACENT_DIGITS = lazy(r"(?P<low>[一二两三四五六七八])(?P<high>[二三四五六七八九])(?P<rest>[十百千万亿]+)")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number read from ``start`` to ``end``: one value, or two for 二三十.

    ``written`` is the number before its ``multiplier``: 225.8 and 万 of 225.8万, where ``values`` has 2258000.
    """

    start: int
    end: int
    values: tuple[Decimal, ...]
    written: tuple[Decimal, ...]
    multiplier: str = ""
    chinese: bool = False
    vague: bool = False

    @property
    def bound(self) -> Bound | None:
        """The direction that 余, 多 or 几 give."""
        return ">" if self.vague else None


def tidy(value: Decimal) -> int | float:
    """Return a whole number as int, any other as float.

    >>> tidy(Decimal("12.0")), tidy(Decimal("0.5"))
    (12, 0.5)
    """
    return int(value) if value == value.to_integral_value() else float(value)


def multiplier_value(times: str) -> int:
    """Return what a multiplier multiplies by.

    >>> multiplier_value("万亿"), multiplier_value("")
    (1000000000000, 1)
    """
    product = 1
    for character in times.strip().removeprefix("个"):
        product *= SMALL.get(character) or LARGE[character]
    return product


def chinese_value(run: str) -> Decimal | None:
    """Return the value of a Chinese numeral, or None where the characters are no number.

    >>> chinese_value("一万二千"), chinese_value("二〇二三"), chinese_value("一百二十点五"), chinese_value("三二百")
    (Decimal('12000'), Decimal('2023'), Decimal('120.5'), None)
    """
    whole, _, decimals = run.replace(" ", "").partition("点")
    if not set(whole) <= _KNOWN:
        return None
    value = _positional(whole) if all(c in DIGITS for c in whole) else _structured(whole)
    if value is None or not decimals:
        return value
    return value + Decimal("0." + "".join(str(DIGITS[c]) for c in decimals))


def _positional(run: str) -> Decimal | None:
    return Decimal("".join(str(DIGITS[c]) for c in run)) if run else None


def _structured(run: str) -> Decimal | None:
    total = section = 0
    pending: int | None = None
    last = 1
    for character in run:
        if character in DIGITS:
            if pending:
                return None
            pending = DIGITS[character]
            last = 1 if pending == 0 else last
        elif character in SMALL:
            last = SMALL[character]
            section += (1 if pending is None else pending or 1) * last
            pending = None
        elif character in LARGE and total and not section and pending is None:
            last *= LARGE[character]  # 四万万, 一万亿
            total *= LARGE[character]
        elif character in LARGE:
            last = LARGE[character]
            section += pending or 0
            above = total >= last or (total > 0 and section > 0 and total % last == 0)
            total = total + section * last if above else (total + section or 1) * last
            section, pending = 0, None
        else:
            return None
    tail = pending or 0
    return Decimal(total + section + (tail * last // 10 if last >= 100 else tail))


def read_numeral(text: str, match: re.Match[str]) -> Numeral | None:
    """Read the number that begins with ``match`` of :data:`NUMBER`, with its multiplier and an infix 余 or 多.

    >>> read = lambda text: read_numeral(text, NUMBER.search(text))
    >>> [int(value) for value in read("130余家").values], read("130余家").vague
    ([130], True)
    >>> [int(read(text).values[0]) for text in ("1亿2000万元", "3万4000家", "2千零30万元", "8万5，", "3.2个亿")]
    [120000000, 34000, 20300000, 85000, 320000000]

    A vague numeral without any digit (几家) and a run too long to be an amount give None. 翻番 is one 番, unsaid.
    """
    if match.end() - match.start() > _MAX_CHARACTERS:
        return None
    if match["half"] or match["doubled"]:
        value = Decimal(5 if match["half"] else 1)
        return Numeral(match.start(), match.end() if match["half"] else match.start(), (value,), (value,), chinese=True)
    return _read_arabic(text, match) if match["arabic"] else _read_chinese(text, match)


def _read_arabic(text: str, match: re.Match[str]) -> Numeral:
    written, end = _mixed(text, match)
    end, vague = _skip_vague(text, end, False)
    times, end = _read_multiplier(text, end, end)
    value = written * multiplier_value(times)
    least = multiplier_value(times)
    while times and (more := _MORE.match(text, end)) and multiplier_value(more["times"]) < least:
        least = multiplier_value(more["times"])
        value += Decimal(more["digits"].replace(",", "")) * least
        written, times, end = value, "", more.end()
    if least >= LARGE["万"] and not vague and (rest := _rest(text, end, least)):
        value += rest[0]
        written, times, end = value, "", rest[1]
    end, vague = _skip_vague(text, end, vague)
    return Numeral(match.start(), end, (value,), (written,), times, vague=vague)


def _mixed(text: str, match: re.Match[str]) -> tuple[Decimal, int]:
    """Read the digits of ``match`` with the powers of ten among them: 2千零30 of 2千零30万元."""
    written = Decimal(match["arabic"].replace(",", ""))
    powers = _MIXED.match(text, match.end())
    if powers is None or powers.end() - powers.start() < 2 or not match["arabic"].isdigit():
        return written, match.end()
    last = SMALL[powers[0][0]]
    written *= last
    for step in _STEP.finditer(powers[0], 1):
        # A last digit without a power of its own is the next place: 3千5 is 3500, 3千零5 is 3005.
        place = SMALL[step["times"]] if step["times"] else 1 if step["zero"] or len(step["digits"]) > 1 else last // 10
        written, last = written + int(step["digits"]) * place, place
    return written, powers.end()


def _rest(text: str, position: int, above: int) -> tuple[int, int] | None:
    """Read what follows 万 or 亿 without a power of ten: 4000 in 3万4000, 5 in 8万5 (thousands)."""
    found = _REST.match(text, position)
    if found is None or (above > LARGE["万"] and len(found["digits"]) > 1 and not found["zero"]):
        return None
    tenth = len(found["digits"]) == 1 and not found["zero"]
    return int(found["digits"]) * (above // 10 if tenth else 1), found.end()


def _read_chinese(text: str, match: re.Match[str]) -> Numeral | None:
    end = match.end() - bool(_PERCENTILE.match(text, match.end() - 1))
    run = text[match.start() : end].lstrip("几数")
    start = end - len(run)
    if start > match.start() and run[:1] in {*SMALL, *LARGE} and not _COUNTED.match(text, max(start - 2, 0)):
        start -= 1
    if pair := _ADJACENT_DIGITS.fullmatch(run):
        low, high = (chinese_value(pair[side] + pair["rest"]) for side in ("low", "high"))
        if low is not None and high is not None and high > low:
            return Numeral(start, end, (low, high), (low, high), chinese=True)
    vague = start < end - len(run) or "几" in run
    core = run.replace("几", "")
    value = Decimal("0.5") if core == "半" else chinese_value(core) if core else None
    if value is None:
        return None
    end, vague = _skip_vague(text, end, vague)
    times, end = _read_multiplier(text, end, end) if vague else ("", end)
    value *= multiplier_value(times)
    return Numeral(start, end, (value,), (value,), times, chinese=True, vague=vague)


def _skip_vague(text: str, position: int, vague: bool) -> tuple[int, bool]:
    found = _VAGUE.match(text, position)
    return (found.end(), True) if found else (position, vague)


def _read_multiplier(text: str, position: int, fallback: int) -> tuple[str, int]:
    found = _MULTIPLIER.match(text, position)
    return (found[0].strip(), found.end()) if found else ("", fallback)


def multiplied(text: str, numeral: Numeral) -> Numeral:
    """Return a numeral with the multiplier that stands at its end, if any: 万 of (1,203)万元.

    >>> found = multiplied("(45)万元", Numeral(0, 4, (Decimal(45),), (Decimal(45),)))
    >>> int(found.values[0]), found.multiplier, found.end
    (450000, '万', 5)
    """
    times, end = _read_multiplier(text, numeral.end, numeral.end)
    if not times or numeral.multiplier:
        return numeral
    values = tuple(value * multiplier_value(times) for value in numeral.values)
    return replace(numeral, end=end, values=values, multiplier=times)


def plain_number(value: float) -> str:
    """Write a number with at most six decimals and no trailing zeros.

    >>> plain_number(7.0), plain_number(0.1 + 0.2)
    ('7', '0.3')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")
