"""A page of a PDF as a picture, with words marked in it."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageChops

from reportqa.errors import ReadingError
from reportqa.reading.pdf.opening import LOCK, open_pdf
from reportqa.text.folding import fold

_WIDTH = 1240
_MOST_PIXELS = 1240 * 6000
_MARK = (253, 230, 138)
_ROOM = 2
# What the text of a report has and the page does not: blanks, and the strokes between the cells of a table.
_BETWEEN = re.compile(r"[\s|]+")
_PARTS = re.compile(r"[\s|。，；：、,;:]+")
_SHORTEST = 4

_Box = tuple[int, int, int, int]


def draw_page(data: bytes, name: str, number: int, words: str) -> bytes:
    """Return page ``number`` (from 1) of a PDF as PNG, 1,240 pixels wide, with ``words`` marked where they stand.

    Words that run over several lines, cells or pages are marked part by part; what is not on the page is not marked.
    Raises ReadingError where the file is damaged or has no such page.
    """
    with LOCK:
        document = open_pdf(data, name)
        try:
            image = _drawn(document, name, number, words)
        finally:
            document.close()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _drawn(document: pdfium.PdfDocument, name: str, number: int, words: str) -> Image.Image:
    if not 1 <= number <= len(document):
        raise ReadingError(f"{name} 没有第 {number} 页。")
    try:
        page = document.get_page(number - 1)
    except pdfium.PdfiumError as error:
        raise ReadingError(f"文件损坏：{name} 的第 {number} 页打不开（请重新导出）。") from error
    try:
        width, height = page.get_size()
        scale = min(_WIDTH / width, (_MOST_PIXELS / (width * height)) ** 0.5)
        image: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
        for box in _boxes(page, image.size, words):
            mark = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), _MARK)
            image.paste(ImageChops.multiply(image.crop(box), mark), box)
    finally:
        page.close()
    return image


def _boxes(page: Any, size: tuple[int, int], words: str) -> Iterator[_Box]:
    """Yield the boxes of ``words``, in pixels, one for each stretch of a line."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        codes = [raw.FPDFText_GetUnicode(textpage, at) for at in range(count)]
        chars = [(at, fold(chr(code))) for at, code in enumerate(codes) if not _BETWEEN.fullmatch(chr(code))]
        text = "".join(char for _, char in chars)
        for start, end in _places(text, words):
            box: _Box | None = None
            for at, _ in chars[start:end]:
                own = _in_pixels(page, size, textpage.get_charbox(at, loose=True))
                if box and _in_line(box, own):
                    box = (min(box[0], own[0]), min(box[1], own[1]), max(box[2], own[2]), max(box[3], own[3]))
                else:
                    if box:
                        yield box
                    box = own
            if box:
                yield box
    finally:
        textpage.close()


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where ``words`` stand in a page's folded text, as a whole or else part by part in their order."""
    whole = fold(_BETWEEN.sub("", words))
    start = text.find(whole)
    if whole and start >= 0:
        yield start, start + len(whole)
        return
    after = 0
    for part in map(fold, _PARTS.split(words)):
        start = text.find(part, after)
        if len(part) >= _SHORTEST and start >= 0:
            after = start + len(part)
            yield start, after


def _in_line(box: _Box, other: _Box) -> bool:
    """Whether a character goes on where a box ends."""
    return other[1] < (box[1] + box[3]) / 2 < other[3] and other[0] >= box[0]


def _in_pixels(page: Any, size: tuple[int, int], place: tuple[float, float, float, float]) -> _Box:
    left, bottom, right, top = place
    corners = [_pixel(page, size, x, y) for x, y in ((left, bottom), (right, top))]
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
    return max(x0 - _ROOM, 0), max(y0 - _ROOM, 0), min(x1 + _ROOM, size[0]), min(y1 + _ROOM, size[1])


def _pixel(page: Any, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value
