"""Opening the files of a bundled model: an ONNX graph, a tokenizer, and the record of what they are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportqa.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent / "weights"


def cores() -> int:
    """Return how many cores this process may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1


def read_record(folder: Path, name: str) -> dict[str, Any]:
    """Read the JSON file that lies beside a model; raises ModelError where there is none."""
    try:
        record: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return record
    except (OSError, ValueError) as error:
        raise damaged(folder) from error


def open_session(folder: Path, name: str) -> InferenceSession:
    """Open a model to be run on one core at a time: whoever has many texts calls it from several threads.

    The graph is written in the operators that are run, so nothing is left to optimise. Raises ModelError where the file
    is missing or damaged.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # An arena keeps the memory of the largest batch, packed weights are a second copy: without both a cold question
    # takes some 10 MiB less, and a run of 200 tokens 39 ms instead of 37.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.disable_prepacking", "1")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
    # onnxruntime has its own errors, all below Exception; a file that is no model raises several of them.
    except Exception as error:
        raise damaged(folder) from error


def open_tokenizer(folder: Path) -> Tokenizer:
    """Open the tokenizer beside a model, without limits to the length; raises ModelError where it is damaged."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
    except Exception as error:
        raise damaged(folder) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def damaged(folder: Path) -> ModelError:
    """Return the error for a model whose files are missing or cannot be read."""
    if folder == WEIGHTS:
        return ModelError("内置模型的文件缺失或损坏：请重新安装 reportqa。")
    return ModelError(f"模型文件夹 {folder} 读不出来：文件缺失或损坏。")
