"""Write the district reports of tests/fixtures/districts in every format, from their Markdown sources in md/.

Run by hand after a source was changed: ``python tests/make_district_reports.py``. It needs Chromium and a Chinese font;
with the TrueType outlines of WenQuanYi Micro Hei a PDF is a quarter of its size.

A head cell with a space in it ("招生数（人） 2023年") is one of two rows of heads; equal neighbours are one cell.
"""

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from conftest import CHROMIUM_OPTIONS, find_chromium
from docx import Document as new_docx
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from opencc import OpenCC
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "fixtures" / "districts"
SOURCES = FOLDER / "md"

# What the two charts of a report show: a column of a table, or a row of one over the years.
CHARTS = {"yanze-1": "招生数（人）", "yanze-2": "学生用计算机", "luyan-1": "在校生（人）", "luyan-2": "义务教育经费"}


@dataclass(frozen=True)
class Report:
    """How one report differs from the others as a file; the contents name the pages on which chapters begin."""

    stem: str
    running_head: str
    txt_encoding: str
    html_encoding: str
    footer: str = "第 {} 页 / 共 {} 页"
    contents: tuple[int, ...] = ()
    newline: str = "\n"
    indent: str = ""

    @property
    def source(self) -> Path:
        return SOURCES / f"{self.stem}.md"

    def path(self, suffix: str) -> Path:
        return FOLDER / suffix / f"{self.stem}.{suffix}"


