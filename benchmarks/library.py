"""A library of many reports: time, memory and size of its index, an update of one report, a question.

python benchmarks/library.py          100 reports of about 45 KB
python benchmarks/library.py 4        fewer of them

The reports are made from the given one and the fictional ones of the tests, each with its own names, years and numbers.
Every step runs in a process of its own, as on the command line.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "library.json"
BYTES = 45_000
QUESTIONS = 300
FIRST_YEAR = 2015
_NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d(?!\d))[1-9]\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?<!\d)20[12]\d(?!\d)")
_PLACES = ("渝北", "云川", "临江")
_FIRST, _SECOND = "青松玉安永新清景泰和东平宁长", "山河溪川阳林源泉州岭湖湾桥原"
_FORMS = ("{}是多少？", "{}年{}有多少？", "{}{}多少？", "请问{}的情况怎么样")

BUILD = """
import json, resource, sys, time
from pathlib import Path
from reportqa.index.build import build_index
marks = {}
def tell(stage, done, total):
    marks.setdefault(stage, [time.perf_counter(), 0.0])[1] = time.perf_counter()
report = build_index([Path(sys.argv[1])], Path(sys.argv[2]), progress=tell)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
opened, encoded = marks.get("准备模型", [0, 0]), marks.get("计算向量", [0, 0])
print(json.dumps({
    "documents": report.documents, "passages": report.passages, "figures": report.figures, "encoded": report.encoded,
    "changed": report.changed, "encoding_seconds": encoded[1] - opened[1] if encoded[1] else 0, "peak_mib": round(peak),
}))
"""

ASK = """
import json, resource, sys, time
from pathlib import Path
from reportqa.qa import ReportQA
began = time.perf_counter()
qa = ReportQA.open(sys.argv[1])
opened = time.perf_counter() - began
questions = json.loads(Path(sys.argv[2]).read_text("utf-8"))
seconds, found = [], 0
for number, question in enumerate(questions):
    began = time.perf_counter()
    found += qa.ask(question).found
    if number >= 30:
        seconds.append(time.perf_counter() - began)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"open_seconds": opened, "seconds": seconds, "answered": found, "peak_mib": round(peak)}))
"""


def make_report(number: int) -> tuple[str, str]:
    """Make one report: its file name and its text; the same for the same number."""
    rng = random.Random(number)
    sources = [*sorted((ROOT / "tests" / "fixtures").glob("*.txt")), *sorted((ROOT / "corpus").glob("*.txt"))]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    place = rng.choice(_FIRST) + rng.choice(_SECOND)
    year = FIRST_YEAR + number % 10
    rng.shuffle(texts)
    text = ""
    while len(text.encode()) < BYTES:
        text += _vary(texts[len(text) % len(texts)], place, year, rng)
    # Whole lines of about so many bytes.
    text = text.encode()[:BYTES].decode(errors="ignore").rpartition("\n")[0] + "\n"
    return f"{place}{year}_{number}.txt", text


def _vary(text: str, place: str, year: int, rng: random.Random) -> str:
    for name in _PLACES:
        text = text.replace(name, place)
    text = _YEAR.sub(lambda found: str(year + int(found[0]) - 2023), text)
    return _NUMBER.sub(lambda found: _vary_number(found[0], rng), text)


def _vary_number(number: str, rng: random.Random) -> str:
    return "".join(char if char == "." else rng.choice("123456789") for char in number)


def count_tokens(corpus: Path, index: Path) -> tuple[int, int, int]:
    """Count the tokens of the plain texts, and the passages that were encoded, each once, with their tokens."""
    from reportqa.index.folder import FolderStore
    from reportqa.models.bundled import PASSAGE
    from reportqa.models.runtime import WEIGHTS, open_tokenizer
    from reportqa.outline.headings import header_of
    from reportqa.text.naming import known_as

    tokenizer = open_tokenizer(WEIGHTS)
    store, texts = FolderStore(index), set()
    for one in map(store.passage, range(len(store))):
        title = store.info(one.passage.document).found.title
        texts.add(PASSAGE + header_of(known_as(title, one.passage.document), one.passage.section) + one.prose.text)
    store.close()
    encoded = sum(len(one) for one in tokenizer.encode_batch_fast(list(texts)))
    plain = sum(
        len(tokenizer.encode(line, add_special_tokens=False))
        for path in corpus.glob("*.txt")
        for line in path.read_text("utf-8").split("\n")
    )
    return plain, len(texts), encoded


def run(code: str, *arguments: Path) -> tuple[float, dict[str, Any]]:
    """Run code in a process of its own; returns the seconds from start to end and what it printed."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - began, json.loads(done.stdout)


