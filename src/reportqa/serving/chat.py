"""OpenAI's /v1/models and /v1/chat/completions, answered from the reports: for chat clients of every kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, Response, StreamingResponse

from reportqa.errors import InputError, ReportQAError
from reportqa.qa import ReportQA
from reportqa.serving.completions import MODEL, CompletionRequest, Reply
from reportqa.serving.keys import Key
from reportqa.serving.message import answer_message, written_message
from reportqa.serving.metrics import Metrics
from reportqa.writing import Writer, write


class _Refused(Exception):
    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        self.answer = JSONResponse({"error": error}, status)


def chat_app(qa: Callable[[], ReportQA], metrics: Metrics, key: Key, writer: Writer | None) -> FastAPI:
    """Make the app that answers under /v1 where ``key`` is shown; ``qa`` returns the index as it is now.

    A ``writer`` adds a paragraph under the answer to an open question.
    """
    app = FastAPI(openapi_url=None)
    model = {"id": MODEL, "object": "model", "created": int(time.time()), "owned_by": MODEL}

    def check(request: Request) -> None:
        if not key.opens(request.headers.get("authorization", "")):
            raise _Refused(401, "密钥不对：请求头要写成 Authorization: Bearer 密钥。", "invalid_api_key")

    @app.get("/v1/models", dependencies=[Depends(check)])
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [model]}

    @app.get("/v1/models/{name:path}", dependencies=[Depends(check)])
    def one_model(name: str) -> dict[str, Any]:
        _check_model(name)
        return model

    @app.post("/v1/chat/completions", dependencies=[Depends(check)])
    def complete(asked: CompletionRequest) -> Response:
        _check_model(asked.model)
        pieces = _pieces(qa(), metrics, asked.questions(), writer)
        # The answer comes before the first byte: what is wrong with a question is told by the status.
        pieces = chain([next(pieces)], pieces)
        if not asked.stream:
            return JSONResponse(Reply().whole("".join(pieces)))
        usage = asked.stream_options is not None and bool(asked.stream_options.include_usage)
        return StreamingResponse(Reply().events(pieces, usage), media_type="text/event-stream")

    @app.exception_handler(_Refused)
    def refused(request: Request, error: _Refused) -> JSONResponse:
        return error.answer

    @app.exception_handler(ReportQAError)
    def failed(request: Request, error: ReportQAError) -> JSONResponse:
        return _Refused(400 if isinstance(error, InputError) else 503, str(error)).answer

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
        where = ".".join(str(part) for part in error.errors()[0]["loc"][1:]) or "body"
        return _Refused(400, f"请求里的 {where} 缺少，或不能是这样的值。").answer

    return app


def _check_model(name: str) -> None:
    if name != MODEL:
        raise _Refused(404, f"没有模型 {name}：这里只有 {MODEL}。", "model_not_found")


def _pieces(qa: ReportQA, metrics: Metrics, questions: list[str], writer: Writer | None) -> Iterator[str]:
    """Yield the reply to the last of some questions; each may lean on the one before it."""
    *before, question = questions
    previous = None
    for text in before:
        previous = qa.completed(text, previous)
    answer = metrics.asked("chat", lambda: qa.ask(question, previous=previous))
    titles = {one.name: one.title for one in qa.store.library()}
    yield answer_message(answer, titles, question)
    written = write(qa, writer, answer) if writer else None
    if written:
        yield written_message(written, answer, titles)
