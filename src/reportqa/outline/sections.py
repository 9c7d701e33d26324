"""The outline of a document: headings of every level, the paragraphs under them, and the captions between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reportqa.outline.caption_lines import captions_on, is_unit_line
from reportqa.outline.headings import (
    PLAIN_NUMBER,
    Heading,
    Numbering,
    heading_of,
    is_plain,
    is_running,
    numbering_of,
    run_in_heading,
    titles_of_parts,
)
from reportqa.outline.note_marks import without_marks
from reportqa.outline.table_lines import TableLines
from reportqa.outline.text_lines import (
    ENUMERATED,
    TextLine,
    ends_sentence,
    has_words,
    is_form_line,
    is_row,
    needs_space,
    text_lines,
)
from reportqa.reading.titles import says_when
from reportqa.text.bodies import COMPANIES, OFFICES, one_of
from reportqa.text.records import Document, Illustration, Paragraph, Section, Span, Table

_WRAPPED_LENGTH = 15
_ITEM_LENGTH = 100
_GOES_ON = ("：", ":", "；", ";")
_ITEM_ENDS = ("；", ";", "。")
_PLAIN_NUMBER_RANK = 33
_PLAIN_RANK = 40
_ITEM_RANKS = frozenset({30, 31, 33, 34, 35, 36, 37, 38})
_MARKDOWN_RANKS = 6
_REFERS = re.compile(r"[见如由据]$")
_IMPRINT = re.compile(rf"(?:{one_of(*COMPANIES, *OFFICES)}|[局委厅部处院校著印]|办公室|中心|编制?)$")


@dataclass(frozen=True, slots=True)
class Outline:
    """What a document is made of: its sections in order, and its 图 / 表 captions."""

    sections: tuple[Section, ...]
    illustrations: tuple[Illustration, ...]

    @property
    def paragraphs(self) -> Iterator[Paragraph]:
        """Every paragraph of the document, in order."""
        return (paragraph for section in self.sections for paragraph in section.paragraphs)


@dataclass(slots=True)
class _Open:
    path: tuple[str, ...]
    heading: Span | None
    paragraphs: list[Paragraph]


def split_sections(document: Document) -> Outline:
    r"""Split a document into its outline.

    >>> text = "一、概况\n（一）规模\n招生6191人。\n 图 1 规模\n"
    >>> outline = split_sections(Document("r.txt", text, ""))
    >>> outline.sections[-1].path, outline.sections[-1].paragraphs[0].spans[0].of(text)
    (('一、概况', '（一）规模'), '招生6191人。')
    >>> outline.illustrations[0].caption
    '规模'

    Paragraphs that a caption or a bare line end cuts are one, with several spans; captions are in no paragraph.
    The lines of the report's title are in no paragraph either, nor are marks of notes; all else is, exactly once. A
    heading that opens a paragraph (1.就业质量。全区…) belongs to that paragraph too; a numbered line with nothing
    under it is a paragraph.
    """
    return _Splitter(document).run()


class _Splitter:
    """Goes once over the lines, with the headings now open and the paragraph now growing."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lines = text_lines(document.text)
        self.tables = TableLines(document.text, self.lines)
        self.open: list[Heading] = []
        self.sections = [_Open((), None, [])]
        self.illustrations: list[Illustration] = []
        # Where the captions end that have their table.
        self.tabled: set[int] = set()
        self.growing: list[Span] = []
        # The rank of the items that the growing paragraph announces and lists: 有下列行为之一的：（一）…；（二）…。
        self.listing: int | None = None
        self.caption_between = False
        self.counts: Counter[tuple[str, ...]] = Counter()
        # The ranks of the numbered paragraphs since the last heading, and whether they stand without blank lines.
        self.listed: set[int] = set()
        self.tight = False
        # The number of the last line that looked like a heading but has nothing under it, and its rank.
        self.last_item = (-1, 0)
        self.parts = titles_of_parts(self.lines)

    def run(self) -> Outline:
        number = 0 if self.parts else self._title_lines()
        while number < len(self.lines):
            number = self._take_table(number) if number in self.tables.starts else self._take(number)
        self._close_paragraph()
        sections = tuple(
            Section(self.document.name, part.path, len(part.path), part.heading, tuple(part.paragraphs))
            for part in self.sections
            if part.heading or part.paragraphs
        )
        return Outline(sections, tuple(replace(one, tabled=one.end in self.tabled) for one in self.illustrations))

    def _title_lines(self) -> int:
        """Count the leading lines that make up the title; a text that is nothing else has none."""
        title, count = self.document.title, 0
        for number, line in enumerate(self.lines):
            text = line.text.lstrip("#").strip()
            if not text or not title.startswith(text) or heading_of(line) or (count and says_when(text)):
                break
            if number in self.tables.starts:
                return 0  # a text that begins with a table has its first lines for a title, and they are rows
            title, count = title[len(text) :], count + 1
        return count if count < len(self.lines) else 0

    def _take(self, number: int) -> int:
        """Take in a line; return the number of the next one."""
        line = self.lines[number]
        captions = [] if self._refers_onward() else captions_on(line)
        if number in self.tables.units:
            self._close_paragraph()
        elif captions:
            self._take_captions(captions)
        elif heading := self.parts.get(number) or self._heading(number):
            self._open_section(heading, line.span)
        else:
            item = self._announced(line)
            if item is None and not self._continues(line):
                self._close_paragraph()
                self._begin_paragraph(line)
            self.listing = item or self.listing
            self._grow(line.span)
        return number + 1

    def _take_table(self, number: int) -> int:
        """Make a table a paragraph of its own, with what the lines around it say of it; return the line after it."""
        self._close_paragraph()
        self._begin_paragraph(self.lines[number])
        table, self.growing, caption_end = self.tables.table(number)
        self.tabled.add(caption_end)
        self._close_paragraph(table)
        return self.tables.starts[number]

    def _take_captions(self, captions: list[tuple[str, str, Span]]) -> None:
        self.caption_between = True
        path = self.sections[-1].path
        for label, caption, span in captions:
            self.illustrations.append(Illustration(label, caption, self.document.name, span.start, span.end, path))

    def _last(self) -> str:
        """Return the last line of the growing paragraph."""
        return self.growing[-1].of(self.document.text) if self.growing else ""

    def _refers_onward(self) -> bool:
        """Tell whether the last line breaks off before the name of a picture: 详见 / 图 3."""
        return bool(self.growing) and not self.caption_between and bool(_REFERS.search(self._last()[-1:]))

    def _continues(self, line: TextLine) -> bool:
        """Tell whether the line goes on with the sentence that the last one left open."""
        last = self._last()
        if not last:
            return False
        if not has_words(line.text):
            return True
        if is_form_line(line.text) and is_form_line(last):
            return False
        if numbering_of(line.folded) or ENUMERATED.match(line.text) or line.indented or is_row(line.text):
            return False
        if len(last) < _WRAPPED_LENGTH or ends_sentence(last) or is_row(last):
            return False
        return self.caption_between or not line.after_blank

    def _announced(self, line: TextLine) -> int | None:
        """Return the rank of a short item of the list that the growing paragraph announces, None for any other line."""
        form = numbering_of(line.folded)
        if not form or form.rank not in _ITEM_RANKS or len(line.text) > _ITEM_LENGTH or run_in_heading(line, form):
            return None
        marked = line.text.endswith(_ITEM_ENDS) and self._last().endswith(_GOES_ON)
        first = self.listing is None
        return form.rank if marked and form.first == first and (first or form.rank == self.listing) else None

    def _heading(self, number: int) -> Heading | None:
        """Return the heading that a line is, seen with the lines around it."""
        line = self.lines[number]
        heading = heading_of(line)
        if heading is None:
            return self._plain_heading(number)
        if heading.rank <= _MARKDOWN_RANKS:
            return heading
        if self._is_item(number, heading.rank):
            self.last_item = (number, heading.rank)
            return None
        return None if line.full and self._runs_on(number) else heading

    def _is_item(self, number: int, rank: int) -> bool:
        """Tell whether a numbered line has nothing under it: then it is an item of a list, and prose."""
        if self.last_item == (number - 1, rank) and not self.lines[number].after_blank:
            return True
        if number + 1 == len(self.lines):
            return True
        following = self.lines[number + 1]
        form = numbering_of(following.folded)
        if form and form.rank == rank and not heading_of(following):
            # A list under a heading may be numbered like the heading.
            return rank in _ITEM_RANKS and not form.first
        other = heading_of(following)
        return other is not None and other.rank <= rank

    def _runs_on(self, number: int) -> bool:
        """Tell whether the next line goes on with this one, in a text whose lines were broken at a fixed width."""
        following = self.lines[number + 1]
        return not (
            following.after_blank
            or following.indented
            or numbering_of(following.folded)
            or ENUMERATED.match(following.text)
            or heading_of(following)
            or captions_on(following)
        )

    def _plain_heading(self, number: int) -> Heading | None:
        """Recognise a heading without a form: a bare short line below a finished paragraph and above what it heads."""
        line = self.lines[number]
        unfinished = self.growing and not ends_sentence(self._last())
        if not is_plain(line) or (unfinished and (self.caption_between or not line.after_blank)):
            return None
        at_front = not self.growing and len(self.sections) == 1
        if at_front and _IMPRINT.search(line.text):
            return None
        rank = self._plain_rank(number, at_front)
        return Heading(rank, line.text) if rank else None

    def _plain_rank(self, number: int, at_front: bool) -> int | None:
        """Rank a bare short line by what stands under it: a first item, running text, or one more such line."""
        numbered = PLAIN_NUMBER.match(self.lines[number].text)
        following = self._under(number)
        if following is None:
            return None
        form = numbering_of(following.folded)
        if form and heading_of(following):
            # What lists parts of its own is the part above them; on a cover it is as likely the author.
            return form.rank - 1 if form.first and not at_front else None
        if numbered:
            return _PLAIN_NUMBER_RANK if form or is_running(following) else None
        if is_running(following):
            return _PLAIN_RANK
        below = self._under(number + 1)
        return _PLAIN_RANK - 1 if is_plain(following) and below and is_running(below) else None

    def _under(self, number: int) -> TextLine | None:
        """Return the line under another, one line of captions or of a unit left out."""
        following = self.lines[number + 1 : number + 3]
        return next((line for line in following if not (captions_on(line) or is_unit_line(line))), None)

    def _open_section(self, heading: Heading, span: Span) -> None:
        self._close_paragraph()
        unnumbered = heading.rank >= _PLAIN_RANK - 1
        while self.open and (self.open[-1].rank >= heading.rank or (unnumbered and self.open[-1].run_in)):
            self.open.pop()
        self.open.append(heading)
        self.listed, self.tight = set(), False
        self.sections.append(_Open(self._path(), span, []))

    def _path(self) -> tuple[str, ...]:
        return tuple(heading.title for heading in self.open)

    def _begin_paragraph(self, line: TextLine) -> None:
        """Let "1.专业动态调整。在…" name the paragraphs up to the next item of its rank, or the end of the list."""
        form = numbering_of(line.folded)
        heading = None
        if form and form.rank in _ITEM_RANKS:
            self._close_items(form)
            self.tight = not line.after_blank and form.rank in self.listed
            self.listed.add(form.rank)
            heading = run_in_heading(line, form)
        elif self.tight and line.after_blank:
            self.tight = False
            self._pop_run_ins(0)
        if heading:
            self.open.append(heading)
        if self._path() != self.sections[-1].path:
            place = Span(line.span.start, line.span.start + len(heading.title)) if heading else None
            self.sections.append(_Open(self._path(), place, []))

    def _close_items(self, form: Numbering) -> None:
        """Close what an item ends: the items of its rank, and a heading of its rank that the list goes on from."""
        self._pop_run_ins(form.rank)
        if form.first or form.rank in self.listed:
            return
        while self.open and self.open[-1].rank >= form.rank:
            self.open.pop()

    def _pop_run_ins(self, rank: int) -> None:
        while self.open and self.open[-1].run_in and self.open[-1].rank >= rank:
            self.open.pop()

    def _grow(self, span: Span) -> None:
        if self.growing and needs_space(self._last(), span.of(self.document.text)):
            self.growing[-1] = Span(self.growing[-1].start, self.growing[-1].end + 1)
        self.growing.append(span)
        self.caption_between = False

    def _close_paragraph(self, table: Table | None = None) -> None:
        if self.growing:
            section = self.sections[-1]
            self.counts[section.path] += 1
            number = self.counts[section.path]
            spans = [] if table else list(without_marks(self.growing, self.document.text))
            places = tuple(spans or self.growing)
            section.paragraphs.append(Paragraph(self.document.name, section.path, number, places, table))
        self.growing, self.listing = [], None
        self.caption_between = False
