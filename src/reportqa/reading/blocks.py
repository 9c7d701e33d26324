"""What every reader finds in a file, in the order of reading, and the one text that is made of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from reportqa.reading.marks import MARKS, PAGE, PICTURE, clean_words, one_line, unmarked
from reportqa.reading.pipe_tables import PipeTable, write_grid
from reportqa.reading.source import Source
from reportqa.reading.titles import is_numbered, is_subtitle, is_whole_title, title_lines
from reportqa.text.records import Picture, Scan

if TYPE_CHECKING:
    # Only a file with pictures needs it.
    from reportqa.reading.recognition import Recognised

_LEVELS = 6
_HEADING_LENGTH = 60
# The same picture so many times is the letterhead.
_REPEATED = 3
_MOST_BYTES = 200 * 2**20
_TITLE_WITHIN = 30
_CONTENTS_LENGTH = 200
_CONTENTS = re.compile(r"[^\n]{0,80}?(?:[.…·．]\s?){3,}\s*[（(]?\d{1,4}[)）]?")
_CONTENTS_HEAD = re.compile(r"(?:图表?|表格?|插图)?目\s*[录錄次]|图表索引")
# 一、办学规模→3: words, a tab, a page. Several below each other, whose words come again as headings, are contents too.
_CONTENTS_TAB = re.compile(r"(?P<words>[^\t\n]{1,80})\t\s*(?P<page>\d{1,4})")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as it was found: its file ending and its bytes."""

    suffix: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading where ``level`` is 1 to 6; ``title`` marks a line of the report's own title.

    ``text`` holds ``PICTURE`` for each of ``images``, and ``PAGE`` where a page begins.
    """

    text: str
    level: int = 0
    title: bool = False
    images: tuple[Image, ...] = ()

    @property
    def words(self) -> str:
        """The text without marks."""
        return unmarked(clean_words(self.text)).strip()


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; its pictures stand behind it."""

    grid: PipeTable
    images: tuple[Image, ...] = ()
    words: str = field(default="", init=False)


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """What a picture says: the lines to be written, and where on the picture each of its own stands."""

    lines: tuple[str, ...]
    page: Recognised = field(repr=False)
    images: tuple[Image, ...] = field(default=(), init=False)
    words: str = field(default="", init=False)


AnyBlock = Block | TableBlock | PictureBlock


def make_source(blocks: Sequence[AnyBlock]) -> Source:
    r"""Write blocks as one text, empty lines between them, the lines of the title close together.

    >>> source = make_source([Block("某县年报"), Block("概况", 1), Block("招生6191人。"), Block("成效", 1)])
    >>> source.text
    '某县年报\n\n# 概况\n\n招生6191人。\n\n# 成效\n'
    >>> source.title
    '某县年报'

    Lines of a table of contents are left out, and so are pictures that come again and again.
    """
    tabbed = _tabbed_contents(blocks)
    kept = [_without_contents(block, number in tabbed) for number, block in enumerate(blocks)]
    title = _find_title(kept)
    writer = _Writer(decorations(blocks))
    for number, block in enumerate(kept):
        if isinstance(block, TableBlock):
            writer.write_table(block)
        elif isinstance(block, PictureBlock):
            writer.write_picture(block)
        else:
            writer.write(block, block.level if number not in title else 0, tight=number in title[1:])
    words = one_line("\n".join(kept[number].words for number in title))
    text = writer.finish()
    return Source(text, tuple(writer.pages), tuple(writer.pictures), words, scans=tuple(_scans(writer, text)))


def _scans(writer: _Writer, text: str) -> Iterator[Scan]:
    for start, end, page in writer.said:
        from reportqa.reading.recognition.placing import scan_of

        yield scan_of(page, bisect_right(writer.pages, start) or None, text, start, end, is_picture=True)


