"""Pages that are images: what is read of them, where it stands, what is refused, and how it is shown."""

import json
import re
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import quote

import pypdfium2 as pdfium
import pytest
from docx import Document as NewDocument
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from playwright.sync_api import expect
from programs import load
from test_web import serving, wait_until, watched_page

from reportqa.errors import ReadingError
from reportqa.index.build import build_index
from reportqa.index.opening import open_store
from reportqa.qa import ReportQA
from reportqa.reading import read_document, read_documents
from reportqa.reading.recognition import (
    LineCorrections,
    Recognised,
    Recogniser,
    Symbol,
    TextLine,
    UnreadableImage,
    check_size,
    engine,
)
from reportqa.reading.recognition.charts import Chart, read_chart
from reportqa.reading.recognition.corrections import read_line_corrections, write_line_correction
from reportqa.reading.recognition.images import pixels_of
from reportqa.reading.recognition.marks import full_width
from reportqa.reading.recognition.specks import without_specks
from reportqa.text.records import Document, ScanLine

DISTRICTS = Path(__file__).parent / "fixtures" / "districts"
SOURCE = DISTRICTS / "pdf" / "芦堰区义务教育发展报告2024.pdf"
NAME = "芦堰区义务教育发展报告2024.pdf"
ocr = load("benchmarks/ocr.py")


@pytest.fixture(scope="module")
def text_report() -> Document:
    """The report as its text layer says it."""
    return read_document(SOURCE)


