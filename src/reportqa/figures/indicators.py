"""What each number measures, whom it covers, and of which other number it is a part."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from reportqa.figures.clauses import SENTENCE_ENDS, STOPS, Place
from reportqa.figures.phrases import (
    CLASS,
    GROWTH,
    LEVEL,
    RANKED_WHERE,
    Phrase,
    read_after,
    read_before,
    shorten,
)
from reportqa.figures.tags import names_body, tagged
from reportqa.figures.wordlists import words_of


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator, a scope, and the index of the quantity that this one is a part of."""

    indicator: str = ""
    scope: str = ""
    parent: int | None = None


_SEGMENT_ENDS = SENTENCE_ENDS | {"；", ";"}
_CLAUSE = re.compile("[，。；：]")
_MEMORY = 400  # characters back in which 该校 has its name
_HEAD = 40  # characters of a sentence's first clause in which its subject is looked for
_INCLUDED = re.compile(r"(?!不?含税)(?:含|不含|包括|包含|均含|未含|不包括|全口径)[^，。；\d]{0,16}")
_NOTE = 20
_PARTITION = re.compile(r"(?P<base>[^，]{2,14}?[生师员工人口业数校位者户])中(?=..)")
_PURPOSE = re.compile(r"(?:主要|专项|全部)?用于(?P<what>[^，。；]{2,14})")
_SHARE = re.compile(
    r"(?P<who>[^占]*)占(?P<of>[^占]*?)的?(?P<share>比重|比例|比|份额|总[量数额])?(?:高?达到?|为|约|超|近)*"
)
_LIST_GAP = re.compile(r"[ 、，,和与及]*(?:其中)?")
_PER = re.compile(r"(?:生均|人均|户均|亩均|平均|日均|年均|单位|每)")
_PRIZE = re.compile(r".{0,6}(?:等奖|[金银铜]奖|[金银铜]牌|优秀奖|优胜奖)")
_PEOPLE = frozenset(words_of("人 名 人次 家 户 位"))
_ACTING = ("v", "d", "p")
_CLASSIFIERS = frozenset("个所家名项条门种类本套座台部册辆位大")
_THIS = re.compile(r"(?:该|本|此)(?:校|院|区|市|县|镇|馆|司|公司|中心|企业|集团|医院|学院|单位|机构)")
_PARTED = re.compile(
    r"(?P<items>.+?)(?:分别|依次)(?P<share>占[^，]{0,12}?的?)?(?P<change>同比增长|同比下降|增长|下降|提高)?(?:为|达到?|是|有|完成|实现)?"
)
_EACH_CHANGED = re.compile(
    r"(?P<as>同比|环比)?分别(?P<change>(?:同比|环比|[比较][^，]{1,8}?)?(?:增长|下降|提高|上升|增加|减少|提升|占[^，]{0,10}?))(?:了|为|的)?"
)
_EXTREME = re.compile(r"最[高低大小多少]|平均")
_EACH = re.compile(r"每[人生户年月天亩股]|[人生户亩]均")
_REACHED = re.compile(
    r"(?:提高|上升|增长|增加|提升|扩大|减少|下降|降低|缩短|压缩|降|升|增|减|回升|回落|攀升|达)(?:到|至)$"
)
_NUMBERED = re.compile(r"[一二三四五六七八九]、[一二三四五六七八九]")
_ITEM = re.compile(r"、|和|与|及|以及")
_DATE_LABEL = re.compile(r"[ 、，,和与及至到]*")
_EVENT = re.compile(
    r"(?P<what>[^，]{2,20}?)[在于][^，]{2,14}?(?P<verb>举行|召开|举办|开幕|闭幕|开工|成立|揭牌|落成|投产|启用)"
)
_SINCE = re.compile(r"[于自至从到]$")
_TAIL_OF_DATE = re.compile(r"(?:年?[底末初]|以来|来|期间|全年|上半年|下半年|间)+")


@dataclass(slots=True)
class _Thread:
    """What the sentence at hand has said so far."""

    subject: str = ""
    time: str = ""
    level: str = ""
    of_which: int | None = None
    listed: bool = False


