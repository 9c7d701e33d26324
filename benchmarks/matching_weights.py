"""Fit the weights by which a figure is matched to a question, leaving out one question set at a time.

    python benchmarks/matching_weights.py

For each set the weights are fitted on the questions of all others by listwise logistic regression (the right figure of
a question against its other candidates), pulled towards those in the code, and tried on the set left out. It prints how
often the first figure is right with the weights in the code and with those fitted elsewhere, and the fit over all sets.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reportqa.asking.matching import COSINE, WEIGHTS, match_figures
from reportqa.asking.question import Vocabulary, understand
from reportqa.asking.search import Retriever
from reportqa.evaluation.metrics import same_figure
from reportqa.evaluation.running import read_gold
from reportqa.index.build import build_index
from reportqa.index.store import Store
from reportqa.models.encoder import open_encoder

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
DISTRICTS = FIXTURES / "districts"
SHARED = ROOT.parent / "shared" / "eval" / "questions_dev.jsonl"
SINGLE = frozenset({"number", "percent", "money", "area", "date", "conflict"})
PULL, RATE, STEPS = 0.03, 0.12, 1500

# Cosines spread over a tenth: in these steps all weights are of one size.
SCALE = np.array([COSINE if name in ("clause", "sentence", "itself") else 1.0 for name in WEIGHTS])
NOW = np.array(list(WEIGHTS.values())) / SCALE
Asked = tuple[NDArray[np.float64], NDArray[np.bool_]]


def question_sets() -> dict[str, tuple[list[Path], Path]]:
    """Return the reports and the questions of each set; the shared one only where it is present."""
    sets = {path.stem: ([path], FIXTURES / f"{path.stem}_questions.jsonl") for path in sorted(FIXTURES.glob("*.txt"))}
    reports = sorted((DISTRICTS / "md").glob("*.md"))
    sets["districts, one report"] = ([reports[1]], DISTRICTS / "questions.jsonl")
    sets["districts, all reports"] = (reports, DISTRICTS / "library_questions.jsonl")
    return sets | ({"the report": (sorted((ROOT / "corpus").glob("*.txt")), SHARED)} if SHARED.exists() else {})


def read_set(reports: list[Path], gold: Path, folder: Path) -> Iterator[Asked | None]:
    """Yield the signals of a question's figures and which of them are right; None where none is among them."""
    build_index(reports, folder)
    store = Store(folder)
    retriever = Retriever(store, open_encoder())
    vocabulary = Vocabulary(store.passages_with, store.has_term)
    for asked in read_gold(gold, [store.document(one.name) for one in store.library()]):
        if asked.type in SINGLE and asked.figures:
            question = retriever.focus(understand(asked.question, vocabulary))
            vector = retriever.encode([question])[0]
            matches = match_figures(question, retriever.search(question, vector), store, vector)
            wanted = asked.figures if asked.type == "conflict" else asked.figures[:1]
            right = np.array([any(same_figure(match.figure, one) for one in wanted) for match in matches], dtype=bool)
            signals = [[match.signals[name] for name in WEIGHTS] for match in matches]
            yield (np.array(signals) * SCALE, right) if right.any() else None


def fit(questions: Iterable[Asked | None]) -> NDArray[np.float64]:
    """Fit weights by gradient descent: the softmax of the right figures' scores among all, pulled towards today's."""
    known = [question for question in questions if question is not None]
    weights = NOW.copy()
    for _ in range(STEPS):
        slope = PULL * (weights - NOW)
        for signals, right in known:
            scores = signals @ weights
            share = np.exp(scores - scores.max())
            share /= share.sum()
            target = share * right
            slope -= (target / max(target.sum(), 1e-12) - share) @ signals / len(known)
        weights -= RATE * slope
    return weights


def first_is_right(question: Asked | None, weights: NDArray[np.float64]) -> bool:
    """Tell whether the figure with the best score is a right one."""
    return question is not None and bool(question[1][np.argmax(question[0] @ weights)])


def main() -> None:
    """Print the table of sets and the fit over all of them."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sets: dict[str, list[Asked | None]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, (reports, gold)) in enumerate(question_sets().items()):
            sets[name] = list(read_set(reports, gold, Path(scratch) / str(number)))
    print("| set | figure questions | weights in the code | fitted on the others |\n|---|---|---|---|")
    total = [0, 0, 0]
    for name, questions in sets.items():
        elsewhere = fit(one for other, those in sets.items() if other != name for one in those)
        hits = [sum(first_is_right(one, weights) for one in questions) for weights in (NOW, elsewhere)]
        total = [sum(pair) for pair in zip(total, (len(questions), *hits), strict=True)]
        print(f"| {name} | {len(questions)} | {hits[0] / len(questions):.3f} | {hits[1] / len(questions):.3f} |")
    print(f"| all | {total[0]} | {total[1] / total[0]:.3f} | {total[2] / total[0]:.3f} |\n")
    together = fit(one for those in sets.values() for one in those)
    print("fitted on all:", {name: round(float(value), 2) for name, value in zip(WEIGHTS, together, strict=True)})


if __name__ == "__main__":
    main()
