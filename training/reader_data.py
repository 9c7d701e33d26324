"""What the reader is trained on: questions, the passages that they are read with, and the words that answer.

Passages are those of the index (of an encyclopaedia: runs of sentences of up to 300 characters), each read with its
header. The passages beside the right one are those that the encoder finds nearest, and the neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from reportqa.models.reader import window_ranges
from reportqa.outline.passages import sentences
from training import data, train, wikipedia
from training.data import Piece, Report, Target
from training.model import MAX_TOKENS, PASSAGE, Encoder, Tokens

WORDS = ("name", "list", "reason", "way", "definition", "yesno")
VERDICTS = ("是", "否", "")
"""What a passage says to a question for yes or no; the last: neither."""
NEAREST, _CHUNK = 8, 300
YES_OR_NO = re.compile(
    r"吗|有没有|是不是|是否|能不能|可不可以|(.)不\1|没有?[？?]?$|不[？?]?$|(?<!什)么[？?]?$|嘛[？?]?$"
)
_WHO = re.compile(r"(?:哪一?位|哪个人|什么人|啥人|谁|哪一?家(?:公司|单位|企业)?|哪个|什么|啥)(?P<end>[？?]?)$")
_MUCH = re.compile(r"(?:多少|几)[\u4e00-\u9fff]{0,2}(?P<end>[？?]?)$")


@dataclass(frozen=True, slots=True)
class Read:
    """A passage as tokens; the last ``len(offsets)`` but one are its own, each with its characters of ``text``."""

    tokens: Tokens
    head: int
    offsets: NDArray[np.int32]
    text: str

    def spans(self) -> list[tuple[int, int]]:
        """Return the ranges of its own tokens that are read at once."""
        return window_ranges(len(self.offsets))


@dataclass(frozen=True, slots=True)
class Example:
    """A question, where its answer stands (passage and characters; passage -1: nowhere), and the passages nearest.

    ``similar`` is the encoder's cosine of the nearest; ``verdict`` a place in :data:`VERDICTS`, -1 where not known.
    """

    id: str
    question: str
    kind: str
    passage: int
    start: int
    end: int
    answers: tuple[str, ...]
    near: tuple[int, ...]
    similar: float = 0.0
    verdict: int = -1

    @property
    def answerable(self) -> bool:
        """Whether there is an answer."""
        return self.passage >= 0


def read(encoder: Encoder, header: str, text: str) -> Read:
    """Turn a passage into tokens."""
    encoding = encoder.tokenizer.encode(PASSAGE + header + text)
    ids = encoding.ids if len(encoding.ids) <= MAX_TOKENS else [*encoding.ids[: MAX_TOKENS - 1], encoding.ids[-1]]
    shift = len(PASSAGE) + len(header)
    offsets = np.array(encoding.offsets[: len(ids) - 1], np.int32) - shift
    head = int(np.searchsorted(offsets[1:, 1], 0, side="right")) + 1
    return Read(Tokens(tuple(ids), np.zeros((0, 2), np.int32)), head, np.maximum(offsets[head:], 0), text)


@dataclass
class Set:
    """Passages and the examples over them."""

    passages: list[Read]
    examples: list[Example]


def report_set(encoder: Encoder, names: Sequence[str], together: bool) -> Set:
    """Return the passages and questions of reports; the encoder finds what is nearest.

    ``together``: to a question that names its report, passages of the same library's other reports are near as well.
    """
    found = Set([], [])
    own = data.verdicts()
    reports = {name: data.take_apart(data.DATA / "reports" / f"{name}.txt") for name in names}
    first: dict[str, int] = {}
    for name, report in reports.items():
        first[name] = len(found.passages)
        found.passages += [read(encoder, piece.header, piece.prose.text) for piece in report.pieces]
    for name, report in reports.items():
        rows = data.questions_of(data.DATA / "reports" / f"{name}.txt")
        targets = [one for one in data.targets(report, rows) if not one.arithmetic]
        beside = [name, *(train.siblings(name, names) if together else ())]
        near_ones = nearest(encoder, [reports[other] for other in beside], [first[other] for other in beside], targets)
        for target, (near, similar) in zip(targets, near_ones, strict=True):
            example = _example(report, target, first[name], near, similar, own)
            if example:
                found.examples.append(example)
    return found


def nearest(
    encoder: Encoder, reports: Sequence[Report], starts: Sequence[int], targets: Sequence[Target]
) -> list[tuple[tuple[int, ...], float]]:
    """Return for each question over the first report the passages nearest to it, and the cosine of the first.

    Passages of the other reports are among them where the question names its report.
    """
    with torch.no_grad():
        candidates = train.candidates(encoder, [train.read(encoder, report, []) for report in reports])
        questions = encoder([encoder.tokens(target.question) for target in targets])
    best = []
    keys = [(r, piece) for r, report in enumerate(reports) for piece in range(len(report.pieces))]
    place = {key: number for number, key in enumerate(keys)}
    scores = np.full((len(targets), len(keys)), -1.0, np.float32)
    for kind, own in candidates.items():
        if own.keys:
            columns = [place[key[:2]] for key in own.keys]
            similar = (questions @ own.vectors.T).numpy()
            rows = [row for row, target in enumerate(targets) if kind != "figure" or target.numeric]
            for row in rows:
                np.maximum.at(scores[row], columns, similar[row])
    other = np.array([r > 0 for r, _ in keys])
    for row, target in enumerate(targets):
        if not target.library:
            scores[row, other] = -1
        order = [column for column in np.argsort(-scores[row], kind="stable")[:NEAREST] if scores[row, column] > -1]
        best.append(
            (tuple(starts[keys[column][0]] + keys[column][1] for column in order), float(scores[row].max(initial=-1.0)))
        )
    return best


def _example(
    report: Report, target: Target, first: int, near: tuple[int, ...], similar: float, verdicts: dict[str, str]
) -> Example | None:
    row = target.row
    said = row.get("verdict") or verdicts.get(row["id"])
    verdict = VERDICTS.index(said) if said in VERDICTS and target.kind == "yesno" else -1
    if not target.answerable:
        verdict = 2 if YES_OR_NO.search(target.question) else -1
        return Example(row["id"], target.question, target.kind, -1, 0, 0, (), near, similar, verdict)
    if target.figures and target.kind != "yesno":
        number, k = min(target.figures)
        a, b, _ = report.pieces[number].figures[k]
        said = report.pieces[number].prose.text[a:b]
        return Example(row["id"], target.question, target.kind, first + number, a, b, (said,), near, similar, verdict)
    begin = report.text.find(row["evidence"])
    answer = row.get("answer") or row["evidence"]
    at = row["evidence"].find(answer)
    start, end = (begin + at, begin + at + len(answer)) if at >= 0 else (begin, begin + len(row["evidence"]))
    piece = max(report.pieces, key=lambda one: _shared(one, start, end))
    if not _shared(piece, start, end):
        return None
    a, b = piece.prose.offset(start), piece.prose.offset(end - 1) + 1
    return (
        Example(row["id"], target.question, target.kind, first + piece.number, a, b, (answer,), near, similar, verdict)
        if a < b
        else None
    )


def _shared(piece: Piece, start: int, end: int) -> int:
    return sum(max(0, min(span.end, end) - max(span.start, start)) for span in piece.prose.spans)


def wikipedia_set(encoder: Encoder, path: Path) -> Set:
    """Return an encyclopaedia's paragraphs, cut into runs of sentences, and its questions; all of one are near."""
    found = Set([], [])
    for report, targets in wikipedia.groups(path):
        chunks: list[list[tuple[int, int, int]]] = []
        for piece in report.pieces:
            chunks.append([(len(found.passages) + k, a, b) for k, (a, b) in enumerate(runs(piece.prose.text))])
            found.passages += [read(encoder, piece.header, piece.prose.text[a:b]) for _, a, b in chunks[-1]]
        for target in targets:
            number = next(iter(target.units))[0]
            start = target.row["answers"][0]["answer_start"]
            end = start + len(target.row["answers"][0]["text"])
            own = next(((p, a, b) for p, a, b in chunks[number] if a <= start < b), None)
            if own is None or end > own[2]:
                continue
            text = report.pieces[number].prose.text
            answers = tuple(
                text[one["answer_start"] : one["answer_start"] + len(one["text"])] for one in target.row["answers"]
            )
            near = tuple(p for p, _, _ in chunks[number])
            found.examples.append(
                Example(
                    str(target.row["id"]), target.question, "text", own[0], start - own[1], end - own[1], answers, near
                )
            )
    return found


