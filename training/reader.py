"""Train the reader: which words of the encoder's best passages answer a question, whether they do, and 是 or 否.

    python -m training.reader MODEL START OUT [--minutes N] [--wikipedia DRCD_dev.json] [--cmrc cmrc2018_trial.json]

It takes the hidden states of the encoder's frozen lower half, of question and passage read apart (the encoder's file
gives them), adds what each token belongs to, and reads both together in six layers that begin as the upper half of
START, a tuned encoder, or as START, a reader (of training.restored, whose folder is MODEL then).
Starts, and ends, of all passages of a question share one softmax with a null whose score is 0, so scores of several
passages compare and a span below 0 is none (Clark & Gardner 2018; Rajpurkar et al. 2018). With each step some
statements alone are read for 是, 否 and neither (:mod:`training.statements`). Saves OUT every few minutes, and goes on
from there when it is started again. ``--worker 0/2`` and ``--worker 1/2``, an OUT each in one folder, train together.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import re
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from training import data, statements
from training.model import Encoder
from training.reader_data import WORDS, Example, Set, claims, figures_asked, report_set, wikipedia_set
from training.reader_measures import measure, measure_wikipedia
from training.reader_model import Joiner, Reader
from training.reader_tasks import loss_of, task_of
from training.together import Together

BATCH = 8
HEADS_RATE = 1e-3
SAVE_EVERY, WARM_UP, LEAST = 200, 50, 0.02
NO_ANSWER = 0.1  # how often a question is read without the passage that answers it


def plan_of(
    reports: Set, figures: dict[str, str], wikipedia: Set | None, number: int, options: argparse.Namespace
) -> list[tuple[Set, Example]]:
    """Return what a pass reads, in order; always the same for the same pass."""
    chance = random.Random(number)
    examples = [one for one in reports.examples if re.match(options.fresh, one.id) or chance.random() < options.others]
    words = [one for one in examples if one.kind in WORDS]
    bare = [one for one in examples if one.kind == "unanswerable"]
    numbers = [one for one in examples if one.kind not in WORDS and one.answerable]
    made = claims(examples, figures, chance)
    chosen = words + [one for one in made if one.id not in figures]
    made = [one for one in made if one.id in figures]
    for pool, share in ((bare, options.unanswerable), (numbers, options.numbers), (made, options.claims)):
        chosen += chance.sample(pool, round(len(pool) * share))
    plan = [(reports, one) for one in chosen]
    if wikipedia:
        plan += [
            (wikipedia, one)
            for one in chance.sample(
                wikipedia.examples, min(len(wikipedia.examples), round(len(plan) * options.wikipedia_share))
            )
        ]
    chance.shuffle(plan)
    return plan


def prepared(encoder: Encoder, options: argparse.Namespace) -> tuple[Joiner, dict[str, Set], dict[str, str]]:
    """Return the sets, their hidden states at the encoder's middle, and figures; all is kept in files beside OUT.

    Which passages are near is the encoder's say when the files are written; delete them where data or encoder have
    changed.
    """
    states, kept = options.out.with_suffix(".states.pt"), options.out.with_suffix(".sets.pickle")
    if states.exists():
        encoder._known = torch.load(states)
    join = Joiner(encoder)
    names = [path.stem for path in data.report_paths()]
    sides = {
        side: [name for name in names if data.side(name) == side][: options.reports or None]
        for side in ("train", "fit", "test")
    }
    if kept.exists():
        sets, figures = pickle.loads(kept.read_bytes())
        if options.test:
            sets["test"] = report_set(encoder, sides["test"], together=False)
            join.prepare([sets["test"]])
        return join, sets, figures
    sets = {side: report_set(encoder, sides[side], together=side == "train") for side in ("train", "fit")}
    for name, path in (("wikipedia", options.wikipedia), ("cmrc", options.cmrc)):
        if path:
            sets[name] = wikipedia_set(encoder, path)
    figures = figures_asked(sides["train"])
    join.prepare(sets.values())
    torch.save(encoder._known, states)
    kept.write_bytes(pickle.dumps((sets, figures)))
    return join, sets, figures


def main() -> None:
    """Train, measuring after each pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("start", type=Path, help="a checkpoint of training.train or of a reader")
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=95)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--passes", type=int, default=8, help="no more than so many passes")
    parser.add_argument("--wikipedia", type=Path)
    parser.add_argument("--cmrc", type=Path)
    parser.add_argument(
        "--wikipedia-share", type=float, default=0.2, help="of an encyclopaedia's questions, for each of a report's"
    )
    parser.add_argument(
        "--unanswerable", type=float, default=1.0, help="of those without an answer, this share in each pass"
    )
    parser.add_argument("--numbers", type=float, default=0.5)
    parser.add_argument("--statements", type=int, default=10, help="so many read with each step for yes or no")
    parser.add_argument("--worker", type=_share, default=(0, 1), help="K/N: one of N processes that train together")
    parser.add_argument("--average", type=float, default=10, help="minutes between averages of all workers")
    parser.add_argument("--claims", type=float, default=0.1, help="of those made of questions for a number")
    parser.add_argument("--fresh", default="", help="reports (a pattern of their names) of which every pass reads all")
    parser.add_argument("--others", type=float, default=1.0, help="of all other reports' questions, this share")
    parser.add_argument("--reports", type=int, default=0, help="only the first so many, to try")
    parser.add_argument("--share", type=int, default=5, help="measure every so-manieth question after a pass")
    parser.add_argument("--test", action="store_true", help="measure OUT on all of fit, test and cmrc; do not train")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    encoder = Encoder(options.model)
    start = torch.load(options.start)["model"]
    goes_on = "segments.weight" in start
    if not goes_on:
        encoder.load_state_dict(start, strict=False)
    encoder.eval()
    began = time.time()
    join, sets, figures = prepared(encoder, options)
    counts = {name: (len(one.passages), len(one.examples)) for name, one in sets.items()}
    print(
        f"passages and questions {counts}, data {data.fingerprint()}, prepared in {time.time() - began:.0f} s",
        flush=True,
    )
    reader = Reader()
    if goes_on:
        reader.load_state_dict(start)
    else:
        reader.begin_with(encoder)
    if options.test:
        reader.load_state_dict(torch.load(options.out)["model"])
        for name in ("fit", "test"):
            print(name, json.dumps(measure(reader, join, sets[name]), ensure_ascii=False), flush=True)
        print("cmrc", measure_wikipedia(reader, join, sets["cmrc"]))
        return
    Trainer(reader, join, options).run(sets, figures)


