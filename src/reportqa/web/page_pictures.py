"""The pages of a PDF as pictures, the words of a citation marked: drawn when somebody looks, and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, PlainTextResponse, Response

from reportqa.errors import ReportQAError
from reportqa.reading.pdf.picture import draw_page
from reportqa.text.records import Span
from reportqa.web.library import Library

_MEDIA = "image/png"
_MOST_KEPT = 200


def offer_pages(app: FastAPI, library: Library, scratch: Path) -> None:
    """Serve the pages at the addresses of :func:`reportqa.web.links.page_link`; drawn ones lie under ``scratch``."""
    folder = scratch / "pages"
    folder.mkdir(exist_ok=True)

    @app.get("/page", include_in_schema=False)
    def page(d: str = "", n: int = 0, s: int = 0, e: int = 0) -> Response:
        try:
            drawn = _drawn(library, folder, d, n, Span(s, e))
        except ReportQAError as error:
            return PlainTextResponse(str(error), 404)
        if drawn is None:
            return PlainTextResponse("没有这一页的原样。", 404)
        return FileResponse(drawn, media_type=_MEDIA, headers={"Cache-Control": "private, no-cache"})


def _drawn(library: Library, folder: Path, name: str, number: int, place: Span) -> Path | None:
    """Return the file of a page's picture, None where there is no such PDF or page any more."""
    source = library.file_of(name)
    if source is None or source.suffix.lower() != ".pdf":
        return None
    document = library.qa.document(name)
    if not 1 <= number <= len(document.pages):
        return None
    key = (document.digest, source.stat().st_mtime_ns, number, place.start, place.end)
    kept = folder / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.png"
    if not kept.exists():
        _make_room(folder)
        words = _whole_rows(document.text, place).of(document.text)
        picture = draw_page(source.read_bytes(), source.name, number, words)
        written = kept.with_suffix(".part")
        written.write_bytes(picture)
        written.replace(kept)
    return kept


def _whole_rows(text: str, place: Span) -> Span:
    """Take in the whole of a table's row: the number of a cell stands in many places of a page."""
    start, end = text.rfind("\n", 0, place.start) + 1, text.find("\n", place.end)
    row = Span(start, end if end >= 0 else len(text))
    return row if text[row.start : row.start + 1] == "|" else place


def _make_room(folder: Path) -> None:
    pictures = sorted(folder.glob("*.png"), key=lambda file: file.stat().st_mtime)
    for oldest in pictures[: max(len(pictures) - _MOST_KEPT + 1, 0)]:
        oldest.unlink(missing_ok=True)
