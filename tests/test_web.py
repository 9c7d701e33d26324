"""The web app as people meet it: a real Chromium, the real report, a server of its own."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, Route, expect

from reportqa.web.feedback import read_feedback

ROOT = Path(__file__).parent.parent
BOX = "#question textarea"
SERVERS: dict[str, subprocess.Popen[str]] = {}
SIZES = {"narrow": (375, 812), "wide": (1440, 900)}
HOSTILE = "招生多少人？<script>alert(1)</script>\"双\"'单'<img src=x onerror=alert(1)>${7*7}{{7*7}}"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# The first question of a process waits for jieba's dictionary, and the machine may be busy.
expect.set_options(timeout=200_000)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def serving(index: Path, **options: object) -> Iterator[str]:
    """The address of a web app over ``index``, up and answering."""
    port = free_port()
    given = ", ".join(f"{name}={value!r}" for name, value in options.items())
    code = (
        f"from pathlib import *; from reportqa.web import serve; serve({index!r}, None, '127.0.0.1', {port}, {given})"
    )
    app = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, encoding="utf-8", cwd=index.parent)
    try:
        wait_for(f"http://127.0.0.1:{port}/", app)
        SERVERS[f"http://127.0.0.1:{port}"] = app
        yield f"http://127.0.0.1:{port}"
    finally:
        if app.returncode is None:
            app.terminate()
            app.communicate(timeout=30)


def wait_for(url: str, app: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            DIRECT.open(url, timeout=30).close()
            return
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return
        except OSError:
            assert app.poll() is None, app.stderr.read() if app.stderr else ""
            assert time.monotonic() < deadline, "the page did not answer"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def index(built_index: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the report that may be written to, with the folder of reports beside it."""
    folder = tmp_path_factory.mktemp("web")
    shutil.copytree(corpus, folder / "corpus")
    shutil.copytree(built_index, folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def url(index: Path) -> Iterator[str]:
    with serving(index) as address:
        yield address


@pytest.fixture(params=["narrow", "wide"])
def page(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails the test on a script error, a request that leaves the host and a page too wide."""
    with watched_page(browser, *SIZES[request.param]) as page:
        yield page
        assert_no_wider_than_it_is(page)


def assert_no_wider_than_it_is(page: Page) -> None:
    """Nothing stands outside of the page or is cut off by its edge, but for what can be scrolled by itself."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    cut_off = page.evaluate(
        """() => {
            const scrolled = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolled(e.parentElement));
            return [...document.querySelectorAll('main *')]
                .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !scrolled(e))
                .map(e => e.outerHTML.slice(0, 200));
        }"""
    )
    assert cut_off == []


@contextmanager
def watched_page(browser: Browser, width: int, height: int, **options: object) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US", **options)
    page = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    page.set_default_timeout(120_000)
    yield page
    assert errors == []
    assert requests
    assert [url for url in requests if urlsplit(url).hostname not in ("127.0.0.1", None)] == []
    context.close()


def ask(page: Page, question: str) -> None:
    page.fill(BOX, question)
    page.press(BOX, "Enter")
    expect(page.locator(".answer .asked")).to_have_text(question)


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def held_visit(page: Page) -> list[Route]:
    """From now on the next visit waits in this list; to be let go with ``continue_``."""
    held: list[Route] = []
    page.route("**/gradio_api/run/predict*", lambda route: held.append(route), times=1)
    return held


def turn_to(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def placed(page: Page) -> str:
    """The words that are highlighted in the report."""
    return "".join("".join(page.locator(".reader .place").all_inner_texts()).split())


def in_view(page: Page, selector: str) -> bool:
    return page.evaluate(
        """selector => [...document.querySelector(selector).getClientRects()].some(({ left, top, width, height }) =>
            document.elementFromPoint(left + width / 2, top + height / 2)?.closest(selector))""",
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


def test_a_citation_opens_the_report_at_its_place(page, url):
    page.goto(url)
    ask(page, "毕业生升学多少人？")
    assert_no_wider_than_it_is(page)
    quote_text = page.locator(".citation .quote").first.inner_text()
    page.locator(".citation").first.click()
    expect(page.locator(".reader .place").first).to_be_visible()
    page.wait_for_function("() => !document.documentElement.classList.contains('busy')")
    assert placed(page) == "".join(quote_text.split())
    assert in_view(page, ".reader .place")
    expect(page.locator(".outline [aria-current]")).to_have_count(1)
    page.go_back()
    expect(page.locator(".answer .headline")).to_be_visible()


def test_a_citation_is_reached_and_opened_with_the_keyboard_alone(page, url):
    page.goto(url)
    expect(page.locator(BOX)).to_be_focused()
    page.keyboard.type("生师比是多少？")
    page.keyboard.press("Enter")
    expect(page.locator(".headline")).to_contain_text("18.29")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.citation')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".reader .place").first).to_be_visible()


def test_a_question_on_top_of_an_answer_is_completed_from_the_one_before(page, url):
    page.goto(url)
    ask(page, "公办学校有几所？")
    expect(page.locator(".headline")).to_contain_text("2所")
    page.wait_for_function("() => location.search.includes('q=')")
    page.fill(BOX, "那民办的呢？")
    page.press(BOX, "Enter")
    completed = page.locator(".answer .completed b")
    expect(completed).to_contain_text("民办")
    expect(page.locator(".answer .asked")).to_have_text("那民办的呢？")
    expect(page.locator(".headline")).to_contain_text("5所")
    question = completed.inner_text()
    page.wait_for_function("() => !location.search.includes('after=')")
    assert parse_qs(urlsplit(page.url).query) == {"q": [question]}
    page.reload()
    expect(page.locator(".answer .asked")).to_have_text(question)
    expect(page.locator(".headline")).to_contain_text("5所")
    page.goto(url)
    expect(page.locator(".history li").first).to_contain_text(question)


def test_a_whole_question_is_not_touched_and_a_completed_one_can_be_asked_alone(page, url):
    page.goto(url)
    ask(page, "公办学校有几所？")
    ask(page, "生师比是多少？")
    expect(page.locator(".headline")).to_contain_text("18.29")
    expect(page.locator(".completed")).to_have_count(0)
    page.fill(BOX, "那毕业生呢？")
    page.press(BOX, "Enter")
    page.get_by_role("link", name="不接上一个问题").click()
    expect(page.locator(".completed")).to_have_count(0)
    expect(page.locator(".answer .asked")).to_have_text("那毕业生呢？")


@pytest.mark.parametrize("seen_before", [False, True])
def test_who_leaves_before_the_answer_comes_finds_it_on_return(page, url, seen_before):
    page.goto(f"{url}/?p=read" if seen_before else url)
    expect(page.locator(".reader, .welcome").first).to_be_visible()
    if seen_before:
        turn_to(page, "提问")
    expect(page.locator(".welcome")).to_be_visible()
    held = held_visit(page)
    page.fill(BOX, "本学年招生多少人？")
    with page.expect_request("**/gradio_api/run/predict*"):
        page.press(BOX, "Enter")
    turn_to(page, "原文")
    wait_until(lambda: bool(held) or page.wait_for_timeout(10))
    held[0].continue_()
    expect(page.locator(".reader .document")).to_be_visible()
    page.wait_for_function("() => !document.documentElement.classList.contains('busy')")
    expect(page.locator(".reader .document")).to_be_visible()
    assert "q=" not in page.url
    turn_to(page, "提问")
    expect(page.locator(".headline")).to_have_text("6191人")
    assert "q=" in page.url


def test_the_outline_leads_to_a_section(page, url):
    page.goto(f"{url}/?p=read")
    expect(page.locator(".reader .document")).to_be_visible()
    if page.locator(".outline summary").is_visible():
        page.locator(".outline summary").click()
    page.get_by_role("link", name="（五）经费保障").click()
    expect(page.locator(".reader .place")).to_have_text("（五）经费保障")
    assert in_view(page, ".reader .place")


def test_a_link_leads_straight_to_an_answer_or_to_a_place(page, url, corpus):
    page.goto(f"{url}/?q={quote('生师比是多少？')}")
    expect(page.locator(".headline")).to_contain_text("18.29")
    name = next(corpus.glob("*.txt")).name
    page.goto(f"{url}/?d={quote(name)}&s=1065&e=1076")
    expect(page.locator(".reader .place").first).to_be_visible()
    assert placed(page) == "本学年度招生6191人"


def test_turning_between_the_pages_keeps_what_was_there(page, url):
    page.goto(url)
    ask(page, "本学年招生多少人？")
    expect(page.locator(".headline")).to_have_text("6191人")
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
        for query in ("", f"?q={quote('招生多少人？')}", "?p=read", "?p=data", "?p=batch", "?p=library"):
            page.goto(f"{url}/{query}")
            expect(page.locator(".welcome, .answer, .reader, .data, #batch, .library").first).to_be_visible()
            assert page.evaluate("document.documentElement.lang") == "zh-CN"
            if query == "?p=data":
                expect(page.locator(".charts figure").first).to_be_visible()
            assert english_labels(page) == []


def english_labels(page: Page) -> list[str]:
    """What names a part of the page in Latin letters, be it for a screen reader."""
    labels = page.evaluate(
        """() => [
            ...[...document.querySelectorAll('button, label, th, summary')].map(e => e.offsetParent && e.innerText),
            ...[...document.querySelectorAll('[placeholder], [title], [aria-label], [alt]')]
                .flatMap(e => [e.placeholder, e.title, e.ariaLabel, e.alt]),
        ].filter(Boolean)"""
    )
    assert labels
    # The names of file types and of a section are no labels of ours.
    return [label for label in labels if re.search("[A-Za-z]", re.sub(r"\.[a-z]+|GDP|CSV|XLSX|JSONL|Word", "", label))]


def test_a_stopped_server_is_told_in_chinese_and_leaves_no_traceback(browser, built_index):
    with serving(built_index) as url, watched_page(browser, 1440, 900) as page:
        page.goto(url)
        expect(page.locator(".welcome")).to_be_visible()
        app = SERVERS[url]
        app.terminate()
        errors = app.communicate(timeout=30)[1]
        page.fill(BOX, "本学年招生多少人？")
        page.press(BOX, "Enter")
        toast = page.locator(".toast-wrap")
        expect(toast).to_contain_text("和程序的连接断了，正在重新连接")
        assert not re.search("[A-Za-z]", toast.inner_text())
        assert english_labels(page) == []
    assert errors == ""


def test_a_browser_keeps_what_was_asked_in_it_and_forgets_it_when_told(page, url):
    page.goto(url)
    ask(page, "本学年招生多少人？")
    ask(page, "生师比是多少？")
    page.goto(url)
    past = page.locator(".history li")
    expect(past).to_have_count(2)
    expect(past.nth(1)).to_contain_text("6191人")
    past.nth(1).get_by_role("link").click()
    expect(page.locator(".headline")).to_have_text("6191人")
    page.get_by_role("button", name="清空").click()
    expect(past).to_have_count(0)
    page.goto(url)
    expect(page.locator(".welcome")).to_be_visible()
    expect(past).to_have_count(0)


def test_what_people_think_of_an_answer_is_kept_beside_the_index(page, url, index):
    page.goto(url)
    ask(page, "本学年招生多少人？")
    kept = index / "feedback.jsonl"
    before = kept.read_text("utf-8") if kept.exists() else ""
    page.get_by_role("button", name="没用").click()
    expect(page.locator(".feedback")).to_contain_text("谢谢，记下了")
    wait_until(lambda: kept.exists() and kept.read_text("utf-8") != before)
    record = json.loads(kept.read_text("utf-8").splitlines()[-1])
    assert (record["question"], record["useful"], record["answer"]) == ("本学年招生多少人？", False, "6191人")
    assert record["citations"][0][1] < record["citations"][0][2]
    page.get_by_label("说明").fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(page.locator(".feedback")).to_contain_text("说明也记下了")
    wait_until(lambda: [one.comment for one in read_feedback(index)][:1] == [HOSTILE])
    turn_to(page, "反馈")
    expect(page.locator(".opinions tbody tr").first).to_contain_text(HOSTILE)
    expect(page.locator(".opinions tbody tr").first).to_contain_text("没用")
    turn_to(page, "提问")
    given = len(read_feedback(index))
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("button", name="没用")).to_be_visible()
    wait_until(lambda: len(read_feedback(index)) == given - 1)


def test_an_answer_is_copied_with_its_source(page, url):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(url)
    ask(page, "本学年招生多少人？")
    page.get_by_role("button", name="复制答案和出处").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "6191人（《重庆市渝北区中等职业教育质量年度报告（2024年）》“一、区域中职教育概况 › （三）学生规模”第1段：“"
    )


def test_words_are_found_in_the_report_one_after_the_other(page, url):
    page.goto(f"{url}/?p=read")
    page.get_by_role("searchbox", name="在原文里查找").fill("双师")
    page.keyboard.press("Enter")
    expect(page.locator(".found-count")).to_contain_text("1 / ")
    assert page.locator(".found").count() > 3
    assert in_view(page, ".found.current")
    page.get_by_role("button", name="下一处").click()
    expect(page.locator(".found-count")).to_contain_text("2 / ")
    assert in_view(page, ".found.current")


def test_figures_are_marked_in_the_report_on_demand(page, url):
    page.goto(f"{url}/?p=read")
    figure = page.locator(".reader .figure", has_text="6191人").first
    expect(figure).to_have_css("border-bottom-width", "0px")
    page.get_by_label("标出数据").check()
    expect(figure).to_have_css("border-bottom-width", "2px")
    assert "招生" in figure.get_attribute("title")


def test_the_figures_are_chosen_by_chapter_kind_unit_and_words_and_lead_to_their_source(page, url):
    page.goto(f"{url}/?p=data")
    every = int(page.locator(".data .summary [role=status]").inner_text().split()[1])
    assert every > 100
    page.get_by_label("种类").select_option("数量")
    page.get_by_label("单位").select_option("人")
    page.get_by_label("含有的词").fill("招生")
    page.keyboard.press("Enter")
    rows = page.locator(".data tbody tr")
    expect(rows.first).to_contain_text("6191")
    # The table is drawn anew for each choice; the last one has been made when no other row is left.
    expect(rows.filter(has_not_text="招生")).to_have_count(0)
    expect(page.locator(".data .summary [role=status]")).to_contain_text(f"共 {rows.count()} 个")
    assert 0 < rows.count() < every
    rows.first.get_by_role("link").click()
    expect(page.locator(".reader .place")).to_have_text("6191人")
    assert in_view(page, ".reader .place")


def test_the_chosen_figures_can_be_taken_along(page, url):
    page.goto(f"{url}/?p=data&unit={quote('人')}&words={quote('招生')}")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "数据.csv"
    text = download.value.path().read_text("utf-8-sig")
    assert text.startswith("指标,数值,单位")
    assert "6191" in text and "18.29" not in text
    with DIRECT.open(f"{url}/figures.xlsx", timeout=30) as book:
        assert book.read(2) == b"PK"


def test_a_bar_of_a_chart_leads_to_its_source(page, url):
    page.goto(f"{url}/?p=data&kind=count&unit={quote('人')}")
    chart = page.get_by_role("table", name="学生规模（人）")
    assert_no_wider_than_it_is(page)
    row = chart.get_by_role("row", name="招生（本学年度） 6191人")
    lengths = [bar.bounding_box()["width"] for bar in (chart.locator(".bar").first, row.locator(".bar"))]
    assert lengths[1] / lengths[0] == pytest.approx(6191 / 19794, abs=0.02)
    row.get_by_role("link").click()
    expect(page.locator(".reader .place")).to_have_text("6191人")


def test_what_does_not_add_up_is_shown_with_both_sources(page, url):
    page.goto(f"{url}/?p=data")
    broken = page.locator(".findings .broken", has_text="1474人 ≠ 1473人")
    expect(broken).to_contain_text("不一致")
    broken.get_by_role("link", name="1473人").click()
    expect(page.locator(".reader .place")).to_have_text("1473人")


def test_the_illustrations_lead_to_their_place(page, url):
    page.goto(f"{url}/?p=data")
    page.locator(".gallery").get_by_role("link", name="图 3").click()
    expect(page.locator(".reader .place")).to_contain_text("中等职业学校学生规模")


def answer_list(page: Page, url: str, questions: Path, reviewed: Path | None = None) -> None:
    page.goto(f"{url}/?p=batch")
    for place, file in (("#questions", questions), ("#reviewed", reviewed)):
        if file is not None:
            page.set_input_files(f"{place} input[type=file]", file)
            expect(page.locator(f"{place} .file-preview")).to_be_visible()
    page.get_by_role("button", name="全部回答").click()


def test_reviewed_answers_are_taken_up_and_counted(page, url, tmp_path):
    questions = tmp_path / "问题.txt"
    questions.write_text("本学年招生多少人？\n生师比是多少？\n有多少家火星公司？\n", "utf-8")
    answer_list(page, url, questions)
    with page.expect_download() as download:
        page.locator("#downloads a[download$='.xlsx']").click()
    sheet = tmp_path / "审核.xlsx"
    download.value.save_as(sheet)
    book = load_workbook(sheet)
    rows = book["答案"]
    header = next(row for row in rows.iter_rows() if "审核后答案" in [cell.value for cell in row])
    column = [cell.value for cell in header].index("审核后答案") + 1
    rows.cell(header[0].row + 1, column, "6191 人（<b>已核</b>）")
    book.save(sheet)
    answer_list(page, url, questions, sheet)
    expect(page.locator(".batch .counts")).to_contain_text("1 用了审核过的答案")
    expect(page.locator(".batch tbody tr").first).to_contain_text("6191 人（<b>已核</b>） 已审核")
    expect(page.locator(".batch .lines")).to_contain_text("用了审核过的答案：第 1 条")


def test_an_answer_sheet_that_is_none_gets_a_line_that_says_so(page, url, tmp_path, index):
    questions, sheet = tmp_path / "问题.txt", tmp_path / "别的.xlsx"
    questions.write_text("生师比是多少？\n", "utf-8")
    with DIRECT.open(f"{url}/figures.xlsx", timeout=30) as figures:
        sheet.write_bytes(figures.read())
    answer_list(page, url, questions, sheet)
    expect(page.locator("#batch .notice")).to_contain_text("不是本程序写的答案表")


def test_a_file_of_another_kind_is_refused_in_chinese(page, url, tmp_path):
    (tmp_path / "图.png").write_bytes(b"x")
    page.goto(f"{url}/?p=batch")
    page.set_input_files("#questions input[type=file]", tmp_path / "图.png")
    toast = page.locator(".toast-wrap")
    expect(toast).to_contain_text("不能用这种文件：图.png。可以用的是 .txt")
    expect(toast).to_contain_text("出错了")


def test_a_list_of_questions_is_answered_and_can_be_taken_along(page, url, tmp_path):
    questions = tmp_path / "'问题'<img src=x>.txt"
    questions.write_text(f"本学年招生多少人？\n生师比是多少？\n{HOSTILE}\n", "utf-8")
    answer_list(page, url, questions)
    rows = page.locator(".batch tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("6191人")
    expect(rows.nth(2)).to_contain_text(HOSTILE)
    expect(page.locator(".batch .counts")).to_contain_text("3 条")
    assert_no_wider_than_it_is(page)
    for ending in (".xlsx", ".csv", ".jsonl", ".md", ".docx"):
        expect(page.locator("#downloads")).to_contain_text(ending)
    with page.expect_download() as download:
        page.locator("#downloads a[download$='.jsonl']").click()
    records = [json.loads(line) for line in download.value.path().read_text("utf-8").splitlines()]
    assert [record["answer"] for record in records][:2] == ["6191人", "18.29：1"]
    assert records[2]["question"] == HOSTILE


def test_a_list_that_is_none_gets_a_line_that_says_so(page, url, tmp_path):
    page.goto(f"{url}/?p=batch")
    page.get_by_role("button", name="全部回答").click()
    expect(page.locator("#batch .notice")).to_contain_text("请先选一个问题列表文件")
    empty = tmp_path / "空.txt"
    empty.write_text("\n", "utf-8")
    page.set_input_files("#questions input[type=file]", empty)
    expect(page.locator("#questions .file-preview")).to_be_visible()
    page.get_by_role("button", name="全部回答").click()
    expect(page.locator("#batch .notice")).not_to_contain_text("请先选")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report of two lines in corpus/ and its index in index/: quickly built again."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "甲.txt").write_text("一、基本情况\n全县共有学校7所。\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "reportqa", "index"], cwd=folder, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_library_takes_a_report_in_and_puts_it_out_again(browser, small, tmp_path):
    report = tmp_path / "<b>'新'报告.txt"
    report.write_text("<script>alert(1)</script>县年报\n一、基本情况\n全县共有图书馆3座，藏书12.5万册。\n", "utf-8")
    with serving(small / "index") as url, watched_page(browser, 1440, 900) as page:
        page.goto(f"{url}/?p=library")
        rows = page.locator(".library tbody tr")
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("字节")
        page.set_input_files("#library-actions input[type=file]", report)
        expect(page.locator(".progress")).to_be_visible()
        expect(rows).to_have_count(2, timeout=60_000)
        expect(page.locator(".library")).to_contain_text("<script>alert(1)</script>县年报")
        page.goto(f"{url}/?q={quote('图书馆有多少座？')}")
        expect(page.locator(".headline")).to_contain_text("3座")
        page.locator(".citation").first.click()
        expect(page.locator(".reader .document")).to_contain_text("<script>alert(1)</script>县年报")
        page.goto(f"{url}/?p=library")
        page.evaluate("window.confirm = () => true")
        rows.filter(has_text="县年报").get_by_role("button", name="移出").click()
        expect(rows).to_have_count(1, timeout=60_000)
        assert [file.name for file in (small / "corpus").glob("[!.]*")] == ["甲.txt"]


def test_a_file_that_is_no_report_is_refused_and_nothing_changes(page, url, index, tmp_path):
    page.goto(f"{url}/?p=library")
    nothing = tmp_path / "空白.txt"
    nothing.write_text("  \n", "utf-8")
    page.set_input_files("#library-actions input[type=file]", nothing)
    expect(page.locator(".notice").last).to_contain_text("文件是空的")
    assert len(list((index.parent / "corpus").iterdir())) == 1


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
        "from reportqa.web.library import Library; index = Path(sys.argv[1]); library = Library(index);"
        "create_app(library, index.parent);"
        "library.qa.ask('招生多少人？'); sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(built_index)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


LOGIN = "老师:密:码"


@pytest.fixture(scope="module")
def locked(built_index: Path) -> Iterator[str]:
    with serving(built_index, auth=LOGIN, root_path="") as address:
        yield address


@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/theme.css", "/login", "/figures.csv", "/manifest.json", "/gradio_api/info", "/gradio_api/upload",
     "/gradio_api/call/ask", "/gradio_api/mcp/", "/gradio_api/mcp/schema", "/picture",
     "/gradio_api/run/ask", "/gradio_api/call/v2/ask", "/gradio_api/startup-events", "/static/x"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_answers_without_the_login(locked, path, method):
    for header in ({}, {"Authorization": "Basic " + base64.b64encode("老师:错".encode()).decode()}):
        request = urllib.request.Request(
            locked + path, method=method, headers=header, data=b"{}" if method == "POST" else None
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            DIRECT.open(request, timeout=10)
        assert refused.value.code == 401
        assert "Basic" in refused.value.headers["WWW-Authenticate"]
        refused.value.close()


def test_with_the_login_everything_works(browser, locked):
    user, _, password = LOGIN.partition(":")
    with watched_page(browser, 1440, 900, http_credentials={"username": user, "password": password}) as page:
        page.goto(locked)
        ask(page, "本学年招生多少人？")
        expect(page.locator(".headline")).to_have_text("6191人")
