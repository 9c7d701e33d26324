"""A question set run through the program: one row per question and measure, summed up last."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from reportqa.errors import InputError
from reportqa.evaluation.metrics import MEASURES, GoldQuestion
from reportqa.qa import ReportQA
from reportqa.text.records import Answer, Document

ALL = "全部"


@dataclass(frozen=True, slots=True)
class Score:
    """The value of one measure for one question."""

    id: str
    type: str
    question: str
    measure: str
    value: float


def read_gold(path: Path, documents: Sequence[Document]) -> list[GoldQuestion]:
    """Read a question set (JSON Lines: id, question, type, evidence, answers, figures, document).

    ``evidence`` holds verbatim quotes, which are looked up in the documents; ``document`` restricts where.
    Raises InputError with the line that is no question.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不了问题集 {path}：要 UTF-8 的 .jsonl 文件。") from error
    gold = [_gold(line, number, path, documents) for number, line in enumerate(lines, 1) if line.strip()]
    if not gold:
        raise InputError(f"问题集是空的：{path}。")
    return gold


def evaluate(qa: ReportQA, gold: Sequence[GoldQuestion]) -> tuple[list[Score], list[Answer]]:
    """Answer every question and measure every answer.

    >>> rows, answers = evaluate(qa, read_gold(Path("questions.jsonl"), qa.documents()))     # doctest: +SKIP
    >>> summarize(rows)["全部"]["R@1"]                                                       # doctest: +SKIP
    (0.9, 60)
    """
    answers = qa.answer_all([question.question for question in gold])
    rows = [
        Score(question.id, question.type, question.question, name, value)
        for question, answer in zip(gold, answers, strict=True)
        for name, measure in MEASURES.items()
        if (value := measure(question, answer)) is not None
    ]
    return rows, answers


def summarize(rows: Iterable[Score]) -> dict[str, dict[str, tuple[float, int]]]:
    """Return mean and number of questions of each measure, by question type and over all."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for group in (ALL, row.type):
            values[group][row.measure].append(row.value)
    return {group: {name: (fmean(of), len(of)) for name, of in by.items()} for group, by in values.items()}


def write_rows(rows: Iterable[Score], path: Path) -> None:
    """Write one JSON object a row; raises InputError where the file cannot be written."""
    text = "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"写不了文件 {path}：{error.strerror}。") from error


def _gold(line: str, number: int, path: Path, documents: Sequence[Document]) -> GoldQuestion:
    try:
        record = json.loads(line)
        quotes = tuple(record.get("evidence", ()))
        wanted = record.get("document", "*")
        places = [place for quote in quotes for document in documents if wanted in ("*", document.name)
                  for place in _occurrences(quote, document)]  # fmt: skip
        return GoldQuestion(
            id=str(record.get("id", number)),
            question=record["question"],
            type=record.get("type", "description"),
            evidence=tuple(places),
            quotes=quotes,
            answers=tuple(record.get("answers", ())),
            figures=tuple(record.get("figures", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"问题集 {path} 第 {number} 行不是问题记录：要有 question 字段的 JSON。") from error


def _occurrences(quote: str, document: Document) -> list[tuple[str, int, int]]:
    found, at = [], document.text.find(quote)
    while at >= 0:
        found.append((document.name, at, at + len(quote)))
        at = document.text.find(quote, at + 1)
    return found
