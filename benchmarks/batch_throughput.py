"""Questions a second through a whole batch, from the list to the finished document.

python benchmarks/batch_throughput.py                     3,000 questions on the figures of corpus/
python benchmarks/batch_throughput.py cmrc2018_trial.json    the questions of a CMRC file over its paragraphs
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from reportqa.batch import WRITERS, QuestionList, answer_rows, read_questions, run_batch, summarise, write_document
from reportqa.index.build import build_index
from reportqa.qa import ReportQA

COUNT = 3_000
FORMS = (
    "{}是多少？", "请问{}有多少？", "{}一共是多少", "报告里说的{}到底有多少？", "{}大概是多少呢？",
    "想了解一下{}的情况", "本年度{}达到多少？", "去年{}是多少？", "{}包括哪些方面？", "为什么{}是这个数？",
    *(f"{year}年{{}}是多少？" for year in range(2005, 2025)),
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


def measure(qa: ReportQA, questions: QuestionList, folder: Path) -> dict[str, Any]:
    """Measure the list answered into JSON Lines from end to end, and each kind of document written from its answers."""
    start, work = time.perf_counter(), time.process_time()
    run_batch(qa, questions, folder / "answers.jsonl")
    seconds, work = time.perf_counter() - start, time.process_time() - work
    rows = list(answer_rows(qa, questions))
    summary = summarise(rows)
    writing = {}
    for ending in WRITERS:
        start = time.perf_counter()
        write_document(folder / f"document{ending}", questions, rows, summary)
        writing[ending] = round(time.perf_counter() - start, 2)
    return {
        "questions": len(questions),
        "characters_per_question": round(sum(len(row.question) for row in questions.rows) / len(questions), 1),
        "seconds_to_jsonl": round(seconds, 1),
        "questions_per_second": round(len(questions) / seconds, 1),
        "processor_milliseconds_per_question": round(work / len(questions) * 1000, 1),
        "seconds_to_write": writing,
        "answered": summary.answered,
        "not_found": summary.not_found,
        "errors": len(summary.errors),
    }


def right_paragraphs(answers: Path) -> int:
    """Count the questions whose first citation stands in the paragraph that they were asked about."""
    found = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    return sum([one["paragraph"]] == [first["document"] for first in one["citations"][:1]] for one in found)


def main() -> None:
    """Build an index, run a batch over it and print one JSON object; the load is that of the machine beforehand."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    results: dict[str, Any] = {"machine": machine, "load": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reports, listed = cmrc_questions(data, folder) if data else (Path(__file__).parents[1] / "corpus", None)
        build_index([reports], folder / "index")
        qa = ReportQA.open(folder / "index")
        questions = read_questions(listed or report_questions(qa, folder))
        qa.answer_all([row.question for row in questions.rows[:300]])  # what a run loads once is not its speed
        results |= measure(qa, questions, folder)
        if data:
            results["first_citation_in_right_paragraph"] = right_paragraphs(folder / "answers.jsonl")
    print(json.dumps(results, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
