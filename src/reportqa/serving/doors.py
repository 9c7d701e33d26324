"""Which requests go past the login of the pages: those with a key of their own, and the health check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from reportqa.errors import ReportQAError
from reportqa.qa import ReportQA
from reportqa.serving.chat import chat_app
from reportqa.serving.dify import retrieval_app
from reportqa.serving.keys import Key
from reportqa.serving.metrics import Metrics
from reportqa.writing import Writer


class Doors:
    """Sends a request to the program that the first part of its path names, every other one to the pages."""

    def __init__(self, pages: ASGIApp, others: Mapping[str, ASGIApp]) -> None:
        self._pages = pages
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        first = scope["path"].split("/")[1:2] if scope["type"] == "http" else []
        await self._others.get("".join(first), self._pages)(scope, receive, send)


def programs(
    qa: Callable[[], ReportQA], metrics: Metrics, key: Key | None, writer: Writer | None = None
) -> dict[str, ASGIApp]:
    """Return what other programs reach, by the first part of its path; without a key that is the health check alone.

    ``qa`` returns the index as it is now.
    """
    keyed = {"v1": chat_app(qa, metrics, key, writer), "retrieval": retrieval_app(qa, metrics, key)} if key else {}
    return {"health": _health_app(qa), **keyed}


def _health_app(qa: Callable[[], ReportQA]) -> Starlette:
    def health(request: Request) -> JSONResponse:
        # Whoever asks needs no login: nothing is told but whether questions are answered.
        try:
            qa()
        except ReportQAError:
            return JSONResponse({"status": "unavailable"}, 503)
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/health", health)])
