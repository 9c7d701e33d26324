"""The words around a number: its clause, the brackets it stands in, what lies between it and its neighbours."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from reportqa.figures.quantities import Quantity

SENTENCE_ENDS = frozenset("。！？!?")
STOPS = frozenset("，。；：！？!?;:|")
_BRACKET = re.compile("[()]")
_REACH = 64  # words further away do not say what a number measures


@dataclass(frozen=True, slots=True)
class Place:
    """A quantity with the words before and after it, to the next comma or number.

    ``start`` is where ``before`` begins; ``bracket`` is the position of the bracket around the quantity, or -1;
    ``note`` is what a bracket right after it says.
    """

    quantity: Quantity
    start: int
    before: str
    after: str
    bracket: int
    note: str


def places(text: str, quantities: list[Quantity], shown: str = "") -> list[Place]:
    """Return each quantity with the words around it, as they stand in ``shown`` (by default the plain ``text``).

    >>> from reportqa.figures.scanner import scan
    >>> text = "本年度招生6191人(含技校1455人)，其中22人创业"
    >>> [(place.before, place.after, place.bracket) for place in places(text, scan(text))]
    [('本年度招生', '', -1), ('含技校', '', 10), ('其中', '创业', -1)]
    """
    shown = shown or text
    outer = _brackets(text)
    opens = [begin for begin, _ in outer]
    last_right: dict[int, int] = {}
    found: list[Place] = []
    for index, quantity in enumerate(quantities):
        bracket = _around(outer, opens, quantity.start)
        floor = max(last_right.get(bracket, 0), bracket + 1)
        if index and _describes(text, quantities[index - 1], quantity):
            floor = max(found[-1].start, bracket + 1)
        note, right = _note(text, outer, opens, quantity.right)
        start, before = _before(text, shown, quantity.left, floor, outer if bracket < 0 else [], opens)
        if _stands_for_clause(text, bracket, quantity, quantities[index - 1].right if index else 0):
            start, before = _before(text, shown, bracket, last_right.get(-1, 0), outer, opens)
        begin, limit = _following(text, quantities, index, right)
        found.append(Place(quantity, start, before, shown[begin : _after(text, begin, limit)], bracket, note))
        last_right[bracket] = right
    return found


def _stands_for_clause(text: str, bracket: int, quantity: Quantity, last: int) -> bool:
    """Tell whether a number alone in brackets is that of the words before them: 药占比(24.8%), but not 12人(24.8%)."""
    if bracket < 0 or quantity.kind in ("date", "duration", "rank") or not text[last:bracket].strip():
        return False
    around = text[bracket + 1 : quantity.left] + text[quantity.right : quantity.right + 4].partition(")")[0]
    return not around.strip() and text[bracket - 1] not in STOPS


def _describes(text: str, quantity: Quantity, following: Quantity) -> bool:
    """Tell whether a number only describes what the next counts: 45岁以下教师126人, 三年巩固率98%, 较2022年增加3%."""
    threshold = quantity.right > quantity.end and quantity.kind not in ("percent", "date")
    compared = quantity.kind == "date" and text[quantity.left - 1 : quantity.left] in ("比", "较")
    lasting = quantity.kind == "duration" and following.kind == "percent" and quantity.left == quantity.start
    # 占全国七大类医药商品销售总额的72%: the classes belong to the name of the base.
    based = (
        following.kind in ("percent", "ratio")
        and quantity.kind == "count"
        and "占" in text[max(quantity.left - 8, 0) : quantity.left]
    )
    return (threshold or compared or lasting or based) and not set(text[quantity.right : following.left]) & (
        STOPS | set("、()")
    )


def _following(text: str, quantities: list[Quantity], index: int, right: int) -> tuple[int, int]:
    """Return where the words after a number begin and end; 30个 is passed over in 九大类30个专业."""
    following = index + 1
    while following < len(quantities) and quantities[following].left < right:
        following += 1
    if following < len(quantities) and not text[right : quantities[following].left].strip():
        right = quantities[following].right
        following += 1
    return right, quantities[following].left if following < len(quantities) else len(text)


def _brackets(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the outermost brackets of plain ``text``, in order."""
    found: list[tuple[int, int]] = []
    depth = begin = 0
    for mark in _BRACKET.finditer(text):
        if mark[0] == "(":
            begin = begin if depth else mark.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                found.append((begin, mark.end()))
    return found


def _around(outer: list[tuple[int, int]], opens: list[int], position: int) -> int:
    # A bracket that opens with the quantity is its own: the loss (1,203)万元.
    index = bisect_left(opens, position) - 1
    return opens[index] if index >= 0 and outer[index][1] > position else -1


def _note(text: str, outer: list[tuple[int, int]], opens: list[int], right: int) -> tuple[str, int]:
    """Return what the bracket right after a quantity says, and where the words go on."""
    index = bisect_right(opens, right - 1)
    if index < len(outer) and opens[index] >= right and not text[right : opens[index]][:4].strip():
        begin, end = outer[index]
        if begin - right <= 4:
            return text[begin + 1 : end - 1], end
    return "", right


def _before(
    text: str, shown: str, end: int, floor: int, outer: list[tuple[int, int]], opens: list[int]
) -> tuple[int, str]:
    """Read back to a comma or the number before, passing over closed brackets."""
    kept: list[str] = []
    position = end
    while position > floor and len(kept) < _REACH:
        character = text[position - 1]
        if character == ")" and outer:
            index = bisect_right(opens, position - 1) - 1
            if index >= 0 and outer[index][1] == position:
                position = outer[index][0]
                continue
        if character in STOPS and (character != ":" or kept):
            break
        kept.append(shown[position - 1])
        position -= 1
    return max(position, floor), "".join(reversed(kept)).strip(" :")


def _after(text: str, start: int, limit: int) -> int:
    end = start
    limit = min(limit, start + _REACH)
    while end < limit and text[end] not in STOPS and text[end] not in "()、":
        end += 1
    return end
