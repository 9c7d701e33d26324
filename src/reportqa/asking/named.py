"""Several things that a question names side by side, and a figure for each: 轻工业和重工业哪个涨得快."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportqa.asking.config import FITTED
from reportqa.asking.matching import FigureMatch, says_change
from reportqa.figures.arithmetic import is_exact
from reportqa.text.folding import fold

_BETWEEN = re.compile("[和与跟及加、]")
# What tells years apart names no two things of one report.
_WHEN = re.compile(r"[\d年度上去今前]")
_LEAST = 2


def names_in(words: str) -> tuple[str, ...]:
    """Return what is named side by side, of each as much as the last is long.

    >>> names_in("东莞2024年轻工业和重工业"), names_in("城里人和农村人的收入")
    (('轻工业', '重工业'), ('城里人', '农村人'))
    """
    names = [name for name in _BETWEEN.split(words) if name]
    if len(names) < _LEAST:
        return ()
    last = names[-1].partition("的")[0]
    return (*(name[-len(last) :] for name in names[:-1]), last)


def of_names(names: Sequence[str], matches: Sequence[FigureMatch]) -> list[FigureMatch]:
    """Return a figure for each of two names or more, in their order; none where one of them has none.

    ``matches`` are figures, best first; those that are returned are of one section, unit and kind of measure.
    """
    groups: dict[tuple[object, ...], list[FigureMatch]] = {}
    for match in (one for one in matches[: FITTED.operands] if is_exact(one.figure)):
        figure, passage = match.figure, match.candidate.passage.passage
        alike = (passage.document, passage.section, figure.kind, figure.normalized_unit, says_change(figure))
        groups.setdefault(alike, []).append(match)
    best: list[FigureMatch] = []
    most = 0.0
    for group in groups.values():
        worth = [
            [match.score + FITTED.named * tells(number, names, match) for match in group]
            for number in range(len(names))
        ]
        chosen = [group[row.index(max(row))] for row in worth]
        told = all(tells(number, names, match) > 0 for number, match in enumerate(chosen))
        apart = len({match.figure.start for match in chosen}) == len(names)
        total = sum(map(max, worth))
        if told and apart and (not best or total > most):
            best, most = chosen, total
    return best


def tells(number: int, names: Sequence[str], match: FigureMatch) -> float:
    """Return how much a figure says of one name, less what it says of another, by the letters they do not share."""
    own = fold(f"{match.figure.scope}{match.figure.indicator}")

    def says(at: int) -> float:
        others = "".join(name for other, name in enumerate(names) if other != at)
        letters = [letter for letter in names[at] if letter not in others and not _WHEN.match(letter)]
        return sum(letter in own for letter in letters) / max(len(letters), 1)

    return says(number) - max(says(other) for other in range(len(names)) if other != number)
