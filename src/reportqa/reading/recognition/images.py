"""Which images are looked at, and in what form: pixels of three colours, of a size that the models read well."""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

Pixels = NDArray[np.uint8]
# An A4 page at 200 dots an inch is 1654 × 2339; what is larger is made smaller.
LONGEST_SIDE = 2400
_MOST_PIXELS = 100_000_000
_LONGEST_ALLOWED = 20_000
_SMALLEST = 24
# A picture from a screen, with type too small to be found well.
_SMALL = 1000


class UnreadableImage(Exception):
    """An image that is not looked at, with the reason for people: 图像太大（30000×30000 像素）."""


def check_size(width: int, height: int) -> None:
    """Raise UnreadableImage where an image would take the memory of the machine, or is a thread.

    >>> check_size(1654, 2339)
    >>> check_size(20_000, 20_000)
    Traceback (most recent call last):
    reportqa.reading.recognition.images.UnreadableImage: 图像太大（20000×20000 像素，最多 1 亿）
    """
    if width * height > _MOST_PIXELS or max(width, height) > _LONGEST_ALLOWED:
        raise UnreadableImage(f"图像太大（{width}×{height} 像素，最多 {_MOST_PIXELS // 10**8} 亿）")
    if min(width, height) < _SMALLEST:
        raise UnreadableImage(f"图像太小（{width}×{height} 像素）")


def count_frames(data: bytes) -> int:
    """Return how many pages an image file holds; raises UnreadableImage where it is damaged."""
    with _opened(data) as image:
        return int(getattr(image, "n_frames", 1))


def frames_of(data: bytes) -> Iterator[Image.Image]:
    """Yield the pages of an image file, upright as its camera says.

    Raises UnreadableImage where the file is damaged or too large.
    """
    with _opened(data) as image:
        for frame in ImageSequence.Iterator(image):
            check_size(*frame.size)
            yield ImageOps.exif_transpose(frame).copy()


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    try:
        # A picture of absurd size is only warned of by Pillow; here it is refused before it is unpacked.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF")) as image:
                yield image
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, OverflowError) as error:
        raise UnreadableImage("图像损坏") from error
    except Image.DecompressionBombError as error:
        raise UnreadableImage("图像太大") from error


def fitted(image: Image.Image) -> Image.Image:
    """Return an image on white, grey or coloured, a small one at twice its size, none longer than ``LONGEST_SIDE``."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode.startswith("I;16"):
        # Pillow cuts 16 bits off at white.
        image = image.point(lambda value: value / 256)
    image = image.convert("L" if image.mode in ("1", "L", "I;16", "I", "F") else "RGB")
    if max(image.size) < _SMALL:
        image = image.resize((image.width * 2, image.height * 2), Image.Resampling.LANCZOS)
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return image


def pixels_of(image: Image.Image) -> Pixels:
    """Return the pixels as OpenCV has them: rows, columns, blue-green-red."""
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """Return an image turned counter-clockwise: by quarters without loss, else on paper of its own colour."""
    quarters: dict[float, Any] = {
        90: Image.Transpose.ROTATE_90,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_270,
    }
    if degrees in quarters:
        return image.transpose(quarters[degrees])
    paper = tuple(int(channel) for channel in np.atleast_1d(np.median(np.asarray(image), axis=(0, 1))))
    return image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=paper[0] if image.mode == "L" else paper)


def as_jpeg(image: Image.Image) -> bytes:
    """Write an image as it is kept beside its text."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70, optimize=True)
    return out.getvalue()
