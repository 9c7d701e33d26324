"""Training data: reports, questions, and which of a report's passages, clauses and figures answer each question.

Everything is split by report: the two years of one body stay on one side (:data:`HELD_BACK`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reportqa.index.texts import planned_passages
from reportqa.outline.sections import split_sections
from reportqa.reading import read_document
from reportqa.text.records import Figure, Prose

DATA = Path(os.environ.get("REPORTQA_TRAINING_DATA", Path(__file__).parent / "data"))
# Reports on which the weights of the program are fitted, and those on which it is measured; the rest train the models.
FITTING = re.compile(r"w[1-46-9]_02|w5_0[34]|w6_07|d1_0[34]|d[2-9]_02|e[12]_02|e2_06|f[1357]_02|g[1357]_02|m[2468]_05")
HELD_BACK = re.compile(
    r"w[1-4679]_05|w8_06|w5_0[56]|w7_01|d[2-9]_05|d[2-9]_07|e[12]_05|e1_09|e2_10|f[246]_05|g[2468]_05"
)
LIBRARIES = re.compile(r"(?:w5|d1|h1)_\d\d")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or clause of a passage, as a range of its running text; ``whole`` is True for sentences and rows."""

    start: int
    end: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage with what is pooled from it: units and figures, each figure with its range in the running text."""

    number: int
    header: str
    prose: Prose
    units: tuple[Unit, ...]
    figures: tuple[tuple[int, int, Figure], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report taken apart as the index does it."""

    name: str
    title: str
    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A question with what answers it: (piece, unit) and (piece, figure) numbers.

    ``near_units`` stand in the evidence without holding the answer: neither right nor wrong, as are ``same_figures``,
    which have the value of a right one.
    """

    question: str
    report: str
    kind: str
    library: bool
    units: frozenset[tuple[int, int]]
    near_units: frozenset[tuple[int, int]]
    figures: frozenset[tuple[int, int]]
    same_figures: frozenset[tuple[int, int]]
    numeric: bool
    row: dict[str, Any]

    @property
    def answerable(self) -> bool:
        """Whether the report has an answer."""
        return self.kind != "unanswerable"

    @property
    def arithmetic(self) -> bool:
        """Whether the question asks for more than one figure, to calculate with."""
        return self.row.get("operation", "lookup") not in ("lookup", "unanswerable")

    def right(self, kind: str) -> frozenset[tuple[int, int]]:
        """Return the figures, or the units, that answer."""
        return self.figures if kind == "figure" else self.units

    def unsure(self, kind: str) -> frozenset[tuple[int, int]]:
        """Return the figures, or the units, that are neither right nor wrong."""
        return self.same_figures if kind == "figure" else self.near_units


@cache
def take_apart(path: Path) -> Report:
    """Read a report and take it apart into the pieces that are encoded."""
    document = read_document(path, path.name)
    pieces = [
        Piece(
            number,
            one.parts.header,
            one.passage.prose(document.text),
            tuple(Unit(start, end, whole) for (start, end), whole, _ in one.units),
            tuple(
                (*place, figure) for place, figure in zip(one.parts.ranges[len(one.units) :], one.figures, strict=True)
            ),
        )
        for number, one in enumerate(planned_passages(document, split_sections(document)))
    ]
    return Report(path.name, document.title, document.text, tuple(pieces))


def report_paths() -> list[Path]:
    """Return the files of all reports, in the order of their names."""
    return sorted((DATA / "reports").glob("*.txt"))


def questions_of(path: Path) -> list[dict[str, Any]]:
    """Return the questions over a report, from every set that has some."""
    rows: list[dict[str, Any]] = []
    for file in sorted(DATA.glob(f"*questions/{path.stem}.jsonl")):
        rows += [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return rows


@cache
def verdicts() -> dict[str, str]:
    """Return 是 or 否 by the id of a question, for questions that were written without."""
    told: dict[str, str] = json.loads((DATA / "verdicts.json").read_text(encoding="utf-8"))
    return told


def lookups(path: Path) -> list[dict[str, Any]]:
    """Return the questions over a report that ask for what stands in it, not for arithmetic."""
    return [row for row in questions_of(path) if row.get("operation", "lookup") in ("lookup", "unanswerable")]


def operations(path: Path) -> list[dict[str, Any]]:
    """Return the questions over a report that need arithmetic, and such as only look so."""
    file = DATA / "operations" / f"{path.stem}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines] + [row for row in questions_of(path) if "operation" in row]


def judged(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the questions for yes or no over a report of which 是 or 否 is known: question, evidence, verdict."""
    told = verdicts()
    for row in questions_of(path):
        verdict = row.get("verdict") or told.get(row["id"])
        if row["kind"] == "yesno" and row.get("evidence") and verdict:
            yield row["q"], row["evidence"], verdict


