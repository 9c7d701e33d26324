"""Pages whose text was recognised: their image, and where on it each line of the text stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Of a hundred figures read with less than this, several are wrong (benchmarks/ocr.py); they are shown with a caution.
SURE = 0.9


def width_of(char: str) -> float:
    """Return how wide a character is in print, of a Chinese one: figures and letters are half as wide."""
    return 0.5 if char.isascii() else 1.0


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A line of a page's image with the range of the text that it was read as.

    ``box`` is left, top, right and bottom in pixels; ``score`` how sure the line is, 0 to 1, and ``doubts`` the
    characters of it that are not, by their places in the text. ``read`` is what was recognised and ``said`` what a
    person has put in its place, of the whole line where a gap cuts it in two.
    """

    start: int
    end: int
    box: tuple[int, int, int, int]
    score: float
    doubts: tuple[tuple[int, float], ...] = ()
    read: str = ""
    said: str = ""

    @property
    def is_doubtful(self) -> bool:
        """Whether someone should hold the line against its image.

        >>> ScanLine(0, 7, (0, 0, 90, 12), 0.97, ((3, 0.62),)).is_doubtful
        True
        """
        return self.score < SURE or bool(self.doubts)

    def sureness(self, start: int, end: int) -> float:
        """Return how sure the least sure character of a range is, or the line where that tells no doubt.

        >>> ScanLine(0, 7, (0, 0, 90, 12), 0.97, ((3, 0.62),)).sureness(2, 6)
        0.62
        """
        return min([self.score, *(score for place, score in self.doubts if start <= place < end)])


@dataclass(frozen=True, slots=True)
class Scan:
    """A page, or a picture in one, that was recognised: its image as JPEG with its size in pixels, and its lines.

    ``page`` is its number, from 1, None where the file has no pages. ``image`` is its file in the index; ``data`` is
    only there while an index is built.
    """

    page: int | None
    width: int
    height: int
    lines: tuple[ScanLine, ...]
    data: bytes = field(default=b"", repr=False)
    image: str = ""
    is_picture: bool = False

    def lines_in(self, start: int, end: int) -> list[ScanLine]:
        """Return the lines that show a range of the text."""
        return [line for line in self.lines if line.start < end and start < line.end]


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of a page's image that shows a quote: its box and the boxes of what is marked in it, in pixels.

    ``score`` is how sure the least sure line of it is; ``is_picture`` tells a picture in a page from the page.
    """

    page: int | None
    image: str
    size: tuple[int, int]
    box: tuple[int, int, int, int]
    marks: tuple[tuple[int, int, int, int], ...]
    score: float
    is_picture: bool = False

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Cut:
        """Return the part of an image that :meth:`to_record` wrote."""
        marks = tuple(tuple(box) for box in record["marks"])
        places = tuple(record["size"]), tuple(record["box"]), marks
        return cls(record["page"], record["image"], *places, record["score"], record["picture"])

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of a citation's ``scans``."""
        return {
            "page": self.page,
            "picture": self.is_picture,
            "image": self.image,
            "size": list(self.size),
            "box": list(self.box),
            "marks": [list(mark) for mark in self.marks],
            "score": round(self.score, 4),
        }
