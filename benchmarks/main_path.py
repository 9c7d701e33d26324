"""Measure the main path: a cold question, a warm one, the build of the report's index, and the start of the web page.

    python benchmarks/main_path.py [--runs 5] [--json FILE]

A cold question is a new process: wall time of ``reportqa ask`` beside that of only loading the libraries that it needs
(the floor), medians over the questions and the runs, and the largest peak memory of any of them. Seconds of the
processor are given too: other programs on the machine change them less. Python keeps its bytecode, as it
does where the program is installed.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from reportqa.models.bundled import BundledEncoder
from reportqa.models.parts import Parts
from reportqa.models.runtime import WEIGHTS, open_tokenizer
from reportqa.qa import ReportQA

ROOT = Path(__file__).parent.parent
QUESTIONS = ("本学年招生多少人？", "民办学校有哪些？", "陈列馆是什么时候建成的？", "中职招生为什么难？", "生师比？")
PROGRAM = ("-m", "reportqa")
FLOOR = ("-c", "import numpy, faiss, onnxruntime, tokenizers")
START = 120  # seconds that the page may take to appear


def run(scratch: Path, *arguments: str) -> tuple[float, float, float]:
    """Run Python in a new process; return wall time and processor time in seconds, and peak memory in MiB."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | {"PYTHONPYCACHEPREFIX": str(scratch / "bytecode")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def warm(qa: ReportQA) -> float:
    """Return the median time of a question in a running process, in milliseconds."""
    for question in QUESTIONS:
        qa.ask(question)
    times = []
    for question in QUESTIONS * 10:
        began = time.perf_counter()
        qa.ask(question)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def tokens_a_second(qa: ReportQA) -> float:
    """Return how many tokens of passages the bundled model reads a second, on all cores."""
    tokenizer, encoder = open_tokenizer(WEIGHTS), BundledEncoder()
    texts = [text for document in qa.documents() for text in document.text.split("\n") if text]
    passages = [Parts("", text, ((0, len(text)),), (text,)) for text in texts]
    tokens = sum(len(one.ids) for one in tokenizer.encode_batch([f"passage: {text}" for text in texts]))
    encoder.encode_passages(passages)
    began = time.perf_counter()
    encoder.encode_passages(passages)
    return tokens / (time.perf_counter() - began)


def page(index: Path) -> float:
    """Return how long the web page takes from the command until it is sent, in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    began = time.perf_counter()
    command = [sys.executable, *PROGRAM, "serve", "--index", str(index), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with direct.open(f"http://127.0.0.1:{port}/", timeout=START) as answer:
                    answer.read()
                return time.perf_counter() - began
            except (OSError, urllib.error.URLError):
                if server.poll() is not None or time.perf_counter() - began > START:
                    raise SystemExit("the page did not appear") from None
                time.sleep(0.02)
    finally:
        server.terminate()
        server.wait(timeout=30)


def measure(runs: int, scratch: Path) -> dict[str, str | float]:
    """Build an index, use it, and return what was measured."""
    index = scratch / "index"
    load = round(os.getloadavg()[0], 1)
    # The first run of all writes the bytecode.
    run(scratch, *PROGRAM, "index", "corpus", "--index", str(scratch / "first"))
    build, worked, memory = run(scratch, *PROGRAM, "index", "corpus", "--index", str(index))
    again, _, _ = run(scratch, *PROGRAM, "index", "corpus", "--index", str(index))
    run(scratch, *PROGRAM, "ask", QUESTIONS[0], "--index", str(index))
    cold, floor = [], []
    for _ in range(runs):
        cold += [run(scratch, *PROGRAM, "ask", question, "--index", str(index)) for question in QUESTIONS]
        floor.append(run(scratch, *FLOOR)[0])
    qa = ReportQA.open(index)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load average": load,
        "index, s": round(build, 2),
        "index, processor s": round(worked, 2),
        "index, peak memory, MiB": round(memory),
        "index, nothing changed, s": round(again, 2),
        "cold ask, median s": round(statistics.median(seconds for seconds, _, _ in cold), 2),
        "cold ask, floor, s": round(statistics.median(floor), 2),
        "cold ask, processor s": round(statistics.median(seconds for _, seconds, _ in cold), 2),
        "cold ask, peak memory, MiB": round(max(peak for _, _, peak in cold)),
        "warm ask, median ms": round(warm(qa), 1),
        "web page, s": round(statistics.median(page(index) for _ in range(runs)), 2),
        "tokens a second": round(tokens_a_second(qa)),
    }


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(options.runs, Path(scratch))
    for name, value in figures.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
