"""What the pictures of a file say: recognised, and put into the text behind each of them."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from PIL import Image as Pillow

from reportqa.reading.blocks import AnyBlock, Block, Image, PictureBlock, decorations
from reportqa.reading.pipe_tables import PipeCell, PipeTable, write_grid
from reportqa.reading.recognition import Recogniser, TextLine, UnreadableImage, check_size
from reportqa.reading.recognition.charts import Chart, read_chart
from reportqa.text.forms import IN_PICTURE

# Smaller ones are signs and signatures.
_LEAST_WIDTH, _LEAST_HEIGHT = 120, 60
_CAPTION = re.compile(r"\s*附?[图表]\s*[\d一二三四五六七八九十]")
_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z]|\d")
# Letters on a photograph, a plate or a poster, are guesses.
_SURE = 0.8


def read_pictures(
    blocks: Sequence[AnyBlock], recogniser: Recogniser, name: str
) -> tuple[list[AnyBlock], tuple[str, ...]]:
    """Return the blocks with what each picture says behind it and its caption, and lines on what was not read."""
    plain = decorations(blocks)
    total = sum(image.data not in plain for block in blocks for image in block.images)
    reader = _Reader(recogniser, f"识别 {name} 的图片", total)
    found: list[AnyBlock] = []
    waiting: list[AnyBlock] = []
    for block in blocks:
        captioned = isinstance(block, Block) and bool(_CAPTION.match(block.words)) and not block.images
        if not captioned and (block.words or block.images):
            found += waiting
            waiting = []
        found.append(block)
        waiting += [said for image in block.images if image.data not in plain and (said := reader.read(image))]
        if captioned:
            found += waiting
            waiting = []
    return [*found, *waiting], reader.notes()


class _Reader:
    """Reads pictures one after the other; the same picture once."""

    def __init__(self, recogniser: Recogniser, stage: str, total: int) -> None:
        self._recogniser = recogniser
        self._stage = stage
        self._total = total
        self._done = 0
        self._failures: Counter[str] = Counter()

    def read(self, image: Image) -> PictureBlock | None:
        try:
            opened = _opened(image)
            page = self._recogniser.read(opened) if opened else None
        except UnreadableImage as error:
            self._failures[str(error)] += 1
            return None
        finally:
            self._done += 1
            self._recogniser.tell(self._stage, self._done, self._total)
        if page is None:
            return None
        lines = tuple(line for line in page.lines if line.score >= _SURE and _WORDS.search(line.text))
        return PictureBlock(tuple(_written(lines)), replace(page, lines=lines)) if lines else None

    def notes(self) -> tuple[str, ...]:
        """Say which pictures were not read."""
        return tuple(f"{count} 张图片没有识别：{reason}。" for reason, count in self._failures.items())


def _opened(image: Image) -> Pillow.Image | None:
    try:
        with Pillow.open(io.BytesIO(image.data)) as picture:
            check_size(*picture.size)
            large = picture.width >= _LEAST_WIDTH and picture.height >= _LEAST_HEIGHT
            return picture.copy() if large else None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableImage("图像损坏") from error


def _written(lines: Sequence[TextLine]) -> Iterator[str]:
    """Write a chart as a table, anything else line by line."""
    chart = read_chart(lines)
    if chart is None:
        yield f"{IN_PICTURE}：{'；'.join(line.text for line in lines)}"
        return
    yield from write_grid(_grid(chart)).block


def _grid(chart: Chart) -> PipeTable:
    heads = [PipeCell(0, 0, 1, 1, IN_PICTURE)]
    heads += [PipeCell(0, column, 1, 1, name) for column, (name, _) in enumerate(chart.series, 1)]
    cells = [PipeCell(row, 0, 1, 1, label) for row, label in enumerate(chart.labels, 1)]
    cells += [
        PipeCell(row, column, 1, 1, value)
        for column, (_, values) in enumerate(chart.series, 1)
        for row, value in enumerate(values, 1)
    ]
    return PipeTable((*heads, *cells), 1)
