"""Several processes that train the same model, each on questions of its own, and average it every few minutes.

Local SGD (Stich, "Local SGD Converges Fast and Communicates Little", ICLR 2019): the moments of Adam are averaged too.
Files beside the checkpoint are the only thing that the processes share.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

_WAIT = 1.0


class Together:
    """One of ``count`` processes; ``number`` counts from 0."""

    def __init__(self, out: Path, number: int, count: int, minutes: float) -> None:
        self.number, self.count, self._out, self._seconds, self._round = number, count, out, 60 * minutes, 0

    def is_due(self, seconds: float) -> bool:
        """Tell whether so long into the training the models are to be averaged."""
        return self.count > 1 and seconds >= self._seconds * (self._round + 1)

    def average(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Put the mean of all processes into a model and its optimizer; wait until all have come so far."""
        kept = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        written = self._file(self.number, self._round).with_suffix(".part")
        torch.save(kept, written)
        written.rename(self._file(self.number, self._round))
        others = [self._file(number, self._round) for number in range(self.count)]
        while not all(other.exists() for other in others):
            time.sleep(_WAIT)
        states = [torch.load(other) for other in others]
        model.load_state_dict(_mean([state["model"] for state in states]))
        moments = optimizer.state_dict()
        for key, own in moments["state"].items():
            every = [state["optimizer"]["state"][key] for state in states]
            own.update({name: sum(one[name] for one in every) / self.count for name in ("exp_avg", "exp_avg_sq")})
        optimizer.load_state_dict(moments)
        self._file(self.number, self._round - 1).unlink(missing_ok=True)
        self._round += 1

    def _file(self, number: int, turn: int) -> Path:
        return self._out.with_name(f"{self._out.name}.{number}.{turn}")


def _mean(states: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum(state[name] for state in states) / len(states) for name in states[0]}
