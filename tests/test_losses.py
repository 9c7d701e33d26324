"""What of a file is not read is said: by the reader, in the build's report and in the index; and what once was lost."""

import io
from pathlib import Path

import pytest
from docx import Document as NewDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from reportqa.errors import ReadingError
from reportqa.figures.extract import extract_figures
from reportqa.index.build import build_index
from reportqa.index.folder import FolderStore
from reportqa.outline.sections import split_sections
from reportqa.reading import make_document, read_document
from reportqa.reading.ocr_markdown import plain_markdown

WIDTH, HEIGHT = A4
FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
PROSE = "本县共有公共图书馆3个、文化馆2个，全年接待读者12.6万人次，"


def page_of_image(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("RGB", (600, 800), "grey")), 0, 0, WIDTH, HEIGHT)
    canvas.showPage()


def lines_of(canvas: Canvas, words: list[str], x: float = 60, top: float = 700, size: float = 11) -> None:
    for number, line in enumerate(words):
        canvas.setFont(FONT, size)
        canvas.drawString(x, top - 17 * number, line)


@pytest.fixture
def half_scanned(tmp_path: Path) -> Path:
    path = tmp_path / "年报.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    lines_of(canvas, ["澄江县文化事业2023年年报", *[PROSE] * 4])
    canvas.showPage()
    page_of_image(canvas)
    lines_of(canvas, [PROSE] * 4)
    canvas.showPage()
    page_of_image(canvas)
    canvas.save()
    return path


def test_pages_without_text_are_named_where_they_are_known_of(half_scanned: Path) -> None:
    line = "第 2、4 页的图像里没有认出文字。"
    assert read_document(half_scanned).notes == (line,)
    index = half_scanned.parent / "index"
    assert build_index([half_scanned], index).unread == (f"年报.pdf：{line}",)
    assert FolderStore(index).info("年报.pdf").notes == (line,)
    assert FolderStore(index).document("年报.pdf").notes == (line,)
    # A report that is kept is still not whole.
    assert build_index([half_scanned], index).unread == (f"年报.pdf：{line}",)


def test_what_a_word_document_holds_beside_its_text_is_counted(tmp_path: Path) -> None:
    document = NewDocument()
    document.add_paragraph("澄江县2023年年报", style="Title")
    run = document.add_paragraph("见下图。").add_run()
    chart = '<a:graphicData uri="c"><c:chart xmlns:c="urn:c" r:id="rId99"/></a:graphicData>'
    spaces = nsdecls("w", "r", "wp", "a")
    run._r.append(parse_xml(f"<w:drawing {spaces}><wp:inline><a:graphic>{chart}</a:graphic></wp:inline></w:drawing>"))
    picture = io.BytesIO()
    Image.effect_noise((300, 200), 50).save(picture, "PNG")
    document.add_picture(picture)
    document.element.body.insert(0, parse_xml(f'<w:altChunk {spaces} r:id="rId98"/>'))
    document.save(str(tmp_path / "r.docx"))
    notes = read_document(tmp_path / "r.docx").notes
    assert [note[:5] for note in notes] == ["1 个图表", "1 处插入"]


def raised_run(words: str):
    props = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    return parse_xml(f"<w:r {nsdecls('w')}>{props}<w:t>{words}</w:t></w:r>")


def test_raised_runs_of_word(tmp_path: Path) -> None:
    document = NewDocument()
    paragraph = document.add_paragraph("森林面积")
    for raised, words in (("1", "52.4万亩，绿地"), ("[2]", "880"), ("3", "公顷，水面7.5km"), ("2", "。")):
        paragraph._p.append(raised_run(raised))
        paragraph.add_run(words)
    document.save(str(tmp_path / "r.docx"))
    text = read_document(tmp_path / "r.docx").text
    assert text == "森林面积¹52.4万亩，绿地[²]880³公顷，水面7.5km²。\n"
    found = [(figure.indicator, figure.value, figure.unit) for figure in extract_figures(text)]
    assert found == [("森林面积", 52.4, "万亩"), ("绿地", 880, "公顷"), ("水面", 7.5, "km²")]


def test_raised_characters_of_a_pdf(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "r.pdf"), pagesize=A4)
    at = 60.0
    for words, size, lift in (
        ("全县森林面积", 11, 0),
        ("12", 6, 5),
        ("52.4万亩，水面7.5km", 11, 0),
        ("2", 6, 5),
        ("。", 11, 0),
    ):
        canvas.setFont(FONT, size)
        canvas.drawString(at, 700 + lift, words)
        at += pdfmetrics.stringWidth(words, FONT, size)
    canvas.save()
    assert "全县森林面积¹²52.4万亩，水面7.5km²。" in read_document(tmp_path / "r.pdf").text


@pytest.mark.parametrize("degrees", [90, -90])
def test_a_table_set_sideways(tmp_path: Path, degrees: int) -> None:
    canvas = Canvas(str(tmp_path / "r.pdf"), pagesize=A4)
    lines_of(canvas, ["澄江县林业2023年年报", PROSE, PROSE])
    canvas.showPage()
    canvas.rotate(degrees)
    canvas.translate(*((60, -540) if degrees == 90 else (-780, 60)))
    canvas.setFont(FONT, 10)
    canvas.setStrokeColor(colors.black)
    rows = [("林种", "面积（亩）", "株数"), ("松林", "1,204", "8,300"), ("竹林", "986", "4,120")]
    for number in range(4):
        canvas.line(0, 300 - 20 * number, 300, 300 - 20 * number)
    for place in range(4):
        canvas.line(place * 100, 240, place * 100, 300)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            canvas.drawString(column * 100 + 5, 286 - 20 * row, cell)
    canvas.save()
    document = read_document(tmp_path / "r.pdf")
    assert "| 松林 | 1,204 | 8,300 |" in document.text
    assert document.notes == ()


