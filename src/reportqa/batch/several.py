"""Several questions in one cell: each is asked by itself, and the row says what came of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reportqa.batch.columns import looks_like_question
from reportqa.text.records import Answer, Citation, CitedFigure

_ENDS = re.compile(r"(?<=[?？])|[;；\n]|[,，](?!\d)")
# What leans on the question before it is no question of its own: 招生多少人，比上年增加多少？
_LEANS = re.compile(
    r"比|其中|分别|较|占|同比|环比|为|是|这|那|它|他|她|各|又|并|还|都|和|与|及|有[多哪几]|多少|哪|怎|如何|吗|呢"
)
_LEAST, _MOST = 5, 8
_NUMBERED = re.compile(r"\s*(?:\d{1,2}\s*[、．.)）]|[（(]\d{1,2}[)）]|[①-⑳])\s*")


def questions_in(cell: str) -> list[str]:
    """Return the questions of a cell; the cell itself where it holds but one.

    >>> questions_in("就业率是多少，专任教师有多少人？")
    ['就业率是多少', '专任教师有多少人？']
    >>> questions_in("2024年，全区招生多少人，比上年增加多少？")
    ['2024年，全区招生多少人，比上年增加多少？']
    """
    parts = [_NUMBERED.sub("", part, count=1).strip() for part in _ENDS.split(cell)]
    parts = [part for part in parts if part.strip("?？")]
    own = all(looks_like_question(part) and len(part) >= _LEAST for part in parts)
    leaning = any(_LEANS.match(part) for part in parts[1:])
    return parts if 1 < len(parts) <= _MOST and own and not leaning else [cell]


def joined_answer(cell: str, answers: Sequence[Answer]) -> Answer:
    """Make one answer of those to the questions of a cell, each named in the order that they were asked.

    >>> both = [Answer("就业率是多少", "answered", "96.8%"), Answer("教师有多少人？", "not_found")]
    >>> joined_answer("就业率是多少，教师有多少人？", both).answer
    '96.8%；（没有找到）'

    Citations are numbered on, figures lead to theirs, and the confidence is that of the least sure.
    """
    if len(answers) == 1:
        return answers[0]
    found = [one for one in answers if one.found]
    citations: list[Citation] = []
    figures: list[CitedFigure] = []
    for one in found or answers:
        before = len(citations)
        citations += [replace(cited, rank=cited.rank + before) for cited in one.citations]
        figures += [CitedFigure(two.figure, two.citation and two.citation + before) for two in one.figures]
    said = "；".join(one.answer or "（没有找到）" for one in answers) if found else ""
    told = (f"“{one.question}”：{one.message}" for one in answers if one.message)
    return Answer(
        question=cell,
        status="answered" if found else "not_found",
        answer=said,
        message="；".join([f"一格里有 {len(answers)} 个问题，按顺序分别回答", *told]),
        confidence=min((one.confidence for one in found), default=0.0),
        citations=tuple(citations),
        figures=tuple(figures),
        conflicts=tuple(conflict for one in found for conflict in one.conflicts),
        illustrations=tuple(shown for one in found for shown in one.illustrations),
    )
