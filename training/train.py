"""Train the encoder on questions: every sentence, clause and figure of a report is a candidate for its questions.

    python -m training.train MODEL OUT [--minutes N] [--first LAYER] [--wikipedia DRCD_dev.json]

A step reads one or a few whole reports, as the index encodes them, and some questions over the first. The loss is a
softmax over all candidates and a learned score of "nothing answers" (contrastive, temperature 0.02, Wang et al. 2022;
the learned null as in Rajpurkar et al. 2018): for figures, clauses and sentences. A candidate of the same value as a
right one, or in the evidence but beside the answer, is neither right nor wrong. Questions that do not name their report
have no candidates in others. OUT is saved after every pass; started again, the training goes on from there.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training import data, wikipedia
from training.data import Report, Target
from training.model import PASSAGE, Encoder, Tokens

TEMPERATURE = 0.02
QUESTIONS = 96
UNANSWERABLE = 0.4  # what the loss of a question without an answer weighs
NULL_RATE = 2e-3
WARM_UP = 30
OTHERS = 0.7  # how often a report without a library is read beside another


@dataclass(frozen=True, slots=True)
class Read:
    """A report as tokens: of each piece the parts are its units, then its figures."""

    report: Report
    targets: list[Target]
    tokens: list[Tokens]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The vectors of one kind over some reports, with what each of them is."""

    vectors: Tensor
    keys: list[tuple[int, int, int]]  # report, piece, unit or figure


def read(encoder: Encoder, report: Report, targets: list[Target]) -> Read:
    """Turn a report into tokens."""
    tokens = []
    for piece in report.pieces:
        shift = len(piece.header)
        parts = [(unit.start, unit.end) for unit in piece.units] + [(a, b) for a, b, _ in piece.figures]
        tokens.append(
            encoder.tokens(piece.header + piece.prose.text, [(a + shift, b + shift) for a, b in parts], PASSAGE)
        )
    return Read(report, targets, tokens)


def candidates(encoder: Encoder, reports: Sequence[Read], dropout: float = 0.0) -> dict[str, Candidates]:
    """Encode reports; return their figures, clauses and sentences."""
    vectors = encoder([tokens for one in reports for tokens in one.tokens], dropout)
    rows: dict[str, list[int]] = defaultdict(list)
    keys: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    row = 0
    for r, one in enumerate(reports):
        for piece in one.report.pieces:
            for k, unit in enumerate(piece.units):
                kind = "sentence" if unit.whole else "clause"
                rows[kind].append(row)
                keys[kind].append((r, piece.number, k))
                row += 1
            for k in range(len(piece.figures)):
                rows["figure"].append(row)
                keys["figure"].append((r, piece.number, k))
                row += 1
    return {kind: Candidates(vectors[rows[kind]], keys[kind]) for kind in ("figure", "clause", "sentence")}


def loss_of(
    encoder: Encoder, reports: Sequence[Read], asked: Sequence[Target], dropout: float
) -> tuple[Tensor, dict[str, list[bool]]]:
    """Return the mean loss of questions over the first report, and where the right candidate came first."""
    found = candidates(encoder, reports, dropout)
    questions = encoder([encoder.tokens(target.question) for target in asked], dropout)
    total = torch.zeros(())
    first: dict[str, list[bool]] = {}
    for number, (kind, weight) in enumerate((("figure", 1.0), ("clause", 0.7), ("sentence", 0.5))):
        own = found[kind]
        if not own.keys:
            continue
        right, aside = _marks(own, asked, kind)
        null = (encoder.nothing[number] / TEMPERATURE).expand(len(asked), 1)
        scores = (questions @ own.vectors.T / TEMPERATURE).masked_fill(aside, -1e4)
        everything = torch.logsumexp(torch.cat([scores, null], 1), 1)
        best = torch.where(right.any(1), torch.logsumexp(scores.masked_fill(~right, -1e4), 1), null[:, 0])
        # Of arithmetic every operand is meant: each on its own against the rest.
        arithmetic = [
            row for row, target in enumerate(asked) if kind == "figure" and right[row].sum() > 1 and target.arithmetic
        ]
        losses = everything - best
        for row in arithmetic:
            rest = torch.cat([scores[row].masked_fill(right[row], -1e4), null[row]])
            losses = losses.index_put(
                (torch.tensor(row),),
                torch.stack(
                    [
                        torch.logaddexp(rest.logsumexp(0), scores[row, one]) - scores[row, one]
                        for one in right[row].nonzero()[:, 0]
                    ]
                ).mean(),
            )
        weights = torch.tensor(
            [_weight(target, kind, bool(has)) for target, has in zip(asked, right.any(1), strict=True)]
        )
        total = total + weight * (losses * weights).sum()
        places = scores.argmax(1)
        first[kind] = [bool(right[row, places[row]]) for row in range(len(asked)) if right[row].any()]
    return total / len(asked), first


