"""Vectors in FAISS: the sentences and clauses of every passage, by which passages are found."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from reportqa.errors import IndexStoreError

Vectors = npt.NDArray[np.float32]


def write_vectors(path: Path, vectors: Vectors) -> None:
    """Write L2-normalised vectors, shape (n, dim), as an exact inner-product index."""
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
        try:
            self._index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexStoreError(f"索引损坏：读不出向量文件 {path.name}，请重新运行 reportqa index。") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Return the ``limit`` nearest rows with their cosines, best first; ``vector`` has shape (dim,)."""
        scores, rows = self._index.search(vector[None, :], min(limit, len(self)))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True)]

    def rows(self, first: int, count: int) -> Vectors:
        """Return ``count`` vectors from row ``first`` on, shape (count, dim)."""
        vectors: Vectors = self._index.reconstruct_n(first, count)
        return vectors