@pytest.fixture(scope="module")
def half_scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three pages of the report, the second an image, and its index."""
    folder = tmp_path_factory.mktemp("scans")
    (folder / "corpus").mkdir()
    ocr.scan(ocr.render(SOURCE, [1], 150), folder / "page.pdf", 150)
    report = pdfium.PdfDocument(SOURCE)
    report.del_page(1)
    report.import_pages(pdfium.PdfDocument(folder / "page.pdf"), index=1)
    # Those with charts.
    report.del_page(3)
    report.del_page(2)
    report.save(folder / "corpus" / NAME)
    build_index([folder / "corpus"], folder / "index")
    return folder


@pytest.fixture(scope="module")
def document(half_scanned: Path) -> Document:
    return open_store(half_scanned / "index").document(NAME)


def lines_of(height: int, width: int = 1200, left: int = 120, top: int = 300) -> Image.Image:
    """A few lines of the report as an image."""
    return ocr.render(SOURCE, [1], 150)[0].crop((left, top, left + width - 100, top + height))


def page_text(document: Document, page: int) -> str:
    return document.text[document.pages[page] : document.pages[page + 1]]


def test_an_image_page_among_text_pages_reads_as_its_text(document: Document, text_report: Document) -> None:
    truth, read = page_text(text_report, 1), page_text(document, 1)
    wrong, digits = ocr.errors(ocr.bare(truth), ocr.bare(read))
    assert wrong <= len(truth) * 0.01
    assert digits == 0
    right, cells = ocr.cells_right(truth, read)
    assert right >= cells * 0.95 > 50
    # Sections, paragraphs and the pages around it are as they were.
    heads = [line.lstrip("# ") for line in truth.split("\n") if re.match(r"#*\s*(?:[一二]、|（[一二]）)", line)]
    assert heads == [line.lstrip("# ") for line in read.split("\n") if re.match(r"#*\s*(?:[一二]、|（[一二]）)", line)]
    assert document.text[document.pages[2] :] == text_report.text[text_report.pages[4] :]
    assert len([line for line in read.split("\n") if line]) == len([line for line in truth.split("\n") if line])
    # The running head and the number of the page are out.
    assert "2024年报告" not in read
    assert "- 2 -" not in read


def test_every_line_knows_its_place_in_the_text(half_scanned: Path, document: Document) -> None:
    (scan,) = open_store(half_scanned / "index").scans(NAME)
    assert (scan.page, Path(scan.image).suffix) == (2, ".jpg")
    with Image.open(scan.image) as image:
        assert image.size == (scan.width, scan.height)
    placed = set()
    for line in scan.lines:
        assert document.pages[1] <= line.start < line.end <= document.pages[2]
        left, top, right, bottom = line.box
        assert 0 <= left < right <= scan.width
        assert 0 <= top < bottom <= scan.height
        assert 0.5 <= line.score <= 1
        placed.update(range(line.start, line.end))
    words = [at for at in range(document.pages[1], document.pages[2]) if document.text[at].isalnum()]
    assert len(placed.intersection(words)) >= 0.97 * len(words)
    # A row of the table: its cells lie beside each other in the order of the text.
    row = document.text.index("| 茶墩镇")
    cells = scan.lines_in(row, document.text.index("\n", row))
    assert [document.text[line.start : line.end] for line in cells] == "茶墩镇 4 588 2586 1207 217 8.97".split()
    assert [line.box[0] for line in cells] == sorted(line.box[0] for line in cells)
    assert max(line.box[1] for line in cells) - min(line.box[1] for line in cells) < 15


def test_an_answer_from_a_recognised_page_shows_its_cut(half_scanned: Path) -> None:
    qa = ReportQA.open(half_scanned / "index")
    record = qa.ask("全区户籍人口多少？").to_record()
    assert record["answer"] == "41.3万人"
    cited = record["citations"][0]
    assert cited["text"] == qa.document(NAME).text[cited["start"] : cited["end"]]
    (cut,) = cited["scans"]
    assert cut["page"] == cited["page"] == 2
    left, top, right, bottom = cut["box"]
    assert all(left <= x0 < x1 <= right and top <= y0 < y1 <= bottom for x0, y0, x1, y1 in cut["marks"])
    assert 0.9 < record["figures"][0]["recognition"] <= 1
    # What comes from the text of the file has neither.
    record = qa.ask("全区有专职保安多少人？").to_record()
    assert record["answer"] == "164人"
    assert record["citations"][0]["scans"] == []
    assert record["figures"][0]["recognition"] is None


def test_a_page_is_recognised_once(half_scanned: Path, tmp_path: Path) -> None:
    (kept,) = (half_scanned / "index" / "recognised").iterdir()
    record = json.loads(kept.read_text("utf-8"))
    first = next(line for line in record["lines"] if line["symbols"][0][0] == "芦")
    first["symbols"][0][0] = "某"
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / kept.name).write_text(json.dumps(record), "utf-8")
    told: list[tuple[str, int, int]] = []
    read = read_document(half_scanned / "corpus" / NAME, None, Recogniser(folder, lambda *step: told.append(step)))
    assert "某堰区地处枫岭市西北山区" in read.text
    assert told == [(f"识别 {NAME}", 0, 1), (f"识别 {NAME}", 1, 1)]


def test_a_kept_report_keeps_its_scans(half_scanned: Path) -> None:
    folder = half_scanned / "index"
    before = open_store(folder).scans(NAME)[0]
    other = half_scanned / "corpus" / "另一份.txt"
    other.write_text("一、概况\n全县招生120人。\n", "utf-8")
    assert build_index([half_scanned / "corpus"], folder).kept == 1
    other.unlink()
    after = open_store(folder).scans(NAME)[0]
    assert (after.lines, after.page) == (before.lines, before.page)
    assert Path(after.image).is_file()
    assert [one.scans for one in open_store(folder).library()] == [0, 1]
    build_index([half_scanned / "corpus"], folder)


def test_image_files_are_read_however_they_lie(tmp_path: Path) -> None:
    upright = lines_of(350)
    pages = [upright.rotate(1.2, fillcolor=255), upright.transpose(Image.Transpose.ROTATE_90)]
    pages[0].save(tmp_path / "页.tiff", save_all=True, append_images=pages[1:])
    read = read_document(tmp_path / "页.tiff")
    assert len(read.pages) == 2
    for text in (read.text[: read.pages[1]], read.text[read.pages[1] :]):
        assert "2024年末户籍人口41.3万人，常住人口36.8万人。全年地区生产总值302.4亿元" in text
    assert [scan.page for scan in read.scans] == [1, 2]
    assert read.scans[1].width > read.scans[1].height


def test_the_bars_of_a_chart_are_tied_to_their_labels(tmp_path: Path) -> None:
    chart = DISTRICTS / "md" / "pictures" / "luyan-2024-1.png"
    report = NewDocument()
    report.add_paragraph("芦堰区2024年报告", style="Title")
    report.add_heading("一、概况", 1)
    report.add_paragraph("全区在校生28829人，比上年增加917人。")
    report.add_picture(str(chart))
    report.add_paragraph("图 1 2024年各镇（街道）在校生（人）")
    report.save(str(tmp_path / "r.docx"))
    build_index([tmp_path / "r.docx"], tmp_path / "index")
    qa = ReportQA.open(tmp_path / "index")
    read = [(one.scope, one.text, one.unit) for one in qa.figures() if one.text in ("9468", "7660", "4042", "1942")]
    assert read == [
        ("桃汀街道", "9468", "人"),
        ("石磬街道", "7660", "人"),
        ("云坳镇", "4042", "人"),
        ("沙洑镇", "1942", "人"),
    ]
    (caption,) = qa.illustrations()
    assert (caption.label, bool(caption.image)) == ("图 1", True)
    record = qa.ask("桃汀街道在校生多少人？").to_record()
    assert record["answer"] == "9468人"
    (cut,) = record["citations"][0]["scans"]
    assert (cut["picture"], cut["page"]) == (True, None)


def test_specks_are_taken_out_and_points_stay(tmp_path: Path) -> None:
    # 表 1: a column of shares with two decimals.
    page = ocr.render(SOURCE, [1], 200)[0].crop((0, 1200, 1654, 1900))
    pixels, quads = pixels_of(page), engine.detect(pixels_of(page))
    assert without_specks(pixels, quads) is None
    old = pixels_of(ocr.speckled(page))
    cleaned = without_specks(old, quads)
    assert cleaned is not None
    assert (cleaned != old).any(axis=2).sum() > 3_000
    ocr.speckled(page).save(tmp_path / "页.png")
    read = read_document(tmp_path / "页.png").text
    assert [
        share for share in ("32.84", "26.57", "14.02", "10.86", "8.97", "6.74", "100.00") if share not in read
    ] == []


def test_contents_are_no_text_and_a_caption_keeps_its_number(tmp_path: Path) -> None:
    ocr.scan(ocr.render(SOURCE, [0, 1], 150), tmp_path / "r.pdf", 150)
    text = read_document(tmp_path / "r.pdf").text
    assert "组织保障" not in text
    assert "2025年2月" in text
    assert "表1 2024年各镇（街道）义务教育规模" in text


def line(text: str, x: float, y: float, size: float = 20) -> TextLine:
    """A line of text with its middle at x and y."""
    left = x - len(text) * size / 4
    symbols = (Symbol(char, left + at * size / 2, left + (at + 1) * size / 2, 1.0) for at, char in enumerate(text))
    return TextLine(tuple(symbols), y - size / 2, y + size / 2, size, 1.0)


def test_charts_that_stand_lie_and_are_cut() -> None:
    upright = [line("120", 100, 50), line("1942", 300, 80), line("2022年", 100, 300), line("2023年", 300, 300)]
    axis = [line(str(number), 20, 290 - number) for number in (0, 100, 200)]
    assert read_chart([*upright, *axis]) == Chart(("2022年", "2023年"), (("", ("120", "1942")),))
    pairs = [line("招生", 450, 20), line("毕业", 550, 20)]
    beside = [line(text, x, 80) for text, x in (("1", 80), ("2", 120), ("3", 280), ("4", 320))]
    grouped = read_chart([*pairs, *beside, *upright[2:]])
    assert grouped == Chart(("2022年", "2023年"), (("招生", ("1", "3")), ("毕业", ("2", "4"))))
    lying = [line(text, 60, y) for text, y in (("东湾镇", 50), ("石桥镇", 100))] + [
        line("12", 300, 50),
        line("9", 240, 100),
    ]
    assert read_chart(lying) == Chart(("东湾镇", "石桥镇"), (("", ("12", "9")),))
    assert read_chart([line("公办62.3%", 90, 50), line("民办37.7%", 290, 90)]) == Chart(
        ("公办", "民办"), (("", ("62.3%", "37.7%")),)
    )


def test_a_chart_whose_numbers_are_not_all_tied_is_no_table() -> None:
    labels = [line("甲校", 100, 300), line("乙校", 300, 300), line("丙校", 500, 300)]
    values = [line("12", 100, 80), line("15", 300, 80), line("18", 500, 80)]
    assert read_chart([*labels, *values]) is not None
    assert read_chart([*labels, *values[:2]]) is None
    assert read_chart([labels[0], labels[2], *values]) is None
    # Numbers over each other: which line is which, only the colours tell.
    assert read_chart([*labels, *values, *(line("9", x, 150) for x in (100, 300, 500))]) is None


def test_a_chart_on_a_scanned_page_is_a_picture_of_it(tmp_path: Path) -> None:
    page = ocr.render(SOURCE, [2], 110)[0].crop((0, 80, 910, 640))
    page.save(tmp_path / "页.png")
    read = read_document(tmp_path / "页.png")
    assert "图中文字" in read.text
    assert re.search(r"\| 桃汀街道 +\| 9468 \|", read.text)
    assert [scan.is_picture for scan in read.scans] == [False, True]
    assert len(read.pictures) == 1
    assert "全区专任教师2140人" in read.text


def test_a_corrected_line_is_kept_in_a_table(tmp_path: Path) -> None:
    write_line_correction(tmp_path, "年报.pdf", 2, "招生619l人", "招生6191人")
    write_line_correction(tmp_path, "年报.pdf", 2, "=印章", "")
    said = read_line_corrections(tmp_path)[0]["年报.pdf"]
    assert said == {(2, "招生619l人"): "招生6191人", (2, "=印章"): ""}
    page = Recognised(Image.new("L", (400, 100)), (line("招生619l人", 200, 20), line("=印章", 300, 60)))
    corrections = LineCorrections(said)
    (right,) = corrections.applied(page, 2).lines
    assert (right.text, right.read, right.score) == ("招生6191人", "招生619l人", 1.0)
    assert (right.x0, round(right.x1, 6)) == (page.lines[0].x0, page.lines[0].x1)
    assert corrections.used == set(said)
    assert LineCorrections(said).applied(page, 1).lines == page.lines
    # As it was read again: the row goes.
    write_line_correction(tmp_path, "年报.pdf", 2, "招生619l人", "招生619l人")
    assert read_line_corrections(tmp_path)[0]["年报.pdf"] == {(2, "=印章"): ""}
    (tmp_path / "识别更正.csv").write_text("a,b\n1,2\n", "utf-8")
    assert "第一行" in read_line_corrections(tmp_path)[1][0]


def test_a_correction_is_the_text(half_scanned: Path, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / NAME).write_bytes((half_scanned / "corpus" / NAME).read_bytes())
    shutil.copytree(half_scanned / "index" / "recognised", tmp_path / "index" / "recognised")
    write_line_correction(folder, NAME, 2, "（二）招生与在校生", "（二）招生和在校生")
    write_line_correction(folder, NAME, 2, "没有这一行", "甲")
    report = build_index([folder], tmp_path / "index")
    assert "（二）招生和在校生" in open_store(tmp_path / "index").document(NAME).text
    assert report.unread == (f"{NAME}：识别更正.csv 里有 1 行没有用上：没有这一行。",)
    (folder / "识别更正.csv").unlink()
    assert build_index([folder], tmp_path / "index").changed == 1
    assert "（二）招生与在校生" in open_store(tmp_path / "index").document(NAME).text


def test_what_shows_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    Image.new("L", (600, 400), 255).save(tmp_path / "空白.png")
    with pytest.raises(ReadingError, match=r"^没有认出文字：空白.png（第 1 页的图像里没有认出文字）。$"):
        read_document(tmp_path / "空白.png")


def png(width: int, height: int) -> bytes:
    """A picture that says it is large, and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (png(20_000, 20_000), "图像太大"),
        (png(300_000, 100), "图像太大"),
        (png(100_000, 100_000), "图像太大"),
        (png(900, 900), "图像损坏"),
        (b"\x89PNG\r\n\x1a\n", "图像损坏"),
        ("招生6191人".encode(), "图像损坏"),
        (png(5, 900), "图像太小"),
    ],
)
def test_a_bad_image_is_refused_in_one_line(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "r.png").write_bytes(data)
    with pytest.raises(ReadingError, match=f"^[^\n]*r.png[^\n]*{reason}[^\n]*。$"):
        read_document(tmp_path / "r.png")


