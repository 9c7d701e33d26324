"""What the documentation says can be done can be done, and nothing that can be done is left out."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from reportqa.datamodel import Answer

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.en.md"]
DOCUMENTS = [*READMES, "CHANGELOG.md", "docs/development.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", read(name), re.MULTILINE | re.DOTALL)


def commands(name: str) -> list[tuple[str, ...]]:
    """The arguments of every ``reportqa`` command of a document, in blocks and in lines of text."""
    lines = [line for block in blocks(name, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(reportqa [^`\n]+)`", read(name))
    split = [shlex.split(line, comments=True) for line in lines if line.startswith("reportqa ")]
    return sorted({tuple(words[1:]) for words in split})


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def reportqa_help(*command: str) -> str:
    return run("-m", "reportqa", *command, "--help", folder=ROOT).stdout


@pytest.fixture(scope="session")
def subcommands() -> set[str]:
    """What the command line's own help lists."""
    found = set(re.findall(r"^ {4}([a-z]+)\b", reportqa_help(), re.MULTILINE))
    assert found, "the help lists no command"
    return found


@pytest.fixture
def project(tmp_path: Path, corpus: Path, built_index: Path) -> Path:
    """A folder that looks like the checkout, with the index built and a report of the reader's own beside it."""
    shutil.copytree(corpus, tmp_path / "corpus")
    shutil.copytree(built_index, tmp_path / "index")
    (tmp_path / "报告.txt").write_text("一、基本情况\n全县共有图书馆3座，藏书12.5万册。\n", "utf-8")
    (tmp_path / "问题.txt").write_text("本学年招生多少人？\n生师比是多少？\n", "utf-8")
    question = {"question": "本学年招生多少人？", "type": "number", "evidence": ["招生6191人"], "answers": ["6191人"]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(question, ensure_ascii=False), "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", READMES)
def test_every_subcommand_is_documented_and_every_documented_one_exists(name, subcommands):
    assert {command[0] for command in commands(name)} == subcommands


def test_every_subcommand_says_what_it_is_for(subcommands):
    listed = reportqa_help()
    for name in subcommands:
        assert re.search(rf"^ {{4}}{name} .*[\u4e00-\u9fff]", listed, re.MULTILINE), name
        assert re.search(r"[\u4e00-\u9fff]", reportqa_help(name)), name


def test_both_readmes_show_the_same_commands_and_code():
    assert commands("README.md") == commands("README.en.md")
    assert blocks("README.md", "python") == blocks("README.en.md", "python")


@pytest.mark.parametrize("command", [c for c in commands("README.md") if c[0] != "serve"], ids=" ".join)
def test_a_command_of_the_readme_runs(command, project):
    done = run("-m", "reportqa", *command, folder=project)
    assert done.returncode == 0, done.stderr
    if "--json" in command:
        assert json.loads(done.stdout)["citations"]
    if "-o" in command:
        assert (project / command[command.index("-o") + 1]).stat().st_size > 0


@pytest.mark.parametrize("command", [c for c in commands("README.md") if c[0] == "serve"], ids=" ".join)
def test_the_options_shown_for_serve_exist(command):
    offered = reportqa_help("serve")
    assert all(word in offered for word in command if word.startswith("--"))


def test_app_py_serves_the_page(project):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    app = subprocess.Popen([sys.executable, ROOT / "app.py", "--port", str(port)], cwd=project)
    try:
        assert "<html" in first_answer(f"http://127.0.0.1:{port}/", app)
    finally:
        app.terminate()
        app.wait(timeout=30)


def first_answer(url: str, app: subprocess.Popen[bytes]) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 120
    while True:
        try:
            with direct.open(url, timeout=10) as answer:
                return answer.read().decode("utf-8")
        except OSError:
            assert app.poll() is None, "app.py ended before the page answered"
            assert time.monotonic() < deadline, "the page did not answer"
            time.sleep(0.2)


def test_the_code_of_the_readme_runs(project):
    (code,) = blocks("README.md", "python")
    done = run("-c", code, folder=project)
    assert done.returncode == 0, done.stderr
    assert "6191" in done.stdout


@pytest.mark.parametrize("name", READMES)
def test_the_fields_of_the_answer_record_are_those_of_an_answer(name):
    documented = re.findall(r"^\| `(\w+)` \|", read(name), re.MULTILINE)
    assert documented == list(Answer(question="招生多少人？", status="not_found").to_record())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_and_every_link_of_a_document_is_there(name):
    text = read(name)
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets
    folder = (ROOT / name).parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [link for link in links if not (folder / link).exists()] == []
