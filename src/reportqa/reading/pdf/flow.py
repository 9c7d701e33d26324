"""Lines of all pages to paragraphs, headings and tables, as they run on from column to column and page to page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from reportqa.reading.blocks import AnyBlock, Block, TableBlock, is_contents
from reportqa.reading.marks import PAGE, PICTURE
from reportqa.reading.pdf.content import PageContent, Shown
from reportqa.reading.pdf.furniture import find_furniture
from reportqa.reading.pdf.joined_tables import longer, marked
from reportqa.reading.pdf.lines import GlyphLine, in_reading_order, join_words, rows_of, words_of
from reportqa.reading.pdf.page_tables import find_tables
from reportqa.reading.pdf.table_parts import PageTable
from reportqa.reading.pipe_tables import PipeTable
from reportqa.reading.titles import is_numbered, title_lines

_TERMINAL = "。！？!?；;：:"
_CLOSERS = "”’」』）)】》〕\"'"
_LARGER = 1.12
_SAME_SIZE = 0.75
_HEADING_LENGTH = 50
_NO_HEADING = re.compile(
    r"[。；;，,、]$|^[图表]\s*\d|^[（(]?单位\s*[:：]|^[注备]\s*[:：]|^(?:数据|资料)?来源|^[\d\s.,%％/:：-]+$"
)
_HAS_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_ITEM = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十百\d]{1,4}[章节篇部条编]|\d{1,2}[、．)）]"
    r"|\d{1,2}[.](?!\d)|\d{1,2}(?:[.]\d{1,2}){1,3}\s|[①-⑳⑴-⒇•●▪◆■★·]|[图表]\s*\d|[注备]\d?\s*[:：]|(?:数据|资料)来源"
)
_CONTINUED = re.compile(r"^续\s*表|^表\s*[\d.\-—–]+.{0,40}[（(]续(?:表|上表)?[)）]$|[（(]续(?:表|上表)?\s*\d*[)）]$")
_CAPTION = re.compile(r"[图表]\s*\d")
_INDENT, _SHORT, _VERY_SHORT = 1.2, 1.2, 6.0
_SHORT_SHARE = 0.3
_LEADING = 1.5
_LEAST_STEP, _MOST_STEP = 1.2, 2.4


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with the margins of its column, the usual step from line to line there, and its page."""

    line: GlyphLine
    left: float
    right: float
    step: float
    page: int
    column: int

    @property
    def short(self) -> float:
        """How far the line ends before the right margin, in characters."""
        return (self.right - self.line.x1) / self.line.size

    @property
    def indent(self) -> float:
        """How far the line begins behind the left margin, in characters."""
        return (self.line.x0 - self.left) / self.line.size

    @property
    def usual_step(self) -> float:
        """How far apart lines of one paragraph may stand here: of few lines, the usual step tells little."""
        least, most = self.line.size * _LEAST_STEP, self.line.size * _MOST_STEP
        return min(max(self.step, least), most)


_Item = _Placed | PageTable | Shown
_Stream = list[tuple[int, _Item]]


@dataclass(slots=True)
class _Type:
    """The type of the running text, and whether its paragraphs are indented."""

    size: float
    bold: bool
    indented: bool
    levels: list[tuple[float, bool]] = field(default_factory=list)

    def heads(self, line: GlyphLine) -> bool:
        """Tell whether a line stands out as a heading does."""
        if len(line.text) > _HEADING_LENGTH or _NO_HEADING.search(line.text) or not _HAS_WORDS.search(line.text):
            return False
        return line.size > self.size * _LARGER or (line.bold and not self.bold and line.size > self.size * 0.95)

    def level(self, line: GlyphLine) -> int:
        """Return the level of a heading: the larger its type, the higher."""
        for number, (size, bold) in enumerate(self.levels, 1):
            if abs(size - line.size) <= _SAME_SIZE and bold == line.bold:
                return number
        return len(self.levels) or 1


def blocks_of(pages: Sequence[PageContent]) -> list[AnyBlock]:
    """Return the blocks of a document in the order of reading; every page begins at a ``PAGE`` mark."""
    stream = _stream(pages)
    placed = [item for _, item in stream if isinstance(item, _Placed)]
    type_ = _type_of(placed)
    titles = _title_of(placed, type_)
    type_.levels = _levels(type_, [one for one in placed if one not in titles])
    return list(_Flow(type_, set(titles), len(pages)).run(stream))


