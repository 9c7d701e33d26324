"""One measured process: build an index, or open one and ask.

runner.py build PROGRAM MODEL INDEX SOURCE               a folder of .txt and .md files in UTF-8
runner.py ask   PROGRAM MODEL INDEX QUESTIONS RESULTS    a JSON list of questions, one after the other
runner.py batch PROGRAM MODEL INDEX QUESTIONS RESULTS    the same, as a list
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from programs import SETTINGS, Place, Program

# Asked beforehand and not counted: what a program loads with its first question belongs to the cold time.
_WARM_UP = 3


def _one_by_one(program: Program, questions: Sequence[str]) -> tuple[list[list[Place]], list[float]]:
    found, seconds = [], []
    for question in questions:
        began = time.perf_counter()
        found.append(program.search(question))
        seconds.append(time.perf_counter() - began)
    return found, seconds


def _together(program: Program, questions: Sequence[str]) -> tuple[list[list[Place]], list[float]]:
    began = time.perf_counter()
    found = program.search_all(questions)
    return found, [time.perf_counter() - began]


_ASK: dict[str, Callable[[Program, Sequence[str]], tuple[list[list[Place]], list[float]]]] = {
    "ask": _one_by_one,
    "batch": _together,
}


def _asked(program: Program, action: str, index: Path, questions: Sequence[str]) -> dict[str, Any]:
    program.open(index, batch=action == "batch")
    if len(questions) > _WARM_UP:
        _ASK[action](program, questions[:_WARM_UP])
    found, seconds = _ASK[action](program, questions)
    return {"found": found, "seconds": seconds}


def main() -> None:
    """Do what the arguments say."""
    action, name, model, index, given, *results = sys.argv[1:]
    setting = SETTINGS[name]
    program: Program = import_module(setting.module).Program(Path(model), **setting.options)
    if action == "build":
        program.build(Path(given), Path(index))
        return
    questions = json.loads(Path(given).read_text(encoding="utf-8"))
    outcome = _asked(program, action, Path(index), questions)
    Path(results[0]).write_text(json.dumps(outcome, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
