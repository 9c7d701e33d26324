"""Write the reader as the ONNX file that travels inside the package, beside the encoder whose lower half it shares.

    python -m training.reader_export CHECKPOINT src/reportqa/models/weights [--kind int8] [--start OTHER --share 0.75]
    python -m training.reader_export CHECKPOINT src/reportqa/models/weights --name verdict

The folder has encoder.onnx and tokenizer.json already (training.export) and gets reader.onnx and reader.json, which
says how it was made; what training.judge trained, a reader by its form, is verdict.onnx. With ``--start`` it is a share
of the way from another checkpoint, of a training that went on from there: what only the first one has learned is not
all lost.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto

from reportqa.models.bundled import PASSAGE, QUERY
from reportqa.models.runtime import open_session, open_tokenizer
from training import data
from training.export import KINDS, Inputs, measure_met, read_checkpoint, sha256, towards
from training.graph import Graph, Met, Multiply, Weights, add_layer, as_float, described, model_of

OUTPUTS = "start", "end", "relevance", "verdict"
HEADS = 12
_SAMPLES, _LONGEST = 200, 400


def write_reader(
    weights: Weights, heads: int, multiply: Multiply = as_float, met: Mapping[str, Met] | None = None
) -> onnx.ModelProto:
    """Return the reader as a model.

    Inputs: hidden float32 (texts, tokens, width), segments and attention_mask int64 (texts, tokens). Outputs: start and
    end (texts, tokens), relevance (texts), verdict (texts, 3). ``met`` as in :func:`training.graph.write_graph`.
    """
    graph = Graph()
    width = weights["segments.weight"].shape[1]
    kinds = graph.add("Gather", graph.store("segments.weight", weights["segments.weight"]), "segments")
    hidden = graph.add("Add", "hidden", kinds)
    mask = graph.add("Cast", "attention_mask", to=TensorProto.INT32)
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers."))
    for number in range(layers):
        hidden = add_layer(graph, hidden, mask, f"layers.{number}", weights, heads, multiply, met or {})
    parts = graph.add_many("Split", 2, _head(graph, hidden, weights, "spans"), axis=2, num_outputs=2)
    for name, part in zip(OUTPUTS[:2], parts, strict=True):
        graph.add("Squeeze", part, graph.store("axis 2", np.array([2])))
        graph.nodes[-1].output[0] = name
    opening = graph.add("Gather", hidden, graph.store("opening", np.array(0)), axis=1)
    whole = _head(graph, opening, weights, "whole")
    relevance, _ = graph.add_many("Split", 2, whole, graph.store("sizes", np.array([1, 3])), axis=1)
    graph.nodes[-1].output[1] = OUTPUTS[3]
    graph.add("Squeeze", relevance, graph.store("axis 1", np.array([1])))
    graph.nodes[-1].output[0] = OUTPUTS[2]
    inputs = [
        described("hidden", TensorProto.FLOAT, "tokens", width),
        *(described(name, TensorProto.INT64, "tokens") for name in ("segments", "attention_mask")),
    ]
    shapes: tuple[tuple[str | int, ...], ...] = ("tokens",), ("tokens",), (), (3,)
    outputs = [described(name, TensorProto.FLOAT, *shape) for name, shape in zip(OUTPUTS, shapes, strict=True)]
    return model_of(graph, "reader", inputs, outputs)


def _head(graph: Graph, value: str, weights: Weights, name: str) -> str:
    matrix = graph.store(f"{name}.weight", np.ascontiguousarray(weights[f"{name}.weight"].T))
    return graph.add("Add", graph.add("MatMul", value, matrix), graph.store(f"{name}.bias", weights[f"{name}.bias"]))


def sample_questions(count: int) -> list[tuple[str, str]]:
    """Return questions of the training reports with the passage that answers, evenly over all reports."""
    found = []
    for path in data.report_paths():
        if data.side(path.stem) == "train":
            report = data.take_apart(path)
            targets = [one for one in data.targets(report, data.questions_of(path)) if one.units]
            for target in targets[:: max(1, len(targets) // 8)]:
                piece = report.pieces[min(target.units)[0]]
                found.append((target.question, piece.header + piece.prose.text))
    return found[:: max(1, len(found) // count)]


def as_inputs(lower: Callable[[str], NDArray[np.float32]], texts: Sequence[tuple[str, str]]) -> Iterator[Inputs]:
    """Yield what the reader takes for questions with passages, one at a time."""
    for question, passage in texts:
        asked, given = lower(QUERY + question), lower(PASSAGE + passage)
        hidden = np.concatenate([asked, given])[None, :_LONGEST]
        segments = np.array([[0] * len(asked) + [2] * len(given)], np.int64)[:, :_LONGEST]
        yield {"hidden": hidden, "segments": segments, "attention_mask": np.ones_like(segments)}


def export(
    checkpoint: Path,
    folder: Path,
    kind: str,
    today: str,
    start: Path | None = None,
    share: float = 1.0,
    name: str = "reader",
) -> dict[str, Any]:
    """Write an ONNX file and a JSON file of a ``name`` to the folder of the encoder; return what the latter says."""
    weights = read_checkpoint(checkpoint)
    used = [checkpoint, folder / "encoder.onnx"]
    if start:
        weights, used = towards(read_checkpoint(start), weights, share), [start, *used]
    met = None
    if kind.startswith("int8"):
        lower = lower_half(folder)
        met = measure_met(write_reader(weights, HEADS), weights, as_inputs(lower, sample_questions(_SAMPLES)))
    onnx.save(write_reader(weights, HEADS, KINDS[kind], met), str(folder / f"{name}.onnx"))
    record = {
        "files": {f"{name}.onnx": sha256(folder / f"{name}.onnx")},
        "made": {
            "by": "python -m training.reader_export",
            "date": today,
            "kind": kind,
            "of": {path.name: sha256(path) for path in used},
            "share of the training": share,
            "onnxruntime": onnxruntime.__version__,
        },
    }
    (folder / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return record


def lower_half(folder: Path) -> Callable[[str], NDArray[np.float32]]:
    """Return what gives the hidden states of a text at the middle of the exported encoder."""
    session, tokenizer = open_session(folder, "encoder"), open_tokenizer(folder)

    def lower(text: str) -> NDArray[np.float32]:
        ids = np.array([tokenizer.encode(text).ids[:512]], np.int64)
        found: NDArray[np.float32] = session.run(["middle"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[
            0
        ][0]
        return found

    return lower


def main() -> None:
    """Export and say what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=KINDS, default="int8")
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    parser.add_argument("--start", type=Path, help="a checkpoint from which the training of CHECKPOINT went on")
    parser.add_argument("--share", type=float, default=1.0, help="how far from START's weights to CHECKPOINT's")
    parser.add_argument("--name", choices=("reader", "verdict"), default="reader")
    options = parser.parse_args()
    record = export(
        options.checkpoint,
        options.folder,
        options.kind,
        options.date,
        options.start,
        options.share,
        options.name,
    )
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
