"""The same functions for programs: named endpoints for gradio_client and curl, and tools for MCP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.events import api

from reportqa.errors import InputError, ReportQAError
from reportqa.web.library import Library
from reportqa.web.selection import Selection

_MOST_QUESTIONS = 1000


def offer_api(library: Library) -> None:
    """Register the endpoints; to be called where the pages are laid out."""
    for function in _functions(library):
        # Not queued: an MCP tool would otherwise call its own server back, and without the caller's login.
        api(function, api_name=function.__name__, queue=False)


def _functions(library: Library) -> list[Callable[..., Any]]:
    def ask(question: str, top_k: int = 5) -> dict[str, Any]:
        """Answer one Chinese question about the indexed reports, with citations, figures and arithmetic.

        Args:
            question: The question, for example 本学年招生多少人？
            top_k: At most this many cited passages, 1 to 100.

        Returns:
            The answer record: status, answer, citations, figures, conflicts, derivation and illustrations.
        """
        with _errors_told():
            return library.qa.ask(question, _whole(top_k, 1, 100)).to_record()

    def batch(questions: list[str], top_k: int = 5) -> list[dict[str, Any]]:
        """Answer a list of questions in its order; one that cannot be read gets the status "error".

        Args:
            questions: At most 1000 questions.
            top_k: At most this many cited passages an answer, 1 to 100.

        Returns:
            One answer record for each question.
        """
        with _errors_told():
            if len(questions) > _MOST_QUESTIONS:
                raise InputError(f"一次最多 {_MOST_QUESTIONS} 个问题，给了 {len(questions)} 个：请分几次。")
            answers = library.qa.answer_all([str(question) for question in questions], top_k=_whole(top_k, 1, 100))
            return [answer.to_record() for answer in answers]

    def figures(words: str = "", kind: str = "", unit: str = "", chapter: str = "") -> list[dict[str, Any]]:
        """List the figures (numbers) of the reports as data, in the order in which they stand there.

        Args:
            words: Only figures whose indicator, scope, text or headings hold all of these words, parted by spaces.
            kind: Only this kind: count, money, area, percent, ratio, date, duration, rank or other.
            unit: Only this unit, for example 人.
            chapter: Only under this outermost heading.

        Returns:
            Figure records: indicator, value, unit, scope, text, document, start, end and more.
        """
        with _errors_told():
            chosen = Selection(words=words, kind=kind, unit=unit, chapter=chapter).of(library.qa.figures())
            return [figure.to_record() for figure in chosen]

    def documents() -> list[dict[str, Any]]:
        """List the indexed reports.

        Returns:
            For each report its name, title, year, region and length in characters.
        """
        with _errors_told():
            return [
                {
                    "name": document.name,
                    "title": document.title,
                    "year": document.year,
                    "region": document.region,
                    "length": len(document.text),
                }
                for document in library.qa.documents()
            ]

    def read(document: str, start: int = 0, end: int = 2000) -> dict[str, Any]:
        """Read a stretch of a report's text, as a citation or a figure names it.

        Args:
            document: The report's name.
            start: The first character, counted in code points from 0.
            end: The character after the last one; at most the length of the report.

        Returns:
            The document, the start and end that were read, and the text between them.
        """
        with _errors_told():
            found = next((one for one in library.qa.documents() if one.name == document), None)
            if found is None:
                raise InputError(f"这份报告不在索引里：{document}。")
            low = _whole(start, 0, len(found.text))
            high = min(_whole(end, low, None), len(found.text))
            return {"document": document, "start": low, "end": high, "text": found.text[low:high]}

    return [ask, batch, figures, documents, read]


@contextmanager
def _errors_told() -> Iterator[None]:
    """Let a caller read what is wrong, instead of that something is."""
    try:
        yield
    except ReportQAError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _whole(number: object, low: int, high: int | None) -> int:
    if not isinstance(number, int) or number < low or (high is not None and number > high):
        raise InputError(f"要 {low} {f'到 {high} ' if high is not None else '以上'}的整数，给的是 {number}。")
    return number
