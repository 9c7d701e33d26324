"""Measure the whole program on written reports that nothing was fitted on, each in an index of its own.

    python -m training.evaluate [--side test] [--operations] [--json FILE] [--answers FILE]

The encoder never saw the reports of the sides "fit" and "test", the weights those of "test".
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from reportqa.evaluation.running import ALL, evaluate, read_gold, summarize
from reportqa.index.build import build_index
from reportqa.qa import ReportQA
from training import data
from training.operations import wanted

MEASURES = ("R@1", "R@5", "figure@1", "derived", "items F1", "yes or no", "highlight F1", "abstain", "answered")
_TYPES = {"name": "entity"}
# Measured beside those for arithmetic: what the report states in words that sound so, and what lacks an operand.
_BESIDE = ("lookup", "unanswerable")


def gold(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of training data in the form of a question set.

    >>> row = {"id": "1", "document": "r.txt", "q": "谁是校长", "kind": "name", "evidence": "校长王英"}
    >>> gold(row | {"answer": "王英"})["type"]
    'entity'
    """
    kind, answer = row["kind"], row.get("answer") or ""
    if kind == "yesno":
        # Where the verdict is not known, only whether the passage is found counts.
        kind, answer = ("yesno", {"是": "是", "否": "不"}[row["verdict"]]) if "verdict" in row else ("reason", answer)
    return {
        "id": row["id"],
        "document": row["document"],
        "question": row["q"],
        "type": _TYPES.get(kind, kind),
        "evidence": [row["evidence"]] if row.get("evidence") else [],
        "answers": [answer],
        "figures": [{"text": row["figure"], "value": None, "unit": ""}] if row.get("figure") else [],
    }


def operation_gold(row: dict[str, Any]) -> dict[str, Any]:
    """Return a question for arithmetic, or one that only looks so, in the form of a question set.

    >>> row = {"id": "1", "document": "r.txt", "q": "共几所", "operation": "sum", "operands": [], "result": "76所"}
    >>> operation_gold(row)["type"], operation_gold(row)["answers"]
    ('derived', ['76所'])
    """
    kind = "derived" if wanted(row) != "none" else "number" if row["operation"] == "lookup" else "unanswerable"
    operands = row["operands"] if kind != "unanswerable" else []
    return {
        "id": row["id"],
        "document": row["document"],
        "question": row["q"],
        "type": kind,
        "evidence": [one["evidence"] for one in operands],
        "answers": [row["result"] or ""],
        "figures": [{"text": one["figure"], "value": None, "unit": ""} for one in operands],
    }


def questions_of(path: Path, operations: bool) -> list[dict[str, Any]]:
    """Return the questions over a report, or those for arithmetic, in the form of a question set."""
    if not operations:
        return [gold(row) for row in data.lookups(path)]
    rows = data.operations(path)
    return [operation_gold(row) for row in rows if wanted(row) != "none" or row["operation"] in _BESIDE]


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", choices=("train", "fit", "test"), default="test")
    parser.add_argument("--operations", action="store_true", help="ask the questions for arithmetic")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--answers", type=Path)
    options = parser.parse_args()
    rows, records, reports = [], [], 0
    for path in data.report_paths():
        if data.side(path.name) != options.side:
            continue
        if options.operations and not data.operations(path):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            build_index([path], Path(scratch) / "index")
            qa = ReportQA.open(Path(scratch) / "index")
            asked = Path(scratch) / "questions.jsonl"
            golds = questions_of(path, options.operations)
            asked.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in golds), encoding="utf-8")
            questions = read_gold(asked, qa.documents())
            scores, answers = evaluate(qa, questions)
        rows += scores
        records += [
            answer.to_record() | {"id": question.id} for question, answer in zip(questions, answers, strict=True)
        ]
        reports += 1
    means = {name: value for name, value in summarize(rows)[ALL].items() if name in MEASURES}
    for name in MEASURES:
        if name in means:
            print(f"{name:14} {means[name][0]:.3f}  ({means[name][1]})")
    if options.json:
        machine = f"{platform.machine()}, Python {platform.python_version()}"
        made = {"date": str(date.today()), "data": data.fingerprint(), "machine": machine, "reports": reports}
        options.json.write_text(
            json.dumps(made | {"side": options.side, "measures": means}, ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
    if options.answers:
        options.answers.write_text(
            "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
