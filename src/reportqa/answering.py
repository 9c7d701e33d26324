"""The answer, composed: what was found, what of it is asked for, and in which of the report's words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from reportqa.agreement import contradicting
from reportqa.datamodel import Answer, Citation, CitedFigure, Conflict, Derivation, Figure, Illustration, Span
from reportqa.dense import Vectors
from reportqa.deriving import COUNTABLE, Derived, derive
from reportqa.highlighting import best_run, best_sentence, clauses_around, figure_range
from reportqa.items import ItemList, entity, lists_in, people
from reportqa.matching import FigureMatch, match_figures
from reportqa.normalization import fold
from reportqa.questions import Question, parts
from reportqa.refusing import no_name, no_post, ungrounded, wrong_figure, wrong_number, wrong_place, wrong_year
from reportqa.retrieval import Candidate, Retriever, ScoredUnit, coverage
from reportqa.verdicts import verdict

_OTHER_FIGURES = 6
# Where half of the answers are right, and how fast that changes (logistic fit over the question sets).
_MIDDLE = 0.885
_SLOPE = 0.012
_UNSURE = 0.5
_FAR = 0.15
_LOOK = "把握不大，请核对原文。"
_NOTHING_NEAR = "报告里没有足够接近的内容。"
_MARKS = " \t\n，。；、：,.;:"
# Two values contradict each other in an answer only where both fit the question about as well.
_ALIKE = 2.5
# How far from the best clause, in cosine, the list may stand that answers, and what shared words before it are worth.
_LIST_NEAR = 0.05
_LEAD = 0.02


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
        reply = self._numeric_reply(question, candidates, vector) if question.numeric else None
        reply = reply or self._text_reply(question, candidates)
        return self._cite(question, reply, candidates, top_k)

    def answer_all(self, questions: Sequence[Question | Answer], top_k: int) -> list[Answer]:
        """Answer several questions, encoded together; what is an answer already stays."""
        asked = [question for question in questions if isinstance(question, Question)]
        vectors: Iterator[Vectors] = iter(self._retriever.encode(asked)) if asked else iter(())
        return [
            self.answer(question, top_k, next(vectors)) if isinstance(question, Question) else question
            for question in questions
        ]

    def _numeric_reply(self, question: Question, candidates: list[Candidate], vector: Vectors) -> Reply | None:
        matches = match_figures(question, candidates, self._store, vector)
        derived = derive(question, matches, lambda: match_figures(question, candidates, self._store, vector, COUNTABLE))
        if derived:
            return self._derived_reply(derived)
        matches = self._of_the_year(question, matches)
        if not matches:
            return None
        best = matches[0]
        several = self._several(question, best, vector)
        alike = [
            m.figure for m in matches if m.score >= best.score - _ALIKE or m.figure.indicator == best.figure.indicator
        ]
        conflict = tuple(contradicting(best.figure, alike, self._store.document(best.figure.document)))
        disputed = [best, *(match for match in matches if match.figure in conflict)]
        shown = several if len(several) > 1 else disputed if conflict else [best]
        return Reply(
            text="、".join(match.figure.text for match in shown),
            places=self._stated(shown),
            figures=tuple(match.figure for match in shown),
            conflict=tuple(match.figure for match in disputed) if conflict else (),
            refusal=self._refusal(question, best.candidate, _text(best.candidate, best.clause) + best.figure.scope)
            or wrong_figure(question, best, _text(best.candidate, best.sentence))
            or ungrounded(best),
        )

    def _of_the_year(self, question: Question, matches: list[FigureMatch]) -> list[FigureMatch]:
        """Put first the figures whose own sentence names a year that is asked for and that is not their report's."""
        years = [str(year) for year in self._retriever.wanted_years(question)]
        named = [m for m in matches if any(year in _text(m.candidate, m.clause) + m.figure.scope for year in years)]
        others = {str(self._store.document(match.figure.document).year) for match in matches}
        close = (
            named
            and named[0].signals["indicator"] >= matches[0].signals["indicator"]
            and named[0].score >= matches[0].score - _ALIKE
        )
        return named if close and not others & set(years) else matches

    def _several(self, question: Question, best: FigureMatch, vector: Vectors) -> list[FigureMatch]:
        """Return the figures of a question that asks for several, one for each thing it names, from one sentence."""
        chosen: list[FigureMatch] = []
        for part in parts(question):
            matches = match_figures(part, [best.candidate], self._store, vector)
            taken = {match.figure for match in chosen}
            near = (match for match in matches if match.sentence == best.sentence and match.figure not in taken)
            chosen += islice(near, 1)
        return chosen

    def _derived_reply(self, derived: Derived) -> Reply:
        operands = tuple(match.figure for match in derived.operands)
        return Reply(derived.text, self._stated(derived.operands), operands, derived=derived)

    def _stated(self, matches: Iterable[FigureMatch]) -> tuple[tuple[Candidate, tuple[Span, ...]], ...]:
        """Return the passages that state figures, in the order of the figures, each with the places in it."""
        places: dict[int, tuple[Candidate, set[Span]]] = {}
        for match in matches:
            candidate = match.candidate
            figures = self._store.figures(candidate.passage.number)
            place = _places(candidate, *figure_range(candidate, match.figure, match.clause, figures))
            places.setdefault(candidate.passage.number, (candidate, set()))[1].update(place)
        return tuple((candidate, tuple(sorted(spans))) for candidate, spans in places.values())

    def _text_reply(self, question: Question, candidates: list[Candidate]) -> Reply:
        best = candidates[0]
        start, end = best_run(question, best)
        text = best.passage.prose.text
        words = text[start:end].strip(" ，；、。")
        chosen = _best_list(best) if question.asked == "list" or question.several else None
        if chosen:
            words, (start, end) = "、".join(chosen.members), clauses_around(best, chosen.start, chosen.end)
        elif question.asked in ("who", "where", "which"):
            sentence = best_sentence(best)
            words = entity(question, text[start:end]) or entity(question, text[sentence.start : sentence.end]) or words
        statement = text[start:end]
        return Reply(
            text=words,
            places=((best, _places(best, start, end)),),
            verdict=verdict(question.plain, statement) if question.asked == "verdict" else None,
            refusal=self._refusal(question, best, statement)
            or no_post(question, statement)
            or no_name(question, people(statement)),
        )

    def _refusal(self, question: Question, candidate: Candidate, statement: str) -> str:
        document = self._store.document(candidate.passage.passage.document)
        context = f"{' '.join(candidate.passage.passage.section)} {statement}"
        return (
            wrong_year(self._retriever.wanted_years(question), document, context)
            or wrong_place(question, document, candidate.passage.prose.text)
            or wrong_number(question, candidate.passage.folded)
        )

    def _cite(self, question: Question, reply: Reply, candidates: list[Candidate], top_k: int) -> Answer:
        places = {candidate.passage.number: spans for candidate, spans in reply.places}
        ordered = [candidate for candidate, _ in reply.places]
        ordered += [candidate for candidate in candidates if candidate.passage.number not in places]
        ordered = ordered[:top_k]
        citations = tuple(self._citation(rank, question, c, places) for rank, c in enumerate(ordered, 1))
        cite = _Citer(self._store.figures, ordered)
        sure = _confidence(reply, ordered[0])
        refusal = reply.refusal or (_NOTHING_NEAR if sure < _FAR else "")
        if refusal:
            return Answer(question.text, "not_found", message=refusal, citations=citations)
        return Answer(
            question=question.text,
            status="answered",
            answer=reply.text,
            verdict=reply.verdict,
            message=_LOOK if sure < _UNSURE else "",
            confidence=sure,
            citations=citations,
            figures=cite.figures(reply.figures),
            conflicts=(Conflict(reply.conflict[0].indicator, cite.all(reply.conflict)),) if reply.conflict else (),
            derivation=_derivation(reply.derived, cite) if reply.derived else None,
            illustrations=self._illustrations(citations[:1]),
        )

    def _citation(
        self, rank: int, question: Question, candidate: Candidate, places: dict[int, tuple[Span, ...]]
    ) -> Citation:
        passage = candidate.passage.passage
        document = self._store.document(passage.document)
        highlights = places.get(candidate.passage.number)
        return Citation(
            rank=rank,
            document=passage.document,
            section=passage.section,
            paragraph=passage.paragraph,
            start=passage.span.start,
            end=passage.span.end,
            text=passage.span.of(document.text),
            score=candidate.signals["clause"],
            highlights=_places(candidate, *best_run(question, candidate)) if highlights is None else highlights,
            year=document.year,
            region=document.region,
            page=document.page_at(passage.span.start),
        )

    def _illustrations(self, citations: tuple[Citation, ...]) -> tuple[Illustration, ...]:
        """Return the pictures of the section that the best citation stands in."""
        places = {(citation.document, citation.section) for citation in citations}
        return tuple(one for one in self._store.illustrations() if (one.document, one.section) in places)


