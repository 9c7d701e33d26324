"""Whether a figure is of the time that is asked for: 上年的571件, 84 in 由84元提高到89元, 力争达到85家."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportqa.text.forms import YEAR
from reportqa.text.patterns import lazy

# The year before, as a report says it.
LAST_YEAR = lazy(r"(?:上一?|前一|去)(?:学年|年)度?|上年同期|上学年")
# 去年 is how people ask for the year of the newest report too.
_BEFORE_ASKED = lazy(
    r"原来|原先|原本|原有|原(?=标准|定|计划|值|价|为|是|先)|之前|以前|从前|先前|此前|早先|从多少|由多少|最初|起初"
    r"|(?:改革?|调整|提高|提标|上调|变|涨价?|疫情)前|(?:上一?|前一)(?:学年|年)"
)
_TIME = lazy(rf"(?P<year>{YEAR})(?!\d)年?|{LAST_YEAR.pattern}")
# Between a time and its value: neither the end of a clause nor a word of change, by how much being no value of then.
_VALUE_FOLLOWS = lazy(r"[^，,。；;：:！？!?增减降升提涨跌扩缩少多高低长]{0,24}")
# 到2030年，… opens a paragraph of what is aimed at by then.
_BY_THEN = lazy(rf"\W*(?:[到至]|力争|争取){{1,2}}(?P<year>{YEAR})年[末底]?(?:前|以前)?[，,]")
_FROM = lazy(r"[由从][^，。；、\d由从]{0,10}$")
_CHANGED_TO = lazy(r"[\u4e00-\u9fff（）]{0,8}?(?:到|至|为)")
_BACK, _AHEAD = 32, 80
# What is aimed at holds for all that follows in the sentence, what is planned for its clause.
_AIMED = lazy(r"(?:力争|争取|目标[是为：:]|预期目标)(?![^。；]*(?:已|实际|完成))[^。；]*$")
_PLANNED = lazy(
    r"(?:(?<![较比成照按])计划|拟|(?<!即)将(?![近军])|明年|下一?学?年度?|今后|未来)(?![^，。；]*(?:已|实际|完成))[^，。；]*$"
)
_PLANS = lazy(
    r"^(?!.*(?:完成|执行|落实|回顾|总结)).*(?:目标|打算|下一?步|下年|明年|工作安排|工作思路|展望|今后|未来|计划)"
)
_PLANNED_HEAD = lazy(r"计划|预算|目标|任务|拟")
_PLAN_ASKED = lazy(
    r"目标|计划|打算|力争|争取|拟|准备|预期|预算|任务|规划|安排|将|[要能想](?:达到?|到|建|招|完成|增|投|争取)"
    r"|明年|下一?学?年|下一?步|今后|未来|以后"
)


@dataclass(frozen=True, slots=True)
class Time:
    """When a value was: in a ``year``, where one is said; or before it changed; or it is only ``planned``."""

    year: int | None = None
    former: bool = False
    planned: bool = False


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """Of which ``years`` a question asks, none for the report's own; or for what was ``before``, or is ``planned``."""

    years: frozenset[int] = frozenset()
    before: bool = False
    planned: bool = False


def time_of(text: str, start: int, end: int, own: int | None) -> Time:
    """Return when the value was that stands at a place of a text; ``own`` is the year that the report is of.

    >>> text = "受理486件，较上年的571件下降14.9%，标准由每月84元提高到89元"
    >>> [time_of(text, text.index(one), text.index(one) + len(one), 2022).year for one in ("486件", "571件", "14.9%")]
    [None, 2021, None]
    >>> [time_of(text, text.index(one), text.index(one) + 3, 2022).former for one in ("84元", "89元")]
    [True, False]
    >>> time_of("力争比例提高到58%，企业达到85家", 15, 18, 2022).planned
    True
    >>> time_of("到2030年，体系基本形成。森林覆盖率达到25%左右", 19, 22, 2022).year
    2030
    """
    before = text[max(start - _BACK, 0) : start]
    said = [found for found in _TIME.finditer(before) if _VALUE_FOLLOWS.fullmatch(before, found.end())]
    last = said[-1] if said else None
    opened = _BY_THEN.match(text)
    year = int(opened["year"]) if opened and start > opened.end() else None
    if last:
        year = int(last["year"]) if last["year"] else own - 1 if own else None
    clauses = text[max(start - _AHEAD, 0) : start]
    planned = bool(_AIMED.search(clauses) or _PLANNED.search(clauses))
    changed = bool(_FROM.search(before)) and bool(_CHANGED_TO.match(text, end))
    return Time(year, changed or (last is not None and not last["year"]), planned)


def time_of_cell(heads: Sequence[str], own: int | None) -> Time:
    """Return when the value of a cell was, by its heads.

    >>> time_of_cell(["合计；上年决算数"], 2023).year, time_of_cell(["预算数", "合计"], 2023).planned
    (2022, True)
    """
    times = [time_of(words, len(words), len(words), own) for words in heads]
    time = next((one for one in times if one.year is not None or one.former), Time())
    return replace(time, planned=any(_PLANNED_HEAD.search(words) for words in heads))


def tells_plans(headings: Sequence[str]) -> bool:
    """Tell whether what stands under headings is planned.

    >>> tells_plans(["六、下一步打算"]), tells_plans(["二、目标完成情况"]), tells_plans(["三、主要举措"])
    (True, False, False)
    """
    return any(_PLANS.search(heading) for heading in headings)


def asks_plan(question: str) -> bool:
    """Tell whether a question (folded) asks for what is planned.

    >>> asks_plan("明年打算招多少人"), asks_plan("招了多少人")
    (True, False)
    """
    return bool(_PLAN_ASKED.search(question))


def asks_before(question: str) -> bool:
    """Tell whether a question (folded) asks what something was before.

    >>> asks_before("补助原标准是多少"), asks_before("补助标准是多少")
    (True, False)
    """
    return bool(_BEFORE_ASKED.search(question))


def is_of_another(time: Time, asked: TimeAsked, own: int | None) -> bool:
    """Tell whether a value is of another time than asked.

    >>> is_of_another(Time(2021), TimeAsked(), own=2022), is_of_another(Time(), TimeAsked(before=True), own=2022)
    (True, True)
    >>> is_of_another(Time(2021), TimeAsked(frozenset({2021}), before=True), own=2022)
    False
    """
    if time.year is not None:
        if asked.years:
            return time.year not in asked.years
        return (own is not None and time.year < own) != asked.before
    return time.former != asked.before
