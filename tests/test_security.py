"""What strangers send: the app on loopback, and everything that SECURITY.md says it withstands."""

import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from test_web import free_port, wait_for

SECRET = "本机的秘密是四十二吗？"
LOGIN = "老师:密:码"
FOREIGN = "http://evil.example"
JSON = {"Content-Type": "application/json"}
MCP = JSON | {"Accept": "application/json, text/event-stream"}
TOOLS = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'


@dataclass
class Reply:
    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class App:
    """A running app: where it is, its folder, what it writes to stderr, and what stands for /tmp."""

    port: int
    folder: Path
    log: Path
    scratch: Path

    def send(
        self,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        method: str | None = None,
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        method = method or ("GET" if body is None else "POST")
        given = body.encode() if isinstance(body, str) else body
        connection.request(method, path, given, headers or {})
        answer = connection.getresponse()
        endless = answer.getheader("content-type", "").startswith("text/event-stream") and "/call/" not in path
        text = answer.read1().decode("utf-8", "replace") if endless else answer.read().decode("utf-8", "replace")
        connection.close()
        return Reply(answer.status, text, {name.lower(): value for name, value in answer.getheaders()})

    def upload(self, name: str, content: bytes, headers: dict[str, str] | None = None) -> Reply:
        mark = uuid.uuid4().hex
        form = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        body = form + content + f"\r\n--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.send("/gradio_api/upload", body, kind | (headers or {}))

    def call(self, name: str, *given: object) -> str:
        """What a call of the API is told, as gradio sends it."""
        submitted = self.send(f"/gradio_api/call/{name}", json.dumps({"data": given}), JSON)
        assert submitted.status == 200, submitted
        return self.send(f"/gradio_api/call/{name}/{json.loads(submitted.text)['event_id']}").text

    def handle(self, handler: str, given: list[object], event: object = None) -> str:
        """What a handler of the pages sends back, from first to last."""
        (found,) = (one for one in json.loads(self.send("/config").text)["dependencies"] if one["api_name"] == handler)
        session = uuid.uuid4().hex
        body = {"data": given, "fn_index": found["id"], "session_hash": session, "event_data": event}
        joined = self.send("/gradio_api/queue/join", json.dumps(body), JSON)
        assert joined.status == 200, joined
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
        stream, told = connection.getresponse(), ""
        while line := stream.readline().decode("utf-8"):
            told += line
            if "process_completed" in line:
                break
        connection.close()
        return told


def file(path: object) -> dict[str, object]:
    return {"path": str(path), "orig_name": "问题.txt", "meta": {"_type": "gradio.FileData"}}


def told(answer: str) -> str:
    """The error of an answered call."""
    kind, _, data = answer.partition("\ndata: ")
    assert kind == "event: error", answer[:300]
    return json.loads(data)["error"]


@contextmanager
def serving(folder: Path, **options: object) -> Iterator[App]:
    """An app over ``folder``/index with a /tmp of its own."""
    port = free_port()
    scratch = folder / f"tmp-{port}"
    scratch.mkdir()
    given = ", ".join(f"{name}={value!r}" for name, value in options.items())
    code = (
        "from pathlib import *; from reportqa.web import serve;"
        f"serve(Path('index'), None, '127.0.0.1', {port}, {given})"
    )
    log = folder / f"{port}.log"
    with log.open("w") as errors:
        environment = os.environ | {"TMPDIR": str(scratch), "PYTHONUTF8": "1"}
        app = subprocess.Popen([sys.executable, "-c", code], stderr=errors, cwd=folder, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/", app)
        yield App(port, folder, log, scratch)
    finally:
        app.terminate()
        app.wait(timeout=30)


@pytest.fixture(scope="module")
def folder(built_index: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with index and reports, and files beside them that are nobody's business."""
    folder = tmp_path_factory.mktemp("security")
    shutil.copytree(corpus, folder / "corpus")
    shutil.copytree(built_index, folder / "index")
    for name in ("secret.txt", "secret.csv", "secret.md"):
        (folder / name).write_text(f"{SECRET}\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def app(folder: Path) -> Iterator[App]:
    with serving(folder) as app:
        yield app


@pytest.fixture(scope="module")
def locked(folder: Path) -> Iterator[App]:
    with serving(folder, auth=LOGIN) as app:
        yield app


def reports(app: App) -> set[str]:
    return {path.name for path in (app.folder / "corpus").iterdir()}


# Files of the machine

WAYS = [
    "/gradio_api/file={}",
    "/gradio_api/file/{}",
    "/file={}",
    "/file/{}",
    "/static/{}",
    "/assets/{}",
    "/svelte/{}",
    "/gradio_api/stream/a/b/{}/playlist-file",
    "/custom_component/a/client/component/{}",
    "/picture?d={}&s=0",
    "/figures.{}",
]


@pytest.mark.parametrize("way", WAYS)
def test_no_address_gives_a_file_of_the_machine(app, way):
    secret = app.folder / "secret.txt"
    up = "../" * 12
    forms = [str(secret), "secret.txt", "index/manifest.json", f"{up}{secret}", f"{up}etc/passwd", "/etc/passwd"]
    forms += [form.replace("/", "%2f").replace(".", "%2e") for form in forms]
    forms += [f"{secret}%00.png", f"{app.scratch}/../secret.txt", f"....//....//{secret}", "..\\..\\secret.txt"]
    for form in forms:
        reply = app.send(way.format(form.replace("\\", "%5c")))
        assert 400 <= reply.status < 500, (form, reply)
        assert SECRET not in reply.text


@pytest.mark.parametrize("handler", ["run", "add"])
@pytest.mark.parametrize(
    "name", ["{}/secret.txt", "secret.txt", "{}/index/../secret.csv", "{}/corpus/../secret.md", "\0"]
)
def test_no_call_reads_a_file_that_was_not_uploaded(app, handler, name):
    before = reports(app)
    given = [file(name.format(app.folder))]
    answer = app.handle(handler, [*given, None] if handler == "run" else given)
    assert "没有上传过这个文件" in answer
    assert SECRET not in answer
    assert reports(app) == before


def test_a_link_among_the_uploads_leads_nowhere(app):
    (uploads,) = app.scratch.glob("reportqa-*")
    (uploads / "link.txt").symlink_to(app.folder / "secret.txt")
    assert "没有上传过这个文件" in app.handle("run", [file(uploads / "link.txt"), None])
    (uploads / "link.txt").unlink()


def test_an_uploaded_list_is_answered(app):
    """The counterpart of the refusals: what is uploaded is read."""
    (path,) = json.loads(app.upload("问题.txt", "本学年招生多少人？\n".encode()).text)
    assert "6191" in app.handle("run", [file(path), None])


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "/evil.txt", "..%2fevil.txt", "a\\..\\evil.txt", "x/../../evil.txt"]
)
def test_the_name_of_an_upload_leads_nowhere(app, name):
    (path,) = json.loads(app.upload(name, b"1").text)
    (uploads,) = app.scratch.glob("reportqa-*")
    assert Path(path).resolve().is_relative_to(uploads.resolve())
    assert ".." not in Path(path).parts
    assert Path(path).read_bytes() == b"1"
    assert not list(app.folder.parent.glob("*evil.txt"))
    assert not Path("/evil.txt").exists()


@pytest.mark.parametrize("name", [".hidden.txt", "坏.exe", "空.txt"])
def test_what_is_no_report_is_not_added(app, name):
    before = reports(app)
    content = b"" if name == "空.txt" else "一、概况\n全县有学校3所。\n".encode()
    (path,) = json.loads(app.upload(name, content).text)
    app.handle("add", [file(path)])
    assert reports(app) == before


@pytest.mark.parametrize(
    "name", ["../secret.txt", "{}/secret.txt", "secret.txt", ".", "", "\0", None, ["secret.txt"], {}]
)
def test_nothing_but_a_report_is_moved_out(app, name):
    before = reports(app)
    given = name.format(app.folder) if isinstance(name, str) else name
    assert "没有这份报告" in app.handle("remove", [], {"name": given})
    assert reports(app) == before
    assert (app.folder / "secret.txt").exists()


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xhtml", "a.xml", "a.js"])
def test_an_upload_is_never_a_page_of_the_app(app, name):
    """A script in a file that one visitor uploads must not run for another who opens its address."""
    (path,) = json.loads(
        app.upload(name, b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").text
    )
    reply = app.send(f"/gradio_api/file={path}")
    assert reply.status == 200
    assert reply.headers["content-disposition"].startswith("attachment")
    assert reply.headers["x-content-type-options"] == "nosniff"


# Other servers


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{}/x.txt", "https://127.0.0.1:{}/x.txt", "HTTP://[::1]:{}/x.txt"]
)
def test_the_app_opens_no_address_of_another_server(app, address):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        target = address.format(other.getsockname()[1])
        assert "没有上传过这个文件" in app.handle("run", [file(target), None])
        for way in ("/gradio_api/file={}", "/gradio_api/proxy={}"):
            assert app.send(way.format(target)).status == 403
        with pytest.raises(TimeoutError):
            other.accept()


# Too much


def test_an_upload_over_the_limit_is_refused_before_it_is_sent(app):
    kind = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(202 * 2**20)}
    reply = app.send("/gradio_api/upload", b"--x\r\n", kind)
    assert (reply.status, reply.text) == (413, "内容太大：一次最多 201 MB。")


@pytest.mark.parametrize(
    "path", ["/gradio_api/queue/join", "/gradio_api/call/ask", "/gradio_api/mcp/", "/gradio_api/run/ask"]
)
@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_a_body_over_the_limit_is_refused(app, path, chunked):
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    piece = b'"' + b" " * 2**20
    try:
        if chunked:
            connection.request("POST", path, (piece for _ in range(9)), MCP, encode_chunked=True)
        else:
            connection.request("POST", path, piece * 9, MCP)
    except ConnectionError:
        pass  # it has answered and closed the connection already
    reply = connection.getresponse()
    assert reply.status == 413
    # MCP counts by itself what comes in pieces.
    assert reply.read().decode() in ("内容太大：一次最多 8 MB。", "Request body too large")
    connection.close()


def test_an_over_long_question_is_refused_in_one_line(app):
    assert "问题太长" in told(app.call("ask", "招" * 100_000, 5, None, None))
    assert "问题太长" in told(app.call("ask", "招" * 501, 5, None, None))
    assert "最多 1000 个问题" in told(app.call("batch", ["招生？"] * 1001, 5))
    assert "内容太大" in app.send("/gradio_api/call/ask", json.dumps({"data": ["招" * 3_000_000]}), JSON).text


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ask", [None, 5, None, None]),
        ("ask", [{"a": 1}, 5, None, None]),
        ("ask", ["招生？", 0, None, None]),
        ("ask", ["招生？", 1e9, None, None]),
        ("ask", ["招生？", "5; rm", None, None]),
        ("ask", ["招生？", 5, 3, None]),
        ("ask", ["招生？", 5, None, ["../secret.txt"]]),
        ("ask", ["招生？", 5, None, [{}]]),
        ("batch", ["招生？", 5]),
        ("batch", [[None, {}], 5]),
        ("figures", [{}, "", "", ""]),
        ("read", ["../secret.txt", 0, 10]),
        ("read", ["secret.txt\0", 0, 10]),
        ("read", ["/etc/passwd", 0, 10]),
        ("read", [{}, 0, 10]),
        ("read", ["secret.txt", -5, 10]),
    ],
)
def test_wrong_arguments_are_refused_in_one_chinese_line(app, name, given):
    before = app.log.read_text()
    said = told(app.call(name, *given))
    assert "\n" not in said
    assert any("\u4e00" <= character <= "\u9fff" for character in said), said
    assert app.log.read_text() == before


