"""Arithmetic that a question asks for over figures that the report states: a share, a rest, a sum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

from reportqa.datamodel import Figure
from reportqa.matching import FigureMatch, share_of_words
from reportqa.normalization import fold
from reportqa.questions import Question

COUNTABLE = frozenset({"count", "money", "area"})
_OPERANDS = 24
# How much of the question's phrase an operand's own words must say before the sum is shown: below, it would be a guess.
_CERTAIN = 0.34

_SHARE_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<part>.+?)在(?P<whole>.+?)(?:里面?|中|里头|当中|之中)?(?:所)?占",
        r"(?P<part>.+?)[,]?占(?:了|到)?(?P<whole>.+?)(?:的)?(?:比例|比重|百分之|百分比|几成|多少|多大|份额)",
        r"(?P<whole>.+?)(?:里面?|中|里头|当中|之中)(?:的)?(?P<part>.+?)(?:占|的?比例|的?比重)",
        r"(?P<whole>.*?)(?P<part>[\u4e00-\u9fff]{2})率",
        r"(?P<whole>.*?)(?P<part>[\u4e00-\u9fff]{2,6})的(?:比例|比重|占比)",
    )
)
_SHARE = re.compile(r"占|比|率|例")
_REST = re.compile(r"还剩|剩下|剩余|还差|没[有]?[^,。]{0,6}(?:的|掉|完|成)|未[\u4e00-\u9fff]{1,6}|除去|除了|扣除|不含|不算|以外|之外")
_SUM = re.compile(r"加起来|一共|合计|总共|总和|共计|加在一起")

Operation = Literal["share", "rest"]


@dataclass(frozen=True, slots=True)
class Derived:
    """A computed value with its arithmetic: the operands in the order of the expression."""

    operation: Operation
    expression: str
    value: float
    text: str
    operands: tuple[FigureMatch, ...]


def derive(question: Question, stated: list[FigureMatch], countable: list[FigureMatch]) -> Derived | None:
    """Compute what is asked where the report states the operands but not the result; None where it is not certain.

    >>> derive(understand("民办学校在全部学校里占多大比例"), [], matches).expression      # doctest: +SKIP
    '5 ÷ 7'

    ``stated`` are the figures of the kind asked for, ``countable`` the counts, sums of money and areas, best first.
    """
    if question.asked == "percent":
        return _share(question, stated, countable)
    if _REST.search(question.plain) and question.numeric:
        return _rest(question, countable)
    return None


def _share(question: Question, stated: list[FigureMatch], countable: list[FigureMatch]) -> Derived | None:
    phrases = next((match.groupdict() for form in _SHARE_FORMS if (match := form.search(question.plain))), None)
    if phrases is None:
        return None
    part_words, whole_words = phrases["part"], phrases["whole"]
    pair = _best_pair(countable, lambda match: _says(match, part_words), lambda match: _says(match, whole_words))
    if pair is None or _is_stated(question, stated, part_words, pair[2]):
        return None
    part, whole, _ = pair
    value = _number(part.figure) / _number(whole.figure)
    expression = f"{_shown(part.figure)} ÷ {_shown(whole.figure)}"
    return Derived("share", expression, value, f"{100 * value:.2f}%", (part, whole))


def _rest(question: Question, countable: list[FigureMatch]) -> Derived | None:
    pair = _best_pair(countable, _named(question), _named(question))
    if pair is None or not _part_of(pair[0].figure, pair[1].figure, pair[0], pair[1]):
        return None
    part, whole, _ = pair
    value = _number(whole.figure) - _number(part.figure)
    factor = _number(whole.figure) / float(_plain(whole.figure))
    rest = round(value / factor, 6)
    text = f"{rest:g}{whole.figure.unit}"
    return Derived("rest", f"{_shown(whole.figure)} − {_shown(part.figure)}", value, text, (whole, part))


def _best_pair(
    matches: Iterable[FigureMatch], part_says: Callable[[FigureMatch], float], whole_says: Callable[[FigureMatch], float]
) -> tuple[FigureMatch, FigureMatch, float] | None:
    """Return the part and the whole that the words name best, with how well; both from one document, in one unit."""
    pool = [match for match in list(matches)[:_OPERANDS] if isinstance(match.figure.normalized_value, int | float)]
    best: tuple[float, FigureMatch, FigureMatch] | None = None
    for part, whole in permutations(pool, 2):
        if not _fit_together(part.figure, whole.figure):
            continue
        said = part_says(part)
        if said < _CERTAIN:
            continue
        close = _part_of(part.figure, whole.figure, part, whole)
        whole_said = whole_says(whole)
        if not close and whole_said < _CERTAIN:
            continue
        score = said + whole_said + 0.8 * close + 0.05 * (part.score + whole.score)
        if best is None or score > best[0]:
            best = (score, part, whole)
    return (best[1], best[2], best[0]) if best else None


def _fit_together(part: Figure, whole: Figure) -> bool:
    same = part.document == whole.document and part.normalized_unit == whole.normalized_unit
    return same and not (part.approx or whole.approx) and 0 < _number(part) < _number(whole)


def _part_of(part: Figure, whole: Figure, at: FigureMatch, of: FigureMatch) -> bool:
    """Tell whether the text makes one figure a part of the other: in its brackets, or after it in the same sentence."""
    if part.parent is not None:
        return part.parent == whole.start
    same_sentence = at.candidate is of.candidate and at.sentence == of.sentence
    return same_sentence and whole.parent is None and whole.start < part.start


def _is_stated(question: Question, stated: list[FigureMatch], part_words: str, certainty: float) -> bool:
    """Tell whether the report itself gives the share that is asked for."""
    rate = re.search(r"[\u4e00-\u9fff]{2}率", question.plain)
    for match in stated[:3]:
        said = f"{fold(match.figure.indicator)} {fold(match.figure.scope)}"
        if rate and rate[0] in said:
            return True
        if not rate and _SHARE.search(said) and share_of_words(part_words, said) >= _CERTAIN:
            return True
    return False


def _says(match: FigureMatch, words: str) -> float:
    """Return how well a phrase names an operand: what the operand's words say of it, and it of them."""
    figure = match.figure
    own = f"{fold(figure.scope)} {fold(figure.indicator)} {fold(figure.text)}"
    clause = fold(match.candidate.passage.prose.text[match.clause.start : match.clause.end])
    said = 0.7 * share_of_words(words, own) + 0.3 * share_of_words(words, clause)
    return 0.5 * said + 0.5 * share_of_words(fold(figure.indicator), words)


def _named(question: Question) -> Callable[[FigureMatch], float]:
    return lambda match: share_of_words(fold(f"{match.figure.scope}{match.figure.indicator}"), question.plain)


def _number(figure: Figure) -> float:
    return float(figure.normalized_value)  # type: ignore[arg-type]


def _plain(figure: Figure) -> float:
    return float(figure.value)  # type: ignore[arg-type]


def _shown(figure: Figure) -> str:
    return f"{figure.value:g}" if isinstance(figure.value, float) and figure.value.is_integer() else str(figure.value)
