"""Pages that are images: recognised one after the other, each as a page of a PDF, characters and lines in points."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from PIL import Image as Pillow

from reportqa.reading.blocks import Image
from reportqa.reading.pdf.content import Box, Glyph, PageContent, Rule, Shown
from reportqa.reading.recognition import (
    LEADERS,
    Recognised,
    Recogniser,
    Region,
    TextLine,
    UnreadableImage,
    as_jpeg,
)
from reportqa.reading.recognition.placing import scan_of
from reportqa.reading.source import Source
from reportqa.text.records import Scan
from reportqa.text.records.scans import SURE

# Of one size is what differs by less: a pixel more or less of ink is no other type, and figures tell their size badly.
_SAME_SIZE, _SAME_FIGURES = 0.09, 0.25
# Where the middle of a line of type lies above its baseline, of its size.
_MIDDLE = 0.38
_A4 = 842.0
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CONTENTS_HEAD = re.compile(r"目\s*[录錄次]")
_LEADERS = re.compile(r"(?:[.．·]{2}|…)[.．·…\s]*\d{0,4}$|^[.．·…\s]+\d{0,4}$")
_NAMED = 30


class ImagePages:
    """The pages of one file that are images; ``name`` is the file's, for the progress."""

    def __init__(self, name: str, recogniser: Recogniser) -> None:
        self._name = name
        self._recogniser = recogniser
        self._seen: dict[int, Recognised] = {}
        self._failures: dict[str, list[int]] = defaultdict(list)

    def read(self, number: int, image: Callable[[], Pillow.Image], width: float | None = None) -> PageContent | None:
        """Return what a page shows, None where nothing can be made out; ``width`` is in points."""
        try:
            page = self._recogniser.corrections.applied(self._recogniser.read(image()), number + 1)
        except UnreadableImage as error:
            self._failures[f"{error}，没有识别"].append(number)
            return None
        if not page.lines:
            self._failures["的图像里没有认出文字"].append(number)
            return None
        self._seen[number] = page
        return content_of(page, width)

    def tell(self, done: int, total: int) -> None:
        """Tell how many pages are done, of how many."""
        self._recogniser.tell(f"识别 {self._name}", done, total)

    def notes(self) -> Iterator[str]:
        """Say which pages were not read, and which not well."""
        for reason, numbers in self._failures.items():
            yield f"{named_pages(numbers)}{reason}。"
        corrections = self._recogniser.corrections
        if unused := [words for page, words in corrections.said if (page, words) not in corrections.used]:
            yield f"识别更正.csv 里有 {len(unused)} 行没有用上：{'、'.join(unused[:3])[:60]}。"
        poor = [number for number, page in self._seen.items() if _sureness(page) < SURE]
        if poor:
            yield f"{named_pages(poor)}的图像不清楚，识别出的文字请对照图像核对。"

    def scans(self, source: Source) -> tuple[Scan, ...]:
        """Return the records of the pages, given the text that was made of them."""
        ends = (*source.pages[1:], len(source.text))
        return tuple(
            scan_of(page, number + 1, source.text, source.pages[number], ends[number])
            for number, page in self._seen.items()
        )


def named_pages(numbers: Iterable[int]) -> str:
    """Name pages, counted from 0, for people.

    >>> named_pages([5, 6])
    '第 6、7 页'
    """
    named = [str(number + 1) for number in numbers]
    more = f"等 {len(named)} 页" if len(named) > _NAMED else "页"
    return f"第 {'、'.join(named[:_NAMED])} {more}"


def content_of(page: Recognised, width: float | None = None) -> PageContent:
    """Return what a recognised page holds; ``width`` is that of the page in points, for A4 where it is not known."""
    scale = width / page.image.width if width else _A4 / max(page.image.size)
    content = PageContent(page.image.width * scale, page.image.height * scale, scanned=True)
    body = _body_size(page)
    contents = any(_CONTENTS_HEAD.fullmatch(line.text) or line.text.endswith(LEADERS) for line in page.lines)
    for line in page.lines:
        if any(_inside(line, region) for region in page.drawings):
            continue
        # Leaders are recognised as they please; the page numbers behind them are not always found.
        if not (contents and _LEADERS.search(line.text)):
            same = _SAME_SIZE if _HAN.search(line.text) else _SAME_FIGURES
            content.glyphs += _glyphs(line, body if abs(line.size - body) <= body * same else line.size, scale)
    content.pictures = [_shown(page, region, scale) for region in page.drawings]
    content.across = [Rule(*(value * scale for value in rule)) for rule in page.across]
    content.down = [Rule(*(value * scale for value in rule)) for rule in page.down]
    return content


def _inside(line: TextLine, region: Region) -> bool:
    middle = (line.x0 + line.x1) / 2, (line.top + line.bottom) / 2
    return region.left <= middle[0] <= region.right and region.top <= middle[1] <= region.bottom


def _shown(page: Recognised, region: Region, scale: float) -> Shown:
    """Cut a drawing out of its page, as the picture that it would be in a file."""
    left, top, right, bottom = (round(side) for side in region)
    cut = page.image.crop((left, top, right, bottom))
    return Shown(Box(*(side * scale for side in region)), Image(".jpg", as_jpeg(cut)))


def _body_size(page: Recognised) -> float:
    """Return the size in which most characters are set."""
    sizes = sorted(line.size for line in page.lines for _ in line.symbols)
    return sizes[len(sizes) // 2] if sizes else 0.0


def _glyphs(line: TextLine, size: float, scale: float) -> list[Glyph]:
    base = (line.top + line.bottom) / 2 + size * _MIDDLE
    return [
        Glyph(symbol.char, symbol.x0 * scale, symbol.x1 * scale, base * scale, size * scale, bold=False)
        for symbol in line.symbols
    ]


def _sureness(page: Recognised) -> float:
    return statistics.mean(symbol.score for line in page.lines for symbol in line.symbols)
