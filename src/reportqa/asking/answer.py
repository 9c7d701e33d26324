"""The answer, composed: what was found, what of it is asked for, and in which of the report's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

from reportqa.asking.across import (
    Asked,
    Row,
    across,
    chosen_rows,
    compared,
    computed,
    distinct,
    foremost,
    labels,
    unmeasured,
    with_measure,
)
from reportqa.asking.cite import Reply, answer_record
from reportqa.asking.compute import COUNTABLE, Derived, derive
from reportqa.asking.config import FITTED
from reportqa.asking.halves import Half, answers, fits, put_together
from reportqa.asking.highlight import MARKS, answering, answering_places, clauses_around, figure_range, is_said, places
from reportqa.asking.lists import list_at
from reportqa.asking.matching import FigureMatch, match_figures, says_change
from reportqa.asking.question import Question, parts, understand, within
from reportqa.asking.read import read
from reportqa.asking.refuse import unheard, wrong_number, wrong_place, wrong_year
from reportqa.asking.search import Candidate, Retriever, ScoredUnit, coverage
from reportqa.asking.superlatives import Ranking, bearer, extreme_asked, ranked
from reportqa.asking.sure import Sureness, of_figure, of_text
from reportqa.asking.vague import asks_back, is_vague, readings, shared
from reportqa.asking.verdicts import claimed, verdict
from reportqa.figures.agreement import contradicting
from reportqa.figures.arithmetic import amount
from reportqa.figures.unread import unread_numbers
from reportqa.index.dense import Vectors
from reportqa.index.store import DocumentInfo
from reportqa.models.reader import Reader
from reportqa.text.folding import fold
from reportqa.text.naming import known_as
from reportqa.text.records import Answer, Span
from reportqa.text.units import comparable_unit

_OTHER_FIGURES = 6
_TABLES = 5
# How much of what the best passage says of a question, by the rarity of its words, one of another report must say.
_SPOKEN = 0.8
_CHANGES = ("difference", "decrease", "growth")
_RANKED = re.compile(r"最|首位|第一|居首|领先")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBERED = re.compile(r"[\d〇零一二三四五六七八九十]+|[年月日]|年?度|学年|[上下]半年|季度")
# How far behind the best figure one of the year that is asked for may be and still go before it.
_ALIKE = 3.2
# How sure a stated share must be for none to be computed in its place.
_STATED = 0.5


class Answerer:
    """Answers questions that are understood.

    >>> Answerer(retriever).answer(understand("本学年招生多少人？"), 5).answer      # doctest: +SKIP
    '6191人'
    """

    def __init__(self, retriever: Retriever, reader: Reader) -> None:
        self._retriever = retriever
        self._reader = reader
        self._store = retriever.store

    def answer(
        self,
        question: Question,
        top_k: int,
        vector: Vectors | None = None,
        documents: Sequence[str] | None = None,
    ) -> Answer:
        """Answer one question from some ``documents``, None being all.

        ``vector`` is its encoding where it has been encoded with others before.
        """
        whole = question
        question, vector, candidates = self._looked_up(question, documents, vector)
        near = self._of_the_subject(candidates)
        asked = self._comparison(whole, near[0], documents)
        reply = (
            self._compared_reply(question, asked, near, vector) if asked else self._extreme_reply(question, documents)
        )
        reply = reply or self._claim_reply(question, documents)
        if reply is None and question.numeric:
            reply = self._halves_reply(question, near, vector, documents)
            reply = reply or self._numeric_reply(question, near, vector)
        reply = reply or self._text_reply(question, near)
        if reply.sure is None:  # read off or computed from figures that were looked up one by one
            reply = replace(reply, sure=Sureness(of_text(question, candidates).right, 1.0))
        answer = answer_record(self._store, question, reply, candidates, top_k)
        choices = () if asked else self._choices(whole, answer, near, vector, documents)
        return asks_back(answer, choices) if choices else answer

    def _choices(
        self,
        question: Question,
        answer: Answer,
        candidates: list[Candidate],
        vector: Vectors,
        documents: Sequence[str] | None,
    ) -> list[str]:
        """Return the questions that one which says too little may have meant, none for any other."""
        reports = unmeasured(question, self._retriever.documents(documents))
        if reports:
            measures = shared([self._store.figures_in(report.name) for report in reports])
            return [with_measure(question.plain, indicator) for indicator in measures]
        if not is_vague(question, answer.confidence):
            return []
        matches = match_figures(question, candidates, self._store, vector)
        return readings(question, matches, candidates, partial(self._told_of, question))

    def _told_of(self, question: Question, document: str) -> str:
        """Say of which place and year a report is, as far as a question over the library has to say it."""
        info, wanted = self._store.info(document), self._retriever.wanted_years(question)
        place = (info.region or "") if len(self._retriever.regions) > 1 else ""
        return place + (f"{info.year}年" if info.year in wanted else "")

    def _comparison(self, question: Question, best: Candidate, documents: Sequence[str] | None) -> Asked | None:
        """Return what a question compares: one that names a town or school but no region, in its region's reports."""
        home = self._store.info(best.passage.passage.document)
        known = [one for one in self._retriever.documents(documents) if _one_series(one, home)]
        asked = compared(question, known) or compared(question, (one for one in known if one.region == home.region))
        # To tell copies apart takes their texts: only of those that are compared.
        unlike = distinct(asked.documents, lambda name: self._store.document(name).text) if asked else ()
        return compared(question, unlike)

    def _of_the_subject(self, candidates: list[Candidate]) -> list[Candidate]:
        """Leave out passages of other reports than the best one that say less of what the question names."""
        first = candidates[0]
        least, name = _SPOKEN * first.signals["said"], first.passage.passage.document
        return [one for one in candidates if one.passage.passage.document == name or one.signals["said"] >= least]

    def answer_all(self, questions: Sequence[Question | Answer], top_k: int) -> list[Answer]:
        """Answer several questions, encoded together; what is an answer already stays."""
        asked = [self._retriever.focus(question) for question in questions if isinstance(question, Question)]
        vectors: Iterator[Vectors] = iter(self._retriever.encode(asked)) if asked else iter(())
        return [
            self.answer(question, top_k, next(vectors)) if isinstance(question, Question) else question
            for question in questions
        ]

    def _compared_reply(
        self, question: Question, asked: Asked, candidates: list[Candidate], vector: Vectors
    ) -> Reply | None:
        """Answer from several reports, unless the newest itself states the change that is asked for."""
        if asked.operation in _CHANGES:
            stated = match_figures(question, candidates, self._store, vector)
            if stated and says_change(stated[0].figure) and stated[0].figure.document == asked.documents[0].name:
                return None
        rows = across(asked.measure, self._retriever, asked.documents)
        if len(rows) < 2:
            return None
        rows = chosen_rows(asked, rows)
        derived, change = computed(asked, rows), self._stated_change(asked, rows)
        if change:
            agree = derived if derived and derived.text == change.figure.text else None
            places = self._stated([change, *(row.match for row in rows)])
            return Reply(change.figure.stated, places, (change.figure,), derived=agree, note=labels(rows))
        said = foremost(rows) if asked.operation in ("most", "least") else "、".join(row.figure.text for row in rows)
        return Reply(
            text=derived.text if derived else said,
            places=self._stated([row.match for row in rows]),
            figures=tuple(row.figure for row in rows),
            derived=derived,
            note=labels(rows),
        )

    def _stated_change(self, asked: Asked, rows: Sequence[Row]) -> FigureMatch | None:
        """Return what the newer report itself says of the change from the year before, in the sentence of its value."""
        new, old = rows[0], rows[-1]
        if asked.operation not in _CHANGES or (new.document.year or 0) - (old.document.year or 0) != 1:
            return None
        sentence, prose = new.match.sentence, new.match.candidate.passage.prose
        for figure in self._store.figures(new.match.candidate.passage.number):
            within = sentence.start <= prose.offset(figure.start) < sentence.end and figure.start > new.figure.start
            of_it = says_change(figure) and fold(figure.indicator).startswith(fold(new.figure.indicator))
            if within and of_it and (figure.kind == "percent") == (asked.operation == "growth"):
                return replace(new.match, figure=figure)
        return None

    def _extreme_reply(self, question: Question, documents: Sequence[str] | None) -> Reply | None:
        """Answer which of many has the most or the least, from the figures that the report gives for each."""
        asked = extreme_asked(question)
        if asked is None:
            return None
        measure, vector, found = self._looked_up(asked.measure, documents)
        candidates = self._retriever.with_tables(found[:_TABLES], measure, vector)
        rows = ranked(asked, match_figures(measure, candidates, self._store, vector))
        if not rows:
            return self._no_ranking(asked, found[0])
        first = [row for row in rows if amount(row.figure) == amount(rows[0].figure)]
        shown = rows[:_OTHER_FIGURES]
        return Reply(
            text="、".join(_bearer(asked, row) for row in first),
            places=self._stated(shown),
            figures=tuple(row.figure for row in shown),
            note=f"比较了{len(rows)}个：{'，'.join(f'{_bearer(asked, row)}{row.figure.stated}' for row in shown)}。",
        )

    def _no_ranking(self, asked: Ranking, nearest: Candidate) -> Reply | None:
        """Say that nothing can be ranked, unless the report itself may say which is first."""
        if asked.names or not asked.sort or _RANKED.search(nearest.passage.folded):
            return None
        shown = answering_places(nearest)
        return Reply("", ((nearest, shown),), refusal="报告没有逐一给出数据，比不出来。")

    def _claim_reply(self, question: Question, documents: Sequence[str] | None) -> Reply | None:
        """Answer whether an amount is as much as a question says, by looking the amount up."""
        claim = claimed(question.plain)
        if claim is None:
            return None
        measure, vector, candidates = self._looked_up(within(understand(claim.question), question), documents)
        reply = self._numeric_reply(measure, candidates, vector)
        # Without a figure the amount was not read: nothing can be compared with it.
        if reply is None or reply.refusal or not reply.figures:
            return reply
        found = reply.figures[0]
        value, unit = (reply.derived.value, "") if reply.derived else (found.normalized_value, found.normalized_unit)
        if not isinstance(value, int | float) or comparable_unit(unit) != claim.unit:
            return None
        return replace(reply, verdict="是" if claim.holds(value) else "否")

    def _looked_up(
        self, question: Question, documents: Sequence[str] | None, vector: Vectors | None = None
    ) -> tuple[Question, Vectors, list[Candidate]]:
        """Search for a question: return it focused, its encoding and the passages found."""
        question = self._retriever.focus(question, documents)
        vector = self._retriever.encode([question])[0] if vector is None else vector
        found = self._retriever.search(question, vector, documents=documents)
        return question, vector, read(self._reader, self._store, question, found)

    def _numeric_reply(self, question: Question, candidates: list[Candidate], vector: Vectors) -> Reply | None:
        matches = match_figures(question, candidates, self._store, vector)
        sure = of_figure(question, matches, candidates) if matches else None
        # A share that the report states itself comes before one that can be computed.
        shared = question.asked == "percent" and bool(matches) and matches[0].figure.kind == "percent"
        stated = shared and sure is not None and sure.right > _STATED
        countable = partial(match_figures, question, candidates, self._store, vector, COUNTABLE)
        derived = None if stated else derive(question, matches, countable)
        if derived:
            return self._derived_reply(derived, Sureness(of_text(question, candidates).right, 1.0))
        matches = self._of_the_year(question, matches)
        if not matches:
            return None
        matches = self._of_the_column(question, matches)
        best = matches[0]
        if is_said(best.figure.text, question.plain):
            return None
        unread = self._unread(candidates, best)
        if unread:
            return self._words_reply(question, *unread, candidates)
        several = self._several(question, best)
        document = self._store.document(best.figure.document)
        conflict = tuple(contradicting(best.figure, (match.figure for match in matches), document))
        disputed = [best, *(match for match in matches if match.figure in conflict)]
        shown = several if len(several) > 1 else disputed if conflict else [best]
        return Reply(
            text="、".join(match.figure.stated for match in shown),
            places=self._stated(shown),
            figures=tuple(match.figure for match in shown),
            conflict=tuple(match.figure for match in disputed) if conflict else (),
            refusal=self._refusal(question, best.candidate, _text(best.candidate, best.clause) + best.figure.scope)
            or unheard(question, best.figure.indicator, self._store.passages_with),
            sure=sure,
        )

    def _unread(self, candidates: Sequence[Candidate], best: FigureMatch) -> tuple[Candidate, ScoredUnit] | None:
        """Return the clause closest to the question where it has a number that was not read, and not the best figure.

        No other number may stand in for one that was not read.
        """
        units = ((unit, one) for one in candidates[:_TABLES] for unit in one.units if not unit.whole)
        clause, candidate = max(units, key=lambda pair: pair[0].cosine)
        if candidate is best.candidate and clause == best.clause:
            return None
        prose = candidate.passage.prose
        read = self._store.figures(candidate.passage.number)
        places = [Span(prose.offset(one.start), prose.offset(one.end - 1) + 1) for one in read]
        # A cell has one amount: where it was read, other numbers are the code or the name of its row.
        if candidate.passage.passage.leads and any(clause.start <= one.start < clause.end for one in places):
            return None
        unread = unread_numbers(prose.text, places)
        return (candidate, clause) if any(clause.start <= one.start < clause.end for one in unread) else None

    def _words_reply(
        self, question: Question, candidate: Candidate, clause: ScoredUnit, candidates: Sequence[Candidate]
    ) -> Reply:
        """Answer with a clause's own words."""
        others = [one for one in candidates if one is not candidate]
        return Reply(
            text=_text(candidate, clause).strip(MARKS),
            places=((candidate, places(candidate, clause.start, clause.end)),),
            refusal=self._refusal(question, candidate, _text(candidate, clause)),
            sure=of_text(question, [candidate, *others]),
        )

    def _of_the_year(self, question: Question, matches: list[FigureMatch]) -> list[FigureMatch]:
        """Put first the figures whose own sentence names a year that is asked for and that is not their report's."""
        years = [str(year) for year in self._retriever.wanted_years(question)]
        named = [m for m in matches if any(year in _text(m.candidate, m.clause) + m.figure.scope for year in years)]
        others = {str(self._store.document(match.figure.document).year) for match in matches}
        close = named and _covers(named[0]) >= _covers(matches[0]) and named[0].score >= matches[0].score - _ALIKE
        return named if close and not others & set(years) else matches

    def _of_the_column(self, question: Question, matches: list[FigureMatch]) -> list[FigureMatch]:
        """In a row of years of a table, put the year first that the question names, else the report's own."""
        best, wanted = matches[0], self._retriever.wanted_years(question)
        if not best.candidate.passage.passage.leads:
            return matches
        own = self._store.document(best.figure.document).year
        row = [m for m in matches if m.candidate is best.candidate and m.sentence == best.sentence]
        alike = [m for m in row if m.figure.indicator == best.figure.indicator]
        dated = [(int(year[0]), m) for m in alike if (year := _YEAR.search(m.figure.scope))]
        if best not in [match for _, match in dated]:
            return matches
        newest = max((year for year, _ in dated if own is None or year <= own), default=None)
        first = next((match for year, match in dated if year in (wanted or (newest,))), best)
        return [first, *(match for match in matches if match is not first)]

    def _several(self, question: Question, best: FigureMatch) -> list[FigureMatch]:
        """Return the figures of a question that asks for several, one for each thing it names, from one sentence."""
        return [match for match in self._of_one_sentence(parts(question), best) if match]

    def _of_one_sentence(self, singles: Sequence[Question], best: FigureMatch) -> tuple[FigureMatch | None, ...]:
        """Return a figure for each of the single questions in a question, None where the sentence has none for it."""
        asked: list[list[FigureMatch | None]] = []
        for single in singles:
            own = self._retriever.encode([single])[0]
            matches = match_figures(single, [best.candidate], self._store, own)
            beside = [match for match in matches if match.sentence == best.sentence and fits(single, match)]
            asked.append([None, *beside[:_OTHER_FIGURES]])
        # Each takes a figure of its own, as long as there are enough, so that all together fit best.
        given = ((chosen, [match for match in chosen if match]) for chosen in product(*asked))
        choices = [(chosen, own) for chosen, own in given if len({id(match.figure) for match in own}) == len(own)]
        return max(choices, key=lambda one: (len(one[1]), sum(match.score for match in one[1])))[0]

    def _halves_reply(
        self, question: Question, candidates: list[Candidate], vector: Vectors, documents: Sequence[str] | None
    ) -> Reply | None:
        """Answer a question that asks for several figures that do not stand in one sentence: each is asked alone."""
        singles = parts(question)
        if not singles:
            return None
        best = match_figures(question, candidates, self._store, vector)[:1]
        beside = self._of_one_sentence(singles, best[0]) if best else (None,) * len(singles)
        if all(beside):
            return None
        halves = [Half(single, self._alone(within(single, question), documents)) for single in singles]
        return put_together(halves) if any(half.reply for half in halves) else None

    def _alone(self, question: Question, documents: Sequence[str] | None) -> Reply | None:
        """Answer one of several questions, None where it is not answered for certain."""
        question, vector, candidates = self._looked_up(question, documents)
        reply = self._numeric_reply(question, self._of_the_subject(candidates), vector)
        return reply if reply and answers(reply) else None

    def _derived_reply(self, derived: Derived, sure: Sureness) -> Reply:
        operands = tuple(match.figure for match in derived.operands)
        return Reply(derived.text, self._stated(derived.operands), operands, derived=derived, sure=sure)

    def _stated(self, matches: Iterable[FigureMatch]) -> tuple[tuple[Candidate, tuple[Span, ...]], ...]:
        """Return the passages that state figures, in the order of the figures, each with the places in it."""
        stated: dict[int, tuple[Candidate, set[Span]]] = {}
        for match in matches:
            candidate = match.candidate
            figures = self._store.figures(candidate.passage.number)
            place = places(candidate, *figure_range(candidate, match.figure, match.clause, figures))
            stated.setdefault(candidate.passage.number, (candidate, set()))[1].update(place)
        return tuple((candidate, tuple(sorted(spans))) for candidate, spans in stated.values())

    def _text_reply(self, question: Question, candidates: list[Candidate]) -> Reply:
        """Answer with the words that the reader finds in the best passage; of a list with its members."""
        best, text = candidates[0], candidates[0].passage.prose.text
        found = answering(best, question.plain)
        lists = [list_at(text, *words) for words in found] if question.asked == "list" or question.several else []
        listed = next(filter(None, lists), None)
        first, last = found[lists.index(listed)] if listed else found[0]
        start, end = clauses_around(best, *((listed.start, listed.end) if listed else (first, last)))
        # The caption before the first row of a table is no part of what a cell says.
        first = max(first, len("".join(best.passage.passage.leads[:1])))
        return Reply(
            # What surrounds the members is seen by the reader better than by their form.
            text=(
                "、".join(listed.members)
                if listed and not listed.reaches(text, first, last)
                else text[first:last].strip(MARKS)
            ),
            places=((best, places(best, start, end)),),
            verdict=verdict(question.plain, text[start:end]) if question.asked == "verdict" else None,
            refusal=self._refusal(question, best, text[start:end]) or _unspoken(question, best),
            sure=of_text(question, candidates),
        )

    def _refusal(self, question: Question, candidate: Candidate, statement: str) -> str:
        document = self._store.document(candidate.passage.passage.document)
        context = f"{' '.join(candidate.passage.passage.section)} {statement}"
        years = self._retriever.wanted_years(question)
        treated = any(self._retriever.treats(document.name, year) for year in years)
        return (
            ("" if treated else wrong_year(years, document, f"{context} {candidate.passage.prose.text}"))
            or wrong_place(question, document, self._retriever.regions)
            or wrong_number(question, candidate.passage.folded)
        )


