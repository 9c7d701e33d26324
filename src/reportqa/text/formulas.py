"""What a spreadsheet takes for a formula: the one guard of every table that is written, or read again."""

from __future__ import annotations

import re
from typing import TypeVar

_Cell = TypeVar("_Cell")

# In East Asian settings a spreadsheet takes the full-width signs for the ASCII ones.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_NUMBER = re.compile(r"[+-][\d,.]+[%‰]?")


def is_formula(cell: object) -> bool:
    """Tell whether a spreadsheet could take a text for a formula.

    >>> is_formula("=1+1"), is_formula(-1), is_formula("6191人")
    (True, False, False)
    """
    return isinstance(cell, str) and bool(_FORMULA.match(cell))


def guarded(cell: _Cell, numbers: bool = True) -> _Cell | str:
    """Put an apostrophe before what could be a formula: a spreadsheet shows the text without it.

    >>> guarded("=1+1"), guarded("6191人"), guarded(6191), guarded("-5.2%"), guarded("-5.2%", numbers=False)
    ("'=1+1", '6191人', 6191, "'-5.2%", '-5.2%')

    Without ``numbers`` the text of a signed number stays as it is.
    """
    bare = not numbers and isinstance(cell, str) and _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula(cell) and not bare else cell


def unguarded(text: str) -> str:
    """Take away again the apostrophe that :func:`guarded` put.

    >>> unguarded(guarded("=1+1")), unguarded("'甲'")
    ('=1+1', "'甲'")
    """
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text
