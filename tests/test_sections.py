"""The outline: what is a heading, a caption, a paragraph; and that no character of a document is lost or told twice."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reportqa.outline.headings import bare_heading
from reportqa.outline.note_marks import without_marks
from reportqa.outline.sections import split_sections
from reportqa.output.wording import picture_note
from reportqa.reading import make_document, read_document
from reportqa.text.records import Document, Prose, Span

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.txt"))


def outline(text, name="r.txt"):
    return split_sections(make_document(name, text))


def paths(text):
    return [section.path for section in outline(text).sections]


def tree(text):
    """Every section with the running text of its paragraphs, as (innermost heading, [paragraphs])."""
    return [
        (section.path[-1] if section.path else "", [Prose.read(text, p.spans).text for p in section.paragraphs])
        for section in outline(text).sections
    ]


def paragraphs(text):
    return [Prose.read(text, paragraph.spans).text for paragraph in outline(text).paragraphs]


def assert_tiled(document):
    """Title, headings, captions and paragraphs hold every character but white space and marks of notes, none twice."""
    text = document.text
    made = split_sections(document)
    spans = [span for paragraph in made.paragraphs for span in paragraph.spans]
    in_prose = {position for span in spans for position in range(span.start, span.end)}
    # A heading that opens its paragraph is part of it.
    headings = [section.heading for section in made.sections if section.heading]
    spans += [heading for heading in headings if heading.start not in in_prose]
    spans += [Span(caption.start, caption.end) for caption in made.illustrations]
    spans.sort()
    assert all(before.end <= after.start for before, after in pairwise(spans))
    words = {position for span in without_marks([Span(0, len(text))], text) for position in range(span.start, span.end)}
    held = {position for span in spans for position in range(span.start, span.end)}
    first = spans[0].start if spans else len(text)
    assert [position for position in sorted(words - held) if position >= first and text[position].strip()] == []
    # A mark of a note is in no paragraph, and the one right before the first paragraph not in the title.
    while first and first - 1 not in words:
        first -= 1
    title = "".join(line.strip().lstrip("#").strip() for line in text[:first].split("\n"))
    assert title in ("", document.title)


def given_report(corpus):
    return read_document(next(corpus.glob("*.txt")))


def test_the_given_report_is_tiled(corpus):
    assert_tiled(given_report(corpus))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_other_reports_are_tiled(path):
    assert_tiled(read_document(path))


def test_two_captions_on_one_line(corpus):
    captions = split_sections(given_report(corpus)).illustrations
    assert [caption.label for caption in captions] == [f"图 {number}" for number in range(1, 11)]
    assert (captions[0].caption, captions[1].caption) == ("重庆市渝北职业教育中心", "重庆经济建设职业技术学校")
    assert captions[0].section == ("一、区域中职教育概况", "（一）基本情况")


def test_captions_and_a_bare_line_end_cut_no_sentence(corpus):
    document = given_report(corpus)
    texts = [Prose.read(document.text, p.spans).text for p in split_sections(document).paragraphs if len(p.spans) > 1]
    assert len(texts) == 1
    assert "环境文化四个方面展开" in texts[0]
    assert "“面”就是形成了" in texts[0]
    assert "图 9" not in texts[0]


def test_the_headings_of_the_given_report(corpus):
    document = given_report(corpus)
    made = split_sections(document).sections
    assert document.title.startswith("重庆市渝北区中等职业教育质量年度报告")
    chapters = [section.path[0] for section in made if section.level == 1]
    assert chapters[0] == "一、区域中职教育概况"
    assert [chapter[0] for chapter in dict.fromkeys(chapters)] == list("一二三四五六七八")
    innermost = [section.path[-1] for section in made]
    assert "挑战1：中职招生面临极大困难，民办中职学校生存遇到挑战" in innermost
    assert "1.就业质量" in innermost
    assert not any(heading.startswith(("一是", "二是", "首先")) for heading in innermost)


FORMS = """第一章　总则
第一节　目的
1.1 人才培养
培养人才300人。
1.1.1 本科
本科120人。
1.2 名师工程
（1）国家级
国家级名师3人。
①第一批
第一批1人。
②第二批
第二批2人。
（2）省级
省级6人。
第二节　范围
挑战1：招生困难
生源不足。
专栏1 重点工程
建设12所。
第二章　附则
自发布之日起施行。
"""


def test_a_file_that_holds_the_reports_of_two_years():
    text = "2023年度就业统计公报\n一、就业\n新增就业1244万人。\n2022年度就业统计公报\n一、就业\n新增就业1206万人。"
    paragraphs = split_sections(Document("r.txt", text, "2023年度就业统计公报")).paragraphs
    assert [(one.section, one.spans[0].of(text)) for one in paragraphs] == [
        (("2023年度就业统计公报", "一、就业"), "新增就业1244万人。"),
        (("2022年度就业统计公报", "一、就业"), "新增就业1206万人。"),
    ]


def test_the_line_that_says_when_a_report_was_given_is_text():
    text = "政府工作报告\n——2024年1月16日在青棠县人民代表大会上\n县长 翟慕远\n一、回顾\n全县招生6191人。"
    document = make_document("r.txt", text)
    assert document.region == "青棠县"
    assert "——2024年1月16日在青棠县人民代表大会上" in [
        span.of(text) for one in split_sections(document).paragraphs for span in one.spans
    ]


def test_levels_of_chapters_decimals_and_brackets():
    assert paths(FORMS) == [
        ("第一章　总则",),
        ("第一章　总则", "第一节　目的"),
        ("第一章　总则", "第一节　目的", "1.1 人才培养"),
        ("第一章　总则", "第一节　目的", "1.1 人才培养", "1.1.1 本科"),
        ("第一章　总则", "第一节　目的", "1.2 名师工程"),
        ("第一章　总则", "第一节　目的", "1.2 名师工程", "（1）国家级"),
        ("第一章　总则", "第一节　目的", "1.2 名师工程", "（1）国家级", "①第一批"),
        ("第一章　总则", "第一节　目的", "1.2 名师工程", "（1）国家级", "②第二批"),
        ("第一章　总则", "第一节　目的", "1.2 名师工程", "（2）省级"),
        ("第一章　总则", "第二节　范围"),
        ("第一章　总则", "第二节　范围", "挑战1：招生困难"),
        ("第一章　总则", "第二节　范围", "专栏1 重点工程"),
        ("第二章　附则",),
    ]


def test_full_width_and_traditional_numbering():
    text = "教育局年報\n\n壹、前言\n招生６１９１人。\n貳、師資\n（一）教師\n教師１００６人。\n１．職稱\n正高７人。\n"
    assert paths(text) == [
        ("壹、前言",),
        ("貳、師資",),
        ("貳、師資", "（一）教師"),
        ("貳、師資", "（一）教師", "１．職稱"),
    ]


def test_headings_without_a_form():
    text = "某县年报\n前　言\n如下。\n总体情况\n2023年，全县平稳。\n"
    text += "师资队伍\n教师3200人。\n\n工作成效\n办学水平\n新增学位2000个。"
    assert paths(text) == [("前　言",), ("总体情况",), ("师资队伍",), ("工作成效",), ("工作成效", "办学水平")]


def test_parts_above_numbered_lists():
    text = (
        "2023年，全县平稳。\n工作回顾\n一、招生\n招6000人。\n二、就业\n就业3000人。\n工作安排\n一、招生\n招7000人。\n"
    )
    assert paths(text)[1:] == [
        ("工作回顾",),
        ("工作回顾", "一、招生"),
        ("工作回顾", "二、就业"),
        ("工作安排",),
        ("工作安排", "一、招生"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "3.5亿元投入基础教育",
        "2023.5月底前完成",
        "1.86 万张床位",
        "12.7个百分点",
        "4.2小时左右",
        "三、四级手术占比35.2%",
        "比例3：1的学校有2所",
        "原因之一：待遇偏低",
        "一是加强领导",
        "第二，改善条件",
        "12",
        "2024年3月",
        "表 1 显示了变化",
        "图 3所示为全年变化",
        "一、概况………12",
        "（一）",
        "各位代表：",
        "1.加强领导，",
    ],
)
def test_prose_is_not_taken_for_a_heading(line):
    text = f"一、投入\n全县平稳运行。\n{line}\n各部门抓好落实。\n"
    assert paths(text) == [("一、投入",)]
    assert line in "".join(paragraphs(text))
    assert not outline(text).illustrations


def test_list_items_stay_in_the_text():
    text = "一、任务\n重点工作如下：\n1.扩大招生\n2.改善条件\n3.加强师资\n各部门抓好落实。\n"
    text += "二、保障\n（一）组织\n（二）经费\n"
    assert tree(text) == [
        ("一、任务", ["重点工作如下：", "1.扩大招生", "2.改善条件", "3.加强师资", "各部门抓好落实。"]),
        ("二、保障", ["（一）组织", "（二）经费"]),
    ]


def test_a_list_is_one_paragraph_with_the_words_that_announce_it():
    text = (
        "第五条　有下列行为之一的，处五万元以下罚款：\n\n（一）不披露的；\n\n（二）超过时限的；\n\n（三）未上传的。\n\n"
    )
    text += "第六条　本办法自印发之日起施行。\n"
    assert paragraphs(text) == [
        "第五条　有下列行为之一的，处五万元以下罚款：（一）不披露的；（二）超过时限的；（三）未上传的。",
        "第六条　本办法自印发之日起施行。",
    ]


def test_items_that_nothing_announces_stay_paragraphs_of_their_own():
    text = "招生6191人。\n（一）不披露的；\n（二）超过时限的；\n"
    assert paragraphs(text) == ["招生6191人。", "（一）不披露的；", "（二）超过时限的；"]


def test_a_caption_keeps_the_heading_above_it():
    text = "一、规模\n图 1 招生\n二、师资\n教师7人。\n"
    assert outline(text).illustrations[0].section == ("一、规模",)


def test_headings_that_open_their_paragraph():
    text = "一、保障。如下。\n1.公用。拨款3亿元。\n"
    text += "（1）小学：拨1亿元。\n（2）初中。拨2亿元。\n2.项目。拨款9亿元。\n二、督导。每季一次。\n"
    assert [path[-1] for path in paths(text)] == ["一、保障", "1.公用", "（1）小学", "（2）初中", "2.项目", "二、督导"]
    assert [len(path) for path in paths(text)] == [1, 2, 3, 3, 2, 1]
    assert "".join(paragraphs(text)) == text.replace("\n", "")


def test_a_paragraph_after_a_tight_list_is_not_its_last_item():
    text = "一、产能\n1.隔膜：产能18亿。\n2.薄膜：产能6万吨。\n\n合计24亿。\n"
    assert outline(text).sections[-1].path == ("一、产能",)
    assert outline(text).sections[-1].paragraphs[0].number == 1


def test_an_item_goes_on_from_a_heading_of_its_form():
    text = "（一）改革\n1.教法\n教法已改。\n2.教材。编写6本。\n3.师资\n1.招聘7人，到岗。\n2.培训9人，结业。\n"
    assert [path[1:] for path in paths(text)] == [(), ("1.教法",), ("2.教材",), ("3.师资",)]


def test_paragraphs_count_from_one_within_their_section():
    made = outline("一、甲\n一。\n二。\n二、乙\n三。\n")
    assert [(p.section[-1], p.number) for p in made.paragraphs] == [("一、甲", 1), ("一、甲", 2), ("二、乙", 1)]


def test_markdown():
    text = (
        "# 年度总结\n\n## 一、概况\n\n| 项目 | 2024年 |\n|---|---:|\n| 招生 | 6191 |\n| 毕业 | 6782 |\n\n"
        "**重点工作**\n\n- 第一项\n- 第二项\n1. 招生\n2. 就业\n\n"
        "### （一）投入 ###\n\n投入3.5亿元。\n\n---\n\n> 未经审计。\n"
    )
    assert tree(text) == [
        ("年度总结", []),
        ("一、概况", ["| 项目 | 2024年 |\n|---|---:|\n| 招生 | 6191 |\n| 毕业 | 6782 |"]),
        ("重点工作", ["- 第一项", "- 第二项", "1. 招生", "2. 就业"]),
        ("（一）投入", ["投入3.5亿元。\n---", "> 未经审计。"]),
    ]
    assert paths(text)[-1] == ("年度总结", "一、概况", "（一）投入")


def test_rows_in_columns_are_paragraphs_of_their_own():
    rows = ["招生人数（含技校）  5800  6191", "毕业人数（含技校）  6500  6782"]
    assert paragraphs("\n".join(rows)) == rows


def test_rows_in_columns_under_their_heads_are_a_table():
    text = "指标名称  2022年的数  2023年的数\n招生人数（含技校）  5800  6191\n毕业人数（含技校）  6500  6782"
    (found,) = outline(text).paragraphs
    assert [span.of(text) for span in found.spans] == [text]
    assert [[cell.of(text) for cell in row.cells] for row in found.table.rows] == [
        ["招生人数（含技校）", "5800", "6191"],
        ["毕业人数（含技校）", "6500", "6782"],
    ]
    assert [cell.of(text) for cell in found.table.heads[0].cells] == ["指标名称", "2022年的数", "2023年的数"]


def test_a_table_is_one_paragraph_with_the_line_of_its_unit():
    text = (
        "一、经费\n收支见表1。\n单位：万元\n表 1 收支情况\n\n| 项目 | 金额 |\n|---|---|\n| 拨款 | 12 |\n\n支出持平。\n"
    )
    made = outline(text)
    first, table, last = made.paragraphs
    assert [span.of(text) for span in table.spans] == ["单位：万元", "| 项目 | 金额 |\n|---|---|\n| 拨款 | 12 |"]
    assert (table.number, table.table.caption, table.table.unit) == (2, "收支情况", "万元")
    assert first.table is None and last.table is None
    assert [(caption.label, caption.caption) for caption in made.illustrations] == [("表 1", "收支情况")]
    assert_tiled(make_document("r.txt", text))


def test_a_caption_is_told_from_one_without_its_table():
    table = "| 学校 | 招生 |\n|---|---|\n| 甲校 | 12 |"
    text = f"一、规模\n表 1 各校招生\n\n{table}\n\n如下。\n\n表 2 各校毕业\n\n另行公布。\n"
    notes = [picture_note(caption) for caption in outline(text).illustrations]
    assert notes == ["", "原文只有“表 2 各校毕业”的标题，没有表格本身。"]


@pytest.mark.parametrize(
    ("before", "after", "caption", "unit"),
    [
        ("表 3-1 各校招生数（人）\n", "", "各校招生数", "人"),
        ("表 2 收支情况（单位：万元）\n", "", "收支情况", "万元"),
        ("表 2 收支情况\n", "单位：亿元\n", "收支情况", "亿元"),
        ("", "表 4 各校招生情况\n", "各校招生情况", ""),
        ("全区各校招生与就业情况表\n", "", "全区各校招生与就业情况表", ""),
        ("图 1 各校招生\n", "", "", ""),
        ("各校招生如下。\n", "招生有所增长。\n", "", ""),
        ("（单位：人、所）\n", "", "", "人、所"),
    ],
)
def test_what_the_lines_around_a_table_say_of_it(before, after, caption, unit):
    text = f"招生稳定。\n{before}学校\t招生\n甲校\t1200\n乙校\t980\n{after}"
    table = next(paragraph.table for paragraph in outline(text).paragraphs if paragraph.table)
    assert (table.caption, table.unit) == (caption, unit)


def test_a_caption_between_two_tables_is_of_the_second():
    block = "| 学校 | 招生 |\n|---|---|\n| 甲校 | 12 |\n"
    tables = [paragraph.table for paragraph in outline(f"{block}\n表 2 毕业\n\n{block}").paragraphs]
    assert [table.caption for table in tables] == ["", "毕业"]


@pytest.mark.parametrize("indent", ["", "　　"])
def test_lines_broken_at_forty_characters(corpus, indent):
    document = given_report(corpus)
    wrapped = []
    for line in document.text.split("\n"):
        rest = line.strip()
        # A caption that is broken in two is told from prose by nobody.
        rest = indent + rest if len(rest) > 40 and not rest.startswith("图") else rest
        while len(rest) > 40 and not rest.startswith("图"):
            wrapped.append(rest[:40])
            rest = rest[40:]
        wrapped.append(rest)
    broken = make_document(document.name, "\n".join(wrapped))
    assert_tiled(broken)
    expected = [section.path for section in split_sections(document).sections]
    assert [section.path for section in split_sections(broken).sections] == expected


def test_words_of_a_latin_script_keep_the_space_between_them():
    text = "全县平稳，该校获得世界卫生组织the World Health\nOrganization认可。"
    assert paragraphs(text) == [text]


def test_a_reference_to_a_picture_is_no_caption():
    assert not outline("全县诊疗人次逐年增加，详见\n图 3 各年数据\n另有说明。").illustrations


@pytest.mark.parametrize("text", ["招生6191人。", "年度报告", "一、概况", "图 1 规模", "# 总结", "\n\n 6191 \n"])
def test_a_document_of_one_line(text):
    assert_tiled(make_document("r.txt", text))


def test_a_document_without_headings():
    made = outline("全县平稳。\n\n招生6191人。\n")
    assert [(section.path, len(section.paragraphs)) for section in made.sections] == [((), 2)]


@pytest.mark.parametrize(
    ("heading", "words"),
    [("一、概况", "概况"), ("１．職稱", "職稱"), ("1.2.3 经费", "经费"), ("前言", "前言"), ("（一）", "（一）")],
)
def test_bare_heading(heading, words):
    assert bare_heading(heading) == words


LINES = st.one_of(
    st.sampled_from(
        [
            "",
            "   ",
            "一、概况",
            " （一）规模",
            "1.招生",
            "1.招生。全区招生6191人。",
            "1.1 师资",
            "（1）教师",
            "①教师",
            "挑战1：招生难",
            "## 二、保障",
            "**重点**",
            "基本情况",
            " 图 1 学校    图2 学生",
            "表 2-1 情况（单位：人）",
            "一是加强领导。",
            "本学年度招生6191人（含技工等学校1455人），毕业",
            "个方面展开，形成“一训三风”。",
            "建设以黄炎培职教思想为核心的“面”就",
            "（这个括号没有右半边，“引号也没有",
            "| 招生 | 6191 |",
            "|---|---|",
            "单位：万元",
            "学校\t招生",
            "甲校\t1200",
            "- 第一项",
            "------",
            "　　第二段。",
            "2023.5",
            "World Health Organization",
        ]
    ),
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=12),
)


@given(st.lists(LINES, max_size=25))
@example(["World Health Organization recommends", "World Health"])
@example(["学校\t招生", "甲校\t1200", "单位：万元"])
@example(["¹0"])
@example(["教师年报", "¹招生1,286[3]人，毕业²30人。"])
@settings(max_examples=400, deadline=None)
def test_every_document_is_tiled(lines):
    text = "\n".join(lines)
    if text.strip():
        assert_tiled(make_document("r.txt", text))


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_has_an_outline(text):
    outline(text)


@pytest.mark.parametrize(
    ("piece", "times"),
    [
        ("全区中等职业学校招生", 150_000),
        ("(", 1_000_000),
        ("#", 1_000_000),
        ("1.", 500_000),
        ("招生规模\n", 200_000),
        ("全区中等职业学校招生规模持续扩大\n", 200_000),
        ("图 1 规模\n", 100_000),
        ("| 甲校 | 1200 |\n", 100_000),
        ("| 甲校 | 1200 |\n\n", 50_000),
        ("甲校\t1200\n", 100_000),
        ("甲校  乙校  丙校\n招生  12  9\n", 20_000),
        ("甲校\n招生\n乙校\n12\n丙校\n9\n合计\n学校\n", 10_000),
        ("|", 1_000_000),
        ("单位：万元\n", 100_000),
    ],
)
def test_time_grows_with_the_length_only(piece, times):
    """Measured at 0.1 to 3 seconds; what grows with the square takes many minutes."""
    began = time.perf_counter()
    outline(piece * times)
    assert time.perf_counter() - began < 30
