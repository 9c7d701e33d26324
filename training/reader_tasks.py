"""What the reader is trained on, a question at a time, and the loss of its scores."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.reader_data import Example, Read, Set
from training.reader_model import Joiner, Reader, Window, run

RELEVANCE, VERDICT = 0.5, 1.0  # what they weigh beside the span
CROP, WHOLE = 110, 0.3  # longer windows are cut to so many tokens while training, but for this share
NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Task:
    """A question with the windows that it is trained on, and in each where the answer stands.

    ``place`` is (start, end) in tokens, None in windows without it; ``aside`` marks tokens that are
    neither right nor wrong.
    """

    example: Example
    windows: list[Window]
    places: list[tuple[int, int] | None]
    aside: list[NDArray[np.bool_]]
    unsure: list[bool]

    @property
    def gold(self) -> int:
        """The number of the window that answers, -1 where none does."""
        return next((number for number, place in enumerate(self.places) if place), -1)


def task_of(join: Joiner, own: Set, example: Example, chance: random.Random, alone: bool = False) -> Task:
    """Choose what a question is read with: the window that answers, and one or two that do not."""
    others = [number for number in example.near if number != example.passage]
    nearby = (
        [n for n in (example.passage - 1, example.passage + 1) if 0 <= n < len(own.passages)]
        if example.answerable
        else []
    )
    drawn = chance.sample(others[:3], min(1, len(others[:3])))
    rest = [n for n in dict.fromkeys([*others[:6], *nearby]) if n not in drawn]
    if rest and chance.random() < 0.2:
        drawn.append(chance.choice(rest))
    windows: list[Window] = []
    places: list[tuple[int, int] | None] = []
    if example.answerable and not alone:
        passage = own.passages[example.passage]
        place = tokens_of(passage, example.start, example.end)
        whole = [
            one
            for one in join.windows(example.question, passage)
            if place and one.begin <= place[0] and place[1] < one.end
        ]
        if whole and place:
            windows.append(cropped(chance.choice(whole), place, chance))
            places.append((place[0] - windows[0].begin, place[1] - windows[0].begin))
    for number in drawn:
        windows.append(cropped(chance.choice(join.windows(example.question, own.passages[number])), None, chance))
        places.append(None)
    if not windows:
        windows, places = join.windows(example.question, own.passages[max(example.passage, 0)])[:1], [None]
    aside = [same_words(window, place, example) for window, place in zip(windows, places, strict=True)]
    unsure = [not place and bool(marks.any()) for place, marks in zip(places, aside, strict=True)]
    return Task(example, windows, places, aside, unsure)


def cropped(window: Window, place: tuple[int, int] | None, chance: random.Random) -> Window:
    """Cut a long window to a part that holds the answer's place, if any, anywhere in it."""
    first, last = window.begin, window.end - CROP
    if place:
        first, last = max(first, place[1] - CROP + 1), min(last, place[0])
    if first > last or window.end - window.begin <= CROP or chance.random() < WHOLE:
        return window
    begin = chance.randint(first, last)
    return replace(window, begin=begin, end=begin + CROP)


def tokens_of(passage: Read, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and last own token of a range of characters, None where it is not among those that are read."""
    first = int(np.searchsorted(passage.offsets[:, 1], start, side="right"))
    last = int(np.searchsorted(passage.offsets[:, 0], end, side="left")) - 1
    return (first, last) if first <= last < len(passage.offsets) else None


def same_words(window: Window, place: tuple[int, int] | None, example: Example) -> NDArray[np.bool_]:
    """Mark the tokens that begin (column 0) or end (1) the answer's words elsewhere."""
    marks = np.zeros((window.end - window.begin, 2), bool)
    answer = example.answers[0] if example.answers else ""
    if len(answer) < 2:
        return marks
    for match in re.finditer(re.escape(answer), window.passage.text):
        found = tokens_of(window.passage, *match.span())
        if found:
            for side in (0, 1):
                token = found[side] - window.begin
                if 0 <= token < len(marks) and (place is None or token != place[side]):
                    marks[token, side] = True
    return marks


def loss_of(
    reader: Reader, join: Joiner, tasks: Sequence[Task], dropout: float
) -> tuple[Tensor, dict[str, list[float]]]:
    """Return the mean loss of questions, and what was right."""
    scores = run(reader, join, [window for task in tasks for window in task.windows], dropout)
    total, log, at = torch.zeros(()), defaultdict(list), 0
    zero = torch.zeros(1)
    for task in tasks:
        own = scores[at : at + len(task.windows)]
        at += len(task.windows)
        gold = task.gold
        loss = torch.zeros(())
        right = True
        for side in (0, 1):
            rows = [
                (one.end if side else one.start).masked_fill(torch.from_numpy(marks[:, side]), NEVER)
                for one, marks in zip(own, task.aside, strict=True)
            ]
            every = torch.cat([*rows, zero])
            place = task.places[gold]
            wanted = sum(map(len, rows[:gold])) + place[side] if gold >= 0 and place else len(every) - 1
            loss = loss + 0.5 * (every.logsumexp(0) - every[wanted])
            right &= int(every.argmax()) == wanted
        relevance = torch.stack([one.relevance for one in own]).masked_fill(torch.tensor(task.unsure), NEVER)
        relevance = torch.cat([relevance, zero])
        loss = loss + RELEVANCE * (relevance.logsumexp(0) - relevance[gold])
        verdicts = [
            (number, task.example.verdict if number == gold else 2)
            for number in range(len(own))
            if not task.unsure[number]
        ]
        verdicts = (
            [(number, verdict) for number, verdict in verdicts if verdict >= 0] if task.example.verdict >= 0 else []
        )
        if verdicts:
            told = torch.stack([own[number].verdict for number, _ in verdicts])
            costs = functional.cross_entropy(told, torch.tensor([verdict for _, verdict in verdicts]), reduction="none")
            loss = (
                loss + VERDICT * (costs * torch.tensor([1.0 if verdict < 2 else 0.3 for _, verdict in verdicts])).sum()
            )
            if gold >= 0:
                log["verdict"].append(float(told[0, :2].argmax() == task.example.verdict))
        total = total + loss
        kind = task.example.kind if task.example.kind in ("text", "unanswerable") else "words"
        log[f"{kind} span"].append(float(right))
        log["relevance"].append(float(int(relevance.argmax()) == (gold if gold >= 0 else len(own))))
    log["loss"].append(total.item() / len(tasks))
    return total / len(tasks), log
