"""How well the reader answers: its words beside the gold ones, its passage, and whether it tells that there is none."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from training.reader_data import Example, Set
from training.reader_model import Joiner, Reader, Scores, Window, run

MAX_SPAN = 120


@dataclass(frozen=True, slots=True)
class Found:
    """The best span of a question: passage, characters, score; with what the windows say beside it."""

    passage: int
    text: str
    span: float
    relevance: float
    verdict: tuple[float, ...]


def best_of(windows: Sequence[tuple[int, Window]], scores: Sequence[Scores]) -> Found:
    """Return the best span of a question's windows: by its own score and its window's relevance."""
    ranked = []
    for (number, window), one in zip(windows, scores, strict=True):
        start, end, value = best_span(one.start.numpy(), one.end.numpy())
        offsets = window.passage.offsets[window.begin : window.end]
        text = window.passage.text[offsets[start][0] : offsets[end][1]]
        ranked.append(
            (
                value + float(one.relevance),
                Found(number, text, value, float(one.relevance), tuple(one.verdict.tolist())),
            )
        )
    return max(ranked, key=lambda pair: pair[0])[1]


def best_span(start: NDArray[np.float32], end: NDArray[np.float32]) -> tuple[int, int, float]:
    """Return the first and last token of the best span, and its score.

    >>> best_span(np.array([0.0, 5, 1]), np.array([9.0, 2, 3]))
    (0, 0, 9.0)
    """
    sums = start[:, None] + end[None, :]
    sums[~np.triu(np.tri(len(start), k=MAX_SPAN - 1, dtype=bool))] = -np.inf
    first, last = divmod(int(sums.argmax()), len(start))
    return first, last, float(sums[first, last])


def plain(text: str) -> str:
    """Return a text without spaces and marks.

    >>> plain("《瀛洲卫志》， 1册")
    '瀛洲卫志1册'
    """
    return re.sub(r"[\W_]", "", text)


def overlap(said: str, wanted: str) -> float:
    """Return the F1 of two texts by the characters of their longest common run, as CMRC 2018 does.

    >>> round(overlap("退休职工", "退休职工和志愿者"), 2)
    0.67
    """
    said, wanted = plain(said), plain(wanted)
    shared = difflib.SequenceMatcher(None, said, wanted, autojunk=False).find_longest_match().size
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def items(text: str) -> list[str]:
    """Return the members of a list as shared/eval/score.py does."""
    text = re.sub(r"（[^）]*）|\([^)]*\)|等$|等\d+个.*$", "", text)
    parts = [
        re.sub(r"[“”\"'《》。]", "", re.sub(r"[\s,，]", "", part)) for part in re.split(r"[、，；,;]|以及|和", text)
    ]
    return [part for part in parts if part]


def items_f1(said: str, wanted: str) -> float:
    """Return the F1 of lists; a member is found where one of the two holds the other."""
    want, got = items(wanted), items(said)
    found = sum(any(w in x or x in w for x in got) for w in want) / max(1, len(want))
    right = sum(any(w in x or x in w for w in want) for x in got) / max(1, len(got))
    return 2 * found * right / (found + right) if found + right else 0.0


def area_under(good: Sequence[float], bad: Sequence[float]) -> float:
    """Return how often a good score is above a bad one."""
    return sum((g > b) + 0.5 * (g == b) for g in good for b in bad) / max(len(good) * len(bad), 1)


def answers_of(reader: Reader, join: Joiner, own: Set, asked: Sequence[tuple[Example, Sequence[int]]]) -> list[Found]:
    """Answer questions, each over its passages, many at a time."""
    reader.eval()
    found = []
    with torch.no_grad():
        for at in range(0, len(asked), 32):
            rows = [
                [(n, window) for n in passages for window in join.windows(example.question, own.passages[n])]
                for example, passages in asked[at : at + 32]
            ]
            scores = run(reader, join, [window for row in rows for _, window in row])
            done = 0
            for row in rows:
                found.append(best_of(row, scores[done : done + len(row)]))
                done += len(row)
    return found


def measure(reader: Reader, join: Joiner, own: Set, share: int = 1) -> dict[str, float]:
    """Read every ``share``-th question with the encoder's best passages; say how well it is answered."""
    asked = asked_of(own, share)
    return scored(asked, answers_of(reader, join, own, asked))


def asked_of(own: Set, share: int = 1, passages: int = 3) -> list[tuple[Example, tuple[int, ...]]]:
    """Return every ``share``-th question that has passages near, each with the encoder's best passages."""
    return [(one, one.near[:passages]) for one in own.examples if one.near][::share]


def scored(asked: Sequence[tuple[Example, tuple[int, ...]]], answers: Sequence[Found]) -> dict[str, float]:
    """Say how well questions were answered."""
    log: dict[str, list[float]] = defaultdict(list)
    good: dict[str, list[float]] = defaultdict(list)
    bad: dict[str, list[float]] = defaultdict(list)
    for (one, near), found in zip(asked, answers, strict=True):
        for name, value in (
            ("auc encoder", one.similar),
            ("auc span", found.span),
            ("auc relevance", found.relevance),
            ("auc", found.span + found.relevance),
        ):
            (good if one.answerable else bad)[name].append(value)
        if not one.answerable:
            continue
        log["passage"].append(found.passage == one.passage)
        log["encoder's passage"].append(one.near[0] == one.passage)
        log["among them"].append(one.passage in near)
        if one.kind != "yesno":
            log["F1"].append(overlap(found.text, one.answers[0]))
            log["EM"].append(plain(found.text) == plain(one.answers[0]))
            log[f"F1 {one.kind}"].append(log["F1"][-1])
        if one.kind in ("list", "name"):
            log[f"items {one.kind}"].append(items_f1(found.text, one.answers[0]))
        if one.verdict in (0, 1):
            log["verdict"].append(int(np.argmax(found.verdict[:2])) == one.verdict)
            log["verdict said"].append(int(np.argmax(found.verdict)) == one.verdict)
    shown = {name: round(float(np.mean(values)), 3) for name, values in log.items()}
    shown |= {name: round(area_under(good[name], bad[name]), 3) for name in good}
    return shown | {"questions": len(asked)}


def measure_wikipedia(reader: Reader, join: Joiner, own: Set, share: int = 1) -> dict[str, float]:
    """Read questions over their own paragraph; return the F1 and exact matches, the best over the gold answers."""
    asked = [(one, one.near) for one in own.examples][::share]
    found = answers_of(reader, join, own, asked)
    pairs = [(best.text, one.answers) for (one, _), best in zip(asked, found, strict=True)]
    exact = [any(plain(said) == plain(answer) for answer in answers) for said, answers in pairs]
    f1 = [max(overlap(said, answer) for answer in answers) for said, answers in pairs]
    return {"F1": round(float(np.mean(f1)), 3), "EM": round(float(np.mean(exact)), 3), "questions": len(asked)}
