"""The question sets, and where in an answer the evidence of a question stands first."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
FIXTURES = ROOT / "tests" / "fixtures"
DEPTHS = (1, 3, 5)
# The rule of the project's own measures: a passage is judged by what a reader sees of it at once, and hits where it
# shows most of one piece of evidence.
SEEN, HIT = 500, 0.6

Span = tuple[str, int, int]
Found = Sequence[Sequence[Sequence[Any]]]  # of each question, its passages as [document, start, end]


@dataclass(frozen=True)
class QuestionSet:
    """Files to index, questions to ask of them, and where the evidence of each question stands."""

    title: str
    source: Path
    questions: tuple[str, ...]
    evidence: tuple[tuple[Span, ...], ...]
    by_document: bool = False  # any passage of the right document will do

    def recalls(self, found: Found, seen: int | None = SEEN) -> dict[str, float]:
        """Return R@1, R@3 and R@5 over the questions that have evidence; ``seen`` None counts passages in full."""
        if self.by_document:
            found = [[(place[0], 0, 1) for place in places] for places in found]
        ranks = [_rank(places, spans, seen) for places, spans in zip(found, self.evidence, strict=True) if spans]
        return {f"R@{depth}": round(sum(rank <= depth for rank in ranks) / len(ranks), 3) for depth in DEPTHS}

    def answerable(self) -> int:
        """Count the questions that have evidence."""
        return sum(map(bool, self.evidence))


def report_sets(folder: Path) -> tuple[dict[str, QuestionSet], list[str]]:
    """Lay out each report with a question set in a folder of its own; return the sets, and what was skipped and why."""
    districts = FIXTURES / "districts"
    fictional = [path.with_suffix("") for path in sorted(FIXTURES.glob("*.txt"))]
    given = {
        "report": (sorted((ROOT / "corpus").glob("*.txt")), SHARED / "eval" / "questions_dev.jsonl"),
        **{path.name: ([path.with_suffix(".txt")], Path(f"{path}_questions.jsonl")) for path in fictional},
        "district": ([districts / "md" / "砚泽区义务教育质量年度报告2024.md"], districts / "questions.jsonl"),
    }
    there = {name: pair for name, pair in given.items() if pair[1].exists()}
    skipped = [f"{name}: {pair[1].name} is not there" for name, pair in given.items() if name not in there]
    return {name: _report_set(*pair, folder / name) for name, pair in there.items()}, skipped


def cmrc_set(folder: Path) -> tuple[dict[str, QuestionSet], list[str]]:
    """Lay out CMRC 2018 trial, a file for each paragraph: the question's own is the right one.

    Questions without a word are left out: there is nothing to ask, and some programs raise on them.
    """
    data = SHARED / "data" / "cmrc2018_trial.json"
    if not data.exists():
        return {}, [f"cmrc: {data.name} is not there"]
    source = _fresh(folder / "cmrc")
    questions, evidence = [], []
    for entry in json.loads(data.read_text(encoding="utf-8"))["data"]:
        for paragraph in entry["paragraphs"]:
            name = f"{paragraph['id']}.txt"
            (source / name).write_text(paragraph["context"], encoding="utf-8")
            asked = [one["question"] for one in paragraph["qas"] if one["question"].strip()]
            questions += asked
            evidence += [((name, 0, 1),) for _ in asked]
    return {"cmrc": QuestionSet("CMRC 2018 trial", source, tuple(questions), tuple(evidence), True)}, []


def library(sets: Iterable[QuestionSet], folder: Path) -> QuestionSet:
    """Put the plain-text reports into one library, with all the questions that there are about them."""
    source = _fresh(folder / "library")
    for path in [*(ROOT / "corpus").glob("*.txt"), *FIXTURES.glob("*.txt")]:
        shutil.copy(path, source)
    asked = [one.questions for one in sets if {path.name for path in one.source.iterdir()} <= _names(source)]
    return QuestionSet("library", source, tuple(question for questions in asked for question in questions), ())


def _report_set(documents: Sequence[Path], questions: Path, folder: Path) -> QuestionSet:
    source = _fresh(folder)
    for path in documents:
        shutil.copy(path, source)
    texts = {path.name: path.read_text(encoding="utf-8") for path in documents}
    records = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    return QuestionSet(
        documents[0].stem,
        source,
        tuple(record["question"] for record in records),
        tuple(tuple(_spans(record, texts)) for record in records),
    )


def _spans(record: dict[str, Any], texts: dict[str, str]) -> Iterable[Span]:
    if record["type"] == "unanswerable":
        return
    for quote in record["evidence"]:
        for name, text in texts.items():
            start = text.find(quote)
            while start >= 0:
                yield name, start, start + len(quote)
                start = text.find(quote, start + 1)


def _rank(places: Sequence[Sequence[Any]], spans: Sequence[Span], seen: int | None) -> int:
    """Return the 1-based rank of the first passage that shows a piece of evidence, a large number where none does."""
    return next((rank for rank, place in enumerate(places, 1) if _shows(place, spans, seen)), 1_000)


def _shows(place: Sequence[Any], spans: Sequence[Span], seen: int | None) -> bool:
    document, start, end = place
    end = end if seen is None else min(end, start + seen)
    return any(
        document == name and min(end, last) - max(start, first) >= HIT * (last - first) for name, first, last in spans
    )


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
