"""The numbers that Word counts itself, as a reader sees them: 一、 （二） 3. 第四章."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reportqa.reading.word.package import attribute, child, local

_HAN = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_PLACES = re.compile(r"%([1-9])")
_LEVELS = 9
BULLET = "• "


def count_in_han(number: int, digits: str = _HAN, units: str = "十百千") -> str:
    """Write a number below 10,000 as it is counted in Chinese.

    >>> count_in_han(12), count_in_han(20), count_in_han(105), count_in_han(110), count_in_han(2024)
    ('十二', '二十', '一百〇五', '一百一十', '二千〇二十四')
    """
    if not 0 < number < 10_000:
        return str(number)
    written = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            gap = digits[0] if written and number // 10 ** (power + 1) % 10 == 0 else ""
            written += gap + digits[digit] + (units[power - 1] if power else "")
    return written[1:] if 10 <= number < 20 else written


def _digit_by_digit(number: int) -> str:
    return "".join(_HAN[int(digit)] for digit in str(number))


def _roman(number: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        written += sign * (number // value)
        number %= value
    return written


def _letters(number: int) -> str:
    """A, B ... Z, AA, BB: Word repeats the letter."""
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)]


def _enclosed(first: str, most: int) -> Callable[[int], str]:
    return lambda number: chr(ord(first) + number - 1) if number <= most else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "ordinal": str,
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "chineseCounting": count_in_han,
    "chineseCountingThousand": count_in_han,
    "taiwaneseCounting": count_in_han,
    "taiwaneseCountingThousand": count_in_han,
    "japaneseCounting": count_in_han,
    "ideographDigital": _digit_by_digit,
    "japaneseDigitalTenThousand": _digit_by_digit,
    "taiwaneseDigital": _digit_by_digit,
    "chineseLegalSimplified": lambda number: count_in_han(number, _LEGAL, "拾佰仟"),
    "ideographLegalTraditional": lambda number: count_in_han(number, "零壹貳參肆伍陸柒捌玖", "拾佰仟"),
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "decimalFullWidth": lambda number: str(number).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
    "decimalEnclosedCircle": _enclosed("①", 20),
    "decimalEnclosedCircleChinese": _enclosed("①", 20),
    "decimalEnclosedParen": _enclosed("⑴", 20),
    "decimalEnclosedFullstop": _enclosed("⒈", 20),
    "ideographEnclosedCircle": _enclosed("㊀", 10),
    "none": lambda number: "",
}
_FORMATS["decimalFullWidth2"] = _FORMATS["decimalFullWidth"]


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    label: str
    start: int
    legal: bool
    style: str
    restart: int | None = None

    def restarts_after(self, level: int) -> bool:
        """Tell whether an item of an outer level lets this one begin anew; by w:lvlRestart 0, 第二章 lets 第三条 be."""
        return self.restart is None or level < self.restart


class Numbering:
    """The lists of a document, counted on with every paragraph that asks for its label."""

    def __init__(self, root: Any) -> None:
        found = [] if root is None else list(root)
        self._outlines = {attribute(one, "abstractNumId") or "": one for one in found if local(one) == "abstractNum"}
        self._lists = {attribute(one, "numId") or "": one for one in found if local(one) == "num"}
        self._levels: dict[str, list[_Level]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def label(self, number: str, level: int, style: str = "") -> str:
        """Count one paragraph, and return the label before its words; "" where it shows none.

        A list that is numbered through its styles takes the level of the paragraph's ``style``.
        """
        outline = attribute(child(self._lists.get(number), "abstractNumId"), "val")
        levels = self._levels_of(number, outline or "")
        level = next((place for place, one in enumerate(levels) if style and one.style == style), level)
        if level >= len(levels):
            return ""
        counts = self._counts.setdefault(outline or "", [None] * _LEVELS)
        self._restart(number, level, counts)
        counts[level] = levels[level].start if counts[level] is None else (counts[level] or 0) + 1
        for deeper in range(level + 1, len(levels)):
            if levels[deeper].restarts_after(level):
                counts[deeper] = None
        return _written(levels, level, counts)

    def _restart(self, number: str, level: int, counts: list[int | None]) -> None:
        """Begin anew where a list overrides where it starts: lists of one outline count on otherwise."""
        if (number, level) not in self._begun:
            self._begun.add((number, level))
            override = self._override(number, level)
            start = attribute(child(override, "startOverride"), "val")
            if start and start.isdecimal():
                counts[level] = int(start) - 1

    def _override(self, number: str, level: int) -> Any:
        overrides = [one for one in self._lists.get(number, ()) if local(one) == "lvlOverride"]
        return next((one for one in overrides if attribute(one, "ilvl") == str(level)), None)

    def _levels_of(self, number: str, outline: str) -> list[_Level]:
        if number not in self._levels:
            levels = [one for one in self._outlines.get(outline, ()) if local(one) == "lvl"]
            own = [child(self._override(number, place), "lvl") for place in range(len(levels))]
            pairs = zip(levels, own, strict=True)
            self._levels[number] = [_level(level if other is None else other) for level, other in pairs][:_LEVELS]
        return self._levels[number]


def _level(element: Any) -> _Level:
    start = attribute(child(element, "start"), "val") or ""
    legal = child(element, "isLgl")
    restart = attribute(child(element, "lvlRestart"), "val") or ""
    return _Level(
        form=attribute(child(element, "numFmt"), "val") or _form_of_choice(element),
        label=attribute(child(element, "lvlText"), "val") or "",
        start=int(start) if start.isdecimal() else 0,
        legal=legal is not None and attribute(legal, "val") not in ("0", "false", "off"),
        style=attribute(child(element, "pStyle"), "val") or "",
        restart=int(restart) if restart.isdecimal() else None,
    )


def _form_of_choice(element: Any) -> str:
    """Return the form that Word writes for older programs, where it stands beside a newer one."""
    return attribute(child(element, "AlternateContent", "Fallback", "numFmt"), "val") or "decimal"


def _written(levels: list[_Level], level: int, counts: list[int | None]) -> str:
    shown = levels[level]
    if shown.form == "bullet":
        return BULLET

    def write(place: re.Match[str]) -> str:
        other = int(place[1]) - 1
        if other >= len(levels):
            return ""
        count = counts[other]
        number = levels[other].start if count is None else count
        form = "decimal" if shown.legal else levels[other].form
        return _FORMATS.get(form, str)(number) if number > 0 else str(number)

    return _PLACES.sub(write, shown.label).strip()
