"""Example questions, made from what the indexed reports themselves contain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from reportqa.asking.vague import FORMS, is_plain, question_for
from reportqa.text.records import Answer, Figure


def example_questions(figures: Iterable[Figure], limit: int = 6) -> list[str]:
    """Ask for the indicators that the reports care most for: those that they split into parts, then the others in turn.

    >>> whole = Figure(2, 7, "6191人", 6191, "人", 6191, "人", "count", "招生")
    >>> part = Figure(10, 15, "1455人", 1455, "人", 1455, "人", "count", "招生", "技工学校", parent=2)
    >>> example_questions([whole, part])
    ['招生有多少人？']

    Kinds take turns, so that a report of head counts still shows that a ratio or an area can be asked for.
    """
    figures = list(figures)
    parts = Counter((figure.document, figure.parent) for figure in figures if figure.parent is not None)
    by_kind: dict[str, dict[str, int]] = {kind: {} for kind in FORMS}
    for figure in figures:
        if is_plain(figure):
            question = question_for(figure)
            rank = by_kind[figure.kind].get(question, 0)
            by_kind[figure.kind][question] = max(rank, parts[figure.document, figure.start])
    turns = [sorted(asked, key=asked.__getitem__, reverse=True) for asked in by_kind.values()]
    longest = max(map(len, turns))
    return [asked[turn] for turn in range(longest) for asked in turns if turn < len(asked)][:limit]


def suggested(
    answer: Answer, figures_in: Callable[[str], Iterable[Figure]], limit: int = 3, placed: bool = False
) -> list[str]:
    """Ask for what the passages nearest to a question that has no answer do give; ``figures_in`` reads a report's.

    With ``placed``, of a library of several places, each question says of which.
    """
    asked: dict[str, None] = {}
    for citation in answer.citations:
        figures = (one for one in figures_in(citation.document) if citation.start <= one.start < citation.end)
        of = (citation.region or "") if placed else ""
        asked |= dict.fromkeys(f"{of}{question}" for question in example_questions(figures, limit))
    return list(asked)[:limit]
