"""The pictures of a page: which show something, put together from their strips, as they are stored or as they look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium

from reportqa.reading.blocks import Image
from reportqa.reading.images import is_decoration, to_png, usable_image
from reportqa.reading.pdf.content import Box, PageContent, Shown

_MOST_IMAGES = 300
# A picture smaller than this on paper is an icon; one that fills the page is its background.
_SMALLEST_SHOWN = 28.0
_BACKGROUND = 0.85
_RENDER_SCALE = 2.0


def pictures_of(page: Any, images: list[tuple[Box, Any]], content: PageContent) -> Iterator[Shown]:
    """Yield the pictures of a page; one that is stored in strips is put together again."""
    area = content.width * content.height
    if len(images) > _MOST_IMAGES:
        content.scanned = True
        return
    for group in _touching(images):
        box = _around([box for box, _ in group])
        if (box.x1 - box.x0) * (box.bottom - box.top) > area * _BACKGROUND:
            content.scanned = True
            continue
        if min(box.x1 - box.x0, box.bottom - box.top) < _SMALLEST_SHOWN:
            continue
        image = _extracted(group[0][1]) if len(group) == 1 else None
        image = image or _rendered(page, box, content)
        if image is not None:
            yield Shown(box, image)


def _touching(images: list[tuple[Box, Any]]) -> list[list[tuple[Box, Any]]]:
    groups: list[list[tuple[Box, Any]]] = []
    for box, one in images:
        near, apart = [(box, one)], []
        for group in groups:
            if any(_touch(box, other) for other, _ in group):
                near += group
            else:
                apart.append(group)
        groups = [*apart, near]
    return groups


def _touch(one: Box, other: Box) -> bool:
    apart = 1.5
    level = one.top <= other.bottom + apart and other.top <= one.bottom + apart
    return level and one.x0 <= other.x1 + apart and other.x0 <= one.x1 + apart


def _around(boxes: list[Box]) -> Box:
    tops, bottoms = [box.top for box in boxes], [box.bottom for box in boxes]
    return Box(min(box.x0 for box in boxes), min(tops), max(box.x1 for box in boxes), max(bottoms))


def _extracted(one: Any) -> Image | None:
    """Return a picture as it is stored where that is JPEG, else as PNG."""
    try:
        width, height = one.get_px_size()
        if is_decoration(width, height) or width * height > 60_000_000:
            return None
        filters = one.get_filters()
        if filters and filters[-1] == "DCTDecode":
            return usable_image(bytes(one.get_data(decode_simple=True)))
        # Rendered, so that what its mask hides stays hidden.
        return to_png(one.get_bitmap(render=True, scale_to_original=True).to_pil())
    except pdfium.PdfiumError:
        return None


def _rendered(page: Any, box: Box, content: PageContent) -> Image | None:
    """Return a part of the page as it looks."""
    margins = (box.x0, content.height - box.bottom, content.width - box.x1, box.top)
    try:
        bitmap = page.render(scale=_RENDER_SCALE, crop=tuple(max(margin, 0) for margin in margins))
        return to_png(bitmap.to_pil())
    except (pdfium.PdfiumError, ValueError):
        return None
