"""Word documents written by python-docx, with the parts it does not write put in by hand."""

import io
import os
import re
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from docx import Document as NewDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm
from PIL import Image, ImageDraw

from reportqa.errors import ReadingError
from reportqa.reading import read_document
from reportqa.reading.word.numbering import count_in_han


def picture(color="red", size=(200, 120), form="PNG") -> io.BytesIO:
    image = Image.new("RGB", size, color)
    ImageDraw.Draw(image).line((0, 0, *size), fill="black")
    out = io.BytesIO()
    image.save(out, form)
    out.seek(0)
    return out


def saved(document, folder: Path, name: str = "r.docx") -> Path:
    path = folder / name
    document.save(str(path))
    return path


def lines(path: Path) -> list[str]:
    return [line for line in read_document(path).text.split("\n") if line]


def xml(words: str):
    spaces = nsdecls("w", "r", "wp", "a", "pic")
    return parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {spaces}", words, count=1))


def repacked(path: Path, changes: dict[str, bytes]) -> None:
    """Put other parts in the place of those of a document."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | changes).items():
            archive.writestr(name, data)


def test_a_report_with_headings_a_table_and_a_picture(tmp_path):
    document = NewDocument()
    document.core_properties.title = "不该用的标题"
    document.add_paragraph("临江县教育\n质量年度报告", style="Title")
    document.add_paragraph("（2023年）")
    document.add_heading("概况", 1)
    paragraph = document.add_paragraph("招生6191人")
    paragraph.add_run("，毕业5308人。").bold = True
    document.add_heading("规模", 2)
    document.add_paragraph("表 1 各校情况")
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ("学校", "招生数\n（人）", "甲校", "12|13"), strict=True):
        cell.text = words
    document.add_picture(picture(), width=Cm(6))
    document.add_paragraph("图 1 学生规模")
    document.sections[0].header.paragraphs[0].text = "页眉不读"
    document.sections[0].footer.paragraphs[0].text = "页脚不读"
    read = read_document(saved(document, tmp_path))
    assert read.text == (
        "临江县教育\n质量年度报告\n（2023年）\n\n# 概况\n\n招生6191人，毕业5308人。\n\n## 规模\n\n表 1 各校情况\n\n"
        "| 学校 | 招生数 （人） |\n|---|---|\n| 甲校 | 12｜13 |\n\n图 1 学生规模\n"
    )
    assert (read.title, read.year, read.region) == ("临江县教育质量年度报告（2023年）", 2023, "临江县")
    assert read.genre == "质量年度报告"
    assert read.pages == ()
    [shown] = read.pictures
    assert (shown.suffix, shown.data) == (".png", picture().getvalue())
    assert read.text[: shown.position].endswith("| 甲校 | 12｜13 |")


def test_merged_cells_stand_where_they_are_heads_and_once_where_they_are_figures(tmp_path):
    document = NewDocument()
    table = document.add_table(5, 4)
    rows = ["学校 人数 人数 备注", "学校 招生 毕业 备注", "公办 12 34 x", "公办 99 99 y", "合计 1 2 z"]
    for number, row in enumerate(rows):
        for column, words in enumerate(row.split()):
            table.cell(number, column).text = words
    for top, bottom, words in (((0, 0), (1, 0), "学校"), ((0, 1), (0, 2), "人数"), ((0, 3), (1, 3), "备注")):
        table.cell(*top).merge(table.cell(*bottom)).text = words
    table.cell(2, 0).merge(table.cell(3, 0)).text = "公办"
    table.cell(3, 1).merge(table.cell(3, 2)).text = "99"
    assert lines(saved(document, tmp_path)) == [
        "| 学校 | 人数 | 人数 | 备注 |",
        "| 学校 | 招生 | 毕业 | 备注 |",
        "|---|---|---|---|",
        "| 公办 | 12 | 34 | x |",
        "| 公办 | 99 || y |",
        "| 合计 | 1 | 2 | z |",
    ]


def test_a_table_inside_a_cell_a_frame_and_a_table_without_header(tmp_path):
    document = NewDocument()
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ("学校数", "7", "学生数", "6191"), strict=True):
        cell.text = words
    inner = table.cell(1, 0).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "（含", "技校）"
    document.add_paragraph("正文。")
    frame = document.add_table(1, 1).cell(0, 0)
    frame.text = "专栏 1 产教融合"
    frame.add_paragraph("共建基地3个。")
    assert lines(saved(document, tmp_path)) == [
        "|---|---|",
        "| 学校数 | 7 |",
        "| 学生数 （含 技校） | 6191 |",
        "正文。",
        "专栏 1 产教融合",
        "共建基地3个。",
    ]


def test_a_header_row_that_word_repeats_is_the_header(tmp_path):
    document = NewDocument()
    table = document.add_table(3, 2)
    for cell, words in zip(table._cells, ("年份", "2022", "招生", "人", "甲校", "12"), strict=True):
        cell.text = words
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    assert lines(saved(document, tmp_path)) == ["| 年份 | 2022 |", "| 招生 | 人 |", "|---|---|", "| 甲校 | 12 |"]


def test_pictures_side_by_side_in_a_table_stand_by_their_captions(tmp_path):
    document = NewDocument()
    table = document.add_table(2, 2)
    for column, color in enumerate(("red", "blue")):
        table.cell(0, column).paragraphs[0].add_run().add_picture(picture(color))
        table.cell(1, column).text = f"图 {column + 1} 校园"
    read = read_document(saved(document, tmp_path))
    assert read.text == "图 1 校园\n\n图 2 校园\n"
    assert [shown.data for shown in read.pictures] == [picture("red").getvalue(), picture("blue").getvalue()]


ABSTRACT = """<w:abstractNum w:abstractNumId="90">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%4"/></w:lvl>
<w:lvl w:ilvl="4"><w:start w:val="1"/><w:numFmt w:val="decimalEnclosedCircle"/><w:lvlText w:val="%5"/></w:lvl>
<w:lvl w:ilvl="5"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl>
</w:abstractNum>"""


def number(paragraph, level: int, list_id: int = 90) -> None:
    numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(xml(numbering))


def add_lists(document) -> None:
    root = document.part.numbering_part.element
    root.insert(0, xml(ABSTRACT))
    root.append(xml('<w:num w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    again = '<w:lvlOverride w:ilvl="2"><w:startOverride w:val="1"/></w:lvlOverride>'
    root.append(xml(f'<w:num w:numId="91"><w:abstractNumId w:val="90"/>{again}</w:num>'))


def test_numbers_that_word_counts_are_written_out(tmp_path):
    document = NewDocument()
    add_lists(document)
    plan = [
        *[
            (0, 90, "概况"),
            (1, 90, "规模"),
            (1, 90, "师资"),
            (2, 90, "学生"),
            (2, 90, "2023年招生"),
            (2, 91, "重新编号"),
        ],
        *[(0, 90, "成效"), (1, 90, "育人"), (3, 90, "课程"), (4, 90, "其一"), (5, 90, "要点")],
    ]
    for level, list_id, words in plan:
        paragraph = document.add_heading(words, level + 1) if level < 2 else document.add_paragraph(words)
        number(paragraph, level, list_id)
    assert lines(saved(document, tmp_path)) == [
        *["# 一、概况", "## （一）规模", "## （二）师资", "1.学生", "2. 2023年招生", "1.重新编号"],
        *["# 二、成效", "## （一）育人", "2.1 课程", "① 其一", "• 要点"],
    ]


def test_a_list_that_hangs_on_a_style_is_numbered_too(tmp_path):
    document = NewDocument()
    add_lists(document)
    base = document.styles.add_style("章", WD_STYLE_TYPE.PARAGRAPH)
    base.element.get_or_add_pPr().append(xml('<w:numPr><w:numId w:val="90"/></w:numPr>'))
    base.element.get_or_add_pPr().append(xml('<w:outlineLvl w:val="0"/>'))
    derived = document.styles.add_style("章之二", WD_STYLE_TYPE.PARAGRAPH)
    derived.base_style = base
    document.add_paragraph("概况", style="章")
    document.add_paragraph("成效", style="章之二")
    plain = document.add_paragraph("不编号", style="章")
    number(plain, 0, 0)
    assert lines(saved(document, tmp_path)) == ["# 一、概况", "# 二、成效", "# 不编号"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (101, "一百〇一"),
        (3000, "三千"),
    ],
)
def test_chinese_numbers(value, written):
    assert count_in_han(value) == written


def test_what_was_deleted_is_out_and_what_was_inserted_is_in(tmp_path):
    document = NewDocument()
    paragraph = document.add_paragraph("招生")
    for words in (
        "<w:del><w:r><w:delText>5000</w:delText></w:r></w:del>",
        "<w:ins><w:r><w:t>6191</w:t></w:r></w:ins>",
        "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>",
        "<w:hyperlink><w:r><w:t>人</w:t></w:r></w:hyperlink>",
        "<w:r><w:tab/><w:t>（含</w:t><w:br/><w:t>技校）</w:t><w:noBreakHyphen/></w:r>",
    ):
        paragraph._p.append(xml(words))
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, "学校 招生 甲校 12".split(), strict=True):
        cell.text = words
    row = table.add_row()
    row.cells[0].text = "删去"
    row._tr.get_or_add_trPr().append(OxmlElement("w:del"))
    assert lines(saved(document, tmp_path)) == [
        "招生6191人\t（含",
        "技校）-",
        "| 学校 | 招生 |",
        "|---|---|",
        "| 甲校 | 12 |",
    ]


def test_the_result_of_a_field_is_read_and_its_code_is_not(tmp_path):
    document = NewDocument()
    paragraph = document.add_paragraph("图 ")
    for words in (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
        "<w:r><w:instrText>SEQ 图</w:instrText><w:t>不读</w:t></w:r>",
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        "<w:r><w:t>1</w:t></w:r>",
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        "<w:r><w:t> 学生规模</w:t></w:r>",
    ):
        paragraph._p.append(xml(words))
    assert lines(saved(document, tmp_path)) == ["图 1 学生规模"]


def test_a_table_of_contents_is_no_text(tmp_path):
    document = NewDocument()
    document.add_paragraph("目　录")
    document.styles.add_style("TOC 1", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("一、概况\t1", style="TOC 1")
    document.add_paragraph("二、成效……………………12")
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    body = document.element.body
    body.insert(0, xml(f"<w:sdt>{gallery}<w:sdtContent><w:p><w:r><w:t>目录</w:t></w:r></w:p></w:sdtContent></w:sdt>"))
    body.insert(1, xml("<w:sdt><w:sdtContent><w:p><w:r><w:t>控件里的正文。</w:t></w:r></w:p></w:sdtContent></w:sdt>"))
    document.add_heading("一、概况", 1)
    assert lines(saved(document, tmp_path)) == ["控件里的正文。", "# 一、概况"]


TEXT_BOX = (
    '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    "<mc:Choice Requires='wps'><w:drawing><wp:anchor><wps:txbx "
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:txbxContent><w:p><w:r>'
    "<w:t>框里的话。</w:t></w:r></w:p></w:txbxContent></wps:txbx></wp:anchor></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>框里的话。</w:t></w:r></w:p></w:txbxContent></w:pict>"
    "</mc:Fallback></mc:AlternateContent></w:r>"
)


def test_a_text_box_stands_once_behind_its_paragraph(tmp_path):
    document = NewDocument()
    document.add_paragraph("正文一。")._p.append(xml(TEXT_BOX))
    document.add_paragraph("正文二。")
    assert lines(saved(document, tmp_path)) == ["正文一。", "框里的话。", "正文二。"]


def test_a_footnote_stands_behind_the_paragraph_that_names_it(tmp_path):
    document = NewDocument()
    document.add_paragraph("招生6191人。")._p.append(xml('<w:r><w:footnoteReference w:id="2"/></w:r>'))
    document.add_paragraph("毕业5308人。")
    path = saved(document, tmp_path)
    notes = (
        f"<w:footnotes {nsdecls('w')}>"
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>线</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/><w:t>含技校。</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    with zipfile.ZipFile(path) as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    more = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    changed = relations.replace("</Relationships>", more).encode()
    repacked(path, {"word/footnotes.xml": notes.encode(), "word/_rels/document.xml.rels": changed})
    assert lines(path) == ["招生6191人。", "含技校。", "毕业5308人。"]


def test_small_and_repeated_pictures_are_decorations(tmp_path):
    document = NewDocument()
    for _ in range(3):
        document.add_paragraph("正文。").add_run().add_picture(picture("green"))
    document.add_paragraph("线").add_run().add_picture(picture("black", (600, 4)))
    document.add_paragraph("图").add_run().add_picture(picture("blue", form="BMP"))
    read = read_document(saved(document, tmp_path))
    [shown] = read.pictures
    assert shown.suffix == ".png"
    assert Image.open(io.BytesIO(shown.data)).size == (200, 120)
    assert read.text[: shown.position].endswith("图")


def test_the_properties_name_the_report_where_its_text_does_not(tmp_path):
    document = NewDocument()
    document.core_properties.title = "临江县卫生年报（2022年）"
    document.add_paragraph("全县共有医疗机构385家，比上年增加。")
    assert read_document(saved(document, tmp_path)).title == "临江县卫生年报（2022年）"
    document.core_properties.title = "Microsoft Word - 文档1"
    assert read_document(saved(document, tmp_path)).title == "r"


def test_the_strict_form_of_office_open_xml_is_read(tmp_path):
    document = NewDocument()
    document.add_heading("概况", 1)
    document.add_paragraph("招生6191人。")
    path = saved(document, tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    old, new = (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    repacked(path, {name: data.replace(old, new) for name, data in parts.items()})
    assert lines(path) == ["# 概况", "招生6191人。"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = saved(NewDocument(), tmp_path)
    repacked(path, {"word/document.xml": b"<a>" + b" " * (60 * 2**20) + b"</a>"})
    assert path.stat().st_size < 2**20
    with pytest.raises(ReadingError, match="压缩炸弹"):
        read_document(path)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (b"<w:document", "不是完好的 XML"),
        (b'<!DOCTYPE a [<!ENTITY a "aaaa">]><a>&a;</a>', "空的"),
        (b"", "不是完好的 XML"),
        (b"<a/>", "空的"),
    ],
)
def test_broken_xml_is_refused(tmp_path, part, reason):
    path = saved(NewDocument(), tmp_path)
    repacked(path, {"word/document.xml": part})
    with pytest.raises(ReadingError, match=reason):
        read_document(path)


def test_a_damaged_archive_is_refused(tmp_path):
    document = NewDocument()
    document.add_paragraph("招生6191人。" * 500)
    path = saved(document, tmp_path)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        begin = archive.getinfo("word/document.xml").header_offset + 60
    path.write_bytes(data[:begin] + b"\0" * 40 + data[begin + 40 :])
    with pytest.raises(ReadingError, match="文件损坏"):
        read_document(path)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ReadingError):
        read_document(path)


def test_an_encrypted_part_is_refused(tmp_path):
    document = NewDocument()
    document.add_paragraph("招生6191人。")
    path = saved(document, tmp_path)
    data = bytearray(path.read_bytes())
    # The flag of encryption, in the local header and in the directory of each part.
    for start, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(start)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(start, place + 4)
    path.write_bytes(bytes(data))
    with pytest.raises(ReadingError, match="加了密码"):
        read_document(path)


CONVERTER = """#!{python}
import shutil, sys
folder = sys.argv[sys.argv.index("--outdir") + 1]
assert sys.argv[-1].endswith("source.doc"), sys.argv
shutil.copy({made!r}, folder + "/source.docx")
"""
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for LibreOffice is a script")
def test_an_old_document_is_converted_where_libreoffice_is_installed(tmp_path, monkeypatch):
    document = NewDocument()
    document.add_heading("概况", 1)
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "soffice"
    program.write_text(CONVERTER.format(python=sys.executable, made=str(saved(document, tmp_path))))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(programs))
    path = tmp_path / "r.doc"
    path.write_bytes(OLD_WORD)
    assert lines(path) == ["# 概况"]
    program.write_text(f"#!{sys.executable}\n")
    with pytest.raises(ReadingError, match="LibreOffice 打不开它"):
        read_document(path)


def test_an_old_document_is_refused_where_libreoffice_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setattr("reportqa.reading.office.PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "r.wps"
    path.write_bytes(OLD_WORD)
    with pytest.raises(ReadingError, match=r"请用 Word 或 WPS 另存为 \.docx"):
        read_document(path)


def test_a_formula_is_read(tmp_path):
    document = NewDocument()
    spaces = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    formula = f"<m:oMath {spaces}><m:sSup><m:e><m:r><m:t>x=5</m:t></m:r></m:e></m:sSup></m:oMath>"
    document.add_paragraph("公式：")._p.append(xml(formula))
    assert lines(saved(document, tmp_path)) == ["公式：x=5"]