# Malformed and slow

MALFORMED = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"NONSENSE\r\n\r\n",
    b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /gradio_api/call/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /gradio_api/call/ask HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /%ff%fe%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /?q=%ff%00%ed%a0%80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET /gradio_api/queue/data HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
]


@pytest.mark.parametrize("sent", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_request_is_answered_or_dropped(app, sent):
    with socket.create_connection(("127.0.0.1", app.port), timeout=30) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(100)
    assert not answer or answer.startswith(b"HTTP/1.1 ")
    assert not answer.startswith(b"HTTP/1.1 5")
    assert app.send("/").status == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"data": 5}', b'{"data": []}', b"\xff\xfe", b"[" * 100_000, b'{"data":' * 5000],
)
def test_a_body_that_is_no_call_is_refused(app, body):
    for path in ("/gradio_api/queue/join", "/gradio_api/call/ask", "/gradio_api/mcp/"):
        reply = app.send(path, body, MCP)
        # MCP says so itself where a text is nested beyond what Python reads.
        assert reply.status < 500 or json.loads(reply.text)["error"]["code"] == -32603, (path, reply)
    assert app.send("/").status == 200


def test_slow_senders_keep_nobody_waiting(app):
    slow = [socket.create_connection(("127.0.0.1", app.port)) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            head = b"POST /gradio_api/call/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
            connection.sendall(head if number % 2 else head[:30])
        assert '"6191' in app.call("ask", "本学年招生多少人？", 5, None, None)
    finally:
        for connection in slow:
            connection.close()


# Without the password

BEHIND = [
    ("/", None),
    ("/?q=招生", None),
    ("/config", None),
    ("/gradio_api/info", None),
    ("/figures.csv", None),
    ("/figures.jsonl", None),
    ("/picture?d=a&s=1", None),
    ("/gradio_api/file=/etc/passwd", None),
    ("/gradio_api/upload_progress?upload_id=1", None),
    ("/gradio_api/queue/data?session_hash=1", None),
    ("/gradio_api/heartbeat/1", None),
    ("/gradio_api/mcp/schema", None),
    ("/gradio_api/mcp/sse", None),
    ("/static/x", None),
    ("/theme.css", None),
    ("/nowhere", None),
    ("/gradio_api/upload", b"--x--"),
    ("/gradio_api/call/ask", b'{"data": ["a", 5, null, null]}'),
    ("/gradio_api/run/ask", b'{"data": ["a", 5, null, null]}'),
    ("/gradio_api/queue/join", b"{}"),
    ("/gradio_api/mcp/", TOOLS),
]


@pytest.mark.parametrize(("path", "body"), BEHIND, ids=[f"{path}" for path, _ in BEHIND])
def test_nothing_is_answered_without_the_password(locked, path, body):
    for headers in ({}, {"Accept": "text/html"}, basic("老师:错"), basic("老师"), {"Authorization": "Basic \u00ff%%"}):
        reply = locked.send(path.replace("招生", "%E6%8B%9B"), body, JSON | headers)
        assert (reply.status, reply.text) == (401, "请先登录。")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_no_method_gets_past_the_login(locked, method):
    assert locked.send("/gradio_api/call/ask", None, method=method).status == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Bearer x",
        "Basic 6ICB5biIOuWvhjrnoIE=x",
        "basic \t6ICB",
        f"Basic {'A' * 10_000}",
        "Basic ====",
    ],
)
def test_a_broken_login_is_none(locked, header):
    assert locked.send("/", headers={"Authorization": header}).status == 401


