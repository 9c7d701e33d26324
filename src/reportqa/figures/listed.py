"""Lists with one set of words for several numbers: 升学和就业分别为5308人、1474人."""

from __future__ import annotations

import re
from dataclasses import replace

from reportqa.figures.clauses import SENTENCE_ENDS
from reportqa.figures.context import Context, Meaning
from reportqa.figures.phrases import GROWTH, Phrase, read_before, shorten
from reportqa.figures.scopes import Thread

_PARTED = re.compile(
    r"(?P<items>.+?)(?:分别|依次)(?P<share>占[^，]{0,12}?的?)?(?P<change>同比增长|同比下降|增长|下降|提高)?"
    r"(?:为|达到?|是|有|完成|实现)?"
)
_EACH_CHANGED = re.compile(
    r"(?P<against>同比|环比)?分别"
    r"(?P<change>(?:同比|环比|[比较][^，]{1,8}?)?(?:增长|下降|提高|上升|增加|减少|提升|占[^，]{0,10}?))(?:了|为|的)?"
)
_OPENS_LIST = re.compile(r"(?P<what>[^，。；;:]{2,40}?)(?:(?:分别|依次)(?:为|是|达)?|如下): ?$")
_LONGEST_HEAD = 60
_NUMBERED = re.compile(r"[一二三四五六七八九]、[一二三四五六七八九]")
_ITEM = re.compile(r"、|和|与|及|以及")


def read_list(context: Context, thread: Thread, index: int) -> dict[int, Meaning]:
    """Return the readings of a list that begins at ``index``, by number; none where it is no list."""
    words = context.found[index].before.strip()
    if change := _EACH_CHANGED.fullmatch(words):
        return _changes(context, index, (change["against"] or "") + change["change"])
    parted = _PARTED.fullmatch(words)
    group = context.group(index) if parted else []
    if parted is None or len(group) < 2:
        return {}
    phrase = Phrase(parted["items"]) if _NUMBERED.match(parted["items"]) else read_before(parted["items"])
    thread.take_subject(context, phrase.subject, context.found[index].start)
    share = (parted["share"] or "").removesuffix("的")
    suffix = ("占比" if share == "占" else share) + (parted["change"] or "")
    times = _dates_before(context, index, len(group)) or [phrase.time or context.time_before(index)] * len(group)
    items = share_out(phrase.noun, len(group))
    return {
        member: Meaning(shorten(item + suffix), thread.scope(replace(phrase, time=time)))
        for member, item, time in zip(group, items, times, strict=True)
    }


def read_colon_list(context: Context, index: int) -> dict[int, Meaning]:
    """Return the readings of a list that a colon opens: …的比重分别为：甲36.3%，同比上升0.1个百分点；乙27.0%.

    What stands before the colon is measured, and each item says of whom.
    """
    first = context.found[index]
    head = _OPENS_LIST.search(context.text, max(first.start - _LONGEST_HEAD, 0), first.start)
    if head is None or not first.before:
        return {}
    measured = read_before(head["what"]).noun
    found: dict[int, Meaning] = {}
    for member in range(index, len(context.found)):
        place = context.found[member]
        if (
            member > index
            and set(context.text[context.found[member - 1].quantity.right : place.quantity.left]) & SENTENCE_ENDS
        ):
            break
        phrase = read_before(place.before)
        item = f"{phrase.subject}{phrase.noun}"
        if place.quantity.kind == first.quantity.kind and place.bracket < 0 and item and not phrase.verb:
            found[member] = Meaning(measured, item)
        elif found and GROWTH.fullmatch(phrase.noun) and member - 1 in found:
            found[member] = Meaning(shorten(measured + phrase.noun), found[member - 1].scope)
    items = [reading for reading in found.values() if reading.indicator == measured]
    return found if measured and len(items) > 1 else {}


def _changes(context: Context, index: int, change: str) -> dict[int, Meaning]:
    """Share 分别增长15.2%和18.7% out over the numbers before it."""
    group = context.group(index)
    earlier = context.amounts_before(index)[-len(group) :]
    if len(earlier) < len(group):
        return {}
    return {
        member: Meaning(shorten(context.readings[of].indicator + change), context.readings[of].scope)
        for member, of in zip(group, earlier, strict=True)
    }


def _dates_before(context: Context, index: int, size: int) -> list[str]:
    """Return the dates listed before 分别, where there are as many as numbers."""
    dates = range(max(index - size, 0), index)
    if len(dates) != size or any(context.found[date].quantity.kind != "date" for date in dates):
        return []
    texts = [context.date_text(date) for date in dates]
    return [text + "年" if text[-1:].isdigit() else text for text in texts]


def share_out(noun: str, size: int) -> list[str]:
    """Share a phrase out over a list of numbers.

    >>> share_out("一、二、三年级在校生", 3), share_out("升学和就业", 2), share_out("招生人数", 2)
    (['一年级在校生', '二年级在校生', '三年级在校生'], ['升学', '就业'], ['招生人数', '招生人数'])
    """
    items = [item for item in _ITEM.split(noun) if item]
    if len(items) != size:
        return [noun] * size
    last = items[-1]
    if len(last) <= max(len(item) for item in items[:-1]) + 1:
        return items
    tail = last[len(items[0]) :]
    return [*(item if item.endswith(tail) else item + tail for item in items[:-1]), last]
