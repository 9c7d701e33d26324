"""Addresses within the app: every answer and every place in a report has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from reportqa.datamodel import Citation, Figure, Illustration, Span

PageName = Literal["ask", "read", "data", "batch", "library"]
_PAGES: dict[str, PageName] = {"ask": "ask", "read": "read", "data": "data", "batch": "batch", "library": "library"}
_DIGITS = 12
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Address:
    """What an address of the app asks for.

    >>> Address.read({"d": "报告.txt", "s": "5", "e": "13"})
    Address(page='read', question=None, document='报告.txt', place=Span(start=5, end=13), words='')

    Anyone may have written it: what it holds is text, cut to a length, and what makes no sense counts as not there.
    """

    page: PageName
    question: str | None
    document: str
    place: Span | None
    words: str

    @classmethod
    def read(cls, query: Mapping[str, object]) -> Address:
        """Read the query of an address, its values as text."""
        values = {name: str(value)[:_LONGEST] for name, value in query.items()}
        document = values.get("d", "")
        page = _PAGES.get(values.get("p", ""), "read" if document else "ask")
        return cls(page, values.get("q"), document, _place(values), values.get("f", "").strip())


def link(**query: str | int) -> str:
    """Make the address, relative to the page, that leads to an answer or a place.

    >>> link(q="招生多少人？")
    '?q=%E6%8B%9B%E7%94%9F%E5%A4%9A%E5%B0%91%E4%BA%BA%EF%BC%9F'
    """
    return f"?{urlencode(query)}"


def place_link(record: Figure | Citation | Illustration) -> str:
    """Make the address of a record's place in its document."""
    return link(d=record.document, s=record.start, e=record.end)


def _place(values: Mapping[str, str]) -> Span | None:
    start, end = (values.get(name, "") for name in "se")
    if not all(number.isdecimal() and len(number) <= _DIGITS for number in (start, end)):
        return None
    return Span(int(start), int(end)) if int(start) < int(end) else None
