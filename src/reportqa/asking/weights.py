"""The numbers by which passages, figures and answers are weighed, fitted by training/ on reports kept for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by the names of signals: of passages found and read, of figures, and of how likely an answer is right.

    ``figure_asked`` say how likely a question asks for a figure, ``answerable_…`` how likely there is an answer at all,
    ``verdict`` how likely 是.
    ``source`` says with which data they were fitted, and when.
    """

    passages: dict[str, float]
    reading: dict[str, float]
    figure_asked: dict[str, float]
    figures: dict[str, float]
    right_figure: dict[str, float]
    right_text: dict[str, float]
    answerable_figure: dict[str, float]
    answerable_text: dict[str, float]
    verdict: dict[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Weights of what speaks for figures being the operands of each operation, and for what is then right.

    All by operation: ``computed`` say how likely the computed value answers, ``stated`` how likely a figure that the
    report states does.
    They are fitted by training/operations.py.
    """

    operands: dict[str, dict[str, float]]
    computed: dict[str, dict[str, float]]
    stated: dict[str, dict[str, float]]
    source: str


def _read(name: str) -> Any:
    return json.loads(files("reportqa.asking").joinpath(name).read_text(encoding="utf-8"))


WEIGHTS = Weights(**_read("weights.json"))
ARITHMETIC = Arithmetic(**_read("operations.json"))
