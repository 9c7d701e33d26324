"""Web pages and Markdown: what a reader of the page sees, and nothing from outside the folder."""

import base64
import io
import time
from pathlib import Path

import pytest
from PIL import Image

from reportqa.errors import ReadingError
from reportqa.reading import read_document


def png(size=(200, 120), color="red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def read(folder: Path, page: str, encoding: str = "utf-8", name: str = "r.html"):
    path = folder / name
    path.write_bytes(page.encode(encoding))
    return read_document(path)


PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>某县年报-某县人民政府</title><style>p { color: red }</style></head>
<body>
<nav><ul><li>首页</li></ul></nav>
<h1>临江县教育<br>质量年度报告</h1><p>（2023年）</p>
<!-- 9999 -->
<h2>一、概况</h2>
<p>招生<b>6191</b>人，
   毕业5308人。</p><script>document.write("9999")</script>
<div>其中<p hidden>不读</p><span style="DISPLAY: none">不读</span>民办1455人。</div>
<ul><li>其一</li><li>其二<ol start="3"><li>细目</li></ol></li></ul>
<pre>第一行
第二行</pre>
<footer>版权所有</footer>
</body></html>"""


def test_a_page_is_read_as_it_is_seen(tmp_path):
    document = read(tmp_path, PAGE)
    assert document.text == (
        "临江县教育质量年度报告\n（2023年）\n\n## 一、概况\n\n招生6191人，毕业5308人。\n\n其中民办1455人。\n\n"
        "• 其一\n\n• 其二\n\n3. 细目\n\n第一行\n第二行\n"
    )
    assert (document.title, document.year, document.region) == ("临江县教育质量年度报告（2023年）", 2023, "临江县")


def test_a_table_with_spans_is_written_cell_by_cell(tmp_path):
    table = """<table><caption>表 1 各校情况</caption>
    <thead><tr><th rowspan="2">学校</th><th colspan="2">人数（人）</th></tr>
    <tr><th>招生</th><th>毕业</th></tr></thead>
    <tbody><tr><td rowspan="2">公办</td><td>12</td><td>3<br>4</td></tr>
    <tr><td colspan="2">99</td></tr>
    <tr><td>合计<td>1<td>2</tbody><tfoot><tr><td colspan="3">注：不含技校。</td></tr></tfoot></table>"""
    assert read(tmp_path, table).text == (
        "表 1 各校情况\n\n| 学校 | 人数（人） | 人数（人） |\n| 学校 | 招生 | 毕业 |\n|---|---|---|\n"
        "| 公办 | 12 | 3 4 |\n| 公办 | 99 ||\n| 合计 | 1 | 2 |\n\n注：不含技校。\n"
    )


def test_a_table_that_only_lays_out_the_page_is_none(tmp_path):
    layout = "<table><tr><td><h2>一、概况</h2><p>招生6191人。</p></td><td>右栏</td></tr><tr><td>下</td></tr></table>"
    assert "|" not in read(tmp_path, layout).text
    inner = "<table><tr><th>年</th><th>人</th></tr><tr><td>2023</td><td>5</td></tr></table>"
    text = read(tmp_path, f"<table><tr><td>左</td><td>{inner}</td></tr></table>").text
    assert text == "左\n\n| 年 | 人 |\n|---|---|\n| 2023 | 5 |\n"


def test_only_the_main_part_of_a_page_is_read(tmp_path):
    page = "<body><div>首页 新闻</div><main><h1>某县年报</h1><p>招生6191人。</p></main><div>相关链接</div></body>"
    assert read(tmp_path, page).text == "某县年报\n\n招生6191人。\n"


def test_the_name_of_the_page_is_the_title_where_the_text_has_none(tmp_path):
    page = "<title>某县2022年工作总结_某县人民政府</title><p>全县平稳，各项工作有序推进。</p>"
    assert read(tmp_path, page).title == "某县2022年工作总结"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("big5", "big5"),
        ("utf-8", "utf-8"),
        ("utf-8", "gb18030"),
        ("nonsense", "gb18030"),
        ("", "gb18030"),
        ("gb2312", "utf-8-sig"),
        ("", "utf-16"),
    ],
)
def test_the_encoding_is_that_which_is_declared_unless_it_is_wrong(tmp_path, declared, encoding):
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    words = "臨江縣全體學校招生6191人，畢業5308人。"
    assert read(tmp_path, f"<html><head>{meta}</head><body><p>{words}</p></body></html>", encoding).text == words + "\n"


def test_pictures_come_from_the_page_and_from_its_folder_only(tmp_path):
    folder = tmp_path / "site"
    (folder / "图片").mkdir(parents=True)
    (folder / "图片" / "a b.png").write_bytes(png())
    (tmp_path / "outside.png").write_bytes(png(color="blue"))
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    inline = base64.b64encode(png(color="green")).decode()
    links = ["%E5%9B%BE%E7%89%87/a%20b.png", f"data:image/png;base64,{inline}", "../outside.png", "link.png"]
    links += [str(tmp_path / "outside.png"), (tmp_path / "outside.png").as_uri(), "https://example.org/a.png"]
    links += ["data:image/png;base64,####", "missing.png", "", "图片", "http://[bad"]
    page = "".join(f'<p>第{number}张<img src="{link}"></p>' for number, link in enumerate(links))
    document = read(folder, page)
    assert [shown.data for shown in document.pictures] == [png(), png(color="green")]
    assert [document.text[: shown.position][-3:] for shown in document.pictures] == ["第0张", "第1张"]


def test_an_icon_is_no_picture(tmp_path):
    (tmp_path / "icon.png").write_bytes(png((16, 16)))
    (tmp_path / "large.png").write_bytes(png())
    page = '<p>正文<img src="icon.png"><img src="large.png" width="16" height="16"></p>'
    assert read(tmp_path, page).pictures == ()


def test_the_pictures_of_markdown_stand_where_it_names_them(tmp_path):
    (tmp_path / "a.png").write_bytes(png())
    text = '招生6191人。\n\n![规模](a.png "柱状图")\n图 1 规模\n\n![外](https://example.org/b.png)\n'
    document = read(tmp_path, text, name="r.md")
    assert document.text == text
    [shown] = document.pictures
    assert document.text[shown.position :].startswith("\n图 1 规模")


def test_a_page_nested_deep_is_read_and_one_without_end_refused(tmp_path):
    assert read(tmp_path, "<div>" * 200 + "招生6191人。").text == "招生6191人。\n"
    with pytest.raises(ReadingError, match="没有文字"):
        read(tmp_path, "<div>" * 100_000 + "招生6191人。")


def test_a_table_of_absurd_spans_takes_no_more_memory_than_its_words(tmp_path):
    rows = "".join(f'<tr><td rowspan="60000" colspan="60000">格{number}</td></tr>' for number in range(300))
    began = time.perf_counter()
    document = read(tmp_path, f"<table><tr><th>头</th></tr>{rows}</table>")
    assert time.perf_counter() - began < 20
    assert len(document.text) < 2_000_000
    assert "格299" in document.text
