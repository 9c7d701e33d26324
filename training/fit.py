"""Fit the weights by which signals are added up, on reports that the encoder was not trained on.

    python -m training.fit src/reportqa/asking/weights.json

Three fits, each on what the one before gives: passages and figures by listwise logistic regression (softmax over the
candidates of a question; weights pulled towards zero), then, by logistic regression, if a figure is asked for,
and how sure an answer is: whether its first figure or passage is right, questions without an answer never
being right. ``--sure`` fits only the last, for a reader whose scores are like those of the one before.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from reportqa.asking import figure_or_words, matching, search, sure
from reportqa.asking import read as reading
from reportqa.asking import weights as fitted_weights
from reportqa.asking.config import FITTED
from reportqa.asking.figure_or_words import asked_signals, is_open, settled
from reportqa.asking.found import Found, look_up
from reportqa.asking.question import understand
from reportqa.asking.read import ordered
from reportqa.asking.sure import chance, figure_signals, text_signals
from reportqa.index.build import build_index
from reportqa.models.reader import Reader
from reportqa.qa import ReportQA
from training import data

Array = NDArray[np.float64]
_SURE = "; how sure: "
PULL = 0.003
# Not fitted: written reports seldom have a part in brackets beside its whole, and reports of schools are full of them.
HELD = {"part": -0.9, "narrow": -0.7}
# The kinds of questions that ask for a figure.
FIGURES = frozenset({"number", "percent", "money", "date", "area"})
FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidates of one question: their signals (candidates, signals), what counts beside them, which are right."""

    signals: Array
    fixed: Array
    right: NDArray[np.bool_]


def listwise(choices: Sequence[Choice], start: Array, pull: float) -> Array:
    """Return the weights that make right candidates likeliest: softmax over the candidates of each question.

    >>> choice = Choice(np.array([[1.0], [0.0]]), np.zeros(2), np.array([True, False]))
    >>> bool(listwise([choice], np.zeros(1), pull=0.01)[0] > 1)
    True

    ``pull`` is how strongly weights are drawn to zero, per question, in units of a signal's spread.
    """
    spread = np.sqrt(np.mean(np.concatenate([np.var(one.signals, axis=0)[None] for one in choices]), axis=0)) + 1e-9

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = 0.0, np.zeros_like(weights)
        for one in choices:
            scores = one.signals @ (weights / spread) + one.fixed
            every = np.exp(scores - scores.max())
            chances, right = every / every.sum(), every * one.right
            total -= math.log(max(right.sum() / every.sum(), 1e-12))
            slope += (chances - right / max(right.sum(), 1e-12)) @ one.signals / spread
        count = len(choices)
        return total / count + pull * float(weights @ weights), slope / count + 2 * pull * weights

    found = minimize(loss, start * spread, jac=True, method="L-BFGS-B")
    weights: Array = np.asarray(found.x) / spread
    return weights


def logistic(signals: Array, right: Array, pull: float) -> Array:
    """Return weights and, last, the constant of a logistic regression."""
    spread = signals.std(axis=0) + 1e-9
    middle = signals.mean(axis=0)
    rows = np.concatenate([(signals - middle) / spread, np.ones((len(signals), 1))], axis=1)

    def loss(weights: Array) -> tuple[float, Array]:
        scores = np.clip(rows @ weights, -40, 40)
        chances = 1 / (1 + np.exp(-scores))
        total = -np.mean(right * np.log(chances + 1e-12) + (1 - right) * np.log(1 - chances + 1e-12))
        free = np.append(weights[:-1], 0.0)
        return float(total + pull * free @ free), rows.T @ (chances - right) / len(right) + 2 * pull * free

    weights = np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x)
    own = weights[:-1] / spread
    return np.append(own, weights[-1] - own @ middle)


@dataclass(frozen=True, slots=True)
class Asked:
    """A gold question with where its answer stands in the document."""

    question: str
    document: str
    answerable: bool
    numeric: bool
    evidence: tuple[int, int]
    figure: tuple[int, int]
    kind: str = ""


Library = tuple[ReportQA, list[Asked]]


def asked(row: dict[str, Any], text: str) -> Asked | None:
    """Return a row of training data (or of a question set) with the places of its evidence and figure in the text."""
    evidence = row.get("evidence")
    if not evidence:
        return Asked(row["q"], row["document"], False, False, (0, 0), (0, 0))
    start = text.find(evidence)
    if start < 0:
        return None
    at = evidence.find(row["figure"]) if row.get("figure") else -1
    figure = (start + at, start + at + len(row["figure"])) if at >= 0 else (0, 0)
    return Asked(row["q"], row["document"], True, at >= 0, (start, start + len(evidence)), figure, row.get("kind", ""))


