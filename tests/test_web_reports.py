"""Several reports in the web app: which of them an answer is from, their tables and pictures, their tricks."""

import io
import json
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from docx import Document
from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from test_web import BOX, DIRECT, SIZES, ask, assert_no_wider_than_it_is, in_view, serving, watched_page

from reportqa.index.folder import FolderStore

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"双\"'单'{{7*7}}"
HEADING = "<img src=x onerror=alert(3)>'\""
FILE = "青禾'区<b>&2024.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of two years as text, of another place in Word with a table and a picture, and their index."""
    folder = tmp_path_factory.mktemp("reports")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / FILE).write_text(
        f"青禾区职业教育质量年度报告（2024年）\n一、规模{HEADING}\n"
        f"2024年，青禾区全区中职学校招生4506人，在校生13592人。{HOSTILE}\n图 1 学校{HOSTILE}\n",
        "utf-8",
    )
    (corpus / "青禾区2023.txt").write_text(
        "青禾区职业教育质量年度报告（2023年）\n一、规模\n2023年，青禾区全区中职学校招生4218人，在校生13056人。\n",
        "utf-8",
    )
    word = Document()
    word.add_heading("白沙县教育发展报告（2022年）", 0)
    word.add_heading("一、学校", 1)
    word.add_paragraph("2022年，白沙县共有公办学校12所，民办学校5所。")
    table = word.add_table(rows=3, cols=2)
    for row, cells in zip(
        table.rows, (("学校", "招生数（人）"), ("甲<i>中学", "1207"), ("乙中学", "986")), strict=True
    ):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    word.add_paragraph("各校的位置如图所示。")
    picture = io.BytesIO()
    Image.new("RGB", (80, 50), "green").save(picture, "PNG")
    picture.seek(0)
    word.add_picture(picture)
    word.add_paragraph("图 1 学校分布")
    word.save(corpus / "白沙县2022.docx")
    done = subprocess.run(
        [sys.executable, "-m", "reportqa", "index"], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder / "index") as address:
        yield address


