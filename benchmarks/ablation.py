"""What each signal of retrieval is worth: the question sets with one signal left out at a time.

    python benchmarks/ablation.py [--json FILE]

Every set has an index of its own report alone. R@1 is that of the whole program: the first citation of the answer.
"""

import argparse
import json
import tempfile
from pathlib import Path
from unittest.mock import patch

from reportqa.asking import matching, search
from reportqa.evaluation.running import ALL, evaluate, read_gold, summarize
from reportqa.index.build import build_index
from reportqa.qa import ReportQA

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
SHARED = ROOT.parent / "shared" / "eval"
MEASURES = ("R@1", "R@5", "figure@1", "highlight F1")


def question_sets() -> list[tuple[Path, Path]]:
    """Return the reports with their question sets, the shared one only where it is present."""
    sets = [(path, FIXTURES / f"{path.stem}_questions.jsonl") for path in sorted(FIXTURES.glob("*.txt"))]
    shared = SHARED / "questions_dev.jsonl"
    return [*((path, shared) for path in sorted((ROOT / "corpus").glob("*.txt")) if shared.exists()), *sets]


def measure(opened: list[tuple[ReportQA, Path]]) -> dict[str, float]:
    """Return each measure over the questions of all sets together."""
    rows = [row for qa, gold in opened for row in evaluate(qa, read_gold(gold, qa.documents()))[0]]
    summary = summarize(rows)[ALL]
    return {name: round(summary[name][0], 3) for name in MEASURES}


def main() -> None:
    """Measure with everything, then without each signal, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        opened = []
        for number, (report, gold) in enumerate(question_sets()):
            folder = Path(scratch) / str(number)
            build_index([report], folder)
            opened.append((ReportQA.open(folder), gold))
        results["everything"] = measure(opened)
        for module, name in ((search, "WEIGHTS"), (matching, "WEIGHTS")):
            weights = getattr(module, name)
            for signal in weights:
                with patch.dict(weights, {signal: 0.0}):
                    results[f"{module.__name__.split('.')[-1]} without {signal}"] = measure(opened)
    print("| | " + " | ".join(MEASURES) + " |\n|" + "---|" * (len(MEASURES) + 1))
    for name, values in results.items():
        print(f"| {name} | " + " | ".join(f"{values[measure]:.3f}" for measure in MEASURES) + " |")
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
