"""Paragraphs to passages: whole sentences, at most about 300 characters, cut only where a reader would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from reportqa.outline.tables import Cell, GridRow, is_value, read_grid
from reportqa.text.records import Paragraph, Passage, Prose, Span, Table, TableCell
from reportqa.text.words import word_starts

MAX_PASSAGE = 300
# What stands between the rows, and between the cells, of a table that is read as running text.
ROW_END, CELL_END = "。", "；"
_WITH_HEADS = 1.5  # times the length of a passage that a table's first row and its heads may have
_LONGEST_ROW = 3  # times the length of a passage that a row is left whole
_OPENERS = {
    "）": "（",
    ")": "(",
    "”": "“",
    "’": "‘",
    "》": "《",
    "】": "【",
    "」": "「",
    "』": "『",
    "〕": "〔",
    "]": "[",
}
_CLOSERS = frozenset([*_OPENERS, '"'])
_MAX_BRACKET = 200
_SENTENCE_END = frozenset("。！？!?…")
_CLAUSE_END = frozenset("。！？!?…；;，,：:")
# A number with its unit's first character: 1,200.5万元, 18：1, 10-20人, 2024年6月27日; not the comma of 2023，2024年.
_NUMBER = re.compile(
    r"\d+(?:[.．:：/／~～–—-]\d+|[,，]\d{3}(?!\d)|[年月]\d{1,2}(?=[月日]))*(?:[%％‰]|\s?[百千万亿]*[^\W\d])?"
)
# More than jieba's longest words, so that where a piece of text ends does not change the words before.
_WORD_MARGIN = 32


def split_passages(paragraph: Paragraph, text: str, limit: int = MAX_PASSAGE) -> list[Passage]:
    """Split one paragraph of a document's ``text`` into passages that tile it.

    >>> paragraph = Paragraph("r.txt", ("一、概况",), 1, (Span(0, 15),))
    >>> [p.span for p in split_passages(paragraph, "招生6191人。毕业6782人。", limit=8)]
    [Span(start=0, end=8), Span(start=8, end=15)]

    A passage ends with a sentence; only a sentence longer than ``limit`` is cut, after ；, else ，, else between words,
    and never inside a word, a number, a bracket or a quotation of up to 200 characters. A table is cut between rows.
    """
    if paragraph.table:
        return list(_row_passages(paragraph, paragraph.table, text, limit))
    prose = Prose.read(text, paragraph.spans)
    ranges = _pack(_short_sentences(prose.text, limit), limit)
    return [
        Passage(paragraph.document, paragraph.section, paragraph.number, places) for places in _places(prose, ranges)
    ]


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of running text as ranges that tile it.

    >>> [text[a:b] for text in ["他说：“好。”走了。共1,200.5万元！"] for a, b in sentences(text)]
    ['他说：“好。”走了。', '共1,200.5万元！']
    """
    return _cut_after(text, 0, len(text), _SENTENCE_END, _protected(text))


