"""What kind of thing a question asks for: a figure, a name, a list, a reason, told from its characters."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

KINDS = ("number", "percent", "money", "date", "name", "list", "reason", "way", "definition", "yesno")
BUCKETS = 1 << 14
_LONGEST = 3
NUMBERS = KINDS[:4]
_DIGITS = re.compile(r"\d+")
_END = re.compile(r"[\s？?。！!]+$")


def chances(wording: str) -> Mapping[str, float]:
    """Return how likely a question asks for each of :data:`KINDS`; they add up to one.

    >>> max(chances("自己当老板的有几个").items(), key=lambda one: one[1])[0]
    'number'
    """
    weights, constants = _model()
    own = pieces(wording)
    scores = weights[:, own].sum(axis=1) / np.sqrt(max(len(own), 1)) + constants
    shares = np.exp(scores - scores.max())
    return dict(zip(KINDS, map(float, shares / shares.sum()), strict=True))


def pieces(wording: str) -> list[int]:
    """Return the pieces of one to three characters of a question as numbers below :data:`BUCKETS`.

    >>> len(pieces("招生？")), pieces("3人") == pieces("1200人")
    (9, True)
    """
    text = f"^{_END.sub('', _DIGITS.sub('0', wording))}$"
    parts = (text[at : at + size] for size in range(1, _LONGEST + 1) for at in range(len(text) - size + 1))
    return [zlib.crc32(part.encode("utf-8", "replace")) % BUCKETS for part in parts]


@lru_cache(maxsize=1)
def _model() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the weights of the pieces, shape (kinds, BUCKETS), and the constants, as training/intent.py wrote them."""
    with files("reportqa.asking").joinpath("intent.npz").open("rb") as file, np.load(file) as kept:
        return kept["weights"].astype(np.float32), kept["constants"].astype(np.float32)
