"""What of a cited passage a document shows: the sentences that carry the answer, with the clauses that do so marked."""

from __future__ import annotations

from collections.abc import Iterator

from reportqa.outline.passages import sentences
from reportqa.text.records import Citation


def excerpt(citation: Citation) -> list[tuple[str, bool]]:
    """Return the sentences of a passage that hold a highlight, cut where highlights begin and end.

    >>> from reportqa.text.records import Span
    >>> text = "教育稳步发展。本年招生6191人，毕业6782人。"
    >>> excerpt(Citation(1, "r.txt", (), 1, 100, 122, text, 0.9, (Span(107, 117),)))
    [('本年招生6191人，', True), ('毕业6782人。', False)]

    What is left out between two of them is ……; a passage without a highlight is shown whole.
    """
    marks = sorted((span.start - citation.start, span.end - citation.start) for span in citation.highlights)
    kept = [
        (start, end)
        for start, end in sentences(citation.text)
        if not marks or any(low < end and start < high for low, high in marks)
    ]
    runs: list[tuple[str, bool]] = []
    for place, (start, end) in enumerate(kept):
        if place and kept[place - 1][1] < start:
            runs.append(("……", False))
        runs += _runs(citation.text, start, end, marks)
    return runs


def excerpt_text(citation: Citation) -> str:
    """Return the words of :func:`excerpt` as one text."""
    return "".join(text for text, _ in excerpt(citation)).strip()


def _runs(text: str, at: int, end: int, marks: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    for low, high in marks:
        low, high = max(low, at), min(high, end)
        if low < high:
            yield from ((text[at:low], False),) if at < low else ()
            yield text[low:high], True
            at = high
    if at < end:
        yield text[at:end], False
