"""A report and what it is made of: sections, paragraphs, tables, passages, pictures with their captions."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from reportqa.text.records.scans import Scan
from reportqa.text.records.spans import Prose, Span


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a source file: the text position that it stands at, its file ending (".png") and its bytes."""

    position: int
    suffix: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One report: its file name, its text, and what the text says of itself.

    ``pages`` holds the start of each page for sources that have pages; ``year`` and ``region`` are None where unknown.
    ``genre`` is the kind of report that its title names (质量年度报告, 工作报告, 统计公报), "" where it names none.
    ``pictures`` are only there while an index is built, and so are ``scans``, the pages whose text was recognised.
    ``notes`` are lines on what of the file was not read.
    """

    name: str
    text: str
    digest: str
    title: str = ""
    year: int | None = None
    region: str | None = None
    pages: tuple[int, ...] = ()
    genre: str = ""
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
    scans: tuple[Scan, ...] = ()

    def page_at(self, position: int) -> int | None:
        """Return the 1-based page that holds ``position``, or None where the source has no pages."""
        return bisect_right(self.pages, position) or None if self.pages else None


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a table and its cells, each without the blanks around it; an empty cell is an empty span."""

    span: Span
    cells: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the text: ``heads`` are the rows that name its columns, above its other ``rows``.

    ``caption`` and ``unit`` are what the lines around it say of all of it: 各校招生情况, 万元.
    """

    heads: tuple[TableRow, ...]
    rows: tuple[TableRow, ...]
    caption: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of prose; several spans where a caption or a bare line end cuts it in two.

    ``number`` counts from 1 within the section. A ``table`` is a paragraph too: its lines are one span.
    """

    document: str
    section: tuple[str, ...]
    number: int
    spans: tuple[Span, ...]
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the paragraphs that stand under it, before the next heading of any level.

    ``path`` runs from the outermost heading to this one; the text before the first heading has an empty path.
    """

    document: str
    path: tuple[str, ...]
    level: int
    heading: Span | None
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table's passage: the range of the running text that reads it, its place, and its heads.

    The mark that ends a cell belongs to its range; the caption before the first cell, to that. Of a cell that is cut
    into sentences each is one.
    """

    start: int
    end: int
    span: Span
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved and cited: whole sentences of one paragraph, at most about 300 characters.

    ``spans`` leaves captions out; ``span`` is the envelope that a citation quotes. A passage of a table is whole
    ``rows`` of cells: ``spans`` are what is read of them, and ``leads`` the words that are read before each (see
    :class:`Prose`). Its first and last span are empty: there its lines begin and end.
    """

    document: str
    section: tuple[str, ...]
    paragraph: int
    spans: tuple[Span, ...]
    leads: tuple[str, ...] = ()
    rows: tuple[tuple[TableCell, ...], ...] = ()

    @property
    def span(self) -> Span:
        """The envelope ``[start, end)`` in the document."""
        return Span(self.spans[0].start, self.spans[-1].end)

    def prose(self, text: str) -> Prose:
        """Read the passage out of its document's ``text``."""
        return Prose.read(text, self.spans, self.leads)


@dataclass(frozen=True, slots=True)
class Illustration:
    """A 图 N or 表 N caption; ``image`` is None where the source has no picture of it; ``tabled``: it has a table."""

    label: str
    caption: str
    document: str
    start: int
    end: int
    section: tuple[str, ...] = ()
    image: str | None = None
    tabled: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the source holds what the caption names, as a picture or as a table."""
        return self.tabled or self.image is not None

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``illustrations``."""
        return {
            "label": self.label,
            "caption": self.caption,
            "document": self.document,
            "start": self.start,
            "end": self.end,
            "image": self.image,
            "tabled": self.tabled,
        }
