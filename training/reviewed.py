"""Make training data of answers that people have reviewed: the sheets of a batch, and what they thought of answers.

    python -m training.reviewed FOLDER 答案.xlsx ... [--feedback index/feedback.jsonl] [--index index]

FOLDER gets the data of the project with the own reports and questions added, so that ``REPORTQA_TRAINING_DATA=FOLDER``
lets the other commands train on both. Every fifth own question is not trained on: ``FOLDER/kept.jsonl`` is a question
set for ``reportqa eval``. The own reports are read from the index that gave the answers. What it says is Chinese, for
its readers are those of docs/training-on-your-own.md.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reportqa.batch.columns import as_text
from reportqa.batch.question_file import read_file
from reportqa.batch.reviewed import QUESTION, REVIEWED, read_reviews
from reportqa.batch.several import questions_in
from reportqa.batch.sheets import read_sheets
from reportqa.batch.workbook import ANSWERS, CITATIONS
from reportqa.errors import InputError, ReportQAError
from reportqa.index.opening import open_store
from reportqa.outline.passages import sentences
from reportqa.reading import read_document
from reportqa.text.folding import fold
from reportqa.text.records import Figure
from training.evaluate import gold

DATA = Path(__file__).parent / "data"
KEPT = 5
FEW = 100
_SHOWN = 20
_NONE = re.compile(r"报告(?:里|中)?(?:并?没有|未提)")
_VERDICT = re.compile(r"(是|否)(?:[。，,：:]\s*|$)")
_KINDS = {"percent": "percent", "money": "money", "date": "date"}

Place = tuple[str, int, int]  # document, start, end


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A question with the answer that a person stands for, and the passages that were cited, the best first.

    ``origin`` says where it was written down.
    """

    question: str
    answer: str
    places: tuple[Place, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Own:
    """A report of the user's: its text, and its figures in the order of the text."""

    name: str
    text: str
    figures: Sequence[Figure]


@dataclass(slots=True)
class Made:
    """What came of reviewed answers: rows of training data by report, and why others gave none."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)


def read_sheet(path: Path) -> Iterator[Reviewed]:
    """Yield the rows of a batch's answer sheet in which a person wrote something into 审核后答案.

    Raises InputError where the file is none that a batch wrote.
    """
    read_reviews(path)
    sheets = read_sheets(read_file(path), path.name)
    if CITATIONS not in sheets:
        raise InputError(f"{path.name} 里没有“{CITATIONS}”工作表：请用批量写出的整个工作簿。")
    places: dict[str, list[Place]] = defaultdict(list)
    for row in _records(sheets[CITATIONS]):
        places[row["序号"]].append((row["文件"], int(row["起"]), int(row["止"])))
    for row in _records(sheets[ANSWERS]):
        number, answer = row["序号"], row.get(REVIEWED, "").strip()
        if answer:
            yield Reviewed(row[QUESTION], answer, tuple(places[number]), f"{path.name} 第 {number} 条")


def read_feedback(path: Path) -> Iterator[Reviewed]:
    """Yield the answers that people found useful, the last word on a question; of others the right answer is unknown.

    Raises InputError where the file cannot be read.
    """
    last: dict[str, Reviewed | None] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            answer = row["answer"] if row["status"] == "answered" else "报告里没有"
            places = tuple((name, start, end) for name, start, end in row["citations"])
            one = Reviewed(row["question"], answer, places, f"{path.name} 第 {number} 行")
            last[_key(one.question)] = one if row["useful"] else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"读不了反馈 {path}：要网页写下的 feedback.jsonl。") from error
    yield from filter(None, last.values())


def training_row(one: Reviewed, reports: Mapping[str, Own]) -> dict[str, Any]:
    """Return a reviewed answer as a row of training data: which words of which report answer.

    >>> report = Own("r.txt", "本年招生6191人，毕业6782人。", ())
    >>> row = training_row(Reviewed("校名", "招生6191人", (("r.txt", 0, 18),), ""), {"r.txt": report})
    >>> row["evidence"], row["answer"]
    ('本年招生6191人，毕业6782人。', '招生6191人')

    Raises InputError with the reason where the report does not say where the answer stands, or says it twice.
    """
    if len(questions_in(one.question)) > 1:
        raise InputError("一格里有几个问题")
    places = [place for place in one.places if place[0] in reports]
    if not places:
        raise InputError("引用的报告不在索引里")
    row: dict[str, Any] = {"document": places[0][0], "q": one.question, "evidence": None, "answer": None}
    if _NONE.match(one.answer):
        return row | {"figure": None, "kind": "unanswerable"}
    verdict = _VERDICT.match(one.answer)
    words = one.answer[verdict.end() :] if verdict else one.answer
    if not words:
        raise InputError("只有“是”或“否”：请在后面写上原文的话，例如“是。建有食堂2个”")
    document, evidence, figure = _evidence(words, places, reports)
    said = words if words in evidence else figure.text if figure else words.split("、")[0]
    return row | {
        "document": document,
        "evidence": evidence,
        "answer": said if said in evidence else None,
        "figure": figure.text if figure and not verdict else None,
        "kind": _kind(words, figure, bool(verdict)),
        **({"verdict": verdict[1]} if verdict else {}),
    }


def make(reviewed: Sequence[Reviewed], reports: Mapping[str, Own]) -> Made:
    """Make rows of reviewed answers, of a question that was reviewed twice of the last one."""
    made = Made()
    for number, one in enumerate({_key(one.question): one for one in reviewed}.values(), 1):
        try:
            row = training_row(one, reports)
        except InputError as error:
            made.refused.append(f"{one.origin}（{one.question}）：{error}")
        else:
            made.rows[row["document"]].append({"id": f"own_{number:05d}", **row, "style": "formal"})
    return made


def write(folder: Path, made: Made, reports: Mapping[str, Own]) -> tuple[int, int]:
    """Write the folder, whole or not at all; return how many questions are trained on and how many are kept.

    Raises InputError where there is such a folder, or it cannot be written.
    """
    if folder.exists():
        raise InputError(f"已经有 {folder}：请换一个文件夹名，或先把它移走。")
    trained, kept = 0, []
    try:
        with tempfile.TemporaryDirectory(dir=folder.absolute().parent) as scratch:
            beside = Path(scratch) / "data"
            for part in ("reports", "questions"):
                shutil.copytree(DATA / part, beside / part)
            for number, (name, rows) in enumerate(sorted(made.rows.items()), 1):
                # The names of the project's reports say what they are for: an own one is always trained on.
                stem = f"own_{number:03d}"
                (beside / "reports" / f"{stem}.txt").write_text(reports[name].text, encoding="utf-8", newline="\n")
                _check(beside / "reports" / f"{stem}.txt", rows)
                mine = [row | {"document": f"{stem}.txt"} for at, row in enumerate(rows, 1) if at % KEPT]
                kept += [gold(row) for at, row in enumerate(rows, 1) if not at % KEPT]
                trained += len(mine)
                _write_lines(beside / "questions" / f"{stem}.jsonl", mine)
            _write_lines(beside / "kept.jsonl", kept)
            beside.replace(folder)
    except OSError as error:
        raise InputError(f"写不了 {folder}：{error.strerror or error}。") from error
    return trained, len(kept)


def _evidence(words: str, places: Sequence[Place], reports: Mapping[str, Own]) -> tuple[str, str, Figure | None]:
    """Find the sentence that holds the words of an answer, or its figures: among the cited passages, then anywhere."""
    anywhere = [(name, 0, len(reports[name].text)) for name in dict.fromkeys(name for name, _, _ in places)]
    best: tuple[int, str, int, int, list[Figure]] | None = None
    for name, start, end in (*places, *anywhere):
        text = reports[name].text
        for low, high in _sentences(text, start, end):
            inside = (one for one in reports[name].figures if low <= one.start and one.end <= high)
            named = [one for one in inside if _stands(one.text, words)]
            held = len({one.text for one in named})
            if _stands(words, text[low:high]):
                held = len(words) + 1
            elif "、" in words:
                held += sum(_stands(item, text[low:high]) for item in words.split("、"))
            if held > (best[0] if best else 0):
                best = (held, name, low, high, named)
    if best is None:
        raise InputError("报告里找不到这个答案的原话")
    _, name, low, high, named = best
    evidence = reports[name].text[low:high].strip()
    if reports[name].text.count(evidence) > 1:
        raise InputError("原句在报告里出现不止一次")
    figure = min(named, key=lambda one: words.find(one.text), default=None)
    if figure and evidence.count(figure.text) > 1:
        raise InputError(f"原句里“{figure.text}”出现不止一次")
    return name, evidence, figure


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for line in text[start:end].splitlines(keepends=True):
        yield from ((at + low, at + high) for low, high in sentences(line))
        at += len(line)


def _stands(words: str, text: str) -> bool:
    """Tell whether a text holds words: 12人 is not in 112人."""
    return bool(re.search(rf"(?<![\d.,]){re.escape(words)}", text))


def _kind(words: str, figure: Figure | None, verdict: bool) -> str:
    if verdict:
        return "yesno"
    if figure:
        return _KINDS.get(figure.kind, "number")
    return "list" if "、" in words else "reason" if len(words) > 15 else "name"


def _check(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise InputError where the text of a report reads differently once it is a file of its own."""
    text = read_document(path).text
    if any(row["evidence"] and row["evidence"] not in text for row in rows):
        raise InputError(f"报告 {rows[0]['document']} 存成文本后变了样：请把它的 .txt 放进文库再批量回答。")


def _records(rows: Sequence[Sequence[Any]]) -> Iterator[dict[str, str]]:
    head = [as_text(cell) for cell in rows[0]]
    for row in rows[1:]:
        yield {name: as_text(cell) for name, cell in zip(head, row, strict=False)}


def _write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _key(question: str) -> str:
    return "".join(filter(str.isalnum, fold(question)))


def _own_reports(index: str) -> dict[str, Own]:
    store = open_store(index)
    return {one.name: Own(one.name, one.text, store.figures_in(one.name)) for one in store.documents()}


def main() -> int:
    """Read, write, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sheets", type=Path, nargs="*", metavar="答案.xlsx")
    parser.add_argument("--feedback", type=Path)
    parser.add_argument("--index", default="index")
    options = parser.parse_args()
    try:
        # What was written into a sheet is surer than a click, so it comes last.
        reviewed = list(read_feedback(options.feedback)) if options.feedback else []
        reviewed += [one for path in options.sheets for one in read_sheet(path)]
        if not reviewed:
            raise InputError(f"没有审核过的答案：请先在答案表的“{REVIEWED}”一列里填写。")
        reports = _own_reports(options.index)
        made = make(reviewed, reports)
        trained, kept = write(options.folder, made, reports)
    except ReportQAError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    print(f"写好了 {options.folder}：{len(made.rows)} 份报告，{trained} 题用来训练，{kept} 题留着比较。")
    for line in made.refused[:_SHOWN]:
        print(f"没有用上：{line}")
    if len(made.refused) > _SHOWN:
        print(f"没有用上的共 {len(made.refused)} 题。")
    if trained < FEW:
        print(f"用来训练的不到 {FEW} 题，变化会很小：多审核一些再训练更值得。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
