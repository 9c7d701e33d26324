"""Which sentence names what a question asks for, and which list answers: looked for in all of the best passages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reportqa.asking.config import FITTED
from reportqa.asking.lists import ItemList, lists_in
from reportqa.asking.names import entity, people
from reportqa.asking.question import Question
from reportqa.asking.search import Candidate, ScoredUnit, coverage
from reportqa.text.folding import fold

# 哪几类品牌专业 before 合着用的中心都有什么: what follows the asking word says best what is asked for.
_ASKED_HEADS = (
    re.compile(
        r"(?:哪[些几]?(?:一些|几)?|(?<!为)什么|[几两三四五六七八九十])[个家所项种类门位块大条名座]?([\u4e00-\u9fff]{2,})"
    ),
    re.compile(r"([\u4e00-\u9fff]{2,}?)(?:都|分别|主要|具体)?(?:是|有|包括|叫)?(?:哪|(?<!为)什么|名单|清单)"),
)
_INTRODUCED = re.compile(r"(?:是|为|包括|包含|涵盖|即|如下|[:：])[“《]?$")
_COUNTED = re.compile(r"^[”》]?等?(?:共计?|这)?[\d一二两三四五六七八九十]+[个项类种所家门大方位名国座件场]")
_COUNTING = re.compile(r"\d[个项类种所家门位名人座件场]?$")
_SEVERAL = re.compile(r"哪[些几两三四五]|[几两三四五六七八九十][位个名]|都|分别")
_QUOTED = re.compile(r"[“《「]([^”》」]+)")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that answers, with the sentence that has it."""

    candidate: Candidate
    sentence: ScoredUnit
    name: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that answers, with the passage that has it and its members as the question wants them."""

    candidate: Candidate
    found: ItemList
    members: tuple[str, ...]


def best_named(question: Question, candidates: Sequence[Candidate]) -> Named | None:
    """Return the person, body or place asked for from the closest sentence that has one; None where none is near.

    >>> best_named(understand("技校归哪个部门管"), candidates).name      # doctest: +SKIP
    '区人社局'
    """
    ranked = sorted(_sentences(candidates), key=lambda one: -one[0])
    for score, candidate, sentence in ranked:
        if score < ranked[0][0] - FITTED.name_reach:
            return None
        text = candidate.passage.prose.text
        clause = max(_inside(candidate, sentence), key=lambda unit: unit.answers)
        # One name stands in the clause that is closest, several may stand all over the sentence.
        name = "" if _SEVERAL.search(question.plain) else entity(question, text[clause.start : clause.end])
        name = name or entity(question, text[sentence.start : sentence.end])
        if name:
            return Named(candidate, sentence, name)
    return None


def best_list(question: Question, candidates: Sequence[Candidate]) -> Listed | None:
    """Return the list that answers: close to the question, and of the thing that is asked for; None where none is near.

    >>> best_list(understand("开设了哪些特色课程"), candidates).members      # doctest: +SKIP
    ('书法', '国画', '川剧')
    """
    scored = [
        (_passage(candidate) + _fit(question, candidate, found), candidate, found)
        for candidate in candidates[: FITTED.named_passages]
        for found in lists_in(candidate.passage.prose.text)
    ]
    best = max(scored, key=lambda one: one[0], default=None)
    nearest = max(
        (
            _passage(candidate) + _closest(unit for unit in candidate.units if not unit.whole)
            for candidate in candidates[: FITTED.named_passages]
        ),
        default=0.0,
    )
    if best is None or best[0] < nearest - FITTED.list_reach:
        return None
    return Listed(best[1], best[2], _members(question, best[2]))


def _sentences(candidates: Sequence[Candidate]) -> Iterator[tuple[float, Candidate, ScoredUnit]]:
    for candidate in candidates[: FITTED.named_passages]:
        for unit in candidate.units:
            if unit.whole:
                yield _passage(candidate) + _closest(_inside(candidate, unit)), candidate, unit


def _inside(candidate: Candidate, sentence: ScoredUnit) -> list[ScoredUnit]:
    """Return the clauses of a sentence; the sentence itself where it has none."""
    clauses = [unit for unit in candidate.units if not unit.whole]
    return [unit for unit in clauses if sentence.start <= unit.start and unit.end <= sentence.end] or [sentence]


def _passage(candidate: Candidate) -> float:
    return FITTED.passage_step * candidate.score


def _closest(units: Iterable[ScoredUnit]) -> float:
    return max((unit.answers for unit in units), default=0.0)


def _fit(question: Question, candidate: Candidate, found: ItemList) -> float:
    """Return how well a list answers, in cosine: its clauses, the words around it, and what it is a list of."""
    near = [
        unit
        for unit in candidate.units
        if not unit.whole and unit.start < found.end and found.start - len(found.lead) < unit.end
    ]
    scores = [unit.answers for unit in near] or [0.0]
    # An enumeration over whole sentences is near only where most of it is.
    score = sum(scores) / len(scores) if found.long else max(scores)
    around = fold(f"{found.lead} {found.tail}")
    head = _asked_head(question)
    named = head in around or all(member.endswith(head) for member in map(fold, found.members))
    # 引领改革、支撑发展的专业 is not a list of 专业, and 公立医院4家、民营医院5家 counts rather than names.
    faults = found.tail.startswith("的") + any(map(_COUNTING.search, found.members))
    signs = bool(_INTRODUCED.search(found.lead)) + bool(_COUNTED.match(found.tail))
    shared = coverage(around, candidate.rarity)
    return (
        score
        + FITTED.list_around * shared
        + FITTED.list_head * (bool(head) and named)
        + FITTED.list_sign * signs
        - FITTED.list_fault * faults
    )


def _asked_head(question: Question) -> str:
    """Return the last word of what is asked for: 专业 of 哪几类品牌专业, 中心 of 合着用的中心都有什么."""
    asked = next(filter(None, (form.search(question.plain) for form in _ASKED_HEADS)), None)
    return asked[1][-2:] if asked else ""


def _members(question: Question, found: ItemList) -> tuple[str, ...]:
    """Return the members as they are asked for: of people their names, of works the titles in their marks."""
    if question.asked == "who":
        names = [people(member) for member in found.members]
        if all(names):
            return tuple(names)
    titles = [_QUOTED.findall(member) for member in found.members]
    return tuple(title[0] for title in titles) if all(len(title) == 1 for title in titles) else found.members
