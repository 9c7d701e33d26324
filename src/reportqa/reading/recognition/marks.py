"""Punctuation as Chinese text has it: the models tell a comma, but not how wide it is."""

from __future__ import annotations

import re

# Chinese characters and marks, and marks that are wide already.
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uff1f“”‘’"
_FULL = str.maketrans(",;:?!()", "，；：？！（）")
_BRACKETED = re.compile(
    rf"(?<=[{_WIDE}])[(（][^()（）]*[)）]|[(（][^()（）]*[{_WIDE}][^()（）]*[)）]|[(（][^()（）]*[)）](?=[{_WIDE}])"
)
_MARK = re.compile(rf"(?<=[{_WIDE}])[,;:?!()]|[,;:?!()](?=[{_WIDE}])")
_STOP = re.compile(rf"(?<=[{_WIDE}%])\.(?=$|[{_WIDE}])")
_QUOTED = re.compile(rf'"([^"]*[{_WIDE}][^"]*)"')


def full_width(text: str) -> str:
    """Make the punctuation beside Chinese characters full-width; the length stays.

    >>> full_width("招生6,191人(含技工1455人),占98.5%;其中:"), full_width("占比(%)"), full_width("8:30")
    ('招生6,191人（含技工1455人），占98.5%；其中：', '占比（%）', '8:30')
    """
    before = ""
    # A mark that has become wide may stand beside another one.
    while text != before:
        before = text
        text = _QUOTED.sub(r"“\1”", text)
        text = _BRACKETED.sub(lambda found: f"（{found[0][1:-1]}）", text)
        text = _STOP.sub("。", _MARK.sub(lambda found: found[0].translate(_FULL), text))
    return text
