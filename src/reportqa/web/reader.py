"""A whole report as HTML: its lines, its outline, and what is marked in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from reportqa.asking.scans import whole_page
from reportqa.outline.gaps import Entry, without_gaps
from reportqa.text.records import Cut, Document, Figure, Illustration, Scan, ScanLine, Span

SectionRow = tuple[tuple[str, ...], int, Span | None]
_MOST_FOUND = 1000
_FEWEST_STROKES = 2
THE_END = -1


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
class ShownLine:
    """A line of a document as shown: its kind ("heading", "caption", "row" or "prose"), and the pieces it is made of.

    ``cells`` are those of a table's row; ``start`` is the position of the line's first character.
    """

    kind: str
    level: int
    pieces: tuple[Piece, ...]
    cells: tuple[tuple[Piece, ...], ...] = ()
    start: int = 0


@dataclass(frozen=True, slots=True)
class ShownTable:
    """The rows of a table that stand one after the other; ``heads`` are those that name its columns."""

    heads: tuple[ShownLine, ...]
    rows: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report opened to be read: what it consists of, where it is opened, and the words looked for in it."""

    document: Document
    sections: Sequence[SectionRow]
    illustrations: Sequence[Illustration] = ()
    figures: Sequence[Figure] = ()
    place: Span | None = None
    words: str = ""
    scans: Sequence[Scan] = ()
    correctable: bool = False

    @property
    def headings(self) -> list[Entry]:
        """The words, the level and the place of each heading."""
        return [Entry(path[-1], level, heading) for path, level, heading in self.sections if heading]

    @property
    def outline(self) -> list[Entry]:
        """The headings, and what a numbering of theirs began with."""
        return without_gaps(self.document.text, self.headings)

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
    def blocks(self) -> list[ShownLine | ShownTable]:
        """The report's text, line by line, with the rows of its tables together."""
        return blocks_of(self.lines)

    @property
    def lines(self) -> list[ShownLine]:
        """The report's text, line by line; only blank space is left out."""
        marks = [Mark("run-in", heading) for _, _, heading in self.headings]
        marks += [Mark("caption", Span(caption.start, caption.end)) for caption in self.illustrations]
        marks += [Mark("figure", figure.span, _meaning(figure)) for figure in self.figures]
        marks += [Mark("found", span) for span in self.found]
        marks += [Mark("place", self.place)] if self.place else []
        levels = {heading.start: level for _, level, heading in self.headings}
        return document_lines(self.document.text, marks, levels)

    @property
    def pictures(self) -> dict[int, list[Illustration]]:
        """The illustrations that have a picture, by the start of the line over which it stands, or THE_END."""
        over: dict[int, list[Illustration]] = {}
        starts = [*_starts(self.document.text), THE_END]
        for illustration in self.illustrations:
            if illustration.image:
                # A caption's picture stands over it, one without a caption before the next line.
                found = bisect_left if illustration.start == illustration.end else _line_at
                over.setdefault(starts[found(starts, illustration.start, hi=len(starts) - 1)], []).append(illustration)
        return over

    @property
    def pages(self) -> dict[int, int]:
        """The numbers of the pages, by the start of the first line of each; empty where the source has none."""
        starts = _starts(self.document.text)
        numbered = [(bisect_left(starts, start), number) for number, start in enumerate(self.document.pages, 1)]
        return {starts[line]: number for line, number in numbered if line < len(starts)}

    @property
    def scanned(self) -> dict[int, Cut]:
        """The images of the pages that were recognised, by the numbers of the pages, the place marked."""
        return {scan.page: whole_page(scan, self.place) for scan in self.scans if scan.page and not scan.is_picture}

    def lines_on(self, page: int) -> list[ScanLine]:
        """Return the recognised lines of a page, from above, each once."""
        lines = [line for scan in self.scans if scan.page == page and not scan.is_picture for line in scan.lines]
        once = {line.read: line for line in lines}
        return sorted(once.values(), key=lambda line: (line.box[1] + line.box[3], line.box[0]))


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