REPORTS = [
    Report(
        "砚泽区义务教育质量年度报告2023", "澜陵市砚泽区义务教育质量2023年报告", "utf-8-sig", "utf-8", newline="\r\n"
    ),
    Report("砚泽区义务教育质量年度报告2024", "澜陵市砚泽区义务教育质量2024年报告", "utf-8", "utf-8"),
    Report(
        "芦堰区义务教育发展报告2023",
        "枫岭市芦堰区2023年报告",
        "utf-16",
        "gb18030",
        "- {} -",
        (2, 4, 5, 5, 5),
        indent="　　",
    ),
    Report(
        "芦堰区义务教育发展报告2024",
        "枫岭市芦堰区2024年报告",
        "gb18030",
        "gb18030",
        "- {} -",
        (2, 4, 5, 5, 5),
        indent="　　",
    ),
]


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; ``style`` is "body", "caption", or "front" for the lines under the title."""

    text: str
    style: str


@dataclass(frozen=True)
class Picture:
    path: str


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def head_rows(self) -> list[list[str]]:
        """One row of heads or two; a head without a second part stands in both."""
        parts = [cell.split(" ") for cell in self.head]
        return [[part[min(row, len(part) - 1)] for part in parts] for row in range(max(map(len, parts)))]


@dataclass(frozen=True)
class Cell:
    row: int
    column: int
    height: int
    width: int
    text: str


Block = Heading | Text | Picture | Table


def read_blocks(source: str) -> Iterator[Block]:
    before_chapters = True
    for block in source.strip().split("\n\n"):
        if heading := re.fullmatch(r"(#+) (.+)", block):
            before_chapters = len(heading[1]) == 1
            yield Heading(len(heading[1]), heading[2])
        elif picture := re.fullmatch(r"!\[.*\]\((.+)\)", block):
            yield Picture(picture[1])
        elif block.startswith("|"):
            head, _, *rows = (tuple(cell.strip() for cell in line[1:-1].split("|")) for line in block.splitlines())
            yield Table(head, tuple(rows))
        elif re.match(r"[图表] \d|单位：", block):
            yield Text(block, "caption")
        else:
            yield Text(block, "front" if before_chapters else "body")


def merged_cells(rows: list[list[str]], columns: int) -> list[Cell]:
    """Join equal words of a row to a wide cell, and in the first ``columns`` columns to high ones; never numbers."""
    cells = []
    for row, texts in enumerate(rows):
        column = 0
        while column < len(texts):
            text = texts[column]
            width = 1 if is_number(text) else equal_from(texts[column:])
            may_be_high = width == 1 and column < columns
            if not (may_be_high and row and rows[row - 1][column] == text):
                height = equal_from([other[column] for other in rows[row:]]) if may_be_high else 1
                cells.append(Cell(row, column, height, width, text))
            column += width
    return cells


def equal_from(texts: list[str]) -> int:
    """Return how many of the first texts are the same."""
    return next((place for place, text in enumerate(texts) if text != texts[0]), len(texts))


def is_number(text: str) -> bool:
    return re.fullmatch(r"[\d.,]+", text) is not None


def series(name: str, blocks: list[Block]) -> list[tuple[str, float]]:
    """Return the labels and values of the picture "yanze-2024-1.png"."""
    district, _, number = name.removesuffix(".png").split("-")
    wanted = CHARTS[f"{district}-{number}"]
    for table in (block for block in blocks if isinstance(block, Table)):
        if wanted in table.head:
            column = table.head.index(wanted)
            return [(row[0], float(row[column])) for row in table.rows if row[0] != "合计"]
        for row in table.rows:
            if row[0] == wanted:
                pairs = zip(table.head, row, strict=True)
                return [(head, float(cell.replace(",", ""))) for head, cell in pairs if re.fullmatch(r"\d{4}年", head)]
    raise ValueError(f"no table shows {wanted}")


def draw_chart(browser: Browser, name: str, blocks: list[Block]) -> None:
    bars = []
    values = series(name, blocks)
    step, top = 460 / len(values), max(value for _, value in values)
    for place, (label, value) in enumerate(values):
        x, height = 20 + step * place, 150 * value / top
        bars.append(
            f'<rect x="{x + step * 0.2}" y="{190 - height}" width="{step * 0.6}" height="{height}" fill="#4472c4"/>'
            f'<text x="{x + step / 2}" y="{184 - height}">{value:g}</text>'
            f'<text x="{x + step / 2}" y="208">{label.removeprefix("砚泽区")}</text>'
        )
    page = browser.new_page(viewport={"width": 500, "height": 220})
    page.set_content(
        '<body style="margin:0"><svg width="500" height="220" style="font: 11px sans-serif" text-anchor="middle">'
        f'<rect width="500" height="220" fill="white"/>{"".join(bars)}<path d="M20 190H480" stroke="#888"/></svg>'
    )
    path = SOURCES / "pictures" / name
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path)
    page.close()


def plain_text(blocks: list[Block], indent: str = "") -> str:
    """Lay tables out as lines with tabs under their captions, and leave the pictures out."""
    lines = []
    for block in blocks:
        match block:
            case Heading(text=text) | Text(text=text, style="front" | "caption"):
                lines.append(text)
            case Text(text=text):
                lines.append(indent + text)
            case Table(head=head, rows=rows):
                lines.extend("\t".join(row) for row in (head, *rows))
            case Picture():
                continue
        lines.append("")
    return "\n".join(lines)


def write_txt(report: Report, blocks: list[Block]) -> None:
    text = plain_text(blocks, report.indent).replace("\n", report.newline)
    report.path("txt").write_bytes(text.encode(report.txt_encoding))


def table_html(table: Table) -> str:
    heads = table.head_rows
    lines: list[list[str]] = [[] for _ in range(len(heads) + len(table.rows))]
    for first, tag, rows in ((0, "th", heads), (len(heads), "td", [list(row) for row in table.rows])):
        for cell in merged_cells(rows, 1 if first else len(table.head)):
            spans = f' rowspan="{cell.height}"' if cell.height > 1 else ""
            spans += f' colspan="{cell.width}"' if cell.width > 1 else ""
            side = ' class="num"' if is_number(cell.text) else ""
            lines[first + cell.row].append(f"<{tag}{spans}{side}>{html.escape(cell.text)}</{tag}>")
    rows_html = [f"<tr>{''.join(line)}</tr>" for line in lines]
    head, body = "\n".join(rows_html[: len(heads)]), "\n".join(rows_html[len(heads) :])
    return f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def picture_html(path: str) -> str:
    data = base64.b64encode((SOURCES / path).read_bytes()).decode()
    return f'<p class="picture"><img alt="柱状图" src="data:image/png;base64,{data}"></p>'


def article_html(blocks: list[Block]) -> str:
    parts = []
    for block in blocks:
        match block:
            case Heading(level=level, text=text):
                parts.append(f"<h{level}>{html.escape(text)}</h{level}>")
            case Text(text=text, style=style):
                parts.append(f'<p class="{style}">{html.escape(text)}</p>')
            case Picture(path=path):
                parts.append(picture_html(path))
            case Table():
                parts.append(table_html(block))
    return "\n".join(parts)


PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="{charset}">
<title>{title}-政务公开</title>
<style>
body {{ font-family: "SimSun", serif; max-width: 900px; margin: auto; }}
th, td {{ border: 1px solid gray; }} .num {{ text-align: right; }} .hot-9999 {{ color: red; }}
</style>
<script>var views = 32475; document.title = "招生数 9999人";</script>
</head>
<body>
<header>
<p>今天是2025年4月9日 星期三 {region}教育信息公开网</p>
<nav><ul><li><a href="/">首页</a></li><li><a href="/zwgk">政务公开</a></li>
<li><a href="/tj">统计数据（128）</a></li></ul></nav>
</header>
<!-- 招生数9999人 -->
<article>
{article}
</article>
<aside><p>相关阅读：2022年教育工作要点、2021年教育工作要点</p></aside>
<footer><p>浏览次数：6188 主办单位：{region}教育信息中心 网站标识码：5200000017</p></footer>
<script>console.log("<p>在校生 8888人</p>");</script>
</body>
</html>
"""


