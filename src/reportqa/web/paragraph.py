"""写一段: what a language model writes under an answer, where somebody at the page asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from reportqa.errors import ReportQAError
from reportqa.text.records import Answer
from reportqa.web.library import Library
from reportqa.web.links import Address
from reportqa.web.render import written_html
from reportqa.writing import Writer, Written, write

# Each may wait for minutes: not in the threads that the pages are answered from.
_AT_ONCE = 4
_NOTHING = "报告里没有可写成一段的答案：请重新提问。"


def offer_paragraphs(app: FastAPI, library: Library, writer: Writer) -> None:
    """Serve the paragraphs that the form of an answer asks for."""
    turns = CapacityLimiter(_AT_ONCE)

    @app.post("/written", include_in_schema=False)
    async def written(request: Request) -> HTMLResponse:
        given = parse_qs((await request.body()).decode("utf-8", "replace"))
        asked = Address.read({"q": given.get("q", [""])[0], "in": given.get("in", [])})
        html = await run_sync(_written, library, writer, asked.question or "", asked.reports, limiter=turns)
        return HTMLResponse(html)


def _written(library: Library, writer: Writer, question: str, reports: Sequence[str]) -> str:
    """Answer again what the page shows, and have a paragraph written; what goes wrong stands in its place."""
    answer = Answer(question, "error")
    try:
        qa = library.qa
        answer = qa.ask(question, documents=reports or None)
        written = write(qa, writer, answer) or Written(writer.model, problem=_NOTHING)
    except ReportQAError as error:
        written = Written(writer.model, problem=str(error))
    return written_html(written, writer, answer, reports)
