"""Figures as data: every number of a text with its unit, what it measures, its scope and what it is a part of.

``plain`` makes the matching form; ``scan`` finds numbers with units (names, numerals, units, dates, rates, amounts,
qualifiers); ``places`` gives each its surrounding words; ``read_places`` says what they measure (context, scopes,
phrases, following, counted, listed, tags); ``prose`` does all that for running text. Of a table, ``labels`` reads the
heads, ``axes`` says which of them measure and of whom, and ``cells`` reads the amounts.
A difference in 百分点 is no percentage: its kind is "other".
"""

from __future__ import annotations

from reportqa.figures.cells import cell_figures
from reportqa.figures.prose import figures_of
from reportqa.outline.sections import split_sections
from reportqa.reading import make_document
from reportqa.text.records import Document, Figure, Paragraph, Prose, Span

__all__ = ["extract_figures", "figures_in_text", "figures_of", "paragraph_figures"]


def paragraph_figures(paragraph: Paragraph, document: Document) -> list[Figure]:
    """Return the figures of one paragraph of a document, in order: of its sentences, or of the cells of its table."""
    if paragraph.table:
        return cell_figures(paragraph, paragraph.table, document.text, document.year)
    return figures_of(Prose.read(document.text, paragraph.spans), document.name, paragraph.section)


def extract_figures(text: str) -> list[Figure]:
    r"""Return the figures of a whole report's text, in order; numbering, captions and headings are none.

    >>> [(f.text, f.indicator, f.section) for f in extract_figures("一、规模\n（一）学生\n 图 3 规模\n招生6191人。\n")]
    [('6191人', '招生', ('一、规模', '（一）学生'))]

    Positions count the code points of ``text``. Any text will do; time is linear in its length.
    """
    document = make_document("", text)
    return [
        figure for paragraph in split_sections(document).paragraphs for figure in paragraph_figures(paragraph, document)
    ]


def figures_in_text(text: str) -> list[Figure]:
    """Return the figures of a plain string whose lines are its paragraphs.

    >>> [(f.text, f.normalized_value, f.indicator) for f in figures_in_text("辖19个街道11个镇，生师比为18.29：1")]
    [('19个', 19, '街道'), ('11个', 11, '镇'), ('18.29：1', 18.29, '生师比')]
    """
    figures: list[Figure] = []
    start = 0
    for line in text.splitlines(keepends=True):
        figures += figures_of(Prose.read(text, [Span(start, start + len(line))]))
        start += len(line)
    return figures
