"""The 文库: what is known of the reports is shown and corrected in place, and a rebuilt index is found by itself."""

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from test_web import serving, watched_page

from reportqa.errors import IndexStoreError, InputError
from reportqa.index.build import build_index
from reportqa.web.journal import read_lines
from reportqa.web.library import Library
from reportqa.web.library_page import listing_html

HOSTILE = "<script>alert(1)</script>\"双\"'单'<img src=x onerror=alert(1)>{{7*7}}"
TEXT = "{name}县年报\n（{year}年）\n一、学生\n{name}县招生{count}人。\n"


def write(folder: Path, name: str, year: int, count: int) -> None:
    (folder / "corpus").mkdir(exist_ok=True)
    (folder / "corpus" / f"{name}.txt").write_text(TEXT.format(name=name, year=year, count=count), "utf-8")


def update(folder: Path) -> None:
    build_index([folder / "corpus"], folder / "index")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small reports in corpus/ and their index in index/."""
    write(tmp_path, "甲", 2023, 11)
    write(tmp_path, "乙", 2024, 12)
    update(tmp_path)
    return tmp_path


@pytest.fixture
def library(folder: Path) -> Library:
    return Library(folder / "index", None, folder / "corpus")


def steps(changing: Iterator[object]) -> str:
    return str(getattr(list(changing)[-1], "stage", ""))


def given(*values: str) -> dict[str, str]:
    return dict(zip(("title", "year", "region", "genre"), values, strict=False))


def audit(folder: Path) -> list[dict[str, object]]:
    return list(read_lines(folder / "index" / "audit.jsonl"))


def table(folder: Path) -> list[list[str]]:
    with (folder / "corpus" / "报告信息.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_an_index_that_another_process_rebuilds_is_opened_anew(folder: Path, library: Library) -> None:
    first = library.qa
    assert library.qa is first
    write(folder, "乙", 2024, 99)
    build = "build_index([Path('corpus')], Path('index'))"
    code = f"from pathlib import Path; from reportqa.index.build import build_index; {build}"
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    # Whoever asks now gets the new index; who still holds the old one can go on.
    assert "99人" in library.qa.ask("乙县招生多少人？").answer
    assert "12人" in first.ask("乙县招生多少人？").answer
    assert library.qa is library.qa


def test_an_index_that_is_taken_away_or_spoilt_is_told_and_found_again(folder: Path, library: Library) -> None:
    manifest = folder / "index" / "manifest.json"
    whole = manifest.read_bytes()
    manifest.unlink()
    with pytest.raises(IndexStoreError, match="还没有索引"):
        _ = library.qa
    manifest.write_bytes(whole[:-10])
    with pytest.raises(IndexStoreError, match="索引损坏"):
        _ = library.qa
    manifest.write_bytes(whole)
    assert "11人" in library.qa.ask("甲县2023年招生多少人？").answer


def test_a_correction_is_written_beside_the_reports_and_encodes_nothing(folder: Path, library: Library) -> None:
    said = steps(library.correct("甲.txt", given("甲县年报（2023年）", "２０２０年", "临江市")))
    assert said.startswith("索引建好：2 份报告（新增 0，改动 0，未变 2，移出 0）")
    # What is as it was found is no correction.
    assert table(folder) == [["文件", "标题", "年份", "地区", "类型"], ["甲.txt", "", "2020", "临江市", ""]]
    known = library.qa.store.info("甲.txt")
    assert (known.title, known.year, known.region, known.genre) == ("甲县年报（2023年）", 2020, "临江市", "年报")
    steps(library.correct("甲.txt", {}))
    assert table(folder) == [["文件", "标题", "年份", "地区", "类型"]]
    assert library.qa.store.info("甲.txt").year == 2023


@pytest.mark.parametrize(("name", "year", "said"), [("没有.txt", "2020", "没有这份报告"), ("甲.txt", "去年", "四位数")])
def test_a_correction_that_is_none_changes_nothing(library: Library, name: str, year: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        list(library.correct(name, {"year": year}))
    assert not (library.corpus / "报告信息.csv").exists()


def test_a_report_that_was_removed_by_hand_goes_with_the_next_rebuild(folder: Path, library: Library) -> None:
    (folder / "corpus" / "乙.txt").unlink()
    assert [holding.size is None for holding in library.holdings()] == [True, False]
    assert listing_html(library)
    assert "移出 1" in steps(library.rebuild())
    assert list(library.titles()) == ["甲.txt"]


def test_an_index_of_another_folder_is_not_replaced_by_this_one(folder: Path, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("other")
    write(other, "丙", 2020, 1)
    library = Library(folder / "index", None, other / "corpus")
    for change in (library.rebuild(), library.correct("甲.txt", given("标题"))):
        with pytest.raises(InputError, match="--corpus"):
            list(change)
    assert list(library.titles()) == ["乙.txt", "甲.txt"]


def test_what_a_table_says_is_shown_escaped(folder: Path, library: Library) -> None:
    steps(library.correct("甲.txt", given(HOSTILE, "", HOSTILE, HOSTILE)))
    html = listing_html(library)
    assert "<script" not in html and "<img" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;双&#34;&#39;单&#39;") == 6
    assert library.qa.store.info("甲.txt").title == HOSTILE


def test_every_change_leaves_a_line_that_says_who_made_it(folder: Path, library: Library, tmp_path: Path) -> None:
    new = tmp_path / "丙.txt"
    new.write_text(TEXT.format(name="丙", year=2022, count=13), "utf-8")
    list(library.add(new, "馆长"))
    list(library.correct("丙.txt", given("", "2021"), "馆长"))
    list(library.remove("丙.txt", "副馆长"))
    list(library.rebuild())
    lines = audit(folder)
    assert [(one["user"], one["action"], one["document"]) for one in lines] == [
        ("馆长", "添加", "丙.txt"),
        ("馆长", "修改", "丙.txt"),
        ("副馆长", "移出", "丙.txt"),
        ("", "重建", ""),
    ]
    assert lines[1]["values"] == {"title": "", "year": "2021", "region": "", "genre": ""}
    assert all(str(one["time"]).startswith("20") and one["outcome"] for one in lines)


def test_a_change_that_is_stopped_leaves_everything_as_it_was(folder: Path, library: Library, tmp_path: Path) -> None:
    new = tmp_path / "丙.txt"
    new.write_text(
        TEXT.format(name="丙", year=2022, count=13) + "".join(f"第{n}所学校有{n}人。\n" for n in range(900)), "utf-8"
    )
    before = sorted((file.name, file.read_bytes()) for file in (folder / "corpus").iterdir())
    changing = library.add(new, "馆长")
    next(changing)
    library.stop()
    with pytest.raises(InputError, match="已停止"):
        list(changing)
    assert sorted((file.name, file.read_bytes()) for file in (folder / "corpus").iterdir()) == before
    assert list(library.titles()) == ["乙.txt", "甲.txt"]
    assert "已停止" in str(audit(folder)[-1]["outcome"])
    # Nothing of it is left over for the next change.
    assert "新增 1" in steps(library.add(new))


@pytest.fixture
def page(browser: Browser, folder: Path) -> Iterator[Page]:
    with serving(folder / "index") as url, watched_page(browser, 1440, 900) as page:
        page.goto(f"{url}/?p=library")
        yield page


def row_of(page: Page, name: str):
    return page.locator(".library tbody tr").filter(has=page.locator("small", has_text=name))


def test_a_report_is_corrected_in_its_row(page: Page, folder: Path) -> None:
    row = row_of(page, "甲.txt")
    expect(row).to_contain_text("2023")
    expect(row.get_by_label("年份")).to_be_hidden()
    row.get_by_role("button", name="修改").click()
    expect(row.get_by_label("标题")).to_be_focused()
    row.get_by_label("标题").fill(HOSTILE)
    row.get_by_label("年份").fill("2020")
    row.get_by_label("地区").fill("临江市")
    row.get_by_label("类型").fill("统计公报")
    row.get_by_role("button", name="保存").click()
    expect(page.locator(".notice").last).to_contain_text("索引建好：2 份报告")
    row = row_of(page, "甲.txt")
    for words in (HOSTILE, "2020", "临江市", "统计公报"):
        expect(row).to_contain_text(words)
    assert table(folder)[1] == ["甲.txt", HOSTILE, "2020", "临江市", "统计公报"]
    # The correction is what the other pages go by.
    page.goto(page.url.partition("?")[0] + f"?d={quote('甲.txt')}")
    expect(page.locator(".reader")).to_contain_text(HOSTILE)
    page.goto(page.url.partition("?")[0] + "?p=library")
    row_of(page, "甲.txt").get_by_role("button", name="修改").click()
    row_of(page, "甲.txt").get_by_label("标题").fill("")
    row_of(page, "甲.txt").get_by_label("标题").press("Enter")
    expect(row_of(page, "甲.txt")).to_contain_text("甲县年报（2023年）")


def test_a_bad_year_is_told_and_editing_can_be_given_up(page: Page, folder: Path) -> None:
    row = row_of(page, "乙.txt")
    row.get_by_role("button", name="修改").click()
    row.get_by_label("年份").fill("去年")
    row.get_by_role("button", name="保存").click()
    expect(page.locator(".notice").last).to_contain_text("年份要写成四位数")
    row.get_by_role("button", name="修改").click()
    expect(row.get_by_label("年份")).to_have_value("去年")
    row.get_by_role("button", name="取消").click()
    expect(row.get_by_label("年份")).to_be_hidden()
    expect(row.get_by_label("年份")).to_have_value("2024")
    expect(row.get_by_role("button", name="移出")).to_be_visible()
    assert not (folder / "corpus" / "报告信息.csv").exists()


def test_a_report_removed_by_hand_is_shown_and_goes_with_a_rebuild(page: Page, folder: Path) -> None:
    (folder / "corpus" / "乙.txt").unlink()
    page.get_by_role("button", name="重建索引").click()
    expect(page.locator(".notice").last).to_contain_text("移出 1")
    expect(page.locator(".library tbody tr")).to_have_count(1)
