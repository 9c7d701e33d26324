"""Vectors in FAISS: the sentences and clauses of every passage, by which passages are found.

A usual library is searched exactly. A large one is searched by compressed vectors, in the lists nearest to the
question, and what that brings is put in order by the vectors themselves, which stay on the disk (docs/growth.md).
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from reportqa.errors import IndexStoreError

Vectors = npt.NDArray[np.float32]
StoredVectors = npt.NDArray[np.float16] | Vectors
"""Vectors to be written may come in half precision, and from a memory-mapped file."""

EXACT_ROWS = 100_000
"""Up to here every vector is compared: 20 ms for a question, 150 MB of memory, and nothing is ever missed."""
_SAMPLE = 64
"""Vectors for each list to learn the lists from; FAISS asks for at least 39, more takes longer and finds no more."""
PROBED = 128
"""So many lists are searched; the larger the library, the more of what is near lies in the nearest lists."""
_REREAD = 5
"""For each vector wanted, so many are measured exactly."""
REREAD_ALL = 10_000
"""So many rows are measured exactly, all of them, where only some reports are asked."""
BLOCK = 2**16
_STORED = np.dtype("<f2")


def write_vectors(path: Path, vectors: StoredVectors, former: Path | None = None) -> None:
    """Write L2-normalised vectors, shape (n, dim), as an index that suits their number.

    A large one has a second file beside it, ``path`` with the suffix .npy: the vectors in half precision. What it
    learns from its vectors, the most of its work, is taken from a ``former`` index of much the same ones.
    """
    if len(vectors) > EXACT_ROWS:
        _write_rows(_rows_path(path), vectors)
        index = _compressed(vectors, former)
    else:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(path))


class DenseIndex:
    """Nearest sentences and clauses by cosine.

    >>> index = DenseIndex(Path("index/units.faiss"))       # doctest: +SKIP
    >>> index.search(question_vector, 3)                    # doctest: +SKIP
    [(22, 0.87), (24, 0.86), (91, 0.85)]
    """

    def __init__(self, path: Path) -> None:
        self._path = _rows_path(path)
        try:
            # FAISS's stubs do not know what its Python part adds to the C++ classes.
            self._index: Any = faiss.read_index(str(path))
            self._exact = isinstance(self._index, faiss.IndexFlat)
            stored = None if self._exact else np.load(self._path, mmap_mode="r")
        # numpy reports a file that is no array, or a short one, as a ValueError.
        except (RuntimeError, OSError, ValueError, EOFError) as error:
            raise _damaged(path) from error
        if stored is not None and (stored.shape, stored.dtype) != ((len(self), self._index.d), _STORED):
            raise _damaged(self._path)
        self._offset = 0 if stored is None else stored.offset
        # The reports of a year, mostly the newest, are asked again and again.
        self._only = lru_cache(maxsize=4)(self._options)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, limit: int, among: Sequence[range] | None = None) -> list[tuple[int, float]]:
        """Return the ``limit`` nearest rows with their cosines, best first; ``vector`` has shape (dim,).

        ``among`` are the rows to look at; None is all of them. In a large library some of the nearest may be missed
        (docs/growth.md: 1 or 2 in 100 of the first 10).
        """
        if self._exact:
            return self._nearest(vector, limit, among)
        if among is not None and sum(map(len, among)) <= REREAD_ALL:
            near = np.concatenate([np.arange(rows.start, rows.stop) for rows in [range(0), *among]])
        else:
            near = np.array([row for row, _ in self._nearest(vector, limit * _REREAD, among)], dtype=np.int64)
        # In the order of the file reading is faster.
        near.sort()
        cosines = self._stored()[near].astype(np.float32) @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return [(int(near[at]), float(cosines[at])) for at in best]

    def rows(self, first: int, count: int) -> Vectors:
        """Return ``count`` vectors from row ``first`` on, shape (count, dim)."""
        if not self._exact:
            return np.asarray(self._stored()[first : first + count], dtype=np.float32)
        vectors: Vectors = self._index.reconstruct_n(first, count)
        return vectors

    def _stored(self) -> npt.NDArray[np.float16]:
        """Map the file of the vectors, each time anew: else all pages ever read would stay this program's memory."""
        try:
            # np.memmap takes six times as long, and a question maps the file for every passage.
            with self._path.open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return np.frombuffer(mapped, _STORED, len(self) * self._index.d, self._offset).reshape(len(self), -1)
        except (OSError, ValueError) as error:
            raise _damaged(self._path) from error

    def _nearest(self, vector: Vectors, limit: int, among: Sequence[range] | None) -> list[tuple[int, float]]:
        options = None if among is None else self._only(tuple(among))
        scores, rows = self._index.search(vector[None, :], min(limit, len(self)), params=options)
        # Where there are fewer than asked for, FAISS fills up with -1.
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def _options(self, among: tuple[range, ...]) -> faiss.SearchParameters:
        """Return the options of a search among some rows alone."""
        chosen = np.zeros(len(self), dtype=bool)
        for rows in among:
            chosen[rows.start : rows.stop] = True
        selector = faiss.IDSelectorBitmap(np.packbits(chosen, bitorder="little"))  # type: ignore[call-arg, arg-type]
        if self._exact:
            return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        return faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)  # type: ignore[call-arg]


def _compressed(vectors: StoredVectors, former: Path | None) -> Any:
    """Return an index of lists around k-means centres, with 4 bits for every 2 numbers of a vector (96 bytes for 384).

    Source: Jégou, Douze and Schmid, Product Quantization for Nearest Neighbor Search, 2011; the 4-bit form, whose
    tables stay in the processor's registers: André, Kermarrec and Le Scouarnec, Cache Locality Is Not Enough, 2015.
    """
    size, dim = vectors.shape
    lists = 2 ** round(math.log2(math.sqrt(size)))
    part = 2 - dim % 2
    # Of normalised vectors the nearest have the largest cosine.
    index: Any = _emptied(former, dim, lists)
    if index is None:
        index = faiss.index_factory(dim, f"IVF{lists},PQ{dim // part}x4fs", faiss.METRIC_L2)
        sample = np.random.default_rng(0).choice(size, min(size, lists * _SAMPLE), replace=False)
        index.train(np.asarray(vectors[np.sort(sample)], dtype=np.float32))
    for block in _blocks(vectors):
        index.add(np.ascontiguousarray(block, dtype=np.float32))
    index.nprobe = min(lists, PROBED)
    return index


def _emptied(former: Path | None, dim: int, lists: int) -> Any:
    """Return a former index without its vectors; None where it is none of this kind and size."""
    index: Any = faiss.read_index(str(former)) if former is not None else None
    if not isinstance(index, faiss.IndexIVF) or (index.d, index.nlist) != (dim, lists):
        return None
    index.reset()
    return index


def _write_rows(path: Path, vectors: StoredVectors) -> None:
    header = {"descr": _STORED.str, "fortran_order": False, "shape": vectors.shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for block in _blocks(vectors):
            file.write(np.ascontiguousarray(block, dtype=_STORED).data)


def _blocks(vectors: StoredVectors) -> Iterator[StoredVectors]:
    return (vectors[start : start + BLOCK] for start in range(0, len(vectors), BLOCK))


def _rows_path(path: Path) -> Path:
    return path.with_suffix(".npy")


def _damaged(path: Path) -> IndexStoreError:
    return IndexStoreError(f"索引损坏：读不出向量文件 {path.name}，请重新运行 reportqa index。")