def test_a_few_turned_characters_are_told(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "r.pdf"), pagesize=A4)
    lines_of(canvas, ["澄江县林业2023年年报", PROSE, PROSE])
    canvas.rotate(90)
    canvas.setFont(FONT, 10)
    canvas.drawString(300, -500, "内部资料")
    canvas.save()
    assert read_document(tmp_path / "r.pdf").notes == ("第 1 页有旋转的文字没有读。",)


def test_a_centred_line_over_two_columns(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "r.pdf"), pagesize=A4)
    canvas.setFont(FONT, 12)
    canvas.drawCentredString(WIDTH / 2, 760, "文化事业")
    left = [
        "全县有公共图书馆三个文化馆两个今年新建城市书",
        "房十二个面积达四千平方米。读者全年共十二万人",
        "次，比上年多两万人次，读书活动办了九十六场。",
    ]
    right = [
        "体育场地人均面积达二点六平方米，比上年多零点",
        "一平方米。全民健身活动办了一百二十场，参加的",
        "共八万人次，国民体质合格的占百分之九十二点。",
    ]
    lines_of(canvas, left * 2, 60)
    lines_of(canvas, right * 2, 315)
    canvas.drawCentredString(WIDTH / 2, 580, "图 1 场馆")
    canvas.save()
    text = read_document(tmp_path / "r.pdf").text
    assert "今年新建城市书房十二个面积达" in text
    assert text.index("读书活动") < text.index("体育场地")


def test_simple_formulas_only() -> None:
    assert plain_markdown(r"有 $1\,203$ 户，约 $\sim 3.5$ 万元，$5\%\sim 8\%$") == "有 1203 户，约 ~3.5 万元，5%~8%"
    for kept in (r"$\frac{a}{b}$", r"$x_i$", "收费 $100 million to $200 million", r"价 \$5 与 \$6"):
        assert plain_markdown(kept) == kept


TABLES = {
    "blanks": "品种  存栏（头）  出栏（头）\n奶牛  123  15\n肉牛  456  201\n",
    "one blank": "品种 存栏（头） 出栏（头）\n奶牛 123 15\n肉牛 456 201\n",
    "lines": "品种\n存栏（头）\n出栏（头）\n奶牛\n123\n15\n肉牛\n456\n201\n",
}


@pytest.mark.parametrize("words", TABLES.values(), ids=TABLES)
def test_tables_copied_into_plain_text(words: str) -> None:
    text = f"澄江县畜牧业年报\n\n一、养殖\n全县养牛的有三个镇。\n\n{words}\n另有养羊户82户。\n"
    found = {(figure.indicator, figure.scope): figure.value for figure in extract_figures(text)}
    assert found[("存栏", "奶牛")] == 123
    assert found[("存栏", "肉牛")] == 456
    assert found[("出栏", "肉牛")] == 201


@pytest.mark.parametrize(
    "words", ["甲 乙 丙\n丁 戊 己\n", "张三\n李四\n王五\n", "一、概况 3\n二、成效 5\n三、不足 8\n"]
)
def test_other_short_lines_are_no_table(words: str) -> None:
    made = split_sections(make_document("r.txt", f"某县年报\n\n{words}\n全县平稳。\n"))
    assert not any(paragraph.table for paragraph in made.paragraphs)


def test_form_lines_stand_by_themselves() -> None:
    text = "某校年报\n发布单位：澄江县教育局\n法定代表人：李大海\n联系电话：0551-6888888\n发布日期：2024年3月5日\n"
    text += "\n一、概况\n平稳。\n"
    made = split_sections(make_document("r.txt", text))
    said = [paragraph.spans[0].of(text) for paragraph in made.paragraphs]
    assert said[:4] == [
        "发布单位：澄江县教育局",
        "法定代表人：李大海",
        "联系电话：0551-6888888",
        "发布日期：2024年3月5日",
    ]


def test_filled_forms_and_comments_of_a_pdf_are_told(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "r.pdf"), pagesize=A4)
    lines_of(canvas, ["澄江县体育2023年年报", PROSE])
    canvas.acroForm.textfield(name="a", value="", x=60, y=500)
    canvas.acroForm.checkbox(name="b", checked=True, x=60, y=450)
    canvas.linkURL("http://localhost", (60, 400, 200, 420))
    canvas.textAnnotation("", Rect=[300, 640, 320, 660])
    canvas.showPage()
    lines_of(canvas, [PROSE])
    canvas.acroForm.textfield(name="c", value="County stadium 12", x=60, y=500)
    canvas.showPage()
    lines_of(canvas, [PROSE])
    canvas.textAnnotation("请核对", Rect=[300, 640, 320, 660])
    canvas.save()
    assert read_document(tmp_path / "r.pdf").notes == ("第 2 页有填在表单里的文字没有读。", "第 3 页有批注没有读。")


def test_a_pdf_of_a_filled_form_alone_is_refused_with_the_reason(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "r.pdf"), pagesize=A4)
    canvas.acroForm.textfield(name="a", value="County stadium 12", x=60, y=500)
    canvas.showPage()
    canvas.save()
    with pytest.raises(ReadingError, match=r"没有认出文字：r.pdf（第 1 页有填在表单里的文字没有读）"):
        read_document(tmp_path / "r.pdf")
