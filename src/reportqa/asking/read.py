"""The best passages, read together with the question by the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reportqa.asking.config import FITTED
from reportqa.asking.question import Question
from reportqa.asking.search import Candidate
from reportqa.asking.weights import WEIGHTS
from reportqa.index.store import Store
from reportqa.models.reader import Reader
from reportqa.outline.headings import header_of
from reportqa.text.naming import known_as


def read(reader: Reader, store: Store, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates with what the reader says of the first few, in the order that this and their scores give."""
    chosen, others = candidates[: FITTED.read_passages], candidates[FITTED.read_passages :]
    readings = reader.read(question.wording, [(_header(store, one), one.passage.prose.text) for one in chosen])
    heard = [
        replace(
            one,
            reading=reading,
            signals=one.signals
            | {"found": one.score, "relevance": bounded(reading.relevance), "span": bounded(reading.best[2])},
        )
        for one, reading in zip(chosen, readings, strict=True)
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


def _header(store: Store, candidate: Candidate) -> str:
    passage = candidate.passage.passage
    return header_of(known_as(store.info(passage.document).title, passage.document), passage.section)
