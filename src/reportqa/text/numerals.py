"""Numbers as they are written in Chinese reports: Arabic, Chinese, mixed (1.2万, 一万二千), and vague (130余, 十几)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

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
NUMBER = re.compile(f"(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE})|(?P<half>(?<=打)对(?=折))")
# 千克, 兆瓦 and 百分点 are units of their own.
_MULTIPLIER = re.compile(
    r" ?(?:[百千]?[万亿]亿?|[百千兆十佰仟](?!克|瓦|米|帕|伏|赫|卡|安|字节|焦|分点|度|比特| ?分 ?点))"
)
_MORE = re.compile(rf"(?P<digits>{ARABIC})(?P<times> ?[百千]?[万千百亿])")
_VAGUE = re.compile(r" ?[余多来几]")
_PERCENTILE = re.compile(r"(?<=.)百分[位点]")
_COUNTED = re.compile(r"[人次指总系参基分个户件家函倍天]数")
_ADJACENT_DIGITS = re.compile(r"(?P<low>[一二两三四五六七八])(?P<high>[二三四五六七八九])(?P<rest>[十百千万亿]+)")


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
    for character in times.strip():
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
    >>> [int(value) for value in read("1亿2000万元").values]
    [120000000]

    A vague numeral without any digit (几家) and a run too long to be an amount give None.
    """
    if match.end() - match.start() > _MAX_CHARACTERS:
        return None
    if match["half"]:
        return Numeral(match.start(), match.end(), (Decimal(5),), (Decimal(5),), chinese=True)
    return _read_arabic(text, match) if match["arabic"] else _read_chinese(text, match)


def _read_arabic(text: str, match: re.Match[str]) -> Numeral:
    written = Decimal(match["arabic"].replace(",", ""))
    end, vague = _skip_vague(text, match.end(), False)
    times, end = _read_multiplier(text, end, (vague and end) or match.end())
    value = written * multiplier_value(times)
    while times and (more := _MORE.match(text, end)) and multiplier_value(more["times"]) < multiplier_value(times):
        value += Decimal(more["digits"].replace(",", "")) * multiplier_value(more["times"])
        written, times, end = value, "", more.end()
    end, vague = _skip_vague(text, end, vague)
    return Numeral(match.start(), end, (value,), (written,), times, vague=vague)


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


def plain_number(value: float) -> str:
    """Write a number with at most six decimals and no trailing zeros.

    >>> plain_number(7.0), plain_number(0.1 + 0.2)
    ('7', '0.3')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")