def _one_series(one: DocumentInfo, other: DocumentInfo) -> bool:
    """Tell whether two reports compare: they are of different places, or of one body in different years."""
    names = (_NUMBERED.sub("", known_as(report.title, report.name)) for report in (one, other))
    return one.region != other.region or len(set(names)) == 1


def _unspoken(question: Question, best: Candidate) -> str:
    """Say that the best passage says neither yes nor no, "" where it says one of them or neither is asked."""
    silent = question.asked == "verdict" and best.reading is not None and best.reading.verdict[2] > FITTED.unspoken
    return "报告没有提到这件事，只有相近的内容。" if silent else ""


def _bearer(asked: Ranking, row: FigureMatch) -> str:
    """Return what a figure is called beside others: what it belongs to, or among things named what it measures."""
    name = bearer(row)
    return name if name and (not asked.names or fold(name) in asked.names) else row.figure.indicator


def _covers(match: FigureMatch) -> float:
    """Return how much of the question a figure's own words say, years aside: these are common to many figures."""
    words = {pair: weight for pair, weight in match.candidate.rarity.items() if not any(map(str.isdecimal, pair))}
    return coverage(
        fold(f"{match.figure.scope} {match.figure.indicator} {_text(match.candidate, match.clause)}"), words
    )


def _text(candidate: Candidate, unit: ScoredUnit) -> str:
    return candidate.passage.prose.text[unit.start : unit.end]