def write_html(report: Report, blocks: list[Block]) -> None:
    charset = "utf-8" if report.html_encoding == "utf-8" else "gb2312"
    page = PAGE.format(charset=charset, title=report.stem, region=report.stem[:3], article=article_html(blocks))
    report.path("html").write_bytes(page.encode(report.html_encoding))


PRINT_STYLE = """
body { font: 12pt/1.75 "WenQuanYi Micro Hei", "Noto Sans CJK SC", serif; }
h1, h2, h3, th { font-weight: normal; }
h1 { font-size: 20pt; text-align: center; line-height: 1.4; } h2 { font-size: 16pt; } h3 { font-size: 13.5pt; }
h2, h3 { break-after: avoid; } p { margin: 0.5em 0; }
.body { text-indent: 2em; text-align: justify; } .front, .caption, .picture { text-align: center; }
.caption { font-size: 10.5pt; }
table { border-collapse: collapse; margin: auto; font-size: 10.5pt; line-height: 1.6; }
th, td { border: 1px solid black; padding: 2pt 6pt; text-align: center; } .num { text-align: right; }
tr { break-inside: avoid; }
.contents { break-after: page; } .contents p { display: flex; }
.contents i { flex: 1; overflow: hidden; white-space: nowrap; font-style: normal; margin: 0 4pt; }
"""


def contents_html(report: Report, blocks: list[Block]) -> str:
    lines = [f"<p>{title}<i>{'…' * (36 - len(title))}</i>{page}</p>" for title, page in contents_lines(report, blocks)]
    return f'<div class="contents"><p style="justify-content:center">目　录</p>{"".join(lines)}</div>' if lines else ""


def contents_lines(report: Report, blocks: list[Block]) -> list[tuple[str, int]]:
    chapters = [block.text for block in blocks if isinstance(block, Heading) and block.level == 2]
    return list(zip(chapters, report.contents, strict=True)) if report.contents else []


def write_pdf(browser: Browser, report: Report, blocks: list[Block]) -> None:
    front = next(place for place, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 2)
    parts = [article_html(blocks[:front]), contents_html(report, blocks), article_html(blocks[front:])]
    page = browser.new_page()
    page.set_content(f"<style>{PRINT_STYLE}</style><title>{report.stem}</title>{''.join(parts)}")
    style = "font: 9pt 'WenQuanYi Micro Hei', 'Noto Sans CJK SC'; width: 100%; text-align: center"
    numbers = ('<span class="pageNumber"></span>', '<span class="totalPages"></span>')
    page.pdf(
        path=report.path("pdf"),
        format="A4",
        margin={"top": "25mm", "bottom": "22mm", "left": "26mm", "right": "26mm"},
        tagged=False,
        display_header_footer=True,
        header_template=f'<div style="{style}">{report.running_head}</div>',
        footer_template=f'<div style="{style}">{report.footer.format(*numbers)}</div>',
    )
    page.close()


def write_docx(report: Report, blocks: list[Block]) -> None:
    file = new_docx()
    set_styles(file)
    set_margins(file, report)
    contents = contents_lines(report, blocks)
    for block in blocks:
        if contents and isinstance(block, Heading) and block.level == 2:
            write_contents(file, contents)
            contents = []
        write_docx_block(file, block)
    file.core_properties.title = report.stem
    file.core_properties.author = ""
    file.core_properties.created = file.core_properties.modified = datetime(2025, 3, 1, tzinfo=UTC)
    file.save(str(report.path("docx")))


