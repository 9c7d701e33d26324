"""Names of one thing: the spellings that the owner of the reports has declared to be the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from reportqa.text.folding import fold

ALIASES = "别名.csv"
"""The file beside the reports that declares them; the index keeps what it says under this name."""

Group = tuple[str, ...]
"""The spellings of one thing, the one to show first."""


def parse_aliases(rows: Iterable[Iterable[str]]) -> tuple[Group, ...]:
    """Read the rows of an alias file: in each, the spellings of one thing.

    >>> parse_aliases([["正式名称", "别名"], ["竟成中学校", "竟成中学", "竟成"], ["只有一个名称"]])
    (('竟成中学校', '竟成中学', '竟成'),)

    Folded; a row with fewer than two spellings says nothing, and neither does a first row 正式名称, 别名.
    """
    groups = []
    for row in rows:
        spellings = tuple(dict.fromkeys(fold(cell).strip() for cell in row if cell.strip()))
        if len(spellings) > 1 and spellings[:2] != ("正式名称", "别名"):
            groups.append(spellings)
    return tuple(groups)


def unified(text: str, group: Group, name: str) -> str:
    """Write every spelling of one thing as ``name``.

    >>> unified("竟成招生,竟成中学校毕业", ("竟成中学校", "竟成"), "竟成中学校")
    '竟成中学校招生,竟成中学校毕业'
    """
    return _pattern(group).sub(lambda _: name, text)


def levelled(text: str, groups: Iterable[Group]) -> str:
    """Write every spelling in a text as the shortest of its group, with spaces after it, so that no character moves.

    >>> levelled("竟成中学校招生6人", [("竟成中学校", "竟成")])
    '竟成   招生6人'
    """
    for group in groups:
        shortest = min(group, key=len)
        for place in _pattern(group).finditer(fold(text)):
            text = text[: place.start()] + shortest.ljust(len(place[0])) + text[place.end() :]
    return text


def named(text: str, group: Group) -> bool:
    """Tell whether a folded text has one of the spellings."""
    return bool(_pattern(group).search(text))


@lru_cache(maxsize=1024)
def _pattern(group: Group) -> re.Pattern[str]:
    """Match the longest spelling: 竟成 is also the beginning of 竟成中学校."""
    return re.compile("|".join(map(re.escape, sorted(group, key=len, reverse=True))))
