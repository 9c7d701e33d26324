"""The web app at three widths, light and dark: nothing serious for axe, nothing cut off, what a reader is used to."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from docx import Document
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from test_web import (
    BOX,
    DIRECT,
    answer_list,
    ask,
    assert_no_wider_than_it_is,
    placed,
    serving,
    turn_to,
    watched_page,
)
from test_writing import OPEN, PUPILS, StandIn

from reportqa.index.build import build_index
from reportqa.qa import ReportQA
from reportqa.web.journal import read_lines

ROOT = Path(__file__).parent.parent
WIDTHS = {1440: 900, 768: 1024, 375: 812}
Q = quote
PAGES = {
    "": ".welcome",
    f"?q={Q('直接就业多少人？')}": ".conflict",
    f"?q={Q('双师型教师比例是多少？')}": ".answer",
    f"?q={Q('有哪些民办学校？')}": ".answer",
    f"?q={Q('2019年招生多少人？')}": ".not_found",
    f"?q={Q('那民办的呢？')}&after={Q('公办学校有几所？')}": ".completed",
    f"?q={Q('有多少人？')}": ".asked-back",
    "?p=read": ".reader .document",
    "?p=data": ".charts",
    "?p=batch": "#batch",
    "?p=library": ".library",
    "?p=feedback": ".opinions",
}


@pytest.fixture(scope="module")
def url(built_index: Path) -> Iterator[str]:
    with serving(built_index, corpus=ROOT / "corpus") as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with watched_page(browser, 1440, 900) as page:
        yield page


def settled(page: Page) -> None:
    page.wait_for_function(
        "() => !document.documentElement.classList.contains('busy') && document.querySelector('[role=tab]')"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious_on_any_page(browser, url, width, scheme):
    axe, found = Axe(), []
    with watched_page(browser, width, WIDTHS[width], color_scheme=scheme) as page:
        for query, ready in PAGES.items():
            page.goto(f"{url}/{query}")
            page.locator(ready).first.wait_for()
            settled(page)
            assert page.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
            assert_no_wider_than_it_is(page)
            violations = axe.run(page).response["violations"]
            found += [
                (query, one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
                for one in violations
                if one["impact"] in ("serious", "critical") or one["id"] == "page-has-heading-one"
            ]
    assert found == []


def test_what_is_typed_before_the_page_has_started_is_asked_whole(browser, url):
    with watched_page(browser, 1440, 900) as page:
        page.route("**/assets/*.js", lambda route: (time.sleep(0.3), route.continue_()))
        page.goto(url, wait_until="commit")
        page.locator(BOX).wait_for()
        # Gradio has not started: its pages are not there.
        assert page.locator("[role=tab]").count() == 0
        page.keyboard.type("本学年招生", delay=20)
        page.locator("[role=tab]").first.wait_for()
        page.keyboard.type("多少人？", delay=150)
        page.keyboard.press("Enter")
        expect(page.locator(".answer .asked")).to_have_text("本学年招生多少人？")
        expect(page.locator(".headline")).to_have_text("6191人")


def test_what_is_typed_while_an_answer_comes_stays(page, url):
    page.goto(url)
    ask(page, "本学年招生多少人？")
    settled(page)
    page.fill(BOX, "生师比是多少？")
    page.press(BOX, "Enter")
    page.fill(BOX, "下一个问题")
    expect(page.locator(".answer .asked")).to_have_text("生师比是多少？")
    settled(page)
    expect(page.locator(BOX)).to_have_value("下一个问题")


def test_enter_that_ends_a_composed_word_asks_nothing(page, url):
    page.goto(url)
    page.locator(".welcome").wait_for()
    page.fill(BOX, "招生")
    page.evaluate(
        """selector => document.querySelector(selector).dispatchEvent(
            new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))""",
        BOX,
    )
    page.wait_for_timeout(500)
    assert "q=" not in page.url


@pytest.mark.parametrize("width", WIDTHS)
def test_a_long_question_does_not_push_the_page_away(browser, url, width):
    with watched_page(browser, width, WIDTHS[width]) as page:
        page.goto(url)
        page.fill(BOX, "学校的学生" * 400)
        assert page.locator(BOX).bounding_box()["height"] <= 160
        page.press(BOX, "Enter")
        expect(page.locator("#answer .notice")).to_contain_text("太长")
        assert page.locator("#answer .notice").bounding_box()["y"] < WIDTHS[width]
        assert_no_wider_than_it_is(page)


def test_each_page_has_its_own_title_and_one_first_heading(page, url):
    titles = []
    for query, ready in (
        ("", ".welcome"),
        (f"?q={Q('生师比是多少？')}", ".answer"),
        ("?p=read", ".reader"),
        ("?p=data", ".data"),
    ):
        page.goto(f"{url}/{query}")
        page.locator(ready).first.wait_for()
        settled(page)
        titles.append(page.title())
        expect(page.locator("h1")).to_have_count(1)
    assert titles[0] == "问报告" and titles[1] == "生师比是多少？ · 问报告" and titles[3] == "数据 · 问报告"
    assert titles[2].startswith("原文：重庆市渝北区中等职业教育质量年度报告")


def test_light_and_dark_are_turned_and_remembered(browser, url):
    with watched_page(browser, 1440, 900, color_scheme="light") as page:
        page.goto(url)
        page.locator(".welcome").wait_for()
        turn = page.locator("#top .theme")
        expect(turn).to_have_attribute("aria-label", "明暗：跟随系统")
        turn.click()
        turn.click()
        expect(turn).to_have_attribute("aria-label", "明暗：深色")
        expect(page.locator("body")).to_have_css("background-color", "rgb(10, 15, 30)")
        page.reload()
        page.locator(".welcome").wait_for()
        settled(page)
        expect(page.locator("body")).to_have_class("dark")
        turn.click()
        expect(page.locator("body")).not_to_have_class("dark")


def test_a_stroke_leads_to_the_box_from_every_page(page, url):
    page.goto(f"{url}/?p=read")
    page.locator(".reader").wait_for()
    settled(page)
    page.keyboard.press("/")
    expect(page.locator(BOX)).to_be_focused()
    page.keyboard.type("生师比/")
    expect(page.locator(BOX)).to_have_value("生师比/")


def test_a_tick_is_seen_in_light_and_dark(browser, url):
    for scheme in ("light", "dark"):
        with watched_page(browser, 1440, 900, color_scheme=scheme) as page:
            page.goto(f"{url}/?p=read")
            box = page.get_by_label("标出数据")
            box.wait_for()
            settled(page)
            empty = box.screenshot()
            box.check()
            assert colours(box.screenshot()) - colours(empty)
            expect(box).to_have_css("appearance", "auto")


def colours(picture: bytes) -> set[object]:
    return {colour for _, colour in Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 16)}


def test_the_questions_before_it_stand_over_an_answer_and_beside_it(page, url, tmp_path):
    page.goto(url)
    ask(page, "公办学校有几所？")
    settled(page)
    ask(page, "生师比是多少？")
    settled(page)
    expect(page.locator(".thread li")).to_have_count(1)
    expect(page.locator(".thread li")).to_contain_text("2所")
    answer, history = page.locator(".answer").bounding_box(), page.locator(".history").bounding_box()
    assert history["x"] >= answer["x"] + answer["width"]
    assert history["y"] < answer["y"] + 200
    with page.expect_download() as download:
        page.locator(".history").get_by_role("button", name="存成 Word").click()
    assert download.value.suggested_filename == "问答记录.docx"
    download.value.save_as(tmp_path / "历史.docx")
    words = "\n".join(paragraph.text for paragraph in Document(tmp_path / "历史.docx").paragraphs)
    assert "公办学校有几所？" in words and "2所" in words
    with page.expect_download() as download:
        page.locator(".answer").get_by_role("button", name="存成 Word").click()
    download.value.save_as(tmp_path / "答案.docx")
    words = "\n".join(paragraph.text for paragraph in Document(tmp_path / "答案.docx").paragraphs)
    assert "生师比是多少？" in words and "18.29" in words and "公办学校有几所" not in words
    page.get_by_role("link", name="新对话").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, "本学年招生多少人？")
    settled(page)
    expect(page.locator(".thread")).to_have_count(0)


def test_an_answer_says_how_sure_it_is_and_offers_others_where_it_is_not(page, url):
    page.goto(f"{url}/?q={Q('本学年招生多少人？')}")
    expect(page.locator(".sure")).to_have_text("确定")
    expect(page.locator(".answer")).not_to_contain_text("相关度")
    page.goto(f"{url}/?q={Q('直接就业多少人？')}")
    expect(page.locator(".sure")).to_have_text("大致")


def test_a_question_that_says_too_little_is_asked_back_and_a_choice_asks_it_whole(page, url):
    page.goto(f"{url}/?q={Q('有多少人？')}")
    expect(page.locator(".headline")).to_have_text("想问的是哪一个？")
    expect(page.locator(".sure")).to_have_count(0)
    choices = page.locator(".answer .examples a")
    assert 2 <= choices.count() <= 4
    choices.get_by_text("毕业生有多少人？").click()
    expect(page.locator(".answer .asked")).to_have_text("毕业生有多少人？")
    expect(page.locator(".headline")).to_have_text("6782人")
    # Nothing leans on a question that was not answered.
    expect(page.locator(".completed")).to_have_count(0)


def test_a_half_that_is_left_open_is_named(page, url):
    page.goto(f"{url}/?q={Q('生师比是多少，飞机有几架？')}")
    expect(page.locator(".headline")).to_have_text("18.29：1")
    expect(page.locator(".answer .message")).to_contain_text("“飞机有几架”没有可靠的答案")


def test_what_stands_around_a_quote_can_be_looked_at(page, url):
    page.goto(f"{url}/?q={Q('本学年招生多少人？')}")
    around = page.locator(".cited").first.locator(".around")
    around.get_by_text("看前后文").click()
    expect(around.locator(".beside").first).to_contain_text("（三）学生规模")
    expect(around.locator("mark").first).to_contain_text("招生6191人")


def test_the_outline_of_a_numbering_has_no_gaps(page, url):
    page.goto(f"{url}/?p=read")
    entries = page.locator(".outline a")
    entries.first.wait_for()
    words = entries.all_inner_texts()
    at = words.index("3.师资建设")
    assert [one[:3] for one in words[at + 1 : at + 7]] == ["（1）", "（2）", "（3）", "（4）", "（5）", "（6）"]
    entries.nth(at + 2).click()
    expect(page.locator(".reader .place")).to_contain_text("（2）各中职学校认真贯彻")


def test_on_a_telephone_the_report_leads_back_to_the_answer(browser, url):
    with watched_page(browser, 375, 812) as page:
        page.goto(f"{url}/?q={Q('本学年招生多少人？')}")
        page.locator(".citation").first.click()
        expect(page.locator(".reader .place").first).to_be_visible()
        bar = page.locator(".jump")
        assert bar.bounding_box()["y"] + bar.bounding_box()["height"] <= 812
        bar.get_by_role("button", name="目录").click()
        expect(page.get_by_role("link", name="（五）经费保障")).to_be_visible()
        bar.get_by_role("button", name="答案").click()
        expect(page.locator(".headline")).to_have_text("6191人")


def test_on_a_telephone_a_row_of_the_tables_is_read_without_scrolling_sideways(browser, url):
    with watched_page(browser, 375, 812) as page:
        page.goto(f"{url}/?p=data&words={Q('招生 6191')}")
        row = page.locator(".data tbody tr").first
        for words in ("招生", "6191", "人", "（三）学生规模"):
            box = row.get_by_text(words).first.bounding_box(timeout=10_000)
            assert box["x"] >= 0 and box["x"] + box["width"] <= 375
        page.goto(f"{url}/?p=library")
        button = page.get_by_role("button", name="修改")
        button.wait_for()
        assert button.bounding_box()["x"] + button.bounding_box()["width"] <= 375


def test_a_kind_is_written_in_one_line_on_a_tablet(browser, url):
    with watched_page(browser, 768, 1024) as page:
        page.goto(f"{url}/?p=data")
        kind = page.locator(".data .kind").first
        kind.wait_for()
        assert kind.evaluate(
            "e => { const words = document.createRange(); words.selectNodeContents(e);"
            " return words.getClientRects().length === 1; }"
        )


def test_captions_without_a_picture_are_not_called_pictures(page, url):
    page.goto(f"{url}/?p=data")
    expect(page.locator(".gallery h2")).to_have_text("只有标题的图表（10）")


def test_a_list_is_paused_gone_on_with_and_stopped(page, url, tmp_path):
    questions = tmp_path / "问题.txt"
    questions.write_text("".join(f"本学年第{number}所学校招生多少人？\n" for number in range(400)), "utf-8")
    answer_list(page, url, questions)
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("button", name="继续")).to_be_visible()
    page.wait_for_timeout(1500)
    done = page.locator(".batch .counts b").first.inner_text()
    page.wait_for_timeout(1500)
    assert page.locator(".batch .counts b").first.inner_text() == done
    page.get_by_role("button", name="继续").click()
    page.get_by_role("button", name="停止").click()
    expect(page.locator("#batch .notice")).to_contain_text("已停止：400 条里答了")
    expect(page.get_by_role("button", name="全部回答")).to_be_visible()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A library of reports as PDF, with their files beside it."""
    folder = tmp_path_factory.mktemp("printed")
    build_index([ROOT / "tests" / "fixtures" / "districts" / "pdf"], folder / "index")
    with serving(folder / "index", corpus=ROOT / "tests" / "fixtures" / "districts" / "pdf") as address:
        yield address


