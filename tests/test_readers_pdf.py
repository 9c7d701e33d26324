"""PDFs written by ReportLab: layouts as they are met, hand-worked texts, and bad files each with its line."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from reportqa.errors import ReadingError
from reportqa.reading import read_document
from reportqa.reading.pdf.furniture import find_furniture
from reportqa.reading.pdf.lines import GlyphLine

WIDTH, HEIGHT = A4
FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def style(size: float, leading: float, **more: object) -> ParagraphStyle:
    return ParagraphStyle(f"s{size}", fontName=FONT, fontSize=size, leading=leading, wordWrap="CJK", **more)


TITLE, HEADING, BODY = style(22, 30, alignment=1), style(16, 24), style(10.5, 16, firstLineIndent=21, alignment=4)
CAPTION = style(9, 14, alignment=1)
GRID = [("FONT", (0, 0), (-1, -1), FONT, 9), ("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
SENTENCE = "全县现有职业学校7所，其中公办学校5所、民办学校2所，在校学生{}人，比上年增长3.5%。"


def furnish(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 40, "临江县教育局  年度报告")
    canvas.line(60, HEIGHT - 45, WIDTH - 60, HEIGHT - 45)
    canvas.drawCentredString(WIDTH / 2, 30, f"— {document.page} —")


def leave_bare(canvas: Canvas, document: BaseDocTemplate) -> None:
    """No head and no foot: of one page nobody can tell what would come again on the next."""


def printed(path: Path, story: list[Flowable], columns: int = 1, on_page: Callable = furnish, **more: object) -> Path:
    width = (WIDTH - 120 - 24 * (columns - 1)) / columns
    frames = [Frame(60 + (width + 24) * number, 60, width, HEIGHT - 130) for number in range(columns)]
    document = BaseDocTemplate(str(path), pagesize=A4, **more)
    document.addPageTemplates([PageTemplate(frames=frames, onPage=on_page)])
    document.build(story)
    return path


def drawn(path: Path, draw: Callable[[Canvas], None], **more: object) -> Path:
    canvas = Canvas(str(path), pagesize=A4, **more)
    canvas.setFont(FONT, 10.5)
    draw(canvas)
    canvas.save()
    return path


def picture(size: tuple[int, int] = (200, 120), form: str = "JPEG", color: str = "red") -> io.BytesIO:
    image = Pillow.new("RGB", size, color)
    ImageDraw.Draw(image).line((0, 0, *size), fill="black", width=3)
    out = io.BytesIO()
    image.save(out, form)
    out.seek(0)
    return out


def refusal(path: Path) -> str:
    with pytest.raises(ReadingError) as caught:
        read_document(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def paragraph(number: int) -> str:
    """A paragraph of several lines, each of its own."""
    return f"段{number}：" + "".join(SENTENCE.format(number * 10 + more) for more in range(5 + number % 3))


def test_paragraphs_headings_and_pages_of_a_report(tmp_path):
    texts = [paragraph(number) for number in range(48)]
    story = [Paragraph("临江县教育", TITLE), Paragraph("质量年度报告", TITLE), Paragraph("（2023年）", TITLE)]
    for number, text in enumerate(texts):
        if number % 12 == 0:
            story.append(Paragraph(f"{'一二三四'[number // 12]}、情况", HEADING))
        story.append(Paragraph(text, BODY))
    read = read_document(printed(tmp_path / "r.pdf", story))
    expected = "临江县教育\n质量年度报告\n（2023年）\n"
    for number, text in enumerate(texts):
        expected += f"\n# {'一二三四'[number // 12]}、情况\n" if number % 12 == 0 else ""
        expected += f"\n{text}\n"
    assert read.text == expected
    assert (read.title, read.year, read.region) == ("临江县教育质量年度报告（2023年）", 2023, "临江县")
    assert (len(read.pages), read.pages[0]) == (7, 0)
    # A paragraph that goes on over a page end is one, and the page begins within it.
    assert any(read.text[start - 1] not in "\n" for start in read.pages[1:])
    assert read.page_at(read.text.index("段47")) == 7


def test_a_table_over_two_pages_is_one_and_its_words_stand_once(tmp_path):
    rows = [["学校", "人数（人）", ""], ["", "招生", "毕业"]]
    rows += [[f"第{number}中学", str(number * 10), str(number * 9)] for number in range(1, 61)]
    spans = [("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 0), (0, 1))]
    story = [Paragraph("表 1 各校情况", CAPTION), Table(rows, style=GRID + spans, repeatRows=2)]
    story += [Paragraph("表后的正文。", BODY)]
    read = read_document(printed(tmp_path / "r.pdf", story))
    expected = ["表 1 各校情况", "", "| 学校 | 人数（人） | 人数（人） |", "| 学校 | 招生 | 毕业 |", "|---|---|---|"]
    expected += [f"| 第{number}中学 | {number * 10} | {number * 9} |" for number in range(1, 61)]
    assert read.text == "\n".join([*expected, "", "表后的正文。", ""])
    assert len(read.pages) == 2
    assert read.text[read.pages[1] :].startswith("| 第")
    assert 20 < int(read.text[read.pages[1] :].split("第")[1].split("中")[0]) < 60


def test_a_table_between_level_lines_is_told_by_the_gaps_of_its_text(tmp_path):
    rows = [["学校", "招生数", "毕业数"], ["甲校", "1,234", "98"], ["乙校", "567", "54.5%"], ["合计", "1,801", "152"]]
    form = [("FONT", (0, 0), (-1, -1), FONT, 9), ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black)]
    form += [("LINEBELOW", (0, row), (-1, row), 0.5, colors.black) for row in (0, -1)]
    story = [
        Paragraph(paragraph(1), BODY),
        Table(rows, style=form, colWidths=[90, 80, 80]),
        Paragraph(paragraph(2), BODY),
    ]
    block = "| 学校 | 招生数 | 毕业数 |\n|---|---|---|\n| 甲校 | 1,234 | 98 |\n| 乙校 | 567 | 54.5% |"
    block += "\n| 合计 | 1,801 | 152 |"
    read = read_document(printed(tmp_path / "r.pdf", story, on_page=leave_bare))
    assert read.text == f"{paragraph(1)}\n\n{block}\n\n{paragraph(2)}\n"


def test_level_lines_of_two_tables_and_of_the_running_head_are_told_apart(tmp_path):
    def ruled(*rows: list[str]) -> Table:
        form = [("FONT", (0, 0), (-1, -1), FONT, 9), ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black)]
        form += [("LINEBELOW", (0, row), (-1, row), 0.5, colors.black) for row in (0, -1)]
        return Table(list(rows), style=form, colWidths=[(WIDTH - 120) / 3] * 3)

    def head_rule(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.line(60, HEIGHT - 45, WIDTH - 60, HEIGHT - 45)

    first = ruled(["学校", "招生", "毕业"], ["甲校", "12", "34"], ["乙校", "56", "78"])
    second = ruled(["类别", "优", "良"], ["甲类", "多数", "少数"], ["乙类", "少数", "多数"])
    story = [
        Paragraph(paragraph(1), BODY),
        first,
        Paragraph("表 2 评价", CAPTION),
        second,
        Paragraph(paragraph(2), BODY),
    ]
    read = read_document(printed(tmp_path / "r.pdf", story, on_page=head_rule))
    assert read.text == (
        f"{paragraph(1)}\n\n| 学校 | 招生 | 毕业 |\n|---|---|---|\n| 甲校 | 12 | 34 |\n| 乙校 | 56 | 78 |\n\n"
        "表 2 评价\n\n"
        f"| 类别 | 优 | 良 |\n|---|---|---|\n| 甲类 | 多数 | 少数 |\n| 乙类 | 少数 | 多数 |\n\n{paragraph(2)}\n"
    )


def level_ruled(rows: list[list[str]], below: list[int]) -> Table:
    form = [("FONT", (0, 0), (-1, -1), FONT, 9), ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black)]
    form += [("LINEBELOW", (0, row), (-1, row), 0.5, colors.black) for row in below]
    return Table(rows, style=form, colWidths=[(WIDTH - 120) / 3] * 3)


WARDS = [["病区", "床位", "护士"], ["东区", "120", "48"], ["西区", "96", "37"]]
PORTS = [["码头", "泊位", "岸线"], ["一号", "6", "980"], ["二号", "4", "640"]]
WARDS_TEXT = "| 病区 | 床位 | 护士 |\n|---|---|---|\n| 东区 | 120 | 48 |\n| 西区 | 96 | 37 |\n"
PORTS_TEXT = "| 码头 | 泊位 | 岸线 |\n|---|---|---|\n| 一号 | 6 | 980 |\n| 二号 | 4 | 640 |\n"


def test_tables_of_level_lines_with_a_gap_or_a_caption_in_two_pieces_between_stay_apart(tmp_path):
    first, second = level_ruled(WARDS, [0, -1]), level_ruled(PORTS, [0, -1])
    read = read_document(printed(tmp_path / "gap.pdf", [first, Spacer(1, 14), second], on_page=leave_bare))
    assert read.text == f"{WARDS_TEXT}\n{PORTS_TEXT}"
    caption = Table([["表2 码头情况", "单位：个、米"]], style=GRID[:1], colWidths=[300, 175])
    read = read_document(printed(tmp_path / "caption.pdf", [first, caption, second], on_page=leave_bare))
    assert read.text == f"{WARDS_TEXT}\n表2 码头情况 单位：个、米\n\n{PORTS_TEXT}"


def test_an_empty_row_between_level_lines_parts_no_table(tmp_path):
    table = level_ruled([*WARDS, ["", "", ""], ["南区", "80", "31"], ["北区", "64", "25"]], [0, 1, 2, 3, 4, 5])
    read = read_document(printed(tmp_path / "r.pdf", [table], on_page=leave_bare))
    assert read.text == f"{WARDS_TEXT}| 南区 | 80 | 31 |\n| 北区 | 64 | 25 |\n"


def test_a_table_without_any_line_is_told_by_its_columns_of_figures(tmp_path):
    rows = [["学校", "招生数", "毕业数"], ["甲校", "1234", "98"], ["乙校", "567", "54"], ["合计", "1801", "152"]]
    table = Table(rows, style=GRID[:1], colWidths=[90, 80, 80])
    read = read_document(printed(tmp_path / "r.pdf", [Paragraph(paragraph(1), BODY), table]))
    block = "| 学校 | 招生数 | 毕业数 |\n|---|---|---|\n| 甲校 | 1234 | 98 |\n| 乙校 | 567 | 54 |\n"
    assert read.text.endswith(f"{block}| 合计 | 1801 | 152 |\n")


def test_two_columns_are_read_one_after_the_other(tmp_path):
    texts = [paragraph(number) for number in range(16)]
    read = read_document(printed(tmp_path / "r.pdf", [Paragraph(text, BODY) for text in texts], columns=2))
    assert read.text == "\n\n".join(texts) + "\n"


def test_pictures_stand_at_their_places(tmp_path):
    story = [
        *(Paragraph(paragraph(1), BODY), Image(picture(), width=180, height=100), Paragraph("图 1 学生规模", CAPTION)),
        *(Paragraph(paragraph(2), BODY), Image(picture(form="PNG", color="blue"), width=180, height=100)),
        *(Image(picture((40, 40), color="green"), width=10, height=10), Paragraph("图 2 师资", CAPTION)),
    ]
    read = read_document(printed(tmp_path / "r.pdf", story))
    assert [shown.suffix for shown in read.pictures] == [".jpg", ".png"]
    assert read.pictures[0].data == picture().getvalue()
    first, second = (read.text[shown.position :].lstrip() for shown in read.pictures)
    assert first.startswith("图 1 学生规模")
    assert second.startswith("图 2 师资")


def test_a_picture_looks_as_it_does_on_the_page(tmp_path):
    drawing = Pillow.new("RGBA", (200, 120), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).rectangle((0, 0, 99, 59), fill="red")
    drawing.save(tmp_path / "a.png")

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "全县招生6191人，毕业5308人。")
        canvas.drawImage(str(tmp_path / "a.png"), 72, 500, 200, 120, mask="auto")
        for strip in range(3):
            canvas.drawInlineImage(Pillow.new("RGB", (200, 40), "blue"), 72, 300 + 40 * strip, 200, 40)

    whole, stripped = read_document(drawn(tmp_path / "r.pdf", draw)).pictures
    image = Pillow.open(io.BytesIO(whole.data)).convert("RGB")
    assert (image.size, image.getpixel((50, 30)), image.getpixel((150, 90))) == (
        (200, 120),
        (255, 0, 0),
        (255, 255, 255),
    )
    image = Pillow.open(io.BytesIO(stripped.data)).convert("RGB")
    assert image.getpixel((image.width // 2, image.height // 2)) == (0, 0, 255)
    assert image.width / image.height == pytest.approx(200 / 120, rel=0.02)


def test_a_letterhead_on_every_page_is_no_picture(tmp_path):
    def furnish_with_letterhead(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.drawInlineImage(Pillow.open(picture()), 60, HEIGHT - 60, 120, 40)

    story = [one for number in range(4) for one in (Paragraph(paragraph(number), BODY), PageBreak())]
    assert read_document(printed(tmp_path / "r.pdf", story, on_page=furnish_with_letterhead)).pictures == ()


def test_a_table_of_contents_is_no_text(tmp_path):
    story = [Paragraph("目　录", HEADING)]
    story += [Paragraph(f"{number}、情况{'…' * 20}{page}", BODY) for number, page in (("一", 1), ("二", 12))]
    story += [PageBreak(), Paragraph("一、情况", HEADING), Paragraph(paragraph(1), BODY)]
    assert read_document(printed(tmp_path / "r.pdf", story)).text == f"# 一、情况\n\n{paragraph(1)}\n"


def test_a_page_that_lies_on_its_side_is_read_as_it_is_shown(tmp_path):
    def draw(canvas: Canvas) -> None:
        # Written upwards on an upright page, which is then shown turned.
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.drawString(72, -100, "招生6191人。")
        canvas.drawString(72, -200, "毕业5308人。")

    assert read_document(drawn(tmp_path / "r.pdf", draw)).text == "招生6191人。\n\n毕业5308人。\n"


def test_a_watermark_across_the_page_is_no_text(tmp_path):
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "招生6191人。")
        canvas.rotate(45)
        canvas.drawString(300, 100, "内部资料")

    assert read_document(drawn(tmp_path / "r.pdf", draw)).text == "招生6191人。\n"


def test_words_drawn_twice_to_look_bold_stand_once(tmp_path):
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "招生6191人。")
        canvas.drawString(72.4, 700, "招生6191人。")

    assert read_document(drawn(tmp_path / "r.pdf", draw)).text == "招生6191人。\n"


def test_spaces_stand_where_the_page_shows_them(tmp_path):
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "图 1 校园 图 2 课堂")
        canvas.drawString(72, 650, "Quality report 2023")

    assert read_document(drawn(tmp_path / "r.pdf", draw)).text == "图 1 校园 图 2 课堂\n\nQuality report 2023\n"


def test_a_browser_prints_what_is_read_back(tmp_path, browser):
    texts = [paragraph(number) + "自下而上，人口、长江、黄金、民族、见习、青年。" for number in range(20)]
    words = "".join(f"<p>{text}</p>" for text in texts)
    page = browser.new_page()
    page.set_content(f"<style>p{{text-indent:2em;text-align:justify}}</style><h1>某县年报</h1><h2>一、概况</h2>{words}")
    page.pdf(path=tmp_path / "r.pdf", format="A4")
    page.close()
    assert read_document(tmp_path / "r.pdf").text == "某县年报\n\n# 一、概况\n\n" + "\n\n".join(texts) + "\n"


def line(text: str, base: float) -> GlyphLine:
    return GlyphLine(text, 100, 200, base, 9, False)


def test_what_comes_again_at_the_same_height_is_furniture():
    heads, feet = ("一、概况", "一、概况", "一、概况", "二、成效"), ("1", "2", "3", "4")
    pages = [
        (842.0, [line(head, 50), line("正文", 400), line(foot, 810)]) for head, foot in zip(heads, feet, strict=True)
    ]
    found = find_furniture(pages)
    assert [sorted(one.text for one in page) for page in found] == [
        ["1", "一、概况"],
        ["2", "一、概况"],
        ["3", "一、概况"],
        ["4"],
    ]


def test_heads_that_change_from_chapter_to_chapter_part_no_heading_from_its_text():
    def page(head: str) -> tuple[float, list[GlyphLine]]:
        body = [GlyphLine("正文", 60, 500, 200 + 20 * number, 10.5, False) for number in range(5)]
        return 842.0, [line(head, 50), *body]

    chapters = ("第一章 概况", "第一章 概况", "第二章 成效", "第三章 展望")
    assert [[one.text for one in found] for found in find_furniture(list(map(page, chapters)))] == [
        [head] for head in chapters
    ]
    # What only stands high on its page, or gives the unit of the table below it, is none.
    assert find_furniture(list(map(page, ("总体情况", "分项情况", "今后打算")))) == [set(), set(), set()]
    assert find_furniture(list(map(page, ("单位：万元", "单位：万元", "单位：人")))) == [set(), set(), set()]


def test_a_scan_of_nothing_is_refused(tmp_path):
    def draw(canvas: Canvas) -> None:
        for _ in range(2):
            canvas.drawInlineImage(Pillow.new("L", (200, 280), 230), 0, 0, WIDTH, HEIGHT)
            canvas.showPage()

    message = refusal(drawn(tmp_path / "r.pdf", draw))
    assert message == "没有认出文字：r.pdf（第 1、2 页的图像里没有认出文字）。"


def test_a_scan_with_a_text_layer_is_read(tmp_path):
    def draw(canvas: Canvas) -> None:
        canvas.drawInlineImage(Pillow.open(picture((1000, 1400))), 0, 0, WIDTH, HEIGHT)
        text = canvas.beginText(72, 700)
        text.setTextRenderMode(3)
        text.setFont(FONT, 10.5)
        text.textOut("全县招生6191人，毕业5308人。")
        canvas.drawText(text)

    read = read_document(drawn(tmp_path / "r.pdf", draw))
    assert (read.text, read.pictures) == ("全县招生6191人，毕业5308人。\n", ())


def test_an_empty_pdf_is_refused(tmp_path):
    assert "空的" in refusal(drawn(tmp_path / "r.pdf", lambda canvas: canvas.showPage()))


def test_an_encrypted_pdf_is_refused_and_one_that_needs_no_password_is_read(tmp_path):
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "招生6191人。")

    shut = drawn(tmp_path / "shut.pdf", draw, encrypt=StandardEncryption("secret", "owner", strength=128))
    assert "加了密码：shut.pdf" in refusal(shut)
    closed = drawn(tmp_path / "r.pdf", draw, encrypt=StandardEncryption("", "owner", canCopy=0, strength=128))
    assert read_document(closed).text == "招生6191人。\n"


def test_a_damaged_pdf_is_read_as_far_as_it_holds_or_refused(tmp_path):
    whole = printed(tmp_path / "whole.pdf", [Paragraph(paragraph(1), BODY)]).read_bytes()
    for end in range(0, len(whole), 97):
        path = tmp_path / "r.pdf"
        path.write_bytes(whole[: len(whole) - end] or b"%PDF-")
        try:
            assert "招生" not in read_document(path).text
        except ReadingError as error:
            assert "\n" not in str(error)


def test_too_many_pages_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("reportqa.reading.pdf.MOST_PAGES", 2)
    story = [one for number in range(3) for one in (Paragraph(paragraph(number), BODY), PageBreak())]
    assert "有 3 页，最多 2 页" in refusal(printed(tmp_path / "r.pdf", story))
    monkeypatch.setattr("reportqa.reading.pdf.MOST_PAGES", 3)
    monkeypatch.setattr("reportqa.reading.pdf.MOST_SECONDS", -1)
    assert "读得太久" in refusal(tmp_path / "r.pdf")


def test_the_properties_name_the_report_where_its_text_does_not(tmp_path):
    story = [Paragraph(paragraph(1), BODY)]
    path = printed(tmp_path / "r.pdf", story, on_page=leave_bare, title="临江县卫生年报（2022年）")
    assert read_document(path).title == "临江县卫生年报（2022年）"
