"""What kind of thing a question asks for: a figure, a name, a list, a reason, told from its characters."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from reportqa.asking.linear import hashed, pieces, scores

KINDS = ("number", "percent", "money", "date", "name", "list", "reason", "way", "definition", "yesno")
NUMBERS = KINDS[:4]
_DIGITS = re.compile(r"\d+")
_END = re.compile(r"[\s？?。！!]+$")


def chances(wording: str) -> Mapping[str, float]:
    """Return how likely a question asks for each of :data:`KINDS`; they add up to one.

    >>> max(chances("自己当老板的有几个").items(), key=lambda one: one[1])[0]
    'number'
    """
    found = scores("intent", features(wording))
    shares = np.exp(found - found.max())
    return dict(zip(KINDS, map(float, shares / shares.sum()), strict=True))


def features(wording: str) -> list[int]:
    """Return the hashed pieces of a question; all numbers are one.

    >>> len(features("招生？")), features("3人") == features("1200人")
    (9, True)
    """
    return hashed(pieces(f"^{_END.sub('', _DIGITS.sub('0', wording))}$"))