def runs(text: str) -> list[tuple[int, int]]:
    """Return runs of whole sentences of up to 300 characters (more where a sentence is longer)."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if found and end - found[-1][0] <= _CHUNK:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def claims(examples: Iterable[Example], figures: dict[str, str], chance: Random) -> list[Example]:
    """Return questions for yes or no, made of questions for a name or a number: with the right one, or one of another.

    证代是哪个人 (舒婕) makes 证代是舒婕吗 (是) and, with another question's answer, 证代是陶令仪吗 (否).
    """
    by_report: dict[str, list[Example]] = {}
    for one in examples:
        if one.answerable and (one.kind == "name" or one.id in figures):
            by_report.setdefault(one.id.rpartition("_")[0], []).append(one)
    made = []
    for own in by_report.values():
        for one in own:
            pattern = _MUCH if one.id in figures else _WHO
            found = pattern.search(one.question)
            if not found:
                continue
            said = figures.get(one.id, one.answers[0])
            verdict = chance.randrange(2)
            if verdict:
                others = {
                    figures.get(other.id, other.answers[0])
                    for other in own
                    if (other.id in figures) == (one.id in figures)
                }
                others = {
                    other
                    for other in others
                    if other not in said and said not in other and (one.id not in figures or other[-1] == said[-1])
                }
                if not others:
                    continue
                said = chance.choice(sorted(others))
            question = one.question[: found.start()] + said + chance.choice(("吗", "么", "吗")) + found["end"]
            made.append(replace(one, question=question, kind="claim", verdict=verdict))
    return made


def figures_asked(names: Iterable[str]) -> dict[str, str]:
    """Return, by the id of a question for a number, the figure that answers."""
    rows: list[dict[str, Any]] = [
        row for name in names for row in data.questions_of(data.DATA / "reports" / f"{name}.txt")
    ]
    return {
        row["id"]: row["figure"] for row in rows if row.get("figure") and row["kind"] in ("number", "percent", "money")
    }
