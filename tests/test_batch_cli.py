"""The batch command: what it prints, what it writes, and how it refuses."""

import json
from pathlib import Path

import openpyxl
import pytest

from reportqa.cli import main

ASKED = ["本学年招生多少人？", "", "全区有几所中职学校？"]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "问题.csv"
    path.write_text("问题,科室\n" + "".join(f'"{one}",招生办\n' for one in ASKED), encoding="gb18030")
    return path


def test_without_an_output_the_records_are_printed(
    built_index: Path, listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch", str(listed), "--index", str(built_index), "--top-k", "2"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["question"] for record in found] == ASKED
    assert [record["科室"] for record in found] == ["招生办"] * 3
    assert [record["status"] for record in found][:2] == ["answered", "error"]
    assert len(found[0]["citations"]) == 2


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".jsonl", ".md", ".docx"])
def test_the_output_is_written_and_the_run_summed_up(
    built_index: Path, listed: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    out = listed.with_name(f"答案{ending}")
    assert main(["batch", str(listed), "-o", str(out), "--index", str(built_index), "--resume"]) == 0
    printed = capsys.readouterr()
    assert "共 3 条" in printed.out + printed.err and "读不出 1 条" in printed.out + printed.err
    assert out.stat().st_size > 100
    assert sorted(path.name for path in out.parent.iterdir()) == sorted([out.name, listed.name])


def test_reviewed_answers_are_taken_from_an_earlier_sheet(built_index: Path, listed: Path) -> None:
    sheet, out = listed.with_name("答案.xlsx"), listed.with_name("答案.jsonl")
    command = ["batch", str(listed), "--index", str(built_index)]
    assert main([*command, "-o", str(sheet)]) == 0
    book = openpyxl.load_workbook(sheet)
    head = [cell.value for cell in book["答案"][1]]
    book["答案"].cell(2, head.index("审核后答案") + 1).value = "招生6191人"
    book.save(sheet)
    assert main([*command, "-o", str(out), "--reviewed", str(sheet)]) == 0
    first = json.loads(out.read_text(encoding="utf-8").split("\n")[0])
    assert (first["answer"], first["message"]) == ("招生6191人", "已审核")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["missing.txt"], "找不到"),
        (["{list}", "-o", "a.pdf"], "不认识的输出类型"),
        (["{list}", "-o", "{list}"], "不能就是问题清单"),
        (["{list}", "--resume"], "-o"),
        (["{list}", "-o", "{folder}/none/a.csv"], "文件夹"),
        (["{list}", "-o", "{folder}/a.csv", "--reviewed", "{list}"], ".xlsx"),
        (["{list}", "--top-k", "0"], "1 到 100"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(
    built_index: Path, listed: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    filled = [option.format(list=listed, folder=listed.parent) for option in options]
    assert main(["batch", *filled, "--index", str(built_index)]) == 2
    errors = capsys.readouterr().err
    assert said in errors and errors.count("\n") == 1
    assert [path.name for path in listed.parent.iterdir()] == [listed.name]