def side(name: str) -> str:
    """Tell what a report is for: "train", "fit" or "test"."""
    return "test" if HELD_BACK.match(name) else "fit" if FITTING.match(name) else "train"


def targets(report: Report, rows: Sequence[dict[str, Any]]) -> list[Target]:
    """Find what answers each question; one whose evidence is in no passage is left out."""
    found = (_target(report, row) for row in rows)
    return [target for target in found if target]


def _target(report: Report, row: dict[str, Any]) -> Target | None:
    library = (
        bool(row.get("library"))
        or _names(report, row["q"])
        or (bool(LIBRARIES.match(report.name)) and bool(re.search(r"20\d\d|\d\d年|[去今前上]年", row["q"])))
    )
    numeric = bool(row.get("figure")) or row["kind"] in ("number", "percent", "money", "date")
    if row["kind"] == "unanswerable":
        empty: frozenset[tuple[int, int]] = frozenset()
        return Target(row["q"], report.name, row["kind"], library, empty, empty, empty, empty, numeric, row)
    start = report.text.find(row["evidence"])
    if start < 0:
        return None
    evidence = (start, start + len(row["evidence"]))
    at = row["evidence"].find(row["answer"]) if row.get("answer") else -1
    answer = (start + at, start + at + len(row["answer"])) if at >= 0 else evidence
    units, near = set(), set()
    for piece, unit, places in _placed_units(report):
        if _overlap(places, answer) >= min(0.5 * (answer[1] - answer[0]), 0.5 * sum(b - a for a, b in places), 12) > 0:
            units.add((piece, unit))
        elif _overlap(places, evidence):
            near.add((piece, unit))
    if not units:
        return None
    wanted = row.get("operands") or [row] if row.get("operation", "lookup") != "lookup" else [row]
    figures: set[tuple[int, int]] = set()
    for one in wanted:
        if one.get("figure") and one.get("evidence"):
            base = report.text.find(one["evidence"])
            offset = one["evidence"].find(one["figure"])
            if base >= 0 and offset >= 0:
                figures |= _figures_at(report, base + offset, base + offset + len(one["figure"]))
    values = {
        (str(report.pieces[p].figures[k][2].normalized_value), report.pieces[p].figures[k][2].normalized_unit)
        for p, k in figures
    }
    same = {
        (piece.number, k)
        for piece in report.pieces
        for k, (_, _, one) in enumerate(piece.figures)
        if (str(one.normalized_value), one.normalized_unit) in values
    } - figures
    return Target(
        row["q"],
        report.name,
        row["kind"],
        library,
        frozenset(units),
        frozenset(near),
        frozenset(figures),
        frozenset(same),
        numeric,
        row,
    )


def _names(report: Report, question: str) -> bool:
    """Tell whether a question names its report: by the name that its title begins with."""
    title = re.sub(r"^[\W\d_]*(?:年度?|关于|[二〇○零一三四五六七八九十]+年度?)*", "", report.title)
    return len(title) > 2 and title[:2] in question


def _placed_units(report: Report) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    for piece in report.pieces:
        for k, unit in enumerate(piece.units):
            yield piece.number, k, [(span.start, span.end) for span in piece.prose.locate(unit.start, unit.end)]


def _figures_at(report: Report, start: int, end: int) -> set[tuple[int, int]]:
    best: dict[tuple[int, int], int] = {}
    for piece in report.pieces:
        for k, (_, _, one) in enumerate(piece.figures):
            shared = min(one.end, end) - max(one.start, start)
            if shared > 0 and 2 * shared >= one.end - one.start:
                best[(piece.number, k)] = shared
    return {key for key, shared in best.items() if shared == max(best.values())}


def _overlap(places: Sequence[tuple[int, int]], span: tuple[int, int]) -> int:
    return sum(max(0, min(b, span[1]) - max(a, span[0])) for a, b in places)


def fingerprint() -> str:
    """Return a hash of all reports and questions: which data a result was made with."""
    digest = hashlib.sha256()
    for path in sorted(DATA.glob("**/*.txt")) + sorted(DATA.glob("**/*.jsonl")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