def test_a_huge_image_in_a_pdf_is_told(tmp_path: Path) -> None:
    Image.new("1", (12_000, 12_000), 1).save(tmp_path / "r.pdf", resolution=1200)
    with pytest.raises(ReadingError, match=r"没有认出文字：r.pdf（第 1 页图像太大（12000×12000 像素"):
        read_document(tmp_path / "r.pdf")


def test_the_images_of_a_web_page_are_no_reports(tmp_path: Path) -> None:
    (tmp_path / "图").mkdir()
    (tmp_path / "r.md").write_text("# 年报\n\n招生6191人。\n\n![规模](图/规模.png)\n", "utf-8")
    Image.new("L", (100, 100)).save(tmp_path / "图" / "规模.png")
    documents, failures = read_documents([tmp_path])
    assert ([one.name for one in documents], failures) == (["r.md"], [])


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("招生6,191人(含技工1,455人),占98.5%;其中:", "招生6,191人（含技工1,455人），占98.5%；其中："),
        ("占比(%)", "占比（%）"),
        ("生师比15.35:1,比上年", "生师比15.35:1，比上年"),
        ("上午8:30开会.", "上午8:30开会。"),
        ('当选"年度人物".', "当选“年度人物”。"),
        ("GDP(PPP), 2024", "GDP(PPP), 2024"),
        ("1.5万元", "1.5万元"),
    ],
)
def test_marks_beside_chinese_are_wide(said: str, written: str) -> None:
    assert full_width(said) == written


