"""What else may answer a question whose answer is not sure: for a person to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportqa.output.wording import UNSURE, quoted, sureness
from reportqa.text.records import Answer, Citation, Figure

_MOST = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several answers: its figure, None where it is a clause, the clause that says it, and its citation."""

    figure: Figure | None
    clause: str
    citation: Citation


def candidates(answer: Answer, figures_in: Callable[[str], Sequence[Figure]]) -> list[Candidate]:
    """Return the two or three answers to choose from where the first is not sure, the likeliest first; else none.

    Each passage cited offers the clause that comes closest to the question; for a number, the figure of the answer's
    kind in it. ``figures_in`` returns the figures of a report.

    >>> candidates(qa.ask("老师待遇怎么样？"), qa.store.figures_in)      # doctest: +SKIP
    [Candidate(figure=None, clause='教师平均工资……', citation=...), ...]
    """
    compares = answer.derivation or len({cited.figure.document for cited in answer.figures}) > 1
    if sureness(answer) != UNSURE or compares:
        return []
    first = answer.figures[0] if answer.figures and answer.figures[0].figure.text in answer.answer else None
    found: list[Candidate] = []
    for citation in answer.citations:
        figure = None
        if first is not None:
            own = first.figure if first.citation == citation.rank else None
            figure = own or _like(first.figure, citation, figures_in(citation.document))
        if citation.highlights and bool(first) == bool(figure):
            candidate = Candidate(figure, quoted(citation), citation)
            if _said(candidate) not in map(_said, found):
                found.append(candidate)
    return found[:_MOST] if len(found) > 1 else []


def _like(figure: Figure, citation: Citation, figures: Sequence[Figure]) -> Figure | None:
    """Return the figure of the same kind in what is highlighted of a passage."""
    return next(
        (f for f in figures if f.kind == figure.kind and any(span.contains(f.span) for span in citation.highlights)),
        None,
    )


def _said(candidate: Candidate) -> object:
    figure = candidate.figure
    return (figure.normalized_value, figure.normalized_unit) if figure else candidate.clause
