"""The outline of a document: headings of every level, the paragraphs under them, and the captions between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from reportqa.outline.tables import find_tables, is_unit
from reportqa.text.folding import fold
from reportqa.text.records import Document, Illustration, Paragraph, Section, Span, Table
from reportqa.text.words import first_word

_HAN = "一二三四五六七八九十百"
_NUMBER = rf"(?:\d{{1,2}}|[{_HAN}]{{1,3}})"
_HEADING_LENGTH = 50
_OPEN_HEADING_LENGTH = 20
_RUN_IN_LENGTH = 24
_WRAPPED_LENGTH = 15
_PLAIN_LENGTH = 20
_CAPTION_LENGTH = 120
_UNIT_LENGTH = 12
# A text broken at a fixed width: at least so many lines, and a third of all, are of nearly the width of the widest.
_WRAPPED_LINES = 4
_NARROWEST, _WIDEST = 24, 100
_RAGGED = 3
_MOST = 0.97

# Heading forms from the outermost to the innermost, after the customs of Chinese official writing (GB/T 9704, 1.1).
# A form's rank decides what it closes: a heading ends every open section of its own rank or an inner one.
_FORMS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (19, re.compile(rf"附[件录]{_NUMBER}(?=[\s:])")),
    (20, re.compile(rf"第[{_HAN}\d]{{1,4}}[编篇部卷](?:分)?")),
    (21, re.compile(rf"第[{_HAN}\d]{{1,4}}章")),
    (22, re.compile(rf"第[{_HAN}\d]{{1,4}}节")),
    (29, re.compile(r"[壹贰叁参肆伍陆柒捌玖拾]{1,3}[、.]")),
    # Not 三、四级手术: there the sign stands between two numbers.
    (30, re.compile(rf"[{_HAN}]{{1,4}}[、.](?![{_HAN}]+[级类期批届次线产等])")),
    (31, re.compile(rf"[(][{_HAN}]{{1,4}}[)]")),
    (33, re.compile(r"\d{1,2}(?:[、)]|[.](?!\d))")),
    (34, re.compile(r"\d{1,2}(?:[.][1-9]\d?){1,3}[.]?(?=[\s\u4e00-\u9fff])")),
    (37, re.compile(r"[(]\d{1,2}[)]")),
    (38, re.compile(r"[①-⑳⑴-⒇]")),
    (32, re.compile(rf"[\u4e00-\u9fff]{{2,4}}(?<!之){_NUMBER}:(?!\s*\d)|(?:专栏|专题|案例|典型案例){_NUMBER}(?=\s)")),
)
_DECIMAL_RANK = 34
_BOLD_RANK = 32
_PLAIN_NUMBER_RANK = 33
_PLAIN_RANK = 40
_ITEM_RANKS = frozenset({30, 31, 33, 34, 35, 36, 37, 38})
_MARKDOWN_RANKS = 6
_FIRST = re.compile(r"(?<![\d十])[1一①⑴]\D*$")
_MARKDOWN = re.compile(r"(#{1,6})\s+(?=\S)|(#{2,6})(?=[\u4e00-\u9fff])")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_CONTENTS = re.compile(r"(?:[.…·]{2,}|\t)\s*\d{1,3}$")
_PLAIN_NUMBER = re.compile(r"\d{1,2}\s+(?=[\u4e00-\u9fff])")

# What follows a decimal number that is an amount: 1.86天. After a space a single character may begin a title: 1.2 人才.
_UNITS = frozenset(
    [
        *["元", "倍", "吨", "亩", "公里", "公顷", "公斤", "平方米", "平方公里", "平方", "立方米", "人次"],
        *["千瓦", "千瓦时", "兆瓦", "小时", "分钟", "百分点"],
    ]
)
_MEASURES = frozenset("个人名位所家年月日天岁级米分秒度件项次张册篇部套条克升户台辆处")

_CAPTION = re.compile(
    r"(?<![\u4e00-\u9fff\w])(附?[图表])\s*"
    rf"(\d{{1,3}}(?:[-—–.]\d{{1,3}})?(?![\d%])|[{_HAN}]{{1,3}}(?=[\s:.、]|$))\s*[:.、]?\s*"
)
_NO_CAPTION = re.compile(
    r"[。；！？;]|^附?[图表]\s*[\d"
    + _HAN
    + r".-]+\s*(?:[所为]?[示显]|反映|可[见知以]|中[的，,]|是|说明|给出|列出|[)，,、]|[和与及至][图表])"
)
# 单位：万元 above or below a table, or in its caption; 各校招生情况表 right above it is a caption without a number.
_UNIT_LINE = re.compile(r"[(]?(?:计量|数量|金额|货币)?单位\s*:\s*(?P<units>[^():,]{1,20}?)\s*[)]?")
_UNIT_SAID = re.compile(
    r"\s*[(]?(?:计量|数量|金额|货币)?单位\s*:\s*(?P<units>[^():,]{1,20}?)\s*[)]?$|[(](?P<unit>[^()]{1,8})[)]$"
)
_BARE_CAPTION = re.compile(
    r"[^。；;:，！？|]{4,40}(?:表|情况|统计|一览|明细|汇总|对比|构成|分布|数据|结构)(?:[(][^()]{1,20}[)])?"
)
_REFERS = re.compile(r"[见如由据]$")
_TERMINAL = "。！？!?；;：:…"
_CLOSERS = "”’」』）)】》〕\"'"
_SENTENCE_MARKS = re.compile(r"[。；！？;!?]")
_ENUMERATED = re.compile(rf"[{_HAN}]是|[其第][{_HAN}][，、,：:]|[-*]\s|[•·●▪◆■★|>]|——")
_PLAIN = re.compile(r"[\w“”《》·、()（）/—-]+|\w(?:\s+\w){1,3}")
_COLUMNS = re.compile(r"\s{2,}|\t")
_RUNNING = re.compile(r"[，。；]")
_DATE = re.compile(r"[（(]?[\d〇零○一二三四五六七八九十]{2,4}年[\d一二三四五六七八九十]{1,3}月.{0,6}")
_IMPRINT = re.compile(r"(?:局|委|厅|部|处|院|校|办公室|政府|委员会|公司|集团|中心|编制?|著|印)$")


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
    """``indented`` says that the line begins a paragraph, ``full`` that it may have been broken for want of room."""

    span: Span
    text: str
    folded: str
    after_blank: bool
    indented: bool
    full: bool


class _Numbering(NamedTuple):
    rank: int
    length: int
    first: bool


class _Heading(NamedTuple):
    rank: int
    title: str
    run_in: bool = False


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
    The lines of the report's title are in no paragraph either; all else is, exactly once. A heading that opens a
    paragraph (1.就业质量。全区…) belongs to that paragraph too; a numbered line with nothing under it is a paragraph.
    """
    return _Splitter(document).run()


