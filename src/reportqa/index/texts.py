"""The words by which passages and figures are searched: what is encoded for a sentence, a clause, a row, a figure."""

from __future__ import annotations

from collections.abc import Iterator

from reportqa.outline.passages import clauses, rows_of, sentences
from reportqa.outline.sections import bare_heading
from reportqa.text.records import Figure, Passage

Unit = tuple[tuple[int, int], bool, str]


def unit_texts(passage: Passage, text: str) -> Iterator[Unit]:
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


def _row_texts(passage: Passage, text: str, topic: str) -> Iterator[Unit]:
    # The caption opens the first row's text already.
    said = len(passage.leads[0])
    rows = list(rows_of(passage))
    for cells in rows:
        start, end = cells[0][0], cells[-1][1]
        yield (start, end), True, topic + text[max(start, said) : end]
    for start, end in (cell for cells in rows for cell in cells):
        yield (start, end), False, topic + text[max(start, said) : end]
