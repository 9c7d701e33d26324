"""The outline of a document: headings of every level, the paragraphs under them, and the captions between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reportqa.datamodel import Document, Illustration, Paragraph, Section, Span
from reportqa.normalization import fold

_HAN = "一二三四五六七八九十百"
_HEADING_LENGTH = 50
_RUN_IN_LENGTH = 24
_WRAPPED_LENGTH = 15
_PLAIN_LENGTH = 20

# Heading forms from the outermost to the innermost, after the customs of Chinese official writing (GB/T 9704).
# A form's rank decides what it closes: a heading ends every open section of its own rank or an inner one.
_FORMS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (20, re.compile(rf"第[{_HAN}\d]{{1,4}}[编篇部卷](?:分)?")),
    (21, re.compile(rf"第[{_HAN}\d]{{1,4}}章")),
    (22, re.compile(rf"第[{_HAN}\d]{{1,4}}节")),
    (30, re.compile(rf"[{_HAN}]{{1,4}}[、.]")),
    (31, re.compile(rf"[(][{_HAN}]{{1,4}}[)]")),
    (33, re.compile(r"\d{1,2}(?:[、)]|[.](?!\d))")),
    (
        34,
        re.compile(
            r"\d{1,2}(?:[.]\d{1,2}){1,3}(?=[\s\u4e00-\u9fff])(?!\s*(?:亿|万|个百分|千|元|人|名|所|家|倍|公|平方|吨))"
        ),
    ),
    (36, re.compile(r"[(]\d{1,2}[)]")),
    (37, re.compile(r"[①-⑳⑴-⒇]")),
    (32, re.compile(rf"[\u4e00-\u9fff]{{2,4}}(?:\d{{1,2}}|[{_HAN}]{{1,3}}):")),
)
_MARKDOWN = re.compile(r"(#{1,6})\s+(?=\S)")
_RUN_IN_RANKS = frozenset({31, 33, 34, 36, 37})
_PLAIN_RANK = 40
_CAPTION = re.compile(
    r"(?<![\u4e00-\u9fff\w])([图表])\s*(\d{1,3}(?:[-—–.]\d{1,3})?|[" + _HAN + r"]{1,3})(?![\d%])\s*[:.、]?\s*"
)
_NO_CAPTION = re.compile(
    r"[。；！？;]|^\s*[图表]\s*[\d"
    + _HAN
    + r".-]+\s*(?:[所为]?[示显]|反映|可见|可知|中[的，,]|是|说明|给出|列出|[)，,、])"
)
_TERMINAL = "。！？!?；;：:…"
_CLOSERS = "”’」』）)】》〕"
_SENTENCE_MARKS = re.compile(r"[。；！？;!?]")
_ENUMERATED = re.compile(rf"(?:[{_HAN}]是|其[{_HAN}]|第[{_HAN}]|[-*•·●▪◆■]\s|[|>])")
_PLAIN = re.compile(r"[\w\u4e00-\u9fff“”《》·、()（）/—-]+")


@dataclass(frozen=True, slots=True)
class Outline:
    """What a document is made of: its sections in order, and its 图 / 表 captions."""

    sections: tuple[Section, ...]
    illustrations: tuple[Illustration, ...]

    @property
    def paragraphs(self) -> Iterator[Paragraph]:
        """Every paragraph of the document, in order."""
        return (paragraph for section in self.sections for paragraph in section.paragraphs)


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    text: str
    folded: str
    after_blank: bool


@dataclass(slots=True)
class _Open:
    path: tuple[str, ...]
    level: int
    heading: Span | None
    paragraphs: list[Paragraph]


def split_sections(document: Document) -> Outline:
    """Split a document into its outline.

    >>> text = "一、概况\\n（一）规模\\n招生6191人。\\n 图 1 规模\\n"
    >>> outline = split_sections(Document("r.txt", text, ""))
    >>> outline.sections[-1].path, outline.sections[-1].paragraphs[0].spans[0].of(text)
    (('一、概况', '（一）规模'), '招生6191人。')
    >>> outline.illustrations[0].caption
    '规模'

    Paragraphs that a caption or a bare line end cuts are one, with several spans; captions are in no paragraph.
    The lines of the report's title are in no paragraph either; all else is, exactly once.
    """
    return _Splitter(document).run()


def bare_heading(heading: str) -> str:
    """Return a heading without its numbering.

    >>> bare_heading("（三）学生规模"), bare_heading("挑战1：招生困难")
    ('学生规模', '招生困难')
    """
    form = _form(fold(heading))
    return heading[form[1] :].strip() or heading if form else heading


class _Splitter:
    """Goes once over the lines, with the headings now open and the paragraph now growing."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lines = _lines(document.text)
        self.open: list[tuple[int, str]] = []
        self.run_in: tuple[int, str] | None = None
        self.sections = [_Open((), 0, None, [])]
        self.illustrations: list[Illustration] = []
        self.growing: list[Span] = []
        self.caption_between = False
        self.counts: Counter[tuple[str, ...]] = Counter()

    def run(self) -> Outline:
        for number in range(self._title_lines(), len(self.lines)):
            self._take(number)
        self._close_paragraph()
        sections = tuple(
            Section(self.document.name, part.path, part.level, part.heading, tuple(part.paragraphs))
            for part in self.sections
            if part.heading or part.paragraphs
        )
        return Outline(sections, tuple(self.illustrations))

    def _title_lines(self) -> int:
        """Count the leading lines that make up the title; a text that is nothing else has none."""
        title, count = self.document.title, 0
        for line in self.lines:
            text = line.text.lstrip("#").strip()
            if not text or not title.startswith(text) or _heading(line):
                break
            title, count = title[len(text) :], count + 1
        return count if count < len(self.lines) else 0

    def _take(self, number: int) -> None:
        line = self.lines[number]
        captions = _captions(line)
        if captions:
            self.caption_between = True
            for label, caption, span in captions:
                path = self.sections[-1].path
                self.illustrations.append(Illustration(label, caption, self.document.name, span.start, span.end, path))
            return
        heading = _heading(line) or self._plain_heading(number)
        if heading:
            self._open_section(heading[0], line.span, line.text[heading[1] :].strip())
            return
        if not self._continues(line):
            self._close_paragraph()
            self._run_in_heading(line)
        self.growing.append(line.span)
        self.caption_between = False

    def _continues(self, line: _Line) -> bool:
        """Tell whether the line goes on with the sentence that the last one left open."""
        if not self.growing or _form(line.folded) or _ENUMERATED.match(line.text):
            return False
        last = self.growing[-1].of(self.document.text)
        if len(last) < _WRAPPED_LENGTH or _ends_sentence(last) or last.startswith("|"):
            return False
        return self.caption_between or not line.after_blank

    def _plain_heading(self, number: int) -> tuple[int, int] | None:
        """Recognise a heading without a number: a bare short line above a paragraph, below a finished one."""
        line = self.lines[number]
        if len(line.text) > _PLAIN_LENGTH or not _PLAIN.fullmatch(line.text) or line.text.isdigit():
            return None
        if self.growing and not _ends_sentence(self.growing[-1].of(self.document.text)):
            return None
        following = next((after for after in self.lines[number + 1 :][:2] if not _captions(after)), None)
        if following is None or not (_heading(following) or _SENTENCE_MARKS.search(following.text)):
            return None
        return (_PLAIN_RANK, 0)

    def _open_section(self, rank: int, span: Span, title: str) -> None:
        self._close_paragraph()
        self.run_in = None
        while self.open and self.open[-1][0] >= rank:
            self.open.pop()
        self.open.append((rank, title))
        self.sections.append(_Open(tuple(name for _, name in self.open), len(self.open), span, []))

    def _run_in_heading(self, line: _Line) -> None:
        """Let "1.专业动态调整。在…" name the paragraphs up to the next item of its rank."""
        form = _form(line.folded)
        if form is None or form[0] not in _RUN_IN_RANKS:
            return
        if self.run_in and form[0] <= self.run_in[0]:
            self.run_in = None
        title = re.match(rf".{{{form[1]},{form[1] + _RUN_IN_LENGTH}}}?[。：:]", line.text)
        whole = title is None or title.end() == len(line.text) or re.search(r"[，；,;]", title[0])
        if not whole and title is not None:
            self.run_in = (form[0], title[0][:-1].strip())
        if self.run_in is None and len(self.sections[-1].path) == len(self.open):
            return
        path = tuple(name for _, name in self.open) + ((self.run_in[1],) if self.run_in else ())
        if path != self.sections[-1].path:
            heading = Span(line.span.start, line.span.start + len(title[0]) - 1) if self.run_in and title else None
            self.sections.append(_Open(path, len(path), heading, []))

    def _close_paragraph(self) -> None:
        if self.growing:
            section = self.sections[-1]
            self.counts[section.path] += 1
            number = self.counts[section.path]
            section.paragraphs.append(Paragraph(self.document.name, section.path, number, tuple(self.growing)))
        self.growing = []
        self.caption_between = False


