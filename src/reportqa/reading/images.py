"""Pictures of a file: which ones show something, in a form that a browser shows."""

from __future__ import annotations

import base64
import binascii
import io
import struct
import warnings
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from PIL import Image as Pillow

from reportqa.reading.blocks import Image

_SHOWN = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp"}
_CONVERTED = frozenset({"BMP", "DIB", "TIFF", "JPEG2000", "PPM", "PCX"})
# Bullets, rules and icons are smaller.
_SMALLEST = 40
_LARGEST = 60_000_000
_MOST_BYTES = 50 * 2**20


def usable_image(data: bytes) -> Image | None:
    """Return a picture as a browser shows it; None for a decoration, a damaged one, or a form that no browser knows.

    PNG, JPEG, GIF and WebP stay as they are, BMP, TIFF and JPEG 2000 become PNG; Windows metafiles are left out.
    """
    try:
        # A picture of absurd size is only warned of; here it is refused, by the next line.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(io.BytesIO(data)) as picture:
                return _usable(picture, data)
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, Pillow.DecompressionBombError, OverflowError):
        return None


def is_metafile(data: bytes) -> bool:
    """Tell whether the bytes of a picture are drawing commands of Windows: WMF, EMF."""
    return data.startswith((b"\xd7\xcd\xc6\x9a", b"\x01\x00\t\x00")) or data[40:44] == b" EMF"


def is_decoration(width: float, height: float) -> bool:
    """Tell whether a picture of so many pixels is too small to show anything.

    >>> is_decoration(600, 4), is_decoration(320, 200)
    (True, False)
    """
    return min(width, height) < _SMALLEST


def to_png(picture: Pillow.Image) -> Image:
    """Write a picture as PNG, on white where it lets the page shine through."""
    if picture.mode == "RGBA":
        white = Pillow.new("RGBA", picture.size, "white")
        picture = Pillow.alpha_composite(white, picture).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return Image(".png", out.getvalue())


def linked_image(link: str, folder: Path) -> Image | None:
    """Return the picture that a link names: in the link itself, or in a file at or below ``folder``, never on the net.

    >>> linked_image("https://example.org/a.png", Path("corpus")) is None
    True
    """
    data = _inline_data(link) if link[:5].lower() == "data:" else _file_data(link, folder)
    return usable_image(data) if data else None


def _usable(picture: Pillow.Image, data: bytes) -> Image | None:
    if is_decoration(*picture.size) or picture.width * picture.height > _LARGEST:
        return None
    suffix = _SHOWN.get(picture.format or "")
    if suffix:
        return Image(suffix, data)
    if picture.format not in _CONVERTED:
        return None
    return to_png(picture if picture.mode in ("L", "RGB", "RGBA", "1", "P") else picture.convert("RGB"))


def _inline_data(link: str) -> bytes:
    kind, _, words = link[5:].partition(",")
    try:
        return base64.b64decode(unquote(words)) if kind.lower().endswith(";base64") else unquote_to_bytes(words)
    except (binascii.Error, ValueError):
        return b""


def _file_data(link: str, folder: Path) -> bytes:
    try:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path or parts.path.startswith(("/", "\\")):
            return b""
        file = (folder / unquote(parts.path)).resolve()
        below = file.is_relative_to(folder.resolve()) and file.is_file()
        return file.read_bytes() if below and file.stat().st_size <= _MOST_BYTES else b""
    except (OSError, ValueError, RuntimeError):
        return b""
