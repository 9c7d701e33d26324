"""The frozen records that travel through every stage, and the JSON form in which they leave the program.

A document's text is made once, in reading, and never rewritten: every position below counts code points of that text,
half-open, so that ``document.text[span.start:span.end]`` is the quoted text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from typing import Any, Literal

SCHEMA = 1

Kind = Literal["count", "money", "area", "percent", "ratio", "date", "duration", "rank", "other"]
Bound = Literal[">", ">=", "<", "<="]
Value = int | float | str | list[int] | list[float] | list[str]
Status = Literal["answered", "not_found", "error"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points.

    >>> Span(2, 7).of("招生6191人。")
    '6191人'
    """

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the characters of ``text`` that this span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two spans share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Tell whether ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Prose:
    r"""Running text read through one or several spans of a document, with the way back to the document.

    >>> prose = Prose.read("环境文化四\n 图 9 塑像\n个方面展开。", [Span(0, 5), Span(14, 20)])
    >>> prose.text
    '环境文化四个方面展开。'
    >>> prose.locate(4, 8)
    (Span(start=4, end=5), Span(start=14, end=17))
    >>> prose.envelope(4, 8)
    Span(start=4, end=17)

    ``leads`` are words read before each span that do not stand there: the heads of a table's cell. They have no place
    in the document.

    >>> row = Prose.read("| 甲校 | 1200 |", [Span(7, 11)], ["甲校招生数"])
    >>> row.text, row.locate(0, 9)
    ('甲校招生数1200', (Span(start=7, end=11),))
    """

    text: str
    spans: tuple[Span, ...]
    leads: tuple[str, ...] = ()
    _ends: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Where each span ends in the running text, so that a look-up need not walk over all of them.
        leads = map(len, self.leads) if self.leads else repeat(0)
        lengths = (len(span) + before for span, before in zip(self.spans, leads, strict=False))
        object.__setattr__(self, "_ends", tuple(accumulate(lengths)))

    @classmethod
    def read(cls, text: str, spans: Iterable[Span], leads: Iterable[str] = ()) -> Prose:
        """Read ``spans`` (ascending, disjoint) out of a document's ``text``, each after its lead, if any."""
        before = tuple(leads)
        if before:
            kept = tuple(spans)
            return cls("".join(lead + span.of(text) for lead, span in zip(before, kept, strict=True)), kept, before)
        kept = tuple(span for span in spans if len(span))
        return cls("".join(span.of(text) for span in kept), kept)

    def position(self, offset: int) -> int:
        """Return the document position of the character at ``offset`` of the running text."""
        piece = min(bisect_right(self._ends, offset), len(self.spans) - 1)
        return self.spans[piece].end - min(self._ends[piece] - offset, len(self.spans[piece]))

    def offset(self, position: int) -> int:
        """Return where the character at a document ``position`` stands in the running text.

        >>> Prose("abcd", (Span(0, 2), Span(9, 11))).offset(10)
        3

        A position in a gap is that of the next character kept.
        """
        piece = bisect_right(self.spans, position, key=lambda span: span.end)
        if piece == len(self.spans):
            return len(self.text)
        span = self.spans[piece]
        return self._ends[piece] - len(span) + max(position - span.start, 0)

    def locate(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the document spans of ``text[start:end]``, gaps and leads left out."""
        found: list[Span] = []
        for piece in range(bisect_right(self._ends, start), len(self.spans)):
            span, before = self.spans[piece], self._ends[piece] - len(self.spans[piece])
            if start >= end or before >= end:
                break
            found.append(Span(span.start + max(start - before, 0), span.start + min(end - before, len(span))))
        return tuple(place for place in found if len(place))

    def envelope(self, start: int, end: int) -> Span:
        """Return the one document span from the first to the last character of ``text[start:end]``."""
        pieces = self.locate(start, end)
        return Span(pieces[0].start, pieces[-1].end)


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
    ``pictures`` are only there while an index is built.
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

    def page_at(self, position: int) -> int | None:
        """Return the 1-based page that holds ``position``, or None where the source has no pages."""
        return bisect_right(self.pages, position) or None if self.pages else None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table and its cells, each without the blanks around it; an empty cell is an empty span."""

    span: Span
    cells: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the text: ``heads`` are the rows that name its columns, above its other ``rows``.

    ``caption`` and ``unit`` are what the lines around it say of all of it: 各校招生情况, 万元.
    """

    heads: tuple[Row, ...]
    rows: tuple[Row, ...]
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
class Passage:
    """The unit that is retrieved and cited: whole sentences of one paragraph, at most about 300 characters.

    ``spans`` leaves captions out; ``span`` is the envelope that a citation quotes. A passage of a table is whole rows:
    ``spans`` are cells, and ``leads`` the words that are read before each of them (see :class:`Prose`). Its first and
    last span are empty: there its lines begin and end.
    """

    document: str
    section: tuple[str, ...]
    paragraph: int
    spans: tuple[Span, ...]
    leads: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """The envelope ``[start, end)`` in the document."""
        return Span(self.spans[0].start, self.spans[-1].end)

    def prose(self, text: str) -> Prose:
        """Read the passage out of its document's ``text``."""
        return Prose.read(text, self.spans, self.leads)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the report as data.

    ``parent`` is the start of the figure that this one is a part of: 1455人 in 招生6191人（含技工等学校1455人）.
    ``value`` is a list of two for a range; ``normalized_value`` of a date is ISO 8601 ("2012-10").
    ``bound`` gives the direction of an inexact number: 逾3万人 is ">".
    """

    start: int
    end: int
    text: str
    value: Value
    unit: str
    normalized_value: Value
    normalized_unit: str
    kind: Kind
    indicator: str = ""
    scope: str = ""
    approx: bool = False
    bound: Bound | None = None
    parent: int | None = None
    document: str = ""
    section: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """The place of ``text`` in the document."""
        return Span(self.start, self.end)

    @property
    def stated(self) -> str:
        """The text with its unit, where that stands in the head of a table alone: 1200人."""
        bare = self.kind in ("count", "money", "area", "percent", "duration", "other") and self.text.isascii()
        return self.text + self.unit if bare and self.text[-1:].isdigit() and self.text[:1] not in "$¥" else self.text

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of ``figures --format jsonl``."""
        return {
            "indicator": self.indicator,
            "value": self.value,
            "unit": self.unit,
            "normalized_value": self.normalized_value,
            "normalized_unit": self.normalized_unit,
            "kind": self.kind,
            "scope": self.scope,
            "approx": self.approx,
            "bound": self.bound,
            "text": self.text,
            "document": self.document,
            "start": self.start,
            "end": self.end,
            "parent": self.parent,
            "section": list(self.section),
        }


@dataclass(frozen=True, slots=True)
class Illustration:
    """A 图 N or 表 N caption; ``image`` is None where the picture itself is not in the source."""

    label: str
    caption: str
    document: str
    start: int
    end: int
    section: tuple[str, ...] = ()
    image: str | None = None

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``illustrations``."""
        return {
            "label": self.label,
            "caption": self.caption,
            "document": self.document,
            "start": self.start,
            "end": self.end,
            "image": self.image,
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage as quoted in an answer, with the clauses in it that carry the answer."""

    rank: int
    document: str
    section: tuple[str, ...]
    paragraph: int
    start: int
    end: int
    text: str
    score: float
    highlights: tuple[Span, ...] = ()
    year: int | None = None
    region: str | None = None
    page: int | None = None

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``citations``."""
        return {
            "rank": self.rank,
            "document": self.document,
            "year": self.year,
            "region": self.region,
            "page": self.page,
            "section": list(self.section),
            "paragraph": self.paragraph,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": round(self.score, 4),
            "highlights": [[span.start, span.end] for span in self.highlights],
        }


@dataclass(frozen=True, slots=True)
class CitedFigure:
    """A figure of an answer with the rank of the citation that shows it, None where none does."""

    figure: Figure
    citation: int | None

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``figures``."""
        record = self.figure.to_record()
        del record["section"]
        return record | {"citation": self.citation}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One indicator and scope for which the report gives two or more values."""

    indicator: str
    figures: tuple[CitedFigure, ...]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``conflicts``."""
        return {"indicator": self.indicator, "figures": [figure.to_record() for figure in self.figures]}


@dataclass(frozen=True, slots=True)
class Derivation:
    """Arithmetic over stated figures: 5308 ÷ 6782 = 78.27%."""

    expression: str
    value: float
    text: str
    operands: tuple[CitedFigure, ...]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``derivation``."""
        return {
            "expression": self.expression,
            "value": round(self.value, 6),
            "text": self.text,
            "operands": [operand.to_record() for operand in self.operands],
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """What one report gives for an indicator; ``change`` is by how much it grew on the year before, in percent."""

    year: int | None
    region: str | None
    figure: Figure
    change: float | None = None

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of ``compare --format jsonl``."""
        change = None if self.change is None else round(self.change, 4)
        return {"year": self.year, "region": self.region, "change": change} | self.figure.to_record()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer record: the same through the library, the command line, batch, API and web.

    ``status`` is "not_found" where the report is silent: then ``citations`` are the nearest passages.
    """

    question: str
    status: Status
    answer: str = ""
    verdict: Literal["是", "否"] | None = None
    message: str = ""
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    figures: tuple[CitedFigure, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    derivation: Derivation | None = None
    illustrations: tuple[Illustration, ...] = ()
    id: Any = field(default=None)

    @property
    def found(self) -> bool:
        """Whether the report answers the question."""
        return self.status == "answered"

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object that ``ask --json`` prints."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "question": self.question,
            "status": self.status,
            "answer": self.answer,
            "verdict": self.verdict,
            "message": self.message,
            "confidence": round(self.confidence, 4),
            "citations": [citation.to_record() for citation in self.citations],
            "figures": [figure.to_record() for figure in self.figures],
            "conflicts": [conflict.to_record() for conflict in self.conflicts],
            "derivation": self.derivation.to_record() if self.derivation else None,
            "illustrations": [illustration.to_record() for illustration in self.illustrations],
        }
