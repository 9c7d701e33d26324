"""A paragraph with its numbers and what has been read of them so far: what the rules for indicators look back at."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from reportqa.figures.clauses import SENTENCE_ENDS, STOPS, Place
from reportqa.figures.dates import BEGINNING, side_end, within_end
from reportqa.figures.phrases import CLASS, GROWTH, THIS, read_before
from reportqa.text.units import comparable_unit

HEAD = 40  # characters of a clause in which its subject is looked for
CLAUSE_ENDS = re.compile("[，。；：;:]")
LIST_GAP = re.compile(r"[ 、，,和与及]*(?:其中)?")
_MEMORY = 400  # characters back in which 该校 has its name
_LOOK_BACK = 6  # numbers back at which 同比增长 finds what grew
_LONGEST_LIST = 24
_TAIL_OF_DATE = re.compile(rf"(?:年?(?:[底末]|{BEGINNING})|以来|来|期间|全年|上半年|下半年|间|第?[一二三四]季度)+")
_CLOCK = re.compile(r"[上下中]午|晚上?|凌晨|\d{1,2}(?:[:时点]\d{0,2}分?)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """An indicator, a scope, and the index of the number that this one is a part of."""

    indicator: str = ""
    scope: str = ""
    parent: int | None = None


@dataclass(slots=True)
class Context:
    """The plain ``text``, the text as ``shown``, its numbers, and the readings of those already passed."""

    text: str
    shown: str
    found: list[Place]
    readings: list[Meaning] = field(default_factory=list)
    lefts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lefts = [place.quantity.left for place in self.found if place.quantity.kind != "duration"]

    def unit(self, index: int) -> str:
        """Return the unit in which a number can be compared."""
        return comparable_unit(self.found[index].quantity.normalized_unit)

    def touches(self, index: int) -> bool:
        """Tell whether no comma stands between a number and the one before it."""
        before, here = self.found[index - 1].quantity, self.found[index].quantity
        return not set(self.text[before.right : here.left]) & (STOPS | {"、"})

    def shares_words(self, index: int) -> bool:
        """Tell whether the words after a number are also the only words before the next: 3所学校教师120人."""
        following = index + 1
        if following == len(self.found) or not self.touches(following):
            return False
        return not self.found[following].after.strip() and bool(self.found[following].before)

    def group(self, index: int) -> list[int]:
        """Return the numbers of one kind that follow each other from ``index`` on with only 、 or 和 between."""
        members = [index]
        for member in range(index + 1, min(len(self.found), index + _LONGEST_LIST)):
            last, here = self.found[member - 1].quantity, self.found[member].quantity
            gap = self.text[last.right : here.left]
            if len(gap) > 4 or not gap.strip() or not LIST_GAP.fullmatch(gap) or here.kind != last.kind:
                break
            members.append(member)
        return members

    def base(self, index: int) -> str:
        """Return what was counted last before ``index``: 营业收入 for 同比增长12%."""
        for earlier in range(index - 1, max(index - _LOOK_BACK, -1), -1):
            place = self.found[earlier]
            lasting = place.quantity.kind == "duration" and (
                index == len(self.found) or self.unit(index) != self.unit(earlier)
            )
            # 七大类 in 占七大类商品总额的86% is a part of a name.
            named = index < len(self.found) and place.start == self.found[index].start
            if place.bracket < 0 and place.quantity.kind != "date" and not lasting and not named:
                indicator = self.readings[earlier].indicator
                growth = GROWTH.search(indicator)
                return indicator[: growth.start()] if growth else indicator
        return ""

    def singled_out(self, index: int) -> str:
        """Return the part that the number before ``index`` names: 女生 of 学生2156人，其中女生1054人."""
        before = self.readings[index - 1] if index else Meaning()
        if before.parent is None or before.indicator != self.readings[before.parent].indicator:
            return ""
        return before.scope if CLASS.match(before.scope) else ""

    def amounts_before(self, index: int, reach: int = 12) -> list[int]:
        """Return the last numbers before ``index`` that a part or a change can be said of."""
        return [
            earlier
            for earlier in range(max(index - reach, 0), index)
            if self.found[earlier].bracket < 0 and self.found[earlier].quantity.kind not in ("date", "percent", "rank")
        ]

    def date_text(self, index: int) -> str:
        """Return a date as the text has it, with what belongs to it: 2024年底, 近三年."""
        quantity = self.found[index].quantity
        tail = _TAIL_OF_DATE.match(self.text, quantity.end)
        return self.shown[min(quantity.left, quantity.start) : tail.end() if tail else quantity.end].strip()

    def date_end(self, index: int) -> int:
        """Return where the words after a date begin."""
        right = self.found[index].quantity.right
        right = side_end(self.text, within_end(self.text, right))
        for pattern in (_TAIL_OF_DATE, _CLOCK, _CLOCK):
            tail = pattern.match(self.text, right)
            right = tail.end() if tail else right
        return right

    def time_before(self, index: int) -> str:
        """Return the date that stands in the same clause right before the words of a number."""
        if not index or not is_time(self.found[index - 1]):
            return ""
        before = self.found[index - 1].quantity
        return self.date_text(index - 1) if before.right == self.found[index].start else ""

    def next_clause(self, position: int) -> str:
        """Return the clause after ``position``, up to its first number, or nothing where the sentence ends first."""
        start = position
        while start < len(self.text) and (self.text[start] in STOPS or self.text[start] in " )"):
            if self.text[start] in SENTENCE_ENDS:
                return ""
            start += 1
        limit = min([start + 2 * HEAD, len(self.text), *self.lefts[bisect_left(self.lefts, start) :][:1]])
        end = start
        while end < limit and self.text[end] not in STOPS:
            end += 1
        return self.text[start:end]

    def row_label(self, position: int) -> str:
        """Return the first cell of the table row in which a cell begins at ``position``."""
        start = self.shown.rfind("\n", 0, position) + 1
        if self.text[max(position - 1, 0) : position] != "|" or position - start > _MEMORY:
            return ""
        return next((cell.strip() for cell in self.text[start:position].split("|") if cell.strip()), "")

    def clause_before(self, position: int) -> str:
        """Return the clause that a comma right before ``position`` ends."""
        if position < 1 or self.text[position - 1] not in "，,":
            return ""
        return CLAUSE_ENDS.split(self.text[max(position - 2 * HEAD, 0) : position - 1])[-1]

    def named_before(self, position: int) -> str:
        """Return the organisation named last before ``position``, for 该校 and 该公司."""
        for clause in reversed(CLAUSE_ENDS.split(self.text[max(position - _MEMORY, 0) : position])):
            subject = read_before(clause[:HEAD]).subject
            if len(subject) > 4 and not THIS.match(subject):
                return subject
        return ""


def is_time(place: Place) -> bool:
    """Tell whether a number says when: a date, or a span of time that leads up to now (近三年, 过去五年)."""
    quantity = place.quantity
    return quantity.kind == "date" or (quantity.kind == "duration" and quantity.left < quantity.start)
