"""Any other model, by folder or by hub name, through sentence-transformers: every part of a passage is read by itself.

Nothing here is loaded unless a model is named.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reportqa.errors import ModelError
from reportqa.models.parts import Parts, Progress, Vectors, encodable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# A batch of about this many characters, padding included, keeps two cores busy and their caches warm: 4.5k tokens/s of
# a model like the bundled one, where sentence-transformers' own batches of 32 texts make 3k.
_BATCH_CHARACTERS = 1000
_FRAME = 10  # what a prompt and the special tokens add to a text, in characters
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_WEIGHT_FILES = {".safetensors", ".bin", ".json", ".txt", ".model", ".onnx"}


class OwnEncoder:
    """Any sentence-transformers model, by folder or hub name.

    What exceeds the model's own limit is not read. The model's own prompts are used: "query", and the first that is set
    of "document", "passage" and "corpus". Several threads may share one encoder; they take turns, since every call uses
    all cores. Raises ModelError where the model is not found or cannot be read.
    """

    def __init__(self, model: str | Path) -> None:
        self._model = _load(model)
        self._turn = threading.Lock()
        self._query_prompt = _first_prompt(self._model.prompts, "query")
        self._passage_prompt = _first_prompt(self._model.prompts, "document", "passage", "corpus")
        self.model_id = identify(model)
        self.dim = self._encode(["一"], is_query=True).shape[1]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions with the model's query prompt: float32 (n, dim)."""
        return _in_batches(texts, lambda batch: self._encode(batch, is_query=True), self.dim)

    def encode_passages(self, passages: Sequence[Parts], progress: Progress | None = None) -> list[Vectors]:
        """Encode parts of passages with the model's passage prompt, every part by itself; equal ones once."""
        texts = [words for one in passages for words in one.alone]
        characters = sum(map(len, passages))

        def tell(done: int, total: int) -> None:
            if progress is not None:
                progress(characters * done // max(total, 1), characters)

        vectors = _in_batches(texts, lambda batch: self._encode(batch, is_query=False), self.dim, tell)
        ends = np.cumsum([len(one.alone) for one in passages], dtype=np.int64)
        return np.split(vectors, ends[:-1]) if passages else []

    def _encode(self, texts: Sequence[str], is_query: bool) -> Vectors:
        encode = self._model.encode_query if is_query else self._model.encode_document
        with self._turn:
            vectors = encode(
                [encodable(text) for text in texts],
                prompt=self._query_prompt if is_query else self._passage_prompt,
                batch_size=len(texts),
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, np.float32)


def identify(model: str | Path) -> str:
    """Name a model so that another model's index is told apart: by a folder's contents, or a hub commit.

    Raises ModelError where there can be no such model.
    """
    folder = Path(model).expanduser()
    if model and folder.is_dir():
        return f"{folder.resolve().name}@{_fingerprint(folder)}"
    return f"{_checked_name(model)}@{_downloaded_commit(str(model))}"


def _in_batches(
    texts: Sequence[str], encode: Callable[[list[str]], Vectors], dim: int, progress: Progress | None = None
) -> Vectors:
    """Encode texts of like length together, equal ones once, and give the vectors in the order of ``texts``."""
    unique = sorted(dict.fromkeys(texts), key=len)
    total, done, row = sum(map(len, unique)), 0, 0
    vectors = np.empty((len(unique), dim), np.float32)
    for batch in _batches(unique):
        vectors[row : row + len(batch)] = encode(batch)
        row += len(batch)
        done += sum(map(len, batch))
        if progress is not None:
            progress(done, total)
    rows = {text: number for number, text in enumerate(unique)}
    return vectors[[rows[text] for text in texts]] if texts else vectors


def _batches(texts: list[str]) -> Iterator[list[str]]:
    """Group texts, sorted by length, into batches of ``_BATCH_CHARACTERS`` at most; a longer text is one of its own."""
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) + 1) * (len(text) + _FRAME) > _BATCH_CHARACTERS:
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _spin_briefly() -> None:
    """Let worker threads that wait for work sleep soon: where other programs use the cores, long spinning starves all.

    libgomp spins 300 times as long by default, and reads the variable once, when it is loaded; 1000 is its own choice
    where it knows that the cores are too few. Two encoders side by side on two cores make 0.4-1.0k tokens/s each by
    default, 1.0-2.0k so; one alone loses less than a tenth. The user's own setting is kept.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def _first_prompt(prompts: Mapping[str, str | None], *names: str) -> str:
    """Give the first prompt that is set; sentence-transformers fills unset ones with empty strings.

    >>> _first_prompt({"document": "", "passage": "passage: "}, "document", "passage")
    'passage: '
    """
    return next((prompt for name in names if (prompt := prompts.get(name))), "")


def _load(source: str | Path) -> SentenceTransformer:
    """Load a model; only a hub name that is not on this machine makes the program ask the network."""
    folder = Path(source).expanduser()
    if source and folder.is_dir():
        return _construct(str(folder), f"模型文件夹 {folder} 读不出来：它不是完整的 sentence-transformers 模型。")
    name = _checked_name(source)
    complaint = f"找不到模型 {name}：没有这个文件夹，本机没有下载过，现在也下载不了。"
    try:
        return _construct(name, complaint)
    except ModelError:
        _reach_hub(complaint)
        return _construct(name, complaint, download=True)


def _checked_name(source: str | Path) -> str:
    if isinstance(source, Path) or not _HUB_NAME.fullmatch(source):
        raise ModelError(f"找不到模型文件夹 {source}：请检查 --model。")
    return source


def _construct(source: str, complaint: str, download: bool = False) -> SentenceTransformer:
    _spin_briefly()
    try:
        from huggingface_hub.utils import httpx  # type: ignore[attr-defined]
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ModelError("这台电脑上没有 sentence-transformers，只能用内置的模型：请去掉 --model。") from error

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    if not download:
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        # The processor is the reference: the same vectors on every machine, with or without an accelerator.
        return SentenceTransformer(source, device="cpu", local_files_only=not download)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RuntimeError,
        ImportError,
        SafetensorError,
        httpx.HTTPError,
    ) as error:
        raise ModelError(complaint) from error


def _reach_hub(complaint: str) -> None:
    """Ask the hub for a sign of life: without one, sentence-transformers tries again and again for over a minute."""
    from huggingface_hub import constants, get_session
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]

    try:
        get_session().head(constants.ENDPOINT, timeout=5)
    except (httpx.HTTPError, OSError) as error:
        raise ModelError(complaint) from error


def _downloaded_commit(name: str) -> str:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for file in ("modules.json", "config.json"):
        try:
            path = try_to_load_from_cache(name, file)
        except HFValidationError as error:
            raise ModelError(f"找不到模型文件夹 {name}：请检查 --model。") from error
        if isinstance(path, str):  # .../snapshots/<commit>/<file>
            return Path(path).parent.name[:12]
    return "unknown"


def _fingerprint(folder: Path) -> str:
    """Hash the names, sizes and samples of a model's files: 32 blocks of 4 KiB spread over each file."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _WEIGHT_FILES and path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            for index in range(32):
                file.seek(max(0, size - 4096) * index // 31)
                digest.update(file.read(4096))
    return digest.hexdigest()[:12]
