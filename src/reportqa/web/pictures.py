"""The pictures of the reports: files of the index folder, served where a caption names one."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, PlainTextResponse, Response

from reportqa.web.library import Library
from reportqa.web.links import PICTURES

# A picture comes out of a document that anyone may have made: whatever it holds, it stays a picture.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}


def offer_pictures(app: FastAPI, library: Library) -> None:
    """Serve the pictures at the addresses of :func:`reportqa.web.links.picture_link`."""

    @app.get("/picture", include_in_schema=False)
    def picture(d: str = "", n: str = "") -> Response:
        file = find_picture(library, d, n)
        if file is None:
            return PlainTextResponse("没有这张图。", 404)
        return FileResponse(file, media_type=PICTURES[file.suffix.lower()], headers=_HEADERS)


def find_picture(library: Library, document: str, name: str) -> Path | None:
    """Return the file of a document's picture, None where the index has none of this name."""
    store = library.qa.store
    images = [*(one.image for one in store.illustrations_in(document)), *(one.image for one in store.scans(document))]
    file = next((Path(image) for image in images if image and Path(image).name == name), None)
    return file and _below(store.path, file)


def _below(folder: Path, image: Path) -> Path | None:
    file = image.resolve()
    inside = file.is_relative_to(folder.resolve())
    return file if inside and file.suffix.lower() in PICTURES and file.is_file() else None
