"""Dates as reports write them, with their ISO 8601 form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reportqa.text.numerals import chinese_value
from reportqa.text.patterns import lazy

_YEAR = r"(?:[12]\d{3}|[一二][零〇一二三四五六七八九]{3})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])(?!\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?!\d)"
_TO = r" ?(?:-{1,2}|~|至|到) ?"

_RULES = tuple(
    lazy(rule)
    for rule in (
        # 2023-2024学年, 2021—2023年, 2021年至2023年
        rf"(?P<y>{_YEAR}) ?年?{_TO}(?P<y2>{_YEAR}|\d\d(?=学年)) ?(?P<unit>学年|年(?! ?{_MONTH} ?月))",
        # 2024年6月27日至29日, 2024年6月27日至7月2日, 6月27日-29日
        rf"(?:(?P<y>{_YEAR}) ?年 ?)?(?P<m>{_MONTH}) ?月 ?(?P<d>{_DAY}) ?日?{_TO}"
        rf"(?:(?P<m2>{_MONTH}) ?月 ?)?(?P<d2>{_DAY}) ?(?P<unit>日)",
        # 2024年1-9月, 1至11月
        rf"(?:(?P<y>{_YEAR}) ?年 ?)?(?P<m>{_MONTH}) ?月?份?{_TO}(?P<m2>{_MONTH}) ?(?P<unit>月)(?! ?{_DAY} ?日)",
        rf"(?P<y>{_YEAR}) ?年 ?(?P<m>{_MONTH}) ?月 ?(?P<d>{_DAY}) ?(?P<unit>[日号])",
        rf"(?P<y>{_YEAR}) ?年 ?(?P<m>{_MONTH}) ?(?P<unit>月)",
        rf"(?P<y>{_YEAR}) ?(?P<unit>学年|年(?!级|代|制))",
        r"(?P<y>[12]\d\d0) ?(?P<unit>年代)",
        r"(?P<y>[12]\d{3})(?P<sep>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<d>3[01]|[12]\d|0?[1-9])(?![\d.%])(?P<unit>)",
        rf"(?P<m>{_MONTH}) ?月 ?(?P<d>{_DAY}) ?(?P<unit>[日号])",
        rf"(?P<m>{_MONTH}) ?(?P<unit>月)(?![球亮饼均度])",
        # 2022、2023和2024年: the last one says that all are years
        r"(?P<y>[12]\d{3})(?P<unit>)(?=(?: ?(?:、|，|和|与|及|以及) ?[12]\d{3}){1,9} ?年)",
    )
)
_HOUR = r"(?:2[0-4]|1\d|0?\d)"
_MINUTE = r"[0-5]\d"
# 6时20分, 8点半, 21:00. A ratio is 1:18, and 10时 is no time where it goes on as 时期.
_TIME = (
    rf"(?:{_HOUR}(?:时(?:{_MINUTE}分|半|整|(?![间期代刻常机候节段长速隔区限]))|点(?:{_MINUTE}分?|半|整|钟))"
    rf"|(?<![\d比])(?<!\d:)(?!1:){_HOUR}:{_MINUTE}(?![\d:.]))"
)
_CLOCK = lazy(rf"(?P<from>{_TIME})(?:{_TO}(?P<to>{_TIME}))?")
_CLOCK_NUMBER = lazy(r"(\d{1,2})\D?(\d\d|半)?")
# 初 of 2024年初, not that of 2024年初中毕业生.
BEGINNING = r"初(?![中级小步期始次])"
# When in a month or a year: 3月底, 2026年1月上旬.
_WITHIN = lazy(rf" ?(?:[底末](?!期)|{BEGINNING}|[上中下]旬)")
# Whether before or after that time: 3月15日前, 3月底前.
_SIDE = lazy(
    r"(?:(?<=[底末初旬])(?:[以之]?前|[以之]后|起))|[以之]前|[以之]后|前(?=[，。；、完须应将把由向披申报交办缴提])|起(?=[，。；、施执生])"
)
_PART = {"y": "年", "m": "月", "d": "日"}


@dataclass(frozen=True, slots=True)
class Date:
    """A date or a span of dates: its end in the text, the numbers in it, its unit, and ISO 8601."""

    end: int
    parts: tuple[int, ...]
    unit: str
    iso: str


def read_date(text: str, position: int) -> Date | None:
    """Read the date that begins at ``position`` of plain text, or None.

    >>> read_date("2012年10月建成", 0)
    Date(end=8, parts=(2012, 10), unit='年月', iso='2012-10')
    >>> read_date("2023-2024学年", 0).iso, read_date("1-9月", 0).iso, read_date("30个月", 0)
    ('2023/2024', '--01/--09', None)

    Without a year ISO 8601:2000's --MM-DD stands; a span is written start/end, a decade as 193X (ISO 8601-2).
    """
    for rule in _RULES:
        if found := rule.match(text, position):
            return _date(found)
    return None


def within_end(text: str, end: int) -> int:
    """Return where the words end that say when in a year or month a date is that ends at ``end``: 底 of 3月底.

    >>> within_end("3月底前确定", 2), within_end("2024年初中毕业生", 5)
    (3, 5)
    """
    found = _WITHIN.match(text, end)
    return found.end() if found else end


def side_end(text: str, end: int) -> int:
    """Return where the words end that say on which side of a date something is: 前 of 3月15日前.

    >>> side_end("3月底前确定", 3), side_end("3月15日确定", 5)
    (4, 5)
    """
    found = _SIDE.match(text, end)
    return found.end() if found else end


def read_clock(text: str, position: int) -> Date | None:
    """Read the time of day that begins at ``position`` of plain text, or None.

    >>> read_clock("6时20分前告知", 0), read_clock("21:00-22:30", 0).iso, read_clock("10时期", 0)
    (Date(end=5, parts=(6, 20), unit='时分', iso='T06:20'), 'T21:00/T22:30', None)
    """
    found = _CLOCK.match(text, position)
    if found is None:
        return None
    times = [_hour_and_minute(time) for time in found.group("from", "to") if time]
    iso = "/".join(f"T{hour:02d}:{minute:02d}" for hour, minute in times)
    return Date(found.end(), tuple(part for time in times for part in time), "时分", iso)


def _hour_and_minute(time: str) -> tuple[int, int]:
    found = _CLOCK_NUMBER.match(time)
    hour, minute = found.groups() if found else ("0", None)
    return int(hour), 30 if minute == "半" else int(minute or 0)


def _date(found: re.Match[str]) -> Date:
    values: dict[str, int] = {
        str(name): _number(text) for name, text in found.groupdict().items() if text and name not in ("unit", "sep")
    }
    unit = "".join(_PART[name] for name in ("y", "m", "d") if name in values)
    if found["unit"] == "学年" or unit == "年":
        unit = found["unit"]
    begin: dict[str, int] = {name: values[name] for name in ("y", "m", "d") if name in values}
    until = {name[0]: values[name] for name in ("y2", "m2", "d2") if name in values}
    iso = _iso(begin)
    if unit == "年代":
        iso = f"{iso[:3]}X"
    if until:
        if until.get("y", 1000) < 100:
            until["y"] += begin["y"] // 100 * 100
            values["y2"] = until["y"]
        iso += "/" + _iso(begin | until)
    order = [name for name in ("y", "m", "d", "y2", "m2", "d2") if name in values]
    return Date(found.end(), tuple(values[name] for name in order), unit, iso)


def _number(text: str) -> int:
    value = chinese_value(text) if not text.isdigit() else None
    return int(text) if value is None else int(value)


def _iso(parts: dict[str, int]) -> str:
    year = f"{parts['y']:04d}" if "y" in parts else "-"
    return "-".join([year, *(f"{parts[name]:02d}" for name in ("m", "d") if name in parts)])
