"""Train what tells whether a question asks for arithmetic, for which, and over which figures.

    python -m training.operations src/reportqa/asking [--results FILE]

Three fits over the questions of data/operations: which operation, by a linear model over the characters of the question
(operation.npz); over which figures, by listwise logistic regression over sets of figures; and whether to compute at
all, by logistic regression, for the report may state the result (both operations.json). Measured on reports that
neither these nor the reader nor the weights were fitted on.
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from reportqa.asking import operands
from reportqa.asking.compute import computing_signals, may_ask
from reportqa.asking.config import FITTED
from reportqa.asking.figure_or_words import settled
from reportqa.asking.found import look_up
from reportqa.asking.intent import OPERATIONS, Operation, features
from reportqa.asking.matching import FigureMatch
from reportqa.asking.operands import (
    GROWN,
    MANY,
    MOST,
    Member,
    grown,
    members_of,
    operands_for,
    score_of,
    sets_of,
    signals_of,
)
from reportqa.asking.question import Question, understand
from reportqa.asking.search import Candidate
from reportqa.asking.sure import chance, of_figure
from reportqa.asking.weights import Arithmetic
from reportqa.index.build import build_index
from reportqa.models.reader import Reader
from reportqa.qa import ReportQA
from training import data
from training.fit import Choice, asked, first_right, is_at, listwise, logistic
from training.intent import save, table

# What the written operations are to the program; other questions are looked up, ranked or counted.
NAMED: dict[str, Operation] = {
    "sum": "sum", "difference": "difference", "compare_bodies": "difference", "compare_years": "difference",
    "rest": "rest", "share": "share", "ratio": "ratio", "per_head": "ratio", "growth": "growth",
}  # fmt: skip
# Operations alike enough to be learned from each other, beside what all have in common.
GROUPS: dict[Operation, int] = {"sum": 0, "difference": 0, "rest": 1, "share": 1, "ratio": 2, "growth": 3}
# Operations of which a report often states the result: whether it does is told by other weights.
MAY_BE_STATED = ("share", "ratio", "growth")
ByOperation = dict[str, dict[str, float]]
FOLDS = 4
PULL = 0.002
# Of the questions for what is stated, of which there are many times as many, every so-manieth, and less of each.
STATED_EVERY, STATED_WEIGHT = 5, 0.3


@dataclass(frozen=True, slots=True)
class Looked:
    """A question with the figures found for it.

    ``values`` are those of its operands, none where one was not found; ``stated`` tells whether nothing is computed
    and the first figure answers.
    """

    row: dict[str, Any]
    question: Question
    matches: list[FigureMatch]
    candidates: list[Candidate]
    members: list[Member]
    values: tuple[float, ...]
    stated: bool

    @property
    def operation(self) -> Operation:
        """What is to be computed."""
        return wanted(self.row)

    def is_right(self, chosen: Sequence[FigureMatch]) -> bool:
        """Tell whether figures have the values of the operands."""
        return bool(self.values) and _values(chosen) == self.values


def wanted(row: dict[str, Any]) -> Operation:
    """Return the operation of a row of data/operations.

    >>> wanted({"operation": "per_head"}), wanted({"operation": "max"})
    ('ratio', 'none')
    """
    return NAMED.get(row["operation"], "none")


def _values(matches: Iterable[FigureMatch]) -> tuple[float, ...]:
    return tuple(sorted(float(match.figure.normalized_value) for match in matches))  # type: ignore[arg-type]


def of_side(side: str) -> list[dict[str, Any]]:
    """Return the questions for arithmetic, and such as only look so, over the reports of a side."""
    return [row for path in data.report_paths() if data.side(path.name) == side for row in data.operations(path)]


def stated_of(side: str) -> list[dict[str, Any]]:
    """Return the questions over the reports of a side that ask for nothing computed, those without an answer too."""
    rows = (row for path in data.report_paths() if data.side(path.name) == side for row in data.lookups(path))
    return [row | {"operation": "lookup"} for row in rows if "operation" not in row]


def head(rows: Sequence[dict[str, Any]], stated: Sequence[dict[str, Any]]) -> LogisticRegression:
    """Return the model that tells operations."""
    known = [row for row in rows if row["operation"] != "unanswerable"]
    stated = [row for row in stated if row["kind"] != "unanswerable"][::STATED_EVERY]
    kinds = [OPERATIONS.index(wanted(row)) for row in known] + [0] * len(stated)
    weights = [1.0] * len(known) + [STATED_WEIGHT] * len(stated)
    model = LogisticRegression(C=50, max_iter=300)
    model.fit(table(features(row["q"]) for row in (*known, *stated)), kinds, sample_weight=weights)
    return model


def chances_of(model: LogisticRegression, rows: Sequence[dict[str, Any]]) -> list[dict[Operation, float]]:
    """Return how likely each question asks for each operation."""
    told = model.predict_proba(table(features(row["q"]) for row in rows))
    return [dict(zip(OPERATIONS, map(float, one), strict=True)) for one in told]


def found_all(rows: Iterable[dict[str, Any]], scratch: Path) -> list[Looked]:
    """Look every question up in an index of its report alone."""
    found: list[Looked] = []
    by_report: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_report.setdefault(row["document"], []).append(row)
    reader = Reader()
    for name, own in by_report.items():
        if not (scratch / name).exists():
            build_index([data.DATA / "reports" / name], scratch / name)
        qa = ReportQA.open(scratch / name)
        retriever, text = qa._retriever, qa.store.document(name).text
        for row in own:
            there = settled(look_up(understand(row["q"], qa._vocabulary), retriever, reader))
            question, candidates, matches = there.question, there.candidates, there.matches
            if matches:
                members = members_of(question, matches, retriever.store)
                values = _operand_values(row, members, text)
                answers = _places(row, text)[:1] if wanted(row) == "none" else []
                stated = any(is_at(matches[0].figure, place) for place in answers)
                found.append(Looked(row, question, matches, candidates, members, values, stated))
    return found


def _places(row: dict[str, Any], text: str) -> list[tuple[int, int]]:
    """Return where the operands of a question stand, or the figure of one for what is stated."""
    standing = (asked(row | one, text) for one in row.get("operands", [row]))
    return [one.figure for one in standing if one and one.numeric]


def _operand_values(row: dict[str, Any], members: Sequence[Member], text: str) -> tuple[float, ...]:
    """Return the values of the operands as the program reads them, none where it did not find all of them."""
    places = _places(row, text) if wanted(row) != "none" else []
    found = [next((one.match for one in members if is_at(one.match.figure, place)), None) for place in places]
    return _values(match for match in found if match) if all(found) else ()


def choice_of(one: Looked, more: int = 0) -> Choice | None:
    """Return the sets of figures that an operation may be over, each with its signals for itself and for its group.

    With ``more``, larger sets are among them: those that hold nothing but operands, and so many of each size that are
    likeliest by the weights as they are.
    """
    sets = sets_of(one.operation, one.members)
    seen = {frozenset(map(id, chosen)) for chosen in sets}
    growing = sets
    for _ in range(MOST - 2 if one.operation in MANY else 0):
        holding = [chosen for chosen in growing if set(_values(m.match for m in chosen)) <= set(one.values)]
        likely = sorted(growing, key=lambda chosen: -score_of(one.operation, chosen))[:more] if more else []
        growing = list(grown(one.operation, [*holding, *likely], one.members, seen))
        sets += growing
    right = np.array([one.is_right([member.match for member in chosen]) for chosen in sets], bool)
    if not right.any() or right.all():
        return None
    own = np.array([list(signals_of(chosen).values()) for chosen in sets])
    rows = np.zeros((len(sets), own.shape[1] * (1 + len(set(GROUPS.values())))), np.float32)
    at = own.shape[1] * (1 + GROUPS[one.operation])
    rows[:, : own.shape[1]] = own
    rows[:, at : at + own.shape[1]] = own
    return Choice(rows, np.zeros(len(sets)), right)


def operand_weights(choices: Sequence[Choice], names: Sequence[str]) -> tuple[dict[str, dict[str, float]], Any]:
    """Fit what speaks for figures being operands; return it by operation, and as it was fitted."""
    count = len(names)
    fitted = listwise(choices, np.zeros(choices[0].signals.shape[1]), PULL)
    return {
        operation: {name: round(float(fitted[k] + fitted[count * (1 + group) + k]), 4) for k, name in enumerate(names)}
        for operation, group in GROUPS.items()
    }, fitted


@dataclass(frozen=True, slots=True)
class Judged:
    """What would be computed for a question: what speaks for it, whether it is right, whether a stated figure is."""

    one: Looked
    operation: Operation
    signals: dict[str, float]
    computed: bool
    stated: bool


def judged(every: Iterable[Looked], chances: Iterable[dict[Operation, float]]) -> list[Judged]:
    """Return what would be computed for every question that may ask for it."""
    found = []
    for one, likely in zip(every, chances, strict=True):
        operation = max((name for name in likely if name != "none"), key=lambda name: likely[name])
        chosen = operands_for(operation, one.members) if may_ask(one.question, likely) else None
        if chosen:
            sure = of_figure(one.question, one.matches, one.candidates)
            signals = computing_signals(one.question, operation, likely, chosen, one.matches, sure)
            right = operation == one.operation and one.is_right(chosen.matches)
            found.append(Judged(one, operation, signals, right, one.stated))
    return found


def chance_weights(rows: Sequence[Judged], right: Sequence[bool]) -> dict[str, dict[str, float]]:
    """Return the weights, by operation, of what makes an answer likely to be right."""
    names = [*rows[0].signals, "constant"]
    own = np.array([[*one.signals.values(), 1.0] for one in rows])
    told = np.array([one.operation in MAY_BE_STATED for one in rows], float)
    table_of = np.concatenate([own[:, :-1], own * told[:, None]], axis=1)
    fitted = logistic(table_of, np.array(right, float), PULL)
    common, apart = np.append(fitted[: len(names) - 1], fitted[-1]), fitted[len(names) - 1 : -1]
    return {
        operation: dict(zip(names, map(float, (common + apart * (operation in MAY_BE_STATED)).round(4)), strict=True))
        for operation in GROUPS
    }


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    rows = {side: of_side(side) for side in ("train", "fit", "test")}
    stated = {side: stated_of(side) for side in ("train", "fit", "test")}
    model = head(rows["train"], stated["train"])
    results: dict[str, Any] = {"date": str(datetime.date.today()), "data": data.fingerprint()}
    known = [row for row in rows["test"] if row["operation"] != "unanswerable"]
    told = [max(one, key=lambda name: one[name]) for one in chances_of(model, known)]
    results["operation told"] = [
        round(float(np.mean([a == wanted(b) for a, b in zip(told, known, strict=True)])), 4),
        len(known),
    ]
    print(results, flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        usual = zip(stated["fit"], chances_of(model, stated["fit"]), strict=True)
        near = [row for row, likely in usual if may_ask(understand(row["q"]), likely)]
        ours = found_all([*rows["train"], *rows["fit"], *near], Path(scratch))
        theirs = found_all(rows["test"], Path(scratch))
    names = list(signals_of(next(one.members[:2] for one in ours if len(one.members) > 1)))
    weights: ByOperation = {}
    fitted = np.zeros(0)
    for more in (0, GROWN, GROWN):
        operands.ARITHMETIC = Arithmetic(weights, {}, {}, "")  # type: ignore[attr-defined]
        every, others = (
            [choice_of(one, more) for one in side if one.operation != "none" and one.values] for side in (ours, theirs)
        )
        weights, fitted = operand_weights([one for one in every if one], names)
    results["operands found"] = [sum(map(bool, others)), sum(one.operation != "none" for one in theirs)]
    results["the right set first"] = [round(first_right([one for one in others if one], fitted), 4), len(others)]
    print(results, json.dumps(weights), flush=True)
    operands.ARITHMETIC = Arithmetic(weights, {}, {}, "")  # type: ignore[attr-defined]
    ours_judged = judged(ours, _unseen(ours, rows, stated["train"], model))
    computed = chance_weights(ours_judged, [one.computed for one in ours_judged])
    said = chance_weights(ours_judged, [one.stated for one in ours_judged])
    unseen = judged(theirs, chances_of(model, [one.row for one in theirs]))
    results["computed"] = _worth(unseen, theirs, computed, said)
    print(results["computed"], computed, said, flush=True)
    source = f"training/operations.py, {results['date']}, data {results['data']}, {len(ours)} questions"
    save(model, options.out / "operation.npz")
    (options.out / "operations.json").write_text(
        json.dumps({"operands": weights, "computed": computed, "stated": said, "source": source}, indent=1) + "\n",
        encoding="utf-8",
    )
    if options.results:
        options.results.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _unseen(
    ours: Sequence[Looked],
    rows: dict[str, list[dict[str, Any]]],
    stated: Sequence[dict[str, Any]],
    model: LogisticRegression,
) -> list[dict[Operation, float]]:
    """Return how likely questions ask for each operation, by a head that has not seen those over their report."""
    reports = sorted({row["document"] for row in rows["train"]})
    folds = {name: number % FOLDS for number, name in enumerate(reports)}
    models = [head([row for row in rows["train"] if folds[row["document"]] != fold], stated) for fold in range(FOLDS)]
    return [
        chances_of(models[folds[one.row["document"]]] if one.row["document"] in folds else model, [one.row])[0]
        for one in ours
    ]


def _worth(
    every_judged: Sequence[Judged], every: Sequence[Looked], computed: ByOperation, stated: ByOperation
) -> dict[str, int]:
    """Count what is computed for questions that ask for it, and for others."""
    done = [
        one
        for one in every_judged
        if chance(computed[one.operation], one.signals)
        >= max(FITTED.computed, chance(stated[one.operation], one.signals))
    ]
    return {
        "questions for arithmetic": sum(one.operation != "none" for one in every),
        "computed": sum(one.one.operation != "none" for one in done),
        "right": sum(one.computed for one in done),
        "other questions": sum(one.operation == "none" for one in every),
        "computed for them": sum(one.one.operation == "none" for one in done),
        "of which the stated figure is right": sum(one.stated for one in done),
    }


if __name__ == "__main__":
    main()
