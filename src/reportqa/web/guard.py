"""What stands before every request: the login, and what Gradio would say in English said in Chinese."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reportqa.errors import InputError
from reportqa.web.render import render

_TOOLS = "/gradio_api/mcp"
_NOT_OWNER = "改动文库要用管理员的用户名登录。"


class Users:
    """Who may come in: names with their passwords. The first is the owner, who alone changes the reports.

    >>> users = Users({"馆长": "甲", "读者": "乙"})
    >>> users.named("Basic " + base64.b64encode("读者:乙".encode()).decode())
    '读者'

    Without any, nobody has to log in, and everybody is the owner.
    """

    def __init__(self, passwords: Mapping[str, str] | None = None) -> None:
        self._expected = {name: f"{name}:{password}".encode() for name, password in (passwords or {}).items()}

    def __bool__(self) -> bool:
        return bool(self._expected)

    def named(self, authorization: str) -> str | None:
        """Return who an ``Authorization`` header says is asking, None where that is nobody."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except ValueError:
            return None
        known = (name for name, expected in self._expected.items() if secrets.compare_digest(given, expected))
        return next(known, None) if scheme.lower() == "basic" else None

    def asking(self, headers: Mapping[str, str]) -> str | None:
        """Return who sends a request with these headers, None where that is nobody."""
        return self.named(headers.get("authorization", ""))

    def owns(self, name: str | None) -> bool:
        """Tell whether somebody may change the reports."""
        return not self._expected or name == next(iter(self._expected))

    def check_owns(self, name: str | None) -> None:
        """Raise InputError where somebody may not change the reports."""
        if not self.owns(name):
            raise InputError(_NOT_OWNER)


class Login:
    """HTTP Basic authentication in front of everything: pages, API, files and MCP alike.

    Gradio's own login leaves its MCP tools and its file of settings open; here nothing is reached without the password.
    """

    def __init__(self, app: ASGIApp, users: Users) -> None:
        self._app = app
        self._users = users

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] == "lifespan" or self._users.asking(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        realm = {"WWW-Authenticate": 'Basic realm="reportqa", charset="UTF-8"'}
        await PlainTextResponse("请先登录。", 401, headers=realm)(scope, receive, send)


class ChinesePage:
    """Sends Gradio's page with Chinese as its language, ``head`` at the top of its head and ``top`` of its body.

    What stands in ``top`` is there before Gradio's script has started: a question can be typed at once.

    Gradio takes the language of its own labels from the browser, and the page's ``lang`` decides which form of a Han
    character a font shows; both have to be settled before its script starts, which its ``head`` option is too late for.
    Its ``css`` option rewrites selectors, and breaks those with a comma inside.
    """

    def __init__(self, app: ASGIApp, head: str, top: str, home: str = "/") -> None:
        self._app = app
        self._head = f"<head>{head}".encode()
        self._top = top.encode()
        self._home = home

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and rewrite the answer where it is the page, or an error that a person meets."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] in ("", "/"):
            headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            await self._app({**scope, "headers": headers}, receive, _Page(send, self._rewrite).receive)
        elif not _is_opened(scope):
            await self._app(scope, receive, send)
        elif scope["path"].rstrip("/").endswith(_TOOLS):
            await self._instead("这是给程序用的地址（MCP），浏览器里没有可看的。", 200)(scope, receive, send)
        else:
            await self._app(scope, receive, _Errors(send, self._instead).send)

    def _instead(self, message: str, status: int) -> Response:
        return HTMLResponse(render("nowhere.html", message=message, home=self._home), status)

    def _rewrite(self, body: bytes) -> bytes:
        body = body.replace(b'lang="en"', b'lang="zh-CN"', 1).replace(b"<head>", self._head, 1)
        return body.replace(b"<gradio-app", self._top + b"<gradio-app", 1)


def _is_opened(scope: Scope) -> bool:
    """Whether a person has opened this address in a browser."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


class _Errors:
    """Puts a page in Chinese in the place of an error."""

    def __init__(self, send: Send, instead: Callable[[str, int], Response]) -> None:
        self._send = send
        self._instead = instead
        self._replaced = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
            self._replaced = True
            wrong = "程序出错了" if message["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR else "没有这个地址"
            page = self._instead(f"{wrong}。", message["status"])
            await self._send({**message, "headers": page.raw_headers})
            await self._send({"type": "http.response.body", "body": page.body})
        elif not self._replaced:
            await self._send(message)


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
