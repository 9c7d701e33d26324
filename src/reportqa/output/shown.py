"""Which figures of an answer are shown first, and what is said beside a list."""

from __future__ import annotations

from collections.abc import Sequence

from reportqa.text.records import Answer, CitedFigure, Figure

_YEAR = len("2024")
_OPENINGS = ("其中含", "其中", "包括", "含")


def in_order(shown: Sequence[CitedFigure], answer: Answer) -> list[CitedFigure]:
    """Put after the figures that answer those that they are split into, then those beside them, then the others.

    A year that only says when another figure was so is left out.

    >>> whole = Figure(2, 7, "6191人", 6191, "人", 6191, "人", "count", "招生")
    >>> other = Figure(9, 13, "25个", 25, "个", 25, "个", "count", "班级")
    >>> part = Figure(20, 25, "1455人", 1455, "人", 1455, "人", "count", "招生", "含技工学校", parent=2)
    >>> given = [CitedFigure(one, 1) for one in (whole, other, part)]
    >>> given.append(CitedFigure(Figure(30, 35, "2024年", "2024", "年", "2024", "年", "date", "招生"), 1))
    >>> [one.figure.text for one in in_order(given, Answer("招生多少人？", "answered", "6191人"))]
    ['6191人', '1455人', '25个']
    """
    first = shown[0].figure

    def rank(cited: CitedFigure) -> int:
        figure = cited.figure
        if figure.text in answer.answer:
            return 0
        if figure.document != first.document:
            return 5
        if figure.parent == first.start:
            return 1
        if figure.parent is not None and figure.parent == first.parent:
            return 2
        if figure.start == first.parent or figure.indicator == first.indicator:
            return 3
        return 4 if figure.normalized_unit == first.normalized_unit else 5

    told = (one for one in shown[1:] if not _is_year(one.figure) or one.figure.text in answer.answer)
    return [shown[0], *sorted(told, key=rank)]


def _is_year(figure: Figure) -> bool:
    return figure.kind == "date" and len(str(figure.normalized_value)) == _YEAR


def scope_words(figure: Figure) -> str:
    """Say whom a figure covers, and that it is a part where it is one.

    >>> scope_words(Figure(0, 5, "1455人", 1455, "人", 1455, "人", "count", "招生", "含技工学校", parent=9))
    '其中：技工学校'
    """
    if figure.parent is None:
        return figure.scope
    opening = next((words for words in _OPENINGS if figure.scope.startswith(words)), "")
    return f"其中：{figure.scope[len(opening) :] or figure.indicator}"


def list_note(answer: Answer) -> str:
    """Say how many things a list names, and that the report itself goes on with 等; "" for any other answer.

    >>> list_note(Answer("有哪些民办学校？", "answered", "甲学校、乙学校"))
    '列出 2 项'
    """
    items = answer.answer.split("、")
    if len(items) < 2 or any(cited.figure.text in answer.answer for cited in answer.figures):
        return ""
    more = any(f"{items[-1]}等" in citation.text for citation in answer.citations[:1])
    return f"列出 {len(items)} 项" + ("，原文后面还有“等”" if more else "")
