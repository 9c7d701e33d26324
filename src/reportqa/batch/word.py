"""The answers as a Word document: a heading a question, quotes with their highlights, sources in small print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from reportqa.batch.archive import save_settled
from reportqa.batch.cells import clean, details
from reportqa.batch.reviewed import sources
from reportqa.batch.rows import AnsweredRow, QuestionList
from reportqa.batch.summary import Summary
from reportqa.output.wording import NEAREST, headline, source_words
from reportqa.text.records import Citation

_LATIN, _HAN = "Calibri", "宋体"
_STYLES = ("Normal", "Title", "Heading 2", "Quote", "List Bullet", "Caption")


def write_docx(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write the document; the number after a quote is that of its source, below the quotes of the same question."""
    book = _Document(questions.name)
    book.add("Title", f"问答：{questions.name}")
    for line in summary.lines():
        book.add("List Bullet", line)
    for one in rows:
        _write_answer(book, one)
    save_settled(book.save, path)


class _Document:
    """A Word document with fonts that hold Chinese; its numbered sources run through."""

    def __init__(self, title: str) -> None:
        self._document = Document()
        # Before a paragraph that stands at the end: adding after the last one looks through all that are there.
        self._end = self._document.add_paragraph()
        for section in self._document.sections:
            section.page_width, section.page_height = Mm(210), Mm(297)
        self._document.core_properties.author = "reportqa"
        self._document.core_properties.title = clean(title)[:255]
        self._document.core_properties.comments = ""
        self._styles = {name: self._style(name) for name in _STYLES}
        self.sources = 0

    def add(self, style: str, text: str = "") -> Paragraph:
        """Add a paragraph."""
        paragraph = self._end.insert_paragraph_before(clean(text) or None)
        # Not through ``paragraph.style``, which looks through every style of the document.
        paragraph.paragraph_format.element.style = self._styles[style]
        return paragraph

    def save(self, path: Path) -> None:
        """Write what was added; nothing can be added after it."""
        end = self._end.paragraph_format.element
        end.getparent().remove(end)
        self._document.save(str(path))

    def _style(self, name: str) -> str:
        """Give a style fonts that hold Chinese, and return its id."""
        style: Any = self._document.styles[name]
        style.font.name = _LATIN
        # Word takes the font of Chinese from an attribute of its own, and a theme font before it.
        fonts = style.element.rPr.rFonts
        fonts.set(qn("w:eastAsia"), _HAN)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        return str(style.style_id)


def _write_answer(book: _Document, one: AnsweredRow) -> None:
    book.add("Heading 2", f"{one.row.number}. {one.row.question}")
    book.add("Normal").add_run(clean(headline(one.answer))).bold = True
    cited = sources(one.answer)
    if cited and not one.answer.found:
        book.add("Normal", NEAREST)
    for number, citation in enumerate(cited, book.sources + 1):
        _write_quote(book.add("Quote"), citation, number)
    for label, text in details(one):
        book.add("List Bullet", f"{label}：{text}")
    for number, citation in enumerate(cited, book.sources + 1):
        source = book.add("Caption", f"[{number}] {source_words(citation)}")
        source.paragraph_format.space_after = Pt(2)
    book.sources += len(cited)


def _write_quote(paragraph: Paragraph, citation: Citation, number: int) -> None:
    for text, marked in _runs(citation):
        run = paragraph.add_run(clean(text))
        if marked:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    mark = paragraph.add_run(f"[{number}]")
    mark.font.superscript = True
    mark.font.color.rgb = RGBColor(0x05, 0x63, 0xC1)


def _runs(citation: Citation) -> Iterator[tuple[str, bool]]:
    """Cut a quote where its highlights begin and end."""
    text, end = citation.text, 0
    for span in sorted(citation.highlights):
        low, high = max(span.start - citation.start, end), span.end - citation.start
        if low < high:
            yield text[end:low], False
            yield text[low:high], True
            end = high
    yield text[end:], False
