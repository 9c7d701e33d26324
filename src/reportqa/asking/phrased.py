"""Operands that a question names in so many words: X占Y的比例, X比Y多多少, 除去X还有多少, X和Y一共多少."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import permutations

from reportqa.asking.compute import Derived, share, subtracted
from reportqa.asking.config import FITTED
from reportqa.asking.matching import FigureMatch, share_of_words
from reportqa.asking.named import names_in, of_names
from reportqa.asking.operands import share_named, words_of
from reportqa.asking.question import Question
from reportqa.figures.arithmetic import amount, stated_number, written
from reportqa.text.folding import fold
from reportqa.text.numerals import plain_number
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure

COUNTABLE = frozenset({"count", "money", "area"})
_SHARE = lazy(r"占|比|率|例")
_REST = lazy(
    r"还剩|剩下|剩余|还差|没有?[^,。]{0,6}(?:的|掉|完|成)|未[\u4e00-\u9fff]{1,6}|除去|除了|扣除|不含|不算|以外|之外"
)

_TOGETHER = "加起来|合起来|一共|合计|总共|总和|共计|加在一起"
_SUM = lazy(
    rf"(?P<names>.*[和与及跟加、].*?)(?:[两三四][样项个类者]?|都|全部)?(?:{_TOGETHER})|(?:一共|合计|总共).*[和与及跟、]"
)

_DIFFERENCE = lazy(
    r"(?P<one>[^,]{2,20}?)(?:比|较)(?P<other>[^,]{2,20}?)(?:多|少|高|低)了?[\u4e00-\u9fff]{0,2}?(?:多少|几)"
)

Naming = Callable[[FigureMatch], float]


def phrased(
    question: Question, stated: list[FigureMatch], countable: Callable[[], list[FigureMatch]]
) -> Derived | None:
    """Compute what is asked where the report states the operands but not the result; None where it is not certain.

    >>> derive(understand("民办学校在全部学校里占多大比例"), [], lambda: matches).expression      # doctest: +SKIP
    '5 ÷ 7'

    ``stated`` are the figures of the kind asked for; ``countable`` gives the counts, sums of money and areas, and is
    called only where they are needed. Both best first.
    """
    if question.asked == "percent":
        return _share(question, stated, countable())
    if _DIFFERENCE.search(question.plain):
        return _difference(question, countable())
    if _REST.search(question.plain):
        return _rest(question, countable())
    return _sum(question, countable()) if _SUM.search(question.plain) else None


def _share(question: Question, stated: list[FigureMatch], countable: list[FigureMatch]) -> Derived | None:
    part_words, whole_words = share_named(question)
    if not part_words:
        return None
    pair = _best_pair(countable, _naming(part_words, question), _naming(whole_words, question))
    if pair is None or _is_stated(question, stated, part_words):
        return None
    part, whole = pair
    return share(part, whole)


def _difference(question: Question, countable: list[FigureMatch]) -> Derived | None:
    """Subtract where two things are compared by name: A比B多多少."""
    phrases = _DIFFERENCE.search(question.plain)
    if phrases is None:
        return None
    one, other = (_best_named(countable, phrases[name]) for name in ("one", "other"))
    if one is None or other is None or not _comparable(one.figure, other.figure):
        # 2025年比2024年: years of one measure are no two things.
        years = "年" in phrases["one"] + phrases["other"]
        found = [] if years else of_names((phrases["one"], phrases["other"]), countable)
        if not found:
            return None
        one, other = found
    more, less = sorted((one, other), key=lambda match: -amount(match.figure))
    return subtracted("difference", more, less)


def _best_named(matches: Iterable[FigureMatch], words: str) -> FigureMatch | None:
    """Return the whole figure that a phrase names best, None where none is named for certain."""
    whole = [match for match in matches if match.figure.parent is None and not match.figure.approx]
    named = [
        (share_of_words(fold(match.figure.scope + match.figure.indicator), words), match.score, match)
        for match in whole
    ]
    best = max(named, key=lambda one: one[:2], default=None)
    return best[2] if best and best[0] >= FITTED.operand_named else None


def _comparable(one: Figure, other: Figure) -> bool:
    numbers = isinstance(one.normalized_value, int | float) and isinstance(other.normalized_value, int | float)
    same = one.document == other.document and one.normalized_unit == other.normalized_unit
    return numbers and same and one.start != other.start


def _rest(question: Question, countable: list[FigureMatch]) -> Derived | None:
    pair = _best_pair(countable, _named(question), _named(question))
    if pair is None or not _part_of(pair[0], pair[1]):
        return None
    part, whole = pair
    return subtracted("rest", whole, part)


def _sum(question: Question, countable: list[FigureMatch]) -> Derived | None:
    """Add up what the report gives for each of several things that the question names: 街道和镇一共多少个."""
    if not countable:
        return None
    asked = _SUM.search(question.plain)
    first = countable[0]
    named = [
        match
        for match in countable
        if match.sentence == first.sentence
        and match.candidate is first.candidate
        and match.figure.unit == first.figure.unit
        and match.figure.parent is None
        and match.figure.indicator
        and set(fold(match.figure.indicator)) <= set(question.plain)
    ]
    if len(named) < 2:
        named = of_names(names_in(asked["names"]) if asked and asked["names"] else (), countable)
    if len(named) < 2:
        return None
    named.sort(key=lambda match: match.figure.start)
    unit = named[0].figure.unit
    if any(match.figure.unit != unit for match in named):
        return None
    value = sum(stated_number(match.figure) for match in named)
    expression = written("+", *(match.figure for match in named))
    return Derived("sum", expression, value, f"{plain_number(value)}{unit}", tuple(named))


def _best_pair(
    matches: Iterable[FigureMatch], part_says: Naming, whole_says: Naming
) -> tuple[FigureMatch, FigureMatch] | None:
    """Return the part and the whole that the words name best, both from one document and in one unit."""
    pool = [
        match for match in list(matches)[: FITTED.operands] if isinstance(match.figure.normalized_value, int | float)
    ]
    best: tuple[float, FigureMatch, FigureMatch] | None = None
    for part, whole in permutations(pool, 2):
        if not _fit_together(part.figure, whole.figure):
            continue
        said, whole_said = part_says(part), whole_says(whole)
        close = _part_of(part, whole)
        if said < (FITTED.operand_bracketed if part.figure.parent == whole.figure.start else FITTED.operand_certain):
            continue
        if not close and whole_said < FITTED.operand_certain:
            continue
        narrow = part.signals["narrow"] + whole.signals["narrow"]
        score = said + whole_said + 0.8 * close - FITTED.operand_narrow * narrow + 0.05 * (part.score + whole.score)
        if best is None or score > best[0]:
            best = (score, part, whole)
    return (best[1], best[2]) if best else None


def _fit_together(part: Figure, whole: Figure) -> bool:
    same = part.document == whole.document and part.normalized_unit == whole.normalized_unit
    return same and not (part.approx or whole.approx) and 0 < amount(part) < amount(whole)


def _part_of(part: FigureMatch, whole: FigureMatch) -> bool:
    """Tell whether the text makes one figure a part of the other: in its brackets, or after it of the same thing."""
    if part.figure.parent is not None:
        return part.figure.parent == whole.figure.start
    if (
        part.candidate is not whole.candidate
        or whole.figure.parent is not None
        or part.figure.start < whole.figure.start
    ):
        return False
    return part.sentence == whole.sentence or fold(whole.figure.indicator).endswith(fold(part.figure.indicator))


def _is_stated(question: Question, stated: list[FigureMatch], part_words: str) -> bool:
    """Tell whether the report itself gives the share that is asked for."""
    rate = re.search(r"[\u4e00-\u9fff]{2}率", question.plain)
    for match in stated[:3]:
        said = f"{fold(match.figure.indicator)} {fold(match.figure.scope)}"
        if rate and rate[0] in said:
            return True
        if not rate and _SHARE.search(said) and share_of_words(part_words, said) >= FITTED.operand_certain:
            return True
    return False


def _naming(words: str, question: Question) -> Naming:
    """Return how well a phrase of the question names an operand: what the operand says of it, and it of the operand."""

    def says(match: FigureMatch) -> float:
        figure = match.figure
        said = 0.7 * share_of_words(words, words_of(figure)) + 0.3 * share_of_words(words, match.around)
        return 0.5 * (said + share_of_words(fold(figure.indicator), question.plain)) if said else 0.0

    return says


def _named(question: Question) -> Naming:
    return lambda match: share_of_words(fold(f"{match.figure.scope}{match.figure.indicator}"), question.plain)
