"""Measure every way to store the encoder: size, speed, memory, and whether it finds the same as float32.

    python -m training.variants SOURCE --model FOLDER --reports FILE ... --questions FILE ... [--json OUT]

Each report is taken apart as the index does it, and each of its questions (JSON Lines, key "q") looked for among its
figures, clauses and passages: how often the first one is that of float32. Files go together in the order given. Seconds
are those of the processor, so that other programs on the machine count less; one core.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from tokenizers import Tokenizer

from reportqa.index.texts import Planned, planned_passages
from reportqa.models.bundled import BundledEncoder
from reportqa.models.parts import Parts, Vectors
from reportqa.outline.sections import split_sections
from reportqa.reading import read_document
from training.export import KINDS, as_inputs, export, make_model, measure_met, read_config, read_weights, sample_texts
from training.graph import write_graph

_SECONDS = 1.5
_SHAPES = {"passage": (1, 150), "passages": (4, 150), "question": (1, 16)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A report taken apart, and questions over it."""

    passages: tuple[Planned, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The vectors of all parts and questions, and for each question the numbers of the best figure, clause, passage."""

    vectors: Vectors
    queries: Vectors
    firsts: tuple[tuple[int, int, int], ...]


def read_asked(report: Path, questions: Path, most: int) -> Asked:
    """Read a report and at most so many of its questions, evenly chosen."""
    document = read_document(report, report.name)
    rows = [json.loads(line)["q"] for line in questions.read_text(encoding="utf-8").splitlines()]
    chosen = rows[:: max(1, len(rows) // most)][:most]
    return Asked(tuple(planned_passages(document, split_sections(document))), tuple(chosen))


def find(encoder: BundledEncoder, asked: Asked) -> Found:
    """Encode a report and its questions, and look for each."""
    parts: list[Parts] = [one.parts for one in asked.passages]
    vectors = np.concatenate(encoder.encode_passages(parts))
    queries = encoder.encode_queries(asked.questions)
    kinds = np.array([kind for one in asked.passages for kind in _kinds(one)])
    owners = np.repeat(np.arange(len(parts)), [len(one.ranges) for one in parts])
    firsts = []
    for scores in queries @ vectors.T:
        best = [int(np.where(kinds == kind, scores, -2).argmax()) for kind in ("figure", "clause")]
        firsts.append((best[0], best[1], int(owners[best[1]])))
    return Found(vectors, queries, tuple(firsts))


def _kinds(one: Planned) -> list[str]:
    return ["sentence" if whole else "clause" for _, whole, _ in one.units] + ["figure"] * len(one.figures)


def agreement(found: Sequence[Found], reference: Sequence[Found]) -> dict[str, float]:
    """Return cosines with the reference's vectors, and the share of questions for which the same comes first."""
    pairs = list(zip(found, reference, strict=True))
    parts = np.concatenate([(one.vectors * other.vectors).sum(1) for one, other in pairs])
    queries = np.concatenate([(one.queries * other.queries).sum(1) for one, other in pairs])
    same = np.array(
        [
            [a == b for a, b in zip(x, y, strict=True)]
            for one, other in pairs
            for x, y in zip(one.firsts, other.firsts, strict=True)
        ]
    )
    shares = dict(zip(("figure", "clause", "passage"), same.mean(0).round(4).tolist(), strict=True))
    cosines = {
        "parts, mean": parts.mean(),
        "parts, 1 in 100 below": np.quantile(parts, 0.01),
        "questions, mean": queries.mean(),
    }
    return {f"same {name}": value for name, value in shares.items()} | {
        name: round(float(value), 5) for name, value in cosines.items()
    }


def speeds(path: Path) -> dict[str, int]:
    """Return tokens a second of processor time, on one core, for a passage, some passages and a question."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    chance = np.random.default_rng(0)
    rates = {}
    for name, shape in _SHAPES.items():
        ids = chance.integers(4, 20000, shape)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        rates[name] = round(ids.size / _fastest(lambda: session.run(None, inputs)))  # noqa: B023 - called at once
    return rates


def _fastest(work: Callable[[], object]) -> float:
    began, fastest = time.perf_counter(), np.inf
    while time.perf_counter() - began < _SECONDS:
        before = time.process_time()
        work()
        fastest = min(fastest, time.process_time() - before)
    return float(fastest)


def opened(folder: Path) -> dict[str, float]:
    """Return what a new process takes to open the encoder and encode a question: seconds of processor."""
    program = (
        "import pathlib, sys; sys.path[:] = eval(sys.argv[2])\n"
        "from reportqa.models.bundled import BundledEncoder\n"
        "BundledEncoder(pathlib.Path(sys.argv[1])).encode_queries(['招生多少人'])"
    )
    run = subprocess.Popen([sys.executable, "-c", program, str(folder), repr(sys.path)])
    _, _, usage = os.wait4(run.pid, 0)
    return {"open, s": round(usage.ru_utime + usage.ru_stime, 2)}


def main() -> None:
    """Measure and print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--texts", type=Path, nargs="+", default=[Path("corpus")])
    parser.add_argument("--reports", type=Path, nargs="+", required=True)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--most", type=int, default=60, help="questions for each report")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = options.model or options.source
    asked = [read_asked(*pair, options.most) for pair in zip(options.reports, options.questions, strict=True)]
    weights, heads = read_weights(options.source), int(read_config(folder)["num_attention_heads"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    samples = as_inputs(tokenizer, sample_texts(options.texts))
    met = measure_met(write_graph(weights, heads, packed=False), weights, samples)
    rows: dict[str, dict[str, float]] = {}
    reference: list[Found] = []
    with tempfile.TemporaryDirectory() as scratch:
        export(folder, folder, Path(scratch), options.texts, "fp32", "")
        path = Path(scratch) / "encoder.onnx"
        for kind in dict.fromkeys(["fp32", *options.kinds]):
            onnx.save(make_model(weights, heads, kind, met), str(path))
            encoder = BundledEncoder(Path(scratch))
            found = [find(encoder, one) for one in asked]
            reference = reference or found
            row: dict[str, float] = {"MB": round(path.stat().st_size / 1e6, 1)}
            rows[kind] = row | agreement(found, reference) | speeds(path) | opened(Path(scratch))
            sys.stdout.write(f"{kind}: {json.dumps(rows[kind])}\n")
            sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
