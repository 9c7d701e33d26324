"""People who ask at the same time: a short turn of benchmarks/load.py, which measures 64 of them for two minutes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from programs import load

measured = load("benchmarks/load.py")
ROOT = Path(__file__).parent.parent


def test_eight_people_ask_for_five_seconds_without_an_error(built_index: Path, tmp_path: Path) -> None:
    command = [sys.executable, ROOT / "benchmarks" / "load.py", "--people", "8", "--seconds", "5"]
    done = subprocess.run(
        [*command, "--index", built_index, "--json", tmp_path / "load.json"],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "load.json").read_text("utf-8"))
    assert found["errors"] == 0
    assert found["answers"] >= 8


@pytest.mark.parametrize(
    "told",
    [
        '{"error": "问题太长"}',
        '{"data": [{"question": "另一个？", "status": "answered", "citations": [1]}]}',
        '{"data": [{"question": "招生？", "status": "error", "citations": [1]}]}',
        '{"data": [{"question": "招生？", "status": "answered", "citations": []}]}',
        '{"data": [null]}',
        '{"data": []}',
        "Internal Server Error",
    ],
)
def test_what_is_no_answer_to_the_question_is_an_error(told: str) -> None:
    with pytest.raises(ValueError):
        measured.check(told, "招生？")


def test_the_summary_counts_and_orders() -> None:
    results = measured.Results(seconds=[0.3, 0.1, 0.2], errors=["OSError: x"])
    found = measured.summary(results, people=2, took=2.0)
    assert (found["answers"], found["errors"], found["median, s"], found["longest, s"]) == (3, 1, 0.2, 0.3)
    assert found["answers a second"] == 1.5
    assert measured.summary(measured.Results(), people=2, took=2.0)["p95, s"] is None