class _Citer:
    """Gives figures the rank of the citation that shows them."""

    def __init__(self, figures_of: Callable[[int], tuple[Figure, ...]], cited: list[Candidate]) -> None:
        self._shown = [(figure, rank) for rank, c in enumerate(cited, 1) for figure in figures_of(c.passage.number)]
        self._ranks = {(figure.document, figure.start): rank for figure, rank in self._shown}

    def all(self, figures: Iterable[Figure]) -> tuple[CitedFigure, ...]:
        return tuple(CitedFigure(figure, self._ranks.get((figure.document, figure.start))) for figure in figures)

    def figures(self, first: tuple[Figure, ...]) -> tuple[CitedFigure, ...]:
        """Return the answering figures, then some others of the best passage."""
        others = [figure for figure, rank in self._shown if rank == 1 and figure not in first]
        return self.all((*first, *others[:_OTHER_FIGURES]))


def _derivation(derived: Derived, cite: _Citer) -> Derivation:
    operands = cite.all(match.figure for match in derived.operands)
    return Derivation(derived.expression, derived.value, derived.text, operands)


def _confidence(reply: Reply, first: Candidate) -> float:
    """Return how sure the answer is, from 0 to 1: a logistic of the best clause's cosine, where answers turn right.

    A contradiction or a computed value is never surer than 0.8: a person should look.
    """
    cosine = max(unit.cosine for unit in first.units if not unit.whole)
    sure = 1 / (1 + math.exp(-(cosine - _MIDDLE) / _SLOPE))
    return min(sure, 0.8) if reply.derived or reply.conflict else sure