def shared(a: tuple[int, int], b: tuple[int, int]) -> int:
    """Return how many characters two ranges share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def _set(**weights: Any) -> None:
    fitted = dataclasses.replace(fitted_weights.WEIGHTS, **weights)
    for module in (fitted_weights, search, reading, figure_or_words, matching, sure):
        module.WEIGHTS = fitted  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A gold question with what was found, and read, for it."""

    gold: Asked
    found: Found


def looked_up(libraries: Iterable[Library], reader: Reader, unread: bool = False) -> list[LookedUp]:
    """Search for every question, and read the best passages unless they shall stay ``unread``."""
    every = ((qa, one) for qa, questions in libraries for one in questions)
    return [LookedUp(one, _found(qa, one.question, reader, unread)) for qa, one in every]


def _found(qa: ReportQA, words: str, reader: Reader, unread: bool) -> Found:
    question, retriever = understand(words, qa._vocabulary), qa._retriever
    if not unread:
        return look_up(question, retriever, reader)
    question = retriever.reports.focus(question)
    vector = retriever.encode([question])[0]
    return Found(question, vector, retriever.search(question, vector), retriever, reader)


def passages_of(every: Sequence[LookedUp]) -> tuple[list[str], list[Choice]]:
    """Return the passages found for every answerable question."""
    names = list(fitted_weights.WEIGHTS.passages)
    choices = []
    for one in every:
        candidates = one.found.candidates
        right = np.array([_holds(candidate, one.gold) for candidate in candidates])
        if one.gold.answerable and right.any() and not right.all():
            rows = np.array([[candidate.signals[name] for name in names] for candidate in candidates])
            rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)
            choices.append(Choice(rows, np.array([candidate.signals["document"] for candidate in candidates]), right))
    return names, choices


def readings_of(every: Sequence[LookedUp]) -> tuple[list[str], list[Choice]]:
    """Return the passages read for every answerable question."""
    names = list(fitted_weights.WEIGHTS.reading)
    choices = []
    for one in every:
        heard = [candidate for candidate in one.found.candidates if candidate.reading]
        right = np.array([_holds(candidate, one.gold) for candidate in heard])
        if one.gold.answerable and right.any() and not right.all():
            rows = np.array([[candidate.signals[name] for name in names] for candidate in heard])
            choices.append(Choice(rows, np.array([candidate.signals["found"] for candidate in heard]), right))
    return names, choices


def _holds(candidate: search.Candidate, one: Asked) -> bool:
    passage = candidate.passage.passage
    span = (passage.span.start, passage.span.end)
    return passage.document == one.document and shared(span, one.evidence) >= 0.6 * (one.evidence[1] - one.evidence[0])


def settled_by(ours: Sequence[LookedUp], theirs: Sequence[LookedUp]) -> dict[str, Any]:
    """Fit what tells whether a figure is asked for where the wording leaves it open; return its worth on theirs."""
    sides = [[one for one in side if one.gold.answerable and is_open(one.found.question)] for side in (ours, theirs)]
    signals = [[asked_signals(one.found) for one in side] for side in sides]
    rows, unseen = (np.array([list(one.values()) for one in side]) for side in signals)
    truth, others = (np.array([one.gold.kind in FIGURES for one in side], float) for side in sides)
    weights = logistic(rows, truth, PULL)
    told = (unseen @ weights[:-1] + weights[-1] >= 0) == others
    worded = np.array([one.found.question.numeric for one in sides[1]]) == others
    _set(figure_asked=dict(zip([*signals[0][0], "constant"], map(float, weights.round(4)), strict=True)))
    worth = {
        "questions": len(others),
        "right": float(told.mean().round(4)),
        "by wording": float(worded.mean().round(4)),
    }
    print("figure asked", worth, fitted_weights.WEIGHTS.figure_asked, flush=True)
    return worth


def figures_of(every: Sequence[LookedUp]) -> tuple[list[str], list[Choice]]:
    """Return the figures found for every question for a figure."""
    names = [name for name in fitted_weights.WEIGHTS.figures if name not in HELD]
    choices = []
    for one in every:
        if not one.gold.numeric:
            continue
        matches = _in_order(one.found).matches
        right = np.array([is_right(match.figure, one.gold) for match in matches], bool)
        if right.any() and not right.all():
            rows = np.array([[match.signals[name] for name in names] for match in matches])
            fixed = np.array(
                [
                    match.candidate.signals["document"] + sum(HELD[name] * match.signals[name] for name in HELD)
                    for match in matches
                ]
            )
            choices.append(Choice(rows, fixed, right))
    return names, choices


