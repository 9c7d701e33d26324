"""Weigh what speaks for 是: what training.judge made of the reader, and the characters (training.verdict).

    python -m training.verdict_weights src/reportqa/asking/weights.json [--results training/results/fit.json]

Logistic regression over the questions for yes or no of the reports kept for fitting, each with its evidence; measured
on those of the reports held back.
"""

from __future__ import annotations

import argparse
import datetime
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from reportqa.asking.verdicts import signals
from reportqa.models.reader import Reader
from training import data

SIDES = ("fit", "test")


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--results", type=Path, help="where the measures go, beside those of training.fit (JSON)")
    options = parser.parse_args()
    asked, reader = {side: list[tuple[dict[str, float], bool]]() for side in SIDES}, Reader()
    for path in data.report_paths():
        side = data.side(path.name)
        for question, evidence, verdict in data.judged(path) if side in asked else ():
            asked[side].append((signals(question, evidence, reader), verdict == "是"))
    names = list(asked["fit"][0][0])
    tables = {side: np.array([list(one.values()) for one, _ in own]) for side, own in asked.items()}
    yes = {side: np.array([one for _, one in own]) for side, own in asked.items()}
    model = LogisticRegression().fit(tables["fit"], yes["fit"])
    worth = {side: _worth(model, names, tables[side], yes[side]) for side in SIDES}
    print(json.dumps(worth, ensure_ascii=False))
    weights = json.loads(options.weights.read_text(encoding="utf-8"))
    fitted = [*model.coef_[0], model.intercept_[0]]
    weights["verdict"] = dict(zip([*names, "constant"], (round(float(one), 4) for one in fitted), strict=True))
    options.weights.write_text(json.dumps(weights, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.results:
        results = json.loads(options.results.read_text(encoding="utf-8"))
        results["verdict"] = {"date": str(datetime.date.today()), "data": data.fingerprint()} | worth
        options.results.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _worth(model: LogisticRegression, names: list[str], table: np.ndarray, yes: np.ndarray) -> dict[str, float]:
    """Return how often both together, and each alone, tell 是 from 否."""
    right = {"right": model.predict(table) == yes} | {
        f"{name} alone": (table[:, column] > 0) == yes for column, name in enumerate(names)
    }
    return {name: round(float(np.mean(told)), 4) for name, told in right.items()} | {"questions": len(yes)}


if __name__ == "__main__":
    main()
