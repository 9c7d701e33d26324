"""A question with what was found for it: the passages, read with it, and their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from reportqa.asking.matching import FigureMatch, match_figures
from reportqa.asking.question import Question
from reportqa.asking.read import read
from reportqa.asking.search import Candidate, Retriever
from reportqa.index.dense import Vectors
from reportqa.models.reader import Reader

# How much of what the best passage says of a question, by the rarity of its words, one of another report must say.
_SPOKEN = 0.8


@dataclass(frozen=True)
class Found:
    """A question, focused on the reports it is asked of, its encoding, and the passages found, best first."""

    question: Question
    vector: Vectors
    candidates: list[Candidate]
    retriever: Retriever = field(repr=False)
    reader: Reader = field(repr=False)

    @cached_property
    def matches(self) -> list[FigureMatch]:
        """The figures of the passages, the likeliest answer first."""
        return match_figures(self.question, self.candidates, self.retriever, self.vector)

    @property
    def best(self) -> Candidate:
        """The best passage."""
        return self.candidates[0]

    def of_the_subject(self) -> Found:
        """Leave out passages of other reports than the best one that say less of what the question names."""
        least, name = _SPOKEN * self.best.signals["said"], self.best.passage.passage.document
        near = [c for c in self.candidates if c.passage.passage.document == name or c.signals["said"] >= least]
        return replace(self, candidates=near)


def look_up(
    question: Question,
    retriever: Retriever,
    reader: Reader,
    documents: Sequence[str] | None = None,
    vector: Vectors | None = None,
) -> Found:
    """Search some ``documents``, None being all, for a question, and read the best passages with it.

    >>> look_up(understand("招生多少人"), retriever, reader).matches[0].figure.text      # doctest: +SKIP
    '6191人'

    ``vector`` is its encoding where it has been encoded with others before.
    """
    question = retriever.reports.focus(question, documents)
    vector = retriever.encode([question])[0] if vector is None else vector
    candidates = read(reader, retriever, question, retriever.search(question, vector, documents=documents))
    return Found(question, vector, candidates, retriever, reader)
