"""Builds into Milvus that are killed at any moment: each report is the old or the new one, and the index answers."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_kills import KILLS, REPORTS, kill_within, texts, write_reports

from reportqa.index.build import build_index
from reportqa.index.milvus import editions, home
from reportqa.index.milvus.client import Milvus
from reportqa.index.milvus.schema import COLLECTIONS, DOCUMENTS, Version
from reportqa.qa import ReportQA

BUILD = """
import sys
from pathlib import Path
from reportqa.index.build import build_index
build_index([Path("corpus")], "milvus:reports.db")
"""
# What the readers and the next builds do, in processes of their own: a file of Milvus Lite is open in one at a time.
READ = """
import json
from contextlib import closing
from reportqa.index.opening import open_store
from reportqa.qa import ReportQA
with closing(open_store("milvus:reports.db")) as store:
    print(json.dumps({one.name: one.text for one in store.documents()}))
qa = ReportQA.open("milvus:reports.db")
print(qa.ask("共有教师多少人？").answer)
passages = [qa.store.passage(number) for number in range(len(qa.store))]
print(all(one.prose.text and len(qa.store.unit_vectors(one)) for one in passages))
"""


def start(folder: Path, code: str = BUILD) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdout=subprocess.DEVNULL)


def read(folder: Path) -> tuple[dict[str, str], str]:
    run = subprocess.run([sys.executable, "-c", READ], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    held, answer, whole = run.stdout.splitlines()
    assert whole == "True"
    return json.loads(held), answer


@pytest.fixture
def library(tmp_path: Path) -> Path:
    write_reports(tmp_path, 0)
    assert start(tmp_path).wait() == 0
    return tmp_path


def test_a_killed_update_leaves_each_report_old_or_new_and_is_made_up_for(library: Path) -> None:
    write_reports(library, 1)
    began = time.monotonic()
    assert start(library).wait() == 0
    seconds = time.monotonic() - began
    for attempt in range(KILLS):
        before, edition = texts(library), attempt + 2
        write_reports(library, edition)
        after = texts(library)
        build = start(library)
        # The moments are random; what they must lead to is not.
        kill_within(build, 0.3 * seconds, 1.05 * seconds)
        found, answer = read(library)
        for name in before.keys() | after.keys():
            assert found.get(name) in (before.get(name), after.get(name)), name
        assert found.keys() <= before.keys() | after.keys()
        assert answer in (f"{edition}人", f"{edition - 1}人")
        assert start(library).wait() == 0
        assert read(library) == (after, f"{edition}人")
        assert len(after) == REPORTS


def test_a_killed_first_build_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    write_reports(tmp_path, 1)
    build = start(tmp_path)
    while not list(tmp_path.glob("reports.db/**/*units*")) and build.poll() is None:
        time.sleep(0.01)
    kill_within(build, 0, 1)
    assert start(tmp_path).wait() == 0
    assert read(tmp_path) == (texts(tmp_path), "1人")


def test_what_a_killed_build_wrote_is_removed(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = f"milvus:{library / 'reports.db'}"
    monkeypatch.chdir(library)
    write_reports(library, 1)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    # The rows of a report's parts are written, but not the one that makes it the report in use.
    with monkeypatch.context() as patched:
        patched.setattr(home, "_passage_row", fail)
        with pytest.raises(KeyboardInterrupt):
            build_index([Path("corpus")], where)
    milvus = Milvus(str(library / "reports.db"))
    version = Version.in_use(milvus)
    left = {one.edition for one in editions.read_contents(milvus, version).stale if one.state == editions.WRITING}
    assert len(left) == 1
    # Another build may be writing it: it goes when nobody has for an hour.
    build_index([Path("corpus")], where)
    assert left <= {row["edition"] for row in milvus.rows(version.collection(DOCUMENTS), "edition > 0", ["edition"])}
    monkeypatch.setattr(editions, "LEFT_OVER", -1)
    write_reports(library, 2)
    build_index([Path("corpus")], where)
    for kind in COLLECTIONS:
        held = {row["edition"] for row in milvus.rows(version.collection(kind), "edition > 0", ["edition"])}
        assert not held & left, kind
    assert ReportQA.open(where).ask("共有教师多少人？").answer == "2人"