def _lines(text: str) -> list[_Line]:
    """Cut a text into its lines that hold something, white space at both ends left out."""
    folded = fold(text)
    lines, start, blank = [], 0, False
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            at = start + raw.index(stripped[0])
            span = Span(at, at + len(stripped))
            lines.append(_Line(span, stripped, span.of(folded), blank))
        blank = not stripped
        start += len(raw) + 1
    return lines


def _form(folded: str) -> tuple[int, int] | None:
    """Return the rank of the numbering that opens a line, and its length."""
    for rank, pattern in _FORMS:
        match = pattern.match(folded)
        if match:
            return rank, match.end()
    return None


def _heading(line: _Line) -> tuple[int, int] | None:
    """Return the rank of a heading line and where its words begin, None for a line of prose."""
    markdown = _MARKDOWN.match(line.text)
    if markdown:
        return len(markdown[1]), markdown.end()
    form = _form(line.folded)
    if form is None or len(line.text) > _HEADING_LENGTH or len(line.text) == form[1]:
        return None
    if _SENTENCE_MARKS.search(line.text) or line.text[-1] in "，、：:,":
        return None
    return form[0], 0


def _captions(line: _Line) -> list[tuple[str, str, Span]]:
    """Return label, words and place of every caption on a line that is nothing but captions."""
    if not line.folded.startswith(("图", "表")) or len(line.text) > 120 or _NO_CAPTION.search(line.folded):
        return []
    marks = list(_CAPTION.finditer(line.folded))
    ends = [mark.start() for mark in marks[1:]] + [len(line.text)]
    captions = []
    for mark, end in zip(marks, ends, strict=True):
        words = line.text[mark.start() : end].rstrip()
        span = Span(line.span.start + mark.start(), line.span.start + mark.start() + len(words))
        captions.append((f"{mark[1]} {mark[2]}", line.text[mark.end() : end].strip(), span))
    return captions


def _ends_sentence(text: str) -> bool:
    return text.rstrip(_CLOSERS)[-1:] in _TERMINAL
