"""What stands before every request: the login, and the page made Chinese before Gradio's own script runs."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Login:
    """HTTP Basic authentication in front of everything: pages, API, files and MCP alike.

    Gradio's own login leaves its MCP tools and its file of settings open; here nothing is reached without the password.
    """

    def __init__(self, app: ASGIApp, user: str, password: str) -> None:
        self._app = app
        self._expected = f"{user}:{password}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] == "lifespan" or self._knows(Headers(scope=scope).get("authorization", "")):
            await self._app(scope, receive, send)
            return
        realm = {"WWW-Authenticate": 'Basic realm="reportqa", charset="UTF-8"'}
        await PlainTextResponse("请先登录。", 401, headers=realm)(scope, receive, send)

    def _knows(self, header: str) -> bool:
        scheme, _, encoded = header.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except ValueError:
            return False
        return scheme.lower() == "basic" and secrets.compare_digest(given, self._expected)


class ChinesePage:
    """Sends Gradio's page with Chinese as its language and ``head`` at the top of its head.

    Gradio takes the language of its own labels from the browser, and the page's ``lang`` decides which form of a Han
    character a font shows; both have to be settled before its script starts, which its ``head`` option is too late for.
    Its ``css`` option rewrites selectors, and breaks those with a comma inside.
    """

    def __init__(self, app: ASGIApp, head: str) -> None:
        self._app = app
        self._head = f"<head>{head}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and rewrite the answer where it is the page."""
        if scope["type"] != "http" or scope["path"] not in ("", "/"):
            await self._app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        page = _Page(send, self._rewrite)
        await self._app({**scope, "headers": headers}, receive, page.receive)

    def _rewrite(self, body: bytes) -> bytes:
        return body.replace(b'lang="en"', b'lang="zh-CN"', 1).replace(b"<head>", self._head, 1)


class _Page:
    """Holds a response back until its body is whole, then sends it rewritten."""

    def __init__(self, send: Send, rewrite: Callable[[bytes], bytes]) -> None:
        self._send = send
        self._rewrite = rewrite
        self._start: Message = {}
        self._body = b""

    async def receive(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._rewrite(self._body)
        MutableHeaders(scope=self._start)["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})
