"""What a number counts: the words before it, those after it, or both."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reportqa.figures.clauses import Place
from reportqa.figures.following import read_after
from reportqa.figures.phrases import CLASS, Phrase, shorten
from reportqa.text.forms import COUNTERS, words_of
from reportqa.text.tags import tagged

_PURPOSE = re.compile(r"(?:主要|专项|全部)?用于(?P<what>[^，。；]{2,14})")
_PEOPLE = frozenset(words_of("人 名 人次 家 户 位"))
_ACTING = ("v", "d", "p")
_CLASSIFIERS = frozenset(COUNTERS + "类部大股") - frozenset("人次吨户")
# Counted without a measure word: 辖4区3县, 12镇.
DIVISIONS = frozenset(words_of("区 县 市 乡 镇 村 街道"))
_GROWING = ("新", "增", "减", "净")


@dataclass(frozen=True, slots=True)
class Counted:
    """A noun phrase, and the words after the number that it took up."""

    noun: str
    taken: str = ""


def counted(place: Place, phrase: Phrase, shared: bool = False) -> Counted:
    """Choose between the words before a number and those after it.

    ``shared`` tells that the words after it are also the only ones before the next number. What stands after counts in
    19个街道 and 100年的历史, what stands before in 教师120人, and both in 外宾6万人到馆参观.
    """
    kind = place.quantity.kind
    if place.quantity.unit in DIVISIONS and (not phrase.noun or phrase.bound_open):
        return Counted(place.quantity.unit)
    if kind == "money" and (purpose := _PURPOSE.match(place.after)):
        return Counted(shorten(purpose["what"].strip() + (phrase.noun or _actor(phrase) + phrase.verb)))
    people = place.quantity.normalized_unit in _PEOPLE
    right = read_after(place.after, people) if place.after.strip() else ""
    if shared and kind == "count":
        right = _first_half(right, phrase)
    if _stands_after(place, phrase, right):
        return _after(kind, phrase, right)
    if not phrase.noun:
        return Counted((_actor(phrase) if phrase.verb else phrase.subject) + phrase.verb)
    joined = people and right and len(phrase.noun) <= 6 and tagged(right)[0][1] in _ACTING
    return Counted(shorten(phrase.noun + right) if joined else phrase.noun)


def _actor(phrase: Phrase) -> str:
    """Return a short subject, which belongs to the verb: 财政投入."""
    return phrase.subject if len(phrase.subject) <= 4 else ""


def _first_half(right: str, phrase: Phrase) -> str:
    """Share the words between two numbers out: 3所|学校|教师|120人; the second has all where the first has its own."""
    if phrase.noun and not CLASS.fullmatch(phrase.noun):
        return ""
    words = [word for word, _ in tagged(right)]
    return "".join(words[: max(len(words) // 2, 1)])


def _after(kind: str, phrase: Phrase, right: str) -> Counted:
    last, tag = tagged(phrase.noun)[-1] if phrase.noun else ("", "")
    if kind == "duration":
        return Counted(last + right if tag == "v" else right)
    verb = phrase.verb if phrase.verb.startswith(_GROWING) else ""
    return Counted(verb + right, right if kind == "count" else "")


def _stands_after(place: Place, phrase: Phrase, right: str) -> bool:
    """Tell whether what is counted stands after the number."""
    if not right:
        return False
    kind = place.quantity.kind
    nominal = tagged(right)[0][1] not in _ACTING
    if not phrase.noun or CLASS.fullmatch(phrase.noun):
        return nominal or kind not in ("money", "percent", "area")
    if kind == "duration":
        return nominal and (place.after.startswith("的") or (phrase.bound_open and len(right) <= 8))
    return nominal and kind == "count" and (phrase.bound_open or place.quantity.unit[-1:] in _CLASSIFIERS)
