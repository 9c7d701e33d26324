"""The same questions over an index folder and over Milvus Lite, side by side.

    python benchmarks/stores.py [--json benchmarks/results/stores.json] [--sets 渝北 云川 …] [--uri URI]

For each library both indexes are built, and every question of its sets is asked of both. Compared are what is found
first (the order of each first search and of the ranked passages), the answers, and what the answers are worth by the
measures of ``reportqa eval``. ``--uri`` is another Milvus than a new file of Milvus Lite. With --json the table of
docs/milvus.md is written too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from reportqa.asking.question import Question, understand  # noqa: E402
from reportqa.evaluation.metrics import GoldQuestion  # noqa: E402
from reportqa.evaluation.running import ALL, evaluate, read_gold, summarize  # noqa: E402
from reportqa.index.build import build_index  # noqa: E402
from reportqa.qa import ReportQA  # noqa: E402
from reportqa.text.records import Answer  # noqa: E402
from training import data  # noqa: E402
from training.evaluate import gold as training_gold  # noqa: E402

FIXTURES, SHARED = ROOT / "tests" / "fixtures", ROOT.parent / "shared" / "eval"
PAGE = ROOT / "docs" / "milvus.md"
TOP, POOL = 10, 100
SHOWN = {
    "按向量：前一百段全同，次序也同": "by vector: all, in order",
    "按词：第一段相同": "by words: same first",
    "按词：前十段里相同的": "by words: of the first 10",
    "按二字组：第一段相同": "by bigrams: same first",
    "按二字组：前十段里相同的": "by bigrams: of the first 10",
    "排序后：第一段相同": "ranked: same first",
    "排序后：前十段里相同的": "ranked: of the first 10",
    "答案一字不差": "answers: same words",
    "第一条引用相同": "answers: same first citation",
}
MEASURES = ("R@1", "R@5", "figure@1", "items F1", "yes or no", "highlight F1", "abstain")


@dataclass(frozen=True)
class Library:
    """Reports and the question sets over them."""

    name: str
    reports: Path
    questions: tuple[Path, ...]


def libraries(scratch: Path) -> list[Library]:
    """Return the libraries of the project's own question sets, those of ../shared/eval where they are present."""
    found = [Library("渝北", ROOT / "corpus", (SHARED / "questions_dev.jsonl",))]
    for file in sorted(FIXTURES.glob("*_questions.jsonl")):
        report = file.with_name(file.name.replace("_questions.jsonl", ".txt"))
        found.append(Library(report.stem[:2], report, (file,)))
    districts = FIXTURES / "districts"
    found.append(Library("四份区县报告", districts / "md", (districts / "library_questions.jsonl",)))
    kept = scratch / "kept.jsonl"
    with kept.open("w", encoding="utf-8") as file:
        for path in data.report_paths():
            if data.side(path.name) == "test":
                file.writelines(json.dumps(training_gold(row), ensure_ascii=False) + "\n" for row in data.lookups(path))
    found.append(Library("一百份报告", data.DATA / "reports", (kept,)))
    return [one for one in found if all(path.exists() for path in one.questions)]


def first(qa: ReportQA, question: Question) -> dict[str, list[int]]:
    """Return what each first search finds, and the passages as they are ranked, best first."""
    retriever, store = qa._retriever, qa.store
    vector = retriever.encode([question])[0]
    return {
        "by vector": list(store.dense_search(vector, POOL)),
        "by words": list(store.keyword_search("words", question.searched, POOL)),
        "by bigrams": list(store.keyword_search("bigrams", question.searched, POOL)),
        "ranked": [one.passage.number for one in retriever.search(question, vector)],
    }


def overlap(ours: Sequence[int], theirs: Sequence[int]) -> float:
    """Return the share of the first ten that are among the other's first ten."""
    return len(set(ours[:TOP]) & set(theirs[:TOP])) / max(len(ours[:TOP]), 1)


def plain(answer: Answer) -> dict[str, Any]:
    """Return what of an answer people read: no scores."""
    record = answer.to_record()
    cited = [(one["document"], one["start"], one["end"]) for one in record["citations"]]
    return {"answer": (record["status"], record["answer"], record["verdict"], record["message"]), "cited": cited}