@pytest.fixture(params=["narrow", "wide"])
def page(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    with watched_page(browser, *SIZES[request.param]) as page:
        yield page
        assert_no_wider_than_it_is(page)


def choose(page: Page, *titles: str) -> None:
    page.locator(".scope summary").click()
    for title in titles:
        page.get_by_label(title).check()
    expect(page.locator(".scope summary")).to_contain_text(f"{len(titles)} 份")
    page.get_by_role("button", name="问这些报告").click()


def test_each_citation_names_its_report_and_any_number_of_reports_can_be_asked(page, url):
    page.goto(url)
    ask(page, "青禾区2023年招生多少人？")
    expect(page.locator(".headline")).to_contain_text("4218人")
    expect(page.locator(".answer .from")).to_contain_text("2023年")
    expect(page.locator(".citation .report").first).to_contain_text("2023年 青禾区")
    page.fill(BOX, "招生多少人？")
    choose(page, "白沙县教育发展报告（2022年）")
    expect(page.locator(".answer .asked")).to_have_text("招生多少人？")
    expect(page.locator(".answer .citation .report").first).to_contain_text("白沙县")
    expect(page.locator(".answer .citation .report").filter(has_not_text="白沙县")).to_have_count(0)
    assert f"in={quote('白沙县2022.docx')}" in page.url
    page.reload()
    expect(page.locator(".scope summary")).to_contain_text("白沙县教育发展报告（2022年）")
    choose(page, "白沙县教育发展报告（2022年）", "青禾区职业教育质量年度报告（2023年）")
    expect(page.locator(".answer .citation .report").filter(has_text="2023年").first).to_be_attached()
    expect(page.locator(".answer .citation .report").filter(has_text="2024年")).to_have_count(0)
    page.locator(".scope summary").click()
    page.get_by_role("button", name="问全部").click()
    expect(page.locator(".scope summary")).to_contain_text("全部 3 份")


def test_a_report_that_is_not_there_gets_a_line_that_says_so(page, url):
    page.goto(f"{url}/?q={quote('招生多少人？')}&in={quote(HOSTILE)}")
    expect(page.locator("#answer .notice")).to_contain_text(f"没有这份报告：{HOSTILE}")


def test_a_table_and_a_picture_stand_in_the_report_at_their_place(page, url):
    page.goto(f"{url}/?d={quote('白沙县2022.docx')}&f=1207")
    cell = page.locator(".reader .grid td", has_text="1207")
    expect(cell.locator(".found")).to_have_text("1207")
    assert in_view(page, ".reader .found")
    expect(page.locator(".reader .grid th").first).to_have_text("学校")
    expect(page.locator(".reader .grid td").first).to_have_text("甲<i>中学")
    picture = page.locator(".reader .picture img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.reader .picture img').naturalWidth === 80")
    assert picture.bounding_box()["y"] < page.locator(".reader p", has_text="图 1 学校分布").bounding_box()["y"]


def test_a_figure_of_a_table_is_answered_with_its_row_as_a_table(page, url):
    page.goto(url)
    ask(page, "乙中学的招生数")
    expect(page.locator(".headline")).to_contain_text("986")
    expect(page.locator(".citation .grid td", has_text="986").first).to_be_visible()
    page.locator(".citation").first.click()
    expect(page.locator(".reader .grid .place").first).to_be_visible()


def test_the_pictures_are_in_the_gallery_and_lead_to_their_place(page, url):
    page.goto(f"{url}/?p=data")
    shown = page.locator(".gallery a", has=page.locator("img"))
    expect(shown).to_contain_text("图 1 学校分布")
    shown.click()
    expect(page.locator(".reader .picture.place img")).to_have_attribute("alt", "图 1 学校分布")
    expect(page.locator(".reader .place").last).to_have_text("图 1 学校分布")


def test_the_figures_name_their_report_and_are_chosen_by_it(page, url):
    page.goto(f"{url}/?p=data")
    rows = page.locator(".data tbody tr")
    expect(rows.filter(has_text="青禾区2023年").first).to_be_attached()
    page.locator(".data select[name=report]").select_option("青禾区2023.txt")
    expect(rows.filter(has_not_text="青禾区2023年")).to_have_count(0)
    expect(rows.filter(has_text="4218")).to_have_count(1)


def test_an_indicator_is_compared_over_the_reports(page, url):
    page.goto(f"{url}/?p=data")
    page.get_by_label("比较各份报告的一个指标").fill("招生")
    page.keyboard.press("Enter")
    rows = page.locator(".comparison tbody tr")
    expect(rows.filter(has_text="青禾区")).to_have_count(2)
    expect(rows.filter(has_text="2024")).to_contain_text("+6.83%")
    rows.filter(has_text="2023").get_by_role("link").click()
    expect(page.locator(".reader .place")).to_have_text("4218人")
    page.goto(f"{url}/?p=data&compare={quote(HOSTILE)}")
    expect(page.get_by_label("比较各份报告的一个指标")).to_have_value(HOSTILE)


def test_the_reader_turns_to_another_report(page, url):
    page.goto(f"{url}/?p=read")
    page.get_by_label("报告", exact=True).select_option("青禾区2023.txt")
    expect(page.locator(".reader .document")).to_contain_text("4218人")


def test_a_hostile_report_is_shown_as_words_on_every_page(page, url):
    page.goto(f"{url}/?q={quote('2024年青禾区招生多少人？')}")
    expect(page.locator(".headline")).to_contain_text("4506")
    expect(page.locator(".citation .path").first).to_contain_text(f"一、规模{HEADING}")
    page.locator(".citation").first.click()
    expect(page.locator(".reader .document")).to_contain_text(HOSTILE)
    expect(page.locator(".reader .outline")).to_contain_text(HEADING)
    page.goto(f"{url}/?p=data")
    expect(page.locator(".data .path").filter(has_text=HEADING).first).to_be_attached()
    expect(page.locator(".gallery")).to_contain_text(HOSTILE)
    page.goto(f"{url}/?p=library")
    expect(page.locator(".library")).to_contain_text(FILE)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl", ".md"])
def test_a_hostile_list_is_shown_as_words_whatever_its_form(browser, url, tmp_path, ending):
    question = f"{HOSTILE}招生多少人？"
    questions = tmp_path / f"'{ending}'<img src=x>{ending}"
    if ending == ".xlsx":
        book = Workbook()
        book.active.append(["问题"])
        book.active.append([question])
        book.save(questions)
    else:
        field = '"' + question.replace('"', '""') + '"'
        text = {
            ".csv": f"问题\n{field}\n",
            ".jsonl": json.dumps({"question": question}),
            ".md": "- " + question.replace("<", "\\<") + "\n",
        }
        questions.write_text(text[ending], "utf-8")
    with watched_page(browser, 1440, 900) as page:
        page.goto(f"{url}/?p=batch")
        page.set_input_files("#questions input[type=file]", questions)
        expect(page.locator("#questions .file-preview")).to_be_visible()
        page.get_by_role("button", name="全部回答").click()
        expect(page.locator(".batch tbody td").nth(1)).to_contain_text("<script>alert(1)</script>")
        expect(page.locator("#downloads .file-preview")).to_be_visible()


def test_a_picture_is_served_as_nothing_else_and_no_other_file_is(url, folder):
    images = [one.image for one in FolderStore(folder / "index").illustrations_in("白沙县2022.docx") if one.image]
    (name,) = (Path(image).name for image in images)
    with DIRECT.open(f"{url}/picture?d={quote('白沙县2022.docx')}&n={quote(name)}", timeout=30) as served:
        assert served.headers["Content-Type"] == "image/png"
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in served.headers["Content-Security-Policy"]
        assert served.read(4) == b"\x89PNG"
    for other in ("../manifest.json", "manifest.json", str(folder / "index" / "manifest.json"), "", name.upper()):
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            DIRECT.open(f"{url}/picture?d={quote('白沙县2022.docx')}&n={quote(other)}", timeout=30)
        assert refused.value.read().decode("utf-8") == "没有这张图。"
        refused.value.close()
