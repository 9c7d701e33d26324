"""Questions a second through a whole batch, from the list to the finished document.

python benchmarks/batch_throughput.py                     3,000 questions on the figures of corpus/
python benchmarks/batch_throughput.py cmrc2018_trial.json    the questions of a CMRC file over its paragraphs
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from reportqa.batch import QuestionList, read_questions, run_batch
from reportqa.index import build_index
from reportqa.qa import ReportQA

COUNT = 3_000
FORMS = (
    "{}是多少？", "请问{}有多少？", "{}一共是多少", "报告里说的{}到底有多少？", "{}大概是多少呢？", "想了解一下{}的情况",
    "本年度{}达到多少？", "去年{}是多少？", "{}包括哪些方面？", "为什么{}是这个数？",
)  # fmt: skip


def report_questions(qa: ReportQA, folder: Path) -> Path:
    """Write a list that asks for the report's figures in several ways, each question once."""
    named = dict.fromkeys(f"{figure.scope}{figure.indicator}" for figure in qa.figures() if figure.indicator)
    asked = (form.format(name) for form in FORMS for name in named)
    path = folder / "questions.txt"
    path.write_text("\n".join(islice(asked, COUNT)), encoding="utf-8")
    return path


def cmrc_questions(data: Path, folder: Path) -> tuple[Path, Path]:
    """Write every paragraph of a CMRC file as a report of its own, and its questions as JSON Lines."""
    reports, path = folder / "reports", folder / "questions.jsonl"
    reports.mkdir()
    with path.open("w", encoding="utf-8") as file:
        for entry in json.loads(data.read_text(encoding="utf-8"))["data"]:
            for paragraph in entry["paragraphs"]:
                name = f"{paragraph['id']}.txt"
                (reports / name).write_text(paragraph["context"], encoding="utf-8")
                for one in paragraph["qas"]:
                    record = {"id": one["id"], "question": one["question"], "paragraph": name}
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return reports, path


def measure(qa: ReportQA, questions: QuestionList, folder: Path) -> None:
    """Print one line for each kind of document; the first run warms nothing that a person's first run would not."""
    letters = sum(len(row.question) for row in questions.rows) / len(questions)
    print(f"{len(questions)} questions of {letters:.1f} characters")
    for ending in (".jsonl", ".csv", ".md", ".xlsx", ".docx"):
        wall, work = time.perf_counter(), time.process_time()
        summary = run_batch(qa, questions, folder / f"answers{ending}")
        wall, work = time.perf_counter() - wall, time.process_time() - work
        rate = f"{wall:.1f} s, {len(questions) / wall:.0f} questions/s, {work / len(questions) * 1000:.1f} ms of processor each"
        print(f"{ending}: {rate}; {summary.lines()[0]}")


def main() -> None:
    """Build an index, answer the list into every kind of document, and for CMRC say how often the paragraph was right."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = Path(__file__).parents[1] / "corpus"
        reports, listed = cmrc_questions(data, folder) if data else (corpus, folder)
        build_index([reports], folder / "index")
        qa = ReportQA.open(folder / "index")
        qa.answer_all(["本学年招生多少人？"] * 2)
        questions = read_questions(listed if data else report_questions(qa, folder))
        measure(qa, questions, folder)
        if data:
            found = [json.loads(line) for line in (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
            right = sum(
                one["citations"][:1] != [] and one["citations"][0]["document"] == one["paragraph"] for one in found
            )
            print(f"first citation from the right paragraph: {right} of {len(found)}")


if __name__ == "__main__":
    main()
