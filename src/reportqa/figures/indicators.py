"""What each number measures, whom it covers, and of which other number it is a part."""

from __future__ import annotations

import re
from dataclasses import replace

from reportqa.figures.clauses import SENTENCE_ENDS, STOPS, Place
from reportqa.figures.context import LIST_GAP, Context, Meaning, is_time
from reportqa.figures.counted import DIVISIONS, counted
from reportqa.figures.following import read_after
from reportqa.figures.labels import read_label
from reportqa.figures.listed import read_colon_list, read_list
from reportqa.figures.parts import whole_of
from reportqa.figures.phrases import (
    CLASS,
    GROWTH,
    LEVEL,
    MAX_PHRASE,
    RANKED_WHERE,
    REACHING,
    Phrase,
    read_before,
    shorten,
)
from reportqa.figures.scopes import Thread, included, noted
from reportqa.text.forms import YEAR

_PARTITION = re.compile(r"(?P<base>[^，]{2,14}?[生师员工人口业数校位者户])中(?=..)")
_SHARE = re.compile(
    r"(?P<who>[^占]*)占(?P<of>[^占]*?)的?(?P<share>比重|比例|比|份额|总[量数额])?(?:高?达到?|为|约|超|近)*"
)
_PER_HEAD = re.compile(r"生均|人均|户均|亩均|平均|日均|年均|单位|每")
_ABOUT_WHOLE = re.compile(r"占|比|较|(?:合|折合|约合)$")
_PRIZE = re.compile(r".{0,6}(?:等奖|[金银铜]奖|[金银铜]牌|优秀奖|优胜奖)")
_KIND_OF = re.compile(r"公办|民办|公立|私立|民营|国有|男|女|城镇|农村|[国省市区县校]级")
_BODIES = frozenset("所家个户")
_EXTREME = re.compile(r"最[高低大小多少]|平均")
_EACH = re.compile(r"每[一-龥]|[人生户亩]均")
_RESTATED = re.compile(r"折?合|折算|约合")
_EVENT = re.compile(
    r"(?P<what>[^，]{2,20}?)[在于][^，]{2,14}?(?P<verb>举行|召开|举办|开幕|闭幕|开工|成立|揭牌|落成|投产|启用)"
)
_EARLIER = re.compile(rf"[比较](?P<time>上一?学?年度?|去年|前年|上期|上年同期|{YEAR}年)的?")
_OTHER_TIME = re.compile(
    rf"(?:上[年届期]|去年|前年|(?:上年)?同期|原?计划|年?初?预算|目标|原|调整前|{YEAR}年)(?:为|是|数)?"
)
_TAKES_SHARE = re.compile(r"占(?!地(?![区方市级税]))")  # 占地 is an area, 占地区生产总值 a share
_SHARES_BACK = 12
_SINCE = re.compile(r"[于自至从到]$")


def read_places(text: str, found: list[Place], outer_scope: str = "", shown: str = "") -> list[Meaning]:
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
    return _Reader(Context(text, shown or text, found), Thread(outer_scope)).read()


