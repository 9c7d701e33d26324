"""Train what tells the kind of thing a question asks for: a linear model over the characters of the question.

    python -m training.intent OUT.npz

Pieces of one to three characters, hashed, weighed by logistic regression; it needs no encoder, so that it is the same
beside every one. Digits are one character, for an amount says nothing of the kind. Prints how many questions over the
reports kept for it are told right.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from reportqa.asking.intent import KINDS, features
from training import data

BUCKETS = 1 << 16


def table(rows: Iterable[list[int]], buckets: int = BUCKETS) -> csr_matrix:
    """Return hashed pieces as rows of a sparse matrix, shape (rows, buckets), each of length one."""
    columns, starts, values = [], [0], []
    for own in rows:
        columns += [number % buckets for number in own]
        starts.append(len(columns))
        values += [1 / np.sqrt(max(len(own), 1))] * len(own)
    return csr_matrix((values, columns, starts), shape=(len(starts) - 1, buckets))


def save(model: LogisticRegression, out: Path) -> None:
    """Write a model as :mod:`reportqa.asking.linear` reads it, in half precision."""
    np.savez_compressed(out, weights=model.coef_.astype(np.float16), constants=model.intercept_.astype(np.float16))


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    questions: dict[str, list[tuple[str, int]]] = {"train": [], "fit": [], "test": []}
    for path in data.report_paths():
        rows = [row for row in data.questions_of(path) if row["kind"] in KINDS]
        questions[data.side(path.name)] += [(row["q"], KINDS.index(row["kind"])) for row in rows]
    model = LogisticRegression(C=20, max_iter=500)
    model.fit(table(features(question) for question, _ in questions["train"]), [kind for _, kind in questions["train"]])
    for side in ("fit", "test"):
        told = model.predict(table(features(question) for question, _ in questions[side]))
        right = np.mean(told == np.array([kind for _, kind in questions[side]]))
        print(f"{side}: {right:.3f} of {len(told)}")
    save(model, options.out)


if __name__ == "__main__":
    main()