def _weight(target: Target, kind: str, has: bool) -> float:
    """Return what a question weighs among candidates of a kind: nothing where the extraction lacks what is right."""
    if has:
        return 1.0
    if not target.answerable:
        return UNANSWERABLE
    return 0.2 if kind == "figure" and not target.numeric else 0.0


def _marks(own: Candidates, asked: Sequence[Target], kind: str) -> tuple[Tensor, Tensor]:
    """Return which candidates are right, and which are not looked at, shape (questions, candidates)."""
    place = {key: row for row, key in enumerate(own.keys)}
    other = torch.tensor([key[0] > 0 for key in own.keys])
    right, aside = (torch.zeros(len(asked), len(own.keys), dtype=torch.bool) for _ in range(2))
    for row, target in enumerate(asked):
        for marks, ones in ((right, target.right(kind)), (aside, target.unsure(kind))):
            marks[row, [place[key] for one in ones if (key := (0, *one)) in place]] = True
        if not target.library:
            aside[row] |= other
    return right, aside


def siblings(name: str, names: Sequence[str]) -> list[str]:
    """Return the reports that a question over ``name`` may be asked together with: those of its library."""
    own = data.LIBRARIES.match(name)
    return [other for other in names if own and other != name and other[:3] == name[:3]]


def measure(encoder: Encoder, reports: Sequence[Read]) -> dict[str, float]:
    """Return how often the right figure and, by its best clause, the right passage comes first; the AUC of refusing."""
    encoder.eval()
    figure, passage, scores = [], [], []
    with torch.no_grad():
        for one in reports:
            found = candidates(encoder, [one])
            questions = encoder([encoder.tokens(target.question) for target in one.targets])
            similar = {kind: (questions @ own.vectors.T, own.keys) for kind, own in found.items()}
            for row, target in enumerate(one.targets):
                best = {kind: keys[int(values[row].argmax())] for kind, (values, keys) in similar.items() if keys}
                top = float(similar["clause"][0][row].max())
                if target.numeric and similar["figure"][1]:
                    top += float(similar["figure"][0][row].max())
                else:
                    top += top
                scores.append((target.answerable, top))
                if target.figures:
                    figure.append(best["figure"][1:] in target.figures | target.same_figures)
                if target.units:
                    passage.append(best["clause"][1] in {piece for piece, _ in target.units})
    good = [score for yes, score in scores if yes]
    bad = [score for yes, score in scores if not yes]
    auc = sum((g > b) + 0.5 * (g == b) for g in good for b in bad) / max(len(good) * len(bad), 1)
    return {
        "figure": _mean(figure),
        "passage": _mean(passage),
        "auc": round(auc, 4),
        "figures": len(figure),
        "questions": len(scores),
    }


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / max(len(values), 1), 4)


def measure_wikipedia(encoder: Encoder, path: Path) -> float:
    """Return how often the right paragraph of all comes first by its best clause or sentence."""
    encoder.eval()
    vectors, owners, asked = [], [], []
    with torch.no_grad():
        for number, (report, targets) in enumerate(wikipedia.groups(path)):
            one = read(encoder, report, targets)
            for own in candidates(encoder, [one]).values():
                vectors.append(own.vectors)
                owners += [(number, piece) for _, piece, _ in own.keys]
            asked += [(number, next(iter(target.units))[0], target.question) for target in targets]
        every = torch.cat(vectors)
        questions = encoder([encoder.tokens(question) for _, _, question in asked])
        best = (questions @ every.T).argmax(1).tolist()
    return _mean([owners[row] == (number, piece) for row, (number, piece, _) in zip(best, asked, strict=True)])


