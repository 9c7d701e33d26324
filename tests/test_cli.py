"""The command line: what a person gets, and one line on stderr with exit 2 for whatever is wrong."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import openpyxl
import pytest

from reportqa.cli import main
from reportqa.index.entries import DocumentEntry, PassageEntry, PassageVectors
from reportqa.index.writing import write_index
from reportqa.text.records import Document, Paragraph, Passage, Section, Span

QUESTION = "本学年招生多少人？"


def run(*arguments, cwd=None, **environment):
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "reportqa", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        env=os.environ | environment,
        check=False,
    )


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def fails(capsys):
    """Run a command that must fail in one line, and return the line."""

    def check(*arguments):
        assert main([str(argument) for argument in arguments]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith("reportqa: ")
        assert shown.err.count("\n") == 1
        assert shown.err.endswith("\n")
        return shown.err

    return check


def test_the_answer_on_the_terminal(built_index, capsys):
    assert main(["ask", QUESTION, "--index", str(built_index)]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "6191人  确定\n" in shown.out
    assert "一、区域中职教育概况 › （三）学生规模" in shown.out
    assert "[1]" in shown.out


def test_the_answer_as_json(built_index):
    done = run("ask", QUESTION, "--json", "--top-k", 3, "--index", built_index)
    assert (done.returncode, done.stderr) == (0, "")
    record = json.loads(done.stdout)
    assert (record["schema"], record["status"], record["question"]) == (1, "answered", QUESTION)
    assert "6191人" in record["answer"]
    assert 1 <= len(record["citations"]) <= 3
    assert record["citations"][0]["section"] == ["一、区域中职教育概况", "（三）学生规模"]


def test_citations_quote_the_report(built_index, corpus, capsys):
    text = next(corpus.glob("*.txt")).read_text(encoding="utf-8")
    assert main(["ask", QUESTION, "--json", "--index", str(built_index)]) == 0
    for citation in json.loads(capsys.readouterr().out)["citations"]:
        assert citation["text"] == text[citation["start"] : citation["end"]]
        assert all(citation["start"] <= low < high <= citation["end"] for low, high in citation["highlights"])


def test_output_is_utf8_whatever_the_console(built_index):
    done = run("ask", QUESTION, "--index", built_index, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "6191人" in done.stdout


def test_a_reader_that_stops_early_is_no_error(built_index):
    command = [sys.executable, "-m", "reportqa", "figures", "--format", "jsonl", "--index", str(built_index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_figures_in_every_form(built_index, tmp_path, capsys):
    common = ["figures", "--index", str(built_index), "--format"]
    assert main([*common, "jsonl"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"indicator", "value", "unit", "document", "section"} <= set(records[0])
    assert [record["start"] for record in records] == sorted(record["start"] for record in records)
    assert any((record["indicator"], record["value"]) == ("招生", 6191) for record in records)
    assert main([*common, "csv"]) == 0
    assert len(list(csv.reader(io.StringIO(capsys.readouterr().out)))) == len(records) + 1
    assert main([*common, "xlsx", "-o", str(tmp_path / "数据.xlsx")]) == 0
    book = openpyxl.load_workbook(tmp_path / "数据.xlsx", read_only=True)
    assert sum(1 for _ in book.active.rows) == len(records) + 1
    book.close()
    assert main([*common, "table"]) == 0
    assert "6191人" in capsys.readouterr().out


def test_index_of_several_paths_and_again(here, capsys):
    """Files of one name in two folders and a single file; the second run finds nothing to do."""
    for path, text in {
        "a/r.txt": "一、甲\n招生1人。",
        "b/r.txt": "一、乙\n招生2人。",
        "c.md": "# 丙\n招生3人。",
    }.items():
        (here / path).parent.mkdir(exist_ok=True)
        (here / path).write_text(text, encoding="utf-8")
    assert main(["index", "a", "b", "c.md"]) == 0
    assert "索引建好：3 份报告" in capsys.readouterr().out
    before = (here / "index" / "manifest.json").read_bytes()
    assert main(["index", "a", "b", "c.md"]) == 0
    shown = capsys.readouterr()
    assert "索引已是最新：3 份报告" in shown.out
    assert shown.err == ""
    assert (here / "index" / "manifest.json").read_bytes() == before
    assert main(["ask", "甲招生多少人", "--json"]) == 0
    names = {citation["document"] for citation in json.loads(capsys.readouterr().out)["citations"]}
    assert names <= {"a/r.txt", "b/r.txt", "c.md"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "缺少参数"),
        (["frob"], "没有这个选择"),
        (["ask"], "缺少参数"),
        (["ask", ""], "问题是空的"),
        (["ask", " \t\n"], "问题是空的"),
        (["ask", "？！"], "问题是空的"),
        (["ask", "招" * 501], "问题太长"),
        (["ask", QUESTION, "--top-k", "0"], "1 到 100"),
        (["ask", QUESTION, "--top-k", "101"], "1 到 100"),
        (["ask", QUESTION, "--top-k", "-3"], "1 到 100"),
        (["ask", QUESTION, "--top-k", "三"], "1 到 100"),
        (["ask", QUESTION, "--top-k"], "要有一个值"),
        (["ask", QUESTION, "多余"], "不认识的参数"),
        (["ask", QUESTION], "还没有索引"),
        (["ask", QUESTION, "--index", "nowhere"], "还没有索引"),
        (["ask", QUESTION, "--index", "长" * 300], "索引"),
        (["figures"], "还没有索引"),
        (["figures", "--format", "pdf"], "没有这个选择"),
        (["index"], "找不到文件或文件夹：corpus"),
        (["index", "nowhere"], "找不到文件或文件夹"),
        (["index", "长" * 300], "打不开"),
        (["index", "empty"], "没有可读的报告"),
        (["index", "binary.txt"], "不是文本文件"),
        (["index", "empty.txt"], "文件是空的"),
        (["index", "report.docx"], "不是 Word 文档"),
        (["index", "report.xyz"], "不认识的文件类型"),
        (["index", "report.txt", "--model", "./nowhere"], "找不到模型"),
        (["serve", "--port", "0"], "端口"),
        (["serve", "--port", "http"], "端口"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_in_one_line_and_nothing_is_written(here, fails, arguments, reason):
    (here / "empty").mkdir()
    (here / "binary.txt").write_bytes(b"\x89PNG\0\0")
    (here / "empty.txt").write_bytes(b"")
    (here / "report.docx").write_bytes(b"PK")
    (here / "report.xyz").write_bytes(b"PK")
    (here / "report.txt").write_text("招生1人。", encoding="utf-8")
    before = sorted(here.iterdir())
    assert reason in fails(*arguments)
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize("arguments", [["ask", ""], ["index", "nowhere"], ["frob"], ["ask", QUESTION, "--index", "x"]])
def test_no_traceback_leaves_the_process(tmp_path, arguments):
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("reportqa: ")
    assert done.stderr.count("\n") == 1


def test_a_workbook_needs_a_file(built_index, fails):
    assert "-o" in fails("figures", "--format", "xlsx", "--index", built_index)
    assert "写不了文件" in fails("figures", "--format", "csv", "-o", "/nowhere/f.csv", "--index", built_index)


def test_a_damaged_index(built_index, tmp_path, fails):
    shutil.copytree(built_index, tmp_path / "index")
    next((tmp_path / "index").glob("generation-*/*.faiss")).write_bytes(b"")
    for command in (["ask", QUESTION], ["figures"]):
        assert "索引损坏" in fails(*command, "--index", tmp_path / "index")
    (tmp_path / "index" / "manifest.json").write_text("{}", encoding="utf-8")
    assert "索引损坏" in fails("ask", QUESTION, "--index", tmp_path / "index")


def test_an_index_of_another_model(tmp_path, fails):
    text = "招生6191人。"
    span = Span(0, len(text))
    row = np.eye(1, 24, dtype=np.float32)
    passage = PassageEntry(
        Passage("r.txt", (), 1, (span,)), text, ((0, len(text), True),), PassageVectors(row, row[:0]), ()
    )
    section = Section("r.txt", (), 0, None, (Paragraph("r.txt", (), 1, (span,)),))
    entry = DocumentEntry(Document("r.txt", text, "0"), (section,), (), (passage,))
    write_index(tmp_path / "index", [entry], "另一个模型", 24)
    message = fails("ask", QUESTION, "--index", tmp_path / "index")
    assert "另一个模型（24 维）" in message
    assert "reportqa index" in message


def test_bytes_that_are_no_text_are_a_question_like_any_other(built_index):
    if os.name == "nt":
        pytest.skip("arguments are text there")
    done = subprocess.run(
        [sys.executable, "-m", "reportqa", "ask", "招生\udcff多少", "--index", str(built_index)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], ["index"], ["ask"], ["figures"], ["serve"], ["model"]])
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    assert "reportqa" in capsys.readouterr().out