def test_the_page_of_a_pdf_is_shown_with_the_words_marked(browser, printed):
    with watched_page(browser, 1440, 900) as page:
        page.goto(f"{printed}/?q={Q('砚泽区2024年义务教育阶段招生多少人？')}")
        around = page.locator(".cited").first.locator(".around")
        around.get_by_text("的原样").click()
        picture = around.locator("img")
        page.wait_for_function("() => document.querySelector('.around img').naturalWidth === 1240")
        address = picture.get_attribute("src")
    with DIRECT.open(f"{printed}/{address}", timeout=60) as served:
        assert served.headers["Content-Type"] == "image/png"
        image = Image.open(io.BytesIO(served.read())).convert("RGB")
    marked = [count for count, colour in image.getcolors(1 << 24) if colour == (253, 230, 138)]
    assert marked and marked[0] > 2000


@pytest.mark.parametrize("query", ["", "d=没有.pdf&n=1", "d=../秘密.pdf&n=1"])
def test_no_other_file_is_drawn(printed, query):
    with pytest.raises(OSError, match="404"):
        DIRECT.open(f"{printed}/page?{Q(query, safe='=&')}", timeout=60)


@pytest.fixture(scope="module")
def written(districts_index: Path) -> Iterator[tuple[StandIn, str]]:
    """A library of reports, served with a stand-in for the model that writes."""
    stand_in = StandIn()
    with stand_in.serving() as model, serving(districts_index, writer=[model, "stand-in"]) as address:
        yield stand_in, address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 375])
