"""What a question asks for, told from its characters: a figure, a name, a list, a reason; what is to be computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeVar, get_args

import numpy as np

from reportqa.asking.linear import hashed, pieces, scores

KINDS = ("number", "percent", "money", "date", "name", "list", "reason", "way", "definition", "yesno")
NUMBERS = KINDS[:4]
Operation = Literal["none", "sum", "difference", "rest", "share", "ratio", "growth"]
"""What is to be computed of the figures of one report; ``none`` of a question for what the report states."""
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
Class = TypeVar("Class", bound=str)
_DIGITS = re.compile(r"\d+")
_END = re.compile(r"[\s？?。！!]+$")


def chances(wording: str) -> Mapping[str, float]:
    """Return how likely a question asks for each of :data:`KINDS`; they add up to one.

    >>> max(chances("自己当老板的有几个").items(), key=lambda one: one[1])[0]
    'number'
    """
    return _shares("intent", KINDS, wording)


def operation_chances(wording: str) -> Mapping[Operation, float]:
    """Return how likely a question asks for each of :data:`OPERATIONS`; they add up to one.

    >>> max(operation_chances("公办园和民办园加一块儿多少所").items(), key=lambda one: one[1])[0]
    'sum'
    """
    return _shares("operation", OPERATIONS, wording)


@lru_cache(maxsize=256)
def change_chance(wording: str) -> float:
    """Return how likely a question for a figure asks by how much something changed.

    >>> change_chance("在校生比上年多出多少人") > 0.9, change_chance("在校生一共多少人") < 0.1
    (True, True)
    """
    return float(1 / (1 + np.exp(-scores("change", features(wording))[0])))


def _shares(model: str, classes: Sequence[Class], wording: str) -> dict[Class, float]:
    found = scores(model, features(wording))
    shares = np.exp(found - found.max())
    return dict(zip(classes, map(float, shares / shares.sum()), strict=True))


def features(wording: str) -> list[int]:
    """Return the hashed pieces of a question; all numbers are one.

    >>> len(features("招生？")), features("3人") == features("1200人")
    (9, True)
    """
    return hashed(pieces(f"^{_END.sub('', _DIGITS.sub('0', wording))}$"))
