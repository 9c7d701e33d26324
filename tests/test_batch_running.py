"""A batch over the given report: the same answers as one by one, runs that are killed, answers that were reviewed."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from reportqa.batch import answer_rows, json_line, read_questions, run_batch
from reportqa.batch.running import CHUNK
from reportqa.errors import InputError
from reportqa.qa import ReportQA

QUESTIONS = [
    "本学年招生多少人？",
    "",
    "请问本学年招生有多少人呢？",
    "双师型教师占比多少？",
    "本学年招生多少人",
    "？？？",
    "全区有几所中职学校？",
    "生师比是多少？",
]
# `REPORTQA_KILLS=50 pytest tests/test_batch_running.py -k killed` tries longer.
KILLS = int(os.environ.get("REPORTQA_KILLS", "5"))


@pytest.fixture(scope="module")
def qa(built_index: Path) -> ReportQA:
    return ReportQA.open(built_index)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "问题.txt"
    path.write_text("\n".join(QUESTIONS), encoding="utf-8")
    return path


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_row_comes_back_in_order(qa: ReportQA, listed: Path, tmp_path: Path) -> None:
    summary = run_batch(qa, read_questions(listed), tmp_path / "a.jsonl")
    found = records(tmp_path / "a.jsonl")
    assert [record["question"] for record in found] == QUESTIONS
    assert [record["status"] == "error" for record in found] == [not any(map(str.isalnum, one)) for one in QUESTIONS]
    assert [str(found[row - 1]["message"])[:6] for row in summary.errors] == ["第 2 条：", "第 6 条："]
    assert (summary.total, summary.errors) == (len(QUESTIONS), (2, 6))
    assert summary.answered + summary.not_found + 2 == len(QUESTIONS)
    assert [(one.row, one.of, one.exact) for one in summary.duplicates] == [(3, 1, False), (5, 1, True)]
    counts = f"有答案 {summary.answered} 条，报告里没有 {summary.not_found} 条，读不出 2 条"
    assert summary.lines()[0] == f"共 8 条：{counts}。"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "问题.txt"]


def test_a_batch_gives_what_single_questions_give(qa: ReportQA, listed: Path, tmp_path: Path) -> None:
    run_batch(qa, read_questions(listed), tmp_path / "a.jsonl", top_k=3)
    for record in records(tmp_path / "a.jsonl"):
        if record["status"] != "error":
            record.pop("duplicate", None)
            assert record == qa.ask(str(record["question"]), top_k=3).to_record()


def test_rows_shown_as_they_come_are_those_of_the_document(qa: ReportQA, listed: Path, tmp_path: Path) -> None:
    questions, progress = read_questions(listed), []
    run_batch(qa, questions, tmp_path / "a.jsonl", progress=lambda done, total: progress.append((done, total)))
    assert "".join(map(json_line, answer_rows(qa, questions))) == (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert progress == [(0, len(QUESTIONS)), (len(QUESTIONS), len(QUESTIONS))]


def test_what_cannot_be_written_is_said_before_any_work(qa: ReportQA, listed: Path, tmp_path: Path) -> None:
    questions = read_questions(listed)
    for out, said in ((tmp_path / "a.pdf", "不认识"), (tmp_path / "none" / "a.csv", "文件夹"), (tmp_path, "不认识")):
        with pytest.raises(InputError, match=said):
            run_batch(qa, questions, out)
    with pytest.raises(InputError, match="不是本程序写的"):
        openpyxl.Workbook().save(tmp_path / "other.xlsx")
        run_batch(qa, questions, tmp_path / "a.csv", reviewed=tmp_path / "other.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.xlsx", "问题.txt"]


def test_a_run_of_other_questions_is_not_continued(qa: ReportQA, listed: Path, tmp_path: Path) -> None:
    out, questions = tmp_path / "a.csv", read_questions(listed)
    with pytest.raises(KeyboardInterrupt):
        run_batch(qa, questions, out, progress=_interrupt)
    assert (tmp_path / "a.csv.partial").exists() and not out.exists()
    with pytest.raises(InputError, match="不能接着"):
        run_batch(qa, questions, out, top_k=2, resume=True)
    run_batch(qa, questions, out, resume=True)
    assert out.exists() and not (tmp_path / "a.csv.partial").exists()


def _interrupt(done: int, total: int) -> None:
    raise KeyboardInterrupt


# A run whose chunks are small, so that there are many moments at which to kill it.
RUN = """
import sys
from pathlib import Path
from reportqa.batch import read_questions, run_batch, running
from reportqa.qa import ReportQA
running.CHUNK = 4
index, questions, out = map(Path, sys.argv[1:])
run_batch(ReportQA.open(index), read_questions(questions), out, resume=True)
"""


@pytest.mark.parametrize("ending", [".xlsx", ".jsonl"])
def test_a_killed_run_goes_on_to_the_same_file(built_index: Path, tmp_path: Path, ending: str) -> None:
    listed = tmp_path / "问题.txt"
    listed.write_text("\n".join(f"{year}年{one}" for year in range(2020, 2026) for one in QUESTIONS), encoding="utf-8")
    whole = tmp_path / f"whole{ending}"
    started = time.monotonic()
    assert _start(built_index, listed, whole).wait() == 0
    seconds = time.monotonic() - started
    kills = KILLS // 2 if ending == ".jsonl" else KILLS - KILLS // 2
    for attempt in range(kills):
        out = tmp_path / f"killed{attempt}{ending}"
        run = _start(built_index, listed, out)
        # The moments are random; what they must lead to is not.
        time.sleep(random.uniform(0.3, 1.0) * seconds)
        run.kill()
        run.wait()
        assert not out.exists() or out.read_bytes() == whole.read_bytes()
        assert _start(built_index, listed, out).wait() == 0
        assert out.read_bytes() == whole.read_bytes()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"问题.txt", whole.name, *(f"killed{attempt}{ending}" for attempt in range(kills))}


def _start(index: Path, questions: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", RUN, str(index), str(questions), str(out)])


def test_chunks_are_whole_after_a_kill_in_the_middle_of_a_line(qa: ReportQA, tmp_path: Path) -> None:
    listed, out = tmp_path / "q.txt", tmp_path / "a.jsonl"
    listed.write_text("\n".join(f"{QUESTIONS[0]}{number}" for number in range(CHUNK + 2)), encoding="utf-8")
    questions, seen = read_questions(listed), []

    def interrupt(done: int, total: int) -> None:
        seen.append(done)
        if done == CHUNK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(qa, questions, out, progress=interrupt)
    journal = tmp_path / "a.jsonl.partial"
    journal.write_bytes(journal.read_bytes() + b'[{"schema": 1, "id"')
    run_batch(qa, questions, out, resume=True, progress=lambda done, total: seen.append(done))
    assert seen == [0, CHUNK, CHUNK, CHUNK + 2]
    assert [record["question"] for record in records(out)] == [row.question for row in questions.rows]


def test_each_question_of_a_cell_is_answered_and_cited(qa: ReportQA, tmp_path: Path) -> None:
    listed = tmp_path / "q.csv"
    listed.write_text('问题\n"本学年招生多少人？生师比是多少？"\n' + "毕业生多少人？" * 51, encoding="utf-8")
    both, many = answer_rows(qa, read_questions(listed))
    alone = [qa.ask(one) for one in ("本学年招生多少人？", "本学年生师比是多少")]
    assert both.answer.answer == "；".join(one.answer for one in alone)
    assert [one.text for one in both.answer.citations] == [one.citations[0].text for one in alone]
    assert (many.answer.status, many.answer.message) == ("error", "第 2 条：一格里有 51 个问题，最多 50 个：请分成几行")


def review(path: Path, **answers: str) -> None:
    """Fill in 审核后答案 as a person would, by question."""
    book = openpyxl.load_workbook(path)
    sheet = book["答案"]
    head = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        question = row[head.index("问题")].value
        if question in answers:
            row[head.index("审核后答案")].value = answers[question]
    book.save(path)


def test_reviewed_answers_are_taken_up_again(qa: ReportQA, listed: Path, tmp_path: Path) -> None:
    sheet, again = tmp_path / "答案.xlsx", tmp_path / "again.xlsx"
    run_batch(qa, read_questions(listed), sheet)
    corrected = "招生6191人，其中技工等学校1455人"
    review(sheet, **{"本学年招生多少人？": corrected})
    summary = run_batch(qa, read_questions(listed), again, reviewed=sheet)
    # The fifth row asks the same without the question mark.
    assert (summary.reviewed, summary.outdated) == ((1, 5), ())
    rows = list(answer_rows(qa, read_questions(listed), reviewed=again))
    assert (rows[0].answer.answer, rows[0].answer.status, rows[0].answer.message) == (corrected, "answered", "已审核")
    assert next(cited.figure.text for cited in rows[0].answer.figures) == "6191人"
    assert not rows[2].reviewed and rows[2].answer.message != "已审核"
    head, first = ([cell.value for cell in row] for row in openpyxl.load_workbook(again)["答案"]["1:2"])
    assert first[head.index("审核后答案")] == corrected


def test_a_reviewed_answer_whose_source_changed_is_to_be_looked_at(qa: ReportQA, listed: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "答案.xlsx"
    run_batch(qa, read_questions(listed), sheet)
    review(sheet, **{"本学年招生多少人？": "6200人"})
    book = openpyxl.load_workbook(sheet)
    head = [cell.value for cell in book["答案"][1]]
    book["答案"].cell(2, head.index("原文校验") + 1).value = "0" * 16
    book.save(sheet)
    summary = run_batch(qa, read_questions(listed), tmp_path / "b.jsonl", reviewed=sheet)
    assert (summary.reviewed, summary.outdated) == ((), (1, 5))
    record = records(tmp_path / "b.jsonl")[0]
    assert str(record["message"]).startswith("待复核：原文已变，审核过的答案是“6200人”")
    assert record["answer"] == qa.ask(QUESTIONS[0]).answer
