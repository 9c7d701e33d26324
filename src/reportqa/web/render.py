"""Records to HTML: every word of a document, a question or a file name goes through the templates, which escape it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader

from reportqa.datamodel import Answer, Citation, Document, Figure, Illustration, Span

SectionRow = tuple[tuple[str, ...], int, Span | None]
Mark = tuple[str, Span]
_BOUNDS = {">": "超过", ">=": "不少于", "<": "不足", "<=": "不超过"}
_LONG_ANSWER = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a document's text that is shown in one way."""

    text: str
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document as shown: its kind ("heading", "caption" or "prose") and the pieces that it is made of."""

    kind: str
    level: int
    pieces: tuple[Piece, ...]


def answer_html(answer: Answer) -> str:
    """Render an answer: the answer itself, what warns of it, its figures, and the passages that it cites."""
    return _render("answer.html", answer=answer, long=len(answer.answer) > _LONG_ANSWER)


def masthead_html(documents: Sequence[Document]) -> str:
    """Render the line over the pages: the program's name and the reports that it speaks of."""
    return _render("masthead.html", documents=documents)


def notice_html(message: str) -> str:
    """Render one line that says what went wrong."""
    return _render("notice.html", message=message)


def welcome_html(questions: Sequence[str], documents: Sequence[Document]) -> str:
    """Render what stands on the page before a question is asked: what can be asked, and of which reports."""
    return _render("welcome.html", questions=questions, documents=documents)


def reader_html(
    document: Document, sections: Sequence[SectionRow], illustrations: Sequence[Illustration], place: Span | None
) -> str:
    """Render a whole report beside its outline, with ``place`` highlighted."""
    headings = [(path, level, heading) for path, level, heading in sections if heading]
    here = None
    if place:
        here = next((heading for _, _, heading in reversed(headings) if heading.start <= place.start), None)
    return _render(
        "reader.html",
        document=document,
        headings=headings,
        here=here,
        place=place,
        lines=document_lines(document.text, sections, illustrations, place),
    )


def highlighted(citation: Citation) -> list[Piece]:
    """Cut a quote at the ends of its highlights."""
    quoted = Span(citation.start, citation.end)
    return pieces(citation.text, citation.start, quoted, [("mark", span) for span in citation.highlights])


def document_lines(
    text: str, sections: Sequence[SectionRow], illustrations: Iterable[Illustration], place: Span | None
) -> list[Line]:
    """Cut a document into its lines, each into the pieces that are shown differently; only blank space is left out.

    >>> lines = document_lines("一、概况\\n招生6191人。", [(("一、概况",), 1, Span(0, 4))], [], Span(5, 12))
    >>> [(line.kind, [(piece.text, piece.classes) for piece in line.pieces]) for line in lines]
    [('heading', [('一、概况', ())]), ('prose', [('招生6191人。', ('place',))])]
    """
    marks = [("run-in", heading) for _, _, heading in sections if heading]
    marks += [("caption", Span(caption.start, caption.end)) for caption in illustrations]
    marks += [("place", place)] if place else []
    levels = {heading.start: level for _, level, heading in sections if heading}
    lines = _trimmed_lines(text)
    starts = [line.start for line in lines]
    inside: list[list[Mark]] = [[] for _ in lines]
    for name, mark in marks:
        first = max(bisect_right(starts, mark.start) - 1, 0)
        for number in range(first, bisect_left(starts, mark.end)):
            inside[number].append((name, mark))
    return [_line(text, line, own, levels) for line, own in zip(lines, inside, strict=True)]


def pieces(text: str, offset: int, span: Span, marks: Sequence[Mark]) -> list[Piece]:
    """Cut ``span`` at the ends of ``marks``; ``text`` begins at document position ``offset``.

    >>> [(piece.text, piece.classes) for piece in pieces("招生6191人。", 5, Span(5, 12), [("mark", Span(7, 12))])]
    [('招生', ()), ('6191人', ('mark',)), ('。', ())]
    """
    inside = [position for _, mark in marks for position in (mark.start, mark.end) if span.start < position < span.end]
    cuts = sorted({span.start, span.end, *inside})
    return [
        Piece(
            text[low - offset : high - offset],
            tuple(name for name, mark in marks if mark.start <= low and high <= mark.end),
        )
        for low, high in pairwise(cuts)
    ]


def link(**query: str | int) -> str:
    """Make the address, relative to the page, that leads to an answer or a place.

    >>> link(q="招生多少人？")
    '?q=%E6%8B%9B%E7%94%9F%E5%A4%9A%E5%B0%91%E4%BA%BA%EF%BC%9F'
    """
    return f"?{urlencode(query)}"


def place_link(record: Figure | Citation | Illustration) -> str:
    """Make the address of a record's place in its document."""
    return link(d=record.document, s=record.start, e=record.end)


def quantity(figure: Figure) -> str:
    """Write a figure's value as the report means it, without its unit.

    >>> quantity(Figure(0, 6, "130余家", 130, "家", 130, "家", "count", approx=True, bound=">"))
    '超过130'
    """
    if figure.kind in ("date", "rank", "ratio"):
        return figure.text
    value = "–".join(map(str, figure.value)) if isinstance(figure.value, list) else str(figure.value)
    qualifier = _BOUNDS[figure.bound] if figure.bound else "约" if figure.approx else ""
    return qualifier + value


def unit(figure: Figure) -> str:
    """Return the unit to show beside :func:`quantity`."""
    return "" if figure.kind in ("date", "rank", "ratio") else figure.unit


def _trimmed_lines(text: str) -> list[Span]:
    lines, start = [], 0
    for line in text.split("\n"):
        if words := line.strip():
            first = start + line.index(words)
            lines.append(Span(first, first + len(words)))
        start += len(line) + 1
    return lines


def _line(text: str, line: Span, marks: list[Mark], levels: dict[int, int]) -> Line:
    if any(name == "run-in" and mark.start == line.start and mark.end >= line.end for name, mark in marks):
        places = [(name, mark) for name, mark in marks if name == "place"]
        return Line("heading", levels[line.start], tuple(pieces(text, 0, line, places)))
    captions = [(name, mark) for name, mark in marks if name == "caption"]
    if captions and all(piece.classes or piece.text.isspace() for piece in pieces(text, 0, line, captions)):
        # A caption that cuts a passage in two is no part of it, and not highlighted along with it.
        places = [(name, mark) for name, mark in marks if name == "place" and line.contains(mark)]
        return Line("caption", 0, tuple(pieces(text, 0, line, places)))
    return Line("prose", 0, tuple(pieces(text, 0, line, marks)))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reportqa.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {"link": link, "place_link": place_link, "quantity": quantity, "unit": unit}
    environment.globals |= {"highlighted": highlighted}
    return environment


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)
