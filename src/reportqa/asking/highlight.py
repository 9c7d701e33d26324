"""Which words of a passage carry the answer: the clause of a figure, or the run of clauses closest to the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportqa.asking.config import FITTED
from reportqa.asking.question import Question
from reportqa.asking.search import Candidate, ScoredUnit
from reportqa.text.records import Figure, Span

MARKS = " \t\n，。；、：,.;:"
_ENUMERATION = re.compile(
    r"^(?:[一二三四五六七八九十]是|首先|其次|再次|最后|此外|第[一二三四五六七八九十]|[（(]\d[）)]|[①-⑩])"
)


def figure_range(
    candidate: Candidate, figure: Figure, clause: ScoredUnit, figures: Sequence[Figure]
) -> tuple[int, int]:
    """Return the range of a passage's running text that states a figure: its clause, or its member of a list there.

    A whole ends before the brackets that hold its parts, where it is the whole that answers: 招生6191人（含…1455人）.
    """
    prose = candidate.passage.prose
    start, end = prose.offset(figure.start), prose.offset(figure.end)
    others = [prose.offset(other.start) for other in figures if other is not figure and other.parent is None]
    low, high = clause.start, clause.end
    for at in _outer_marks(prose.text, clause.start, clause.end):
        if at < start and any(low <= other < at for other in others):
            low = at + 1
        if at >= end and any(at < other < high for other in others):
            high = at
            break
    if figure.parent is None and any(other.parent == figure.start for other in figures):
        high = end
    return low, high


def _outer_marks(text: str, start: int, end: int) -> list[int]:
    """Return where 、 stands outside brackets."""
    marks, depth = [], 0
    for at in range(start, end):
        depth += (text[at] in "（(") - (text[at] in "）)")
        if text[at] == "、" and depth == 0:
            marks.append(at)
    return marks


def clauses_around(candidate: Candidate, start: int, end: int) -> tuple[int, int]:
    """Return the range of the whole clauses that hold a range of running text."""
    held = [unit for unit in candidate.units if not unit.whole and unit.start < end and start < unit.end]
    return min(unit.start for unit in held), max(unit.end for unit in held)


def best_run(question: Question, candidate: Candidate) -> tuple[int, int]:
    """Return the range of a passage's running text that answers best: neighbouring clauses of one sentence.

    An enumeration (一是…；二是…) is taken whole where a way, a reason or a list is asked for; else a way goes on to the
    end of its sentence, and a reason begins with it.
    """
    clauses = sorted((unit for unit in candidate.units if not unit.whole), key=lambda unit: unit.start)
    scores = [clause.answers for clause in clauses]
    best = max(range(len(clauses)), key=scores.__getitem__)
    if candidate.passage.passage.leads:
        return clauses[best].start, clauses[best].end  # a cell of a table stands for itself
    sentence = next(u for u in candidate.units if u.whole and u.start <= clauses[best].start < u.end)
    if question.asked in ("method", "list", "reason", "description"):
        enumeration = _enumeration(candidate, clauses, best)
        if enumeration:
            return enumeration
    first = last = best
    if question.asked == "reason":
        # What is asked about stands last: 受…影响，收入下降.
        first = next(i for i, clause in enumerate(clauses) if clause.start >= sentence.start)
    elif question.asked in ("method", "description"):
        # What is asked about stands first: 针对…问题，学校….
        last = max(i for i, clause in enumerate(clauses) if clause.end <= sentence.end)
    while (
        first > 0
        and clauses[first - 1].start >= sentence.start
        and scores[first - 1] >= scores[best] - FITTED.clause_reach
    ):
        first -= 1
    while (
        last + 1 < len(clauses)
        and clauses[last + 1].end <= sentence.end
        and scores[last + 1] >= scores[best] - FITTED.clause_reach
    ):
        last += 1
    return clauses[first].start, clauses[last].end


def _enumeration(candidate: Candidate, clauses: list[ScoredUnit], best: int) -> tuple[int, int] | None:
    """Return the whole enumeration that the best clause belongs to or introduces, None where there is none."""
    text = candidate.passage.prose.text
    heads = [i for i, clause in enumerate(clauses) if _ENUMERATION.match(text[clause.start : clause.end])]
    if len(heads) < 2 or best < heads[0] - FITTED.clauses_before:
        return None
    return clauses[heads[0]].start, clauses[-1].end


def places(candidate: Candidate, start: int, end: int) -> tuple[Span, ...]:
    """Return the document spans of a range of running text, without the marks and spaces around it."""
    text = candidate.passage.prose.text
    if candidate.passage.passage.leads:
        # Of a table, the rows: a cell says little without the name of its row.
        rows = [unit for unit in candidate.units if unit.whole and unit.start < end and start < unit.end]
        return tuple(candidate.passage.prose.envelope(row.start, row.end) for row in rows)
    while end - start > 1 and text[end - 1] in MARKS:
        end -= 1
    while end - start > 1 and text[start] in MARKS:
        start += 1
    return candidate.passage.prose.locate(start, end)