def is_right(figure: Any, one: Asked) -> bool:
    """Tell whether a figure is the gold one."""
    return bool(figure.document == one.document and is_at(figure, one.figure))


def is_at(figure: Any, place: tuple[int, int]) -> bool:
    """Tell whether a figure is the one at a place of the text: at least half of it stands there."""
    return bool(2 * shared((figure.start, figure.end), place) >= figure.end - figure.start)


def _in_order(found: Found) -> Found:
    """Return what was found in the order of the weights as they are now."""
    return dataclasses.replace(found, candidates=ordered(found.candidates))


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer by a figure or by words: what speaks for it, whether it is right, whether there is an answer at all."""

    kind: str
    signals: dict[str, float]
    right: bool
    answerable: bool


def outcomes_of(every: Sequence[LookedUp]) -> list[Outcome]:
    """Return what the first figure, or the first passage, of every question comes to."""
    outcomes = []
    for one in every:
        found, gold = settled(_in_order(one.found)), one.gold
        question, candidates = found.question, found.candidates
        matches = found.matches if question.numeric else []
        if matches:
            held = is_right(matches[0].figure, gold) if gold.numeric else _holds(matches[0].candidate, gold)
            signals = figure_signals(question, matches, candidates)
            outcomes.append(Outcome("figure", signals, gold.answerable and held, gold.answerable))
        else:
            right = gold.answerable and _holds(found.best, gold)
            outcomes.append(Outcome("text", text_signals(question, candidates), right, gold.answerable))
    return outcomes


def chance_weights(outcomes: Sequence[Outcome], pull: float = PULL) -> dict[str, dict[str, float]]:
    """Return the weights of what makes an answer likely to be right, and a question likely to have one."""
    weights = {}
    for kind in ("figure", "text"):
        own = [one for one in outcomes if one.kind == kind]
        names = list(own[0].signals)
        rows = np.array([[one.signals[name] for name in names] for one in own])
        for what, truth in (("right", [one.right for one in own]), ("answerable", [one.answerable for one in own])):
            fitted = logistic(rows, np.array(truth, float), pull)
            weights[f"{what}_{kind}"] = dict(zip([*names, "constant"], map(float, fitted.round(4)), strict=True))
    return weights


def chances(outcomes: Sequence[Outcome], weights: Mapping[str, Mapping[str, float]], what: str) -> Array:
    """Return how likely each answer is right, or each question has one."""
    return np.array([chance(weights[f"{what}_{one.kind}"], one.signals) for one in outcomes])


def reliability(outcomes: Sequence[Outcome], weights: Mapping[str, Mapping[str, float]]) -> list[dict[str, float]]:
    """Return, for each tenth of confidence, how many answers have it and how many of them are right."""
    right = np.array([one.right for one in outcomes])
    tenths = np.minimum((chances(outcomes, weights, "right") * 10).astype(int), 9)
    return [
        {"from": tenth / 10, "answers": int(own.sum()), "right": round(float(right[own].mean()), 3)}
        for tenth in range(10)
        if (own := tenths == tenth).any()
    ]


def first_right(choices: Iterable[Choice], weights: Array) -> float:
    """Return how often a right candidate comes first."""
    hits = [bool(one.right[int((one.signals @ weights + one.fixed).argmax())]) for one in choices]
    return sum(hits) / max(len(hits), 1)


def libraries_of(side: str, scratch: Path) -> list[Library]:
    """Build an index of each report of a side, and open it with its questions."""
    libraries = []
    for path in data.report_paths():
        if data.side(path.name) != side:
            continue
        build_index([path], scratch / path.stem)
        qa = ReportQA.open(scratch / path.stem)
        text = qa.store.document(path.name).text
        libraries.append((qa, [one for one in (asked(row, text) for row in data.lookups(path)) if one]))
    return libraries


def question_sets(scratch: Path) -> list[Library]:
    """Open the reports of tests/fixtures with their question sets: they shape the weights, they measure nothing."""
    districts = FIXTURES / "districts"
    sets = [([report], FIXTURES / f"{report.stem}_questions.jsonl") for report in sorted(FIXTURES.glob("*.txt"))]
    sets.append((sorted((districts / "txt").iterdir()), districts / "library_questions.jsonl"))
    libraries = []
    for number, (reports, questions) in enumerate(sets):
        build_index(reports, scratch / f"fixture {number}")
        qa = ReportQA.open(scratch / f"fixture {number}")
        rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
        libraries.append((qa, list(_gold(rows, {one.name: one.text for one in qa.documents()}))))
    return libraries


def _gold(rows: Iterable[dict[str, Any]], texts: Mapping[str, str]) -> Iterator[Asked]:
    """Yield the questions of a set that ask for one thing that one report states, or for nothing that any does."""
    for row in rows:
        name = row.get("document", next(iter(texts)))
        if row["type"] == "unanswerable":
            yield Asked(row["question"], name, False, False, (0, 0), (0, 0))
        elif row["type"] not in ("derived", "conflict", "compare") and len(row["evidence"]) == 1 and name in texts:
            figures = row.get("figures", ())
            figure = figures[0]["text"] if len(figures) == 1 else None
            kind, evidence = row["type"], row["evidence"][0]
            told = {"q": row["question"], "document": name, "kind": kind, "evidence": evidence, "figure": figure}
            one = asked(told, texts[name])
            if one:
                yield one


def fit_one(
    kind: str,
    choices_of: Callable[[Sequence[LookedUp]], tuple[list[str], list[Choice]]],
    ours: Sequence[LookedUp],
    theirs: Sequence[LookedUp],
) -> dict[str, Any]:
    """Fit the weights of one kind on our questions, use them from now on, and return what they are worth on theirs."""
    (names, choices), (_, others) = choices_of(ours), choices_of(theirs)
    start = np.array([getattr(fitted_weights.WEIGHTS, kind)[name] for name in names])
    weights = listwise(choices, start, PULL)
    without = {
        name: round(first_right(others, np.where(np.arange(len(names)) == k, 0, weights)), 4)
        for k, name in enumerate(names)
    }
    worth = {"questions": len(others), "first is right": round(first_right(others, weights), 4), "without": without}
    chosen = dict(zip(names, map(float, weights.round(4)), strict=True))
    print(kind, worth, chosen, flush=True)
    _set(**{kind: chosen | (HELD if kind == "figures" else {})})
    return worth


def main() -> None:
    """Fit on one side, measure on the other, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--results", type=Path, help="where the measures go (JSON)")
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth question, to try")
    parser.add_argument("--sure", action="store_true", help="keep the weights of passages, readings and figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        fit, test = (libraries_of(side, Path(scratch)) for side in ("fit", "test"))
        fit += question_sets(Path(scratch))
        fit, test = ([(qa, asked[:: options.every]) for qa, asked in side] for side in (fit, test))
        results: dict[str, Any] = {"date": str(datetime.date.today()), "data": data.fingerprint()}
        reader = Reader()
        if not options.sure:
            ours, theirs = looked_up(fit, reader, unread=True), looked_up(test, reader, unread=True)
            results["passages"] = fit_one("passages", passages_of, ours, theirs)
        ours, theirs = looked_up(fit, reader), looked_up(test, reader)
        if not options.sure:
            results["reading"] = fit_one("reading", readings_of, ours, theirs)
        results["figure asked"] = settled_by(ours, theirs)
        if not options.sure:
            results["figures"] = fit_one("figures", figures_of, ours, theirs)
        outcomes, unseen = outcomes_of(ours), outcomes_of(theirs)
        likely = chance_weights(outcomes)
        refused = chances(unseen, likely, "answerable") < FITTED.answerable
        with_answer = np.array([one.answerable for one in unseen])
        results["answered"] = round(1 - float(refused[with_answer].mean()), 4)
        results["refused"] = round(float(refused[~with_answer].mean()), 4)
        results["reliability"] = reliability([one for one, no in zip(unseen, refused, strict=True) if not no], likely)
        print(json.dumps({name: results[name] for name in ("answered", "refused", "reliability")}, ensure_ascii=False))
    source = f"training/fit.py, {results['date']}, data {results['data']}, {len(fit)} reports"
    source = f"{fitted_weights.WEIGHTS.source.split(_SURE)[0]}{_SURE}{source}" if options.sure else source
    fitted = dataclasses.replace(fitted_weights.WEIGHTS, source=source, **likely)
    options.out.write_text(
        json.dumps(dataclasses.asdict(fitted), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    if options.results:
        if options.sure:  # what was not fitted anew stays as it was measured
            told = {name: results.pop(name) for name in ("date", "data")}
            results = json.loads(options.results.read_text(encoding="utf-8")) | results | {"how sure": told}
        options.results.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
