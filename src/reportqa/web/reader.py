"""A whole report as HTML: its lines, its outline, and what is marked in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reportqa.datamodel import Document, Figure, Illustration, Span

SectionRow = tuple[tuple[str, ...], int, Span | None]
_MOST_FOUND = 1000


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a document that is shown in its own way: the name of the way, and what a pointer over it reads."""

    name: str
    span: Span
    title: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a document's text that is shown in one way."""

    text: str
    classes: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document as shown: its kind ("heading", "caption" or "prose") and the pieces that it is made of."""

    kind: str
    level: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A report opened to be read: what it consists of, where it is opened, and the words looked for in it."""

    document: Document
    sections: Sequence[SectionRow]
    illustrations: Sequence[Illustration] = ()
    figures: Sequence[Figure] = ()
    place: Span | None = None
    words: str = ""

    @property
    def headings(self) -> list[tuple[str, int, Span]]:
        """The outline: the words, the level and the place of each heading."""
        return [(path[-1], level, heading) for path, level, heading in self.sections if heading]

    @property
    def here(self) -> Span | None:
        """The heading under which the report is opened."""
        if self.place is None:
            return None
        start = self.place.start
        return next((heading for _, _, heading in reversed(self.headings) if heading.start <= start), None)

    @property
    def found(self) -> list[Span]:
        """Where the words looked for stand, at most a thousand times."""
        return occurrences(self.document.text, self.words)

    @property
    def lines(self) -> list[Line]:
        """The report's text, line by line; only blank space is left out."""
        marks = [Mark("run-in", heading) for _, _, heading in self.headings]
        marks += [Mark("caption", Span(caption.start, caption.end)) for caption in self.illustrations]
        marks += [Mark("figure", figure.span, _meaning(figure)) for figure in self.figures]
        marks += [Mark("found", span) for span in self.found]
        marks += [Mark("place", self.place)] if self.place else []
        return document_lines(self.document.text, marks, {heading.start: level for _, level, heading in self.headings})


def occurrences(text: str, words: str) -> list[Span]:
    """Find where ``words`` stand in ``text``.

    >>> occurrences("招生6191人，招生计划", "招生")
    [Span(start=0, end=2), Span(start=8, end=10)]
    """
    found: list[Span] = []
    start = text.find(words) if words else -1
    while start >= 0 and len(found) < _MOST_FOUND:
        found.append(Span(start, start + len(words)))
        start = text.find(words, start + len(words))
    return found


def document_lines(text: str, marks: Sequence[Mark], levels: dict[int, int]) -> list[Line]:
    r"""Cut a text into its lines, each into the pieces that are shown differently; ``levels`` are those of headings.

    >>> marks = [Mark("run-in", Span(0, 4)), Mark("place", Span(5, 13))]
    >>> lines = document_lines("一、概况\n招生6191人。", marks, {0: 1})
    >>> [(line.kind, [(piece.text, piece.classes) for piece in line.pieces]) for line in lines]
    [('heading', [('一、概况', ())]), ('prose', [('招生6191人。', ('place',))])]
    """
    lines = _trimmed_lines(text)
    starts = [line.start for line in lines]
    inside: list[list[Mark]] = [[] for _ in lines]
    for mark in marks:
        first = max(bisect_right(starts, mark.span.start) - 1, 0)
        for number in range(first, bisect_left(starts, mark.span.end)):
            inside[number].append(mark)
    return [_line(text, line, own, levels) for line, own in zip(lines, inside, strict=True)]


def pieces(text: str, offset: int, span: Span, marks: Sequence[Mark]) -> list[Piece]:
    """Cut ``span`` at the ends of ``marks``; ``text`` begins at document position ``offset``.

    >>> [(piece.text, piece.classes) for piece in pieces("招生6191人。", 5, Span(5, 13), [Mark("mark", Span(7, 12))])]
    [('招生', ()), ('6191人', ('mark',)), ('。', ())]
    """
    ends = {end for mark in marks for end in (mark.span.start, mark.span.end) if span.start < end < span.end}
    cut = []
    for low, high in pairwise(sorted({span.start, span.end, *ends})):
        over = [mark for mark in marks if mark.span.start <= low and high <= mark.span.end]
        title = next((mark.title for mark in over if mark.title), "")
        cut.append(Piece(text[low - offset : high - offset], tuple(mark.name for mark in over), title))
    return cut


def _trimmed_lines(text: str) -> list[Span]:
    lines, start = [], 0
    for line in text.split("\n"):
        if words := line.strip():
            first = start + line.index(words)
            lines.append(Span(first, first + len(words)))
        start += len(line) + 1
    return lines


def _line(text: str, line: Span, marks: list[Mark], levels: dict[int, int]) -> Line:
    if any(mark.name == "run-in" and mark.span.start == line.start and mark.span.end >= line.end for mark in marks):
        shown = [mark for mark in marks if mark.name in ("place", "found")]
        return Line("heading", levels[line.start], tuple(pieces(text, 0, line, shown)))
    captions = [mark for mark in marks if mark.name == "caption"]
    if captions and all(piece.classes or piece.text.isspace() for piece in pieces(text, 0, line, captions)):
        # A caption that cuts a passage in two is no part of it, and not highlighted along with it.
        shown = [mark for mark in marks if mark.name in ("place", "found") and line.contains(mark.span)]
        return Line("caption", 0, tuple(pieces(text, 0, line, shown)))
    return Line("prose", 0, tuple(pieces(text, 0, line, marks)))


def _meaning(figure: Figure) -> str:
    return " · ".join(part for part in (figure.indicator, figure.scope) if part)
