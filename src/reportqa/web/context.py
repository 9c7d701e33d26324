"""What stands around a passage, for a reader who wants more of it than is quoted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reportqa.text.records import Answer, Citation, Document

_LINES = 3
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Context:
    """The lines before and after a passage, cut to what is read at a glance, and its page where it is of a PDF."""

    before: str
    after: str
    page: int | None = None


def contexts(answer: Answer, document_of: Callable[[str], Document]) -> list[Context]:
    """Return what stands around each citation of an answer, in their order."""
    return [around(document_of(citation.document), citation) for citation in answer.citations]


def around(document: Document, citation: Citation) -> Context:
    r"""Return the few lines before and after a passage.

    >>> cited = Citation(1, "甲.txt", (), 1, 5, 13, "招生6191人。", 0.9)
    >>> around(Document("甲.txt", "一、规模\n招生6191人。\n毕业生6782人。", ""), cited)
    Context(before='一、规模', after='毕业生6782人。', page=None)
    """
    before = [line for line in document.text[: citation.start].split("\n") if line.strip()][-_LINES:]
    after = [line for line in document.text[citation.end :].split("\n") if line.strip()][:_LINES]
    first = min((span.start for span in citation.highlights), default=citation.start)
    page = document.page_at(first) if citation.document.lower().endswith(".pdf") else None
    return Context("\n".join(before)[-_LONGEST:], "\n".join(after)[:_LONGEST], page)
