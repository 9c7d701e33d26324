"""Which of many has the most or the least: 哪个镇的在校生最多, over the figures that a report gives for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportqa.asking.config import FITTED
from reportqa.asking.matching import FigureMatch
from reportqa.asking.named import names_in, of_names
from reportqa.asking.question import Question, understand, within
from reportqa.figures.agreement import bare
from reportqa.figures.arithmetic import amount, is_exact
from reportqa.text.bodies import COMPANIES, SCHOOLS, one_of
from reportqa.text.folding import fold
from reportqa.text.patterns import lazy

_MORE, _LESS = "多高大长强重贵快", "少低小短弱轻便宜慢"
_WHICH = r"(?:哪一?[个所家座条类种项门些]?|谁|什么)"
_SORTS = (
    "学校|小学|中学|初中|高中|学院|医院|卫生院|企业|公司|单位|部门|机构|乡镇|镇|乡|村|街道|社区|区县|地区|地方|县|区|市|省|国家"
    "|专业|课程|学科|学段|年级|行业|产业|景区|项目|季度|月份|月|年份|年"
)
# A sort that names of many endings belong to.
_MEMBERS = {
    "学校": lazy(rf".(?:{one_of(*SCHOOLS)}|高中|初中|中心|[^学]校)$"),
    "企业": lazy(rf".(?:{one_of(*COMPANIES)}|厂)$"),
    "乡镇": lazy(r".[镇乡]$"),
    "区县": lazy(r".[区县市]$"),
} | {sort: lazy("") for sort in ("单位", "地方", "地区", "机构", "部门", "项目", "")}
_FORMS = (
    lazy(rf"^(?P<before>.*?){_WHICH}(?P<sort>{_SORTS}|[\u4e00-\u9fff]{{1,4}}(?=的))?的?(?P<measure>.{{2,}}?)最(?P<way>[{_MORE}{_LESS}])"),
    lazy(rf"^(?P<measure>.+?)最(?P<way>[{_MORE}{_LESS}])的(?:{_SORTS})?(?:是|为|叫|在)?{_WHICH}(?P<sort>{_SORTS})?"),
    lazy(rf"^(?P<names>.+?[和与跟、].+?),?{_WHICH}的?(?P<measure>.*?)(?:更|比较|要|最)?(?P<way>[{_MORE}{_LESS}])(?:些|一些|一点)?$"),
)  # fmt: skip
_NO_ONE = lazy(r"合计|总计|小计|平均|总体|其[他它]|^全|^各")


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is ranked: the measure to look up, the sort of thing or the names to choose from, and from which end."""

    measure: Question
    sort: str
    names: tuple[str, ...]
    most: bool


def extreme_asked(question: Question) -> Ranking | None:
    """Return what a question for the most or the least ranks, None where it asks for none.

    >>> asked = extreme_asked(understand("哪个镇的在校生最多？"))
    >>> asked.measure.plain, asked.sort, asked.most
    ('各镇在校生多少', '镇', True)
    >>> extreme_asked(understand("东湖中学和西山中学哪个招生少")).names
    ('东湖中学', '西山中学')
    """
    form = next((found for found in (form.search(question.plain) for form in _FORMS) if found), None)
    if form is None:
        return None
    said = form.groupdict()
    names = names_in(said.get("names") or "")
    sort = said.get("sort") or ""
    whose = said.get("names") or (f"各{sort}" if sort else "")
    measure = understand(f"{said.get('before') or ''}{whose}{said['measure']}多少")
    return Ranking(within(measure, question), sort, names, said["way"] in _MORE)


def ranked(asked: Ranking, matches: Sequence[FigureMatch]) -> list[FigureMatch]:
    """Return the figures of one indicator, each of another thing, the one asked for first; none where they are few.

    ``matches`` are the figures for the measure, best first. Where names are asked for, ranked is one figure for each;
    else those of one table or paragraph, indicator and unit.
    """
    if asked.names:
        found = of_names(asked.names, matches)
    else:
        full = (group for group in _alike(asked, matches) if len(group) >= FITTED.ranked_least)
        found = max(full, key=lambda group: max(match.score for match in group), default=[])
    return sorted(found, key=lambda match: amount(match.figure), reverse=asked.most)


def _alike(asked: Ranking, matches: Iterable[FigureMatch]) -> list[list[FigureMatch]]:
    groups: dict[tuple[object, ...], dict[str, FigureMatch]] = {}
    for match in matches:
        figure, passage = match.figure, match.candidate.passage.passage
        name = bearer(match)
        if name and is_exact(figure) and _asked_for(asked, name):
            place = (passage.document, passage.section, passage.paragraph)
            groups.setdefault((*place, bare(figure.indicator), figure.normalized_unit), {}).setdefault(name, match)
    return [list(group.values()) for group in groups.values()]


def bearer(match: FigureMatch) -> str:
    """Return the name of what a figure belongs to, "" where that is a total or not told."""
    parts = [part for part in re.split("[;；]", match.figure.scope) if part and not re.match(r"\d", fold(part))]
    return parts[0] if len(parts) == 1 and not _NO_ONE.search(parts[0]) else ""


def _asked_for(asked: Ranking, name: str) -> bool:
    members = _MEMBERS.get(asked.sort)
    return bool(members.search(name)) if members else fold(name).endswith(asked.sort)