def write_docx_block(file: Docx, block: Block) -> None:
    match block:
        case Heading(level=level, text=text):
            paragraph = file.add_paragraph(text, style=f"Heading {level}")
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if level == 1 else WD_ALIGN_PARAGRAPH.LEFT
        case Text(text=text, style="body"):
            paragraph = file.add_paragraph(text)
            paragraph.paragraph_format.first_line_indent = Pt(24)
        case Text(text=text, style=style):
            paragraph = file.add_paragraph(text, style="Caption" if style == "caption" else None)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        case Picture(path=path):
            paragraph = file.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.add_run().add_picture(str(SOURCES / path), width=Cm(12))
        case Table():
            write_docx_table(file, block)


def write_docx_table(file: Docx, table: Table) -> None:
    heads = table.head_rows
    grid = file.add_table(len(heads) + len(table.rows), len(table.head), style="Table Grid")
    for first, rows in ((0, heads), (len(heads), [list(row) for row in table.rows])):
        for cell in merged_cells(rows, 1 if first else len(table.head)):
            corner = grid.cell(first + cell.row, cell.column)
            if cell.height > 1 or cell.width > 1:
                corner = corner.merge(grid.cell(first + cell.row + cell.height - 1, cell.column + cell.width - 1))
            corner.text = cell.text
            number = is_number(cell.text)
            corner.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT if number else WD_ALIGN_PARAGRAPH.CENTER
            corner.paragraphs[0].paragraph_format.space_after = Pt(0)
    for row in grid.rows[: len(heads)]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    file.add_paragraph()


def write_contents(file: Docx, lines: list[tuple[str, int]]) -> None:
    file.add_paragraph("目　录").alignment = WD_ALIGN_PARAGRAPH.CENTER
    style = file.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    for title, page in lines:
        file.add_paragraph(f"{title}{'…' * (32 - len(title))}{page}", style=style)
    file.add_page_break()


def set_styles(file: Docx) -> None:
    sizes = {"Normal": 12, "Heading 1": 20, "Heading 2": 16, "Heading 3": 14, "Caption": 10.5}
    for name, size in sizes.items():
        style = file.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Times New Roman", Pt(size), RGBColor(0, 0, 0)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")


def set_margins(file: Docx, report: Report) -> None:
    """Write the running head and the page numbers."""
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.header.paragraphs[0].text = report.running_head
    section.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, *after = report.footer.split("{}")
    footer.add_run(before)
    for code, words in zip(("PAGE", "NUMPAGES"), after, strict=False):
        add_field(footer, code)
        footer.add_run(words)


def add_field(paragraph: Paragraph, code: str) -> None:
    instruction = OxmlElement("w:instrText")
    instruction.text = code
    shown = OxmlElement("w:t")
    shown.text = "1"
    for part in (field_mark("begin"), instruction, field_mark("separate"), shown, field_mark("end")):
        paragraph.add_run()._r.append(part)


def field_mark(kind: str) -> BaseOxmlElement:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def write_traditional(report: Report) -> None:
    """Write the source in Traditional Chinese without its pictures, as Markdown and as Big5 text."""
    convert = OpenCC("s2tw").convert
    source = convert(re.sub(r"!\[.*\]\(.+\)\n\n", "", report.source.read_text(encoding="utf-8")))
    path = FOLDER / "traditional" / f"{convert(report.stem)}.md"
    path.write_text(source, encoding="utf-8")
    path.with_suffix(".txt").write_bytes(plain_text(list(read_blocks(source))).encode("big5"))


def main() -> None:
    for folder in ("txt", "html", "docx", "pdf", "traditional"):
        (FOLDER / folder).mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        for report in REPORTS:
            blocks = list(read_blocks(report.source.read_text(encoding="utf-8")))
            for block in blocks:
                if isinstance(block, Picture):
                    draw_chart(browser, Path(block.path).name, blocks)
            write_txt(report, blocks)
            write_html(report, blocks)
            write_docx(report, blocks)
            write_pdf(browser, report, blocks)
        browser.close()
    write_traditional(REPORTS[-1])


if __name__ == "__main__":
    main()
