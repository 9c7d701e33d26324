"""Measure the main path: a cold question, a warm one, and the build of the report's index.

    python benchmarks/main_path.py [--runs 5] [--json FILE]

A cold question is a new process: wall time and peak memory of ``reportqa ask``, medians over the runs, beside the
seconds of the processor, which other programs on the machine change less.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUESTIONS = ("本学年招生多少人？", "民办学校有哪些？", "陈列馆是什么时候建成的？", "中职招生为什么难？", "生师比？")


def run(*arguments: str) -> tuple[float, float, float]:
    """Run the command line in a new process; return wall time and processor time in seconds, and peak memory in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "reportqa", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"reportqa {' '.join(arguments)} failed")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def warm(index: Path) -> float:
    """Return the median time of a question in a running process, in milliseconds."""
    from reportqa.qa import ReportQA

    qa = ReportQA.open(index)
    for question in QUESTIONS:
        qa.ask(question)
    times = []
    for question in QUESTIONS * 10:
        began = time.perf_counter()
        qa.ask(question)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        build, worked, memory = run("index", "corpus", "--index", str(index))
        again, _, _ = run("index", "corpus", "--index", str(index))
        cold = [run("ask", QUESTIONS[0], "--index", str(index)) for _ in range(options.runs)]
        figures = {
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "index, s": round(build, 2),
            "index, processor s": round(worked, 2),
            "index, peak memory, MiB": round(memory),
            "index, nothing changed, s": round(again, 2),
            "cold ask, median s": round(statistics.median(seconds for seconds, _, _ in cold), 2),
            "cold ask, processor s": round(statistics.median(seconds for _, seconds, _ in cold), 2),
            "cold ask, peak memory, MiB": round(max(peak for _, _, peak in cold)),
            "warm ask, median ms": round(warm(index), 1),
        }
    for name, value in figures.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
