"""The installation by make: which torch is taken, what a person sees of it, what happens where it fails."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from programs import load

setup = load("scripts/setup.py")
platforms = load("scripts/platforms.py")
ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "LOG", tmp_path / "install.log")
    return tmp_path / "install.log"


def pinned() -> str:
    lines = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return next(line.partition(";")[0].strip() for line in lines if line.startswith("torch"))


def test_torch_is_taken_on_linux_alone_and_only_where_it_is_not_there_yet(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(setup, "version", lambda name: "2.12.0+cpu")
    assert setup.torch_wanted() == pinned()
    monkeypatch.setattr(setup, "version", lambda name: pinned().removeprefix("torch==") + "+cpu")
    assert setup.torch_wanted() is None
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(setup, "version", lambda name: "2.12.0")
    assert setup.torch_wanted() is None


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_the_readmes_name_the_torch_of_the_project(name):
    assert f"--torch-backend=cpu {pinned()}\n" in (ROOT / name).read_text("utf-8")


def test_a_step_is_one_line_and_what_the_program_says_is_in_the_log(capsys, log):
    with setup.step("装一个包"):
        setup.run(sys.executable, "-c", "print('much to read')")
    assert re.fullmatch(r"== 装一个包 …… 完成，用时 \d+ 秒\n", capsys.readouterr().out)
    assert "much to read" in log.read_text("utf-8")


def test_a_step_that_fails_says_so(capsys):
    with pytest.raises(setup.Failed), setup.step("装一个包"):
        setup.run(sys.executable, "-c", "raise SystemExit(3)")
    assert "没有成功" in capsys.readouterr().out


def test_an_installation_that_fails_shows_the_end_of_the_log_and_no_traceback(monkeypatch, capsys, log):
    monkeypatch.setattr(setup, "torch_wanted", lambda: None)
    monkeypatch.setattr(setup, "_PIP", (sys.executable, "-c", "import sys; sys.exit('no route')"))
    assert setup.main([]) == 1
    shown = capsys.readouterr()
    assert "no route" in shown.err and str(log) in shown.err and "Traceback" not in shown.err
    assert "450 MB" in shown.out


def test_a_full_disk_is_told_before_anything_is_fetched(monkeypatch, capsys):
    monkeypatch.setattr(setup, "NEEDED_MB", 10**12)
    monkeypatch.setattr(setup, "run", lambda *command: pytest.fail(f"ran {command}"))
    assert setup.main([]) == 1
    assert "磁盘只剩" in capsys.readouterr().err


def test_where_the_cpu_build_cannot_be_reached_the_rest_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(setup.shutil, "which", lambda name: sys.executable)
    setup.take_cpu_torch("torch==0")
    assert "改用软件源里的 torch" in capsys.readouterr().out


def test_every_system_of_the_page_is_one_that_the_script_asks_for():
    page = (ROOT / "docs" / "platforms.md").read_text("utf-8")
    rows = [tuple(line.split(" | ")[:2]) for line in page.splitlines() if re.match(r"\| (Linux|Windows|macOS)", line)]
    assert rows == [(f"| {one.title}", python) for one in platforms.SYSTEMS for python in platforms.PYTHONS]


def test_make_shows_nothing_of_pip():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "pip install" not in makefile
    help_text = subprocess.run(
        [sys.executable, "-m", "reportqa", "serve", "--help"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert "--open" in makefile and "--open" in help_text
