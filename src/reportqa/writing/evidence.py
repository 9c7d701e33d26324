"""What a citation says, as far as a sentence that names it may be held against it."""

from __future__ import annotations

from dataclasses import dataclass

from reportqa.qa import ReportQA
from reportqa.text.records import Citation, Figure, Prose


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cited passage as it is read, its figures, and what stands over it: title, headings, region."""

    citation: Citation
    prose: Prose
    figures: tuple[Figure, ...]
    over: str

    @classmethod
    def of(cls, qa: ReportQA, citation: Citation) -> Evidence:
        """Read a citation's passage."""
        passage, info = qa.passage_of(citation), qa.store.info(citation.document)
        over = " ".join(filter(None, (info.title, info.region, *citation.section)))
        return cls(citation, passage.prose, qa.store.figures(passage.number), over)
