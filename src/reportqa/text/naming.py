"""What a report is known by: its title, and what the name of its file says besides."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import PurePath

_WORDS = re.compile(r"[\u4e00-\u9fff]{2,}")
_LEAST = 2
_LONGEST = 30


def known_as(title: str, file_name: str) -> str:
    """Return a title and the words of the file name that it lacks.

    >>> known_as("临川市岚江区2025年区级部门预算", "岚江区柳浪街道办事处2025年部门预算.pdf")
    '临川市岚江区2025年区级部门预算，柳浪街道办事处'
    >>> known_as("渝北区年度报告", "渝北区年度报告.txt")
    '渝北区年度报告'
    """
    lacking = [part for words in _WORDS.findall(PurePath(file_name).stem) for part in _besides(words, title)]
    return "，".join(part for part in (title, "".join(lacking)[:_LONGEST]) if part)


def _besides(words: str, title: str) -> list[str]:
    """Return what is left of words without the runs of two characters or more that the title has too."""
    shared = SequenceMatcher(None, words, title, autojunk=False).find_longest_match()
    if shared.size < _LEAST:
        return [words] if len(words) >= _LEAST else []
    return [*_besides(words[: shared.a], title), *_besides(words[shared.a + shared.size :], title)]
