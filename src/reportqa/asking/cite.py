"""The record of an answer: the passages cited, the clauses highlighted, the figures as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reportqa.asking.compute import Derived
from reportqa.asking.config import FITTED
from reportqa.asking.highlight import answering_places
from reportqa.asking.question import Question
from reportqa.asking.search import Candidate
from reportqa.asking.sure import Sureness, relevance
from reportqa.index.store import Store
from reportqa.text.records import Answer, Citation, CitedFigure, Conflict, Derivation, Figure, Illustration, Span

_OTHER_FIGURES = 6
_UNSURE = 0.5
# A contradiction or a computed value is never surer: a person should look.
_MOST = 0.8
_LOOK = "把握不大，请核对原文。"
_NOTHING_NEAR = "报告里没有足够接近的内容。"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is cited: its words, and the places in passages that carry it, the best passage first."""

    text: str
    places: tuple[tuple[Candidate, tuple[Span, ...]], ...]
    figures: tuple[Figure, ...] = ()
    conflict: tuple[Figure, ...] = ()
    derived: Derived | None = None
    verdict: Literal["是", "否"] | None = None
    refusal: str = ""
    note: str = ""
    sure: Sureness | None = None


def answer_record(store: Store, question: Question, reply: Reply, candidates: list[Candidate], top_k: int) -> Answer:
    """Return the record of an answer: what it says, its citations with their highlights, its figures and pictures."""
    carrying = {candidate.passage.number: spans for candidate, spans in reply.places}
    ordered = [candidate for candidate, _ in reply.places]
    ordered += [candidate for candidate in candidates if candidate.passage.number not in carrying]
    ordered = ordered[:top_k]
    citations = tuple(_citation(store, rank, question, c, carrying, candidates) for rank, c in enumerate(ordered, 1))
    cite = _Citer(store.figures, ordered, citations[:1], reply.text)
    sureness = reply.sure or Sureness(0.0, 0.0)
    sure = min(sureness.right, _MOST if reply.derived or reply.conflict else 1.0)
    refusal = reply.refusal or (_NOTHING_NEAR if sureness.answerable < FITTED.answerable else "")
    if refusal:
        return Answer(question.text, "not_found", message=refusal, citations=citations)
    return Answer(
        question=question.text,
        status="answered",
        answer=reply.text,
        verdict=reply.verdict,
        message=" ".join(filter(None, [reply.note, _respelled(question), _LOOK if sure < _UNSURE else ""])),
        confidence=sure,
        citations=citations,
        figures=cite.figures(reply.figures),
        conflicts=(Conflict(reply.conflict[0].indicator, cite.all(reply.conflict)),) if reply.conflict else (),
        derivation=_derivation(reply.derived, cite) if reply.derived else None,
        illustrations=_illustrations(store, citations[:1]),
    )


def _citation(
    store: Store,
    rank: int,
    question: Question,
    candidate: Candidate,
    carrying: dict[int, tuple[Span, ...]],
    candidates: Sequence[Candidate],
) -> Citation:
    passage = candidate.passage.passage
    document = store.document(passage.document)
    highlights = carrying.get(candidate.passage.number)
    return Citation(
        rank=rank,
        document=passage.document,
        section=passage.section,
        paragraph=passage.paragraph,
        start=passage.span.start,
        end=passage.span.end,
        text=passage.span.of(document.text),
        score=relevance(question, candidate, candidates),
        highlights=answering_places(candidate) if highlights is None else highlights,
        year=document.year,
        region=document.region,
        page=document.page_at(passage.span.start),
    )


def _illustrations(store: Store, citations: tuple[Citation, ...]) -> tuple[Illustration, ...]:
    """Return the pictures of the section that the best citation stands in."""
    return tuple(one for place in citations for one in store.illustrations_of(place.document, place.section))


class _Citer:
    """Gives figures the rank of the citation that shows them."""

    def __init__(
        self,
        figures_of: Callable[[int], tuple[Figure, ...]],
        cited: list[Candidate],
        best: Sequence[Citation],
        words: str,
    ) -> None:
        self._answering = [span for citation in best for span in citation.highlights]
        self._words = words
        self._shown = [(figure, rank) for rank, c in enumerate(cited, 1) for figure in figures_of(c.passage.number)]
        self._ranks = {(figure.document, figure.start): rank for figure, rank in self._shown}

    def all(self, figures: Iterable[Figure]) -> tuple[CitedFigure, ...]:
        return tuple(CitedFigure(figure, self._ranks.get((figure.document, figure.start))) for figure in figures)

    def figures(self, first: tuple[Figure, ...]) -> tuple[CitedFigure, ...]:
        """Return the answering figures, then some others of the best passage, those of its statement first."""
        others = [figure for figure, rank in self._shown if rank == 1 and figure not in first]
        return self.all((*first, *sorted(others, key=self._distance)[:_OTHER_FIGURES]))

    def _distance(self, figure: Figure) -> int:
        """0 for a figure in the words of the answer, 1 for another of the statement, 2 for the others."""
        stated = any(span.contains(figure.span) for span in self._answering)
        return 2 - stated - (stated and figure.text in self._words)


def _respelled(question: Question) -> str:
    return f"按同音字理解为：{question.respelled}" if question.respelled else ""


def _derivation(derived: Derived, cite: _Citer) -> Derivation:
    operands = cite.all(match.figure for match in derived.operands)
    return Derivation(derived.expression, derived.value, derived.text, operands)
