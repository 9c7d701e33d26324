"""Addresses within the app: every answer and every place in a report has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, get_args
from urllib.parse import urlencode

from reportqa.text.records import Citation, Figure, Illustration, Span

PageName = Literal["ask", "read", "data", "batch", "library", "feedback"]
_PAGES: dict[str, PageName] = {name: name for name in get_args(PageName)}
# The forms of pictures that a browser shows.
PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".svg": "image/svg+xml",
}
_DIGITS = 12
_LONGEST = 2000
_MOST_REPORTS = 1000


@dataclass(frozen=True, slots=True)
class Address:
    """What an address of the app asks for.

    >>> address = Address.read({"d": "报告.txt", "s": "5", "e": "13"})
    >>> address.page, address.document, address.place
    ('read', '报告.txt', Span(start=5, end=13))

    ``previous`` is the question that ``question`` is asked on top of; ``reports`` are those that it is put to, none
    where that is all of them.

    Anyone may have written it: what it holds is text, cut to a length, and what makes no sense counts as not there.
    """

    page: PageName
    question: str | None
    previous: str
    reports: tuple[str, ...]
    document: str
    place: Span | None
    words: str

    @classmethod
    def read(cls, query: Mapping[str, object]) -> Address:
        """Read the query of an address, its values as text."""
        given = query.get("in", ())
        named = given if isinstance(given, list | tuple) else [given]
        reports = tuple(dict.fromkeys(str(name)[:_LONGEST] for name in named[:_MOST_REPORTS] if name))
        values = {name: str(value)[:_LONGEST] for name, value in query.items()}
        document = values.get("d", "")
        page = _PAGES.get(values.get("p", ""), "read" if document else "ask")
        question, previous, words = (values.get(name, "") for name in ("q", "after", "f"))
        asked = question if "q" in values else None
        return cls(page, asked, previous, reports, document, _place(values), words.strip())


def link(**query: str | int | Sequence[str]) -> str:
    """Make the address, relative to the page, that leads to an answer or a place.

    >>> link(q="招生多少人？")
    '?q=%E6%8B%9B%E7%94%9F%E5%A4%9A%E5%B0%91%E4%BA%BA%EF%BC%9F'
    """
    return f"?{urlencode(query, doseq=True)}"


def answer_link(question: str, reports: Sequence[str] = ()) -> str:
    """Make the address of the answer to a question, put to some reports or, where none is named, to all of them.

    >>> answer_link("招生？", ["甲.txt", "乙.txt"])
    '?q=%E6%8B%9B%E7%94%9F%EF%BC%9F&in=%E7%94%B2.txt&in=%E4%B9%99.txt'
    """
    return link(q=question, **{"in": tuple(reports)})


def page_link(citation: Citation, page: int) -> str:
    """Make the address of the picture of a page, the words that carry the answer marked.

    >>> page_link(Citation(1, "年报.pdf", (), 1, 50, 60, "招生6191人", 0.9), 3)
    'page?d=%E5%B9%B4%E6%8A%A5.pdf&n=3&s=50&e=60'
    """
    spans = citation.highlights or (Span(citation.start, citation.end),)
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    return f"page{link(d=citation.document, n=page, s=start, e=end)}"


def place_link(record: Figure | Citation | Illustration) -> str:
    """Make the address of a record's place in its document."""
    # A picture without a caption stands between two characters.
    return link(d=record.document, s=record.start, e=max(record.end, record.start + 1))


def picture_link(illustration: Illustration) -> str:
    """Make the address of an illustration's picture, "" where there is none that a browser shows.

    >>> picture_link(Illustration("图 3", "学生规模", "甲.docx", 70, 80, image="index/generation-1/picture-3.png"))
    'picture?d=%E7%94%B2.docx&n=picture-3.png'
    """
    image = PurePath(illustration.image or "")
    return f"picture{link(d=illustration.document, n=image.name)}" if image.suffix.lower() in PICTURES else ""


def scan_link(document: str, image: str) -> str:
    """Make the address of a page's image."""
    return f"picture{link(d=document, n=PurePath(image).name)}"


def _place(values: Mapping[str, str]) -> Span | None:
    start, end = (values.get(name, "") for name in "se")
    if not all(number.isdecimal() and len(number) <= _DIGITS for number in (start, end)):
        return None
    return Span(int(start), int(end)) if int(start) < int(end) else None