@given(st.text(alphabet='招生，。（）()[]:;,.!?"“”1234%a '))
def test_full_width_keeps_every_place(text: str) -> None:
    wide = full_width(text)
    assert len(wide) == len(text)
    assert [char for char in wide if char.isalnum()] == [char for char in text if char.isalnum()]
    assert full_width(wide) == wide


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_only_images_that_fit_are_looked_at(width: int, height: int) -> None:
    fits = min(width, height) >= 24 and max(width, height) <= 20_000 and width * height <= 100_000_000
    try:
        check_size(width, height)
    except UnreadableImage:
        assert not fits
    else:
        assert fits


def test_the_least_sure_character_counts() -> None:
    line = ScanLine(10, 20, (0, 0, 90, 12), 0.97, ((12, 0.62), (18, 0.4)))
    assert [line.sureness(*place) for place in ((10, 12), (11, 13), (10, 20))] == [0.97, 0.62, 0.4]


def test_the_models_are_not_loaded_without_an_image(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("一、概况\n全县招生120人。\n", "utf-8")
    code = (
        "import sys; from pathlib import Path; from reportqa.reading import read_documents; import reportqa.qa;"
        f"read_documents([Path({str(tmp_path)!r})]);"
        "print([name for name in ('rapidocr', 'cv2', 'shapely', 'omegaconf', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def faint(tmp_path: Path) -> Path:
    """A folder with one page that is hard to read, and its index."""
    (tmp_path / "corpus").mkdir()
    lines_of(700).filter(ImageFilter.GaussianBlur(2.8)).save(tmp_path / "corpus" / "页.png")
    build_index([tmp_path / "corpus"], tmp_path / "index")
    return tmp_path


def test_the_library_leads_to_doubtful_lines_and_one_is_corrected(browser, faint: Path) -> None:
    with (
        serving(faint / "index", corpus=faint / "corpus") as url,
        watched_page(browser, 1200, 900) as page,
    ):
        page.goto(f"{url}/?p=library")
        doubtful = page.locator(".library .doubtful")
        expect(doubtful.locator("summary")).to_have_text("1 页有要核对的字")
        doubtful.locator("summary").click()
        doubtful.get_by_role("link", name="第 1 页").click()
        line = page.locator(".read-lines .doubt input").first
        expect(line).to_be_visible()
        read = line.get_attribute("data-read") or ""
        line.fill("全区户籍人口43.7万人。")
        line.press("Enter")
        expect(page.locator(".notice").last).to_contain_text("已更正：“全区户籍人口43.7万人。”")
        assert read_line_corrections(faint / "corpus")[0]["页.png"] == {(1, read): "全区户籍人口43.7万人。"}
        page.goto(f"{url}/?d={quote('页.png')}")
        expect(page.locator(".reader .document")).to_contain_text("全区户籍人口43.7万人")
        assert "43.7万人" in open_store(faint / "index").document("页.png").text


def test_a_recognised_citation_opens_with_its_cut(browser, half_scanned: Path) -> None:
    with serving(half_scanned / "index") as url, watched_page(browser, 1200, 900) as page:
        images: list[int] = []
        page.on("response", lambda answer: images.append(answer.status) if "/picture?" in answer.url else None)
        page.goto(f"{url}/?q=全区户籍人口多少？")
        first = page.locator(".citations li").first
        expect(first.locator(".where")).to_contain_text("第 2 页 · 识别文字")
        cut = first.locator("svg.scan")
        expect(cut).to_be_visible()
        box, mark = cut.bounding_box(), cut.locator("rect").first.bounding_box()
        assert box["width"] > 300
        assert box["x"] <= mark["x"] < mark["x"] + mark["width"] <= box["x"] + box["width"]
        wait_until(lambda: bool(page.evaluate("1") and images))
        assert set(images) == {200}
        first.locator("a.citation").click()
        expect(page.locator(".reader .document svg.scan").first).to_be_visible()
