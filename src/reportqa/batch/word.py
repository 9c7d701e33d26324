"""The answers as a Word document: question, answer, quote with its highlights, source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from reportqa.batch.archive import save_settled
from reportqa.batch.cells import answer_text, remarks
from reportqa.batch.excerpts import excerpt
from reportqa.batch.rows import AnsweredRow, QuestionList
from reportqa.batch.several import sources
from reportqa.batch.summary import Summary
from reportqa.output.sheets import clean
from reportqa.output.wording import NEAREST, place_words

_LATIN, _HAN = "Calibri", "宋体"
_BLACK, _GREY = RGBColor(0, 0, 0), RGBColor(0x59, 0x59, 0x59)
# Of each style: its size, the space above and below in points, and its colour.
_STYLES = {
    "Normal": (10.5, 0, 2, _BLACK),
    "Title": (18, 0, 6, _BLACK),
    "Heading 2": (11, 8, 1, RGBColor(0x1F, 0x3A, 0x5F)),
    "Quote": (10, 0, 1, _BLACK),
    "Caption": (8.5, 0, 1, _GREY),
}


def write_docx(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write the document; what the run came to stands in small print below the title."""
    book = _Document(questions.title)
    book.add("Title", questions.title)
    book.add("Caption", " ".join(summary.lines()))
    for one in rows:
        _write_answer(book, one)
    save_settled(book.save, path)


class _Document:
    """A Word document on A4, its pages numbered, with fonts that hold Chinese."""

    def __init__(self, title: str) -> None:
        self._document = Document()
        # Before a paragraph that stands at the end: adding after the last one looks through all that are there.
        self._end = self._document.add_paragraph()
        (section,) = self._document.sections
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin = section.bottom_margin = Mm(20)
        self._document.core_properties.author = "reportqa"
        self._document.core_properties.title = clean(title)[:255]
        self._document.core_properties.comments = ""
        self._styles = {name: self._style(name, *form) for name, form in _STYLES.items()}
        _number_pages(section.footer.paragraphs[0])

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

    def _style(self, name: str, size: float, above: float, below: float, colour: RGBColor) -> str:
        """Give a style its form and fonts that hold Chinese, and return its id."""
        style: Any = self._document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = _LATIN, Pt(size), colour
        # Slanted Chinese is hard to read.
        style.font.italic, style.font.bold = False, name in ("Title", "Heading 2")
        form = style.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(above), Pt(below), 1.1
        form.left_indent = Mm(5) if name in ("Quote", "Caption") else None
        # Word takes the font of Chinese from an attribute of its own, and a theme font before it.
        fonts = style.element.rPr.rFonts
        fonts.set(qn("w:eastAsia"), _HAN)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        return str(style.style_id)


def _number_pages(footer: Paragraph) -> None:
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    footer._p.append(field)


def _write_answer(book: _Document, one: AnsweredRow) -> None:
    book.add("Heading 2", f"{one.row.number}. {one.row.question}")
    answer = book.add("Normal")
    answer.paragraph_format.keep_with_next = True
    answer.add_run(clean(answer_text(one))).bold = True
    cited = sources(one.answer)
    if cited and not one.answer.found:
        answer.add_run(f"　{NEAREST}")
    for citation in cited:
        quote = book.add("Quote")
        quote.paragraph_format.keep_with_next = True
        for text, marked in excerpt(citation):
            run = quote.add_run(clean(text))
            if marked:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        book.add("Caption", place_words(citation))
    if said := remarks(one):
        book.add("Caption", said)
