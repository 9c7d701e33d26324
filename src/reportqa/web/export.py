"""Answers and questions asked before, as a Word document."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, quote

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request, Response

from reportqa.batch import AnsweredRow, QuestionList, QuestionRow, summarise
from reportqa.batch.writing import write_document
from reportqa.errors import InputError, ReportQAError
from reportqa.text.records import Answer
from reportqa.web.history import PastQuestion
from reportqa.web.library import Library

_NAME = "问答记录"
_MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MOST = 50


def exported(asked: Sequence[PastQuestion | Answer], reports: Sequence[str] = ()) -> str:
    """Write what is to be exported, as the form that asks for it sends it; ``reports`` are those an answer is from.

    >>> exported([PastQuestion("招生多少人？", "6191人", ("甲.txt",))])
    '[["招生多少人？", ["甲.txt"]]]'
    """
    rows = [[one.question, list(one.reports if isinstance(one, PastQuestion) else reports)] for one in asked]
    return json.dumps(rows, ensure_ascii=False)


def offer_export(app: FastAPI, library: Library) -> None:
    """Serve the document that the page's forms ask for."""

    @app.post("/answers.docx", include_in_schema=False)
    async def answers(request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        try:
            asked = read_asked(parse_qs(body).get("asked", [""])[0])
            content = await run_sync(_document, library, asked)
        except ReportQAError as error:
            return Response(str(error), 400, media_type="text/plain; charset=utf-8")
        name = f"attachment; filename*=UTF-8''{quote(_NAME)}.docx"
        return Response(content, media_type=_MEDIA, headers={"Content-Disposition": name})


def read_asked(text: str) -> list[tuple[str, list[str]]]:
    """Read what :func:`exported` writes, which anyone may have written.

    Raises InputError where it is something else.
    """
    try:
        rows = [(str(question), [str(name) for name in reports]) for question, reports in json.loads(text)]
    except (TypeError, ValueError) as error:
        raise InputError("要导出的问题读不出：请回到网页再试一次。") from error
    if not rows:
        raise InputError("没有要导出的问题。")
    return rows[:_MOST]


def _document(library: Library, asked: Sequence[tuple[str, list[str]]]) -> bytes:
    rows = [QuestionRow.read(number, question) for number, (question, _) in enumerate(asked, 1)]
    answered = [
        AnsweredRow(row, _answered(library, row, reports)) for row, (_, reports) in zip(rows, asked, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{_NAME}.docx"
        write_document(file, QuestionList(_NAME, tuple(rows)), answered, summarise(answered))
        return file.read_bytes()


def _answered(library: Library, row: QuestionRow, reports: list[str]) -> Answer:
    """Answer again what was answered before: of a report that has gone since, only that it has."""
    try:
        return library.qa.ask(row.question, documents=reports or None)
    except ReportQAError as error:
        return Answer(row.question, "error", message=str(error))
