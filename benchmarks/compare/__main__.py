"""Measure this program beside LangChain, txtai and Haystack, on the same documents with the same embedding model.

    python benchmarks/compare [--runs 5] [--work FOLDER]     set up, measure, write the results and the page's tables
    python benchmarks/compare --table                        write the page's tables again from the results

Everything is installed into FOLDER, by default in the user's cache folder, which takes 3 GB. Results go to
benchmarks/results/compare.json, the tables into docs/comparison.md, which says how all this was measured.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from environment import machine, make_environment, make_model, versions
from measuring import Bench
from programs import SETTINGS
from question_sets import ROOT, SEEN, QuestionSet, cmrc_set, library, report_sets
from tables import insert, tables

RESULTS = ROOT / "benchmarks" / "results" / "compare.json"
PAGE = ROOT / "docs" / "comparison.md"


def measure(work: Path, runs: int) -> dict[str, Any]:
    """Measure quality once and speed ``runs`` times; the programs take turns, so that all see the same machine."""
    load = round(os.getloadavg()[0], 1)
    reports, skipped = report_sets(work / "sources")
    cmrc, no_cmrc = cmrc_set(work / "sources")
    everything = library(reports.values(), work / "sources")
    python = make_environment(work)
    bench = Bench(python, make_model(python, work), work)
    sets = reports | cmrc
    retrieval = {name: _quality(bench, name, sets) for name in SETTINGS}
    rounds = [{name: _speed(bench, name, everything, number) for name in SETTINGS} for number in range(1, runs + 1)]
    return {
        "date": date.today().isoformat(),
        "machine": machine(),
        "load": load,
        "versions": versions(python),
        "runs": runs,
        "seen": SEEN,
        "skipped": skipped + no_cmrc,
        "sets": {name: {"title": one.title, "questions": one.answerable()} for name, one in sets.items()},
        "library": _size(everything),
        "programs": {
            name: {
                "title": setting.title,
                "retrieval": retrieval[name],
                "runs": _columns([one[name] for one in rounds]),
            }
            for name, setting in SETTINGS.items()
        },
    }


def _quality(bench: Bench, name: str, sets: Mapping[str, QuestionSet]) -> dict[str, Any]:
    _say(f"{name}: retrieval")
    return {title: bench.quality(name, questions) for title, questions in sets.items()}


def _speed(bench: Bench, name: str, everything: QuestionSet, number: int) -> dict[str, float]:
    _say(f"{name}: speed, run {number}")
    return bench.speed(name, everything)


def _columns(rows: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: [round(row[name], 2) for row in rows] for name in rows[0]}


def _size(everything: QuestionSet) -> dict[str, int]:
    texts = [path.read_text(encoding="utf-8") for path in everything.source.iterdir()]
    return {"reports": len(texts), "characters": sum(map(len, texts)), "questions": len(everything.questions)}


def _say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def main() -> None:
    """Measure unless only the tables are asked for, and write both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--work", type=Path, default=cache / "reportqa-compare", metavar="FOLDER")
    parser.add_argument("--table", action="store_true", help="only write the tables again")
    options = parser.parse_args()
    if not options.table:
        results = measure(options.work.resolve(), options.runs)
        RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    made = tables(json.loads(RESULTS.read_text(encoding="utf-8")))
    PAGE.write_text(insert(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
