"""What the extraction of figures reaches on texts with gold figures; no change may fall below it.

The rules of scoring are those of the gold: the span exact but for white space, an indicator or scope right where its
characters agree by F1 0.6. The floors hold regressions off; they are no measure of what a new report will give
(fixtures/README.md).
"""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from reportqa.figures.extract import figures_of
from reportqa.outline.sections import split_sections
from reportqa.reading import read_documents
from reportqa.text.records import Prose

FIXTURES = Path(__file__).parent / "fixtures"
SHARED = Path(__file__).parents[2] / "shared" / "eval"
MEASURES = ("span", "value", "unit", "indicator", "scope", "kind", "parent")
Row = dict[str, Any]


def extracted(path: Path) -> list[Row]:
    (document,), _ = read_documents([path])
    rows: list[Row] = []
    for paragraph in split_sections(document).paragraphs:
        prose = Prose.read(document.text, paragraph.spans)
        rows += [figure.to_record() for figure in figures_of(prose, document.name, paragraph.section)]
    return rows


def plain(text: Any) -> str:
    return re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", str(text)))


def alike(one: str, other: str) -> bool:
    mine, theirs = set(plain(one)), set(plain(other))
    return mine == theirs or bool(mine and theirs and 2 * len(mine & theirs) / (len(mine) + len(theirs)) >= 0.6)


def same_value(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return one == pytest.approx(other, rel=1e-6, abs=1e-6) if numbers else str(one) == str(other)


CHECKS: dict[str, Callable[[Row, Row], bool]] = {
    "value": lambda got, gold: same_value(got["normalized_value"], gold["normalized_value"]),
    "unit": lambda got, gold: plain(got["normalized_unit"]) == plain(gold["normalized_unit"]),
    "indicator": lambda got, gold: alike(got["indicator"], gold["indicator"]),
    "scope": lambda got, gold: alike(got["scope"], gold["scope"]),
    "kind": lambda got, gold: (got["kind"], got["approx"]) == (gold["kind"], gold["approx"]),
}


def scores(gold: list[Row], got: Iterable[Row]) -> dict[str, float]:
    """Return span F1, and of the found figures the share that is right in each other measure."""
    end = max(row["end"] for row in gold)
    by_start = {row["start"]: row for row in got if row["start"] < end}
    needed = [row for row in gold if not row.get("optional")]
    pairs = [
        (by_start[row["start"]], row)
        for row in needed
        if row["start"] in by_start and plain(by_start[row["start"]]["text"]) == plain(row["text"])
    ]
    free = {row["start"] for row in gold if row.get("optional")} | {got["start"] for got, _ in pairs}
    extra = sum(start not in free for start in by_start)
    found = {"span": 2 * len(pairs) / (len(pairs) + extra + len(needed))}
    for measure, right in CHECKS.items():
        found[measure] = sum(right(got, gold) for got, gold in pairs) / len(pairs)
    children = [(got, gold) for got, gold in pairs if gold["parent"] is not None]
    found["parent"] = sum(got["parent"] == gold["parent"] for got, gold in children) / len(children)
    return found


# Slightly below what was reached when they were last raised.
FLOORS = {
    "云川县医疗卫生服务年报2023": (0.985, 0.99, 0.99, 0.87, 0.62, 0.98, 1.0),
    "临江市文化和旅游工作报告2022": (0.985, 0.98, 0.98, 0.83, 0.55, 0.98, 1.0),
}


@pytest.mark.parametrize("name", FLOORS)
def test_the_figures_of_a_report_of_another_field_are_found(name: str) -> None:
    lines = (FIXTURES / f"{name}_figures.jsonl").read_text(encoding="utf-8").splitlines()
    reached = scores([json.loads(line) for line in lines], extracted(FIXTURES / f"{name}.txt"))
    missed = {
        m: (round(reached[m], 3), floor) for m, floor in zip(MEASURES, FLOORS[name], strict=True) if reached[m] < floor
    }
    assert not missed, f"below the floor: {missed}"


def test_the_scorer_counts_what_is_wrong() -> None:
    gold = {"start": 2, "end": 7, "text": "6191人", "normalized_value": 6191, "normalized_unit": "人", "kind": "count"}
    gold |= {"indicator": "招生", "scope": "", "approx": False, "parent": None}
    part = gold | {"start": 9, "end": 14, "text": "1455人", "normalized_value": 1455, "parent": 2}
    wrong = part | {"normalized_value": 1456, "indicator": "毕业", "parent": None}
    extra = gold | {"start": 10, "text": "55人"}
    reached = scores([gold, part], [gold, wrong, extra])
    assert reached == {
        "span": 0.8,
        "value": 0.5,
        "unit": 1.0,
        "indicator": 0.5,
        "scope": 1.0,
        "kind": 1.0,
        "parent": 0.0,
    }


@pytest.mark.skipif(not SHARED.is_dir(), reason="the gold of the first chapter is not beside the checkout")
def test_the_first_chapter_meets_its_targets(corpus: Path, tmp_path: Path) -> None:
    (report,) = corpus.glob("*.txt")
    figures = tmp_path / "figures.jsonl"
    figures.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in extracted(report)), encoding="utf-8"
    )
    command = [sys.executable, SHARED / "score_figures.py", SHARED / "figures_dev.jsonl", figures, "--to", "1954"]
    printed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    reached = {
        name: float(number) for name, number in re.findall(r"(F1|value|unit|indicator|scope|kind) ([\d.]+)", printed)
    }
    targets = {"F1": 0.97, "value": 0.99, "unit": 0.99, "indicator": 0.88, "scope": 0.75, "kind": 0.97}
    assert {name: reached[name] for name in targets if reached[name] < targets[name]} == {}
    right, total = re.findall(r"parent (\d+)/(\d+)", printed)[0]
    assert right == total, printed