def _stream(pages: Sequence[PageContent]) -> _Stream:
    """Return what stands on the pages, one after the other as it is read."""
    # What stands sideways on a page is read after what stands upright on it.
    numbered = [(number, part) for number, page in enumerate(pages) for part in (page, *page.sideways)]
    found = [find_tables(part) for _, part in numbered]
    rows = [[line for row in rows_of(glyphs) for line in row] for _, glyphs in found]
    furniture = find_furniture([(part.height, lines) for (_, part), lines in zip(numbered, rows, strict=True)])
    stream: _Stream = []
    for (number, page), (tables, _), lines, running in zip(numbered, found, rows, furniture, strict=True):
        kept = [line for line in lines if line not in running]
        shown: list[GlyphLine | PageTable | Shown] = [*kept, *tables, *page.pictures]
        groups = in_reading_order(shown, _box)
        for column, group in enumerate(groups):
            stream += [(number, item) for item in _place(group, number, column)]
    return stream


def _box(item: GlyphLine | PageTable | Shown) -> tuple[float, float, float, str]:
    if isinstance(item, GlyphLine):
        return item.x0, item.x1, item.top, item.text
    return item.box.x0, item.box.x1, item.box.top, ""


def _place(group: Sequence[GlyphLine | PageTable | Shown], page: int, column: int) -> Iterator[_Item]:
    """Join the stretches of each row of a column, and give every line the margins of the column."""
    lines = [item for item in group if isinstance(item, GlyphLine)]
    joined = _joined_rows(lines)
    left = _usual_left(joined)
    rights = sorted(line.x1 for line in joined)
    right = rights[int((len(rights) - 1) * 0.95)] if rights else 0.0
    steps = sorted(low.base - high.base for high, low in pairwise(joined))
    step = steps[len(steps) // 2] if steps else 0.0
    items: list[tuple[float, _Item]] = [(line.top, _Placed(line, left, right, step, page, column)) for line in joined]
    items += [(item.box.top, item) for item in group if not isinstance(item, GlyphLine)]
    for _, item in sorted(items, key=lambda one: one[0]):
        yield item


def _joined_rows(lines: Iterable[GlyphLine]) -> list[GlyphLine]:
    rows: list[list[GlyphLine]] = []
    for line in sorted(lines, key=lambda one: (one.base, one.x0)):
        if rows and abs(rows[-1][0].base - line.base) < line.size * 0.5:
            rows[-1].append(line)
        else:
            rows.append([line])
    joined = []
    for row in rows:
        row.sort(key=lambda line: line.x0)
        longest = max(row, key=lambda line: len(line.text))
        joined.append(replace(longest, text=words_of(row), x0=row[0].x0, x1=max(line.x1 for line in row)))
    return joined


def _usual_left(lines: Sequence[GlyphLine]) -> float:
    """Return the left margin: the leftmost place at which several lines begin."""
    places = Counter(round(line.x0 / 3) for line in lines)
    several = [place for place, times in places.items() if times >= min(2, len(lines))] or list(places)
    return min((line.x0 for line in lines if round(line.x0 / 3) in several), default=0.0)


def _type_of(placed: Sequence[_Placed]) -> _Type:
    """Return the type in which most characters are set."""
    sizes: Counter[tuple[float, bool]] = Counter()
    for one in placed:
        sizes[round(one.line.size * 2) / 2, one.line.bold] += len(one.line.text)
    (size, bold), _ = sizes.most_common(1)[0] if sizes else ((10.5, False), 0)
    running = [one for one in placed if abs(one.line.size - size) <= _SAME_SIZE]
    indented = sum(1.5 <= one.indent <= 2.8 for one in running)
    return _Type(size, bold, indented > len(running) * 0.08)


def _title_of(placed: Sequence[_Placed], type_: _Type) -> list[_Placed]:
    """Return the lines of the report's title: large ones at the head of the first page that has text."""
    first = [one for one in placed if one.page == placed[0].page] if placed else []
    head: list[_Placed] = []
    for one in first:
        if type_.heads(one.line) and not is_numbered(one.line.text):
            head.append(one)
        elif head:
            break
    largest = max((one.line.size for one in placed), default=0.0)
    # One that is no larger than the headings of other pages is one of them.
    if not head or max(one.line.size for one in head) < largest - _SAME_SIZE:
        return []
    return head[: len(title_lines(one.line.text for one in head))]


def _levels(type_: _Type, placed: Sequence[_Placed]) -> list[tuple[float, bool]]:
    levels: list[tuple[float, bool]] = []
    heads = {(one.line.size, one.line.bold) for one in placed if type_.heads(one.line)}
    for size, bold in sorted(heads, reverse=True):
        if not any(abs(size - other) <= _SAME_SIZE and bold == heavy for other, heavy in levels):
            levels.append((size, bold))
    return levels


class _Flow:
    """Goes once over the lines, with the paragraph that is growing and the table that may go on."""

    def __init__(self, type_: _Type, titles: set[_Placed], pages: int) -> None:
        self.type = type_
        self.titles = titles
        self.pages = pages
        self.blocks: list[AnyBlock] = []
        self.growing: list[_Placed] = []
        self.text = ""
        # How many pages have begun, and whether the last block is a table that the next page may go on with.
        self.begun = 0
        self.table: PageTable | None = None
        self.table_page = -1
        self.grid = PipeTable(())

    def run(self, stream: _Stream) -> list[AnyBlock]:
        for page, item in stream:
            if isinstance(item, _Placed):
                self._take_line(item)
            elif isinstance(item, PageTable):
                self._take_table(item, page)
            else:
                self._close()
                self.table = None
                self.blocks.append(Block(self._turn(page) + PICTURE, images=(item.image,)))
        self._close()
        rest = self._turn(self.pages - 1)
        return [*self.blocks, Block(rest)] if rest else self.blocks

    def _turn(self, page: int) -> str:
        """Return the marks of the pages that begin here."""
        marks = PAGE * max(page + 1 - self.begun, 0)
        self.begun = max(self.begun, page + 1)
        return marks

    def _take_line(self, one: _Placed) -> None:
        if self.table and one.page == self.table_page + 1 and _CONTINUED.search(one.line.text):
            return
        if self.growing and self._goes_on(self.growing[-1], one):
            mark = self._turn(one.page)
            joined = join_words(self.text, one.line.text)
            self.text = joined[: len(joined) - len(one.line.text)] + mark + one.line.text
            self.growing.append(one)
            return
        self._close()
        self.text = self._turn(one.page) + one.line.text
        self.growing = [one]

    def _close(self) -> None:
        if self.growing:
            first = self.growing[0].line
            heading = self.type.heads(first)
            level = self.type.level(first) if heading and self.growing[0] not in self.titles else 0
            self.blocks.append(Block(self.text, level, self.growing[0] in self.titles))
            self.table = None
        self.growing = []

    def _goes_on(self, last: _Placed, one: _Placed) -> bool:
        """Tell whether a line goes on with the paragraph that the last one left open."""
        if last in self.titles or one in self.titles or self._differs(last.line, one.line):
            return False
        if is_contents(last.line.text) or is_contents(one.line.text):
            return False
        ended = last.line.text.rstrip(_CLOSERS)[-1:] in _TERMINAL
        if self._ends_short(last, ended):
            return False
        if _ITEM.match(one.line.text) and (ended or last.short > _SHORT):
            return False
        same_column = (last.page, last.column) == (one.page, one.column)
        # A number is cut by the end of a line, but not by the end of a page, where a running head may come between.
        if not same_column and last.line.text[-1:].isdigit() and one.line.text[:1].isdigit():
            return False
        if same_column and one.line.base - last.line.base > one.usual_step * _LEADING:
            return False
        if one.indent > _INDENT and not self._is_hanging(last, one, ended):
            return False
        # Where paragraphs are not indented, a sentence that ends a column ends its paragraph.
        return same_column or not ended or self.type.indented

    def _differs(self, last: GlyphLine, line: GlyphLine) -> bool:
        if self.type.heads(last) != self.type.heads(line):
            return True
        # A caption goes on in a line that is centred as it is, or begins where it does, not in the paragraph under it.
        if _CAPTION.match(last.text) and abs(last.x0 - line.x0) > line.size * _INDENT:
            return abs(last.x0 + last.x1 - line.x0 - line.x1) > line.size * _INDENT
        return abs(last.size - line.size) > max(_SAME_SIZE, line.size * 0.1)

    def _ends_short(self, last: _Placed, ended: bool) -> bool:
        """Tell whether a line ends so far before the margin that its paragraph ends there."""
        share = last.short * last.line.size / max(last.right - last.left, 1.0)
        return last.short > _VERY_SHORT or share > _SHORT_SHARE or (ended and last.short > _SHORT)

    def _is_hanging(self, last: _Placed, one: _Placed, ended: bool) -> bool:
        """Tell whether an indented line goes on with lines that are indented as it is."""
        return abs(last.line.x0 - one.line.x0) < one.line.size * 0.6 and not ended and last.short <= _SHORT

    def _take_table(self, table: PageTable, page: int) -> None:
        open_table = self.table if not self.growing and page == self.table_page + 1 else None
        if open_table is not None and open_table.goes_on(table):
            self.blocks.pop()
            self.grid = longer(self.grid, table.grid, self._turn(page))
        else:
            self._close()
            self.grid = marked(table.grid, self._turn(page))
        self.blocks.append(TableBlock(self.grid))
        self.table, self.table_page = table, page
