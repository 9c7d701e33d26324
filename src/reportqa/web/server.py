"""Serving: the address, the login, the process around the pages."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from reportqa.errors import InputError
from reportqa.serving import read_key
from reportqa.web.library import Library
from reportqa.writing import read_writer

_OPEN_CONNECTIONS_CLOSE_AFTER = 1


def serve(
    index: str | Path,
    model: str | None,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    auth: str | None = None,
    api_key: str | None = None,
    writer: Sequence[str] | None = None,
    root_path: str = "",
    corpus: Path = Path("corpus"),
    say: Callable[[str], None] | None = None,
    opened: bool = False,
) -> None:
    """Serve the web app until it is interrupted.

    >>> serve(Path("index"), None, port=8000, say=print)       # doctest: +SKIP
    网页：http://127.0.0.1:8000（Ctrl+C 结束）

    ``auth`` is "user:password" or the path of a file of such lines, the owner's first; ``api_key`` likewise the key
    that Dify and chat clients show, else REPORTQA_API_KEY: without one they are not answered; ``writer`` is the address
    and the model that drafts paragraphs for them and the page; ``root_path`` is the path under which a reverse proxy
    offers the app; ``corpus`` is the folder that the 文库 page adds reports to and takes them from; ``say`` is told the
    address, and warned where the app is open to others; with ``opened`` a browser shows the page.
    Raises InputError where the address or the login is unusable, IndexStoreError where the index is.
    """
    logins = read_login(auth) if auth else {}
    key, drafting = read_key(api_key), read_writer(writer)
    listener = listen(host, port)
    with listener, tempfile.TemporaryDirectory(prefix="reportqa-", ignore_cleanup_errors=True) as scratch:
        _end_as_interrupted()
        library = Library(index, model, corpus)
        threading.Thread(target=library.warm_up, daemon=True).start()
        # Before gradio is imported: it asks its makers for news and counts its starts otherwise.
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        # Its own choice is one folder for all users of the machine, which nobody empties.
        os.environ["GRADIO_TEMP_DIR"] = scratch
        import uvicorn

        from reportqa.web.app import create_app

        app = create_app(library, Path(scratch), logins, root_path, key, drafting)
        if say:
            say(f"网页：http://{_in_url(host)}:{port}（Ctrl+C 结束）")
            if not logins and not is_loopback(host):
                say("注意：没有设置登录（--auth），同一网络里的任何人都能打开这个网页。")
        if opened and has_screen():
            # The page waits in the socket until the server runs; a browser may keep its caller waiting.
            at = f"http://{_in_url('127.0.0.1' if host in ('0.0.0.0', '::') else host)}:{port}"
            threading.Thread(target=webbrowser.open, args=(at,), daemon=True).start()
        logging.getLogger("uvicorn.error").addFilter(_is_no_farewell)
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=_OPEN_CONNECTIONS_CLOSE_AFTER, ws="none", lifespan="on"
        )
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            # The way to end it, not a failure.
            return


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket, before anything slow is loaded.

    Raises InputError with the reason where the address cannot be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((str(address[0]), port), family=family)
    except (OSError, UnicodeError) as error:
        raise InputError(_reason(host, port, error)) from error


def has_screen() -> bool:
    """Tell whether a browser with windows can be shown here: in a mere terminal one in letters would run."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach ``host``.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("localhost")
    (True, False, True)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_login(auth: str) -> dict[str, str]:
    """Read "user:password", given itself, or the lines of a file, the owner's first; return the passwords by name.

    >>> read_login("老师:秘密:2024")
    {'老师': '秘密:2024'}

    Raises InputError where either part is missing, or a name is given twice.
    """
    path = Path(auth)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else [auth]
    except (OSError, ValueError) as error:
        raise InputError(f"读不出登录文件 {auth}：要一行“用户名:密码”，UTF-8 编码。") from error
    logins = [line.strip().partition(":") for line in lines if line.strip()]
    if not logins or not all(user and password for user, _, password in logins):
        raise InputError("登录要写成“用户名:密码”，或写有这样一行的文件的路径。")
    if len({user for user, _, _ in logins}) < len(logins):
        raise InputError(f"登录文件 {auth} 里有一个用户名写了两次：每个用户名只写一行。")
    return {user: password for user, _, password in logins}


def _end_as_interrupted() -> None:
    """Let SIGTERM, with which a service is stopped, end the program as Ctrl+C does: with its files cleared away."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn says of the pages that are still open when it ends: that is how it always ends."""
    cancelled = bool(record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
    return not cancelled and not record.getMessage().startswith("Cancel ")


def _reason(host: str, port: int, error: OSError | UnicodeError) -> str:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return f"端口 {port} 已被占用：请换一个，例如 --port {port + 1 if port < 65535 else 7860}。"
    if code in (errno.EACCES, errno.EPERM):
        return f"没有权限使用端口 {port}：请换一个大于 1023 的端口。"
    return f"不能在 {host} 上监听：请检查 --host，只在本机使用时写 127.0.0.1。"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
