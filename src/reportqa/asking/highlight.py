"""Which words of a passage carry the answer: the clause of a figure, or those that the reader finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportqa.asking.config import FITTED
from reportqa.asking.search import Candidate, ScoredUnit
from reportqa.outline.headings import numbering_of
from reportqa.text.folding import fold
from reportqa.text.forms import YEAR
from reportqa.text.numerals import NUMBER, Numeral, read_numeral
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure, Span

_ENDS = "。；;"
MARKS = " \t\n，。；、：,.;:"
_YEAR = lazy(f"{YEAR}年度?")


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


def answering(candidate: Candidate, question: str = "", within: float = FITTED.reader_near) -> list[tuple[int, int]]:
    """Return ranges of the words of a passage that answer, the best first: those that the reader finds, else a clause.

    Of those that the reader finds there are only such as answer nearly as well as the best (``within`` so much of it),
    and none that a ``question`` (folded) says itself, as long as there is another. The number of a heading answers
    nothing.
    """
    if candidate.reading:
        text, number = candidate.passage.prose.text, numbering_of(candidate.passage.folded)
        read = candidate.reading.spans
        spans = [span for span in read if number is None or span[1] > number.length] or read
        spans = sorted(((*span[:2], _within_sentence(text, span)) for span in spans), key=lambda span: -span[2])
        near = [span[:2] for span in spans if span[2] >= spans[0][2] - within]
        new = [span for span in near if not is_said(text[slice(*span)], question)]
        return [whole_marks(text, *span) for span in new or near]
    closest = max((unit for unit in candidate.units if not unit.whole), key=lambda unit: unit.answers)
    return [(closest.start, closest.end)]


def _within_sentence(text: str, span: tuple[int, int, float]) -> float:
    """Return how well words answer, less for each end of a sentence among them: the reader sees ends less surely."""
    start, end, score = span
    return score - FITTED.crossing * sum(text.count(mark, start, end - 1) for mark in _ENDS)


def is_said(words: str, question: str) -> bool:
    """Tell whether a question (folded) says words itself, or the amount that they are.

    >>> is_said("420家", "哪家新开了420家店"), is_said("7个", "是哪七个断面"), is_said("大参林", "哪家新开了420家店")
    (True, True, False)
    >>> is_said("2024年", "2024 收入目标")
    True
    """
    said = fold(words).strip(MARKS)
    if said in question:
        return True
    amount = next(_numerals(said), None)
    if amount is None or amount.start > 0:
        return False
    unit = "" if _YEAR.fullmatch(said) else said[amount.end :]
    return any(one.values == amount.values and question.startswith(unit, one.end) for one in _numerals(question))


def _numerals(text: str) -> Iterator[Numeral]:
    return (numeral for found in NUMBER.finditer(text) if (numeral := read_numeral(text, found)))


def whole_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range with the bracket or quotation mark beside it whose counterpart it holds.

    >>> whole_marks("依据《社会保险经办条例》办理", 2, 11)
    (2, 12)
    """
    words = text[start:end]
    for opening, closing in ("《》", "（）", "()", "“”", "「」"):
        if words.count(opening) > words.count(closing) and text[end : end + 1] == closing:
            end += 1
        if words.count(closing) > words.count(opening) and text[start - 1 : start] == opening:
            start -= 1
    return start, end


def answering_places(candidate: Candidate) -> tuple[Span, ...]:
    """Return the document spans of the clauses of a passage that answer best."""
    return places(candidate, *clauses_around(candidate, *answering(candidate)[0]))


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