def bare_heading(heading: str) -> str:
    """Return a heading without its numbering.

    >>> bare_heading("（三）学生规模"), bare_heading("挑战1：招生困难")
    ('学生规模', '招生困难')
    """
    form = _numbering(fold(heading))
    return heading[form.length :].strip() or heading if form else heading


class _Splitter:
    """Goes once over the lines, with the headings now open and the paragraph now growing."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lines = _lines(document.text)
        self.tables = find_tables(document.text, [line.span for line in self.lines])
        self.unit_lines = {number for first in self.tables for number in self._unit_lines(first)}
        self.open: list[_Heading] = []
        self.sections = [_Open((), None, [])]
        self.illustrations: list[Illustration] = []
        self.growing: list[Span] = []
        self.caption_between = False
        self.counts: Counter[tuple[str, ...]] = Counter()
        # The ranks of the numbered paragraphs since the last heading, and whether they stand without blank lines.
        self.listed: set[int] = set()
        self.tight = False
        # The number of the last line that looked like a heading but has nothing under it, and its rank.
        self.last_item = (-1, 0)

    def run(self) -> Outline:
        number = self._title_lines()
        while number < len(self.lines):
            number = self._take_table(number) if number in self.tables else self._take(number)
        self._close_paragraph()
        sections = tuple(
            Section(self.document.name, part.path, len(part.path), part.heading, tuple(part.paragraphs))
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

    def _take(self, number: int) -> int:
        """Take in a line; return the number of the next one."""
        line = self.lines[number]
        captions = [] if self._refers_onward() else _captions(line)
        if number in self.unit_lines:
            self._close_paragraph()
        elif captions:
            self._take_captions(captions)
        elif heading := self._heading(number):
            self._open_section(heading, line.span)
        else:
            if not self._continues(line):
                self._close_paragraph()
                self._begin_paragraph(line)
            self._grow(line.span)
        return number + 1

    def _take_table(self, number: int) -> int:
        """Make a table a paragraph of its own, with what the lines around it say of it; return the line after it."""
        after, table = self.tables[number]
        self._close_paragraph()
        self._begin_paragraph(self.lines[number])
        units = self._unit_lines(number)
        block = Span(self.lines[number].span.start, self.lines[after - 1].span.end)
        self.growing = sorted([block, *(self.lines[unit].span for unit in units)])
        caption, unit = _without_unit(self._caption_of(number))
        said = (_without_unit(self.lines[line].text)[1] for line in units)
        self._close_paragraph(replace(table, caption=caption, unit=next(filter(None, said), unit)))
        return after

    def _unit_lines(self, number: int) -> list[int]:
        """Return the numbers of the lines around a table that only give its unit: 单位：万元."""
        above = number - 2 if number > 1 and _captions(self.lines[number - 1]) else number - 1
        around = (above, self.tables[number][0])
        return [near for near in around if 0 <= near < len(self.lines) and _is_unit_line(self.lines[near])]

    def _near_table(self, number: int) -> bool:
        """Tell whether a line is above a table or the first line of one."""
        return number in self.tables or number + 1 in self.tables or number + 1 in self.unit_lines

    def _caption_of(self, number: int) -> str:
        """Return the words of the caption of a table: right above it, else right below and not above another table."""
        above = number - 2 if number - 1 in self.unit_lines else number - 1
        below = self.tables[number][0] + (self.tables[number][0] in self.unit_lines)
        for near in (above, below):
            if not 0 <= near < len(self.lines) or (near == below and self._near_table(near)):
                continue
            captions = [words for label, words, _ in _captions(self.lines[near]) if "表" in label]
            if captions:
                return captions[-1]
            if near == above and _BARE_CAPTION.fullmatch(self.lines[near].folded) and not _heading(self.lines[near]):
                return self.lines[near].text
        return ""

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

    def _continues(self, line: _Line) -> bool:
        """Tell whether the line goes on with the sentence that the last one left open."""
        last = self._last()
        if not last:
            return False
        if not _has_words(line.text):
            return True
        if _numbering(line.folded) or _ENUMERATED.match(line.text) or line.indented or _is_row(line.text):
            return False
        if len(last) < _WRAPPED_LENGTH or _ends_sentence(last) or _is_row(last):
            return False
        return self.caption_between or not line.after_blank

    def _heading(self, number: int) -> _Heading | None:
        """Return the heading that a line is, seen with the lines around it."""
        line = self.lines[number]
        heading = _heading(line)
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
        form = _numbering(following.folded)
        if form and form.rank == rank and not _heading(following):
            # A list under a heading may be numbered like the heading.
            return rank in _ITEM_RANKS and not form.first
        other = _heading(following)
        return other is not None and other.rank <= rank

    def _runs_on(self, number: int) -> bool:
        """Tell whether the next line goes on with this one, in a text whose lines were broken at a fixed width."""
        following = self.lines[number + 1]
        return not (
            following.after_blank
            or following.indented
            or _numbering(following.folded)
            or _ENUMERATED.match(following.text)
            or _heading(following)
            or _captions(following)
        )

    def _plain_heading(self, number: int) -> _Heading | None:
        """Recognise a heading without a form: a bare short line below a finished paragraph and above what it heads."""
        line = self.lines[number]
        unfinished = self.growing and not _ends_sentence(self._last())
        if not _is_plain(line) or (unfinished and (self.caption_between or not line.after_blank)):
            return None
        at_front = not self.growing and len(self.sections) == 1
        if at_front and _IMPRINT.search(line.text):
            return None
        rank = self._plain_rank(number, at_front)
        return _Heading(rank, line.text) if rank else None

    def _plain_rank(self, number: int, at_front: bool) -> int | None:
        """Rank a bare short line by what stands under it: a first item, running text, or one more such line."""
        numbered = _PLAIN_NUMBER.match(self.lines[number].text)
        following = self._under(number)
        if following is None:
            return None
        form = _numbering(following.folded)
        if form and _heading(following):
            # What lists parts of its own is the part above them; on a cover it is as likely the author.
            return form.rank - 1 if form.first and not at_front else None
        if numbered:
            return _PLAIN_NUMBER_RANK if form or _is_running(following) else None
        if _is_running(following):
            return _PLAIN_RANK
        below = self._under(number + 1)
        return _PLAIN_RANK - 1 if _is_plain(following) and below and _is_running(below) else None

    def _under(self, number: int) -> _Line | None:
        """Return the line under another, one line of captions or of a unit left out."""
        following = self.lines[number + 1 : number + 3]
        return next((line for line in following if not (_captions(line) or _is_unit_line(line))), None)

    def _open_section(self, heading: _Heading, span: Span) -> None:
        self._close_paragraph()
        unnumbered = heading.rank >= _PLAIN_RANK - 1
        while self.open and (self.open[-1].rank >= heading.rank or (unnumbered and self.open[-1].run_in)):
            self.open.pop()
        self.open.append(heading)
        self.listed, self.tight = set(), False
        self.sections.append(_Open(self._path(), span, []))

    def _path(self) -> tuple[str, ...]:
        return tuple(heading.title for heading in self.open)

    def _begin_paragraph(self, line: _Line) -> None:
        """Let "1.专业动态调整。在…" name the paragraphs up to the next item of its rank, or the end of the list."""
        form = _numbering(line.folded)
        heading = None
        if form and form.rank in _ITEM_RANKS:
            self._close_items(form)
            self.tight = not line.after_blank and form.rank in self.listed
            self.listed.add(form.rank)
            heading = _run_in_heading(line, form)
        elif self.tight and line.after_blank:
            self.tight = False
            self._pop_run_ins(0)
        if heading:
            self.open.append(heading)
        if self._path() != self.sections[-1].path:
            place = Span(line.span.start, line.span.start + len(heading.title)) if heading else None
            self.sections.append(_Open(self._path(), place, []))

    def _close_items(self, form: _Numbering) -> None:
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
        if self.growing and _needs_space(self._last(), span.of(self.document.text)):
            self.growing[-1] = Span(self.growing[-1].start, self.growing[-1].end + 1)
        self.growing.append(span)
        self.caption_between = False

    def _close_paragraph(self, table: Table | None = None) -> None:
        if self.growing:
            section = self.sections[-1]
            self.counts[section.path] += 1
            number = self.counts[section.path]
            section.paragraphs.append(Paragraph(self.document.name, section.path, number, tuple(self.growing), table))
        self.growing = []
        self.caption_between = False


def _lines(text: str) -> list[_Line]:
    """Cut a text into its lines that hold something, white space at both ends left out."""
    folded = fold(text)
    found: list[tuple[Span, bool, bool]] = []
    start, blank = 0, False
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            at = start + raw.index(stripped[0])
            found.append((Span(at, at + len(stripped)), blank, raw.startswith(("  ", "\t", "\u3000"))))
        blank = not stripped
        start += len(raw) + 1
    # Where most lines are indented, an indent begins nothing.
    tells = sum(indented for _, _, indented in found) * 2 <= len(found)
    full = _full_lines([span.of(text) for span, _, _ in found])
    return [
        _Line(span, span.of(text), span.of(folded), after_blank, tells and indented, wide)
        for (span, after_blank, indented), wide in zip(found, full, strict=True)
    ]


def _full_lines(lines: list[str]) -> list[bool]:
    """Tell which lines reach the width at which a text was broken by hand; none in a text that was not."""
    for measure in (len, _columns):
        widths = [measure(line) for line in lines]
        # A few longer lines, a caption or a row, are no paragraphs.
        widest = sorted(widths)[int(len(widths) * _MOST)] if widths else 0
        full = [width >= widest - _RAGGED for width in widths]
        if _NARROWEST <= widest <= _WIDEST and sum(full) >= max(_WRAPPED_LINES, len(lines) // 3):
            return full
    return [False] * len(lines)


def _columns(line: str) -> int:
    """Return the width of a line on a terminal, where a Chinese character takes two columns."""
    return sum(1 if char < "\u1100" else 2 for char in line)


def _numbering(folded: str) -> _Numbering | None:
    """Return the numbering that opens a line, None where there is none or where it is an amount (1.86天)."""
    for rank, pattern in _FORMS:
        match = pattern.match(folded)
        if match is None:
            continue
        if rank == _DECIMAL_RANK:
            if _is_measured(folded[match.end() :]):
                return None
            rank += match[0].strip(".").count(".") - 1
        return _Numbering(rank, match.end(), bool(_FIRST.search(match[0])))
    return None


def _is_measured(rest: str) -> bool:
    """Tell whether the words after a number are what it counts."""
    word = first_word(rest.lstrip()[:_UNIT_LENGTH])
    unit = word.lstrip("百千万亿")
    if word in _UNITS or (unit != word and (not unit or unit in _UNITS or unit in _MEASURES)):
        return True
    return word in _MEASURES and not rest[:1].isspace()


def _heading(line: _Line) -> _Heading | None:
    """Return the heading that a line looks like by itself, None for a line of prose."""
    markdown = _MARKDOWN.match(line.text)
    if markdown:
        title = line.text[markdown.end() :].rstrip("#").replace("**", "").strip()
        return _Heading(len(markdown[1] or markdown[2]), title) if title else None
    bold = _BOLD.fullmatch(line.text)
    text = bold[1].strip() if bold else line.text
    form = _numbering(fold(text) if bold else line.folded)
    if form is None:
        return (
            _Heading(_BOLD_RANK, text) if bold and len(text) <= _HEADING_LENGTH and not _RUNNING.search(text) else None
        )
    return _Heading(form.rank, text.rstrip("：:")) if _is_title(text, form) else None


def _is_title(text: str, form: _Numbering) -> bool:
    if len(text) > _HEADING_LENGTH or len(text) == form.length or _CONTENTS.search(text):
        return False
    if text[-1] in "：:":
        return len(text) <= _OPEN_HEADING_LENGTH and not _RUNNING.search(text)
    return text[-1] not in "，、," and not _SENTENCE_MARKS.search(text.rstrip("？?"))


def _run_in_heading(line: _Line, form: _Numbering) -> _Heading | None:
    """Return the heading that opens a paragraph: 1.就业质量 in "1.就业质量。全区…"."""
    title = re.match(rf".{{{form.length},{form.length + _RUN_IN_LENGTH}}}?(?:[。]|[：:](?!\d))", line.text)
    if title is None or title.end() == len(line.text) or re.search(r"[，；,;]", title[0]):
        return None
    return _Heading(form.rank, title[0][:-1].strip(), run_in=True)


def _captions(line: _Line) -> list[tuple[str, str, Span]]:
    """Return label, words and place of every caption on a line that is nothing but captions."""
    if len(line.text) > _CAPTION_LENGTH or not _CAPTION.match(line.folded) or _NO_CAPTION.search(line.folded):
        return []
    marks = list(_CAPTION.finditer(line.folded))
    ends = [mark.start() for mark in marks[1:]] + [len(line.text)]
    captions = []
    for mark, end in zip(marks, ends, strict=True):
        words = line.text[mark.start() : end].rstrip()
        span = Span(line.span.start + mark.start(), line.span.start + mark.start() + len(words))
        captions.append((f"{mark[1]} {mark[2]}", line.text[mark.end() : end].strip(), span))
    return captions


def _is_unit_line(line: _Line) -> bool:
    """Tell whether a line says nothing but the unit of a table: 单位：万元, （单位：人、所）."""
    found = _UNIT_LINE.fullmatch(line.folded)
    return found is not None and all(map(is_unit, re.split(r"[、/\s]+", found["units"])))


def _without_unit(caption: str) -> tuple[str, str]:
    """Take the unit that a caption gives for its whole table off it: 收支情况（单位：万元）, 各校招生数（人）."""
    found = _UNIT_SAID.search(fold(caption))
    unit = (found["units"] or found["unit"]) if found else ""
    return (caption[: found.start()].rstrip(), unit) if found and is_unit(unit) else (caption, "")


def _is_plain(line: _Line) -> bool:
    """Tell whether a line is short and bare enough to be a heading that has no form."""
    text = line.text
    numbered = _PLAIN_NUMBER.match(text)
    bare = text[numbered.end() :] if numbered else text
    if len(text) > _PLAIN_LENGTH or not _PLAIN.fullmatch(bare) or not any(char.isalpha() for char in bare):
        return False
    if numbered and _is_measured(text[numbered.end() - 1 :]):
        return False
    return not (_ENUMERATED.match(text) or _DATE.fullmatch(text) or _numbering(line.folded))


def _is_running(line: _Line) -> bool:
    """Tell whether a line is what a heading stands over: a sentence, a list or a table."""
    if _SENTENCE_MARKS.search(line.text) or _ENUMERATED.match(line.text):
        return True
    return len(line.text) > _PLAIN_LENGTH and "，" in line.text


def _is_row(text: str) -> bool:
    """Tell whether a line is a row of a table: between bars, or in columns."""
    return text.startswith("|") or (bool(_COLUMNS.search(text)) and not _RUNNING.search(text))


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _ends_sentence(text: str) -> bool:
    return text.rstrip(_CLOSERS)[-1:] in _TERMINAL


def _needs_space(last: str, first: str) -> bool:
    """Tell whether the line end between two lines of a paragraph is part of its text: between Latin words, or rows."""
    ends = last[-1] + first[0]
    return (ends.isascii() and ends.isalpha()) or not _has_words(first)
