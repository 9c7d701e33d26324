"""Statements with questions for yes or no, each alone: does the statement say 是, 否, or nothing of it.

data/statements: one question a line, with ``statement``, ``q`` and ``verdict`` (是, 否 or 未提); four of each
statement, so that the question must tell them apart. The questions for yes or no over the reports go with them, each
with its evidence, and those that nothing answers with the clause that tempts most. A tenth of the statements, and the
reports of the side "fit", only measure.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from training import data
from training.model import Encoder
from training.reader_data import YES_OR_NO, Example, Read, Set, read
from training.reader_model import Joiner, Reader, Window, run

SAID = ("是", "否", "未提")
_KEPT = 10
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a statement; ``verdict`` is a place in :data:`SAID`."""

    question: str
    statement: Read
    verdict: int


def pairs(encoder: Encoder) -> dict[str, list[Pair]]:
    """Return the pairs that train ("train") and those that measure: of statements ("held") and of reports ("fit")."""
    found: dict[str, list[Pair]] = {"train": [], "held": [], "fit": []}
    for path in sorted((data.DATA / "statements").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        statements = sorted({row["statement"] for row in rows})
        held = set(random.Random(5).sample(statements, len(statements) // _KEPT))
        for row in rows:
            one = pair(encoder, row["q"], row["statement"], SAID.index(row["verdict"]))
            found["held" if row["statement"] in held else "train"].append(one)
    for path in data.report_paths():
        side = data.side(path.name)
        if side not in found:
            continue
        found[side] += [pair(encoder, asked, said, SAID.index(verdict)) for asked, said, verdict in data.judged(path)]
        for row in data.questions_of(path):
            if row["kind"] == "unanswerable" and row.get("near") and YES_OR_NO.search(row["q"]):
                found[side].append(pair(encoder, row["q"], row["near"], SAID.index("未提")))
    return found


def pair(encoder: Encoder, question: str, statement: str, verdict: int) -> Pair:
    """Return a question with a statement as tokens, cut where it is very long."""
    return Pair(question, read(encoder, "", statement[:_LONGEST]), verdict)


def drawn(own: Sequence[Pair], count: int, seed: int) -> Iterator[list[Pair]]:
    """Yield so many pairs at a time, all of them before any comes again."""
    chance, order = random.Random(seed), list[Pair]()
    while True:
        if len(order) < count:
            order = chance.sample(own, len(own))
        yield order[:count]
        del order[:count]


def prepare(join: Joiner, sides: dict[str, list[Pair]]) -> None:
    """Read all statements and questions up to the middle, once."""
    for own in sides.values():
        asked = [Example("", one.question, "yesno", -1, 0, 0, (), ()) for one in own]
        join.prepare([Set([one.statement for one in own], asked)])


def verdicts(reader: Reader, join: Joiner, own: Sequence[Pair], dropout: float = 0.0) -> Tensor:
    """Return the scores of 是, 否 and neither: shape (pairs, 3)."""
    windows = [Window(join.encoder.tokens(one.question).ids, one.statement, *one.statement.spans()[0]) for one in own]
    return torch.stack([one.verdict for one in run(reader, join, windows, dropout)])


def measured(reader: Reader, join: Joiner, own: Sequence[Pair]) -> dict[str, float]:
    """Return the share told right of all, and of those that say 是 or 否 with 是 and 否 alone to choose from."""
    reader.eval()
    with torch.no_grad():
        scores = torch.cat([verdicts(reader, join, own[at : at + 64]) for at in range(0, len(own), 64)])
    gold = torch.tensor([one.verdict for one in own])
    either = gold < 2
    return {
        "of three": round(float((scores.argmax(1) == gold).float().mean()), 3),
        "是 or 否": round(float((scores[either, :2].argmax(1) == gold[either]).float().mean()), 3),
        "pairs": len(own),
    }
