"""The frozen records that travel through every stage, and the JSON form in which they leave the program.

A document's text is made once, in reading, and never rewritten: every position below counts code points of that text,
half-open, so that ``document.text[span.start:span.end]`` is the quoted text.
"""

from __future__ import annotations

from reportqa.text.records.answers import SCHEMA, Answer, Citation, CitedFigure, Conflict, Derivation, Status
from reportqa.text.records.documents import (
    Document,
    Illustration,
    Paragraph,
    Passage,
    Picture,
    Section,
    Table,
    TableCell,
    TableRow,
)
from reportqa.text.records.figures import Bound, Compared, Figure, Kind, Value
from reportqa.text.records.scans import Cut, Scan, ScanLine
from reportqa.text.records.spans import Prose, Span

__all__ = [
    "SCHEMA",
    "Answer",
    "Bound",
    "Citation",
    "CitedFigure",
    "Compared",
    "Conflict",
    "Cut",
    "Derivation",
    "Document",
    "Figure",
    "Illustration",
    "Kind",
    "Paragraph",
    "Passage",
    "Picture",
    "Prose",
    "Scan",
    "ScanLine",
    "Section",
    "Span",
    "Status",
    "Table",
    "TableCell",
    "TableRow",
    "Value",
]
