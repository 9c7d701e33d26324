"""Training goes on from the models inside the package: what int8 made of their weights is undone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from training.export import KINDS
from training.graph import MATRICES, Met
from training.reader_export import write_reader
from training.restored import as_bert, restored

WIDTH, INNER, HEADS = 48, 96, 12
SHAPES = {
    "segments.weight": (3, WIDTH),
    "spans.weight": (2, WIDTH),
    "whole.weight": (4, WIDTH),
    "layers.0.attention.weight": (3 * WIDTH, WIDTH),
    "layers.0.attended.weight": (WIDTH, WIDTH),
    "layers.0.widen.weight": (INNER, WIDTH),
    "layers.0.narrow.weight": (WIDTH, INNER),
    "layers.0.first_norm.weight": (WIDTH,),
    "layers.0.second_norm.weight": (WIDTH,),
}


def test_a_reader_comes_back_as_it_runs(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    weights = {name: chance.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}
    weights |= {f"{name[:-6]}bias": np.zeros(len(values), np.float32) for name, values in weights.items()}
    met = {}
    for part in MATRICES:
        inner = weights[f"layers.0.{part}.weight"].shape[1]
        seen = chance.normal(size=(500, inner)).astype(np.float32)
        met[f"layers.0.{part}"] = Met(np.abs(seen).max(axis=0), seen.T @ seen)
    onnx.save(write_reader(weights, HEADS, KINDS["int8"], met), str(tmp_path / "reader.onnx"))
    found = restored(tmp_path / "reader.onnx")
    for name in SHAPES:
        assert found[name].shape == weights[name].shape
        if name.split(".")[-2] not in MATRICES:
            np.testing.assert_array_equal(found[name], weights[name])
        else:
            # Seven bits of a row's largest weight; rounding with regard to the others moves a weight by a few steps.
            assert np.abs(found[name] - weights[name]).mean() < 0.02 * np.abs(weights[name]).max()


def test_the_encoder_gets_the_names_of_bert() -> None:
    weights = {
        "words.weight": np.zeros((5, 4), np.float32),
        "positions.weight": np.ones((3, 4), np.float32),
        "norm.weight": np.ones(4, np.float32),
        "norm.bias": np.zeros(4, np.float32),
        "layers.1.attention.weight": np.arange(48, dtype=np.float32).reshape(12, 4),
    }
    named = as_bert(weights)
    assert named["encoder.layer.1.attention.self.key.weight"].tolist() == np.arange(16, 32).reshape(4, 4).tolist()
    assert named["embeddings.token_type_embeddings.weight"].shape == (2, 4)
