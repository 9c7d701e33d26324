"""Megabytes of UTF-8 text a second from which figures are read, on one core: a report, and texts made to be slow.

python benchmarks/figures_speed.py [REPORT.txt] > benchmarks/results/figures_speed.json

The report is read three times with empty caches and the fastest counts; a text made to be slow is read once.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path

from reportqa.figures.extract import figures_in_text
from reportqa.figures.following import read_after
from reportqa.figures.phrases import read_before
from reportqa.text.tags import tagged

MEGABYTE = 1_000_000
HARD = {
    "digits": "1",
    "brackets": "()",
    "open brackets": "(",
    "commas": "，",
    "digits and brackets": "1(",
    "lists": "1、",
}


def measured(text: str) -> tuple[float, int, float]:
    """Return megabytes, figures and seconds of one cold pass over ``text``."""
    for cached in (read_before, read_after, tagged):
        cached.cache_clear()
    start = time.perf_counter()
    count = len(figures_in_text(text))
    return len(text.encode()) / MEGABYTE, count, time.perf_counter() - start


def main() -> None:
    """Print one JSON object: the machine, then size, figures, seconds and megabytes a second of each text."""
    default = sorted((Path(__file__).parents[1] / "corpus").glob("*.txt"))[0]
    report = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    figures_in_text("招生1人")  # loads the dictionary
    texts = {report.name: report.read_text(encoding="utf-8")}
    texts |= {name: unit * (MEGABYTE // len(unit.encode())) for name, unit in HARD.items()}
    results = {}
    for name, text in texts.items():
        runs = [measured(text) for _ in range(1 if name in HARD else 3)]
        size, count, seconds = min(runs, key=lambda run: run[2])
        results[name] = {
            "megabytes": round(size, 3),
            "figures": count,
            "seconds": round(seconds, 3),
            "megabytes_per_second": round(size / seconds, 2),
        }
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(json.dumps({"machine": machine, "texts": results}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