def compare(library: Library, uri: str | None, scratch: Path) -> dict[str, Any]:
    """Build both indexes, ask both, and count what is the same."""
    folder, milvus = str(scratch / "index"), f"milvus:{uri or scratch / 'reports.db'}"
    built = {name: _timed(lambda where=where: build_index([library.reports], where)) for name, where in
             (("folder", folder), ("milvus", milvus))}  # fmt: skip
    here, there = ReportQA.open(folder), ReportQA.open(milvus)
    gold = [one for path in library.questions for one in read_gold(path, here.documents())]
    ours, theirs = _asked(here, gold), _asked(there, gold)
    pairs = list(zip(ours.answers, theirs.answers, strict=True))
    asked = [understand(one.question, here._vocabulary) for one in gold]
    searched = [(first(here, one), first(there, one)) for one in asked]
    same: dict[str, list[float]] = {}
    for a, b in searched:
        for name in a:
            same.setdefault(f"{name}: same first", []).append(a[name][:1] == b[name][:1])
            same.setdefault(f"{name}: of the first {TOP}", []).append(overlap(a[name], b[name]))
            same.setdefault(f"{name}: all, in order", []).append(a[name] == b[name])
    for one, other in ((plain(a), plain(b)) for a, b in pairs):
        same.setdefault("answers: same words", []).append(one["answer"] == other["answer"])
        same.setdefault("answers: same first citation", []).append(one["cited"][:1] == other["cited"][:1])
        same.setdefault("answers: same citations", []).append(one["cited"] == other["cited"])
    differ = [
        {"question": q.question, "folder": plain(a)["answer"], "milvus": plain(b)["answer"]}
        for q, (a, b) in zip(gold, pairs, strict=True)
        if plain(a)["answer"] != plain(b)["answer"]
    ]
    result = {
        "reports": len(here.store.infos),
        "passages": len(here.store),
        "questions": len(gold),
        "same": {name: round(statistics.mean(values), 4) for name, values in same.items()},
        "measures": {name: [ours.measures.get(name), theirs.measures.get(name)] for name in MEASURES},
        "differ": differ,
        "build, s": [round(built[name], 1) for name in ("folder", "milvus")],
        "a question, ms": [round(ours.milliseconds), round(theirs.milliseconds)],
        "load": round(os.getloadavg()[0], 1),
    }
    here.store.close()
    there.store.close()
    return result


@dataclass(frozen=True)
class _Asked:
    answers: list[Answer]
    measures: dict[str, float]
    milliseconds: float


def _asked(qa: ReportQA, gold: Sequence[GoldQuestion]) -> _Asked:
    qa.ask(gold[0].question)
    began = time.perf_counter()
    rows, answers = evaluate(qa, gold)
    seconds = time.perf_counter() - began
    means = summarize(rows)[ALL]
    return _Asked(answers, {name: round(means[name][0], 4) for name in means}, 1000 * seconds / len(gold))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def table(results: dict[str, Any]) -> str:
    """Return the results as the table of docs/milvus.md, a library a column."""
    libraries = results["libraries"]
    lines = ["| | " + " | ".join(libraries) + " |", "|---" * (len(libraries) + 1) + "|"]
    for title, key in (("报告", "reports"), ("段", "passages"), ("问题", "questions")):
        lines.append(f"| {title} | " + " | ".join(f"{one[key]:,}" for one in libraries.values()) + " |")
    for title, key in SHOWN.items():
        lines.append(f"| {title} | " + " | ".join(f"{one['same'][key]:.1%}" for one in libraries.values()) + " |")
    for name in MEASURES[:4]:
        cells = (one["measures"][name] for one in libraries.values())
        shown = (" / ".join("—" if value is None else f"{value:.3f}" for value in pair) for pair in cells)
        lines.append(f"| {name}，文件夹 / Milvus | " + " | ".join(shown) + " |")
    for title, key in (("建索引，秒", "build, s"), ("一个问题，毫秒", "a question, ms")):
        lines.append(f"| {title} | " + " | ".join(" / ".join(map(str, one[key])) for one in libraries.values()) + " |")
    loads = [one["load"] for one in libraries.values()]
    busy = f"负载 {min(loads)} 到 {max(loads)}，其中程序自己约 1"
    return "\n".join([*lines, "", f"{results['date']}；{results['machine']}；{results['versions']}；{busy}。", ""])


def main() -> None:
    """Compare, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--uri")
    options = parser.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in ("pymilvus", "milvus-lite", "faiss-cpu", "reportqa"))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    results: dict[str, Any] = {"date": str(date.today()), "machine": machine, "versions": packages, "libraries": {}}
    with tempfile.TemporaryDirectory() as top:
        for library in libraries(Path(top)):
            if options.sets and library.name not in options.sets:
                continue
            scratch = Path(top) / library.name
            scratch.mkdir()
            found = results["libraries"][library.name] = compare(library, options.uri, scratch)
            print(library.name, json.dumps(found, ensure_ascii=False, indent=1), flush=True)
            if options.json:
                options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
                before, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- table -->\n")
                after = rest.partition("<!-- end of table -->\n")[2]
                text = f"{before}<!-- table -->\n{table(results)}<!-- end of table -->\n{after}"
                PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
