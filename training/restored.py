"""Turn the models inside the package back into what training goes on from.

    python -m training.restored src/reportqa/models/weights FOLDER

FOLDER gets model.safetensors, tokenizer.json and config.json of the encoder, and reader.pt and verdict.pt, checkpoints
of the reader and of what judges statements: the weights as they run, rounded to 7 bits. So training can go on where no
checkpoint of an earlier one was kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import safetensors.numpy
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from training.export import BERT
from training.graph import MATRICES, from_four_bits
from training.reader_export import HEADS

Array = NDArray[np.float32]
_TRANSPOSED = "spans", "whole"


def restored(path: Path) -> dict[str, Array]:
    """Return the weights of a model that training.export or training.reader_export wrote (kind "int8"), by their names.

    What :func:`training.graph.by_token` did is undone: whole numbers times the scale of their row, and the share that
    went over to the values that meet them.
    """
    kept = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(path)).graph.initializer}
    found: dict[str, Array] = {}
    for name, values in kept.items():
        if name.split(".")[-1] in MATRICES:
            found[f"{name}.weight"] = values.T * kept[f"{name}.scale"][:, None] * kept[f"{name}.smooth"]
        elif name.split(".")[-1] in ("weight", "bias"):
            found[name] = values.T if name in {f"{one}.weight" for one in _TRANSPOSED} else values
    if "words" in kept:
        found["words.weight"] = from_four_bits(kept["words"], kept["words.scale"])
        found["positions.weight"] = kept["places"]
    return {name: np.array(values, np.float32, order="C") for name, values in found.items()}


def as_bert(weights: dict[str, Array]) -> dict[str, Array]:
    """Return an encoder's weights by the names of transformers' BertModel."""
    width = weights["norm.weight"].shape[0]
    named = {
        "embeddings.word_embeddings.weight": weights["words.weight"],
        "embeddings.position_embeddings.weight": weights["positions.weight"],
        # The kind of a text is always 0; its vector is part of the places.
        "embeddings.token_type_embeddings.weight": np.zeros((2, width), np.float32),
        **{f"embeddings.LayerNorm.{kind}": weights[f"norm.{kind}"] for kind in ("weight", "bias")},
    }
    for name, values in weights.items():
        if not name.startswith("layers."):
            continue
        _, number, part, kind = name.split(".")
        layer = f"encoder.layer.{number}"
        if part == "attention":
            for own, piece in zip(("query", "key", "value"), np.split(values, 3), strict=True):
                named[f"{layer}.attention.self.{own}.{kind}"] = piece
        else:
            named[f"{layer}.{BERT[part]}.{kind}"] = values
    return {name: np.ascontiguousarray(values) for name, values in named.items()}


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    encoder = restored(options.weights / "encoder.onnx")
    safetensors.numpy.save_file(as_bert(encoder), options.folder / "model.safetensors")
    shutil.copyfile(options.weights / "tokenizer.json", options.folder / "tokenizer.json")
    config = {
        "hidden_size": encoder["norm.weight"].shape[0],
        "num_attention_heads": HEADS,
        "intermediate_size": encoder["layers.0.widen.bias"].shape[0],
        "num_hidden_layers": len({name.split(".")[1] for name in encoder if name.startswith("layers.")}),
    }
    (options.folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    for kind in ("reader", "verdict"):
        found = restored(options.weights / f"{kind}.onnx")
        torch.save(
            {"model": {name: torch.from_numpy(own) for name, own in found.items()}}, options.folder / f"{kind}.pt"
        )


if __name__ == "__main__":
    main()