class _Reader:
    """Goes through a paragraph's numbers from left to right."""

    def __init__(self, context: Context, thread: Thread) -> None:
        self.context = context
        self.thread = thread
        self.planned: dict[int, Meaning] = {}
        self.taken = ""  # words before the next number that the last one counts

    def read(self) -> list[Meaning]:
        """Return one reading for each place, in order."""
        position = 0
        for index, place in enumerate(self.context.found):
            self.thread.follow(self.context, position, place.start, first=index == 0)
            self.context.readings.append(self._reading(index, place))
            position = place.quantity.end
        return self.context.readings

    def _reading(self, index: int, place: Place) -> Meaning:
        if index in self.planned:
            return self.planned[index]
        if is_time(place):
            return self._date(index, place)
        if place.bracket >= 0 and (parent := self._bracket_follows(index, place)) is not None:
            return self._bracketed(place, parent)
        self.planned |= read_list(self.context, self.thread, index) or read_colon_list(self.context, index)
        return self.planned[index] if index in self.planned else self._plain(index, place)

    def _date(self, index: int, place: Place) -> Meaning:
        """Read what happened at a date: from its clause, else from the next."""
        context = self.context
        self.thread.take_subject(context, read_before(place.before).subject, place.start)
        if not place.after and _SINCE.search(place.before):
            return Meaning(shorten(place.before), self.thread.scope())
        last = context.group(index)[-1]
        end = context.date_end(last)
        if end < len(context.text) and context.text[end] in STOPS:
            self.thread.time = context.date_text(index)
        clause = context.next_clause(end)
        if event := _EVENT.match(clause):
            return Meaning(shorten(event["what"] + event["verb"]), self.thread.scope())
        phrase = read_before(clause)
        indicator = shorten(phrase.verb + phrase.noun if phrase.verb not in ("是", "为") else phrase.noun)
        if not indicator:
            before = read_before(place.before)
            indicator = before.noun or before.verb
        self.thread.take_subject(context, phrase.subject, place.start)
        return Meaning(indicator, self.thread.scope())

    def _bracket_follows(self, index: int, place: Place) -> int | None:
        """Return the number that the bracket around this one follows directly."""
        found = self.context.found
        for earlier in range(index - 1, max(index - 12, -1), -1):
            quantity = found[earlier].quantity
            if quantity.end <= place.bracket:
                return earlier if not self.context.text[quantity.right : place.bracket].strip() else None
        return None

    def _bracketed(self, place: Place, parent: int) -> Meaning:
        """Read a number in brackets after another: （含技工等学校1455人）, （同比增长5%）."""
        above, whole = self.context.readings[parent], self.context.found[parent].quantity
        words = place.before.strip(" ，、")
        if included(words):
            return Meaning(above.indicator, words, parent)
        if _OTHER_TIME.fullmatch(words):
            return Meaning(above.indicator, words, None)  # 招生686人（计划720人）
        phrase = read_before(place.before)
        noun = counted(place, phrase).noun
        if not noun:
            return Meaning(above.indicator, above.scope, parent)
        if _PER_HEAD.match(noun):
            return Meaning(shorten(noun + above.indicator), above.scope, parent)
        if GROWTH.match(noun) or _ABOUT_WHOLE.match(noun):
            return Meaning(shorten(above.indicator + ("占比" if noun == "占" else noun)), above.scope, parent)
        if place.quantity.normalized_unit == whole.normalized_unit:
            return Meaning(above.indicator, phrase.level + noun, parent)
        return Meaning(noun, phrase.level or above.scope, parent)

    def _plain(self, index: int, place: Place) -> Meaning:
        """Read a number in the run of a sentence."""
        place = self._unspoken(index, place)
        phrase = read_before(place.before)
        self.thread.take_subject(self.context, phrase.subject, place.start)
        parent = whole_of(self.context, self.thread, index, phrase)
        if not place.before.strip(" 、，和与及") and (copied := self._continued(index, place)):
            return copied
        if place.quantity.kind == "rank":
            return self._ranked(phrase)
        if _TAKES_SHARE.search(place.before) and place.quantity.kind in ("percent", "ratio"):
            return Meaning(self._share(index, place), self._scope(index, place, phrase))
        if place.quantity.unit.endswith("倍") and place.before.endswith("的"):
            return Meaning(self.context.base(index), self._scope(index, place, phrase))
        found = counted(place, phrase, self.context.shares_words(index))
        self.taken = found.taken
        if found.noun and not phrase.level and CLASS.fullmatch(phrase.noun):
            phrase = replace(phrase, level=phrase.noun)
        noun = found.noun or self._implied(index, place)
        return self._classed(index, place, replace(phrase, noun=noun), parent)

    def _unspoken(self, index: int, place: Place) -> Place:
        """Leave out of the words before a number those that the number before it counts: 19个街道、11个镇."""
        taken, self.taken = self.taken, ""
        if taken and (self.context.touches(index) or place.before.strip(" 、") == taken):
            return replace(place, before=place.before.strip().removeprefix(taken))
        return place

    def _continued(self, index: int, place: Place) -> Meaning | None:
        """A number with no words of its own goes on with those of the number before it."""
        if not index or read_after(place.after) or place.quantity.unit in DIVISIONS:
            return None
        gap = self.context.text[self.context.found[index - 1].quantity.right : place.quantity.left]
        return self.context.readings[index - 1] if len(gap) < 8 and LIST_GAP.fullmatch(gap) else None

    def _ranked(self, phrase: Phrase) -> Meaning:
        where = RANKED_WHERE.search(phrase.noun)
        noun = phrase.noun[: where.start()] if where else phrase.noun
        scope = where["where"] if where else self.thread.scope(phrase)
        return Meaning(noun or self.context.base(len(self.context.readings)), scope)

    def _share(self, index: int, place: Place) -> str:
        """Read 占专任教师的8.95%: the share of what was counted last."""
        found = _SHARE.fullmatch(place.before.strip())
        if found is None:
            return read_before(place.before).noun
        who = read_before(found["who"]).noun or self.context.singled_out(index) or self.context.base(index)
        if base := _PARTITION.match(who):
            who = who[base.end() :]
        return f"{who}占{found['of'] or found['share'] or self._base_of_shares(index) or '比'}"

    def _base_of_shares(self, index: int) -> str:
        """Return what the shares before a bare 占 in its sentence are of: 甲类占销售总额的70%，乙类占14%."""
        context = self.context
        for earlier in range(index - 1, max(index - _SHARES_BACK, -1), -1):
            between = context.text[context.found[earlier].quantity.right : context.found[index].quantity.left]
            if set(between) & SENTENCE_ENDS or (context.found[earlier].quantity.kind != "percent" and earlier < index):
                return ""
            _, _, base = context.readings[earlier].indicator.partition("占")
            if base and not base.startswith("比"):
                return base
        return ""

    def _implied(self, index: int, place: Place) -> str:
        """Read what is meant where the clause is silent: 由90%提高到95%, …文化节，历时15天."""
        context = self.context
        same_unit = index > 0 and context.unit(index - 1) == context.unit(index)
        words = place.before.strip(" 、，的")
        if label := context.row_label(place.start):
            return label
        clause = context.clause_before(place.start)
        named = read_before(clause).noun if clause and not any(map(str.isdigit, clause)) else ""
        if same_unit and ((not words and not named) or REACHING.search(words)):
            return context.readings[index - 1].indicator
        if clause and not any(map(str.isdigit, clause)):
            return named
        return words[-MAX_PHRASE:] if words and not REACHING.search(words) else context.base(index)

    def _classed(self, index: int, place: Place, phrase: Phrase, parent: int | None) -> Meaning:
        """Settle what a bare class is said of: 国家级3项 and 其中公办学校2所 count what their whole counts."""
        noun = self._completed(index, phrase.noun)
        if earlier := _EARLIER.fullmatch(noun):
            return Meaning(self.context.base(index), earlier["time"], parent)  # 比上年的3204人增加43人
        whole = self.context.base(index) if parent is None else self.context.readings[parent].indicator
        bare = LEVEL.fullmatch(noun) or CLASS.fullmatch(noun)
        shared = parent is not None and self._shares_whole(place, noun, whole)
        if whole and (bare or shared):
            kind = phrase.subject if _KIND_OF.fullmatch(phrase.subject) else ""
            return Meaning(whole, noted(place.note) or f"{kind}{noun}", parent)
        if phrase.level:
            self.thread.level = phrase.level
        elif self.thread.level and _PRIZE.fullmatch(noun):
            phrase = replace(phrase, level=self.thread.level)
        return Meaning(noun, self._scope(index, place, phrase), parent)

    def _shares_whole(self, place: Place, noun: str, whole: str) -> bool:
        """Tell whether a part is named by a kind of the whole (公办学校2所), or by who has it (医院118万人次)."""
        if place.quantity.normalized_unit in _BODIES:
            return bool(_KIND_OF.match(noun)) and noun[-1:] == whole[-1:] and len(noun) <= 6
        # 医院, 公办学校就读, but not 零售市场销售额
        bodies = noted(noun) == noun and not noted(whole) and read_label(noun).role != "measure"
        return bodies or (bool(_KIND_OF.match(noun)) and noun[-1:] == whole[-1:] and len(noun) <= 6)

    def _completed(self, index: int, noun: str) -> str:
        """Put what was counted last to a bare change, extreme or share: 同比增长, 最低, 生均."""
        if _PARTITION.match(noun):
            self.thread.subject = ""  # 专任教师中… names its own base
        if GROWTH.fullmatch(noun):
            return self.context.base(index) + noun
        if _RESTATED.fullmatch(noun):
            return self.context.base(index)
        if _EXTREME.fullmatch(noun):
            return _EXTREME.sub("", self.context.base(index)) + noun
        return noun + self.context.base(index) if _EACH.fullmatch(noun) else noun

    def _scope(self, index: int, place: Place, phrase: Phrase) -> str:
        """Return the scope: a note after the number alone, else subject, place, level and time."""
        time = phrase.time or self.context.time_before(index)
        return noted(place.note) or self.thread.scope(replace(phrase, time=time))
