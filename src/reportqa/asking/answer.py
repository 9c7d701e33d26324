"""The answer, composed: what was found, what of it is asked for, and in which of the report's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from reportqa.asking.across import Row, across, chosen_rows, computed, distinct, foremost, labels
from reportqa.asking.cite import Reply, answer_record
from reportqa.asking.comparing import Comparison, compared, unmeasured, with_measure
from reportqa.asking.figure_or_words import settled
from reportqa.asking.figure_reply import FigureReplies
from reportqa.asking.found import Found, look_up
from reportqa.asking.halves import Half, answers, put_together
from reportqa.asking.highlight import answering_places
from reportqa.asking.matching import FigureMatch, says_change
from reportqa.asking.question import Question, parts, understand, within
from reportqa.asking.search import Candidate, Retriever
from reportqa.asking.superlatives import Ranking, bearer, extreme_asked, ranked
from reportqa.asking.sure import Sureness, of_text
from reportqa.asking.text_reply import counted_reply, text_reply
from reportqa.asking.vague import asks_back, is_vague, readings, shared
from reportqa.asking.verdicts import claimed
from reportqa.figures.arithmetic import amount
from reportqa.index.dense import Vectors
from reportqa.models.reader import Reader
from reportqa.text.folding import fold
from reportqa.text.records import Answer
from reportqa.text.units import comparable_unit

_OTHER_FIGURES = 6
_TABLES = 5
_CHANGES = ("difference", "decrease", "growth")
_RANKED = re.compile(r"最|首位|第一|居首|领先")


class Answerer:
    """Answers questions that are understood.

    >>> Answerer(retriever).answer(understand("本学年招生多少人？"), 5).answer      # doctest: +SKIP
    '6191人'
    """

    def __init__(self, retriever: Retriever, reader: Reader) -> None:
        self._retriever = retriever
        self._reader = reader
        self._store = retriever.store
        self._figures = FigureReplies(retriever)

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
        found = settled(self._looked_up(question, documents, vector))
        near, question = found.of_the_subject(), found.question
        asked = self._comparison(whole, near.best, documents)
        reply = self._compared_reply(near, asked) if asked else self._extreme_reply(near, documents)
        stated = 1.0
        if reply is None:
            reply, stated = self._figures.computed(near)
        reply = reply or self._claim_reply(question, documents)
        if reply is None and question.numeric:
            reply = self._halves_reply(near, documents) or counted_reply(near)
            reply = reply or _at_most(stated, self._figures.reply(near))
        reply = reply or text_reply(near)
        if reply.sure is None:  # read off or computed from figures that were looked up one by one
            reply = replace(reply, sure=Sureness(of_text(question, found.candidates).right, 1.0))
        answer = answer_record(self._store, question, reply, found.candidates, top_k)
        choices = () if asked else self._choices(replace(near, question=whole), answer, documents)
        return asks_back(answer, choices) if choices else answer

    def _choices(self, found: Found, answer: Answer, documents: Sequence[str] | None) -> list[str]:
        """Return the questions that one which says too little may have meant, none for any other."""
        question = found.question
        reports = unmeasured(question, self._retriever.reports.documents(documents))
        if reports:
            measures = shared([self._store.figures_in(report.name) for report in reports])
            return [with_measure(question.plain, indicator) for indicator in measures]
        if not is_vague(question, answer.confidence):
            return []
        return readings(question, found.matches, found.candidates, partial(self._told_of, question))

    def _told_of(self, question: Question, document: str) -> str:
        """Say of which place and year a report is, as far as a question over the library has to say it."""
        info, wanted = self._store.info(document), self._retriever.reports.wanted_years(question, document)
        place = (info.region or "") if len(self._retriever.reports.regions) > 1 else ""
        return place + (f"{info.year}年" if info.year in wanted else "")

    def _comparison(self, question: Question, best: Candidate, documents: Sequence[str] | None) -> Comparison | None:
        """Return what a question compares: one that names a town or school but no region, in its region's reports."""
        home = self._store.info(best.passage.passage.document)
        reports = self._retriever.reports
        series = reports.series[home.name]
        # Reports compare that are of different places, or of one body in different years.
        known = [
            one
            for one in reports.documents(documents)
            if one.region != home.region or reports.series[one.name] == series
        ]
        asked = compared(question, known) or compared(question, (one for one in known if one.region == home.region))
        # To tell copies apart takes their texts: only of those that are compared.
        unlike = distinct(asked.documents, lambda name: self._store.document(name).text) if asked else ()
        return compared(question, unlike)

    def answer_all(self, questions: Sequence[Question | Answer], top_k: int) -> list[Answer]:
        """Answer several questions, encoded together; what is an answer already stays."""
        asked = [self._retriever.reports.focus(question) for question in questions if isinstance(question, Question)]
        vectors: Iterator[Vectors] = iter(self._retriever.encode(asked)) if asked else iter(())
        return [
            self.answer(question, top_k, next(vectors)) if isinstance(question, Question) else question
            for question in questions
        ]

    def _compared_reply(self, found: Found, asked: Comparison) -> Reply | None:
        """Answer from several reports, unless the newest itself states the change that is asked for."""
        if asked.operation in _CHANGES:
            stated = found.matches[0].figure if found.matches else None
            alike = stated and (stated.kind == "percent") == (asked.operation == "growth")
            if stated and alike and says_change(stated) and stated.document == asked.documents[0].name:
                return None
        rows = across(asked.measure, self._retriever, asked.documents)
        if len(rows) < 2:
            return None
        rows = chosen_rows(asked, rows)
        derived, change = computed(asked, rows), self._stated_change(asked, rows)
        if change:
            agree = derived if derived and derived.text == change.figure.text else None
            places = self._figures.stated([change, *(row.match for row in rows)])
            return Reply(change.figure.stated, places, (change.figure,), derived=agree, note=labels(rows))
        said = foremost(rows) if asked.operation in ("most", "least") else "、".join(row.figure.text for row in rows)
        return Reply(
            text=derived.text if derived else said,
            places=self._figures.stated([row.match for row in rows]),
            figures=tuple(row.figure for row in rows),
            derived=derived,
            note=labels(rows),
        )

    def _stated_change(self, asked: Comparison, rows: Sequence[Row]) -> FigureMatch | None:
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

    def _extreme_reply(self, near: Found, documents: Sequence[str] | None) -> Reply | None:
        """Answer which of many has the most or the least, from the figures that the report gives for each."""
        asked = extreme_asked(near.question)
        if asked is None:
            return None
        found = self._looked_up(asked.measure, documents)
        tables = self._retriever.with_tables(found.candidates[:_TABLES], found.question, found.vector)
        rows = ranked(asked, replace(found, candidates=tables).matches)
        if not rows:
            return self._no_ranking(asked, found.best, near.best)
        first = [row for row in rows if amount(row.figure) == amount(rows[0].figure)]
        shown = rows[:_OTHER_FIGURES]
        return Reply(
            text="、".join(_bearer(asked, row) for row in first),
            places=self._figures.stated(shown),
            figures=tuple(row.figure for row in shown),
            note=f"比较了{len(rows)}个：{'，'.join(f'{_bearer(asked, row)}{row.figure.stated}' for row in shown)}。",
        )

    def _no_ranking(self, asked: Ranking, nearest: Candidate, best: Candidate) -> Reply | None:
        """Say that nothing can be ranked, unless the report itself may say which is first."""
        heard = best.reading is not None and best.reading.relevance > 0
        if asked.names or not asked.sort or heard or _RANKED.search(nearest.passage.folded):
            return None
        shown = answering_places(nearest)
        return Reply("", ((nearest, shown),), refusal="报告没有逐一给出数据，比不出来。")

    def _claim_reply(self, question: Question, documents: Sequence[str] | None) -> Reply | None:
        """Answer whether an amount is as much as a question says, by looking the amount up."""
        claim = claimed(question.plain)
        if claim is None:
            return None
        reply = self._figures.computed_or_stated(
            self._looked_up(within(understand(claim.question), question), documents)
        )
        # An amount that was not read, of which nothing says what it measures, compares with nothing.
        if reply is None or reply.refusal or not reply.figures or not reply.figures[0].indicator:
            return reply
        found = reply.figures[0]
        value, unit = (reply.derived.value, "") if reply.derived else (found.normalized_value, found.normalized_unit)
        if not isinstance(value, int | float) or comparable_unit(unit) != claim.unit:
            return None
        return replace(reply, verdict="是" if claim.holds(value) else "否")

    def _looked_up(self, question: Question, documents: Sequence[str] | None, vector: Vectors | None = None) -> Found:
        return look_up(question, self._retriever, self._reader, documents, vector)

    def _halves_reply(self, found: Found, documents: Sequence[str] | None) -> Reply | None:
        """Answer a question that asks for several figures that do not stand in one sentence: each is asked alone."""
        singles = parts(found.question)
        if not singles:
            return None
        best = found.matches[:1]
        beside = self._figures.of_one_sentence(singles, best[0]) if best else (None,) * len(singles)
        if all(beside):
            return None
        halves = [Half(single, self._alone(within(single, found.question), documents)) for single in singles]
        return put_together(halves) if any(half.reply for half in halves) else None

    def _alone(self, question: Question, documents: Sequence[str] | None) -> Reply | None:
        """Answer one of several questions, None where it is not answered for certain."""
        reply = self._figures.computed_or_stated(self._looked_up(question, documents).of_the_subject())
        return reply if reply and answers(reply) else None


def _at_most(right: float, reply: Reply | None) -> Reply | None:
    """Take a stated figure for no likelier to answer than one can where arithmetic may be asked for."""
    if reply is None or reply.sure is None or reply.derived:
        return reply
    return replace(reply, sure=replace(reply.sure, right=min(reply.sure.right, right)))


def _bearer(asked: Ranking, row: FigureMatch) -> str:
    """Return what a figure is called beside others: what it belongs to, or among things named what it measures."""
    name = bearer(row)
    return name if name and (not asked.names or fold(name) in asked.names) else row.figure.indicator
