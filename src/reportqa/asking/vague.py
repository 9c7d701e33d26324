"""A question that says too little to be answered, and the questions over the report that it may have meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from reportqa.asking.matching import FigureMatch
from reportqa.asking.question import Question
from reportqa.asking.search import Candidate
from reportqa.figures.agreement import bare
from reportqa.outline.headings import bare_heading
from reportqa.text.folding import fold
from reportqa.text.records import Answer, Figure, Kind
from reportqa.text.words import STOP_WORDS, cut

FORMS: dict[Kind, str] = {
    "count": "{indicator}有多少{unit}？",
    "ratio": "{indicator}是多少？",
    "area": "{indicator}是多少？",
    "percent": "{indicator}是多少？",
    "money": "{indicator}是多少？",
}
"""How a figure of each kind is asked for, by what it measures."""
# So many letters an indicator or a heading has that can be read at a glance.
SHORT, LONG = 2, 9
_LONG_HEADING = 12
_MOST = 4
# What stands after the mark explains the heading.
_EXPLAINED = re.compile(r"[:：].*")
_RATES = ("率", "比", "比例", "比重")
# Kinds of things that are asked of a section as a whole.
_OPEN = frozenset({"description", "method", "list", "reason"})
# How far behind the best figure, in the units of its score, one may be that the question may have meant as well.
_NEAR = 4.0
# How likely a kind of figure must be asked for by a question that names nothing.
_LIKELY = 0.3
# What stands for whatever there is: 情况怎么样.
_NOTHING = ["情况"]
# From this on an answer is not to be checked first.
_SURE = 0.6


def subjects(question: Question) -> list[str]:
    """Return the words of a question that name something, besides the unit that is counted in.

    >>> from reportqa.asking.question import understand
    >>> [subjects(understand(asked)) for asked in ("有多少人？", "情况怎么样？", "面积是多少", "生师比是多少")]
    [[], ['情况'], ['面积'], ['生师', '比']]
    """
    plain, found = question.plain, []
    at = 0
    for word in cut(plain):
        before, at = plain[:at], at + len(word)
        asks = max((len(stop) for stop in STOP_WORDS if word.startswith(stop)), default=0)
        rest = word[asks:] if asks else word
        # 人 of 多少人 and 所 of 几所 are counted, not named.
        counted = len(rest) < SHORT and (asks or any(before.endswith(stop) for stop in ("多少", "几")))
        if rest and rest[0].isalnum() and not counted:
            found.append(word)
    return found


def is_vague(question: Question, right: float) -> bool:
    """Tell whether a question says too little: it names nothing, or one thing and its answer would not be sure.

    ``right`` is how likely its answer is right, 0 where there is none.
    """
    named = subjects(question)
    return not named or named == _NOTHING or (len(named) == 1 and 0 < right < _SURE)


def readings(
    question: Question,
    matches: Sequence[FigureMatch],
    candidates: Sequence[Candidate],
    place_of: Callable[[str], str] = lambda document: "",
) -> list[str]:
    """Return the questions that a vague one may have meant, from what was found for it; at least two, or none.

    >>> readings(understand("面积是多少？"), matches, candidates)      # doctest: +SKIP
    ['占地面积是多少？', '建筑面积是多少？', '生均校园面积是多少？']

    ``place_of`` names the place of a report, where that is to be told.
    """
    if question.numeric:
        asked = [f"{place_of(figure.document)}{question_for(figure)}" for figure in _measures(question, matches)]
    elif question.asked in _OPEN:
        asked = list(_openly(question, candidates, place_of))
    else:
        asked = []
    meant = list(dict.fromkeys(asked))[:_MOST]
    return meant if len(meant) > 1 else []


def shared(reports: Sequence[Iterable[Figure]]) -> list[str]:
    """Return the indicators that several reports have in common, in the order of the first one."""
    known = [{(bare(one.indicator), one.normalized_unit): one for one in own if is_plain(one)} for own in reports]
    common = [figure for key, figure in known[0].items() if all(key in own for own in known)]
    return [figure.indicator for figure in common if figure.kind == "count"][:_MOST]


def asks_back(answer: Answer, choices: Sequence[str]) -> Answer:
    """Make the record of an answer one that asks which of several questions is meant, with the passages found."""
    named = "".join(f"“{choice}”" for choice in choices)
    return Answer(
        question=answer.question,
        status="unclear",
        message=f"这样问太笼统，报告里有几种可能，可以问：{named}",
        citations=answer.citations,
        choices=tuple(choices),
    )


def question_for(figure: Figure) -> str:
    """Ask for a figure.

    >>> question_for(Figure(2, 7, "1.2万人", 1.2, "万人", 12000, "人", "count", "招生"))
    '招生有多少人？'
    """
    return FORMS[figure.kind].format(indicator=figure.indicator, unit=figure.unit.lstrip("亿万千百"))


def is_plain(figure: Figure) -> bool:
    """Tell whether a figure can be asked for without saying more than its indicator."""
    return (
        figure.kind in FORMS
        and SHORT <= len(figure.indicator) <= LONG
        and figure.parent is None
        and (figure.kind != "percent" or figure.indicator.endswith(_RATES))
    )


def _measures(question: Question, matches: Sequence[FigureMatch]) -> list[Figure]:
    """Return the figures that fit about as well as the best one: if several measure what is named, only these."""
    named = subjects(question)
    least = matches[0].score - _NEAR if matches and named else float("-inf")
    plain = [one for one in matches if one.score >= least and is_plain(one.figure) and _fits(one, question, named)]
    telling = [one for one in plain if any(word in fold(one.figure.indicator) for word in named)]
    once: dict[str, Figure] = {}
    for match in telling if len(telling) > 1 else plain:
        once.setdefault(bare(match.figure.indicator), match.figure)
    return list(once.values())


def _fits(match: FigureMatch, question: Question, named: Sequence[str]) -> bool:
    """Tell whether a figure is of the kind asked for, of no part alone, and its indicator says more than the question.

    An indicator that says the same twice (占比占比) comes from the heads of a table, not from the language.
    """
    signals, words = match.signals, fold(match.figure.indicator)
    kind = not signals["form"] if named else question.chance_of(match.figure) >= _LIKELY
    right = kind and signals["unit"] > 0 and not signals["narrow"] and not signals["change"]
    return right and bool(match.figure.unit) and words not in named and words not in (words * 2)[1:-1]


def _openly(question: Question, candidates: Iterable[Candidate], place_of: Callable[[str], str]) -> Iterator[str]:
    """Ask the question of the innermost short heading over each passage found."""
    said = "".join(subjects(question))
    for candidate in candidates:
        passage = candidate.passage.passage
        bared = (_EXPLAINED.sub("", bare_heading(heading)).strip() for heading in reversed(passage.section))
        heading = next((one for one in bared if SHORT <= len(one) <= _LONG_HEADING), "")
        # 管理情况 and 情况怎么样 say 情况 once.
        named = f"{place_of(passage.document)}{heading.removesuffix(said)}"
        if heading:
            yield f"{named}的原因是什么？" if question.asked == "reason" else f"{named}{question.plain}？"
