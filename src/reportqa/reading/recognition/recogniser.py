"""Pages recognised one after the other; what has been recognised once is kept by the hash of its image."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from reportqa.reading.recognition import engine
from reportqa.reading.recognition.corrections import LineCorrections
from reportqa.reading.recognition.images import fitted
from reportqa.reading.recognition.lines import Symbol, TextLine
from reportqa.reading.recognition.pages import Recognised, Stance, recognise_page
from reportqa.reading.recognition.regions import Region
from reportqa.reading.recognition.rules import Ruling

# Changes with this room: what another version of it has kept is recognised again.
_VERSION = 4
Tell = Callable[[str, int, int], None]


class Recogniser:
    """Recognises images, and keeps what it found in a folder, so that a build that is interrupted loses no page.

    >>> page = Recogniser(Path("index/recognised")).read(Image.open("page.png"))     # doctest: +SKIP
    >>> page.lines[0].text                                                           # doctest: +SKIP
    '一、总体概况'

    ``folder`` None keeps nothing; ``corrections`` are those of the file that is read.
    ``tell`` is called with what is done in words, the pages done and their number.
    """

    def __init__(
        self, folder: Path | None = None, tell: Tell | None = None, corrections: LineCorrections | None = None
    ) -> None:
        self._folder = folder
        self.corrections = corrections or LineCorrections()
        self.tell: Tell = tell or (lambda stage, done, total: None)

    def read(self, image: Image.Image) -> Recognised:
        """Recognise one image; raises UnreadableImage where it takes minutes."""
        image = fitted(image)
        file = self._file(image)
        if file is not None:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, IndexError):
                return _from_record(json.loads(file.read_text("utf-8")), image)
        page, stance = recognise_page(image)
        if file is not None:
            # A full disk stops the build where the index is written; what is kept here only saves time.
            with contextlib.suppress(OSError):
                _write(file, _to_record(page, stance))
        return page

    def _file(self, image: Image.Image) -> Path | None:
        if self._folder is None:
            return None
        key = hashlib.sha256(f"{_VERSION} {engine.version()} {image.mode} {image.size}".encode())
        key.update(image.tobytes())
        return self._folder / f"{key.hexdigest()[:40]}.json"


def _write(file: Path, record: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    beside.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    beside.replace(file)


def _to_record(page: Recognised, stance: Stance) -> dict[str, Any]:
    lines = [
        {
            "symbols": [(s.char, round(s.x0, 1), round(s.x1, 1), round(s.score, 4)) for s in line.symbols],
            "place": [line.top, line.bottom, line.size, line.score],
        }
        for line in page.lines
    ]
    return {"stance": stance, "lines": lines, "across": page.across, "down": page.down, "drawings": page.drawings}


def _from_record(record: dict[str, Any], image: Image.Image) -> Recognised:
    lines = tuple(
        TextLine(tuple(Symbol(*symbol) for symbol in line["symbols"]), *line["place"]) for line in record["lines"]
    )
    across, down = (tuple(Ruling(*rule) for rule in record[name]) for name in ("across", "down"))
    drawings = tuple(Region(*region) for region in record["drawings"])
    return Recognised(Stance(*record["stance"]).straighten(image), lines, across, down, drawings)
