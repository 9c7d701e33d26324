"""Over which figures an operation is: two or more, weighed together, for one of them alone answers nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations

import numpy as np

from reportqa.asking.config import FITTED
from reportqa.asking.intent import Operation
from reportqa.asking.matching import FigureMatch, is_per_head, says_change
from reportqa.asking.named import tells
from reportqa.asking.question import Question
from reportqa.asking.search import coverage
from reportqa.asking.weights import ARITHMETIC
from reportqa.figures.arithmetic import amount, is_exact
from reportqa.index.dense import Vectors
from reportqa.index.store import Store
from reportqa.text.folding import fold
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure

_PART_OF_WHOLE = ("share", "rest")
# Of these more than two may be taken: all that are added, or taken from the whole.
MANY = ("sum", "rest")
MOST = 5
# So many of the best sets are tried with one more figure.
GROWN = 8
_NEAR = 60
_BETWEEN = lazy("[和与跟及加、比较]")
# The part and the whole of which a share is asked for.
_SHARES = tuple(
    lazy(form)
    for form in (
        r"(?P<part>.+?)在(?P<whole>.+?)(?:里面?|中|里头|当中|之中)?(?:所)?占",
        r"(?P<part>.+?)[,]?占(?:了|到)?(?P<whole>.+?)的?(?:比例|比重|百分之|百分比|几成|多少|多大|份额)",
        r"(?P<whole>.+?)(?:里面?|中|里头|当中|之中)(?:的)?(?P<part>.+?)(?:占|的?比例|的?比重)",
        r"(?P<whole>.*?)(?P<part>[\u4e00-\u9fff]{2})率",
        r"(?P<whole>.*?)(?P<part>[\u4e00-\u9fff]{2,6})的(?:比例|比重|占比)",
    )
)
_NO_WHOLE = lazy(r"百分之|百分|多大|多少|比重?例?是?|^的|[的是为有]$")
# So many letters of what stands before or after a name are looked at.
_LONGEST = 8
_NOT_COMPUTED = ("date", "rank", "ratio")
# What is added up of the signals of each figure.
_OWN = ("read", "former", "narrow", "asked", "scope", "contrast", "per_head", "level", "unit", "kind")


@dataclass(frozen=True, slots=True)
class Operands:
    """Figures to compute with, in the order of the text; ``chance`` is how likely they are meant rather than others."""

    matches: tuple[FigureMatch, ...]
    score: float
    chance: float
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Member:
    """A figure with what is compared between those of a set."""

    match: FigureMatch
    own: str
    around: str
    vector: Vectors
    tells: tuple[float, ...]


def operands_for(operation: Operation, members: Sequence[Member]) -> Operands | None:
    """Return the figures that an operation is over, None where no two fit together.

    >>> operands_for("share", members_of(matches, store)).matches[0].figure.text     # doctest: +SKIP
    '5所'
    """
    sets = sets_of(operation, members)
    if not sets:
        return None
    scored = [score_of(operation, chosen) for chosen in sets]
    seen = {_key(chosen) for chosen in sets}
    for _ in range(MOST - 2 if operation in MANY else 0):
        order = sorted(range(len(sets)), key=lambda at: -scored[at])
        best = list(grown(operation, [sets[at] for at in order[:GROWN]], members, seen))
        sets, scored = sets + best, scored + [score_of(operation, chosen) for chosen in best]
    scores = np.array(scored)
    first = int(scores.argmax())
    shares = np.exp(scores - scores[first])
    # The same values may stand in several places.
    same = np.array([_values(chosen) == _values(sets[first]) for chosen in sets])
    chance = float(shares[same].sum() / shares.sum())
    meant = sorted((one.match for one in sets[first]), key=lambda match: match.figure.start)
    return Operands(tuple(meant), float(scores[first]), chance, signals_of(sets[first]))


def members_of(question: Question, matches: Iterable[FigureMatch], store: Store) -> list[Member]:
    """Return the first exact figures of those for a question, with what is compared between those of a set.

    A value that stands for the same thing in several places counts once.
    """
    members: dict[tuple[object, ...], Member] = {}
    names = named(question)
    for match in matches:
        figure, passage = match.figure, match.candidate.passage
        thing = (figure.document, figure.normalized_unit, figure.normalized_value, fold(figure.indicator))
        if not is_exact(figure) or figure.kind in _NOT_COMPUTED or thing in members:
            continue
        number = list(store.figures(passage.number)).index(figure)
        own = words_of(figure)
        vector = np.asarray(store.figure_vectors(passage.number)[number])
        told = tuple(tells(number, names, match) for number in range(len(names)))
        members[thing] = Member(match, own, f"{own} {match.around}", vector, told)
        if len(members) == FITTED.operands:
            break
    return list(members.values())


def words_of(figure: Figure) -> str:
    """Return the words of a figure's own: whose it is, what it measures, and how it stands there."""
    return f"{fold(figure.scope)} {fold(figure.indicator)} {fold(figure.text)}"


def share_named(question: Question) -> tuple[str, str]:
    """Return the words for the part and the whole of which a question asks for the share, "" where it names none."""
    found = (form.search(question.plain) for form in _SHARES)
    pairs = ((match["part"], _NO_WHOLE.sub("", match["whole"])) for match in found if match)
    return next(((part, whole) for part, whole in pairs if len(whole) > 1), ("", ""))


def named(question: Question) -> tuple[str, ...]:
    """Return the words for each of the things that a question sets in relation, none where it names one thing.

    >>> from reportqa.asking.question import understand
    >>> named(understand("男生比女生多几个")), named(understand("女教师在教师里占几成"))
    (('男生', '女生多几个'), ('女教师', '教师'))
    """
    part, whole = share_named(question)
    if part:
        return part, whole
    names = [name for name in _BETWEEN.split(question.plain) if name]
    if not 1 < len(names) <= MOST:
        return ()
    # What is asked stands after the last name, when and where before the first.
    return (names[0][-_LONGEST:], *names[1:-1], names[-1][:_LONGEST])


