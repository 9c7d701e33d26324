"""What is encoded of a passage: its header and text, and in it the sentences, clauses, rows and figures."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportqa.figures.extract import paragraph_figures
from reportqa.models.parts import Parts
from reportqa.outline.headings import bare_heading, header_of
from reportqa.outline.passages import clauses, sentences, split_passages
from reportqa.outline.sections import Outline
from reportqa.text.naming import known_as
from reportqa.text.records import Document, Figure, Passage, Prose

UnitText = tuple[tuple[int, int], bool, str]


@dataclass(frozen=True, slots=True)
class Planned:
    """A passage with its units and figures; ``parts`` are both as they are encoded, the units first."""

    passage: Passage
    units: tuple[UnitText, ...]
    figures: tuple[Figure, ...]
    parts: Parts


def planned_passages(document: Document, outline: Outline) -> Iterator[Planned]:
    """Yield the passages of a document with all that is encoded of them, in order."""
    known = known_as(document.title, document.name)
    for paragraph in outline.paragraphs:
        figures = paragraph_figures(paragraph, document)
        starts = [figure.start for figure in figures]
        for passage in split_passages(paragraph, document.text):
            first, last = bisect_left(starts, passage.span.start), bisect_left(starts, passage.span.end)
            prose, own = passage.prose(document.text), tuple(figures[first:last])
            units = tuple(unit_texts(passage, prose.text))
            parts = parts_of(header_of(known, passage.section), prose, units, own)
            yield Planned(passage, units, own, parts)


def parts_of(header: str, prose: Prose, units: Sequence[UnitText], figures: Sequence[Figure]) -> Parts:
    """Return a passage with what gets vectors in it: the units of :func:`unit_texts`, then the figures."""
    places = [(prose.offset(one.start), prose.offset(one.end - 1) + 1) for one in figures]
    ranges = (*(place for place, _, _ in units), *places)
    return Parts(header, prose.text, ranges, (*(words for _, _, words in units), *map(figure_text, figures)))


def unit_texts(passage: Passage, text: str) -> Iterator[UnitText]:
    """Yield the sentences and clauses of a passage: range in ``text``, whether it is whole, and its words alone.

    >>> from reportqa.text.records import Span
    >>> passage = Passage("r.txt", ("一、概况", "（三）学生规模"), 1, (Span(0, 15),))
    >>> [words for _, _, words in unit_texts(passage, "招生6191人，毕业6782人。")]
    ['招生6191人，毕业6782人。', '学生规模：招生6191人，', '学生规模：毕业6782人。']

    The words are for a model that reads each part by itself. A clause alone often does not say what it is about; the
    innermost heading before it does (docs/retrieval.md). Of a table, a row is a sentence and a cell a clause, both
    under the table's caption, else under the heading.
    """
    topic = bare_heading(passage.section[-1]) + "：" if passage.section else ""
    if passage.leads:
        yield from _row_texts(passage, text, passage.leads[0] or topic)
        return
    for start, end in sentences(text):
        yield (start, end), True, text[start:end]
    for start, end in clauses(text):
        yield (start, end), False, topic + text[start:end]


def figure_text(figure: Figure) -> str:
    """Return the words of a figure for a model that reads it by itself: whom it covers, what it measures, itself.

    >>> from reportqa.figures.extract import figures_in_text
    >>> figure_text(figures_in_text("招生6191人。")[0])
    '招生6191人'
    """
    return f"{figure.scope.removeprefix('含')}{figure.indicator}{figure.text}"


def _row_texts(passage: Passage, text: str, topic: str) -> Iterator[UnitText]:
    # The caption opens the first row's text already.
    said = len(passage.leads[0])
    for cells in passage.rows:
        start, end = cells[0].start, cells[-1].end
        yield (start, end), True, topic + text[max(start, said) : end]
    for cell in (cell for cells in passage.rows for cell in cells):
        yield (cell.start, cell.end), False, topic + text[max(cell.start, said) : cell.end]
