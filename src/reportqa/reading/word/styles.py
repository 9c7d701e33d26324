"""Styles of a Word document: which paragraphs are headings, titles, or lines of a table of contents."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from reportqa.reading.word.package import attribute, child, local

_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"(?:sub)?title|副?标题|副?標題|文档标题", re.IGNORECASE)
_CONTENTS = re.compile(
    r"toc\s*\d|toc heading|(?:wps\s*office)?(?:手动|自动)?目录\s*\d?|目錄\s*\d?|table of figures|图表目录",
    re.IGNORECASE,
)
_BODY_LEVEL = 9
_LEAST_LIFT = 5


class Role(NamedTuple):
    """What a paragraph is for the reader: a heading of some level (0: none), a title, a line of the contents."""

    level: int = 0
    title: bool = False
    contents: bool = False


class Numbered(NamedTuple):
    """The list that a paragraph belongs to, and how deep in it."""

    list_id: str
    level: int


class Styles:
    """The styles of a document, each with those that it is based on."""

    def __init__(self, root: Any) -> None:
        styles = [] if root is None else [one for one in root if local(one) == "style"]
        self._styles = {attribute(style, "styleId") or "": style for style in styles}
        paragraphs = [style for style in styles if attribute(style, "type") == "paragraph"]
        default = next((style for style in paragraphs if attribute(style, "default") in ("1", "true", "on")), None)
        self._default = attribute(default, "styleId") or ""

    def role(self, properties: Any) -> Role:
        """Tell what a paragraph with these properties (w:pPr, may be None) is."""
        direct = _outline(properties)
        chain = self._chain(properties)
        names = [(attribute(child(style, "name"), "val") or "").strip() for style in chain]
        if any(_CONTENTS.fullmatch(name) for name in names):
            return Role(contents=True)
        if any(_TITLE.fullmatch(name) for name in names):
            return Role(title=True)
        if direct is not None:
            return Role(level=direct)
        for name, style in zip(names, chain, strict=True):
            heading = _HEADING.fullmatch(name)
            level = int(heading[1]) if heading else _outline(child(style, "pPr"))
            if level is not None:
                return Role(level=level)
        return Role()

    def numbered(self, properties: Any) -> Numbered | None:
        """Return the list of a paragraph, from its own properties or from its style."""
        number, level = None, None
        for one in (properties, *(child(style, "pPr") for style in self._chain(properties))):
            numbering = child(one, "numPr")
            number = number or attribute(child(numbering, "numId"), "val")
            level = level or attribute(child(numbering, "ilvl"), "val")
        if number in (None, "", "0"):
            return None
        return Numbered(number or "", int(level) if level and level.isdecimal() else 0)

    def style_of(self, properties: Any) -> str:
        """Return the id of a paragraph's style."""
        return attribute(child(properties, "pStyle"), "val") or self._default

    def raises(self, run: Any) -> bool:
        """Tell whether the characters of a run stand raised, by its own properties or by its style."""
        own = child(run, "rPr")
        style = self._styles.get(attribute(child(own, "rStyle"), "val") or "")
        for one in (own, child(style, "rPr")):
            align = attribute(child(one, "vertAlign"), "val")
            if align is not None:
                return align == "superscript"
            lift, size = (attribute(child(one, name), "val") for name in ("position", "sz"))
            # In half points; smaller type that is lifted by a third of its size is a mark, a little lift is layout.
            if lift and lift.isdecimal() and int(lift) >= max(int(size or 0) / 3, _LEAST_LIFT):
                return True
        return False

    def _chain(self, properties: Any) -> list[Any]:
        """Return a paragraph's style and those that it is based on, the nearest first; a circle ends."""
        chain: list[Any] = []
        name = self.style_of(properties)
        while name in self._styles and self._styles[name] not in chain:
            chain.append(self._styles[name])
            name = attribute(child(chain[-1], "basedOn"), "val") or ""
        return chain


def _outline(properties: Any) -> int | None:
    """Return the heading level that properties name: 0 for body text, None where they do not say."""
    value = attribute(child(properties, "outlineLvl"), "val")
    if value is None or not value.isdecimal():
        return None
    return 0 if int(value) >= _BODY_LEVEL else int(value) + 1
