"""PDF documents, read by PDFium: the text layer of each page, and where there is none, what its image shows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from reportqa.errors import ReadingError
from reportqa.reading.blocks import make_source
from reportqa.reading.kinds import PDF, kind_of, misnamed
from reportqa.reading.pdf.content import PageContent
from reportqa.reading.pdf.flow import blocks_of
from reportqa.reading.pdf.opening import LOCK, open_pdf
from reportqa.reading.pdf.page import read_page
from reportqa.reading.pdf.recognised import ImagePages, named_pages
from reportqa.reading.picture_texts import read_pictures
from reportqa.reading.recognition import LONGEST_SIDE, Recogniser, UnreadableImage, check_size
from reportqa.reading.source import Source
from reportqa.reading.titles import named_title, title_of

MOST_PAGES = 3_000
MOST_SECONDS = 300
_MOST_PICTURES = 100 * 2**20
# A page number or a stamp on scanned pages is no text layer.
_LEAST_CHARS = 15
_MOST_UNMAPPED = 0.3
# A page of so many strokes and no character has its words drawn.
_MANY_STROKES = 200
# A4 at so many is 1654 × 2339 pixels.
_DOTS_AN_INCH = 200
# Smaller images are strips and speckles.
_DOT = 64


def read_pdf(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    """Read a PDF: running heads, feet and page numbers left out, lines joined to paragraphs, tables as blocks.

    Pages that have no text of their own are recognised. Raises ReadingError where the file is damaged, encrypted,
    absurdly long, or shows no text.
    """
    kind = kind_of(data)
    if kind not in (None, PDF):
        raise misnamed(path.name, kind)
    with LOCK:
        document = open_pdf(data, path.name)
    try:
        with LOCK:
            document.init_forms()
            title = document.get_metadata_value("Title")
            pages = _pages(document, path.name)
        images = ImagePages(path.name, recogniser)
        _recognise(document, pages, images)
    finally:
        with LOCK:
            document.close()
    notes = (*images.notes(), *_notes(pages))
    _check_text(pages, path.name, notes)
    blocks, unread = read_pictures(blocks_of(pages), recogniser, path.name)
    source = make_source(blocks)
    source = replace(source, notes=(*notes, *unread), scans=(*images.scans(source), *source.scans))
    return source if source.title or title_of(source.text) else replace(source, title=named_title(title))


def _pages(document: pdfium.PdfDocument, name: str) -> list[PageContent]:
    count = len(document)
    if count == 0 or count > MOST_PAGES:
        reason = "没有一页" if count == 0 else f"有 {count} 页，最多 {MOST_PAGES} 页（请分成几个文件）"
        raise ReadingError(f"不读这个文件：{name} {reason}。")
    deadline = time.monotonic() + MOST_SECONDS
    pages: list[PageContent] = []
    room = _MOST_PICTURES
    for number in range(count):
        if time.monotonic() > deadline:
            minutes = MOST_SECONDS // 60
            raise ReadingError(f"读得太久：{name} 到第 {number} 页已超过 {minutes} 分钟（请拆分或重新导出）。")
        try:
            page = document.get_page(number)
        except pdfium.PdfiumError as error:
            raise ReadingError(f"文件损坏：{name} 的第 {number + 1} 页打不开（请重新导出）。") from error
        try:
            content = read_page(page, room)
        finally:
            page.close()
        room -= sum(len(shown.image.data) for shown in content.pictures)
        pages.append(content)
    return pages


def _recognise(document: pdfium.PdfDocument, pages: list[PageContent], images: ImagePages) -> None:
    """Put in the place of each page without a text of its own what its image shows."""
    blank = [number for number, page in enumerate(pages) if _hides_text(page)]
    for done, number in enumerate(blank):
        images.tell(done, len(blank))
        found = images.read(number, partial(_rendered, document, number), pages[number].width)
        if found is not None:
            pages[number] = found
    if blank:
        images.tell(len(blank), len(blank))


def _hides_text(page: PageContent) -> bool:
    """Tell whether a page shows words that its file does not hold: an image, words drawn, a font without a map."""
    return _is_image(page) or _is_drawn(page) or page.unmapped > page.chars * _MOST_UNMAPPED


def _is_image(page: PageContent) -> bool:
    """Tell whether a page is nothing but an image; a page number or a stamp on it is no text."""
    return page.chars < _LEAST_CHARS and bool(page.scanned or page.pictures)


def _is_drawn(page: PageContent) -> bool:
    return page.chars == 0 and page.strokes > _MANY_STROKES


def _rendered(document: pdfium.PdfDocument, number: int) -> Image.Image:
    """Return a page as it looks, at 200 dots an inch or as many as fit."""
    with LOCK:
        try:
            page = document.get_page(number)
            try:
                for one in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
                    width, height = one.get_px_size()
                    if min(width, height) > _DOT:
                        check_size(width, height)
                scale = min(_DOTS_AN_INCH / 72, LONGEST_SIDE / max(page.get_size()))
                image: Image.Image = page.render(scale=scale).to_pil()
                return image
            finally:
                page.close()
        except (pdfium.PdfiumError, ValueError) as error:
            raise UnreadableImage("的图像损坏") from error


def _check_text(pages: list[PageContent], name: str, notes: Sequence[str]) -> None:
    """Raise ReadingError where no text could be read."""
    chars = sum(page.chars for page in pages)
    unmapped = sum(page.unmapped for page in pages)
    if unmapped > (chars + unmapped) * _MOST_UNMAPPED:
        raise ReadingError(f"文字层是乱码：{name} 的字体没有编码表（请改用 Word 原件）。")
    if not chars and notes:
        raise ReadingError(f"没有认出文字：{name}（{notes[0].rstrip('。')}）。")


def _notes(pages: list[PageContent]) -> Iterator[str]:
    """Say which pages were not read wholly."""
    if named := _named(page.oblique > 0 for page in pages):
        yield f"{named}有旋转的文字没有读。"
    if named := _named(page.filled > 0 for page in pages):
        yield f"{named}有填在表单里的文字没有读。"
    if named := _named(page.comments > 0 for page in pages):
        yield f"{named}有批注没有读。"
    if named := _named(page.unmapped > page.chars * _MOST_UNMAPPED for page in pages):
        yield f"{named}有字的字体没有编码表，没有读。"


def _named(chosen: Iterable[bool]) -> str:
    """Name the pages that are chosen; "" where there are none."""
    numbers = [number for number, one in enumerate(chosen) if one]
    return named_pages(numbers) if numbers else ""
