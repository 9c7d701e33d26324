"""What tells two figures of one report apart by where they stand: in which table, under whom, in which edition."""

from __future__ import annotations

import re

from reportqa.figures.circumstances import ALL_OF_IT, GENERAL_WORDS, Surroundings
from reportqa.figures.serials import says
from reportqa.text.folding import fold
from reportqa.text.records import Document, Figure, Span
from reportqa.text.tags import ADVERBS, LINKING, tagged

_ROW = "|"
_CLAUSE_END = re.compile("[,，、;；:：]")
_HEADS = ("n", "j", "b", "a", "l", "s", "z", "x", "eng", "k")
_TIME = re.compile(
    r"^(?:截[至止])?(?:(?:\d{4}|[本上当])(?:学?年度?)?|全年|年末|年底|期末|目前|其中|此外|同时|[,，\s])+"
)


def told_apart(first: Figure, last: Figure, document: Document) -> bool:
    """Tell whether two figures stand where one name means two things.

    Two cells of one table differ by their row and column. Two tables count the same thing only under one heading. And
    where the headings of a report come twice, it holds two reports, or the parts of two bodies.
    """
    one, other = table_around(first, document), table_around(last, document)
    if one and other and (one == other or first.section != last.section):
        return True
    return edition(first, document) != edition(last, document)


def table_around(figure: Figure, document: Document) -> Span | None:
    r"""Return the rows of the table that a figure stands in, or None.

    >>> text = "一览\n| 甲 | 5 |\n| 乙 | 6 |\n共11。"
    >>> table_around(Figure(9, 10, "5", 5, "", 5, "", "count"), Document("r.md", text, ""))
    Span(start=3, end=22)
    """
    text = document.text
    begin = text.rfind("\n", 0, figure.start) + 1
    if not text.startswith(_ROW, begin):
        return None
    while begin and text.startswith(_ROW, above := text.rfind("\n", 0, begin - 1) + 1):
        begin = above
    end = text.find("\n", figure.end)
    while end >= 0 and text.startswith(_ROW, end + 1):
        end = text.find("\n", end + 1)
    return Span(begin, len(text) if end < 0 else end)


def edition(figure: Figure, document: Document) -> int:
    r"""Return which part of a report a figure stands in, where the same chapters come again: two years in one file.

    >>> text = "一、就业\n新增5人。\n二、社保\n一、就业\n新增6人。\n"
    >>> report = Document("r.txt", text, "")
    >>> places = [Figure(at, at + 2, "5人", 5, "人", 5, "人", "count", section=("一、就业",)) for at in (7, 24)]
    >>> [edition(figure, report) for figure in places]
    [1, 2]
    """
    if not figure.section:
        return 1
    heading = re.escape(figure.section[0].strip())
    lines = re.findall(rf"^[#\s]*{heading}[#*\s]*$", document.text[: figure.start], re.MULTILINE)
    return max(len(lines), 1)


def holder_differs(figure: Figure, here: Surroundings, other: Figure, there: Surroundings, document: Document) -> bool:
    """Tell whether the sentence of a figure speaks of somebody whom the words around the other figure do not name.

    小学招生1486人，在校生8912人: the pupils are those of the primary schools, and no other 在校生 is meant.
    """
    holder = held_by(here)
    if not holder:
        return False
    same_paragraph = "\n" not in document.text[min(figure.end, other.end) : max(figure.start, other.start)]
    begin = document.text.rfind("\n", 0, other.start) + 1
    around = there.segment if same_paragraph else fold(document.text[begin : other.start])
    words = (
        f"{around}|{fold(other.indicator)}|{fold(other.scope)}|{fold(''.join(other.section))}|{fold(document.title)}"
    )
    return not all(says(words, word) for word in holder)


def held_by(here: Surroundings) -> tuple[str, ...]:
    """Return the words that open the sentence of a figure and say of whom it speaks.

    >>> held_by(Surroundings("小学招生1486人,在校生", "在校生", "", True))
    ('小学',)
    >>> held_by(Surroundings("本年度招生1486人,在校生", "在校生", "", True))
    ()
    """
    opening = _CLAUSE_END.split(here.segment)[0]
    if not here.segment[len(opening) :].strip() or opening == here.clause:
        return ()
    rest = _TIME.sub("", opening)
    found: list[str] = []
    for word, tag in tagged(rest):
        if not tag.startswith(_HEADS) or word in LINKING or word in ADVERBS:
            # What follows by a number alone is counted itself: 卫生院12所.
            return tuple(found) if not word[:1].isdigit() else ()
        if not (ALL_OF_IT.fullmatch(word) or GENERAL_WORDS.match(word)):
            found.append(word)
    return ()