def test_a_paragraph_is_written_under_the_answer_that_is_there_already(
    browser, written, districts_index, width, scheme
):
    stand_in, url = written
    cited = ReportQA.open(districts_index).ask(OPEN).citations
    rank = next(one.rank for one in cited if PUPILS in one.text)
    stand_in.says = f"小学招生1483人，初中招生1764人[{rank}]。小学招生9999人[{rank}]。形势<b>大</b>好。"
    stand_in.asked.clear()
    stand_in.ready.clear()
    with watched_page(browser, width, WIDTHS[width], color_scheme=scheme) as page:
        page.goto(f"{url}/?q={Q(OPEN)}")
        section, headline = page.locator(".written"), page.locator(".headline").inner_text()
        expect(section).to_contain_text("问题和引用的段落会发给 127.0.0.1:")
        settled(page)
        assert stand_in.asked == []
        page.get_by_role("button", name="写一段").click()
        expect(section.locator("progress")).to_be_visible()
        expect(page.get_by_role("button", name="写一段")).to_be_hidden()
        stand_in.ready.set()
        expect(section.locator(".paragraph")).to_have_text(f"小学招生1483人，初中招生1764人[{rank}]。")
        expect(section.locator(".note")).to_contain_text("只按词和数字逐句核对过；删去 2 句：")
        expect(section).not_to_contain_text("9999")
        expect(page.locator(".headline")).to_have_text(headline)
        assert page.locator(".headline").bounding_box()["y"] < section.bounding_box()["y"]
        assert_no_wider_than_it_is(page)
        violations = Axe().run(page, context=".written").response["violations"]
        assert [one["nodes"][0]["html"] for one in violations if one["impact"] in ("serious", "critical")] == []
        section.get_by_role("link", name=f"[{rank}]").click()
        expect(page.locator(".reader .place").first).to_be_visible()
        settled(page)
        assert PUPILS in placed(page)
        page.go_back()
        expect(page.locator(".answer .asked")).to_have_text(OPEN)
        settled(page)
        expect(section.locator(".paragraph")).to_be_visible()
        ask(page, "总结砚泽区2024年的教师队伍")
        settled(page)
        expect(section.locator(".paragraph")).to_have_count(0)
        expect(page.get_by_role("button", name="写一段")).to_be_visible()
        ask(page, "砚泽区2024年招生多少人？")
        expect(page.locator(".written")).to_have_count(0)


