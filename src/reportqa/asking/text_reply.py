"""The reply in words of the report: those that the reader finds, the members of a list, and how many they are."""

from __future__ import annotations

from dataclasses import replace

from reportqa.asking.cite import Reply
from reportqa.asking.config import FITTED
from reportqa.asking.figure_or_words import asked_signals
from reportqa.asking.found import Found
from reportqa.asking.highlight import MARKS, answering, clauses_around, places
from reportqa.asking.lists import ItemList, list_at, list_opened
from reportqa.asking.question import Question
from reportqa.asking.refuse import refusal
from reportqa.asking.search import Candidate
from reportqa.asking.sure import of_text
from reportqa.asking.unread import number_said
from reportqa.asking.verdicts import verdict

_MAY_BE_ASKED = 0.3  # how likely a question must ask for a number
_COUNTED = frozenset({"count", "quantity"})


def text_reply(found: Found) -> Reply:
    """Answer with the words that the reader finds in the best passage; of a list with its members.

    >>> text_reply(look_up(understand("开设哪些课程"), retriever, reader)).text      # doctest: +SKIP
    '书法、国画、川剧'
    """
    question, best, text = found.question, found.best, found.best.passage.prose.text
    (first, last), listed = _words(question, best, question.asked == "list" or question.several)
    start, end = clauses_around(best, *((listed.start, listed.end) if listed else (first, last)))
    # The caption before the first row of a table is no part of what a cell says.
    first = max(first, len("".join(best.passage.passage.leads[:1])))
    number = number_said(best, found.retriever.store, first, last) if question.numeric_chance > _MAY_BE_ASKED else None
    return Reply(
        # What surrounds the members is seen by the reader better than by their form.
        text=(
            "、".join(listed.members)
            if listed and not listed.reaches(text, first, last)
            else text[first:last].strip(MARKS)
        ),
        places=((best, places(best, start, end)),),
        figures=(number,) if number else (),
        verdict=verdict(question, text[start:end], found.reader) if question.asked == "verdict" else None,
        refusal=refusal(question, found.retriever, best, text[start:end]) or _unspoken(question, best),
        sure=of_text(question, found.candidates),
    )


def counted_reply(found: Found) -> Reply | None:
    """Answer how many there are by the members that the report names, None where a figure says it as well.

    >>> counted_reply(look_up(understand("首席讲解员有几位"), retriever, reader)).text      # doctest: +SKIP
    '2位：沈知秋、罗既明'
    """
    question, best = found.question, found.best
    if question.asked not in _COUNTED:
        return None
    said = asked_signals(found)
    if said["words"] - said["figure"] < FITTED.counted:
        return None
    (first, last), listed = _words(question, best, True)
    number = number_said(best, found.retriever.store, first, last)
    if number and number.unit:  # one that was not read, as 2.2万P
        return text_reply(found)
    if listed is None or any(map(str.isdigit, listed.members)):
        return None
    reply = text_reply(replace(found, question=replace(question, several=True)))
    count = f"{len(listed.members)}{question.unit or '个'}"
    return replace(reply, text=f"{count}：{reply.text}", note="按报告列出的数得。")


def _words(question: Question, best: Candidate, members: bool) -> tuple[tuple[int, int], ItemList | None]:
    """Return the words that answer, and the list that holds them where its ``members`` are asked for."""
    text = best.passage.prose.text
    for start, end in answering(best, question.plain, FITTED.list_near) if members else ():
        held, opened = list_at(text, start, end), list_opened(text, start, end)
        # The reader finds where a list begins more surely than where it ends.
        if opened and (held is None or held.start < opened.start):
            return (start, opened.first_mark(text)), opened
        if held:
            return (start, end), held
    return answering(best, question.plain)[0], None


def _unspoken(question: Question, best: Candidate) -> str:
    """Say that the best passage says neither yes nor no, "" where it says one of them or neither is asked."""
    silent = question.asked == "verdict" and best.reading is not None and best.reading.verdict[2] > FITTED.unspoken
    return "报告没有提到这件事，只有相近的内容。" if silent else ""
