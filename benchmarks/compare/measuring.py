"""The measured processes: one at a time, each with its wall time and its peak memory."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from environment import environment
from question_sets import Found, QuestionSet

_RUNNER = Path(__file__).with_name("runner.py")
_COLD_QUESTION = "本学年招生多少人？"


@dataclass(frozen=True)
class _Asked:
    """What a process found, the seconds that each question or the batch took, and what the whole process took."""

    found: Found
    seconds: list[float]
    wall: float
    memory: float


@dataclass(frozen=True)
class Bench:
    """Runs the runner with the environment's interpreter, in a scratch folder."""

    python: Path
    model: Path
    work: Path

    def quality(self, name: str, questions: QuestionSet) -> dict[str, dict[str, float]]:
        """Build an index of the set's files, ask its questions, and say how often the evidence was found."""
        index = self._index(name)
        self._run("build", name, index, questions.source)
        found = self._asked("batch" if questions.by_document else "ask", name, index, questions.questions).found
        return {"seen": questions.recalls(found), "in full": questions.recalls(found, seen=None)}

    def speed(self, name: str, library: QuestionSet) -> dict[str, float]:
        """Build, ask cold, ask warm and ask in a batch, each in a process of its own."""
        index = self._index(name)
        build, build_memory = self._run("build", name, index, library.source)
        cold = self._asked("ask", name, index, [_COLD_QUESTION])
        warm = self._asked("ask", name, index, library.questions)
        batch = self._asked("batch", name, index, library.questions)
        return {
            "build, s": build,
            "cold, s": cold.wall,
            "warm, ms": 1000 * statistics.median(warm.seconds),
            "batch, questions/s": len(library.questions) / sum(batch.seconds),
            "memory of the build, MiB": build_memory,
            "memory of one question, MiB": cold.memory,
            "memory of the batch, MiB": batch.memory,
        }

    def _index(self, name: str) -> Path:
        """Return a place for an index where there is none yet: a program may use a folder or a file."""
        index = self.work / "indexes" / name
        shutil.rmtree(index, ignore_errors=True)
        index.parent.mkdir(parents=True, exist_ok=True)
        index.unlink(missing_ok=True)
        return index

    def _asked(self, action: str, name: str, index: Path, questions: Sequence[str]) -> _Asked:
        asked, results = self.work / "questions.json", self.work / "results.json"
        asked.write_text(json.dumps(questions, ensure_ascii=False), encoding="utf-8")
        wall, memory = self._run(action, name, index, asked, results)
        outcome = json.loads(results.read_text(encoding="utf-8"))
        return _Asked(outcome["found"], outcome["seconds"], wall, memory)

    def _run(self, action: str, name: str, *paths: Path) -> tuple[float, float]:
        """Run one process; return its wall time in seconds and its peak memory in MiB."""
        log = self.work / "log.txt"
        index, *others = map(str, paths)
        command = [str(self.python), str(_RUNNER), action, name, str(self.model), index, *others]
        with log.open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment(self.work))
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        if status:
            tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise SystemExit(f"{name} failed at {action}:\n{tail}")
        return wall, usage.ru_maxrss / 1024
