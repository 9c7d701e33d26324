"""Train what tells whether a question asks by how much something changed: a linear model over its characters.

    python -m training.change OUT.npz

A question for a number asks for a change where the figure that answers is one (326人 in 比上年增加326人), by what its
own sentence says it measures. Otherwise as training.intent. Prints how many such questions of the reports kept for it
are found, and how many of those taken for such are some.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from reportqa.asking.intent import features
from reportqa.asking.matching import says_change
from reportqa.figures.extract import figures_in_text
from training import data
from training.intent import save, table

BUCKETS = 1 << 14
NUMERIC = ("number", "money", "percent")


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    questions: dict[str, list[tuple[list[int], bool]]] = {"train": [], "fit": [], "test": []}
    for path in data.report_paths():
        for row in data.lookups(path):
            # What a cell measures stands over it, not in its row.
            if row["kind"] in NUMERIC and row.get("figure") and row.get("evidence") and "|" not in row["evidence"]:
                meant = [one for one in figures_in_text(row["evidence"]) if one.text == row["figure"]]
                if len(meant) == 1:
                    questions[data.side(path.name)].append((features(row["q"]), says_change(meant[0])))
    model = LogisticRegression(C=20, max_iter=500)
    model.fit(table((own for own, _ in questions["train"]), BUCKETS), [change for _, change in questions["train"]])
    for side in ("fit", "test"):
        change = np.array([one for _, one in questions[side]])
        told = model.predict(table((own for own, _ in questions[side]), BUCKETS))
        found, right = told[change].mean(), change[told].mean()
        print(f"{side}: found {found:.3f} of {change.sum()}, right {right:.3f} of {told.sum()}")
    save(model, options.out)


if __name__ == "__main__":
    main()
