"""Train what judges a statement: does it answer a question with 是, with 否, or with neither.

    python -m training.judge MODEL START OUT [--minutes N] [--rate R]

Six layers over the encoder's frozen lower half, as the reader's, which begin as START, a reader (training.reader, or
training.restored, whose folder is MODEL then), and learn nothing but that: from the pairs of training.statements and
from questions made of questions for a name or a number (training.reader_data.claims) with their evidence. Saves OUT
after every pass and goes on from there when it is started again; measures after each pass. training.reader_export
writes the file for the package (--name verdict), training.verdict_weights weighs it beside the characters.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from training import data, statements
from training.model import Encoder
from training.reader_data import Example, claims, figures_asked
from training.reader_model import Joiner, Reader
from training.statements import Pair

BATCH, CLAIMS = 32, 2000
DROPOUT, SMOOTHING = 0.1, 0.05
HEADS_RATE, WARM_UP, LEAST = 5.0, 50, 0.02  # HEADS_RATE times that of the layers


def claimed(encoder: Encoder, chance: random.Random) -> list[Pair]:
    """Return questions for yes or no made of others, each with the evidence of the question that it was made of."""
    names = [path.stem for path in data.report_paths() if data.side(path.name) == "train"]
    rows = {row["id"]: row for name in names for row in data.questions_of(data.DATA / "reports" / f"{name}.txt")}
    asked = [
        Example(row["id"], row["q"], row["kind"], 0, 0, 0, (row.get("answer") or "",), ())
        for row in rows.values()
        if row.get("evidence") and row["kind"] in ("name", "number", "percent", "money")
    ]
    made = claims(asked, figures_asked(names), chance)
    return [statements.pair(encoder, one.question, rows[one.id]["evidence"], one.verdict) for one in made]


class Trainer:
    """Trains until the time is up."""

    def __init__(self, reader: Reader, join: Joiner, options: argparse.Namespace) -> None:
        self.reader, self.join, self.options = reader, join, options
        self.seconds, self.passes = 0.0, 0
        self.pairs = statements.pairs(join.encoder)
        self.made = claimed(join.encoder, random.Random(3))
        statements.prepare(join, self.pairs | {"made": self.made})
        heads = [*reader.segments.parameters(), *reader.whole.parameters()]
        self.optimizer = torch.optim.AdamW(
            [{"params": [*reader.layers.parameters()], "weight_decay": 0.01}, {"params": heads, "weight_decay": 0.0}]
        )
        if options.out.exists():
            saved = torch.load(options.out)
            reader.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.seconds, self.passes = saved["seconds"], saved["passes"]

    @property
    def left(self) -> float:
        """The share of the time that is left."""
        return 1 - self.seconds / (60 * float(self.options.minutes))

    def run(self) -> None:
        """Train, and measure after each pass."""
        while self.left > 0:
            chance = random.Random(self.passes)
            order = [*self.pairs["train"], *chance.sample(self.made, min(CLAIMS, len(self.made)))]
            chance.shuffle(order)
            losses = []
            for step, at in enumerate(range(0, len(order), BATCH)):
                if self.left <= 0:
                    break
                began = time.time()
                warm = 1.0 if self.passes else min(1.0, (step + 1) / WARM_UP)
                losses.append(self.step(order[at : at + BATCH], warm * max(LEAST, self.left)))
                self.seconds += time.time() - began
            self.passes += 1
            kept = {"model": self.reader.state_dict(), "optimizer": self.optimizer.state_dict()}
            torch.save(kept | {"seconds": self.seconds, "passes": self.passes}, self.options.out)
            told = {name: statements.measured(self.reader, self.join, self.pairs[name]) for name in ("held", "fit")}
            mean = sum(losses) / max(len(losses), 1)
            line = {"passes": self.passes, "seconds": round(self.seconds), "loss": round(mean, 3)} | told
            print(json.dumps(line, ensure_ascii=False), flush=True)

    def step(self, own: list[Pair], factor: float) -> float:
        """Learn from some pairs; return their mean loss."""
        for group, times in zip(self.optimizer.param_groups, (1.0, HEADS_RATE), strict=True):
            group["lr"] = self.options.rate * times * factor
        self.reader.train()
        said = statements.verdicts(self.reader, self.join, own, DROPOUT)
        wanted = torch.tensor([one.verdict for one in own])
        loss = functional.cross_entropy(said, wanted, label_smoothing=SMOOTHING)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()


def main() -> None:
    """Train what judges."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("start", type=Path, help="a checkpoint of a reader")
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--rate", type=float, default=1e-4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    encoder = Encoder(options.model)
    encoder.eval()
    reader = Reader()
    reader.load_state_dict(torch.load(options.start)["model"])
    Trainer(reader, Joiner(encoder), options).run()


if __name__ == "__main__":
    main()
