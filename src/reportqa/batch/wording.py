"""What a document says of an answer, line by line: one wording for Markdown and Word."""

from __future__ import annotations

from collections.abc import Iterator

from reportqa.batch.cells import STATUS, conflict_text, derivation_text, figure_text, note_text, section_text
from reportqa.batch.columns import as_text
from reportqa.batch.rows import AnsweredRow
from reportqa.text.records import Citation

NEAREST = "最接近的原文："


def headline(one: AnsweredRow) -> str:
    """Return the answer itself, or why there is none.

    >>> from reportqa.batch.rows import QuestionRow
    >>> from reportqa.text.records import Answer
    >>> headline(AnsweredRow(QuestionRow(1, "招生多少人？"), Answer("招生多少人？", "answered", "6191人")))
    '6191人'
    """
    answer = one.answer
    if answer.status == "not_found":
        return "报告里没有找到答案"
    verdict = f"{answer.verdict}。" if answer.verdict else ""
    return f"{verdict}{answer.answer}" if answer.found else "无法回答"


def details(one: AnsweredRow) -> Iterator[tuple[str, str]]:
    """Yield what belongs to the answer, each with its label; what there is not is left out."""
    answer = one.answer
    yield "状态", STATUS[answer.status]
    if answer.found:
        yield "置信度", f"{answer.confidence:.2f}"
    others: tuple[tuple[str, str], ...] = (
        ("数据", "；".join(map(figure_text, answer.figures))),
        ("计算", derivation_text(one)),
        ("前后矛盾", conflict_text(one)),
        ("提示", note_text(one)),
        *((name, as_text(value)) for name, value in one.row.others.items()),
    )
    yield from ((label, text) for label, text in others if text)


def source_text(citation: Citation) -> str:
    """Return where a quote stands: file, section path, paragraph, characters."""
    page = f"第 {citation.page} 页，" if citation.page else ""
    section = f"{section_text(citation)}，" if citation.section else ""
    place = f"第 {citation.paragraph} 段，字符 {citation.start}–{citation.end}"
    return f"{citation.document}，{page}{section}{place}"