def _best_list(candidate: Candidate) -> ItemList | None:
    """Return the list of a passage whose clauses are closest to the question; None where there is none near."""
    best_unit = max(unit.answers for unit in candidate.units if not unit.whole)
    scored: list[tuple[float, ItemList]] = []
    for found in lists_in(candidate.passage.prose.text):
        near = [
            u for u in candidate.units if not u.whole and u.start < found.end and found.start - len(found.lead) < u.end
        ]
        scores = [unit.answers for unit in near] or [0.0]
        # An enumeration over whole sentences is near only where most of it is.
        score = sum(scores) / len(scores) if found.long else max(scores)
        scored.append((score + _LEAD * coverage(fold(found.lead), candidate.rarity), found))
    if not scored:
        return None
    score, found = max(scored, key=lambda pair: pair[0])
    return found if score >= best_unit - _LIST_NEAR else None


def _text(candidate: Candidate, unit: ScoredUnit) -> str:
    return candidate.passage.prose.text[unit.start : unit.end]


def _places(candidate: Candidate, start: int, end: int) -> tuple[Span, ...]:
    """Return the document spans of a range of running text, without the marks and spaces around it."""
    text = candidate.passage.prose.text
    while end - start > 1 and text[end - 1] in _MARKS:
        end -= 1
    while end - start > 1 and text[start] in _MARKS:
        start += 1
    return candidate.passage.prose.locate(start, end)
