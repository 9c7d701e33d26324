"""Web pages: what a reader of the page sees, headings, tables and pictures in their places."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from reportqa.errors import ReadingError
from reportqa.reading.blocks import AnyBlock, Block, Image, TableBlock, make_source
from reportqa.reading.html_tables import INLINE, SPAN, cell_text, html_grid, is_data_table, is_unseen
from reportqa.reading.images import is_decoration, linked_image
from reportqa.reading.kinds import HTML, kind_of, misnamed
from reportqa.reading.marks import PICTURE, clean_words, one_line, raised, unmarked
from reportqa.reading.picture_texts import read_pictures
from reportqa.reading.pipe_tables import PipeTable
from reportqa.reading.recognition import Recogniser
from reportqa.reading.source import Source
from reportqa.reading.text import check_text, decode
from reportqa.reading.titles import named_title, title_of

_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_HEAD = 4096
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_XML = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_GAP = re.compile(r"[ \t\r\n]+")
# A line end of the source between Chinese characters is none of the page (CSS Text 4, segment breaks).
_HAN_BREAK = re.compile(r"(?<=[\u2e80-\uffef])[ \t]*[\r\n]\s*(?=[\u2e80-\uffef])")


def read_html(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    """Read a web page; pictures are taken from the page itself and from the folder that it lies in.

    Raises ReadingError where the file is no web page or holds no text.
    """
    kind = kind_of(data)
    if kind not in (None, HTML):
        raise misnamed(path.name, kind)
    text = _decode(data, path.name)
    check_text(text, path.name)
    root = _parse(text)
    if root is None:
        raise ReadingError(f"文件是空的：{path.name}（没有文字）。")
    walker = _Walker(lambda link: linked_image(link, path.parent))
    walker.walk(_main(root))
    blocks, unread = read_pictures(walker.blocks, recogniser, path.name)
    source = replace(make_source(blocks), notes=unread)
    return source if source.title or title_of(source.text) else _named(source, root)


def html_blocks(data: bytes) -> list[AnyBlock]:
    """Return the blocks of a web page that stands in another file; none where it is no web page."""
    if kind_of(data) is not HTML:
        return []
    try:
        root = _parse(_decode(data, "altChunk"))
    except ReadingError:
        return []
    walker = _Walker(lambda link: None)
    if root is not None:
        walker.walk(_main(root))
    return walker.blocks


def _decode(data: bytes, name: str) -> str:
    """Decode as the page says; where it says nothing or is wrong, as the text makes sense."""
    declared = _CHARSET.search(data[:_HEAD])
    return decode(data, name, declared[1].decode("ascii", "replace") if declared else "")


def _parse(text: str) -> Any:
    # As bytes, for a text that says its own encoding is refused as a string.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return etree.fromstring(_XML.sub("", text).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _main(root: Any) -> Any:
    """Return the part of a page that its author calls the main one; else its body, else all of it."""
    for tag in ("main", "article"):
        found = list(root.iter(tag))
        if len(found) == 1:
            return found[0]
    return next(root.iter("body"), root)


def _named(source: Source, root: Any) -> Source:
    """Take the title from the page's head, where the text has none."""
    title = next(root.iter("title"), None)
    words = clean_words(title.text or "") if title is not None else ""
    # Behind the title stands the name of the site: 工作报告_某区人民政府.
    words = re.split(r"[-_|–—]", words)[0]
    return replace(source, title=named_title(words))


class _Walker:
    """Goes once through a page, with the words of the paragraph that is growing."""

    def __init__(self, picture: Callable[[str], Image | None]) -> None:
        self.blocks: list[AnyBlock] = []
        self.picture = picture
        self.words: list[str] = []
        self.images: list[Image] = []
        self.level = 0
        self.verbatim = 0
        self.lifted = 0
        self.counters: list[int | None] = []

    def walk(self, top: Any) -> None:
        """Take a part of the page with all below it; no recursion, for a page may be nested as deep as it likes."""
        events = etree.iterwalk(top, events=("start", "end"))
        for event, element in events:
            if event == "end":
                self._leave(element)
                self._say(element.tail if element is not top else None)
            elif is_unseen(element):
                events.skip_subtree()
                # Its end is told all the same, and with it the words behind it.
            elif element.tag == "table" and is_data_table(element):
                self._take_table(element)
                events.skip_subtree()
            else:
                self._enter(element)
        self._flush()

    def _enter(self, element: Any) -> None:
        tag = element.tag
        if tag == "br":
            self.words.append("\n")
        elif tag == "img":
            self._take_image(element)
        elif tag == "sup":
            self.lifted += 1
        elif tag not in INLINE:
            self._flush()
            self.level = _HEADINGS.get(tag, self.level)
            self._open(element)
        self._say(element.text)

    def _open(self, element: Any) -> None:
        if element.tag == "pre":
            self.verbatim += 1
        elif element.tag in ("ol", "ul"):
            start = SPAN.match(element.get("start", "1"))
            self.counters.append((int(start[1]) if start else 1) if element.tag == "ol" else None)
        elif element.tag == "li" and self.counters:
            number = self.counters[-1]
            self.words.append("• " if number is None else f"{number}. ")
            self.counters[-1] = None if number is None else number + 1

    def _leave(self, element: Any) -> None:
        tag = element.tag
        if tag in INLINE or is_unseen(element):
            self.lifted -= tag == "sup" and not is_unseen(element)
            return
        self._flush()
        if tag in _HEADINGS:
            self.level = 0
        elif tag == "pre":
            self.verbatim -= 1
        elif tag in ("ol", "ul") and self.counters:
            self.counters.pop()

    def _say(self, text: str | None) -> None:
        if text:
            text = raised(unmarked(text)) if self.lifted else unmarked(text)
            self.words.append(text if self.verbatim else _GAP.sub(" ", _HAN_BREAK.sub("", text)))

    def _flush(self) -> None:
        text = "".join(self.words)
        if clean_words(text).strip("• "):
            text = one_line(text) if self.level else text
            self.blocks.append(Block(text, self.level, images=tuple(self.images)))
            self.words, self.images = [], []
        elif not text.startswith("• "):
            self.words = []

    def _take_image(self, element: Any) -> None:
        image = _image(element, self.picture)
        if image is not None:
            self.words.append(PICTURE)
            self.images.append(image)

    def _take_table(self, table: Any) -> None:
        self._flush()
        caption = next(table.iterchildren("caption"), None)
        if caption is not None:
            self.blocks.append(Block(cell_text(caption)))
        images = (_image(one, self.picture) for one in table.iter("img"))
        grid = PipeTable(*html_grid(table))
        self.blocks.append(TableBlock(grid, tuple(image for image in images if image is not None)))


def _image(element: Any, picture: Callable[[str], Image | None]) -> Image | None:
    sizes = [SPAN.match(element.get(name, "")) for name in ("width", "height")]
    if any(size and is_decoration(int(size[1]), int(size[1])) for size in sizes):
        return None
    return picture(element.get("src", "").strip())
