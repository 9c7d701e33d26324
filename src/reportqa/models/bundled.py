"""The bundled encoder: multilingual-e5-small with the vocabulary of Chinese reports, in int8, run by onnxruntime.

A passage is read once, with its header before it; the vector of a part is the mean of the last hidden states of the
tokens in its range, L2-normalised ("late chunking", Günther et al. 2024).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reportqa.models.parts import Parts, Progress, Vectors, encodable
from reportqa.models.runtime import WEIGHTS, cores, open_session, open_tokenizer, read_record

if TYPE_CHECKING:
    from tokenizers import Encoding

QUERY, PASSAGE = "query: ", "passage: "
MAX_TOKENS = 512

_Ids = tuple[int, ...]
_PADDING = 1
# So many tokens of the header are read again where a passage takes several windows.
_MAX_HEADER = 128
# One core is fastest with about this many tokens at once: they stay in its cache.
_BATCH_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens that are read at once, and the parts that are pooled from them: number and token range of each."""

    ids: _Ids
    parts: tuple[tuple[int, int, int], ...]


class BundledEncoder:
    """A model in the form that training.export writes; opens in 0.1 s, reads 6,000 tokens a second on one core.

    Several threads may share one encoder: a call for one text keeps one core busy. Raises ModelError where the files
    are missing or damaged.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        record = read_record(folder, "encoder")
        self.model_id = str(record["model_id"])
        self.dim = int(record["dim"])
        self._session = open_session(folder, "encoder")
        self.tokenizer = open_tokenizer(folder)
        self.is_bundled = folder == WEIGHTS

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions with the prefix ``query: ``: float32 (n, dim); what exceeds 512 tokens is not read."""
        asked = [tuple(self.tokenizer.encode(QUERY + encodable(text)).ids[:MAX_TOKENS]) for text in texts]
        vectors = np.empty((len(asked), self.dim), np.float32)
        rows: dict[_Ids, list[int]] = {}
        for row, ids in enumerate(asked):
            rows.setdefault(ids, []).append(row)
        for ids, hidden in self._read(rows):
            vectors[rows[ids]] = _pooled(hidden, [0], [len(ids)])
        return vectors

    def encode_passages(self, passages: Sequence[Parts], progress: Progress | None = None) -> list[Vectors]:
        """Encode parts of passages with the prefix ``passage: ``; passages with equal words are read once.

        Of a passage of more than 512 tokens every part is pooled from a window that holds it, with as much as there is
        room for on either side.
        """
        texts = [PASSAGE + encodable(one.header + one.text) for one in passages]
        found = [np.empty((len(one.ranges), self.dim), np.float32) for one in passages]
        pooled: dict[_Ids, list[tuple[int, Window]]] = {}
        for number, (one, encoding) in enumerate(zip(passages, self.tokenizer.encode_batch(texts), strict=True)):
            for window in windows(encoding, len(PASSAGE) + len(one.header), one.ranges):
                pooled.setdefault(window.ids, []).append((number, window))
        total, read = sum(map(len, pooled)), 0
        characters = sum(map(len, passages))
        for ids, hidden in self._read(pooled):
            for number, window in pooled[ids]:
                rows, starts, ends = map(list, zip(*window.parts, strict=True))
                found[number][rows] = _pooled(hidden, starts, ends)
            read += len(ids)
            if progress is not None:
                progress(characters * read // total, characters)
        return found

    def lower(self, ids: Sequence[int]) -> Vectors:
        """Return the hidden states of a text after the lower half of the layers: float32 (tokens, dim)."""
        from onnxruntime import RunOptions

        only = RunOptions()
        only.only_execute_path_to_fetches = True
        given = np.array([ids], np.int64)
        fed = {"input_ids": given, "attention_mask": np.ones_like(given)}
        hidden: Vectors = self._session.run(["middle"], fed, only)[0][0]
        return hidden

    def _read(self, texts: Iterable[_Ids]) -> Iterator[tuple[_Ids, Vectors]]:
        """Yield texts with their hidden states, shape (tokens, dim), the shortest first."""
        batches = list(_batches(sorted(texts, key=len)))
        if len(batches) < 2:
            for batch in batches:
                yield from zip(batch, self._run(batch), strict=True)
            return
        with ThreadPoolExecutor(cores()) as workers:
            for batch, hidden in zip(batches, workers.map(self._run, batches), strict=True):
                yield from zip(batch, hidden, strict=True)

    def _run(self, batch: Sequence[_Ids]) -> list[Vectors]:
        longest = max(map(len, batch))
        ids = np.full((len(batch), longest), _PADDING, np.int64)
        mask = np.zeros_like(ids)
        for row, own in enumerate(batch):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        hidden = self._session.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": mask})[0]
        return [hidden[row, : len(own)] for row, own in enumerate(batch)]


def windows(encoding: Encoding, shift: int, ranges: Sequence[tuple[int, int]]) -> list[Window]:
    """Cut a text into windows of at most 512 tokens, each with its header, so that each range is held by one.

    ``shift`` is the number of characters before the passage itself: those of prefix and header. A range of more tokens
    than fit is cut; one without any (spaces alone) takes the token that follows.
    """
    ids, offsets = encoding.ids, np.array(encoding.offsets[1:-1], np.int64).reshape(-1, 2)
    placed = [_tokens(offsets, start + shift, end + shift) for start, end in ranges]
    if len(ids) <= MAX_TOKENS:
        return [Window(tuple(ids), tuple((number, *place) for number, place in enumerate(placed)))] if placed else []
    body = 1 + int(np.searchsorted(offsets[:, 1], shift, side="right"))
    head = ids[: min(body, _MAX_HEADER)]
    room = MAX_TOKENS - len(head) - 1
    parts: dict[int, list[tuple[int, int, int]]] = {}
    end = len(ids) - 1
    for number, (place, last) in enumerate(placed):
        first = max(place, body)
        last = max(last, first + 1)
        start = _window_of(first, last, body, end, room)
        moved = len(head) - start
        parts.setdefault(start, []).append((number, first + moved, min(last, start + room) + moved))
    return [Window((*head, *ids[start : min(start + room, end)], ids[-1]), tuple(own)) for start, own in parts.items()]


def _tokens(offsets: NDArray[np.int64], start: int, end: int) -> tuple[int, int]:
    """Return the tokens of a range of characters, counted with the one that opens the text; at least one."""
    first = min(int(np.searchsorted(offsets[:, 1], start, side="right")), len(offsets) - 1)
    last = int(np.searchsorted(offsets[:, 0], end, side="left"))
    return first + 1, max(last, first + 1) + 1


def _window_of(first: int, last: int, body: int, end: int, room: int) -> int:
    """Return where the window for a range begins: one of a row that overlap by half, else at the range itself."""
    step = max(room // 2, 1)
    starts = [*range(body, max(end - room, body), step), max(end - room, body)]
    holding = [start for start in starts if start <= first and last <= start + room]
    return max(holding, key=lambda start: min(first - start, start + room - last), default=first)


def _batches(texts: Sequence[_Ids]) -> Iterator[list[_Ids]]:
    """Group texts, sorted by length, so that a group, padded, has no more tokens than a core reads well at once."""
    batch: list[_Ids] = []
    for text in texts:
        if batch and (len(batch) + 1) * len(text) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _pooled(hidden: Vectors, starts: Sequence[int], ends: Sequence[int]) -> Vectors:
    """Return the L2-normalised means of ranges of hidden states.

    >>> _pooled(np.array([[3, 0], [0, 4], [0, 4]], np.float32), [0, 1], [1, 3]).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    sums = np.concatenate([np.zeros((1, hidden.shape[1])), hidden.cumsum(axis=0, dtype=np.float64)])
    # The length of a mean does not count.
    totals = sums[ends] - sums[starts]
    means: Vectors = (totals / np.linalg.norm(totals, axis=1, keepdims=True)).astype(np.float32)
    return means
