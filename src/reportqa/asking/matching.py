"""How well a figure answers a question: the kind of thing, what it measures, whom it covers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations

from reportqa.asking.config import FITTED
from reportqa.asking.intent import change_chance
from reportqa.asking.lexicon import synonyms
from reportqa.asking.question import Question
from reportqa.asking.read import bounded
from reportqa.asking.search import Candidate, Retriever, ScoredUnit, coverage
from reportqa.asking.times import Time, is_of_another, tells_plans, time_of, time_of_cell
from reportqa.asking.weights import WEIGHTS
from reportqa.index.dense import Vectors
from reportqa.text.contrasts import CONTRASTS, Contrast, sides
from reportqa.text.folding import fold
from reportqa.text.forms import WHOLE
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure

_UNIT_CLASSES = tuple(
    frozenset(units.split())
    for units in (
        "人 名 位 口 人次 户",
        "所 家 个 间 处 座",
        "门 个",
        "次 场 回 届 期",
        "件 个 项",
        "张 幅 份 本 册 部 篇",
        "套 台 辆",
    )
)
_FORMS = frozenset({"count", "money", "area", "percent", "ratio", "date", "duration", "rank"})
_GENERAL_SCOPE = lazy(rf"^(?:{WHOLE}|[全上去当]年|年|本|合计|总计|含|[\d年月末底]+$)")
_COMMON_BEARER = lazy(r"(?:学校|院校|医院|企业|公司|单位|机构|人员|教师|学生|职工|员工|景区)$")
_PART_OF = lazy(r"(?:(?<![初高集])中的?|里面的?|里头的?|里的?|当中的?|之中的?),?(?![学职专等])([\u4e00-\u9fff]{2}.*)")
# Contrasts of which each side has many words: 校园有多大 asks for the ground, 教学楼有多大 for what stands on it.
_SIDES = (
    (
        lazy(r"占地|用地|校园|园区|厂区|院区|一块地|土地|场地"),
        lazy(r"建筑|校舍|房屋|房子|[教学办公住宿]楼|大楼|楼房|宿舍"),
    ),
    (lazy(r"花|投入|投资|支出|支付|费用|掏|付了|耗资|收购"), lazy(r"收入|营收|利润|进账|产值|销售额|赚")),
)
# 支出里，上级拨的有多少; 其中民办几所: a part is asked for.
_OF_WHICH = lazy(r"其中|(?:里面?|里头|当中|之中|中)[,的].*(?:多少|几)")
_PER_HEAD = lazy(r"[生人户]均|平均|每[一]?[个名位人生户]|分摊|按[^,。]{0,4}人头|人头")
_CHANGE = lazy(r"同比|环比|比上|较上|增长|增加|下降|减少|提高|降低|上升|增幅|降幅|涨|跌|多了|少了")
# What an indicator says besides what is measured: by how much it changed, of how many, at which stage.
_BESIDES = lazy(
    r"(?:同比|环比|[比较](?:上年|去年|上期|同期|上学年|上一年))?(?:净?(?:增[长加]|下降|减少|提高|降低|上升))?$"
    r"|阶段|总[数额量]|人数|情况"
)
_GRADE = lazy(r"[一二三四五六七八九十\dA-Za-z]+[星级等A]+")
# How far behind the best passage, in standard deviations, a passage may be whose figure answers: on two thousand
# questions every figure from farther behind was wrong (docs/retrieval.md).
_NEAR = 6.0
_LEAST = 0.02
# How far behind a row of a table the total over its rows may be and still go before it.
_TOTAL_NEAR = 2.5


@dataclass(frozen=True, slots=True)
class FigureMatch:
    """A figure that may be the answer, where it stands, and what speaks for it."""

    figure: Figure
    candidate: Candidate
    clause: ScoredUnit
    sentence: ScoredUnit
    signals: dict[str, float]
    score: float

    @property
    def around(self) -> str:
        """The words of the clause that the figure stands in, folded."""
        return self.candidate.passage.folded[self.clause.start : self.clause.end]


def match_figures(
    question: Question,
    candidates: Iterable[Candidate],
    retriever: Retriever,
    vector: Vectors,
    kinds: frozenset[str] | None = None,
) -> list[FigureMatch]:
    """Return the figures of the candidates, or those of ``kinds`` alone, the likeliest answer first.

    >>> match_figures(understand("招生多少人？"), candidates, retriever, vector)[0].figure.text     # doctest: +SKIP
    '6191人'

    No figure is left out for its kind or unit: that it is of another than asked counts against it.
    """
    near = list(candidates)
    least = max((candidate.score for candidate in near), default=0.0) - _NEAR
    near = [candidate for candidate in near if candidate.score >= least]
    matches = [match for candidate in near for match in _matches(question, candidate, retriever, vector, kinds)]
    return _wholes_first(sorted(matches, key=lambda match: -match.score))


def _wholes_first(matches: list[FigureMatch]) -> list[FigureMatch]:
    """Put the whole before a part that is not asked for: 6191人 of 招生6191人（含技校1455人）, a total before a row."""
    best = next(iter(matches), None)
    if best is None or best.signals["scope"] > 0:
        return matches
    whole = next((match for match in matches if match is not best and _is_whole_of(match, best)), None)
    return matches if whole is None else [whole, *(match for match in matches if match is not whole)]


def _is_whole_of(match: FigureMatch, part: FigureMatch) -> bool:
    """Tell whether a figure is what another is a part of: in brackets after it, or a total over the rows of a table."""
    whole, figure = match.figure, part.figure
    if (whole.document, whole.unit) != (figure.document, figure.unit):
        return False
    if figure.parent is not None:
        return (whole.start, whole.indicator) == (figure.parent, figure.indicator)
    row = bool(part.candidate.passage.passage.leads) and part.signals["narrow"] > 0
    alike = fold(figure.indicator).startswith(fold(whole.indicator))
    return row and alike and match.signals["narrow"] == 0 and match.score > part.score - _TOTAL_NEAR


def _matches(
    question: Question, candidate: Candidate, retriever: Retriever, vector: Vectors, kinds: frozenset[str] | None
) -> Iterator[FigureMatch]:
    store, document = retriever.store, candidate.passage.passage.document
    figures = store.figures(candidate.passage.number)
    if not figures:
        return
    title, own = fold(store.document(document).title), retriever.reports.own_year(document)
    asked = retriever.reports.time_asked(question, document)
    cosines = store.figure_vectors(candidate.passage.number) @ vector
    for figure, cosine in zip(figures, cosines, strict=True):
        if kinds and figure.kind not in kinds:
            continue
        clause, sentence = _around(candidate, figure)
        context = candidate.passage.folded[clause.start : clause.end]
        signals = _signals(question, figure, candidate.rarity, context, title) | {
            "kind": math.log(max(question.chance_of(figure), _LEAST)),
            "form": float(question.asked in _FORMS and figure.kind != question.asked),
            "former": float(is_of_another(time := _time_of(candidate, figure, own), asked, own)),
            "planned": float(time.planned != asked.planned),
            "later": float(time.planned),
            "earlier": float(time.former or bool(time.year and own and time.year < own)),
            "clause": clause.cosine,
            "itself": float(cosine),
            "passage": candidate.score,
            "read": _read(candidate, figure),
        }
        score = sum(weight * signals[name] for name, weight in WEIGHTS.figures.items())
        # Of another report than meant a figure is wrong, however well its words fit.
        score += candidate.signals["document"]
        yield FigureMatch(figure, candidate, clause, sentence, signals, score)


def _read(candidate: Candidate, figure: Figure) -> float:
    """Return how well the reader holds a figure for the answer; of a passage that was not read, that it is none."""
    if candidate.reading is None:
        return -FITTED.reader_bound
    prose = candidate.passage.prose
    return bounded(candidate.reading.score(prose.offset(figure.start), prose.offset(figure.end - 1) + 1))


def _around(candidate: Candidate, figure: Figure) -> tuple[ScoredUnit, ScoredUnit]:
    """Return the clause and the sentence that a figure stands in."""
    at = candidate.passage.prose.offset(figure.start)
    holding = [unit for unit in candidate.units if unit.start <= at < unit.end]
    clause = next((unit for unit in holding if not unit.whole), candidate.units[0])
    sentence = next((unit for unit in holding if unit.whole), candidate.units[0])
    return clause, sentence


def _signals(
    question: Question, figure: Figure, rarity: dict[str, float], context: str, title: str
) -> dict[str, float]:
    """Return what the words say: shares from 0 to 1 for a figure, and faults that count against it."""
    said, plain = question.said, question.plain
    indicator, scope = question.unify(fold(figure.indicator)), _distinct(question.unify(fold(figure.scope)))
    named = f"{scope} {indicator} {fold(figure.text)}"
    text = f"{named} {question.unify(context)}"
    # 五星级 is not half said by 星级.
    scope_asked = float(scope in said) if _GRADE.fullmatch(scope) else share_of_words(scope, said)
    changes, change_asked = says_change(figure), change_chance(question.wording)
    measured = _without(_BESIDES.sub("", indicator), title, said)
    return {
        "unit": _unit_fit(question.unit, figure),
        "indicator": coverage(text, rarity),
        "asked": share_of_words(measured, _part_asked(plain)),
        "scope": scope_asked,
        "narrow": float(bool(scope) and not _GENERAL_SCOPE.search(scope)) * (1 - scope_asked),
        "part": float(figure.parent is not None) * (1 - 2 * max(scope_asked, 0.5 * bool(_OF_WHICH.search(plain)))),
        "contrast": _contrasts(plain, text, named),
        "per_head": float(bool(_PER_HEAD.search(plain)) != bool(_PER_HEAD.search(indicator))),
        "change": float(changes) * (1 - change_asked),
        "level": float(not changes) * change_asked,
    }


def says_change(figure: Figure) -> bool:
    """Tell whether a figure is by how much something changed: 326人 in 比上年增加326人."""
    return bool(_CHANGE.search(figure.indicator))


def is_per_head(figure: Figure) -> bool:
    """Tell whether a figure is of each one of many: 7.2平方米 in 生均7.2平方米."""
    return bool(_PER_HEAD.search(figure.indicator))


def _time_of(candidate: Candidate, figure: Figure, own: int | None) -> Time:
    """Return when the value of a figure was: of a table as its heads say, else as the words before it."""
    if candidate.passage.passage.leads:
        return time_of_cell([figure.scope, figure.indicator], own)
    prose = candidate.passage.prose
    time = time_of(prose.text, prose.offset(figure.start), prose.offset(figure.end - 1) + 1, own)
    return replace(time, planned=time.planned or tells_plans(candidate.passage.passage.section))


def _unit_fit(asked: str, figure: Figure) -> float:
    """1 for the unit asked for, 0.5 where the question names none or a kindred one, 0 for another."""
    unit = fold(figure.unit)
    unit = "百分点" if unit.endswith("百分点") else unit.lstrip("万亿千百")
    if not unit:
        return 0.5  # a number of a table whose heads give no unit
    if not asked or asked == unit:
        return 0.5 + 0.5 * bool(asked)
    kindred = (
        asked == "个"
        or (unit == "个" and asked != "人")
        or any(asked in units and unit in units for units in _UNIT_CLASSES)
    )
    return 0.5 if kindred else 0.0


def share_of_words(words: str, question: str) -> float:
    """Return how much of ``words`` the question says, by bigrams; 0 where there are no words.

    >>> share_of_words("初中招生", "招生多少人")
    0.3333333333333333
    """
    letters = "".join(char for char in words if char.isalnum())
    if len(letters) < 2:
        return float(bool(letters) and letters in question)
    pairs = {letters[i : i + 2] for i in range(len(letters) - 1)}
    return sum(pair in question for pair in pairs) / len(pairs)


def _without(words: str, implied: str, question: str) -> str:
    """Leave out what the title of a report implies and the question does not say: 义务教育 of 义务教育招生."""
    at = 0
    while at < len(words) - 1:
        end = at + 1
        while end < len(words) and words[at : end + 1] in implied and words[at : end + 1] not in question:
            end += 1
        if end - at > 1 and len(words) - (end - at) > 1:
            words = words[:at] + words[end:]
        else:
            at += 1
    return words


@lru_cache(maxsize=256)
def _part_asked(question: str) -> str:
    """Return what a question says of the part that it asks for: 考上高中的 of 毕业生里考上高中的有多少."""
    part = _PART_OF.search(question)
    asked = part[1] if part else question
    return f"{asked} {synonyms(asked)}"


def _distinct(scope: str) -> str:
    """Return the words of a scope that tell it from others: 技工 of 含技工等学校."""
    words = re.sub(r"[含其中等内的]|包括|不含", "", scope)
    telling = _COMMON_BEARER.sub("", words)
    return telling if len(telling) > 1 else words


def _only(one: re.Pattern[str], other: re.Pattern[str], text: str) -> bool:
    return bool(one.search(text)) and not other.search(text)


def _contrasts(question: str, text: str, named: str) -> float:
    """Count the contrasts in which the figure stands on the other side of what the question names."""
    pairs = (side for pair in _SIDES for side in permutations(pair))
    faults = float(sum(_only(asked, other, question) and _only(other, asked, named) for asked, other in pairs))
    for contrast, asked in _asked_contrasts(question):
        said = sides(contrast, named) or sides(contrast, text)
        faults += bool(said) and not asked & said
    return faults


@lru_cache(maxsize=256)
def _asked_contrasts(question: str) -> tuple[tuple[Contrast, frozenset[int]], ...]:
    """Return the contrasts that a question names a side of, with these sides; most name none."""
    named = ((contrast, sides(contrast, question)) for contrast in CONTRASTS)
    return tuple((contrast, asked) for contrast, asked in named if asked)
