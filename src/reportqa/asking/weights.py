"""The numbers by which passages, figures and answers are weighed: fitted by training/fit.py on reports kept for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by the names of signals: of passages found and read, of figures, and of how likely an answer is right.

    ``answerable_…`` say how likely there is an answer at all.
    ``source`` says with which data they were fitted, and when.
    """

    passages: dict[str, float]
    reading: dict[str, float]
    figures: dict[str, float]
    right_figure: dict[str, float]
    right_text: dict[str, float]
    answerable_figure: dict[str, float]
    answerable_text: dict[str, float]
    source: str


def _read() -> Weights:
    return Weights(**json.loads(files("reportqa.asking").joinpath("weights.json").read_text(encoding="utf-8")))


WEIGHTS = _read()
