"""What a question compares over several reports: one measure, the reports to set side by side, and what to compute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from reportqa.asking.question import Question, understand
from reportqa.asking.reports import named_regions
from reportqa.text.forms import YEAR
from reportqa.text.patterns import lazy

Operation = Literal["difference", "decrease", "growth", "sum", "ratio", "times", "each", "most", "least"]

_YEAR = rf"(?:{YEAR}(?:学?年度?|学年)?|今年|去年|前年|本学?年度?|上一?学?年度?)"
_LAST = lazy(rf"(?:比|较|和|与|跟|同)(?:{_YEAR}|前一年)|同比|(?:这|近|过去|前后)?[两二]年(?:间|来|里)?|逐年|历年|各年")
_LINKED = lazy(rf"{_YEAR}[和与跟、到至及]{_YEAR}|从{_YEAR}到{_YEAR}")
_GROWTH = lazy(
    r"(?:增长|增加|提高|上升|下降|减少|降低|涨|多|少|变化|高|低|增|降)了?(?:百分之|几成|%)|增幅|降幅|涨幅|增速|增长率|变化率|同比增长(?:多少)?$"
)
_MORE = lazy(
    r"(?:增长|增加|提高|上升|多出?|高出?|扩大|涨|多[\u4e00-\u9fff])了?(?:了|出)?(?:多少|几)|变化(?:了)?(?:多少|多大|情况)?|相差|差(?:了)?多少|差距"
)
_LESS = lazy(r"(?:减少|下降|降低|少|低)了?(?:多少|几)")
_CHANGE = lazy(r"增长|增加|提高|上升|减少|下降|降低|涨|增幅|降幅|增速|变化")
_SUM = lazy(r"加起来|合计|总共|一共|总和|共计|总计")
_MOST = lazy(r"(?:哪|谁)[^,。]{0,12}(?:更|最)?(?:多|高|大|快|好|长)|(?:哪|谁)[^,。]{0,8}最")
_LEAST = lazy(r"(?:哪|谁)[^,。]{0,12}(?:更|最)?(?:少|低|小|慢|短)")
_WAY = lazy("[更最]?[多高大快好长少低小慢短]")
_EACH = lazy(r"各(?:自)?(?:有|是|为|达)?|分别|对比|比较|相比")
# What goes when the one measure is left that is looked up in every report.
_DROPPED = lazy(
    rf"(?:比|较|和|与|跟|同|从|到|至)?{_YEAR}(?:相?比较?)?|(?:这|近|过去|前后)?[两二]年(?:间|来|里)?|同比|逐年|历年|前一年|各年"
    r"|(?:哪|谁)一?(?:个|所|年|家)?(?:区县?|县|市|地方|地区|学校)?(?:的)?|加起来|合计|总共|一共|总和|共计|总计|各自?(?=有|是|为|达|多|$)|分别|相比|对比|比较|相差|差距|差(?=多少)|[更最](?=[多高大少低小])"
    r"|(?:增长|增加|提高|上升|减少|下降|降低|变化|扩大|涨|增幅|降幅|涨幅|增速)率?了?(?:情况)?|的?百分比"
)
_PERCENT = lazy(r"百分之(?:多少|几)|几成")
_RATIO = lazy(r"(?:相当于|是|占)了?.{2,}?的?(?:百分之(?:多少|几)|几成)")
_TIMES = lazy(r"(?:相当于|是)了?.{2,}?的?(?:多少|几)倍")
_EVERY_PLACE = lazy(r"(?:这?[两二三四五六七八九十几]个?|各个?)(?:区县|县区|[区县市州])(?:一共)?")
_WHICH_PLACE = lazy(r"哪一?个([区县市州省])")
_LEFT_OVER = lazy(
    r"多(?=[\u4e00-\u9fff]了?(?:多少|几))|[多少高低大小]了?(?:出)?(?=多少|几)|(?<!多)[多高大少低小](?:一些|些)?$|^[,的和与跟比,、]+|[,的和与跟比、]+$|了(?=多少|几)"
)


_MEASURE_WORDS = frozenset("人 名 所 家 个 项 元 万元 亿元 张 门 次 册 件 平方米 万人 年 发 了".split())


class Report(Protocol):
    """What tells one report from another: a Document, or what the store knows of one without its text."""

    @property
    def name(self) -> str:
        """The file name."""

    @property
    def year(self) -> int | None:
        """The year it is on."""

    @property
    def region(self) -> str | None:
        """The region it is on."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a question compares: the measure to look up, in which reports, and what is done with the values."""

    measure: Question
    documents: tuple[Report, ...]
    operation: Operation


def compared(question: Question, documents: Iterable[Report]) -> Comparison | None:
    """Return what a question compares over several reports; None where it asks of one.

    >>> from reportqa.text.records import Document
    >>> reports = [Document("23.txt", "", "", year=2023), Document("24.txt", "", "", year=2024)]
    >>> asked = compared(understand("2024年在校生比2023年多多少人？"), reports)
    >>> asked.measure.plain, [document.name for document in asked.documents], asked.operation
    ('在校生多少人', ['24.txt', '23.txt'], 'difference')

    The newest year comes first, as the value from which an older one is subtracted.
    """
    asked = _side_by_side(question, documents)
    return asked if asked and _says_what(asked.measure) else None


