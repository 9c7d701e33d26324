"""The comparison's arithmetic: where evidence counts as found, medians, ratios, and the tables of the results."""

import doctest
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "compare.json"
PAGE = ROOT / "docs" / "comparison.md"


def load(name: str) -> ModuleType:
    """Import one file of benchmarks/compare, which is a folder to run and no package."""
    spec = importlib.util.spec_from_file_location(f"compare_{name}", ROOT / "benchmarks" / "compare" / f"{name}.py")
    assert spec and spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tables = load("tables")
question_sets = load("question_sets")
programs = load("programs")


def question_set(*evidence: tuple[Any, ...], by_document: bool = False) -> Any:
    return question_sets.QuestionSet("集", Path("集"), ("问？",) * len(evidence), evidence, by_document)


def runs(cold: list[float], batch: list[float]) -> dict[str, list[float]]:
    rest = (
        "warm, ms",
        "build, s",
        "memory of one question, MiB",
        "memory of the batch, MiB",
        "memory of the build, MiB",
    )
    return {"cold, s": cold, "batch, questions/s": batch} | {name: [100.0, 300.0, 200.0] for name in rest}


def program(title: str, recall: float, cold: list[float], batch: list[float]) -> dict[str, Any]:
    seen = {"R@1": recall, "R@3": 0.75, "R@5": 1.0}
    return {"title": title, "retrieval": {"one": {"seen": seen, "in full": seen}}, "runs": runs(cold, batch)}


SMALL = {
    "date": "2026-01-02",
    "machine": {"system": "Linux x86_64", "processor": "P", "cores": 2, "memory_gib": 4, "python": "3.11"},
    "load": 0.1,
    "versions": {"reportqa": "1.0", "txtai": "9.9"},
    "runs": 3,
    "seen": 500,
    "skipped": ["cmrc: cmrc2018_trial.json is not there"],
    "sets": {"one": {"title": "某年报", "questions": 4}},
    "library": {"reports": 3, "characters": 12345, "questions": 9},
    "programs": {
        "reportqa": program("reportqa", 0.5, [2.0, 1.0, 9.0], [100.0, 80.0, 120.0]),
        "other": program("Other", 0.25, [5.0, 30.0, 6.0], [25.0, 20.0, 90.0]),
    },
}


def test_tables_of_small_results() -> None:
    made = tables.tables(SMALL)
    assert "| Other | 0.25 / 0.75 / 1.00 |" in made
    assert "|  | 某年报 (4) |\n| --- | --- |" in made
    # Medians 2, 200, 100 and 200 of this program, 6, 200, 25 and 200 of the other.
    assert "| reportqa | 2.00 (× 1) | 200 (× 1) | 100 (× 1) | 200 (× 1) |" in made
    assert "| Other | 6.00 (× 3) | 200 (× 1) | 25.0 (× 0.25) | 200 (× 1) |" in made
    assert "Machine: Linux x86_64, P, 2 cores, 4 GiB of memory, Python 3.11." in made
    assert "Skipped: cmrc: cmrc2018_trial.json is not there." in made
    assert "3 reports, 12,345 characters, asked 9 questions" in made


def test_ratio_is_of_the_medians_not_of_the_means() -> None:
    assert tables.ratio([6.0, 8.0, 100.0], of=[2.0, 1.0, 2.0]) == 4.0
    assert tables.ratio([1.0, 3.0], of=[4.0]) == 0.5


def test_page_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the tables"):
        tables.insert("no marks", "tables")


def test_evidence_counts_where_most_of_it_is_seen() -> None:
    evidence = (("年报.txt", 100, 110),)
    for place, found in [
        (("年报.txt", 0, 106), 1.0),
        (("年报.txt", 0, 105), 0.0),
        (("年报.txt", 104, 200), 1.0),
        (("别的.txt", 0, 200), 0.0),
    ]:
        assert question_set(evidence).recalls([[place]])["R@1"] == found, place


def test_a_long_passage_counts_as_far_as_it_is_seen() -> None:
    late = question_set((("年报.txt", 700, 710),))
    assert late.recalls([[("年报.txt", 0, 1000)]])["R@1"] == 0.0
    assert late.recalls([[("年报.txt", 0, 1000)]], seen=None)["R@1"] == 1.0


def test_recall_by_depth_over_the_questions_that_have_evidence() -> None:
    right, wrong = ("甲.txt", 0, 9), ("乙.txt", 0, 9)
    asked = question_set((right,), (right,), (right,), (right,), ())
    found = [[right], [wrong, wrong, right], [wrong] * 4 + [right], [wrong], [wrong]]
    assert asked.recalls(found) == {"R@1": 0.25, "R@3": 0.5, "R@5": 0.75}
    assert asked.answerable() == 4


def test_any_passage_of_the_right_document_counts_where_documents_are_asked_for() -> None:
    paragraphs = question_set((("甲.txt", 0, 1),), by_document=True)
    assert paragraphs.recalls([[("甲.txt", 300, 350)]])["R@1"] == 1.0
    assert paragraphs.recalls([[("乙.txt", 0, 1)]])["R@1"] == 0.0


def test_paragraphs_and_sentences_are_parts_of_the_text() -> None:
    text = "一、规模\n\n招生6191人。毕业4867人；\n  \n生师比18.29：1"
    assert [text[one.start : one.end] for one in programs.paragraphs("a", text)] == [
        "一、规模", "招生6191人。毕业4867人；", "生师比18.29：1",
    ]  # fmt: skip
    assert [text[one.start : one.end] for one in programs.sentences("a", text)] == [
        "一、规模", "招生6191人。", "毕业4867人；", "生师比18.29：1",
    ]  # fmt: skip


def test_examples_of_the_table_maker() -> None:
    assert doctest.testmod(tables).failed == 0


def test_the_page_shows_the_committed_results() -> None:
    page = PAGE.read_text("utf-8")
    assert tables.insert(page, tables.tables(json.loads(RESULTS.read_text("utf-8")))) == page
