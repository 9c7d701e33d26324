"""Where in the text of a page each line of its image went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportqa.reading.recognition.images import as_jpeg
from reportqa.reading.recognition.lines import Symbol, TextLine
from reportqa.reading.recognition.pages import Recognised
from reportqa.text.records import Scan, ScanLine
from reportqa.text.records.scans import SURE

# Of the size of the type: a gap behind which another cell may begin.
_GAP = 0.5
# Shorter words stand on a page several times.
_TELLING = 4


def scan_of(page: Recognised, number: int | None, text: str, start: int, end: int, *, is_picture: bool = False) -> Scan:
    """Return the record of a recognised page, or picture, whose words are ``text[start:end]``.

    ``number`` is that of the page, from 1.
    """
    lines = sorted(placed_lines(page.lines, text, start, end), key=lambda line: line.start)
    return Scan(number, *page.image.size, tuple(lines), as_jpeg(page.image), is_picture=is_picture)


def placed_lines(lines: Sequence[TextLine], text: str, start: int, end: int) -> Iterator[ScanLine]:
    """Yield the lines that stand in ``text[start:end]``, each with its place there.

    Words that stand there once are placed first; others, the figures of a table, behind what is left of them or above.
    A line that is not there, a running head, is left out.
    """
    pieces = [piece for line in _in_rows(lines) for piece in _pieces(line)]
    page = _Page(text, start, end)
    found: list[tuple[int, int] | None] = [None] * len(pieces)
    for number in sorted(range(len(pieces)), key=lambda number: -len(pieces[number][1])):
        words = _words(pieces[number][1])
        places = page.places(words) if len(words) >= _TELLING else []
        if len(places) == 1:
            found[number] = page.take(places[0], len(words))
    reached = 0
    for number, (_, symbols) in enumerate(pieces):
        words = _words(symbols)
        if found[number] is None and (places := page.places(words)):
            behind = [place for place in places if place >= reached]
            found[number] = page.take(behind[0] if behind else places[-1], len(words))
        if (taken := found[number]) is not None:
            reached = taken[1]
    for (line, symbols), taken in zip(pieces, found, strict=True):
        if taken is not None:
            yield _placed(line, symbols, page.kept[taken[0] : taken[1]])


def _in_rows(lines: Sequence[TextLine]) -> list[TextLine]:
    """Put lines in the order of rows, from the left in each."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and (line.top + line.bottom) / 2 < rows[-1][0].bottom - line.size * 0.4:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.x0)]


def _pieces(line: TextLine) -> Iterator[tuple[TextLine, list[Symbol]]]:
    piece: list[Symbol] = []
    for symbol in line.symbols:
        if piece and symbol.x0 - piece[-1].x1 > line.size * _GAP:
            yield line, piece
            piece = []
        piece.append(symbol)
    yield line, piece


def _words(symbols: Sequence[Symbol]) -> str:
    return "".join(symbol.char for symbol in symbols).replace(" ", "")


def _placed(line: TextLine, symbols: Sequence[Symbol], places: Sequence[int]) -> ScanLine:
    box = (symbols[0].x0, line.top, symbols[-1].x1, line.bottom)
    said = (symbol for symbol in symbols if symbol.char != " ")
    # Of a mark the model doubts how wide it is, and that is settled by what stands beside it.
    doubts = tuple(
        (place, round(symbol.score, 3))
        for symbol, place in zip(said, places, strict=True)
        if symbol.score < SURE and (symbol.char.isalnum() or symbol.char in ".%％‰")
    )
    words = (line.read, line.text) if line.read else (line.text, "")
    left, top, right, bottom = (max(round(side), 0) for side in box)
    return ScanLine(places[0], places[-1] + 1, (left, top, right, bottom), round(line.score, 3), doubts, *words)


class _Page:
    """The words of a page without blanks and the bars of its tables, and which of them have been found."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.kept = [place for place in range(start, end) if not text[place].isspace() and text[place] != "|"]
        self.words = "".join(text[place] for place in self.kept)
        self.free = [True] * len(self.kept)

    def places(self, words: str) -> list[int]:
        """Return where words stand that are not taken; a number stands nowhere within another one."""
        found: list[int] = []
        at = self.words.find(words)
        while at >= 0:
            if self.free[at] and self.free[at + len(words) - 1] and self._is_whole(at, at + len(words)):
                found.append(at)
            at = self.words.find(words, at + 1)
        return found

    def take(self, at: int, length: int) -> tuple[int, int]:
        self.free[at : at + length] = [False] * length
        return at, at + length

    def _is_whole(self, start: int, end: int) -> bool:
        first, last = self.kept[start], self.kept[end - 1]
        before, after = self.text[first - 1 : first] if first else "", self.text[last + 1 : last + 2]
        cut = (self.text[first].isdigit() and before.isdigit()) or (self.text[last].isdigit() and after.isdigit())
        # A number that the end of a line cuts is part of more words.
        return not cut or end - start > _TELLING * 2