def unmeasured(question: Question, documents: Iterable[Report]) -> tuple[Report, ...]:
    """Return the reports of which a question asks whose is more without saying of what: 青禾区和白鹭区哪个多."""
    asked = _side_by_side(question, documents)
    ranks = asked is not None and asked.operation in ("most", "least")
    return asked.documents if asked and ranks and not _says_what(asked.measure) else ()


def with_measure(question: str, indicator: str) -> str:
    """Say of what a question (folded) asks who has more or less.

    >>> with_measure("青禾区和白鹭区哪个多", "招生")
    '青禾区和白鹭区哪个招生多？'
    """
    found = _MOST.search(question) or _LEAST.search(question)
    at = question.find(_WAY.findall(found[0])[-1], found.start()) if found else len(question)
    return f"{question[:at]}{indicator}{question[at:]}？"


def _side_by_side(question: Question, documents: Iterable[Report]) -> Comparison | None:
    operation = _operation(question.plain)
    if operation is None:
        return None
    known = list(documents)
    places = _places(question, known)
    if operation in ("ratio", "times") and len(places) != 2:
        return None
    chosen = _reports(question, known, places, operation)
    return Comparison(_measure(question, places), tuple(chosen), operation) if len(chosen) > 1 else None


def _places(question: Question, documents: Iterable[Report]) -> tuple[str, ...]:
    """Return the reports' regions that a question names, all of them for 两个区, 各区 and 哪个区."""
    regions = tuple(dict.fromkeys(document.region for document in documents if document.region))
    named, which = named_regions(question, regions), _WHICH_PLACE.search(question.plain)
    if named or not which:
        return regions if not named and _EVERY_PLACE.search(question.plain) else named
    return tuple(region for region in regions if region.endswith(which[1]))


def _reports(question: Question, documents: list[Report], places: Sequence[str], operation: Operation) -> list[Report]:
    """Return the reports that a question sets side by side, the newest first, places in the order they are named."""
    local = [document for document in documents if document.region in places] if places else documents
    years = sorted({document.year for document in local if document.year}, reverse=True)
    if len(places) > 1:
        newest = {place: max((one.year or 0 for one in local if one.region == place), default=0) for place in places}
        chosen = [
            document
            for document in local
            if (
                document.year in question.years
                if question.years
                else (document.year or 0) == newest[str(document.region)]
            )
        ]
        return sorted(chosen, key=lambda document: places.index(str(document.region)))
    named = tuple(year for year in years if year in question.years)
    if len(question.years) == 1 and _LAST.search(question.plain) and len(named) == 1:
        named = (named[0], named[0] - 1) if "上" in question.plain or "同比" in question.plain else (*years[:1], *named)
    elif not question.years and (
        _LAST.search(question.plain) or _LINKED.search(question.plain) or _CHANGE.search(question.plain)
    ):
        named = tuple(years[:2])
    elif len(named) < len(question.years):
        return []
    chosen = [document for document in local if document.year in named]
    one_place = len({document.region for document in chosen}) == 1
    return sorted(chosen, key=lambda document: _order(document, question, operation)) if one_place else []


def _order(document: Report, question: Question, operation: Operation) -> int:
    """Order reports newest first, or as their years are named where each is asked for: 2023年和2024年各有多少."""
    year = document.year or 0
    older_first = list(question.years) == sorted(question.years) and not re.search(r"今年.*[去上]一?年", question.plain)
    return year if operation == "each" and older_first else -year


def _says_what(measure: Question) -> bool:
    return any(term not in _MEASURE_WORDS for term in measure.terms)


def _operation(plain: str) -> Operation | None:
    forms: tuple[tuple[Operation, re.Pattern[str]], ...] = (
        ("times", _TIMES),
        ("ratio", _RATIO),
        ("growth", _GROWTH),
        ("difference", _MORE),
        ("decrease", _LESS),
        ("sum", _SUM),
        ("least", _LEAST),
        ("most", _MOST),
        ("each", _EACH),
    )
    return next((name for name, form in forms if form.search(plain)), None)


def _measure(question: Question, places: Iterable[str]) -> Question:
    """Return the question for one report's value: 在校生多少人 for 2024年在校生比2023年多多少人."""
    words = _PERCENT.sub("多少", _EVERY_PLACE.sub("", _TIMES.sub("多少", _RATIO.sub("多少", question.plain))))
    for place in places:
        words = re.sub(rf"(?:比|和|与|跟|同|较)?{re.escape(place[:-1])}{place[-1]}?", "", words)
    words = _LEFT_OVER.sub("", _DROPPED.sub("", words))
    return understand(words if re.search(r"多少|几", words) else f"{words}多少")
