"""A line of text on an image, character by character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_CAPTION = re.compile(r"附?[图表]\s*[\d一二三四五六七八九十]|[（(]?单位[:：]")

# What stands for the points that lead from an entry of the contents to its page number.
LEADERS = "………"


class Symbol(NamedTuple):
    """A character with its left and right side, in pixels, and how sure it is, 0 to 1."""

    char: str
    x0: float
    x1: float
    score: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text: its characters, its upper and lower side, the size of its type, in pixels, and how sure it is.

    ``read`` is what was recognised, where a person has corrected it.
    """

    symbols: tuple[Symbol, ...]
    top: float
    bottom: float
    size: float
    score: float
    read: str = ""

    @property
    def text(self) -> str:
        """The words of the line.

        >>> TextLine((Symbol("6", 0, 5, 1.0), Symbol("人", 5, 15, 1.0)), 0, 12, 10, 1.0).text
        '6人'
        """
        return "".join(symbol.char for symbol in self.symbols)

    @property
    def x0(self) -> float:
        """The left side."""
        return self.symbols[0].x0

    @property
    def is_caption(self) -> bool:
        """Whether the line names a picture or a table: 图 3 学生规模."""
        return bool(_CAPTION.match(self.text))

    @property
    def x1(self) -> float:
        """The right side."""
        return self.symbols[-1].x1
