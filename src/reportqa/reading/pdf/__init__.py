"""PDF documents with a text layer, read by PDFium."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from reportqa.errors import ReadingError
from reportqa.reading.blocks import make_source
from reportqa.reading.kinds import PDF, kind_of, misnamed
from reportqa.reading.pdf.content import PageContent
from reportqa.reading.pdf.flow import blocks_of
from reportqa.reading.pdf.page import read_page
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
_NAMED = 30
# PDFium is made for one thread at a time.
_LOCK = threading.Lock()


def read_pdf(data: bytes, path: Path) -> Source:
    """Read a PDF: running heads, feet and page numbers left out, lines joined to paragraphs, tables as blocks.

    Raises ReadingError where the file is damaged, encrypted, absurdly long, or a scan without a text layer.
    """
    kind = kind_of(data)
    if kind not in (None, PDF):
        raise misnamed(path.name, kind)
    with _LOCK:
        document = _opened(data, path.name)
        try:
            title = document.get_metadata_value("Title")
            pages = _pages(document, path.name)
        finally:
            document.close()
    _check_text(pages, path.name)
    source = replace(make_source(blocks_of(pages)), notes=tuple(_notes(pages)))
    return source if source.title or title_of(source.text) else replace(source, title=named_title(title))


def _opened(data: bytes, name: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if raw.FPDF_ERR_PASSWORD in (error.err_code, raw.FPDF_GetLastError()):
            raise ReadingError(f"文件加了密码：{name}（请去掉密码再放进来）。") from error
        raise ReadingError(f"文件损坏：{name} 不是完好的 PDF（请重新导出）。") from error


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


def _check_text(pages: list[PageContent], name: str) -> None:
    """Raise ReadingError where a document shows text that the file does not hold."""
    chars = sum(page.chars for page in pages)
    unmapped = sum(page.unmapped for page in pages)
    if unmapped > (chars + unmapped) * _MOST_UNMAPPED:
        raise ReadingError(f"文字层是乱码：{name} 的字体没有编码表（请用 OCR 重新识别，或改用 Word 原件）。")
    pictured = [page for page in pages if _is_image(page)]
    if pictured and len(pictured) == len(pages):
        advice = "请先用 OCR 识别成带文字的 PDF，或改用 Word 原件"
        raise ReadingError(f"没有文字层：{name} 是扫描件，{len(pages)} 页都只有图像（{advice}）。")


def _is_image(page: PageContent) -> bool:
    """Tell whether a page is nothing but an image; a page number or a stamp on it is no text."""
    return page.chars < _LEAST_CHARS and bool(page.scanned or page.pictures)


def _notes(pages: list[PageContent]) -> Iterator[str]:
    """Say which pages were not read, or not wholly."""
    drawn = [page.chars == 0 and page.strokes > _MANY_STROKES and not _is_image(page) for page in pages]
    if named := _named(map(_is_image, pages)):
        yield f"{named}是图像，没有读：请先用 OCR 识别成带文字的 PDF。"
    if named := _named(drawn):
        yield f"{named}的字画成了图形（转曲），没有读：请重新导出。"
    if named := _named(page.oblique > 0 for page in pages):
        yield f"{named}有旋转的文字没有读。"
    if named := _named(page.unmapped > page.chars * _MOST_UNMAPPED for page in pages):
        yield f"{named}有字的字体没有编码表，没有读。"
    pictures = sum(len(page.pictures) for page in pages if not _is_image(page))
    if pictures:
        yield f"{pictures} 张图片里的文字没有读。"


def _named(chosen: Iterable[bool]) -> str:
    """Name the pages that are chosen: 第 6、7 页; "" where there are none."""
    numbers = [str(number) for number, one in enumerate(chosen, 1) if one]
    more = f"等 {len(numbers)} 页" if len(numbers) > _NAMED else "页"
    return f"第 {'、'.join(numbers[:_NAMED])} {more}" if numbers else ""
