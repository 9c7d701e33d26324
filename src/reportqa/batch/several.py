"""Several questions in one cell: each is asked by itself, and the row says what came of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from reportqa.asking.followup import completed
from reportqa.asking.question import MAX_QUESTION
from reportqa.batch.columns import looks_like_question
from reportqa.output.wording import arithmetic, headline
from reportqa.text.records import Answer, Citation, CitedFigure, Conflict

MOST = 50  # questions in a cell
_LEAST = 5
_AROUND = " \t\r\n,，、;；"
_HARD = re.compile(r"(?<=[?？\n])|(?<=[;；])(?![^（(]{0,50}[)）])")
_SOFT = re.compile(r"(?<=[,，、])(?!\d)")
_NUMBER = re.compile(r"多少|几[^乎]|多[大高长久]")
# What leans on the words before it is no question of its own, unless it asks for a number: 有几所学校，分别是哪些？
_LEANS = re.compile(
    r"比|其中|分别|较|占|同比|环比|为|是|这|那|它|他|她|各|又|并|还|都|和|与|及|有[多哪几]|多少|哪|怎|如何|吗|呢"
)
_MARK = re.compile(r"\s*(?:\d{1,2}\s*(?:[、．)）]|\.(?!\d))|[（(]\d{1,2}[)）]|[①-⑳])\s*")


def questions_in(cell: str) -> list[str]:
    """Return the questions of a cell, one that leans on the one before completed; the cell itself where it holds one.

    >>> questions_in("就业率是多少，专任教师有多少人？")
    ['就业率是多少', '专任教师有多少人']
    >>> questions_in("2023年，全区招生多少人？毕业多少人？")
    ['2023年，全区招生多少人？', '2023年,全区毕业多少人']
    """
    # Where semicolons part questions, the last one needs none of its own.
    whole = f"{cell}；" if re.search("[;；]", cell) else cell
    parts = [one for part in _joined(_HARD.split(whole), _ends) for one in _joined(_SOFT.split(part), _asks_anew)]
    plain = [_MARK.sub("", part, count=1).strip(_AROUND) for part in parts]
    asked = [part for part in plain if any(map(str.isalnum, part))]
    if len(asked) < 2:
        return [cell]
    # Too many are refused, and nothing leans on what is too long to be a question.
    if len(asked) > MOST or max(map(len, asked)) > MAX_QUESTION:
        return asked
    found = asked[:1]
    for part in asked[1:]:
        leaning = f"那{part}"
        whole = completed(leaning, found[-1])
        found.append(part if whole == leaning else whole)
    return found


def joined_answer(cell: str, answers: Sequence[Answer]) -> Answer:
    """Make one answer of those to the questions of a cell, each named in the order that they were asked.

    >>> both = [Answer("就业率是多少", "answered", "96.8%"), Answer("教师有多少人？", "not_found")]
    >>> joined_answer("就业率是多少，教师有多少人？", both).answer
    '96.8%；报告里没有找到答案'

    Citations are those that the answers stand on, numbered on; figures lead to theirs, and the confidence is that of
    the least sure: where one has no answer, none.
    """
    if len(answers) == 1:
        return answers[0]
    found = [one for one in answers if one.found]
    citations: list[Citation] = []
    figures: list[CitedFigure] = []
    conflicts: list[Conflict] = []
    for one in found or answers:
        ranks = {cited.rank: rank for rank, cited in enumerate(_sources(one), len(citations) + 1)}
        citations += [replace(cited, rank=ranks[cited.rank]) for cited in _sources(one)]
        figures += _renumbered(one.figures, ranks)
        conflicts += [replace(two, figures=_renumbered(two.figures, ranks)) for two in one.conflicts]
    told = ("；".join(filter(None, (arithmetic(one.derivation), one.message))) for one in answers)
    said = [f"“{one.question}”：{what.rstrip('。')}" for one, what in zip(answers, told, strict=True) if what]
    return Answer(
        question=cell,
        status="answered" if found else "not_found",
        answer="；".join(map(headline, answers)) if found else "",
        message="；".join([f"一格里有 {len(answers)} 个问题，按顺序分别回答", *said]),
        confidence=min(one.confidence for one in answers),
        citations=tuple(citations),
        figures=tuple(figures),
        conflicts=tuple(conflicts),
        illustrations=tuple(shown for one in found for shown in one.illustrations),
    )


def sources(answer: Answer) -> tuple[Citation, ...]:
    """Return the citations that an answer stands on: the first, and those of figures in contradiction or arithmetic.

    Of several questions in a cell these are all.
    """
    return answer.citations if len(questions_in(answer.question)) > 1 else _sources(answer)


def _sources(answer: Answer) -> tuple[Citation, ...]:
    figures = [figure for conflict in answer.conflicts for figure in conflict.figures]
    figures += answer.derivation.operands if answer.derivation else ()
    ranks = {1, *(figure.citation for figure in figures)}
    return tuple(citation for citation in answer.citations if citation.rank in ranks)


def _renumbered(figures: Iterable[CitedFigure], ranks: dict[int, int]) -> tuple[CitedFigure, ...]:
    return tuple(CitedFigure(one.figure, ranks.get(one.citation or 0)) for one in figures)


def _joined(pieces: Iterable[str], ends: Callable[[str], bool]) -> list[str]:
    """Join pieces up to each that ends a question; what is left belongs to the last."""
    found: list[str] = []
    pending = ""
    for piece in pieces:
        pending += piece
        if ends(piece):
            found.append(pending)
            pending = ""
    return [*found[:-1], "".join(found[-1:]) + pending]


def _ends(piece: str) -> bool:
    return piece.endswith(("?", "？", ";", "；")) or looks_like_question(piece)


def _asks_anew(piece: str) -> bool:
    piece = piece.strip(f"{_AROUND}?？")
    alone = len(piece) >= _LEAST and not _LEANS.match(_MARK.sub("", piece, count=1))
    return looks_like_question(piece) and (alone or bool(_NUMBER.search(piece)))
