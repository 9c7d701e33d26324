"""An answer as it is carried into a document: in words, with its source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from reportqa.text.records import Answer, Citation


def quotation(answer: Answer, titles: Mapping[str, str]) -> str:
    """Write an answer with its first source, in a form fit for a document; nothing where there is no answer.

    >>> from reportqa.text.records import Span
    >>> cited = Citation(1, "年报.txt", ("一、概况", "（三）规模"), 1, 0, 10, "本年招生6191人。", 0.9, (Span(0, 10),))
    >>> quotation(Answer("招生多少人？", "answered", "6191人", citations=(cited,)), {"年报.txt": "教育质量年报"})
    '6191人（《教育质量年报》“一、概况 › （三）规模”第1段：“本年招生6191人。”）'
    """
    if not answer.found or not answer.citations:
        return ""
    citation = answer.citations[0]
    title = titles.get(citation.document) or PurePath(citation.document).stem
    section = f"“{' › '.join(citation.section)}”" if citation.section else ""
    page = f"第{citation.page}页" if citation.page else ""
    derived = f"，{answer.derivation.expression} = {answer.derivation.text}" if answer.derivation else ""
    verdict = f"{answer.verdict}。" if answer.verdict else ""
    where = f"《{title}》{section}{page}第{citation.paragraph}段"
    return f"{verdict}{answer.answer}{derived}（{where}：“{_quoted(citation)}”）"


def _quoted(citation: Citation) -> str:
    """Join what is highlighted in a quote, or take all of it, as one line."""
    start = citation.start
    highlights = [citation.text[span.start - start : span.end - start] for span in citation.highlights]
    return " ".join("……".join(highlights or [citation.text]).split())