class Trainer:
    """What a training run holds: reports, groups of paragraphs, the encoder with its optimizer, and how far it is."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.encoder = Encoder(options.model, options.first)
        self.chance = random.Random(0)
        self.reports: dict[str, Read] = {}
        for path in data.report_paths():
            report, rows = data.take_apart(path), data.questions_of(path)
            self.reports[path.stem] = read(self.encoder, report, data.targets(report, rows))
        self.names = [name for name, one in self.reports.items() if data.side(name) == "train" and one.targets]
        self.kept = [one for name, one in self.reports.items() if data.side(name) == "fit"]
        groups = wikipedia.groups(options.wikipedia) if options.wikipedia else ()
        self.paragraphs = [read(self.encoder, *group) for group in groups]
        self.trained = [value for layer in self.encoder.layers for value in layer.parameters() if value.requires_grad]
        groups_of_rates = [
            {"params": self.trained, "lr": options.rate, "weight_decay": 0.01},
            {"params": [self.encoder.nothing], "lr": NULL_RATE, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups_of_rates, fused=True)
        self.state: dict[str, float] = {"passes": 0, "seconds": 0.0, "steps": 0}
        if options.out.exists():
            saved = torch.load(options.out)
            self.encoder.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.state = saved["state"]

    @property
    def done(self) -> float:
        """How much of the time is used up, from 0 to 1."""
        return float(self.state["seconds"] / (60 * self.options.minutes))

    def one_pass(self) -> dict[str, list[float]]:
        """Take one pass over the reports, each as often as it has lots of questions, and return what was logged."""
        plan = [name for name in self.names for _ in range(max(1, round(len(self.reports[name].targets) / QUESTIONS)))]
        plan += [""] * round(len(plan) * self.options.wikipedia_share) if self.paragraphs else []
        self.chance.shuffle(plan)
        log: dict[str, list[float]] = defaultdict(list)
        for name in plan:
            if self.done >= 1:
                break
            began = time.monotonic()
            loss, first = self._step(name)
            self.state["seconds"] += time.monotonic() - began
            kind = "report" if name else "paragraphs"
            log[f"{kind} loss"].append(loss)
            for what, values in first.items():
                log[f"{kind} {what}"] += map(float, values)
        self.state["passes"] += 1
        return log

    def _step(self, name: str) -> tuple[float, dict[str, list[bool]]]:
        factor = min(1.0, (self.state["steps"] + 1) / WARM_UP) * max(0.02, 1 - self.done)
        for group, rate in zip(self.optimizer.param_groups, (self.options.rate, NULL_RATE), strict=True):
            group["lr"] = rate * factor
        chosen = self._chosen(name)
        asked = self.chance.sample(chosen[0].targets, min(len(chosen[0].targets), QUESTIONS))
        self.encoder.train()
        loss, first = loss_of(self.encoder, chosen, asked, self.options.dropout)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.state["steps"] += 1
        return loss.item(), first

    def _chosen(self, name: str) -> list[Read]:
        """Return a report with others of its library, else often with any other; without a name some paragraphs."""
        if not name:
            return [self.chance.choice(self.paragraphs)]
        beside = siblings(name, self.names)
        chosen = [self.reports[one] for one in self.chance.sample(beside, min(len(beside), 2))]
        if not beside and self.chance.random() < OTHERS:
            chosen.append(self.reports[self.chance.choice(self.names)])
        return [self.reports[name], *chosen]

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        beside = self.options.out.with_suffix(".new")
        torch.save(
            {"model": self.encoder.state_dict(), "optimizer": self.optimizer.state_dict(), "state": self.state}, beside
        )
        beside.replace(self.options.out)

    def measured(self) -> dict[str, object]:
        """Return how good the encoder is by itself on the reports kept for it, and on paragraphs."""
        found: dict[str, object] = {"passes": self.state["passes"], "minutes": round(self.state["seconds"] / 60, 1)}
        found["kept reports"] = measure(self.encoder, self.kept)
        if self.options.cmrc:
            found["cmrc"] = measure_wikipedia(self.encoder, self.options.cmrc)
        return found


def main() -> None:
    """Train, measuring after each pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--first", type=int, default=6, help="layers below stay as they are")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--wikipedia", type=Path, help="paragraphs with questions to train on (SQuAD form)")
    parser.add_argument("--cmrc", type=Path, help="paragraphs with questions to measure on")
    parser.add_argument("--wikipedia-share", type=float, default=0.3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    trainer = Trainer(options)
    questions = sum(len(trainer.reports[name].targets) for name in trainer.names)
    print(f"{len(trainer.names)} reports, {questions} questions, data {data.fingerprint()}", flush=True)
    print(json.dumps(trainer.measured(), ensure_ascii=False), flush=True)
    while trainer.done < 1:
        log = trainer.one_pass()
        trainer.save()
        shown = {name: round(sum(values) / len(values), 3) for name, values in log.items()}
        print(json.dumps(trainer.measured() | {"training": shown}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