def questions_of(index: Path, folder: Path) -> Path:
    """Write questions about what the reports count, and some that name a year."""
    from reportqa.index.folder import FolderStore

    rng = random.Random(7)
    store = FolderStore(index)
    named = sorted({f"{one.scope}{one.indicator}" for one in store.all_figures() if one.indicator})
    years = sorted({one.year for one in store.library() if one.year})
    regions = sorted({one.region for one in store.library() if one.region})
    store.close()
    asked = []
    for number in range(QUESTIONS):
        words, form = rng.choice(named), _FORMS[number % len(_FORMS)]
        lead = str(rng.choice(years)) if "年{}" in form else rng.choice(regions)
        asked.append(form.format(*[lead, words][-form.count("{}") :]))
    path = folder / "questions.json"
    path.write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    return path


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Build an index of ``count`` reports in ``folder``, update it and ask it."""
    corpus, index = folder / "corpus", folder / "index"
    corpus.mkdir()
    for number in range(count):
        name, text = make_report(number)
        (corpus / name).write_text(text, encoding="utf-8")
    size = sum(path.stat().st_size for path in corpus.iterdir())
    build_seconds, built = run(BUILD, corpus, index)
    plain, texts, tokens = count_tokens(corpus, index)
    results: dict[str, Any] = {
        "reports": count,
        "megabytes": round(size / 1e6, 2),
        "passages": built["passages"],
        "figures": built["figures"],
        "tokens of the reports": plain,
        "texts encoded": texts,
        "tokens encoded": tokens,
        "build, s": round(build_seconds, 1),
        "tokens encoded a second, encoding alone": round(tokens / built["encoding_seconds"]),
        "tokens encoded a second, whole build": round(tokens / build_seconds),
        "tokens of the reports a second, whole build": round(plain / build_seconds),
        "build, peak memory, MiB": built["peak_mib"],
        "index, MB": round(sum(path.stat().st_size for path in index.rglob("*") if path.is_file()) / 1e6, 1),
    }
    results["nothing changed, s"] = round(run(BUILD, corpus, index)[0], 2)
    results |= updates(corpus, index)
    _, asked = run(ASK, index, questions_of(index, folder))
    return results | {
        "open, s": round(asked["open_seconds"], 2),
        "warm question, median ms": round(statistics.median(asked["seconds"]) * 1000, 1),
        "warm question, 95 of 100 ms": round(statistics.quantiles(asked["seconds"], n=20)[-1] * 1000, 1),
        "questions answered": f"{asked['answered']} of {QUESTIONS}",
        "asking, peak memory, MiB": asked["peak_mib"],
    }


def updates(corpus: Path, index: Path) -> dict[str, Any]:
    """Change one report, in one number and then in all of them, and put its year right."""
    report = sorted(corpus.glob("*.txt"))[0]
    text = report.read_text(encoding="utf-8")
    steps = {
        "one number changed": _NUMBER.sub("7777", text, count=1),
        "one report changed in all numbers": _NUMBER.sub(lambda found: _vary_number(found[0], random.Random(99)), text),
    }
    results: dict[str, Any] = {}
    for name, changed in steps.items():
        report.write_text(changed, encoding="utf-8")
        seconds, done = run(BUILD, corpus, index)
        results[f"update, {name}, s"] = round(seconds, 2)
        results[f"update, {name}, texts encoded"] = done["encoded"]
        results[f"update, {name}, peak memory, MiB"] = done["peak_mib"]
    (corpus / "报告信息.csv").write_text(f"文件,年份\n{report.name},2001\n", encoding="utf-8-sig")
    results["update, a year corrected, s"] = round(run(BUILD, corpus, index)[0], 2)
    return results


def main() -> None:
    """Measure, print and keep one JSON object; the load is that of the machine beforehand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100)
    count = parser.parse_args().count
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    load = round(os.getloadavg()[0], 1)
    with tempfile.TemporaryDirectory() as name:
        results = {"machine": machine, "load": load} | measure(Path(name), count)
    text = json.dumps(results, ensure_ascii=False, indent=1)
    print(text)
    RESULTS.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
