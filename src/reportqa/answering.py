"""The answer, composed: what was found, what of it is asked for, and in which of the report's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reportqa.datamodel import Answer, Citation, CitedFigure, Figure, Illustration, Span
from reportqa.dense import Vectors
from reportqa.highlighting import best_run, best_sentence
from reportqa.items import entity, list_items
from reportqa.matching import FigureMatch, match_figures
from reportqa.questions import Question
from reportqa.retrieval import Candidate, Retriever

_OTHER_FIGURES = 6


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is cited: its words, its figures, and the places in passages that carry it."""

    text: str
    lead: tuple[Candidate, ...]
    highlights: dict[int, tuple[Span, ...]]
    figures: tuple[Figure, ...] = ()


class Answerer:
    """Answers questions that are understood.

    >>> Answerer(retriever).answer(understand("本学年招生多少人？"), 5).answer      # doctest: +SKIP
    '6191人'
    """

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._store = retriever.store

    def answer(self, question: Question, top_k: int, vector: Vectors | None = None) -> Answer:
        """Answer one question; ``vector`` is its encoding where it has been encoded with others before."""
        vector = self._retriever.encode([question])[0] if vector is None else vector
        candidates = self._retriever.search(question, vector)
        matches = match_figures(question, candidates, self._store, vector) if question.numeric else []
        reply = self._figure_reply(matches) if matches else self._text_reply(question, candidates)
        return self._cite(question, reply, candidates, top_k)

    def _figure_reply(self, matches: list[FigureMatch]) -> Reply:
        best = matches[0]
        by_passage: dict[int, FigureMatch] = {}
        for match in matches:
            by_passage.setdefault(match.candidate.passage.number, match)
        highlights = {
            number: _places(match.candidate, match.clause.start, match.clause.end)
            for number, match in by_passage.items()
        }
        lead = tuple(match.candidate for match in by_passage.values())
        return Reply(best.figure.text, lead, highlights, (best.figure,))

    def _text_reply(self, question: Question, candidates: list[Candidate]) -> Reply:
        best = candidates[0]
        start, end = best_run(question, best)
        text = best.passage.prose.text[start:end]
        return Reply(
            _words(question, best, start, end) or text.strip(" ，；、"),
            (best,),
            {best.passage.number: _places(best, start, end)},
        )

    def _cite(self, question: Question, reply: Reply, candidates: list[Candidate], top_k: int) -> Answer:
        led = {candidate.passage.number for candidate in reply.lead}
        ordered = [*reply.lead, *(candidate for candidate in candidates if candidate.passage.number not in led)][:top_k]
        citations = tuple(
            self._citation(rank, question, candidate, reply.highlights, candidates)
            for rank, candidate in enumerate(ordered, 1)
        )
        return Answer(
            question=question.text,
            status="answered",
            answer=reply.text,
            confidence=1.0,
            citations=citations,
            figures=self._figures(reply.figures, ordered),
            illustrations=self._illustrations(citations[:1]),
        )

    def _citation(
        self,
        rank: int,
        question: Question,
        candidate: Candidate,
        highlights: dict[int, tuple[Span, ...]],
        all_: list[Candidate],
    ) -> Citation:
        passage = candidate.passage.passage
        document = self._store.document(passage.document)
        places = highlights.get(candidate.passage.number)
        if places is None:
            places = _places(candidate, *best_run(question, candidate))
        return Citation(
            rank=rank,
            document=passage.document,
            section=passage.section,
            paragraph=passage.paragraph,
            start=passage.span.start,
            end=passage.span.end,
            text=passage.span.of(document.text),
            score=candidate.signals["clause"],
            highlights=places,
            year=document.year,
            region=document.region,
            page=document.page_at(passage.span.start),
        )

    def _figures(self, first: Iterable[Figure], cited: list[Candidate]) -> tuple[CitedFigure, ...]:
        """Return the answering figures, then the other figures of the best passage."""
        own = [(figure, candidate) for candidate in cited for figure in self._store.figures(candidate.passage.number)]
        ranks = {
            (figure.document, figure.start): rank
            for rank, c in enumerate(cited, 1)
            for figure in self._store.figures(c.passage.number)
        }
        first = list(first)
        others = [figure for figure, candidate in own if candidate is cited[0] and figure not in first][:_OTHER_FIGURES]
        return tuple(CitedFigure(figure, ranks.get((figure.document, figure.start))) for figure in [*first, *others])

    def _illustrations(self, citations: tuple[Citation, ...]) -> tuple[Illustration, ...]:
        """Return the pictures of the section that the best citation stands in."""
        places = {(citation.document, citation.section) for citation in citations}
        return tuple(one for one in self._store.illustrations() if (one.document, one.section) in places)


def _words(question: Question, candidate: Candidate, start: int, end: int) -> str:
    """Return the part of the answering clauses that names what is asked for."""
    text = candidate.passage.prose.text
    if question.asked == "list" or question.several:
        sentence = best_sentence(question, candidate)
        for where in (text[start:end], text[sentence.start : sentence.end]):
            found = list_items(where)
            if len(found) >= 2:
                return "、".join(found)
        return ""
    return entity(question, text[start:end]) if question.asked in ("who", "where", "which") else ""


def _places(candidate: Candidate, start: int, end: int) -> tuple[Span, ...]:
    return candidate.passage.prose.locate(start, end)
