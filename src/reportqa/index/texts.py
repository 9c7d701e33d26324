"""The words by which passages and figures are searched: what is encoded for a sentence, a clause, a row, a figure."""

from __future__ import annotations

from collections.abc import Iterator

from reportqa.outline.headings import bare_heading
from reportqa.outline.passages import clauses, sentences
from reportqa.text.records import Figure, Passage

UnitText = tuple[tuple[int, int], bool, str]


def unit_texts(passage: Passage, text: str) -> Iterator[UnitText]:
    """Yield the parts of a passage that get vectors: range in ``text``, whether it is whole, and words to encode.

    >>> from reportqa.text.records import Span
    >>> passage = Passage("r.txt", ("一、概况", "（三）学生规模"), 1, (Span(0, 15),))
    >>> [words for _, _, words in unit_texts(passage, "招生6191人，毕业6782人。")]
    ['招生6191人，毕业6782人。', '学生规模：招生6191人，', '学生规模：毕业6782人。']

    A clause alone often does not say what it is about; the innermost heading before it does (docs/retrieval.md). Of a
    table, a row is a sentence and a cell a clause, both under the table's caption, else under the heading.
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
    """Return the words by which a figure is found: whom it covers, what it measures, and itself.

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