def sets_of(operation: Operation, members: Sequence[Member]) -> list[tuple[Member, ...]]:
    """Return every two figures that can be computed with."""
    return [pair for pair in combinations(members, 2) if fit(operation, pair)]


def grown(
    operation: Operation,
    sets: Iterable[tuple[Member, ...]],
    members: Sequence[Member],
    seen: set[frozenset[int]],
) -> Iterator[tuple[Member, ...]]:
    """Yield sets with one more figure, each once; ``seen`` are the sets known already, by :func:`id` of members."""
    for chosen in sets:
        for one in members:
            larger = (*chosen, one)
            if all(one is not other for other in chosen) and _key(larger) not in seen and fit(operation, larger):
                seen.add(_key(larger))
                yield larger


def _values(chosen: Iterable[Member]) -> list[float]:
    return sorted(amount(one.match.figure) for one in chosen)


def _key(chosen: Iterable[Member]) -> frozenset[int]:
    return frozenset(id(one) for one in chosen)


def fit(operation: Operation, chosen: Sequence[Member]) -> bool:
    """Tell whether an operation can be over these figures: of one report and, but for a ratio, in one unit."""
    figures = [one.match.figure for one in chosen]
    if len({figure.document for figure in figures}) > 1 or len({figure.start for figure in figures}) < len(figures):
        return False
    values = sorted(amount(figure) for figure in figures)
    if operation != "sum" and values[0] == values[-1]:
        return False
    if values[0] <= 0:
        return False
    percent = any(figure.kind == "percent" or figure.unit.endswith("百分点") for figure in figures)
    if operation == "ratio":
        return not percent and not any("/" in figure.unit for figure in figures)
    if len({(figure.kind, figure.normalized_unit, is_per_head(figure)) for figure in figures}) > 1:
        return False
    if operation in ("growth", *_PART_OF_WHOLE) and percent:
        return False
    # 6782人（含技工学校1796人）: one has not grown to the other.
    if operation == "growth" and {figure.parent for figure in figures} & {figure.start for figure in figures}:
        return False
    # 38,610万元, 18,610万元 more than the year before: what is asked for stands there, and is no part of the former.
    if operation in ("growth", "difference") and len({says_change(figure) for figure in figures}) > 1:
        return False
    if operation in _PART_OF_WHOLE:
        return sum(values[:-1]) <= values[-1]
    return not (percent and operation == "sum")


def signals_of(chosen: Sequence[Member]) -> dict[str, float]:
    """Return what speaks for some figures being computed with together."""
    matches = [one.match for one in chosen]
    figures = [match.figure for match in matches]
    rarity = matches[0].candidate.rarity
    covered = coverage(" ".join(one.own for one in chosen), rarity)
    without = [coverage(" ".join(other.own for other in chosen if other is not one), rarity) for one in chosen]
    vectors = np.sum([one.vector for one in chosen], axis=0)
    itself = sum(match.signals["itself"] for match in matches) / max(float(np.linalg.norm(vectors)), 1e-6)
    starts = sorted(figure.start for figure in figures)
    former = sum(match.signals["former"] for match in matches)
    planned = sum(match.signals["planned"] for match in matches)
    indicators, scopes = {fold(figure.indicator) for figure in figures}, {fold(figure.scope) for figure in figures}
    passages = {match.candidate.passage.number for match in matches}
    sentences = {(match.candidate.passage.number, match.sentence.start) for match in matches}
    whole = max(figures, key=amount)
    return {
        **{name: sum(match.signals[name] for match in matches) / len(matches) for name in _OWN},
        "score": sum(match.score for match in matches) / len(matches),
        "least": min(match.score for match in matches),
        "least asked": min(match.signals["asked"] for match in matches),
        "itself": itself,
        "covered": covered,
        "added": covered - max(without),
        "around": coverage(" ".join(one.around for one in chosen), rarity),
        "sentence": float(len(sentences) == 1),
        "passage": float(len(passages) == 1),
        "table": float(all(match.candidate.passage.passage.leads for match in matches)),
        "near": sum(_NEAR / (_NEAR + b - a) for a, b in pairwise(starts)) / (len(starts) - 1),
        "indicator": float(len(indicators) == 1),
        "scope": float(len(scopes) == 1),
        "one": float(len(indicators) == 1 and len(scopes) == 1),
        "bracket": float(any(figure.parent == whole.start for figure in figures)),
        "first": float(whole.start == starts[0]),
        "change": sum(map(says_change, figures)) / len(figures),
        "times": float(0 < former < len(figures)),
        "plans": float(0 < planned < len(figures)),
        "equal": float(len({amount(figure) for figure in figures}) < len(figures)),
        "size": float(len(figures) - 2),
        "told": _told(chosen),
        "each": float(len(chosen[0].tells) == len(chosen)),
        "fewer": float(len(chosen[0].tells) > len(chosen)),
    }


def _told(chosen: Sequence[Member]) -> float:
    """Return how well each figure tells a name of its own of those side by side, the worst of them; 0 without names."""
    names = len(chosen[0].tells)
    if names < len(chosen):
        return -1.0 if names else 0.0
    return max(
        min(one.tells[name] for one, name in zip(chosen, order, strict=True))
        for order in permutations(range(names), len(chosen))
    )


def score_of(operation: Operation, chosen: Sequence[Member]) -> float:
    """Return how well some figures fit an operation."""
    weights, signals = ARITHMETIC.operands[operation], signals_of(chosen)
    return sum(weight * signals[name] for name, weight in weights.items())
