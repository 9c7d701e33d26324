"""Whether a figure or words answer a question: as its wording says, and where that is open, as the reader finds."""

from __future__ import annotations

import math
from dataclasses import replace

from reportqa.asking.config import FITTED
from reportqa.asking.found import Found
from reportqa.asking.kinds import likeliest
from reportqa.asking.question import Question
from reportqa.asking.read import bounded
from reportqa.asking.sure import chance
from reportqa.asking.weights import WEIGHTS

# So much of the words that answer a figure must be.
_MOST_OF_IT = 0.6
_LEAST_CHANCE = 0.01


def settled(found: Found) -> Found:
    """Let a question ask for what answers it: 研学营 课程 may ask how many or which.

    >>> settled(look_up(understand("研学营 课程"), retriever, reader)).question.asked      # doctest: +SKIP
    'list'
    """
    question = found.question
    if not is_open(question):
        return found
    figure = chance(WEIGHTS.figure_asked, asked_signals(found)) >= 0.5
    if figure == question.numeric:
        return found
    return replace(found, question=replace(question, asked=likeliest(question.chances, figure)))


def is_open(question: Question) -> bool:
    """Tell whether the wording of a question leaves open if a figure is asked for."""
    return 1 - FITTED.asked_certain < question.numeric_chance < FITTED.asked_certain


def asked_signals(found: Found) -> dict[str, float]:
    """Return what speaks for a figure being asked for: the wording, and how well figures and other words answer."""
    likely = min(max(found.question.numeric_chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    best = {True: -FITTED.reader_bound, False: -FITTED.reader_bound}
    for candidate in found.candidates:
        if candidate.reading is None:
            continue
        prose = candidate.passage.prose
        figures = found.retriever.store.figures(candidate.passage.number)
        places = [(prose.offset(figure.start), prose.offset(figure.end - 1) + 1) for figure in figures]
        for start, end, score in candidate.reading.spans:
            held = max((min(end, last) - max(start, first) for first, last in places), default=0)
            is_figure = held >= _MOST_OF_IT * (end - start)
            best[is_figure] = max(best[is_figure], bounded(score))
    return {"wording": math.log(likely / (1 - likely)), "figure": best[True], "words": best[False]}
