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

import openpyxl
import pytest

from reportqa.text.records import Answer

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.en.md"]
GUIDES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
DOCUMENTS = [*READMES, "CHANGELOG.md", "SECURITY.md", *GUIDES]
# Words that begin a command in a line of text: `make run`, not `corpus/`.
PROGRAMS = ("make", "python", "pip", "pytest", "reportqa", "source", "curl", "sh", ".venv/bin/", "./", "REPORTQA_")
# What no test of this file runs as it stands, and why.
NOT_RUN = {
    "python -m venv .venv": "every make target begins with it; the tests themselves run in what it makes",
    "source .venv/bin/activate": "it changes the reader's shell",
    "pip install -e .": "make setup runs it before the tests do",
    "pip install reportqa[milvus]": "the tests themselves run where it is installed",
    "pip install uv": "scripts/setup.py takes the CPU build of torch in this way: test_setup.py",
    "uv pip install --torch-backend=cpu torch==2.13.0": "the same",
    "python app.py": "it serves until it is stopped: test_app_py_serves_the_page",
    "curl": "it takes a server: test_web_api.py and test_serving.py run every one",
    "make": "a target may set up, serve or wait for minutes: below it is looked for, and make test is this run",
}
# The name of a command, said without the argument that it takes.
NAMED = {("ask",), ("batch",), ("eval",), ("model",)}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", read(name), re.MULTILINE | re.DOTALL)


def commands(name: str) -> list[tuple[str, ...]]:
    """The arguments of every ``reportqa`` command of a document, in blocks and in lines of text."""
    split = [shlex.split(line, comments=True) for line in shell_lines(name) if line.startswith("reportqa ")]
    return sorted({tuple(words[1:]) for words in split})


def shell_lines(name: str) -> list[str]:
    """Every command of a document, in blocks and in lines of text."""
    lines = [line for block in blocks(name, "sh") for line in block.splitlines() if line.strip()]
    quoted = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", read(name))
    return lines + [line for line in quoted if " " in line and line.startswith(PROGRAMS)]


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
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "报告.txt").write_text("一、基本情况\n全县共有图书馆3座，藏书12.5万册。\n", "utf-8")
    (tmp_path / "问题.txt").write_text("本学年招生多少人？\n生师比是多少？\n", "utf-8")
    question = {"question": "本学年招生多少人？", "type": "number", "evidence": ["招生6191人"], "answers": ["6191人"]}
    for name in ("questions.jsonl", "QUESTIONS.jsonl"):
        (tmp_path / name).write_text(json.dumps(question, ensure_ascii=False), "utf-8")
    book = openpyxl.Workbook()
    book.active.append(["问题"])
    book.active.append(["本学年招生多少人？"])
    book.save(tmp_path / "问题.xlsx")
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


def is_run(command: tuple[str, ...]) -> bool:
    """Whether it ends, and needs nothing that a reader has to bring (a model, a server) or (…) to fill in."""
    words = " ".join(command)
    return command[0] != "serve" and "--model" not in command and not re.search("…|K/N|milvus:http", words)


WRITTEN = sorted({c for name in DOCUMENTS for c in commands(name)} - NAMED)
RUN = [command for command in WRITTEN if is_run(command)]


@pytest.mark.parametrize("command", RUN, ids=" ".join)
def test_a_command_of_the_documents_runs(command, project):
    done = run("-m", "reportqa", *command, folder=project)
    assert done.returncode == 0, done.stderr
    if "--json" in command:
        assert json.loads(done.stdout)["citations"]
    if "-o" in command:
        assert (project / command[command.index("-o") + 1]).stat().st_size > 0


SHOWN = [command for command in WRITTEN if not is_run(command)]


@pytest.mark.parametrize("command", SHOWN, ids=" ".join)
def test_the_options_of_what_is_not_run_exist(command):
    """Serving does not end, and ``--model my-model`` is a folder that the reader has brought."""
    offered = reportqa_help(command[0])
    assert all(word in offered for word in command if word.startswith("--"))


OTHERS = sorted({line for name in DOCUMENTS for line in shell_lines(name) if not line.startswith("reportqa ")})


@pytest.mark.parametrize("line", OTHERS)
def test_every_other_command_is_a_program_of_the_project_or_said_not_to_be_run(line):
    words = shlex.split(line, comments=True)
    if any(" ".join(words).startswith(known) for known in NOT_RUN):
        return
    while re.fullmatch(r"REPORTQA_[A-Z_]+=\S+", words[0]):
        variable = words.pop(0).split("=")[0]
        assert any(variable in path.read_text("utf-8") for path in (ROOT / "tests").glob("*.py"))
    program, *given = words
    if program.removeprefix(".venv/bin/") in ("pytest", "ruff", "mypy", "lint-imports"):
        assert all((ROOT / one.split("::")[0]).exists() for one in given if one.startswith("tests/"))
        return
    assert program == "python", f"nothing says how this is tried: {line}"
    named = given[:2] if given[0] == "-m" else [str(ROOT / given[0])]
    done = run(*named, "--help", folder=ROOT)
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in given if word.startswith("--"))


def test_what_is_not_run_is_still_there():
    every = [" ".join(shlex.split(line, comments=True)) for name in DOCUMENTS for line in shell_lines(name)]
    assert [known for known in NOT_RUN if not any(line.startswith(known) for line in every)] == []


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


EXAMPLES = {f"{name} {number}": code for name in ["README.md", *GUIDES] for number, code in
            enumerate(blocks(name, "python"), 1)}  # fmt: skip
# A line of what each prints.
PRINTED = {
    "README.md 1": "6191人",
    "docs/extending.md 1": "招生6191人。",
    "docs/extending.md 2": "12 万亩 80000000 平方米",
    "docs/extending.md 3": "True",
    "docs/extending.md 4": "1.0",
    "docs/extending.md 5": "竟成中学校有多少学生 竟成中学 竟成",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_code_of_the_documents_runs(name, project):
    done = run("-c", EXAMPLES[name], folder=project)
    assert done.returncode == 0, done.stderr
    assert PRINTED[name] in done.stdout.splitlines()


@pytest.mark.parametrize("name", READMES)
def test_the_fields_of_the_answer_record_are_those_of_an_answer(name):
    documented = re.findall(r"^\| `(\w+)` \|", read(name), re.MULTILINE)
    assert documented == list(Answer(question="招生多少人？", status="not_found").to_record())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_and_every_link_of_a_document_is_there(name):
    text = read(name)
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    folder = (ROOT / name).parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    assert [link for link in links if not (folder / link).exists()] == []
