"""A draft cut into sentences, each with the citations that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_LAYOUT = re.compile(r"^[ \t]*(?:#+|[-*•]|\d{1,2}[.、)])[ \t]+|\*\*|__|`", re.MULTILINE)
_MARK = re.compile(r"[\[【［] ?(?:引文)? ?(?P<ranks>\d{1,3}(?: ?[,，、;；] ?\d{1,3})*) ?[\]】］]")
# A sentence with its end, and the marks that some models put behind it.
_MARKS = r"(?:[ \t]*[\[【［][引文\d ,，、;；]+[\]】］])*"
_SENTENCE = re.compile(rf"[^。！？!?\n]+[。！？!?]*{_MARKS}[。！？!?]?")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence of a draft without its marks, and the ranks of the citations that these name."""

    text: str
    citations: tuple[int, ...]


def sentences(draft: str) -> list[Drafted]:
    """Cut a draft into sentences.

    >>> sentences("<think>想</think>**学校**9所[1]，其中小学5所【1,2】。招生减少。[3]")
    [Drafted(text='学校9所，其中小学5所。', citations=(1, 2)), Drafted(text='招生减少。', citations=(3,))]
    """
    plain = _LAYOUT.sub("", _THOUGHT.sub("", draft))
    return [found for match in _SENTENCE.finditer(plain) if (found := _read(match[0])).text.strip("。！？!?；; ")]


def _read(sentence: str) -> Drafted:
    ranks = [int(rank) for mark in _MARK.finditer(sentence) for rank in re.findall(r"\d+", mark["ranks"])]
    return Drafted(_MARK.sub("", sentence).strip(), tuple(dict.fromkeys(ranks)))
