"""The words of a sentence that name something."""

from __future__ import annotations

import re
from itertools import groupby

from reportqa.text.folding import fold
from reportqa.text.tags import tagged

_NAMING = re.compile(r"n|b|vn|j|s|l|i")
# Particles, prepositions, conjunctions, adverbs, pronouns, numbers, measures, marks.
_BINDING = re.compile(r"[upcdrmqxwyfo]")


def names(text: str) -> list[str]:
    """Return the nouns and attributes of a text, folded; characters that make no word are taken for one name.

    >>> names("栖云中学招生96人，在民办学校中最多")
    ['栖云', '中学', '民办学校']
    """
    found: list[str] = []
    for lone, group in groupby(tagged(fold(text), guessed=True), lambda pair: _is_lone(*pair)):
        words = [word for word, tag in group if lone or _NAMING.match(tag)]
        found += ["".join(words)] if lone else words
    return [word for word in found if len(word) > 1]


def _is_lone(word: str, tag: str) -> bool:
    return len(word) == 1 and not _BINDING.match(tag)
