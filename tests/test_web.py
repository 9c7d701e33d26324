"""The web app as people meet it: a real Chromium, the real report, a server of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parent.parent
BOX = "#question textarea, #question input"
HOSTILE = "招生多少人？<script>alert(1)</script>\"双\"'单'<img src=x onerror=alert(1)>${7*7}{{7*7}}"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def serving(index: Path, *options: str) -> Iterator[str]:
    """The address of a web app over ``index``, up and answering."""
    port = free_port()
    command = [sys.executable, "-m", "reportqa", "serve", "--index", str(index), "--port", str(port), *options]
    app = subprocess.Popen(command, env=os.environ | {"PYTHONUTF8": "1"}, stderr=subprocess.PIPE, encoding="utf-8")
    try:
        wait_for(f"http://127.0.0.1:{port}/", app)
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.communicate(timeout=30)


def wait_for(url: str, app: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            DIRECT.open(url, timeout=30).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            assert app.poll() is None, app.stderr.read() if app.stderr else ""
            assert time.monotonic() < deadline, "the page did not answer"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def url(built_index: Path) -> Iterator[str]:
    with serving(built_index) as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A page of 1440 pixels that fails the test on a script error and on a request that leaves the host."""
    with watched_page(browser, 1440, 900) as page:
        yield page


@contextmanager
def watched_page(browser: Browser, width: int, height: int, **options: object) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US", **options)
    page = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    page.set_default_timeout(15_000)
    yield page
    assert errors == []
    assert requests
    assert [url for url in requests if urlsplit(url).hostname not in ("127.0.0.1", None)] == []
    context.close()


def ask(page: Page, question: str) -> None:
    page.fill(BOX, question)
    page.press(BOX, "Enter")
    expect(page.locator(".answer .asked")).to_have_text(question)


def in_view(page: Page, selector: str) -> bool:
    return page.evaluate(
        """selector => {
            const { top, bottom, left } = document.querySelector(selector).getBoundingClientRect();
            const found = document.elementFromPoint(left + 5, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
            return bottom > 0 && top < innerHeight && Boolean(found?.closest(selector));
        }""",
        selector,
    )


def test_enter_asks_and_the_answer_has_figures_and_highlighted_citations(page, url):
    page.goto(url)
    ask(page, "本学年招生多少人？")
    expect(page.locator(".headline")).to_have_text("6191人")
    expect(page.locator(".figures tbody tr").first).to_contain_text("6191")
    first = page.locator(".citation").first
    expect(first).to_contain_text("（三）学生规模")
    expect(first.locator("mark").first).to_contain_text("招生6191人")


@pytest.mark.parametrize(("width", "height"), [(375, 812), (1440, 900)])
def test_a_citation_opens_the_report_at_its_place(browser, url, width, height):
    with watched_page(browser, width, height) as page:
        page.goto(url)
        ask(page, "毕业生升学多少人？")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        quote_text = page.locator(".citation .quote").first.inner_text()
        page.locator(".citation").first.click()
        expect(page.locator(".reader .place").first).to_be_visible()
        page.wait_for_function("() => !document.documentElement.classList.contains('busy')")
        marked = "".join(page.locator(".reader .place").all_inner_texts())
        assert "".join(marked.split()) == "".join(quote_text.split())
        assert in_view(page, ".reader .place")
        expect(page.locator(".outline [aria-current]")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.go_back()
        expect(page.locator(".answer .headline")).to_be_visible()


def test_the_outline_leads_to_a_section(page, url):
    page.goto(f"{url}/?p=read")
    page.get_by_role("link", name="（五）经费保障").click()
    expect(page.locator(".reader .place")).to_have_text("（五）经费保障")
    assert in_view(page, ".reader .place")


def test_a_link_leads_straight_to_an_answer_or_to_a_place(page, url, corpus):
    page.goto(f"{url}/?q={quote('生师比是多少？')}")
    expect(page.locator(".headline")).to_contain_text("18.29")
    name = next(corpus.glob("*.txt")).name
    page.goto(f"{url}/?d={quote(name)}&s=1065&e=1076")
    expect(page.locator(".reader .place")).to_have_text("本学年度招生6191人")


def test_turning_between_the_pages_keeps_what_was_there(page, url):
    page.goto(url)
    ask(page, "本学年招生多少人？")
    page.get_by_role("tab", name="原文").click()
    expect(page.locator(".reader .document")).to_contain_text("渝北区位于重庆市中心城市北部")
    page.get_by_role("tab", name="提问").click()
    expect(page.locator(".headline")).to_have_text("6191人")
    assert "q=" in page.url


def test_an_example_question_asks_itself(page, url):
    page.goto(url)
    example = page.locator(".examples a").first
    question = example.inner_text()
    example.click()
    expect(page.locator(".answer .asked")).to_have_text(question)
    expect(page.locator(BOX)).to_have_value(question)


def test_hostile_words_in_a_question_and_an_address_are_shown_as_words(page, url):
    page.goto(url)
    ask(page, HOSTILE)
    page.goto(f"{url}/?d={quote(HOSTILE)}&s=1&e=2")
    expect(page.locator(".notice")).to_contain_text(HOSTILE)


@pytest.mark.parametrize("query", ["?q=", "?q=" + "长" * 600, "?d=&s=-1&e=x", "?p=read&s=" + "9" * 5000, "?s=1&e=2"])
def test_a_bad_address_gets_a_page_and_no_error(page, url, query):
    page.goto(f"{url}/{query}")
    expect(page.locator(".notice, .answer, .welcome, .reader").first).to_be_visible()


def test_an_empty_question_gets_a_line_that_says_so(page, url):
    page.goto(url)
    page.fill(BOX, "  ")
    page.press(BOX, "Enter")
    expect(page.locator(".notice")).to_contain_text("问题是空的")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_carry_no_english_label(browser, url, scheme):
    with watched_page(browser, 1440, 900, color_scheme=scheme) as page:
        for address in (url, f"{url}/?q={quote('招生多少人？')}", f"{url}/?p=read"):
            page.goto(address)
            expect(page.locator(".welcome, .answer, .reader").first).to_be_visible()
            assert page.evaluate("document.documentElement.lang") == "zh-CN"
            labels = page.evaluate(
                "[...document.querySelectorAll('button, label, th, summary, [placeholder]')]"
                ".filter(e => e.offsetParent).map(e => e.innerText + (e.placeholder ?? '') + (e.title ?? ''))"
            )
            assert labels
            assert [label for label in labels if any(c.isascii() and c.isalpha() for c in label)] == []


def test_a_port_in_use_gets_one_line(built_index):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serve_in_vain("--index", str(built_index), "--port", port)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"端口 {port} 已被占用" in done.stderr


@pytest.mark.parametrize("host", ["没有这个主机", "256.1.1.1", "8.8.8.8"])
def test_a_bad_host_gets_one_line(built_index, host):
    done = serve_in_vain("--index", str(built_index), "--host", host, "--port", str(free_port()))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"不能在 {host} 上监听" in done.stderr


def serve_in_vain(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reportqa", "serve", *options],
        env=os.environ | {"PYTHONUTF8": "1"}, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


def test_torch_is_not_loaded_by_serving_and_asking(built_index):
    code = (
        "import sys; from pathlib import Path; from reportqa.web.app import create_app;"
        "from reportqa.web.library import Library; library = Library(Path(sys.argv[1])); create_app(library);"
        "library.qa.ask('招生多少人？'); sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(built_index)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
