"""Train what tells 是 from 否: a linear model over the characters in which question and statement differ.

    python -m training.verdict OUT.npz

Pieces of one to three characters that either says and the other does not, and the verdict of the rules, hashed and
weighed by logistic regression; one core makes it in a minute. Prints how many questions over the reports kept for it
are told right, and how many the rules alone tell right.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from reportqa.asking.verdicts import features
from training import data
from training.intent import save, table

BUCKETS = 1 << 17


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    questions: dict[str, list[tuple[list[int], bool]]] = {"train": [], "fit": [], "test": []}
    for path in data.report_paths():
        for question, evidence, verdict in data.judged(path):
            questions[data.side(path.name)].append((features(question, evidence), verdict == "是"))
    model = LogisticRegression(C=10, max_iter=1000)
    model.fit(table((own for own, _ in questions["train"]), BUCKETS), [yes for _, yes in questions["train"]])
    for side in ("fit", "test"):
        yes = np.array([yes for _, yes in questions[side]])
        right = np.mean(model.predict(table((own for own, _ in questions[side]), BUCKETS)) == yes)
        print(f"{side}: {right:.3f} of {len(yes)}")
    save(model, options.out)


if __name__ == "__main__":
    main()