class _Writer:
    """Writes the text; the gap between two blocks is written when the second one comes."""

    def __init__(self, decorations: frozenset[bytes]) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.pages: list[int] = []
        self.pictures: list[Picture] = []
        self.decorations = decorations
        self.said: list[tuple[int, int, Recognised]] = []
        self.bytes = 0
        self.gap = ""

    def finish(self) -> str:
        if self.parts:
            self.gap = ""
            self._add("\n")
        return "".join(self.parts)

    def write(self, block: Block, level: int, tight: bool = False) -> None:
        heads = level and len(block.words) <= _HEADING_LENGTH and "\n" not in block.words
        hashes = "#" * min(level, _LEVELS) + " " if heads else ""
        images = iter(block.images)
        if tight and self.gap:
            self.gap = "\n"
        for piece in re.split(f"({MARKS.pattern})", clean_words(block.text)):
            if piece == PICTURE:
                self._put(next(images, None))
            elif piece == PAGE:
                self._turn_page()
            elif piece.strip():
                self._add(hashes + piece)
                hashes = ""
        self._close()

    def write_table(self, block: TableBlock) -> None:
        lines = write_grid(block.grid)
        for group in (*([line] for line in lines.before), lines.block, *([line] for line in lines.after)):
            self._write_lines(group)
        for image in block.images:
            self._put(image)

    def write_picture(self, block: PictureBlock) -> None:
        self._add("")
        start = self.length
        self._write_lines(block.lines)
        self.said.append((start, self.length, block.page))

    def _write_lines(self, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines):
            self._add("\n" if number else "")
            if PAGE in line:
                self._turn_page()
            self._add(unmarked(line))
        self._close()

    def _close(self) -> None:
        """End a block, so that what comes next stands apart."""
        self.gap = "\n\n" if self.parts else ""

    def _turn_page(self) -> None:
        self._add("")
        self.pages.append(self.length)

    def _put(self, image: Image | None) -> None:
        if image is None or image.data in self.decorations or self.bytes + len(image.data) > _MOST_BYTES:
            return
        self.bytes += len(image.data)
        self.pictures.append(Picture(self.length, image.suffix, image.data))

    def _add(self, text: str) -> None:
        text, self.gap = self.gap + text, ""
        if text:
            self.parts.append(text)
            self.length += len(text)


def decorations(blocks: Iterable[AnyBlock]) -> frozenset[bytes]:
    """Return the pictures that come again and again: the letterhead, the signs before headings."""
    times = Counter(image.data for block in blocks for image in block.images)
    return frozenset(data for data, count in times.items() if count >= _REPEATED)


def is_contents(line: str) -> bool:
    """Tell whether a line is one of a table of contents, or the word over it.

    >>> is_contents("一、概况……………12"), is_contents("目　录"), is_contents("招生6191人。")
    (True, True, False)
    """
    return len(line) <= _CONTENTS_LENGTH and bool(_CONTENTS.fullmatch(line) or _CONTENTS_HEAD.fullmatch(line))


def _tabbed_contents(blocks: Sequence[AnyBlock]) -> set[int]:
    """Return the numbers of blocks that are contents by tab and page: runs of which half come again further down."""
    found: set[int] = set()
    entries = [_CONTENTS_TAB.fullmatch(block.words) for block in blocks]
    number = 0
    while number < len(blocks):
        run = list(takewhile(lambda at: entries[at] is not None, range(number, len(blocks))))
        names = [entry["words"].strip() for at in run if (entry := entries[at])]
        pages = [int(entry["page"]) for at in run if (entry := entries[at])]
        if len(run) > 1 and pages == sorted(pages):
            below = {block.words for block in blocks[run[-1] + 1 :]}
            if sum(name in below for name in names) * 2 >= len(names):
                found.update(run)
        number += len(run) or 1
    return found


def _without_contents(block: AnyBlock, listed: bool) -> AnyBlock:
    """Take the words from a line of a table of contents; only its marks stay."""
    if not isinstance(block, Block) or not (listed or is_contents(block.words)):
        return block
    return Block("".join(MARKS.findall(block.text)), images=block.images)


def _find_title(blocks: Sequence[AnyBlock]) -> range:
    """Return the numbers of the blocks that are the report's title."""
    first = _marked_title(blocks)
    if first is not None:
        last = first + 1
        while last < len(blocks) and _goes_on(blocks[last]):
            last += 1
        return range(first, last)
    lines = []
    for block in blocks[:_TITLE_WITHIN]:
        if isinstance(block, TableBlock) or (isinstance(block, Block) and block.level):
            break
        lines.append(block.words)
    blank = next((number for number, line in enumerate(lines) if line), 0)
    return range(blank, blank + len(title_lines(lines)))


def _goes_on(block: AnyBlock) -> bool:
    return isinstance(block, Block) and (block.title or (not block.level and is_subtitle(block.words)))


def _marked_title(blocks: Sequence[AnyBlock]) -> int | None:
    """Return the first block that its style makes the title, or the one heading that stands over all others."""
    heads = [(number, block) for number, block in enumerate(blocks) if isinstance(block, Block)]
    for number, block in heads[:_TITLE_WITHIN]:
        if block.title and block.words:
            return number
    headings = [(number, block) for number, block in heads if block.level and block.words]
    if not headings or is_numbered(headings[0][1].words):
        return None
    number, first = headings[0]
    sole = len(headings) > 1 and all(block.level > first.level for _, block in headings[1:])
    return number if sole or is_whole_title(first.words) else None