def read_places(text: str, found: list[Place], outer_scope: str = "", shown: str = "") -> list[Reading]:
    """Return the reading of each place of a paragraph; dates are quoted from ``shown``, by default the plain ``text``.

    >>> from reportqa.figures.clauses import places
    >>> from reportqa.figures.scanner import scan
    >>> text = "获国家级一等奖2项，毕业生6782人(含技校1796人)"
    >>> for reading in read_places(text, places(text, scan(text))):
    ...     print(reading.indicator, reading.scope, reading.parent)
    一等奖 国家级 None
    毕业生  None
    毕业生 含技校 1
    """
    return _Reader(text, found, outer_scope, shown or text).read()


class _Reader:
    """Goes through a paragraph's numbers from left to right, keeping the thread of each sentence."""

    def __init__(self, text: str, found: list[Place], outer_scope: str, shown: str) -> None:
        self.shown = shown
        self.text = text
        self.found = found
        self.outer_scope = outer_scope
        self.readings: list[Reading] = []
        self.thread = _Thread()
        self.planned: dict[int, Reading] = {}
        self.counted_after = ""
        self.lefts = [place.quantity.left for place in found if place.quantity.kind != "duration"]

    def read(self) -> list[Reading]:
        """Return one reading for each place, in order."""
        position = 0
        for index, place in enumerate(self.found):
            self._follow(position, place, first=index == 0)
            self.readings.append(self._reading(index, place))
            position = place.quantity.end
        return self.readings

    def _follow(self, position: int, place: Place, first: bool) -> None:
        """Start a new thread where a sentence has ended since ``position``."""
        between = self.text[position : place.start]
        ends = [offset for offset, character in enumerate(between) if character in _SEGMENT_ENDS]
        sentence_over = first or any(between[offset] in SENTENCE_ENDS for offset in ends)
        if sentence_over:
            self.thread = _Thread()
        if not (ends or first):
            return
        self.thread.level = ""
        self.thread.of_which = None
        begin = position + (ends[-1] + 1 if ends else 0)
        head = self.text[begin : min(place.start, begin + _HEAD)]
        if head.strip():
            self._open(head, begin)

    def _open(self, head: str, begin: int) -> None:
        """Read subject and time from the clause that opens a sentence or a part of one."""
        clause = head[: next((at for at, character in enumerate(head) if character in STOPS and at), len(head))]
        phrase = read_before(clause)
        self._take_subject(phrase.subject, begin)
        if phrase.time and not phrase.noun:
            self.thread.time = phrase.time

    def _named_before(self, position: int) -> str:
        """Return the organisation named last before ``position``, for 该校 and 该公司."""
        for clause in reversed(_CLAUSE.split(self.text[max(position - _MEMORY, 0) : position])):
            subject = read_before(clause[:_HEAD]).subject
            if len(subject) > 4 and not _THIS.match(subject):
                return subject
        return ""

    def _take_subject(self, subject: str, position: int) -> None:
        if subject:
            self.thread.subject = self._named_before(position) if _THIS.fullmatch(subject) else subject

    # ---- one number -------------------------------------------------------------------------------------------------

    def _reading(self, index: int, place: Place) -> Reading:
        if index in self.planned:
            return self.planned[index]
        if place.quantity.kind == "date":
            return self._date(index, place)
        if place.bracket >= 0 and (parent := self._before_bracket(index, place)) is not None:
            return self._bracketed(index, place, parent)
        if self._plan_list(index, place):
            return self.planned[index]
        return self._plain(index, place)

    def _date(self, index: int, place: Place) -> Reading:
        if not place.after and _SINCE.search(place.before):
            return Reading(shorten(place.before), self._scope(Phrase(""), timed=False))
        last = self.found[(self._group(index) or [index])[-1]]
        after = last.after or self._next_clause(last.quantity.right)
        tail = _TAIL_OF_DATE.match(after)
        end = place.quantity.right + (tail.end() if tail and place.after else 0)
        if end < len(self.text) and self.text[end] in STOPS:
            self.thread.time = self._date_text(index)
        if event := _EVENT.match(after):
            return Reading(shorten(event["what"] + event["verb"]), self._scope(Phrase(""), timed=False))
        phrase = read_before(after[tail.end() :] if tail else after)
        indicator = shorten(phrase.verb + phrase.noun if phrase.verb not in ("", "是", "为") else phrase.noun)
        if not indicator:
            before = read_before(place.before)
            indicator = before.noun or before.verb
        self._take_subject(phrase.subject, place.start)
        return Reading(indicator, self._scope(Phrase(""), timed=False))

    def _next_clause(self, position: int) -> str:
        start = position
        while start < len(self.text) and (self.text[start] in STOPS or self.text[start] in " )"):
            if self.text[start] in SENTENCE_ENDS:
                return ""
            start += 1
        end = start
        limit = min(len(self.text), start + 2 * _HEAD)
        limit = next(iter(self.lefts[bisect_left(self.lefts, start) :][:1]), limit)
        while end < min(limit, start + 2 * _HEAD) and self.text[end] not in STOPS:
            end += 1
        return self.text[start:end]

    def _date_text(self, index: int) -> str:
        quantity = self.found[index].quantity
        tail = _TAIL_OF_DATE.match(self.text, quantity.end)
        recent = quantity.left if quantity.left < quantity.start else quantity.start
        return self.shown[recent : tail.end() if tail else quantity.end].strip()

    def _before_bracket(self, index: int, place: Place) -> int | None:
        """Return the number that a bracket follows directly."""
        for earlier in range(index - 1, max(index - 12, -1), -1):
            quantity = self.found[earlier].quantity
            if quantity.end <= place.bracket:
                return earlier if not self.text[quantity.right : place.bracket].strip() else None
        return None

    def _bracketed(self, index: int, place: Place, parent: int) -> Reading:
        """Read a number in brackets after another: （含技工等学校1455人）, （同比增长5%）."""
        above, whole = self.readings[parent], self.found[parent].quantity
        words = place.before.strip(" ，、")
        if _INCLUDED.fullmatch(words) and len(words) > 1 + words.startswith("其中"):
            return Reading(above.indicator, words, parent)
        phrase = read_before(place.before)
        noun = self._noun(place, phrase)
        if not noun:
            return Reading(above.indicator, above.scope, parent)
        if (
            GROWTH.match(noun)
            or noun.startswith(("占", "比", "较"))
            or _PER.match(noun)
            or noun in ("合", "折合", "约合")
        ):
            joined = noun + above.indicator if _PER.match(noun) else above.indicator + noun
            return Reading(shorten(joined), above.scope, parent)
        if place.quantity.normalized_unit == whole.normalized_unit:
            return Reading(above.indicator, phrase.level + noun, parent)
        return Reading(noun, phrase.level or above.scope, parent)

    def _plain(self, index: int, place: Place) -> Reading:
        place = self._unspoken(index, place)
        phrase = read_before(place.before)
        self._take_subject(phrase.subject, place.start)
        parent = self._whole(index, place, phrase)
        if not place.before.strip(" 、，和与及") and (copied := self._continued(index, place)):
            return copied
        if place.quantity.kind == "rank":
            return self._ranked(phrase)
        if "占" in place.before and place.quantity.kind in ("percent", "ratio"):
            return Reading(self._share(index, place), self._scope_of(index, place, phrase))
        noun = self._noun(place, phrase, self._shares(index)) or self._implied(index, place)
        if noun and not phrase.level and CLASS.fullmatch(phrase.noun):
            phrase = replace(phrase, level=phrase.noun)
        return self._classed(index, place, replace(phrase, noun=noun), parent)

    def _shares(self, index: int) -> bool:
        """Tell whether the words after a number are also the only words before the next: 3所学校教师120人."""
        following = index + 1
        if following == len(self.found) or not self._touches(following):
            return False
        return not self.found[following].after.strip() and bool(self.found[following].before)

    def _noun(self, place: Place, phrase: Phrase, shared: bool = False) -> str:
        """Choose between the words before a number and those after it."""
        people = place.quantity.normalized_unit in _PEOPLE
        right = read_after(place.after, people) if place.after.strip() else ""
        if shared and right and place.quantity.kind == "count":
            words = [word for word, _ in tagged(right)]
            named = phrase.noun and not CLASS.fullmatch(phrase.noun)
            right = "" if named else "".join(words[: max(len(words) // 2, 1)])
        if place.quantity.kind == "money" and (purpose := _PURPOSE.match(place.after)):
            head = phrase.noun or (phrase.subject if len(phrase.subject) <= 4 else "") + phrase.verb
            return shorten(purpose["what"].strip() + head)
        if _counts_after(place, phrase, right):
            self.counted_after = right if place.quantity.kind == "count" else ""
            last, tag = tagged(phrase.noun)[-1] if phrase.noun else ("", "")
            if place.quantity.kind == "duration" and tag == "v":
                return last + right
            return (phrase.verb if phrase.verb.startswith(("新", "增", "减", "净")) else "") + right
        if phrase.noun:
            joins = people and right and len(phrase.noun) <= 6 and tagged(right)[0][1] in _ACTING
            return shorten(phrase.noun + right) if joins else phrase.noun
        return (phrase.subject if len(phrase.subject) <= 4 or not phrase.verb else "") + phrase.verb

    def _unspoken(self, index: int, place: Place) -> Place:
        """Leave out of the words before a number those that the number before it counts: 19个街道11个镇."""
        counted, self.counted_after = self.counted_after, ""
        if counted and self._touches(index):
            return replace(place, before=place.before.strip().removeprefix(counted))
        return place

    def _touches(self, index: int) -> bool:
        before, here = self.found[index - 1].quantity, self.found[index].quantity
        return not set(self.text[before.right : here.left]) & (STOPS | {"、"})

    def _continued(self, index: int, place: Place) -> Reading | None:
        """A number with no words of its own goes on with those of the number before it."""
        if read_after(place.after) or not index:
            return None
        before = self.found[index - 1].quantity
        gap = self.text[before.right : place.quantity.left]
        return self.readings[index - 1] if len(gap) < 8 and _LIST_GAP.fullmatch(gap) else None

    def _ranked(self, phrase: Phrase) -> Reading:
        where = RANKED_WHERE.search(phrase.noun)
        noun = phrase.noun[: where.start()] if where else phrase.noun
        scope = where["where"] if where else self._scope(phrase)
        return Reading(noun or (self.readings[-1].indicator if self.readings else ""), scope)

    def _share(self, index: int, place: Place) -> str:
        """Read 占专任教师的8.95%: the share of what was counted last."""
        found = _SHARE.fullmatch(place.before.strip())
        if found is None:
            return read_before(place.before).noun
        who = read_before(found["who"]).noun or self._part(index) or self._base(index)
        if base := _PARTITION.match(who):
            who = who[base.end() :]
        of = found["of"]
        return f"{who}占{of}" if of else f"{who}占{found['share'] or '比'}"

    def _implied(self, index: int, place: Place) -> str:
        """Read what is meant where the clause is silent: 由90%提高到95%, …文化节，历时15天."""
        same_unit = index > 0 and self._unit(index - 1) == self._unit(index)
        if _REACHED.search(place.before) or (same_unit and not place.before.strip(" 的")):
            return self.readings[index - 1].indicator if same_unit else self._base(index)
        start = max((at for at in range(max(place.start - 2, 0), place.start) if self.text[at] in "，,"), default=0)
        clause = _CLAUSE.split(self.text[max(start - 2 * _HEAD, 0) : start])[-1]
        return read_before(clause).noun if start else ""

    def _part(self, index: int) -> str:
        """Return what the number before this one singles out of a whole: 女生 of 学生2156人，其中女生1054人."""
        before = self.readings[index - 1] if index else Reading()
        if before.parent is None or before.indicator != self.readings[before.parent].indicator:
            return ""
        return before.scope if CLASS.match(before.scope) else ""

    def _base(self, index: int) -> str:
        """Return the indicator of the last number that is no rate, rank or date."""
        for earlier in range(index - 1, max(index - 6, -1), -1):
            place = self.found[earlier]
            if place.bracket < 0 and place.quantity.kind not in ("date", "duration"):
                indicator = self.readings[earlier].indicator
                growth = GROWTH.search(indicator)
                return indicator[: growth.start()] if growth else indicator
        return ""

    def _whole(self, index: int, place: Place, phrase: Phrase) -> int | None:
        """Return the number that 其中 takes apart: the last one outside brackets in the same unit."""
        gap = self.text[max(place.start - 4, 0) : place.start]
        if not (phrase.of_which or "其中" in gap):
            return self._still_part(index, place, phrase)
        self.thread.listed = False
        candidates = [
            earlier
            for earlier in range(max(index - 8, 0), index)
            if self.found[earlier].bracket < 0
            and self.found[earlier].quantity.kind not in ("date", "percent", "rank")
            and not GROWTH.search(self.readings[earlier].indicator)
        ]
        same_unit = [earlier for earlier in candidates if self._unit(earlier) == self._unit(index)]
        self.thread.of_which = (same_unit or [None])[-1]
        return self.thread.of_which

    def _still_part(self, index: int, place: Place, phrase: Phrase) -> int | None:
        """Tell whether a list that 其中 opened goes on: the same unit, no verb, and no comma after a 、."""
        whole = self.thread.of_which
        if whole is None or place.quantity.kind in ("date", "percent", "ratio"):
            return whole if whole is not None and self._unit(whole) == self._unit(index) else None
        enumerated = self.text[max(place.start - 1, 0)] == "、" or place.before.startswith(("、", "和"))
        goes_on = self._unit(whole) == self._unit(index) and not phrase.verb and (enumerated or not self.thread.listed)
        self.thread.listed = self.thread.listed or enumerated
        self.thread.of_which = whole if goes_on else None
        return self.thread.of_which

    def _unit(self, index: int) -> str:
        unit = self.found[index].quantity.normalized_unit
        return "人" if unit in ("名", "位") else unit

    def _classed(self, index: int, place: Place, phrase: Phrase, parent: int | None) -> Reading:
        """Settle what a bare class (国家级, 公办学校) or a bare change (同比增长) is said of."""
        noun = phrase.noun
        if _PARTITION.match(noun):
            self.thread.subject = ""
        growth = GROWTH.match(noun)
        if growth and growth.end() == len(noun):
            noun = self._base(index) + noun
        elif _EXTREME.fullmatch(noun):
            noun = _EXTREME.sub("", self._base(index)) + noun
        elif _EACH.fullmatch(noun):
            noun += self._base(index)
        whole = self.readings[parent].indicator if parent is not None else self._base(index)
        bare = LEVEL.fullmatch(noun) or CLASS.fullmatch(noun)
        shared = parent is not None and CLASS.match(noun) and noun[-1:] == whole[-1:] and len(noun) <= 6
        if whole and (bare or shared):
            return Reading(whole, self._scope_of(index, place, replace(phrase, level=noun), own=True), parent)
        if phrase.level:
            self.thread.level = phrase.level
        elif self.thread.level and _PRIZE.fullmatch(noun):
            phrase = replace(phrase, level=self.thread.level)
        return Reading(noun, self._scope_of(index, place, phrase), parent)

    # ---- scope ------------------------------------------------------------------------------------------------------

    def _scope_of(self, index: int, place: Place, phrase: Phrase, own: bool = False) -> str:
        """Compose the scope: a note after the number alone, else subject, place, level and time."""
        note = place.note.strip()
        if _INCLUDED.fullmatch(note) or (note and len(note) <= _NOTE and self._names(note)):
            return note
        if not phrase.time and index:
            phrase = replace(phrase, time=self._time_before(index, place))
        return phrase.level if own else self._scope(phrase)

    def _names(self, note: str) -> bool:
        return not any(c in "、，；：" or c.isdigit() for c in note) and any(
            len(word) > 1 and names_body(word) for word, _ in tagged(note)
        )

    def _time_before(self, index: int, place: Place) -> str:
        before = self.found[index - 1].quantity
        dated = before.kind == "date" or (before.kind == "duration" and before.left < before.start)
        return self._date_text(index - 1) if dated and before.right == place.start else ""

    def _scope(self, phrase: Phrase, timed: bool = True) -> str:
        time = phrase.time or self.thread.time if timed else ""
        parts = [self.thread.subject or self.outer_scope, phrase.where, phrase.level, time]
        return "；".join(dict.fromkeys(part for part in parts if part))

    # ---- lists ------------------------------------------------------------------------------------------------------

    def _plan_list(self, index: int, place: Place) -> bool:
        """Share out 升学和就业分别为5308人、1474人 and 一、二、三年级在校生分别为…; tell whether it is such a list."""
        if change := _EACH_CHANGED.fullmatch(place.before.strip()):
            return self._plan_changes(index, (change["as"] or "") + change["change"])
        parted = _PARTED.fullmatch(place.before.strip())
        group = self._group(index) if parted else []
        if parted is None or len(group) < 2:
            return False
        items = parted["items"]
        phrase = Phrase(items) if _NUMBERED.match(items) else read_before(items)
        self._take_subject(phrase.subject, place.start)
        suffix = (parted["share"] or "").removesuffix("的").replace("占", "占比", parted["share"] == "占")
        suffix += parted["change"] or ""
        labels = self._date_labels(index, len(group))
        items = _items(phrase.noun, len(group))
        for number, member in enumerate(group):
            time = labels[number] if labels else phrase.time
            scope = self._scope(replace(phrase, time=time))
            self.planned[member] = Reading(shorten(items[number] + suffix), scope)
        return True

    def _plan_changes(self, index: int, change: str) -> bool:
        """Share 分别增长15.2%和18.7% out over the numbers before it."""
        group = self._group(index)
        earlier = [
            number
            for number in range(max(index - 12, 0), index)
            if self.found[number].bracket < 0 and self.found[number].quantity.kind not in ("date", "percent", "rank")
        ][-len(group) :]
        if len(earlier) < len(group):
            return False
        for member, of in zip(group, earlier, strict=True):
            self.planned[member] = Reading(shorten(self.readings[of].indicator + change), self.readings[of].scope)
        return True

    def _group(self, index: int) -> list[int]:
        group = [index]
        for member in range(index + 1, len(self.found)):
            last, here = self.found[member - 1].quantity, self.found[member].quantity
            gap = self.text[last.right : here.left]
            if len(gap) > 4 or not gap.strip() or not _LIST_GAP.fullmatch(gap) or here.kind != last.kind:
                break
            group.append(member)
        return group

    def _date_labels(self, index: int, size: int) -> list[str]:
        """Return the dates listed before 分别, where there are as many as numbers."""
        dates = [
            earlier for earlier in range(max(index - size, 0), index) if self.found[earlier].quantity.kind == "date"
        ]
        if len(dates) != size:
            return []
        texts = [self._date_text(date) for date in dates]
        return [text if text.endswith(("年", "月", "日", "末", "底")) else text + "年" for text in texts]


def _counts_after(place: Place, phrase: Phrase, right: str) -> bool:
    """Tell whether what is counted stands after the number: 19个街道, 100年的历史, but 教师120人从事科研."""
    if not right:
        return False
    nominal = tagged(right)[0][1] not in _ACTING
    if not phrase.noun or CLASS.fullmatch(phrase.noun):
        return nominal or place.quantity.kind in ("count", "duration")
    if place.quantity.kind == "duration":
        return nominal and (place.after.startswith("的") or (phrase.bound_open and len(right) <= 8))
    counted = phrase.bound_open or place.quantity.unit[-1:] in _CLASSIFIERS
    return nominal and place.quantity.kind == "count" and counted


def _items(noun: str, size: int) -> list[str]:
    """Share a phrase out over a list of numbers.

    >>> _items("一、二、三年级在校生", 3), _items("升学和就业", 2), _items("招生人数", 2)
    (['一年级在校生', '二年级在校生', '三年级在校生'], ['升学', '就业'], ['招生人数', '招生人数'])
    """
    items = [item for item in _ITEM.split(noun) if item]
    if len(items) != size:
        return [noun] * size
    last = items[-1]
    short = max(len(item) for item in items[:-1])
    if len(last) > short + 1:
        tail = last[len(items[0]) :]
        return [*(item if item.endswith(tail) else item + tail for item in items[:-1]), last]
    return items
