"""Linear models over hashed pieces of text, as training/intent.py and training/verdict.py write them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

_LONGEST = 3


def pieces(text: str) -> Iterator[str]:
    """Yield the pieces of one to three characters of a text.

    >>> list(pieces("招生"))
    ['招', '生', '招生']
    """
    return (text[at : at + size] for size in range(1, _LONGEST + 1) for at in range(len(text) - size + 1))


def hashed(parts: Iterable[str]) -> list[int]:
    """Return pieces as numbers; a model takes them by their remainders."""
    return [zlib.crc32(part.encode("utf-8", "replace")) for part in parts]


def scores(model: str, own: list[int]) -> NDArray[np.float32]:
    """Return the score of each class for hashed pieces; ``model`` is the name of a file of this package."""
    weights, constants = _model(model)
    columns = [number % weights.shape[1] for number in own]
    taken = weights[:, columns].astype(np.float32)
    found: NDArray[np.float32] = taken.sum(axis=1) / np.sqrt(max(len(own), 1)) + constants
    return found


@cache
def _model(name: str) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Return weights, shape (classes, buckets), in the half precision of their file, and constants."""
    with files("reportqa.asking").joinpath(f"{name}.npz").open("rb") as file, np.load(file) as kept:
        return kept["weights"], kept["constants"].astype(np.float32)
