"""Which number 其中 takes apart, and how far the list of its parts goes."""

from __future__ import annotations

import re

from reportqa.figures.clauses import SENTENCE_ENDS, Place
from reportqa.figures.context import Context
from reportqa.figures.phrases import GROWTH, Phrase
from reportqa.figures.scopes import Thread

# 较上年净减9所, 上年为9所, 比任务多2万亩: said only to compare.
_COMPARED = re.compile(r"^(?:为|是)?(?:[比较]|上[年届期]|去年|前年|同期|计划|预计)|净[增减]|[多少]\|")
_OPENS_PARTS = re.compile(r"[。；;]?(?:这?其中)?[，:、 ]*$")
_ALL = re.compile(r"[全我本][国省市县区州校院]")


def whole_of(context: Context, thread: Thread, index: int, phrase: Phrase) -> int | None:
    """Return the number that the one at ``index`` is a part of: the last outside brackets in its unit, or None.

    学校112所，较上年净减9所。其中：小学83所 is a part of the 112.
    """
    place = context.found[index]
    gap = context.text[max(place.start - 4, 0) : place.start]
    if not (phrase.of_which or "其中" in gap):
        return _goes_on(context, thread, index, phrase)
    wholes = [
        earlier
        for earlier in context.amounts_before(index, reach=8)
        if context.unit(earlier) == context.unit(index) and _may_be_whole(context, earlier, place)
    ]
    thread.listed = False
    thread.whole = wholes[-1] if wholes else None
    return thread.whole


def _may_be_whole(context: Context, earlier: int, place: Place) -> bool:
    """Tell whether 其中 can take a number apart: no change, no value of another year, in the same sentence.

    其中 that opens a sentence takes apart what the sentence before said.
    """
    found, reading = context.found[earlier], context.readings[earlier]
    if GROWTH.search(reading.indicator) or _COMPARED.search(f"{found.before}|{reading.indicator}"):
        return False
    between = _OPENS_PARTS.sub("", context.text[found.quantity.right : place.start])
    return not set(between) & SENTENCE_ENDS


def _goes_on(context: Context, thread: Thread, index: int, phrase: Phrase) -> int | None:
    """Tell whether a list that 其中 opened goes on: the same unit, no verb, and no comma after a 、."""
    whole, place = thread.whole, context.found[index]
    if whole is None:
        return None
    same_unit = context.unit(whole) == context.unit(index)
    if place.quantity.kind in ("percent", "ratio"):
        return whole if same_unit else None
    enumerated = context.text[max(place.start - 1, 0)] == "、" or place.before.startswith(("、", "和"))
    # 全市公园公厕 is no part of what was built.
    alike = same_unit and not phrase.verb and not _ALL.match(phrase.subject)
    goes_on = alike and (enumerated or not thread.listed)
    thread.listed = thread.listed or enumerated
    thread.whole = whole if goes_on else None
    return thread.whole
