"""The functions for programs: endpoints for gradio_client, addresses for curl; `tools` offers them over MCP."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial, wraps
from http import HTTPStatus
from inspect import signature
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from gradio.events import api
from pydantic import ConfigDict, ValidationError, validate_call

from reportqa.errors import InputError, ReportQAError
from reportqa.web.library import Library
from reportqa.web.selection import Selection

_MOST_QUESTIONS = 1000

Function = Callable[..., dict[str, Any] | list[dict[str, Any]]]


def functions_of(library: Library) -> list[Function]:
    """Return the functions for programs; each raises ReportQAError where it is called wrongly."""

    def ask(
        question: str, top_k: int = 5, previous: str | None = None, documents: list[str] | None = None
    ) -> dict[str, Any]:
        """Answer one Chinese question about the indexed reports, with citations, figures and arithmetic.

        Args:
            question: The question, for example 本学年招生多少人？
            top_k: At most this many cited passages, 1 to 100.
            previous: The question asked before, for one that leans on it: 那民办的呢？ after 公办学校有几所？
            documents: The names of the reports to ask; all of them where none is named.

        Returns:
            The answer record: question (completed), status, answer, citations, figures, conflicts, derivation and more.
        """
        return library.ask("api", question, _whole(top_k, 1, 100), previous, documents).to_record()

    def batch(questions: list[str], top_k: int = 5) -> list[dict[str, Any]]:
        """Answer a list of questions in its order; one that cannot be read gets the status "error".

        Args:
            questions: At most 1000 questions.
            top_k: At most this many cited passages an answer, 1 to 100.

        Returns:
            One answer record for each question.
        """
        if len(questions) > _MOST_QUESTIONS:
            raise InputError(f"一次最多 {_MOST_QUESTIONS} 个问题，给了 {len(questions)} 个：请分几次。")
        answers = library.qa.answer_all([str(question) for question in questions], top_k=_whole(top_k, 1, 100))
        library.metrics.answered(answers)
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
        chosen = Selection(words=words, kind=kind, unit=unit, chapter=chapter).of(library.qa.figures())
        return [figure.to_record() for figure in chosen]

    def documents() -> list[dict[str, Any]]:
        """List the indexed reports.

        Returns:
            For each report its name, title, year, region and length in characters, lines on what was not read,
            and how many pages were recognised.
        """
        return [
            {
                "name": document.name,
                "title": document.title,
                "year": document.year,
                "region": document.region,
                "length": document.characters,
                "notes": list(document.notes),
                "recognised": document.scans,
            }
            for document in library.qa.store.library()
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
        text = library.qa.document(document).text
        low = _whole(start, 0, len(text))
        high = min(_whole(end, low, None), len(text))
        return {"document": document, "start": low, "end": high, "text": text[low:high]}

    return [_checked(function) for function in (ask, batch, figures, documents, read)]


def offer_api(functions: Sequence[Function]) -> None:
    """Register the endpoints; to be called where the pages are laid out."""
    for function in functions:
        api(_telling(function), api_name=function.__name__, queue=False)


def offer_calls(app: FastAPI, functions: Sequence[Function]) -> None:
    """Answer calls by address, before Gradio does: it wants every argument, and fails with 500 and in Python."""
    for function in functions:
        app.post(f"/gradio_api/run/{function.__name__}")(_by_address(function))


def _by_address(function: Function) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def called(request: Request) -> JSONResponse:
        try:
            given = _data(await request.body())
            return JSONResponse({"data": [await run_sync(partial(function, *given))]})
        except InputError as error:
            return JSONResponse({"error": str(error)}, HTTPStatus.BAD_REQUEST)
        except ReportQAError as error:
            return JSONResponse({"error": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)

    return called


def _data(body: bytes) -> list[Any]:
    """Return the arguments of a call by address: ``{"data": ["本学年招生多少人？"]}``."""
    try:
        given = json.loads(body)["data"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError('请求要写成 JSON：{"data": [参数, …]}。') from error
    if not isinstance(given, list):
        raise InputError('data 要是一列参数：{"data": [参数, …]}。')
    return given


def _telling(function: Function) -> Function:
    """Let a caller of an endpoint read what is wrong, instead of that something is."""

    @wraps(function)
    def called(*given: Any) -> dict[str, Any] | list[dict[str, Any]]:
        try:
            return function(*given)
        except ReportQAError as error:
            raise gr.Error(str(error), title="出错了", print_exception=False) from error

    return called


def _checked(function: Function) -> Function:
    """Refuse values of other types than the function names, before it meets them."""
    strict = validate_call(config=ConfigDict(strict=True))(function)
    names = list(signature(function).parameters)

    @wraps(function)
    def called(*given: Any, **named: Any) -> dict[str, Any] | list[dict[str, Any]]:
        try:
            return strict(*given, **named)
        except ValidationError as error:
            wrong = error.errors()[0]
            where = wrong["loc"][0]
            name = names[where] if isinstance(where, int) and where < len(names) else where
            match wrong["type"]:
                case "missing_argument":
                    complaint = f"没有给出参数 {name}"
                case "unexpected_positional_argument":
                    complaint = f"参数太多，最多 {len(names)} 个"
                case _:
                    complaint = f"参数 {name} 不能是这样的值"
            raise InputError(f"{complaint}：请看接口的说明。") from error

    return called


def _whole(number: object, low: int, high: int | None) -> int:
    if not isinstance(number, int) or number < low or (high is not None and number > high):
        raise InputError(f"要 {low} {f'到 {high} ' if high is not None else '以上'}的整数，给的是 {number}。")
    return number
