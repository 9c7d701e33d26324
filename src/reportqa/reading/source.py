"""What a reader hands over: the text of a file, and what else the file tells of it."""

from __future__ import annotations

from dataclasses import dataclass

from reportqa.text.records import Picture, Scan


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file; ``title`` is "" where only the text itself may tell it.

    ``pages`` holds the start of each page, for files that have pages. ``notes`` says, a line each, what of the file was
    not read: 第 6、7 页的字画成了图形，没有读. ``scans`` are the pages whose text was recognised.
    """

    text: str
    pages: tuple[int, ...] = ()
    pictures: tuple[Picture, ...] = ()
    title: str = ""
    notes: tuple[str, ...] = ()
    scans: tuple[Scan, ...] = ()