def test_the_password_opens_everything(locked):
    known = basic(LOGIN)
    assert locked.send("/", headers=known).status == 200
    assert locked.send("/figures.csv", headers=known).status == 200
    assert "tools" in locked.send("/gradio_api/mcp/", TOOLS, MCP | known).text


def basic(login: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


# Other websites

CALLS = [
    ("/", None),
    ("/config", None),
    ("/figures.jsonl", None),
    ("/gradio_api/info", None),
    ("/gradio_api/mcp/schema", None),
    ("/gradio_api/queue/data?session_hash=1", None),
    ("/gradio_api/mcp/", TOOLS),
    ("/gradio_api/queue/join", b"{}"),
    ("/gradio_api/call/ask", b'{"data": ["a", 5, null, null]}'),
    ("/gradio_api/upload", b"--x--"),
]


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", "http://127.0.0.1:1", "https://localhost", "http://127.0.0.1.evil.example"]
)
@pytest.mark.parametrize(("path", "body"), CALLS, ids=[path for path, _ in CALLS])
def test_another_website_gets_nothing(app, path, body, origin):
    for method in ("OPTIONS", "GET" if body is None else "POST"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        reply = app.send(path, body, MCP | asked, method)
        assert (reply.status, reply.text) == (403, "别的网站不能使用这个程序。")
        assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/mcp/"])
def test_a_name_that_is_not_this_machines_is_not_answered(app, locked, path):
    """A website whose name leads to 127.0.0.1 has the origin of the app."""
    own = {
        "Host": f"evil.example:{app.port}",
        "Origin": f"http://evil.example:{app.port}",
        "Sec-Fetch-Site": "same-origin",
    }
    body = TOOLS if path.endswith("mcp/") else None
    assert app.send(path, body, MCP | own).status == 403
    assert locked.send(path, body, MCP | own | basic(LOGIN)).status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "192.168.1.5", socket.gethostname()])
