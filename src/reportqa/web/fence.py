"""What stands around the app: requests that other websites make, bodies without end, addresses of other servers."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reportqa.reading.files import MAX_BYTES

MOST_UPLOADED = MAX_BYTES
_FRAME = 2**20  # what the form around an uploaded file may take
_MOST_SENT = 8 * 2**20
_UPLOADS = "/gradio_api/upload"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# The page runs scripts that stand in it, and Gradio makes functions of text; nothing may come from elsewhere.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class Fence:
    """Refuses what only an attack sends, and tells the browser what a page of this app may do.

    A website that a user visits can send requests to every address that the user's browser reaches, this app's too.
    They carry an ``Origin`` other than the app's own (``Sec-Fetch-Site`` where the browser sends it); Gradio answers
    them, and lets the website read the answer wherever the app has another name than localhost. A website that makes
    its own name lead to this machine is of the app's origin, but asks for another host: with ``names_checked`` only
    addresses in digits and the names of this machine are served.

    Method: the checks of Go's ``http.CrossOriginProtection``, for every method; links to the app have no origin.
    """

    def __init__(self, app: ASGIApp, names_checked: bool = True) -> None:
        self._app = app
        self._names_checked = names_checked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say in one line why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._refusal(scope["path"], headers):
            await PlainTextResponse(refusal, 403)(scope, receive, send)
            return
        limit = _limit(scope["path"])
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        await _Measured(limit).run(self._app, scope, receive, send)

    def _refusal(self, path: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if self._names_checked and not is_own_name(host):
            return "请用这台电脑的 IP 地址或名称打开；要用别的名称，请在启动时设置登录（--auth）或 --root-path。"
        if is_foreign(headers):
            return "别的网站不能使用这个程序。"
        if "/proxy=" in path or path.partition("/file=")[2].lower().startswith(("http:", "https:")):
            return "这个程序不访问别的网站。"
        return None


def is_foreign(headers: Headers) -> bool:
    """Tell whether a page of another origin makes this request; programs, which have no origin, are not foreign.

    >>> is_foreign(Headers({"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:7860"}))
    False
    >>> is_foreign(Headers({"host": "127.0.0.1:7860", "origin": "http://evil.example"}))
    True
    """
    if headers.get("sec-fetch-site") in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return False
    scheme, _, place = origin.lower().partition("://")
    port = _DEFAULT_PORTS.get(scheme, "")
    return place.removesuffix(port) != headers.get("host", "").lower().removesuffix(port)


def is_own_name(host: str) -> bool:
    """Tell whether a ``Host`` header names this machine in a way that no other website can.

    >>> is_own_name("192.168.1.5:7860"), is_own_name("localhost"), is_own_name("evil.example")
    (True, True, False)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    own = socket.gethostname().lower().removesuffix(".local")
    return name in ("", "localhost", own, f"{own}.local") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _limit(path: str) -> int:
    return MOST_UPLOADED + _FRAME if path.rstrip("/").endswith(_UPLOADS) else _MOST_SENT


def _too_large(limit: int) -> PlainTextResponse:
    return PlainTextResponse(f"内容太大：一次最多 {limit // 2**20} MB。", 413)


class _Measured:
    """One request whose body is counted as it comes, and whose answer gets the headers of a page of this app."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._limit = limit
        self._started = False

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        async def measured() -> Message:
            message = await receive()
            self._left -= len(message.get("body", b""))
            # To the app it looks as if the sender had hung up: it drops what it has of the body.
            return {"type": "http.disconnect"} if self._left < 0 else message

        async def headed(message: Message) -> None:
            if self._left < 0 and not self._started:
                return
            if message["type"] == "http.response.start":
                self._started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await app(scope, measured, headed)
        except ClientDisconnect:
            if self._left >= 0:
                raise
        if self._left < 0 and not self._started:
            await _too_large(self._limit)(scope, receive, send)
