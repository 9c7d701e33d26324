"""The best passages, read together with the question by the reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reportqa.asking.config import FITTED
from reportqa.asking.question import Question
from reportqa.asking.search import Candidate, Retriever
from reportqa.asking.times import LAST_YEAR
from reportqa.asking.weights import WEIGHTS
from reportqa.index.store import Store
from reportqa.models.reader import PassageReading, Reader
from reportqa.outline.headings import header_of
from reportqa.text.forms import YEAR
from reportqa.text.naming import known_as

_YEAR = re.compile(YEAR)
_DATED = re.compile(rf"(?:{YEAR})(?:学?年度?)?的?")


def read(reader: Reader, retriever: Retriever, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates with what the reader says of the first few, in the order that this and their scores give."""
    chosen, others = candidates[: FITTED.read_passages], candidates[FITTED.read_passages :]
    readings: dict[int, PassageReading] = {}
    worded = {one.passage.number: _worded(question, retriever, one) for one in chosen}
    for wording in dict.fromkeys(worded.values()):
        own = [one for one in chosen if worded[one.passage.number] == wording]
        passages = [(_header(retriever.store, one), one.passage.prose.text) for one in own]
        readings |= zip((one.passage.number for one in own), reader.read(wording, passages), strict=True)
    heard = [
        replace(
            one,
            reading=(reading := readings[one.passage.number]),
            signals=one.signals
            | {"found": one.score, "relevance": bounded(reading.relevance), "span": bounded(reading.best[2])},
        )
        for one in chosen
    ]
    return ordered([*heard, *(replace(one, signals=one.signals | {"found": one.score}) for one in others)])


def ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Put candidates in order; those that were not read stay behind those that were, by as much as they were."""
    heard = [one for one in candidates if one.reading]
    scored = [
        replace(one, score=one.signals["found"] + sum(w * one.signals[name] for name, w in WEIGHTS.reading.items()))
        for one in heard
    ]
    before = min((one.signals["found"] for one in heard), default=0.0)
    behind = min(min((one.score for one in scored), default=0.0) - before, 0.0)
    unheard = (replace(one, score=one.signals["found"] + behind) for one in candidates if one.reading is None)
    return [*sorted(scored, key=lambda candidate: -candidate.score), *unheard]


def bounded(score: float) -> float:
    """Return a score of the reader within what tells something: beyond that one is as sure as another."""
    return max(min(score, FITTED.reader_bound), -FITTED.reader_bound)


def _worded(question: Question, retriever: Retriever, candidate: Candidate) -> str:
    """Return a question as a passage says it that calls the year asked 上年: 上年招生多少 for 2022年招生多少.

    A report that has no year of its own, but names the one asked, is not asked for it where a passage names none.
    """
    name, text = candidate.passage.passage.document, candidate.passage.prose.text
    own, years = retriever.reports.own_year(name), retriever.reports.wanted_years(question, name)
    if own is None and years and not _YEAR.search(_header(retriever.store, candidate) + text):
        whole = retriever.store.document(name).text
        if all(f"{year}年" in whole for year in years):
            return _DATED.sub("", question.wording)
    if own is None or years != (own - 1,) or str(years[0]) in text or not LAST_YEAR.search(text):
        return question.wording
    return re.sub(rf"{years[0]}(?:学?年度?)?", "上年", question.wording)


def _header(store: Store, candidate: Candidate) -> str:
    passage = candidate.passage.passage
    return header_of(known_as(store.info(passage.document).title, passage.document), passage.section)
