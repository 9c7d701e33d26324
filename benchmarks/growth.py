"""How the program grows: libraries of a thousand to a million passages, built, opened and asked.

    python benchmarks/growth.py --folder FOLDER [--sizes 1000 10000 100000 1000000] [--data ../shared/data] [--ask-only]
    python benchmarks/growth.py --milvus --folder FOLDER [--sizes …] …      the same in Milvus Lite (docs/milvus.md)

The libraries are synthetic, drawn around real passages by a seeded generator; docs/growth.md says how, and its table is
written here. A million passages take 45 GB of FOLDER while they are built, and 25 GB afterwards. Results of sizes that
are not asked for are kept; with --ask-only those of building too, where FOLDER has the libraries from an earlier run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from synthetic_library import REPORTS, ROOT, TOP, Library, read_base, write_texts

from reportqa.index.build import build_index
from reportqa.index.dense import Vectors
from reportqa.index.entries import Origin
from reportqa.index.home import home_of
from reportqa.index.opening import open_store
from reportqa.models.encoder import Encoder, open_encoder
from reportqa.qa import ReportQA

# By whether the libraries are in Milvus Lite.
RESULTS = {milvus: ROOT / "benchmarks" / "results" / name for milvus, name in
           ((False, "growth.json"), (True, "milvus_growth.json"))}  # fmt: skip
PAGE = ROOT / "docs" / "growth.md"
SIZES = (1_000, 10_000, 100_000, 1_000_000)

QUESTIONS = 200


class Memory:
    """The most memory this process held, in MiB: all of it, and what no file backs (Linux only)."""

    def __init__(self) -> None:
        self.own = 0
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def peak(self) -> int:
        """The most resident memory: pages of mapped files count where they have been touched."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    def _watch(self) -> None:
        status = Path("/proc/self/status")
        while status.exists():
            resident = re.search(r"RssAnon:\s+(\d+)", status.read_text())
            self.own = max(self.own, int(resident[1]) // 1024 if resident else 0)
            time.sleep(0.05)


class Timed:
    """An encoder that adds up the time it takes."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.dim, self.model_id = encoder.dim, encoder.model_id
        self.seconds = 0.0
        self.encode_passages = encoder.encode_passages

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions."""
        began = time.perf_counter()
        vectors = self._encoder.encode_queries(texts)
        self.seconds += time.perf_counter() - began
        return vectors


def questions_of(data: Path) -> list[str]:
    """Return questions over the real passages: those of the reports' sets, filled up from CMRC 2018 where present."""
    sets = [ROOT.parent / "shared" / "eval" / "questions_dev.jsonl", *sorted(REPORTS[1].glob("*_questions.jsonl"))]
    lines = [line for path in sets if path.exists() for line in path.read_text(encoding="utf-8").splitlines()]
    own = [json.loads(line)["question"] for line in lines]
    cmrc = data / "cmrc2018_trial.json"
    entries = json.loads(cmrc.read_text(encoding="utf-8"))["data"] if cmrc.exists() else []
    wiki = [qa["question"] for entry in entries for part in entry["paragraphs"] for qa in part["qas"] if qa["question"]]
    draw = random.Random(1)
    own = draw.sample(own, min(len(own), 3 * QUESTIONS // 4))
    chosen = [*own, *draw.sample(wiki, min(len(wiki), QUESTIONS - len(own)))]
    draw.shuffle(chosen)
    return chosen


def place(folder: Path, size: int, milvus: bool) -> str:
    """Return where the index of a size is."""
    return f"milvus:{folder / str(size)}.db" if milvus else str(folder / str(size))


def build(folder: Path, size: int, data: Path, milvus: bool) -> dict[str, Any]:
    """Write the index of a library of ``size`` passages, and beside it what is nearest to each question."""
    encoder = open_encoder()
    library = Library(read_base(folder / "base"), size, encoder.encode_queries(questions_of(data)))
    memory = Memory()
    began = time.perf_counter()
    home_of(place(folder, size, milvus), encoder.model_id).write(library.entries(), Origin(), encoder.dim, None, False)
    seconds = time.perf_counter() - began - library.seconds
    (folder / f"{size}.json").write_text(json.dumps(library.exact.nearest), encoding="utf-8")
    kept = Path(place(folder, size, milvus).removeprefix("milvus:"))
    files = [path for path in kept.rglob("*") if path.is_file()]
    return {
        "vectors": library.units,
        "figures": library.figures,
        "index": "compressed" if list(kept.rglob("units.npy")) else "flat",
        "build, s": round(seconds, 1),
        "generator, s": round(library.seconds, 1),
        "build, peak memory, MiB": memory.peak,
        "build, own memory, MiB": memory.own,
        "files, MiB": round(sum(path.stat().st_size for path in files) / 2**20),
    }


def ask(folder: Path, size: int, data: Path, milvus: bool) -> dict[str, Any]:
    """Open the index and ask: first half of the questions to warm up, each of the others once."""
    questions = questions_of(data)
    encoder = Timed(open_encoder())
    vectors = encoder.encode_queries(questions)
    memory = Memory()
    began = time.perf_counter()
    store = open_store(place(folder, size, milvus))
    opened = time.perf_counter() - began
    qa = ReportQA(store, encoder)
    ready = time.perf_counter() - began
    half = len(questions) // 2
    times = [_beyond_encoding(qa, encoder, question) for question in questions]
    nearest = json.loads((folder / f"{size}.json").read_text(encoding="utf-8"))
    parts = {
        "vectors": _times(lambda at: store.dense_search(vectors[at], 100), half),
        "words": _times(lambda at: store.keyword_search("words", questions[at], 100), half),
        "bigrams": _times(lambda at: store.keyword_search("bigrams", questions[at], 100), half),
    }
    found = [list(store.dense_search(vector, 100))[:TOP] for vector in vectors]
    recalls = [len(set(a) & set(b)) / len(b) for a, b in zip(found, nearest, strict=True)]
    return {
        "open, ms": round(1000 * opened, 1),
        "ready, ms": round(1000 * ready, 1),
        "first question, ms": round(1000 * times[0], 1),
        "question, median ms": round(1000 * statistics.median(times[half:]), 1),
        "question, p95 ms": round(1000 * statistics.quantiles(times[half:], n=20)[-1], 1),
        **{f"{name}, median ms": round(1000 * statistics.median(values), 2) for name, values in parts.items()},
        f"recall@{TOP}": round(statistics.mean(recalls), 4),
        "load": round(os.getloadavg()[1], 1),
        "ask, peak memory, MiB": memory.peak,
        "ask, own memory, MiB": memory.own,
    }


def _beyond_encoding(qa: ReportQA, encoder: Timed, question: str) -> float:
    encoder.seconds = 0.0
    began = time.perf_counter()
    qa.ask(question)
    return time.perf_counter() - began - encoder.seconds


def _times(search: Callable[[int], object], count: int) -> list[float]:
    times = []
    for at in range(count, 2 * count):
        began = time.perf_counter()
        search(at)
        times.append(time.perf_counter() - began)
    return times


COLUMNS = (
    ("vectors", "vectors"), ("index", "index"), ("build, s", "build"), ("build, peak memory, MiB", "build, memory"),
    ("files, MiB", "files"), ("open, ms", "open"), ("first question, ms", "first question"),
    ("question, median ms", "question, median"), ("question, p95 ms", "p95"), ("vectors, median ms", "by vector"),
    ("words, median ms", "by words"), ("bigrams, median ms", "by bigrams"), (f"recall@{TOP}", f"recall@{TOP}"),
    ("ask, peak memory, MiB", "memory"), ("ask, own memory, MiB", "of it not files"),
)  # fmt: skip
_UNITS = {", s": "s", ", ms": "ms", " ms": "ms", ", MiB": "MiB"}


def table(results: dict[str, Any]) -> str:
    """Return the results as a Markdown table, a column a size."""
    sizes = sorted(results["sizes"], key=int)
    lines = ["| passages | " + " | ".join(f"{int(size):,}" for size in sizes) + " |", "|---" * (len(sizes) + 1) + "|"]
    for key, name in COLUMNS:
        unit = next((unit for end, unit in _UNITS.items() if key.endswith(end)), "")
        cells = [f"{_shown(results['sizes'][size][key])} {unit}".strip() for size in sizes]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    dates = ", ".join(sorted({results["sizes"][size]["date"] for size in sizes}))
    return "\n".join([*lines, "", f"{dates}; {results['machine']}; {results['versions']}.", ""])


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def write_results(size: int, measured: dict[str, Any], milvus: bool) -> None:
    """Add the results of a size to the file, and write the table of the page anew."""
    file, mark = RESULTS[milvus], "milvus table" if milvus else "table"
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"sizes": {}}
    names = ("faiss-cpu", "numpy", *(("milvus-lite", "pymilvus") if milvus else ()), "reportqa")
    packages = [f"{name} {version(name)}" for name in names]
    results["machine"] = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    results["versions"] = ", ".join([*packages, f"SQLite {sqlite3.sqlite_version}"])
    results["sizes"][str(size)] = results["sizes"].get(str(size), {}) | {"date": date.today().isoformat()} | measured
    file.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")
    after = rest.partition(f"<!-- end of {mark} -->\n")[2]
    text = f"{before}<!-- {mark} -->\n{table(results)}<!-- end of {mark} -->\n{after}"
    PAGE.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure each size in processes of its own, so that memory is the size's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--ask-only", action="store_true")
    parser.add_argument("--milvus", action="store_true")
    parser.add_argument("--step", choices=("base", "build", "ask"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step == "base":
        write_texts(options.folder / "texts", options.data)
        build_index([options.folder / "texts"], options.folder / "base")
        print("{}")
    elif options.step:
        step = build if options.step == "build" else ask
        measured = step(options.folder, options.sizes[0], options.data, options.milvus)
        print(json.dumps(measured, ensure_ascii=False))
    else:
        if not (options.folder / "base").exists():
            run_step(options, "base", 0)
        for size in options.sizes:
            built = {} if options.ask_only else run_step(options, "build", size)
            measured = built | run_step(options, "ask", size)
            print(size, json.dumps(measured, ensure_ascii=False, indent=1), flush=True)
            write_results(size, measured, options.milvus)


def run_step(options: argparse.Namespace, step: str, size: int) -> dict[str, Any]:
    """Run one step in a new process and return what it measured."""
    where = ["--folder", str(options.folder), "--data", str(options.data), *(["--milvus"] if options.milvus else [])]
    command = [sys.executable, __file__, "--step", step, "--sizes", str(size), *where]
    run = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    measured: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    main()
