"""Reviewed answers as training data: each row by hand, the whole way from a batch's sheet, and what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from reportqa.batch import read_questions, run_batch
from reportqa.errors import InputError
from reportqa.figures.extract import extract_figures
from reportqa.qa import ReportQA
from training import data, reviewed
from training.reviewed import Own, Reviewed, make, read_feedback, training_row

NAME = "年报.txt"
TEXT = (
    "青禾区2023年职业教育报告\n\n一、规模\n"
    "全区招生3200人，其中民办学校800人；在校生9100人。设有烹饪、护理和会计3个专业。\n"
    "二、条件\n学校建有食堂2个。教师112人，其中外聘12人。另有12人退休。\n"
)


@pytest.fixture
def reports() -> dict[str, Own]:
    return {NAME: Own(NAME, TEXT, extract_figures(TEXT))}


def row(reports: dict[str, Own], question: str, answer: str, cited: str = "全区招生") -> dict[str, object]:
    start = TEXT.index(cited)
    return training_row(Reviewed(question, answer, ((NAME, start, TEXT.index("\n", start)),), "表 第 1 条"), reports)


def test_a_number_is_found_with_its_sentence(reports: dict[str, Own]) -> None:
    found = row(reports, "民办招了多少", "800人")
    assert found["evidence"] == "全区招生3200人，其中民办学校800人；在校生9100人。"
    assert (found["answer"], found["figure"], found["kind"]) == ("800人", "800人", "number")


def test_a_correction_outside_the_cited_passage_is_found(reports: dict[str, Own]) -> None:
    found = row(reports, "有几个食堂", "食堂2个")
    assert (found["evidence"], found["answer"], found["figure"]) == ("学校建有食堂2个。", "食堂2个", "2个")


def test_words_of_ones_own_are_told_by_their_figures(reports: dict[str, Own]) -> None:
    found = row(reports, "招了多少", "一共3200人（民办800人）")
    assert (found["answer"], found["figure"]) == ("3200人", "3200人")


def test_names_lists_verdicts_and_absent_things(reports: dict[str, Own]) -> None:
    assert row(reports, "有护理专业吗", "是。设有烹饪、护理和会计3个专业")["verdict"] == "是"
    listed = row(reports, "有哪些专业", "烹饪、护理、会计")
    assert (listed["kind"], listed["answer"]) == ("list", "烹饪")
    assert row(reports, "叫什么区", "青禾区")["kind"] == "name"
    absent = row(reports, "学费多少", "报告里没有找到答案")
    assert (absent["kind"], absent["evidence"]) == ("unanswerable", None)


@pytest.mark.parametrize(
    ("answer", "said"),
    [("5200人", "找不到"), ("是", "写上原文的话"), ("12人", "不止一次"), ("校长是王英", "找不到")],
)
def test_what_the_report_does_not_say_once_is_refused(reports: dict[str, Own], answer: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        row(reports, "多少", answer, cited="学校建有" if answer == "12人" else "全区招生")


def test_several_questions_in_a_cell_are_refused(reports: dict[str, Own]) -> None:
    made = make([Reviewed("招生多少人？在校生多少人？", "3200人", ((NAME, 0, 90),), "表 第 7 条")], reports)
    assert not made.rows and made.refused == ["表 第 7 条（招生多少人？在校生多少人？）：一格里有几个问题"]


def test_the_last_word_on_a_question_holds(reports: dict[str, Own], tmp_path: Path) -> None:
    def line(question: str, useful: bool, status: str = "answered", answer: str = "3200人") -> str:
        record = {"question": question, "useful": useful, "status": status, "answer": answer}
        return json.dumps(record | {"time": "", "citations": [[NAME, 0, len(TEXT)]]}, ensure_ascii=False)

    path = tmp_path / "feedback.jsonl"
    lines = [line("招生多少人？", True), line("招生多少人", False), line("学费多少", True, "not_found", "")]
    path.write_text("\n".join([*lines, line("全区招生多少", True)]) + "\n", encoding="utf-8")
    found = list(read_feedback(path))
    assert [(one.question, one.answer) for one in found] == [("学费多少", "报告里没有"), ("全区招生多少", "3200人")]
    # What is written in a sheet comes after it.
    made = make([*found, Reviewed("全区招生多少？", "9100人", ((NAME, 0, len(TEXT)),), "表")], reports)
    assert {one["q"]: one["answer"] for one in made.rows[NAME]} == {"学费多少": None, "全区招生多少？": "9100人"}
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="feedback"):
        list(read_feedback(path))


ANSWERS = {
    "本学年招生多少人？": "6191人",
    "民办学校有几所？": "5所",
    "生师比是多少？": "18.29：1",
    "学费是多少？": "报告里没有",
    "专任教师有多少人？": "1006人",
    "毕业生有多少人？": "九千人",
}


def test_from_a_batch_to_a_folder_that_is_trained_on(
    built_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed, sheet, folder = tmp_path / "q.txt", tmp_path / "a.xlsx", tmp_path / "own"
    listed.write_text("\n".join(ANSWERS), encoding="utf-8")
    run_batch(ReportQA.open(built_index), read_questions(listed), sheet)
    book = openpyxl.load_workbook(sheet)
    head = [cell.value for cell in book["答案"][1]]
    for cells in book["答案"].iter_rows(min_row=2):
        cells[head.index("审核后答案")].value = ANSWERS[cells[head.index("问题")].value]
    book.save(sheet)
    command = ["reviewed", str(folder), str(sheet), "--index", str(built_index)]
    monkeypatch.setattr("sys.argv", command)
    assert reviewed.main() == 0
    said = capsys.readouterr().out
    assert "1 份报告，4 题用来训练，1 题留着比较" in said and "a.xlsx 第 6 条（毕业生有多少人？）" in said
    named = [sys.executable, "-c", "from training import data; print(data.DATA)"]
    environment = os.environ | {"REPORTQA_TRAINING_DATA": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.check_output(named, env=environment, text=True).strip() == str(folder)
    monkeypatch.setattr(data, "DATA", folder)
    (own,) = [path for path in data.report_paths() if path.name.startswith("own_")]
    assert data.side(own.name) == "train" and len(data.report_paths()) > 100
    targets = data.targets(data.take_apart(own), data.questions_of(own))
    assert [target.question for target in targets] == list(ANSWERS)[:4]
    assert [bool(target.figures) for target in targets] == [True, True, True, False]
    assert [target.answerable for target in targets] == [True, True, True, False]
    (kept,) = [json.loads(line) for line in (folder / "kept.jsonl").read_text(encoding="utf-8").splitlines()]
    assert kept["figures"][0]["text"] == "1006人" and kept["document"] in {
        one.name for one in ReportQA.open(built_index).documents()
    }
    # What is there is not written over, and nothing half-written is left.
    assert reviewed.main() == 2 and "已经有" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "own", "q.txt"]


def test_an_empty_review_is_said_in_one_line(
    tmp_path: Path, built_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["reviewed", str(tmp_path / "own"), "--index", str(built_index)])
    assert reviewed.main() == 2
    said = capsys.readouterr().err
    assert "审核后答案" in said and said.count("\n") == 1
    assert not (tmp_path / "own").exists()
