"""What makes a number inexact: 近, 约, 逾, 不少于 before it, 左右, 以上 after it."""

from __future__ import annotations

import re
from dataclasses import replace

from reportqa.figures.quantities import Quantity
from reportqa.text.forms import words_of
from reportqa.text.patterns import lazy
from reportqa.text.records import Bound

_BEFORE: dict[str, Bound | None] = {
    **dict.fromkeys(words_of("超过 逾 超 突破 多于 大于 高于 超出 >"), ">"),
    **dict.fromkeys(words_of("不少于 不低于 不小于 至少 最少 起码 不下 不下于 ≥ ⩾ ≧"), ">="),
    **dict.fromkeys(words_of("近 将近 接近 不足 不到 不满 未满 少于 小于 低于 <"), "<"),
    **dict.fromkeys(words_of("不超过 不高于 不多于 不大于 至多 最多 不超 ≤ ⩽ ≦"), "<="),
    **dict.fromkeys(words_of("约 大约 大概 近乎 约合 约计 大致 ≈")),
}
_BEFORE_PATTERN = lazy(rf"(?P<word>{'|'.join(sorted(_BEFORE, key=len, reverse=True))})为? ?$")
_ROUND = lazy(r"[百千万亿佰仟]")
_BEFORE_ROUND = lazy(r"[上过]$")
# 附近, 节约, 赶超 are words of their own.
_NOT_VAGUE = lazy(r"(?:[附邻靠临亲贴]近|[节签条合预制公特契邀集简违]约|[赶高]超)$")
_SHARE = lazy(r"约占(?:比)? ?$")
_RECENT = lazy(r"(?:^|[，。；：:、(最在对从将自是按据过了中\s])近$")
_SPAN_OF_TIME = lazy(r"(?:过去|未来|最近|今后|过往)的?$")
_AFTER: dict[str, Bound | None] = {
    **dict.fromkeys(["以上", "及以上", "之上"], ">="),
    **dict.fromkeys(["以下", "及以下", "之下", "以内", "之内", "及以内"], "<="),
    **dict.fromkeys(["余", "多"], ">"),
}
_AFTER_PATTERN = lazy(r" ?(?:\(含\))?(?P<word>及?以[上下内]|左右|上下|之[内上下]|[余多](?=[的，。；、)]|$))")


def qualified(text: str, quantity: Quantity) -> Quantity:
    """Return the quantity with what the words around it say of its exactness.

    近 before a duration that opens a clause is no "nearly": 近三年 are the last three years.
    """
    head = text[max(quantity.start - 8, 0) : quantity.start]
    if word := _BEFORE_PATTERN.search(head):
        quantity = _before(quantity, head, word)
    elif _BEFORE_ROUND.search(head) and _ROUND.match(text, quantity.start):
        quantity = replace(quantity, approx=True, bound=">=", left=quantity.start - 1)
    elif _SHARE.search(head):
        quantity = replace(quantity, approx=True)
    if after := _AFTER_PATTERN.match(text, quantity.end):
        bound = quantity.bound or _AFTER.get(after["word"])
        quantity = replace(quantity, approx=True, bound=bound, right=after.end())
    if quantity.kind == "duration" and (span := _SPAN_OF_TIME.search(head)):
        quantity = replace(quantity, left=quantity.start - len(span[0]))
    return quantity


def _before(quantity: Quantity, head: str, word: re.Match[str]) -> Quantity:
    until = head[: word.end("word")]
    if _NOT_VAGUE.search(until):
        return quantity
    if quantity.kind == "duration" and _RECENT.search(until):
        return replace(quantity, left=quantity.start - 1)
    left = quantity.start - (len(head) - word.start())
    return replace(quantity, approx=True, bound=quantity.bound or _BEFORE[word["word"]], left=left)