def test_this_machines_names_are_answered_to_their_own_pages(app, host):
    own = {"Host": f"{host}:7860", "Origin": f"http://{host}:7860"}
    assert app.send("/config", headers=own).status == 200
    assert '"tools"' in app.send("/gradio_api/mcp/", TOOLS, MCP | own).text
    assert app.send("/config", headers=own | {"Origin": FOREIGN}).status == 403


def test_a_website_behind_a_proxy_of_another_name_is_its_own_origin(folder):
    with serving(folder, root_path="/reportqa") as app:
        named = {"Host": "reports.example", "Origin": "https://reports.example"}
        assert app.send("/config", headers=named).status == 200
        assert app.send("/config", headers=named | {"Origin": FOREIGN}).status == 403


def test_a_browser_on_another_website_reads_and_changes_nothing(app, browser: Browser, tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html><title>evil</title>", "utf-8")
    handler = partial(_Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as website:
        Thread(target=website.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://localhost:{website.server_port}/")
        seen = page.evaluate(_ATTACK, f"http://127.0.0.1:{app.port}")
        framed = [urlsplit(frame.url).port for frame in page.frames[1:]]
        page.close()
        website.shutdown()
    assert seen == {"read": "refused", "asked": "refused", "uploaded": "opaque"}
    # The website's own page is shown in its frame, the app's is not.
    assert framed == [None, website.server_port]
    (uploads,) = app.scratch.glob("reportqa-*")
    assert not list(uploads.rglob("foreign.txt"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


_ATTACK = """async (app) => {
  const attempt = (path, options) => fetch(app + path, options).then((r) => r.type, () => 'refused');
  const form = new FormData();
  form.append('files', new Blob(['evil']), 'foreign.txt');
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"data": []}' };
  for (const address of [app, '/']) {
    const frame = document.createElement('iframe');
    frame.src = address;
    document.body.append(frame);
    await new Promise((done) => { frame.onload = done; setTimeout(done, 3000); });
  }
  return {
    read: await attempt('/figures.jsonl', { credentials: 'include' }),
    asked: await attempt('/gradio_api/call/ask', json),
    uploaded: await attempt('/gradio_api/upload', { method: 'POST', mode: 'no-cors', body: form }),
  };
}"""


@pytest.mark.parametrize("path", ["/", "/config", "/figures.csv", "/nowhere"])
def test_every_answer_says_what_its_page_may_do(app, path):
    headers = app.send(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"


# What stays


def test_nothing_of_a_visitor_stays_when_the_program_is_stopped(folder):
    with serving(folder) as app:
        (path,) = json.loads(app.upload("问题.txt", "招生？".encode()).text)
        assert Path(path).exists()
    assert not Path(path).exists()
    assert not Path(path).parent.parent.exists()