def document_lines(text: str, marks: Sequence[Mark], levels: dict[int, int]) -> list[ShownLine]:
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


def blocks_of(lines: Sequence[ShownLine]) -> list[ShownLine | ShownTable]:
    r"""Put the rows of each table together; a row of strokes parts the heads from the others, and is not shown.

    >>> (grid,) = blocks_of(document_lines("| 学校 | 招生 |\n|---|---|\n| 甲校 | 120 |", [], {}))
    >>> [[cell[0].text for cell in row.cells] for row in (*grid.heads, *grid.rows)]
    [['学校', '招生'], ['甲校', '120']]
    """
    blocks: list[ShownLine | ShownTable] = []
    for in_table, group in groupby(lines, lambda line: line.kind == "row"):
        rows = list(group)
        if in_table:
            heads = next((number for number, row in enumerate(rows) if _is_rule(row)), 0)
            shown = [row for row in rows[heads:] if not _is_rule(row)]
            blocks.append(ShownTable(tuple(rows[:heads]), tuple(shown)))
        else:
            blocks += rows
    return blocks


def cell_spans(text: str, line: Span) -> list[Span]:
    r"""Return the cells of a line that is a table's row, without the blanks around them; none of another line.

    >>> [cell.of(" | 甲校 | 120 |") for cell in cell_spans(" | 甲校 | 120 |", Span(1, 13))]
    ['甲校', '120']
    """
    strokes = [at for at in range(line.start, line.end) if text[at] == "|" and text[at - 1 : at] != "\\"]
    if len(strokes) < _FEWEST_STROKES or (strokes[0], strokes[-1]) != (line.start, line.end - 1):
        return []
    return [_trimmed(text, start + 1, end) for start, end in pairwise(strokes)]


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
        lines.append(_trimmed(text, start, start + len(line)))
        start += len(line) + 1
    return [line for line in lines if len(line)]


def _starts(text: str) -> list[int]:
    return [line.start for line in _trimmed_lines(text)]


def _line_at(starts: Sequence[int], position: int, hi: int) -> int:
    return max(bisect_right(starts, position, hi=hi) - 1, 0)


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end].strip()
    first = text.index(words, start)
    return Span(first, first + len(words))


def _is_rule(row: ShownLine) -> bool:
    return all(set(piece.text) <= set("-:") for cell in row.cells for piece in cell) and any(row.cells)


def _line(text: str, line: Span, marks: list[Mark], levels: dict[int, int]) -> ShownLine:
    if cells := cell_spans(text, line):
        shown = [mark for mark in marks if mark.name != "run-in"]
        return ShownLine("row", 0, (), tuple(tuple(pieces(text, 0, cell, shown)) for cell in cells), line.start)
    own = next((mark.span for mark in marks if mark.name == "run-in" and _is_all_of(mark.span, text, line)), None)
    if own:
        words = own.of(text)
        heading = Span(own.start + len(words) - len(words.lstrip("# \t")), min(own.end, line.end))
        shown = [mark for mark in marks if mark.name in ("place", "found")]
        return ShownLine("heading", levels[own.start], tuple(pieces(text, 0, heading, shown)), start=line.start)
    captions = [mark for mark in marks if mark.name == "caption"]
    if captions and all(piece.classes or piece.text.isspace() for piece in pieces(text, 0, line, captions)):
        # A caption that cuts a passage in two is no part of it, and not highlighted along with it.
        shown = [mark for mark in marks if mark.name in ("place", "found") and line.contains(mark.span)]
        return ShownLine("caption", 0, tuple(pieces(text, 0, line, shown)), start=line.start)
    return ShownLine("prose", 0, tuple(pieces(text, 0, line, marks)), start=line.start)


def _is_all_of(heading: Span, text: str, line: Span) -> bool:
    """Whether a line is a heading and nothing else, but for the signs that make it one in Markdown."""
    before, after = text[line.start : heading.start], text[heading.end : line.end]
    return heading.start >= line.start and not before.strip("# \t") and not after.strip("# \t")


def _meaning(figure: Figure) -> str:
    return " · ".join(part for part in (figure.indicator, figure.scope) if part)
