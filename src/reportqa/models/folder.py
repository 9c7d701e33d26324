"""The bundled encoder written out as a sentence-transformers folder, for other programs: BertModel, float32.

The stored matrices become float32 again. The vectors differ from the bundled encoder's own by what rounding the values
to int8 does there (cosine 0.999), and sentence-transformers reads a text alone, without what is around it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportqa.errors import ModelError
from reportqa.models.bundled import MAX_TOKENS, PASSAGE, QUERY
from reportqa.models.runtime import WEIGHTS, read_record

Progress = Callable[[str], None]

_RECORD = "reportqa-model.json"
_BLOCK = 32
_TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 7: np.int64, 10: np.float16}
_BERT = {
    "attended": "attention.output.dense",
    "first_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "second_norm": "output.LayerNorm",
}
_CARD = """# {model_id}

intfloat/multilingual-e5-small (MIT licence) with the vocabulary of Chinese reports, written out in float32 by reportqa.
384 dimensions, mean pooling, normalised.

Prompts: `query: ` for questions, `passage: ` for passages.
"""


def write_model(folder: Path, progress: Progress | None = None) -> Path:
    """Write the bundled model as a sentence-transformers folder; one that has it already is left as it is.

    The folder is written beside ``folder`` and renamed in, so that no half model stays there. Raises ModelError where
    ``folder`` holds something else or cannot be written.
    """
    record = read_record(WEIGHTS, "encoder")
    if (folder / _RECORD).is_file() and json.loads((folder / _RECORD).read_text("utf-8")) == record:
        return folder
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder} 是一个文件，不是文件夹：请给一个空的或新的文件夹。")
    if folder.is_dir() and any(folder.iterdir()):
        raise ModelError(f"文件夹 {folder} 里已有别的文件：请给一个空的或新的文件夹。")
    if progress is not None:
        progress("正在写出内置的向量模型（约120MB）……")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.writing-") as scratch:
            built = Path(scratch) / "new"
            _write_files(built, record)
            if folder.is_dir():
                folder.rmdir()
            built.rename(folder)
    except OSError as error:
        raise ModelError(f"模型写不进 {folder}（{error.strerror or error}）：请换一个文件夹。") from error
    return folder


def _write_files(folder: Path, record: Mapping[str, Any]) -> None:
    try:
        from safetensors.numpy import save_file
    except ImportError as error:
        raise ModelError(
            "写出模型要用 safetensors，这台电脑上没有：请在装有 sentence-transformers 的电脑上写。"
        ) from error
    folder.mkdir()
    for name, content in _json_files(record).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "README.md").write_text(_CARD.format(model_id=record["model_id"]), "utf-8")
    shutil.copyfile(WEIGHTS / "tokenizer.json", folder / "tokenizer.json")
    weights = folder / "model.safetensors"
    save_file(bert_weights(read_tensors((WEIGHTS / "encoder.onnx").read_bytes())), weights, metadata={"format": "pt"})
    weights.chmod((folder / "config.json").stat().st_mode)  # safetensors lets nobody else read it


def _json_files(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON files of the folder, in names and class paths that sentence-transformers 5 and 6 both read."""
    names = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    paths = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    return {
        _RECORD: record,
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (kind, path) in enumerate(paths.items())
        ],
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY, "passage": PASSAGE, "document": PASSAGE},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": record["dim"], "pooling_mode_mean_tokens": True},
        "config.json": {"architectures": ["BertModel"], **record["config"]},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "clean_up_tokenization_spaces": False,
            **names,
        },
        "special_tokens_map.json": names,
    }


