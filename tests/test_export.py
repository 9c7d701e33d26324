"""The encoder as an ONNX file, of a small random model: onnxruntime gives what transformers gives."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from reportqa.models.bundled import BundledEncoder
from reportqa.models.folder import bert_weights, read_tensors
from reportqa.models.parts import Parts
from reportqa.models.runtime import WEIGHTS, open_session, open_tokenizer
from training.export import (
    KINDS,
    as_inputs,
    export,
    loss_of_packing,
    make_model,
    measure_met,
    read_folder,
    sha256,
    towards,
)
from training.graph import write_graph

WIDTH, INNER, HEADS, LAYERS, BLOCK = 128, 256, 4, 2, 32
TEXTS = ["query: 本学年招生多少人？", "passage: 本学年度招生6191人，在校生19794人。", "passage: 生师比为18.29：1"]
# How near the hidden states come to those of float32, in the worst of the texts; random weights are the hardest case.
COSINES = {
    "fp32": 0.999999,
    "fp16": 0.99999,
    "8 bits": 0.999,
    "8 bits 128": 0.999,
    "4 bits": 0.93,
    "4 bits float": 0.93,
}


@pytest.fixture(scope="module")
def model():
    """A BertModel with random weights; the vectors of its vocabulary are such that 4 bits hold them exactly."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=open_tokenizer(WEIGHTS).get_vocab_size(),
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_attention_heads=HEADS,
        num_hidden_layers=LAYERS,
        layer_norm_eps=1e-12,
    )
    bert = BertModel(config, add_pooling_layer=False).eval()
    whole = torch.randint(-8, 8, (config.vocab_size, WIDTH // BLOCK, BLOCK))
    whole[:, :, 0] = -8
    bert.embeddings.word_embeddings.weight.data = (whole / 256).reshape(-1, WIDTH)
    for parameter in bert.encoder.parameters():
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    return bert


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    model.save_pretrained(folder)
    shutil.copyfile(WEIGHTS / "tokenizer.json", folder / "tokenizer.json")
    return folder


def read(text: str, model) -> np.ndarray:
    """The hidden states that transformers gives."""
    import torch

    with torch.no_grad():
        ids = torch.tensor([open_tokenizer(WEIGHTS).encode(text).ids])
        return model(ids).last_hidden_state[0].numpy()


def nearest(one: np.ndarray, other: np.ndarray) -> float:
    """The lowest cosine of two lists of vectors, row by row."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(((one * other).sum(axis=1) / lengths).min())


def measured(weights, tokenizer):
    return measure_met(write_graph(weights, HEADS, packed=False), weights, as_inputs(tokenizer, TEXTS))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_hidden_states_of_the_model(kind, model, folder):
    weights, tokenizer = read_folder(folder), open_tokenizer(WEIGHTS)
    made = make_model(weights, HEADS, kind, measured(weights, tokenizer))
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    for text in TEXTS:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        (hidden,) = session.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        assert nearest(hidden[0], read(text, model)) > COSINES.get(kind, 0.99), text
        if kind == "fp32":
            np.testing.assert_allclose(hidden[0], read(text, model), atol=2e-4)


def test_what_is_exported_is_an_encoder_and_says_of_what_it_was_made(model, folder, tmp_path):
    report = tmp_path / "report.txt"
    report.write_text("\n".join(["本学年度招生6191人，毕业生6782人，在校生19794人。" * 3] * 3), encoding="utf-8")
    record = export(folder, folder, tmp_path / "out", [report], "int8", "2026-01-02")
    assert json.loads((tmp_path / "out" / "encoder.json").read_text("utf-8")) == record
    assert record["files"] == {name: sha256(tmp_path / "out" / name) for name in ("encoder.onnx", "tokenizer.json")}
    assert record["model_id"] == f"multilingual-e5-small-zh-int8@{record['files']['encoder.onnx'][:12]}"
    assert (record["dim"], record["config"]["num_hidden_layers"]) == (WIDTH, LAYERS)
    assert record["made"]["vocabulary in 4 bits changes at most"] == 0
    encoder = BundledEncoder(tmp_path / "out")
    question = "本学年招生多少人？"
    (vector,) = encoder.encode_queries([question])
    mean = read(f"query: {question}", model).mean(axis=0)
    assert vector @ mean / np.linalg.norm(mean) > 0.99
    # A vector does not depend on the other texts of a batch, nor a part's on what is padded.
    texts = ["招生6191人，", "生师比为18.29：1。" * 4, "民办学校5所；"]
    passages = [Parts("年报，", text, ((0, len(text)),), (text,)) for text in texts]
    alone = [encoder.encode_passages([one])[0] for one in passages]
    np.testing.assert_allclose(np.concatenate(encoder.encode_passages(passages)), np.concatenate(alone), atol=1e-5)


def test_the_stored_matrices_become_the_model_again(folder, tmp_path):
    export(folder, folder, tmp_path, [WEIGHTS / "tokenizer.json"], "int8", "2026-01-02")
    back = bert_weights(read_tensors((tmp_path / "encoder.onnx").read_bytes()))
    weights = read_folder(folder)
    np.testing.assert_array_equal(back["embeddings.word_embeddings.weight"], weights["words.weight"])
    joined = [back[f"encoder.layer.1.attention.self.{part}.weight"] for part in ("query", "key", "value")]
    assert nearest(np.concatenate(joined), weights["layers.1.attention.weight"]) > 0.99
    np.testing.assert_array_equal(back["encoder.layer.1.output.LayerNorm.bias"], weights["layers.1.second_norm.bias"])
    assert open_session(tmp_path, "encoder").get_outputs()[0].name == "last_hidden_state"


def test_halfway_between_two_models_and_the_loss_of_packing():
    start, end = {"words.weight": np.zeros((1, 2), np.float32)}, {"words.weight": np.ones((1, 2), np.float32)}
    assert towards(start, end | {"nothing": np.ones(3, np.float32)}, 0.25)["words.weight"].tolist() == [[0.25, 0.25]]
    # 15 of -8 to 7 is no whole number of steps of 8/8: half a step of 1 is lost of 8.
    row = np.full((1, BLOCK), 0.5, np.float32)
    row[0, 0] = -8
    assert loss_of_packing({"words.weight": row}) == pytest.approx(0.5 / 8)