def _share(words: str) -> tuple[int, int]:
    number, _, count = words.partition("/")
    return int(number), int(count)


@dataclass
class State:
    """How far the training is: whole passes, and questions, seconds, steps and tokens within all of them."""

    passes: int = 0
    at: int = 0
    seconds: float = 0.0
    steps: int = 0
    tokens: int = 0


class Trainer:
    """Trains a reader until the time is up; started again, it goes on from the file that it saved."""

    def __init__(self, reader: Reader, join: Joiner, options: argparse.Namespace) -> None:
        self.reader, self.join, self.options, self.state = reader, join, options, State()
        self.worker, self.workers = options.worker
        self.together = Together(options.out.with_name("together"), self.worker, self.workers, options.average)
        self.pairs = statements.pairs(join.encoder)
        statements.prepare(join, self.pairs)
        self.drawn = statements.drawn(self.pairs["train"], options.statements, self.worker)
        self.layers = [*reader.layers.parameters()]
        heads = [*reader.segments.parameters(), *reader.spans.parameters(), *reader.whole.parameters()]
        self.optimizer = torch.optim.AdamW(
            [{"params": self.layers, "weight_decay": 0.01}, {"params": heads, "weight_decay": 0.0}], fused=True
        )
        self.log: dict[str, list[float]] = defaultdict(list)
        if options.out.exists():
            saved = torch.load(options.out)
            reader.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.state = State(**saved["state"])

    @property
    def left(self) -> float:
        """The share of the time that is left."""
        limit: float = 60 * self.options.minutes
        return 1 - self.state.seconds / limit

    def save(self) -> None:
        """Write the reader with all that is needed to go on."""
        kept = {"model": self.reader.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(kept | {"state": asdict(self.state)}, self.options.out)

    def run(self, sets: dict[str, Set], figures: dict[str, str]) -> None:
        """Train, and measure after each pass."""
        while self.left > 0 and self.state.passes < self.options.passes:
            number = self.state.passes * self.workers + self.worker
            plan = plan_of(sets["train"], figures, sets.get("wikipedia"), number, self.options)
            # What claims ask is not known before it is drawn.
            self.join.prepare([Set([], [one for _, one in plan if one.kind == "claim"])])
            while self.state.at < len(plan) and self.left > 0:
                self.step(plan)
            if self.state.at >= len(plan):
                self.state.passes, self.state.at = self.state.passes + 1, 0
            self.save()
            told: dict[str, Any] = asdict(self.state)
            told["training"] = {name: round(float(np.mean(values)), 3) for name, values in self.log.items()}
            self.log.clear()
            told["fit"] = measure(self.reader, self.join, sets["fit"], self.options.share)
            told["statements"] = {
                name: statements.measured(self.reader, self.join, self.pairs[name]) for name in ("held", "fit")
            }
            if "cmrc" in sets:
                told["cmrc"] = measure_wikipedia(self.reader, self.join, sets["cmrc"], 2 * self.options.share)
            print(json.dumps(told, ensure_ascii=False), flush=True)

    def step(self, plan: list[tuple[Set, Example]]) -> None:
        """Learn from the next questions of a pass."""
        state, began = self.state, time.time()
        chance = random.Random(f"{state.passes} {state.at}")
        factor = min(1.0, (state.steps + 1) / WARM_UP) * max(LEAST, self.left)
        for group, rate in zip(self.optimizer.param_groups, (self.options.rate, HEADS_RATE), strict=True):
            group["lr"] = rate * factor
        tasks = [
            task_of(self.join, own, one, chance, one.kind != "text" and chance.random() < NO_ANSWER)
            for own, one in plan[state.at : state.at + BATCH]
        ]
        self.reader.train()
        loss, told = loss_of(self.reader, self.join, tasks, self.options.dropout)
        if self.options.statements:
            alone = next(self.drawn)
            said = statements.verdicts(self.reader, self.join, alone, self.options.dropout)
            wanted = torch.tensor([one.verdict for one in alone])
            loss = loss + functional.cross_entropy(said, wanted)
            told["statements"] = (said.argmax(1) == wanted).float().tolist()
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.layers, 1.0)
        self.optimizer.step()
        for name, values in told.items():
            self.log[name] += values
        state.at, state.steps = state.at + BATCH, state.steps + 1
        state.tokens += sum(len(window) for task in tasks for window in task.windows)
        state.seconds += time.time() - began
        if self.together.is_due(state.seconds):
            self.together.average(self.reader, self.optimizer)
        if state.steps % SAVE_EVERY == 0:
            self.save()
            lately = np.mean(self.log["loss"][-SAVE_EVERY:])
            print(f"{state.steps} steps, {state.seconds:.0f} s, {state.at} of {len(plan)}, {lately:.3f}", flush=True)


if __name__ == "__main__":
    main()
