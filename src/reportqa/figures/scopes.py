"""Whom and what time a number covers: said in its clause, in a bracket after it, or once for its sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reportqa.figures.clauses import SENTENCE_ENDS, STOPS
from reportqa.figures.context import HEAD, Context
from reportqa.figures.phrases import THIS, Phrase, read_before
from reportqa.text.bodies import names_body
from reportqa.text.tags import tagged

_SEGMENT_END = re.compile("[。！？!?；;]")
_INCLUDED = re.compile(r"(?!不?含税)(?:含|不含|包括|包含|均含|未含|不包括|全口径)[^，。；\d]{0,16}")
_TOPIC = re.compile(r"[ 、]*在?(?P<who>[^，在的]{1,12}(?:[生师员工人户者]|队伍|企业|学校|机构|单位|项目))当?中")
_LONGEST_NOTE = 20
# 小学招生1486人、初中招生1718人: what is said of one stage covers no other.
_STAGE = re.compile(r"幼儿园|小学|初中|高中|中职|高职|中专|大专|本科|专科|大学")


@dataclass(slots=True)
class Thread:
    """What the sentence at hand has said so far, and ``outer``, what a heading says of all of it."""

    outer: str = ""
    subject: str = ""
    time: str = ""
    level: str = ""
    whole: int | None = None
    listed: bool = False

    def follow(self, context: Context, position: int, start: int, first: bool) -> None:
        """Go on from ``position`` to ``start``: a new sentence forgets, a semicolon closes lists and levels."""
        ends = list(_SEGMENT_END.finditer(context.text, position, max(start, position)))
        if not ends and not first:
            return
        if first or any(end[0] in SENTENCE_ENDS for end in ends):
            self.subject = self.time = ""
        self.level, self.whole = "", None
        begin = ends[-1].end() if ends else position
        self._open(context, context.text[begin : min(start, begin + HEAD)], begin)

    def _open(self, context: Context, head: str, begin: int) -> None:
        """Read subject and time from the clause that opens a sentence or a part of one."""
        end = next((at for at, character in enumerate(head) if character in STOPS and at), len(head))
        if topic := _TOPIC.fullmatch(head, 0, end):
            self.subject = topic["who"]
            return
        phrase = read_before(head[:end])
        self.take_subject(context, phrase.subject, begin)
        if phrase.time and not phrase.noun:
            self.time = phrase.time

    def take_subject(self, context: Context, subject: str, position: int) -> None:
        """Make ``subject`` the one that the sentence goes on with; 该校 stands for the name given last."""
        if subject:
            self.subject = context.named_before(position) if THIS.fullmatch(subject) else subject

    def scope(self, phrase: Phrase | None = None) -> str:
        """Compose the scope of a number whose words are ``phrase``; without words, the subject alone.

        >>> Thread(subject="渝北区", time="2023年").scope(Phrase("常住人口", level="市级"))
        '渝北区；市级；2023年'
        """
        subject = self.subject or self.outer
        if phrase is None:
            return subject
        stage = _STAGE.match(phrase.noun)
        if stage and _STAGE.search(subject) and stage[0] not in subject:
            subject = self.outer
        parts = (subject, phrase.where, phrase.level, phrase.time or self.time)
        return "；".join(dict.fromkeys(part for part in parts if part))


def included(words: str) -> bool:
    """Tell whether words say what a number includes: 含技工等学校.

    >>> included("含技工等学校"), included("含税")
    (True, False)
    """
    return bool(_INCLUDED.fullmatch(words))


def noted(note: str) -> str:
    """Return the scope that a bracket after a number gives: what is included, or a body's name."""
    note = note.strip()
    if included(note):
        return note
    plain_note = 0 < len(note) <= _LONGEST_NOTE and not any(c in "、，；：" or c.isdigit() for c in note)
    named = plain_note and any(len(word) > 1 and names_body(word) for word, _ in tagged(note))
    return note if named else ""
