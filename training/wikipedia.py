"""Questions over encyclopaedia paragraphs (SQuAD form): DRCD for training, CMRC for measuring.

They keep the encoder good at what is no report. Neither is part of the project: they are read where they lie.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opencc

from reportqa.outline.passages import clauses, sentences
from reportqa.text.records import Prose, Span
from training.data import Piece, Report, Target, Unit

_PARAGRAPHS = 12


def groups(path: Path) -> Iterator[tuple[Report, list[Target]]]:
    """Yield groups of paragraphs, as if each were a report, with their questions; all is made Simplified."""
    simplified = opencc.OpenCC("t2s").convert
    paragraphs = [
        (simplified(article.get("title", "")), paragraph)
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        if len(simplified(paragraph["context"])) == len(paragraph["context"])
    ]
    # From everywhere: of one article alone, the model would learn that titles tell nothing.
    random.Random(0).shuffle(paragraphs)
    for start in range(0, len(paragraphs), _PARAGRAPHS):
        pieces: list[Piece] = []
        targets: list[Target] = []
        for number, (title, paragraph) in enumerate(paragraphs[start : start + _PARAGRAPHS]):
            pieces.append(_piece(number, title, simplified(paragraph["context"])))
            targets += filter(None, (_target(pieces[-1], qa, simplified(qa["question"])) for qa in paragraph["qas"]))
        yield Report(path.stem, "", "", tuple(pieces)), targets


def _piece(number: int, title: str, text: str) -> Piece:
    units = [Unit(a, b, True) for a, b in sentences(text)] + [Unit(a, b, False) for a, b in clauses(text)]
    return Piece(number, f"{title}：" if title else "", Prose(text, (Span(0, len(text)),)), tuple(units), ())


def _target(piece: Piece, qa: dict[str, Any], question: str) -> Target | None:
    answer = qa["answers"][0]
    start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
    units = frozenset((piece.number, k) for k, unit in enumerate(piece.units) if unit.start <= start < unit.end)
    if not units:
        return None
    none: frozenset[tuple[int, int]] = frozenset()
    near = (
        frozenset((piece.number, k) for k, unit in enumerate(piece.units) if unit.start < end and start < unit.end)
        - units
    )
    return Target(question, "", "text", False, units, near, none, none, False, qa)
