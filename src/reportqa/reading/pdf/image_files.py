"""Image files (PNG, JPEG, TIFF): each image a page, recognised."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PIL import Image

from reportqa.errors import ReadingError
from reportqa.reading.blocks import make_source
from reportqa.reading.pdf.content import PageContent
from reportqa.reading.pdf.flow import blocks_of
from reportqa.reading.pdf.recognised import ImagePages
from reportqa.reading.picture_texts import read_pictures
from reportqa.reading.recognition import Recogniser, UnreadableImage, count_frames, frames_of
from reportqa.reading.source import Source

_MOST_PAGES = 3_000


def read_images(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    """Read an image file; a TIFF may have several pages.

    Raises ReadingError where it is damaged, too large, or shows no text.
    """
    images = ImagePages(path.name, recogniser)
    pages: list[PageContent] = []
    try:
        total = count_frames(data)
        if total > _MOST_PAGES:
            raise UnreadableImage(f"有 {total} 页，最多 {_MOST_PAGES} 页")
        for number, frame in enumerate(frames_of(data)):
            images.tell(number, total)
            pages.append(images.read(number, partial(Image.Image.copy, frame)) or PageContent(*frame.size))
        images.tell(total, total)
    except UnreadableImage as error:
        raise ReadingError(f"不读这个文件：{path.name} {error}。") from error
    notes = tuple(images.notes())
    if not any(page.glyphs or page.pictures for page in pages):
        raise ReadingError(f"没有认出文字：{path.name}（{notes[0].rstrip('。')}）。")
    blocks, unread = read_pictures(blocks_of(pages), recogniser, path.name)
    source = make_source(blocks)
    return replace(source, notes=(*notes, *unread), scans=(*images.scans(source), *source.scans))