def test_a_paragraph_that_comes_too_late_is_dropped_and_one_that_fails_is_a_line(browser, written):
    stand_in, url = written
    stand_in.says = "小学招生1483人[1]。"
    stand_in.ready.clear()
    other = "总结砚泽区2024年的教师队伍"
    with watched_page(browser, 1440, 900) as page:
        page.goto(f"{url}/?q={Q(OPEN)}")
        page.get_by_role("button", name="写一段").click()
        expect(page.locator(".written progress")).to_be_visible()
        ask(page, other)
        settled(page)
        with page.expect_response("**/written"):
            stand_in.ready.set()
        page.wait_for_timeout(500)
        expect(page.locator(".written progress")).to_be_hidden()
        expect(page.locator(".written .paragraph")).to_have_count(0)
        for status, line in ((500, "返回 500"), (200, "没有通过核对")):
            stand_in.says, stand_in.status = "教师有八千人[9]。", status
            page.get_by_role("button", name="写一段").click()
            expect(page.locator(".written output")).to_contain_text(line)
            expect(page.locator(".answer .asked")).to_have_text(other)
        page.route("**/written", lambda route: route.abort())
        page.get_by_role("button", name="写一段").click()
        expect(page.locator(".written output")).to_have_text("没有写成：程序没有回答。请再试一次。")
    with DIRECT.open(f"{url}/written", data=f"q={Q('招生多少人？')}&in={Q('没有.md')}".encode(), timeout=60) as told:
        assert "没有.md" in told.read().decode()


