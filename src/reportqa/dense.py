"""Vectors: passages in FAISS, the sentences and clauses inside them in a file read only where a passage is looked at."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from reportqa.errors import IndexStoreError

Vectors = npt.NDArray[np.float32]


def write_vectors(path: Path, vectors: Vectors) -> None:
    """Write L2-normalised passage vectors, shape (n, dim), as an exact inner-product index."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(path))


class DenseIndex:
    """Nearest passages by cosine.

    >>> index = DenseIndex(Path("index/passages.faiss"))    # doctest: +SKIP
    >>> index.search(question_vector, 3)                    # doctest: +SKIP
    {22: 0.87, 24: 0.86, 91: 0.85}
    """

    def __init__(self, path: Path) -> None:
        try:
            self._index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexStoreError(f"索引损坏：读不出向量文件 {path.name}，请重新运行 reportqa index。") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, limit: int) -> dict[int, float]:
        """Return the ``limit`` nearest passages as {number: cosine}, best first; ``vector`` has shape (dim,)."""
        scores, numbers = self._index.search(vector[None, :], min(limit, len(self)))
        return {int(number): float(score) for number, score in zip(numbers[0], scores[0], strict=True)}

    def score(self, vector: Vectors, numbers: list[int]) -> list[float]:
        """Return the cosines of the given passages, in their order."""
        return [float(np.dot(self._index.reconstruct(number), vector)) for number in numbers]
