"""Fields of a Word document: their words are shown, their code is not, and those of a table of contents are neither."""

from __future__ import annotations

import re
from typing import Any

from reportqa.reading.word.package import attribute, local

_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)


class Fields:
    r"""Where in the fields of a body the reading is; fields stand within fields.

    >>> fields = Fields(None)
    >>> for turn, code in (("begin", ' TOC \\o "1-3" '), ("separate", "")):
    ...     fields.turn(turn)
    ...     fields.say(code)
    >>> fields.shown                    # 一、办学规模……3 of a table of contents
    False
    """

    def __init__(self, body: Any) -> None:
        # A field that is never closed would swallow the rest of the document: then none hides what it shows.
        turns = (
            [] if body is None else [attribute(one, "fldCharType") for one in body.iter() if local(one) == "fldChar"]
        )
        self._whole = turns.count("begin") == turns.count("end")
        self._codes: list[str] = []
        self._open: list[bool] = []

    @property
    def shown(self) -> bool:
        """Whether what stands here is read."""
        return all(self._open)

    def turn(self, kind: str | None) -> None:
        """Pass the mark that begins a field, that parts its code from its words, or that ends it."""
        if kind == "begin":
            self._open.append(False)
            self._codes.append("")
        elif self._open and kind == "separate":
            self._open[-1] = not (self._whole and is_contents_field(self._codes[-1]))
        elif self._open and kind == "end":
            self._open.pop()
            self._codes.pop()

    def say(self, code: str) -> None:
        """Take in a piece of the code of the innermost field."""
        if self._codes:
            self._codes[-1] += code


def is_contents_field(code: str) -> bool:
    r"""Tell whether a field's code makes a table of contents.

    >>> is_contents_field(' TOC \\o "1-3" \\h '), is_contents_field(" PAGEREF _Toc1 ")
    (True, False)
    """
    return bool(_CONTENTS.match(code))
