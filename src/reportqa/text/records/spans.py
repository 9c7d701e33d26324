"""Places in a text: half-open ranges of code points, and running text read through several of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, repeat


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

    def apart(self) -> Prose:
        r"""Return the same text with a line break where two spans meet and would make one number of two.

        >>> Prose.read("余额882.40\n2021年", [Span(0, 8), Span(9, 14)]).apart().text
        '余额882.40\n2021年'
        """
        leads = list(self.leads) or [""] * len(self.spans)
        for index, at in enumerate(self._ends[:-1], start=1):
            meeting = self.text[at - 1 : at + 1]
            if not leads[index] and len(meeting) == 2 and all(mark.isdigit() or mark in ".,，．" for mark in meeting):
                leads[index] = "\n"
        if "\n" not in leads:
            return self
        pieces = (self.text[end - len(span) : end] for span, end in zip(self.spans, self._ends, strict=True))
        return Prose("".join(lead + piece for lead, piece in zip(leads, pieces, strict=True)), self.spans, tuple(leads))

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
        """Return the one document span from the first to the last character of ``text[start:end]``.

        What lies in a lead alone stands nowhere in the document: its place is the empty one before what it leads.

        >>> Prose.read("| 甲校 | 1200 |", [Span(7, 11)], ["甲校招生数"]).envelope(0, 2)
        Span(start=7, end=7)
        """
        pieces = self.locate(start, end)
        if not pieces:
            return Span(self.position(start), self.position(start))
        return Span(pieces[0].start, pieces[-1].end)
