"""How sure an answer is: how likely the report has one at all, and how likely this one is right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reportqa.asking.matching import FigureMatch
from reportqa.asking.question import Question
from reportqa.asking.read import bounded
from reportqa.asking.search import Candidate
from reportqa.asking.weights import WEIGHTS


@dataclass(frozen=True, slots=True)
class Sureness:
    """How likely an answer is ``right``, and how likely the report has one: ``answerable``. Both from 0 to 1."""

    right: float
    answerable: float


def of_figure(question: Question, matches: Sequence[FigureMatch], candidates: Sequence[Candidate]) -> Sureness:
    """Return how sure it is that the first of some figures answers.

    >>> of_figure(question, matches, candidates).right      # doctest: +SKIP
    0.93
    """
    signals = figure_signals(question, matches, candidates)
    return Sureness(chance(WEIGHTS.right_figure, signals), chance(WEIGHTS.answerable_figure, signals))


def of_text(question: Question, candidates: Sequence[Candidate]) -> Sureness:
    """Return how sure it is that the first of some passages has the answer."""
    signals = text_signals(question, candidates)
    return Sureness(chance(WEIGHTS.right_text, signals), chance(WEIGHTS.answerable_text, signals))


def relevance(question: Question, candidate: Candidate, candidates: Sequence[Candidate]) -> float:
    """Return how likely one of the passages found has the answer, from 0 to 1."""
    others = [one for one in candidates if one.passage.number != candidate.passage.number]
    return chance(WEIGHTS.right_text, text_signals(question, [candidate, *others]))


def chance(weights: Mapping[str, float], signals: Mapping[str, float]) -> float:
    """Return how likely something is, from 0 to 1: a logistic regression over what speaks for it.

    >>> chance({"score": 2.0, "constant": -1.0}, {"score": 0.5})
    0.5
    """
    total = weights["constant"] + sum(weight * signals[name] for name, weight in weights.items() if name != "constant")
    return 1 / (1 + math.exp(-max(min(total, 40.0), -40.0)))


def figure_signals(
    question: Question, matches: Sequence[FigureMatch], candidates: Sequence[Candidate]
) -> dict[str, float]:
    """Return what speaks for the first of some figures being the answer, in the units of :data:`WEIGHTS`."""
    best = matches[0]
    values = (best.figure.normalized_value, best.figure.normalized_unit)
    other = next(
        (m.score for m in matches if (m.figure.normalized_value, m.figure.normalized_unit) != values), best.score - 10
    )
    scores = np.array([match.score for match in matches])
    share = 1 / np.exp(scores - scores[0]).sum()
    return {
        "score": best.score - best.signals["passage"] * WEIGHTS.figures["passage"],
        "margin": min(best.score - other, 10.0),
        "chance": float(share),
        "itself": best.signals["itself"],
        "clause": best.signals["clause"],
        "sentence": best.sentence.cosine,
        "closest": max(unit.cosine for one in candidates for unit in one.units if not unit.whole),
        "said": best.candidate.signals["said"],
        "first": candidates[0].score - best.candidate.score,
        "document": best.candidate.signals["document"],
        "kind": best.signals["kind"],
        "unit": best.signals["unit"],
        "indicator": best.signals["indicator"],
        "contrast": best.signals["contrast"],
        "covered": best.clause.coverage,
        "absent": _absent(question, best.candidate),
        "numeric": question.numeric_chance,
        "read": best.signals["read"],
        **_read(candidates),
    }


def _read(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return how well the reader holds any of the passages, and any of their words, for the answer."""
    readings = [one.reading for one in candidates if one.reading]
    return {
        "relevance": bounded(max((one.relevance for one in readings), default=-np.inf)),
        "best": bounded(max((one.best[2] for one in readings), default=-np.inf)),
    }


def _absent(question: Question, candidate: Candidate) -> float:
    """Return how much of a question, by its bigrams, no passage of the reports has at all."""
    return 1 - len(candidate.rarity) / max(len(question.pairs), 1)


def text_signals(question: Question, candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return what speaks for the first passage having the answer, in the units of :data:`WEIGHTS`."""
    best = candidates[0]
    other = candidates[1].score if len(candidates) > 1 else best.score - 10
    return {
        "margin": min(best.score - other, 10.0),
        "clause": best.signals["clause"],
        "sentence": best.signals["sentence"],
        "passage": best.signals["passage"],
        "said": best.signals["said"],
        "words": best.signals["words"],
        "document": best.signals["document"],
        "closest": max(unit.cosine for one in candidates for unit in one.units if not unit.whole),
        "covered": max(unit.coverage for unit in best.units if not unit.whole),
        "absent": _absent(question, best),
        "numeric": question.numeric_chance,
        "yesno": question.chances.get("yesno", 0.0),
        "yes or no": 1 - best.reading.verdict[2] if best.reading else 0.0,
        **_read(candidates),
    }
