"""Answers that a person has reviewed, taken up again from an answer sheet of this program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reportqa.batch.columns import as_text
from reportqa.batch.question_file import read_file
from reportqa.batch.rows import AnsweredRow
from reportqa.batch.several import sources
from reportqa.batch.sheets import read_sheets
from reportqa.errors import InputError
from reportqa.output.wording import headline
from reportqa.text.folding import fold
from reportqa.text.records import Answer

QUESTION, REVIEWED, SOURCE = "问题", "审核后答案", "原文校验"
_HEADER_ROWS = 10


@dataclass(frozen=True, slots=True)
class Review:
    """What a person wrote for a question, and the digest of the source text that it was written over."""

    answer: str
    source: str


Reviews = Mapping[str, Review]


def read_reviews(path: Path) -> Reviews:
    """Read the reviewed answers of an answer sheet, by question; a row that nobody filled in is none.

    Raises InputError where the file is no workbook that this program wrote.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"审核过的答案要一份本程序写的 .xlsx 答案表，给的是 {path.name}。")
    for rows in read_sheets(read_file(path), path.name).values():
        for number, row in enumerate(rows[:_HEADER_ROWS]):
            if {QUESTION, REVIEWED, SOURCE} <= set(row):
                return _reviews(rows[number + 1 :], [row.index(name) for name in (QUESTION, REVIEWED, SOURCE)])
    raise InputError(f"{path.name} 不是本程序写的答案表：没有“{REVIEWED}”和“{SOURCE}”两列。")


def take_up(answered: AnsweredRow, reviews: Reviews) -> AnsweredRow:
    """Give a row its reviewed answer where the source reads as it did then; mark it where the source has changed."""
    review = reviews.get(_key(answered.row.question))
    if review is None or answered.answer.status == "error":
        return answered
    answer = answered.answer
    if review.source != source_digest(answer):
        said = filter(None, (f"待复核：原文已变，审核过的答案是“{review.answer}”", answer.message))
        return replace(answered, answer=replace(answer, message="；".join(said)), outdated=True)
    return replace(answered, answer=_reviewed(answer, review.answer), reviewed=review.answer)


def source_digest(answer: Answer) -> str:
    """Return a hash of the text that an answer stands on."""
    text = "\n".join(citation.text for citation in sources(answer))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _reviews(rows: Sequence[Sequence[Any]], columns: Sequence[int]) -> dict[str, Review]:
    found = {}
    for row in rows:
        question, answer, source = (as_text(row[column] if column < len(row) else None).strip() for column in columns)
        if answer and _key(question):
            found[_key(question)] = Review(answer, source)
    return found


def _reviewed(answer: Answer, text: str) -> Answer:
    """Put a person's words in place of the answer; figures that they no longer name go with the old one."""
    if not answer.found or text not in (answer.answer, headline(answer)):
        kept = tuple(cited for cited in answer.figures if cited.figure.text in text)
        answer = replace(answer, answer=text, figures=kept, verdict=None, derivation=None)
    return replace(answer, status="answered", message="已审核", confidence=1.0)


def _key(question: str) -> str:
    return "".join(char for char in fold(question) if char.isalnum())