def test_without_a_writer_there_is_nothing_to_press(page, url):
    page.goto(f"{url}/?q={Q('总结师资队伍的情况')}")
    expect(page.locator(".answer .citation").first).to_be_visible()
    expect(page.locator(".written")).to_have_count(0)
    with pytest.raises(OSError, match=r"40[45]"):
        DIRECT.open(f"{url}/written", data=b"q=", timeout=60)


OWNER, READER = "馆长:密码", "读者:另一个"


def test_only_the_owner_changes_the_library_and_each_change_is_written_down(browser, tmp_path):
    (tmp_path / "corpus").mkdir()
    for name in ("甲", "乙"):
        (tmp_path / "corpus" / f"{name}.txt").write_text(
            f"{name}县年报\n（2023年）\n一、学生\n{name}县招生11人。\n", "utf-8"
        )
    build_index([tmp_path / "corpus"], tmp_path / "index")
    (tmp_path / "logins").write_text(f"{OWNER}\n{READER}\n", "utf-8")
    with serving(tmp_path / "index", auth=str(tmp_path / "logins")) as url:
        for login in (READER, OWNER):
            name, _, password = login.partition(":")
            with watched_page(browser, 1440, 900, http_credentials={"username": name, "password": password}) as page:
                page.goto(f"{url}/?p=library")
                page.locator(".library tbody tr").first.wait_for()
                settled(page)
                owns = 2 if login == OWNER else 0
                expect(page.get_by_role("button", name="修改")).to_have_count(owns)
                expect(page.get_by_role("button", name="移出")).to_have_count(owns)
                expect(page.get_by_role("button", name="重建索引")).to_have_count(owns // 2)
                expect(page.get_by_role("tab", name="反馈")).to_have_count(owns // 2)
                page.goto(f"{url}/?p=feedback")
                if not owns:
                    settled(page)
                    expect(page.locator("#feedback")).to_have_count(0)
                else:
                    expect(page.locator("#feedback")).to_contain_text("还没有人评过")
                    turn_to(page, "文库")
                    page.get_by_role("button", name="重建索引").click()
                    expect(page.locator("#page-library .notice")).to_contain_text("索引")
        assert [(one["user"], one["action"]) for one in read_lines(tmp_path / "index" / "audit.jsonl")] == [
            ("馆长", "重建")
        ]


def test_a_report_added_in_another_window_is_named_over_the_pages(browser, tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "甲.txt").write_text("甲县年报\n（2023年）\n一、学生\n甲县招生11人。\n", "utf-8")
    build_index([tmp_path / "corpus"], tmp_path / "index")
    with serving(tmp_path / "index") as url, watched_page(browser, 1440, 900) as page:
        page.goto(url)
        expect(page.locator("#top .subject")).to_have_text("甲县年报（2023年）")
        (tmp_path / "corpus" / "乙.txt").write_text("乙县年报\n（2023年）\n一、学生\n乙县招生12人。\n", "utf-8")
        build_index([tmp_path / "corpus"], tmp_path / "index")
        ask(page, "招生多少人？")
        expect(page.locator("#top .subject")).to_have_text("2 份报告")