def clauses(text: str) -> list[tuple[int, int]]:
    """Return the clauses of running text, cut after ，；： too, as ranges that tile it.

    >>> [text[a:b] for text in ["招生6,191人（含技校，1455人），毕业6782人。"] for a, b in clauses(text)]
    ['招生6,191人（含技校，1455人），', '毕业6782人。']
    """
    return _cut_after(text, 0, len(text), _CLAUSE_END, _protected(text))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A place in a row with the words that are read before it; ``goes_on`` where the piece before it is its name.

    ``row`` and ``column`` are the heads of the cell.
    """

    span: Span
    words: str
    goes_on: bool = False
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class _Strip:
    """A row of a table, or a part of a long one, with the place that it takes up."""

    span: Span
    pieces: tuple[_Piece, ...]


def _row_passages(paragraph: Paragraph, table: Table, text: str, limit: int) -> Iterator[Passage]:
    """Yield passages of whole rows, each cell read after its heads: 甲校招生数（人）1200；甲校毕业数（人）980."""
    strips = [strip for line in read_grid(table, text).lines for strip in _strips(line, text, limit)]
    # The first passage shows the heads too, if these are not long themselves.
    start = paragraph.spans[0].start
    if strips and strips[0].span.end - start > limit * _WITH_HEADS:
        start = strips[0].span.start
    packed: list[_Strip] = []
    for strip in strips:
        if packed and strip.span.end - start > limit:
            yield _row_passage(paragraph, table, start, packed)
            start, packed = strip.span.start, []
        packed.append(strip)
    if packed:
        yield _row_passage(paragraph, table, start, packed)


def _row_passage(paragraph: Paragraph, table: Table, start: int, strips: Sequence[_Strip]) -> Passage:
    spans, leads = [Span(start, start)], [f"{table.caption}：" if table.caption else ""]
    rows: list[tuple[TableCell, ...]] = []
    mark, begin, at = "", 0, len(leads[0])
    for strip in strips:
        cells: list[TableCell] = []
        for piece, after in zip_longest(strip.pieces, strip.pieces[1:]):
            leads.append(piece.words if piece.goes_on else mark + piece.words)
            spans.append(piece.span)
            at += len(leads[-1]) + len(piece.span)
            mark = CELL_END
            if after is None or not after.goes_on:
                cells.append(TableCell(begin, at + 1, piece.span, piece.row, piece.column))
                begin = at + 1
        mark = ROW_END
        rows.append(tuple(cells))
    end = strips[-1].span.end
    spans, leads = [*spans, Span(end, end)], [*leads, ROW_END]
    return Passage(paragraph.document, paragraph.section, paragraph.number, tuple(spans), tuple(leads), tuple(rows))


def _strips(line: GridRow, text: str, limit: int) -> Iterator[_Strip]:
    """Yield a row whole, or the parts of one that is much longer than a passage."""
    pieces = list(_pieces(line, text, limit))
    if len(line.span) <= limit * _LONGEST_ROW:
        yield _Strip(line.span, tuple(pieces))
        return
    begin = 0
    for at in range(1, len(pieces) + 1):
        full = at == len(pieces) or pieces[at].span.end - pieces[begin].span.start > limit
        if full and not (at < len(pieces) and pieces[at].goes_on):
            yield _Strip(Span(pieces[begin].span.start, pieces[at - 1].span.end), tuple(pieces[begin:at]))
            begin = at


def _pieces(line: GridRow, text: str, limit: int) -> Iterator[_Piece]:
    """Yield codes and name of a row, and its cells after their heads; the first after what the name does not say."""
    first = line.cells[0]
    names = line.names if len(line.names) <= len(first.rows) else ()
    if any(len(name) > limit // 2 for name in names):
        for name in names:
            yield from _cell_pieces(Cell(name), "", "", text, limit)
        names = ()
    outer = first.rows[: len(first.rows) - len(names)]
    codes = line.codes if names else ()
    for number, code in enumerate(codes):
        yield _Piece(code, " " * bool(number), number > 0)
    for number, name in enumerate(names):
        before = "，" if number else " " * bool(codes) + "".join(f"{word}，" for word in outer)
        yield _Piece(name, before, bool(number or codes))
    for number, cell in enumerate(line.cells):
        named = names[-1].of(text) if names and number == 0 else ""
        row = _unit_of(cell.rows[-1], named) if named else "，".join(cell.rows)
        yield from _cell_pieces(cell, named, _joined(row, "".join(cell.columns)), text, limit)


def _unit_of(words: str, name: str) -> str:
    """Return the unit that a column of units gives the name of a row."""
    return words[words.rfind("（") :] if words.endswith("）") and not name.endswith(("）", ")")) else ""


def _cell_pieces(cell: Cell, name: str, heads: str, text: str, limit: int) -> Iterator[_Piece]:
    """Yield a cell whole, or the sentences of a long one, each after its heads."""
    said = cell.span.of(text)
    before = _joined(name, heads)
    # A name is set apart from the words before it, and so is a number from another.
    colon = "：" if before and (not is_value(said) or before[-1].isdigit()) else ""
    own = before.removeprefix(name) + colon
    row, column = "，".join(cell.rows), "".join(cell.columns)
    if len(said) <= limit // 2:
        yield _Piece(cell.span, own, bool(name), row, column)
        return
    for start, end in _short_sentences(said, limit):
        span = Span(cell.span.start + start, cell.span.start + end)
        yield _Piece(span, before + colon if start else own, bool(name) and not start, row, column)


def _joined(first: str, last: str) -> str:
    """Put two names together, apart where two numbers would run into one."""
    return f"{first}，{last}" if first[-1:].isdigit() and last[:1].isdigit() else first + last


def _places(prose: Prose, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[Span, ...]]:
    """Yield the document spans of ranges that tile the prose, in one walk over both."""
    pieces = iter(prose.spans)
    piece = Span(0, 0)
    for start, end in ranges:
        left, places = end - start, []
        while left:
            piece = piece if len(piece) else next(pieces)
            taken = Span(piece.start, min(piece.end, piece.start + left))
            places.append(taken)
            left -= len(taken)
            piece = Span(taken.end, piece.end)
        yield tuple(places)


def _short_sentences(text: str, limit: int) -> Iterator[tuple[int, int]]:
    protected = _protected(text)
    for start, end in _cut_after(text, 0, len(text), _SENTENCE_END, protected):
        if end - start <= limit:
            yield start, end
            continue
        for part in _cut_after(text, start, end, frozenset("；;"), protected):
            yield from _short_parts(text, part, limit, protected)


def _short_parts(text: str, part: tuple[int, int], limit: int, protected: bytearray) -> Iterator[tuple[int, int]]:
    if part[1] - part[0] <= limit:
        yield part
        return
    for start, end in _cut_after(text, *part, _CLAUSE_END, protected):
        if end - start <= limit:
            yield start, end
        else:
            yield from _cut_between_words(text, start, end, limit, protected)


def _cut_between_words(text: str, start: int, end: int, limit: int, protected: bytearray) -> Iterator[tuple[int, int]]:
    low = start
    while end - low > limit:
        starts = word_starts(text[low : min(end, low + limit + _WORD_MARGIN)])
        free = (at for at in range(low + limit, low, -1) if at - low in starts and not protected[at - 1])
        cut = next(free, low + limit)
        yield low, cut
        low = cut
    yield low, end


def _pack(parts: Iterator[tuple[int, int]], limit: int) -> Iterator[tuple[int, int]]:
    low = high = 0
    for start, end in parts:
        if end - low > limit and high > low:
            yield low, high
            low = start
        high = end
    if high > low:
        yield low, high


def _cut_after(text: str, start: int, end: int, marks: frozenset[str], protected: bytearray) -> list[tuple[int, int]]:
    """Cut ``text[start:end]`` after every run of ``marks`` and closing signs outside brackets and numbers."""
    cuts, low, at = [], start, start
    while at < end:
        if text[at] in marks and not protected[at]:
            while at + 1 < end and not protected[at + 1] and _ends_too(text[at + 1], marks):
                at += 1
            cuts.append((low, at + 1))
            low = at + 1
        at += 1
    return [*cuts, (low, end)] if low < end else cuts


def _ends_too(char: str, marks: frozenset[str]) -> bool:
    return char in marks or char in _CLOSERS or char.isspace()


def _protected(text: str) -> bytearray:
    """Mark the characters after which no cut may fall: those inside a number, or in a bracket but for its end."""
    marks = bytearray(len(text))
    for number in _NUMBER.finditer(text):
        _mark(marks, number.start(), number.end() - 1)
    # By kind, so that a sign without its other half spoils no bracket around it.
    waiting: dict[str, list[int]] = {opener: [] for opener in [*_OPENERS.values(), '"']}
    for at, char in enumerate(text):
        opener = '"' if char == '"' and waiting['"'] else _OPENERS.get(char)
        if opener is None:
            if char in waiting:
                waiting[char].append(at)
        elif waiting[opener]:
            opened = waiting[opener].pop()
            if at - opened <= _MAX_BRACKET:
                _mark(marks, opened, at)
    return marks


def _mark(marks: bytearray, start: int, end: int) -> None:
    marks[start:end] = b"\x01" * (end - start)
