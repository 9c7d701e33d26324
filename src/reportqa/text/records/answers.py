"""An answer and what it shows: citations, figures, contradictions, arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from reportqa.text.records.documents import Illustration
from reportqa.text.records.figures import Figure
from reportqa.text.records.scans import Cut
from reportqa.text.records.spans import Span

SCHEMA = 1
Status = Literal["answered", "not_found", "unclear", "error"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage as quoted in an answer, with the clauses in it that carry the answer.

    ``scans`` are the parts of page images that show it, where its words were recognised.
    """

    rank: int
    document: str
    section: tuple[str, ...]
    paragraph: int
    start: int
    end: int
    text: str
    score: float
    highlights: tuple[Span, ...] = ()
    year: int | None = None
    region: str | None = None
    page: int | None = None
    scans: tuple[Cut, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``citations``."""
        return {
            "rank": self.rank,
            "document": self.document,
            "year": self.year,
            "region": self.region,
            "page": self.page,
            "section": list(self.section),
            "paragraph": self.paragraph,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": round(self.score, 4),
            "highlights": [[span.start, span.end] for span in self.highlights],
            "scans": [cut.to_record() for cut in self.scans],
        }


@dataclass(frozen=True, slots=True)
class CitedFigure:
    """A figure of an answer with the rank of the citation that shows it, None where none does.

    ``recognition`` is how surely it was read from an image, 0 to 1; None where it was not.
    """

    figure: Figure
    citation: int | None
    recognition: float | None = None

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``figures``."""
        record = self.figure.to_record()
        del record["section"]
        return record | {"citation": self.citation, "recognition": self.recognition}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One indicator and scope for which the report gives two or more values."""

    indicator: str
    figures: tuple[CitedFigure, ...]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``conflicts``."""
        return {"indicator": self.indicator, "figures": [figure.to_record() for figure in self.figures]}


@dataclass(frozen=True, slots=True)
class Derivation:
    """Arithmetic over stated figures: 5308 ÷ 6782 = 78.27%."""

    expression: str
    value: float
    text: str
    operands: tuple[CitedFigure, ...]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of an answer's ``derivation``."""
        return {
            "expression": self.expression,
            "value": round(self.value, 6),
            "text": self.text,
            "operands": [operand.to_record() for operand in self.operands],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer record: the same through the library, the command line, batch, API and web.

    ``status`` is "not_found" where the report is silent: then ``citations`` are the nearest passages. It is "unclear"
    where the question says too little: then ``choices`` are questions over the report that it may have meant.
    """

    question: str
    status: Status
    answer: str = ""
    verdict: Literal["是", "否"] | None = None
    message: str = ""
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    figures: tuple[CitedFigure, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    derivation: Derivation | None = None
    illustrations: tuple[Illustration, ...] = ()
    choices: tuple[str, ...] = ()
    id: Any = field(default=None)

    @property
    def found(self) -> bool:
        """Whether the report answers the question."""
        return self.status == "answered"

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object that ``ask --json`` prints."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "question": self.question,
            "status": self.status,
            "answer": self.answer,
            "verdict": self.verdict,
            "message": self.message,
            "confidence": round(self.confidence, 4),
            "citations": [citation.to_record() for citation in self.citations],
            "figures": [figure.to_record() for figure in self.figures],
            "conflicts": [conflict.to_record() for conflict in self.conflicts],
            "derivation": self.derivation.to_record() if self.derivation else None,
            "illustrations": [illustration.to_record() for illustration in self.illustrations],
            "choices": list(self.choices),
        }
