"""Texts of reports and people inside Markdown: shown as they were written."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*_\[\]<~$|]|&(?=[#\w])|^[#>+=-]")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def plain(text: str) -> str:
    r"""Escape a text for one line of Markdown.

    >>> plain("1+X <证书>"), plain("1. 招生")
    ('1+X \\<证书>', '1\\. 招生')
    """
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())))
