"""This program, through its public interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from programs import TOP, Place

from reportqa.index.build import build_index
from reportqa.qa import ReportQA
from reportqa.text.records import Answer


@dataclass
class Program:
    """``folder`` asks through sentence-transformers as the others do, not through the bundled model's own engine."""

    model: Path
    folder: bool = False

    def build(self, source: Path, index: Path) -> None:
        """Read, extract the figures, encode and store."""
        build_index([source], index, model=self._chosen())

    def open(self, index: Path, batch: bool) -> None:
        """Open the index with the encoder for single questions or for lists."""
        self._qa = ReportQA.open(index, model=self._chosen())

    def search(self, question: str) -> list[Place]:
        """Answer a question in full, and return its citations."""
        return _places(self._qa.ask(question, top_k=TOP))

    def search_all(self, questions: Sequence[str]) -> list[list[Place]]:
        """Answer a list in full, encoding the questions together."""
        return [_places(answer) for answer in self._qa.answer_all(questions, top_k=TOP)]

    def _chosen(self) -> str | None:
        return str(self.model) if self.folder else None


def _places(answer: Answer) -> list[Place]:
    return [Place(citation.document, citation.start, citation.end) for citation in answer.citations]
