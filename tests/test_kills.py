"""Builds that are killed, or run out of room, at any moment: the old index answers and the next build succeeds."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from reportqa.index.build import build_index
from reportqa.index.folder import FolderStore
from reportqa.qa import ReportQA

# `REPORTQA_KILLS=50 pytest tests/test_kills.py` tries longer.
KILLS = int(os.environ.get("REPORTQA_KILLS", "5"))
REPORTS = 6

BUILD = """
import sys
from pathlib import Path
from reportqa.index.build import build_index
build_index([Path("corpus")], Path("index"))
"""


def write_reports(folder: Path, edition: int) -> None:
    """Write the reports of an edition: each changes one, takes one out, and has one that no other has."""
    shutil.rmtree(folder / "corpus", ignore_errors=True)
    (folder / "corpus").mkdir()
    for number in range(REPORTS):
        if number != edition % REPORTS:
            count = edition * 100 + 7 if number == (edition + 1) % REPORTS else number * 100
            text = (
                f"第{number}县年报\n（2024年）\n一、学生\n第{number}县招生{count}人。\n二、经费\n投入{number}.5亿元。\n"
            )
            (folder / "corpus" / f"{number}.txt").write_text(text, "utf-8")
    own = f"一、教师\n第{edition}版报告称共有教师{edition}人。\n"
    (folder / "corpus" / f"版{edition}.txt").write_text(own, "utf-8")
    (folder / "corpus" / "报告信息.csv").write_text(f"文件,年份\n版{edition}.txt,{2000 + edition}\n", "utf-8")


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (folder / "corpus").glob("*.txt")}


def texts_in_index(folder: Path) -> dict[str, str]:
    with closing(FolderStore(folder / "index")) as store:
        return {document.name: document.text for document in store.documents()}


def edition_of(folder: Path) -> int:
    """Which edition an index answers from: it must be one of them, whole."""
    qa = ReportQA.open(folder / "index")
    answer = qa.ask("共有教师多少人？").answer
    edition = int(answer.removesuffix("人"))
    assert f"版{edition}.txt" in qa.store.manifest.documents
    assert qa.store.info(f"版{edition}.txt").year == 2000 + edition
    qa.store.close()
    return edition


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", BUILD], cwd=folder)


def kill_within(build: subprocess.Popen[bytes], least: float, most: float) -> None:
    """Kill a build after a random time, in seconds."""
    time.sleep(random.uniform(least, most))
    build.kill()
    build.wait()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    write_reports(tmp_path, 0)
    build_index([tmp_path / "corpus"], tmp_path / "index")
    return tmp_path


def test_a_killed_update_leaves_an_index_that_answers_and_is_made_up_for(library: Path) -> None:
    write_reports(library, 1)
    began = time.monotonic()
    assert start(library).wait() == 0
    seconds = time.monotonic() - began
    for attempt in range(KILLS):
        before, edition = texts(library), attempt + 2
        write_reports(library, edition)
        build = start(library)
        # The moments are random; what they must lead to is not.
        kill_within(build, 0.2 * seconds, 1.05 * seconds)
        found = texts_in_index(library)
        assert found in (before, texts(library))
        assert edition_of(library) == (edition if found == texts(library) else edition - 1)
        # The next build, of another edition every other time, takes up what is there.
        report = build_index([library / "corpus"], library / "index")
        assert report.documents == REPORTS
        assert texts_in_index(library) == texts(library)
        assert edition_of(library) == edition
        left = sorted(path.name.partition("-")[0] for path in (library / "index").iterdir())
        assert left == ["building.lock", "generation", "manifest.json"]


def test_a_killed_first_build_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    write_reports(tmp_path, 1)
    for _ in range(max(KILLS // 5, 1)):
        shutil.rmtree(tmp_path / "index", ignore_errors=True)
        build = start(tmp_path)
        index = tmp_path / "index"
        while not list(index.glob("generation-*/report.sqlite*")) and build.poll() is None:
            time.sleep(0.001)
        kill_within(build, 0, 0.1)
        build_index([tmp_path / "corpus"], index)
        assert edition_of(tmp_path) == 1
        assert sum(path.is_dir() for path in index.iterdir()) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="limits of a file's size are POSIX")
@pytest.mark.parametrize("limit", [1_000, 20_000, 60_000, 150_000])
def test_an_update_without_room_is_told_in_one_line_and_the_old_index_answers(library: Path, limit: int) -> None:
    """A limit on the size of a file stands in for a full disk; the limits let ever more files be written."""
    before = texts(library)
    write_reports(library, 3)
    # Much to write, but little to encode.
    (library / "corpus" / "长.txt").write_text("一、学校\n" + "全县有学校，学校有学生。" * 600, "utf-8")
    code = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        "from reportqa.cli import main; sys.exit(main(['index', 'corpus', '--index', 'index']))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=library, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 2, run.stderr
    last = run.stderr.splitlines()[-1]
    assert last.startswith("reportqa: 写不了索引文件夹 index：")
    assert "Traceback" not in run.stderr
    assert texts_in_index(library) == before
    assert edition_of(library) == 0
    assert sum(path.is_dir() for path in (library / "index").iterdir()) == 1
    build_index([library / "corpus"], library / "index")
    assert texts_in_index(library) == texts(library)
