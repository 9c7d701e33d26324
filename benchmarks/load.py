"""Measure the running app under load: people who ask at once, each the next question as soon as the last is answered.

    python benchmarks/load.py [--people 64] [--seconds 120] [--index index] [--json FILE]

A server of its own on 127.0.0.1 answers over HTTP, as the README shows it for curl. Nobody stops to read, so this is
the most that so many people can ask; the askers run on the same processors. An answer counts only if it is a record of
the question that was asked. Ends with 1 where anything went wrong.
"""

import argparse
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "本学年招生多少人？",
    "毕业生升学多少人？",
    "生师比是多少？",
    "民办学校有哪些？",
    "教师队伍有什么特点？",
    "校企合作有什么成效？",
    "就业率比上年高吗？",
    "面临哪些挑战？",
    "有多少专任教师？",
    "今天天气怎么样？",
)
STATUSES = {"answered", "not_found"}
START = 120  # seconds that a server may take to answer for the first time
PATIENCE = 120


@dataclass
class Results:
    """What all people saw: the seconds of every answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def ask(connection: http.client.HTTPConnection, question: str) -> None:
    """Ask one question; raise ValueError where the answer is none."""
    body = json.dumps({"data": [question, 5, None, None]})
    connection.request("POST", "/gradio_api/run/ask", body, {"Content-Type": "application/json"})
    check(connection.getresponse().read().decode("utf-8"), question)


def check(told: str, question: str) -> None:
    """Raise ValueError where what the server told is no answer to the question."""
    try:
        (record,) = json.loads(told)["data"]
        is_answer = record["question"] == question and record["status"] in STATUSES and bool(record["citations"])
    except (ValueError, KeyError, TypeError):
        is_answer = False
    if not is_answer:
        raise ValueError(f"{question}: {told[:200]}")


def person(port: int, number: int, until: float, results: Results) -> None:
    """Ask one question after the other until the time is up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    turn = number
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            ask(connection, QUESTIONS[turn % len(QUESTIONS)])
            results.seconds.append(time.perf_counter() - began)
        except (OSError, http.client.HTTPException, ValueError) as error:
            results.errors.append(f"{type(error).__name__}: {error}")
            connection.close()
        turn += 1
    connection.close()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers a question."""
    deadline = time.monotonic() + START
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            ask(connection, QUESTIONS[0])
            return
        except (OSError, http.client.HTTPException):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the server did not start") from None
            time.sleep(0.2)
        finally:
            connection.close()


def memory(pid: int) -> float | None:
    """Return the peak memory of a process in MiB, None where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def run(people: int, seconds: float, index: Path) -> dict[str, object]:
    """Serve, let the people ask, and return what was measured."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "reportqa", "serve", "--index", str(index), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        results = Results()
        began = time.monotonic()
        until = began + seconds
        crowd = [threading.Thread(target=person, args=(port, number, until, results)) for number in range(people)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        took = time.monotonic() - began
        peak = memory(server.pid)
        load = os.getloadavg()[0]
    finally:
        server.terminate()
        server.wait(timeout=30)
    return summary(results, people, took) | {
        "server, peak memory, MiB": round(peak) if peak else None,
        "load average at the end": round(load, 1),
    }


def summary(results: Results, people: int, took: float) -> dict[str, object]:
    """Say in figures what the people saw."""
    ordered = sorted(results.seconds)
    cuts = statistics.quantiles(ordered, n=100) if len(ordered) > 1 else ordered * 99
    return {
        "people": people,
        "seconds": round(took, 1),
        "answers": len(ordered),
        "errors": len(results.errors),
        "first errors": results.errors[:5],
        "answers a second": round(len(ordered) / took, 1),
        "median, s": round(statistics.median(ordered), 3) if ordered else None,
        "p95, s": round(cuts[94], 3) if cuts else None,
        "longest, s": round(ordered[-1], 3) if ordered else None,
    }


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measured = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {name: version(name) for name in ("reportqa", "gradio", "uvicorn", "faiss-cpu")},
    } | run(options.people, options.seconds, options.index.resolve())
    print(json.dumps(measured, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(measured, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(1 if measured["errors"] or not measured["answers"] else 0)


if __name__ == "__main__":
    main()