def bert_weights(stored: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """Return the weights by the names of transformers' BertModel, from the tensors that training.graph stores."""
    width = stored["norm.weight"].shape[0]
    weights = {
        "embeddings.word_embeddings.weight": _unpacked(stored["words"], stored["words.scale"]),
        # What all tokens share, the vector of their kind, is in the places already.
        "embeddings.position_embeddings.weight": stored["places"],
        "embeddings.token_type_embeddings.weight": np.zeros((2, width), np.float32),
        # BertModel has a pooler that mean pooling does not read; without weights for it, loading warns of random ones.
        "pooler.dense.weight": np.zeros((width, width), np.float32),
        "pooler.dense.bias": np.zeros(width, np.float32),
    }
    for side in ("weight", "bias"):
        weights[f"embeddings.LayerNorm.{side}"] = stored[f"norm.{side}"]
        for number in range(1 + max(int(name.split(".")[1]) for name in stored if name.startswith("layers."))):
            own, bert = f"layers.{number}", f"encoder.layer.{number}"
            joined = np.split(_side(stored, f"{own}.attention", side), 3)
            for part, values in zip(("query", "key", "value"), joined, strict=True):
                weights[f"{bert}.attention.self.{part}.{side}"] = values
            weights |= {f"{bert}.{name}.{side}": _side(stored, f"{own}.{part}", side) for part, name in _BERT.items()}
    return {name: np.ascontiguousarray(values, np.float32) for name, values in weights.items()}


def _side(stored: Mapping[str, NDArray[Any]], name: str, side: str) -> NDArray[np.float32]:
    """Return a bias, the weight of a norm, or a matrix as it was before it was smoothed and rounded."""
    if f"{name}.{side}" in stored:
        return np.asarray(stored[f"{name}.{side}"], np.float32)
    matrix: NDArray[np.float32] = stored[name].T * stored[f"{name}.scale"][:, None] * stored[f"{name}.smooth"]
    return matrix


def _unpacked(packed: NDArray[np.uint8], scales: NDArray[np.float16]) -> NDArray[np.float32]:
    """Turn rows of 4-bit weights into floats: the low half of a byte is the earlier weight.

    >>> _unpacked(np.full((1, 16), 0x9A, np.uint8), np.array([[0.5]], np.float16))[0, :4].tolist()
    [1.0, 0.5, 1.0, 0.5]
    """
    whole = np.stack([packed & 15, packed >> 4], axis=-1).reshape(len(packed), -1, _BLOCK).astype(np.float32) - 8
    back: NDArray[np.float32] = whole * scales.astype(np.float32)[..., None]
    return back.reshape(len(packed), -1)


def read_tensors(model: bytes) -> dict[str, NDArray[Any]]:
    """Return the stored tensors of an ONNX file by their names.

    onnxruntime does not hand them out, and the package onnx is not needed for anything else: the file is a protocol
    buffer, in which they are fields 5 of the graph, which is field 7.
    """
    tensors = {}
    for graph in _fields(memoryview(model), 7):
        for tensor in _fields(graph, 5):
            sizes = _numbers(tensor, 1)
            (kind,), (name,), (values,) = _numbers(tensor, 2), _fields(tensor, 8), _fields(tensor, 9)
            tensors[bytes(name).decode()] = np.frombuffer(values, _TYPES[kind]).reshape(sizes)
    return tensors


def _fields(message: memoryview, wanted: int) -> list[memoryview]:
    """Return the fields of one number whose values are bytes, texts or messages."""
    return [value for number, value in _all_fields(message) if number == wanted and isinstance(value, memoryview)]


def _numbers(message: memoryview, wanted: int) -> list[int]:
    """Return the fields of one number whose values are whole numbers, one by one or packed."""
    found: list[int] = []
    for number, value in _all_fields(message):
        if number == wanted:
            at = 0
            while isinstance(value, memoryview) and at < len(value):
                one, at = _number(value, at)
                found.append(one)
            found += [value] if isinstance(value, int) else []
    return found


def _all_fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        value, at = _number(message, at)
        if key & 7 == 0:
            yield key >> 3, value
        elif key & 7 == 2:
            yield key >> 3, message[at : at + value]
            at += value
        else:
            raise ValueError(f"a field of type {key & 7}")


def _number(data: memoryview, at: int) -> tuple[int, int]:
    """Return a number written in groups of 7 bits, the lowest first, and where the next field starts."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
