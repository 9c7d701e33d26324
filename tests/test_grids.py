"""Tables in a text: where they are, which words stand beside and over a cell, and the passages of their rows."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.index.texts import unit_texts
from reportqa.outline.passages import MAX_PASSAGE, split_passages
from reportqa.outline.sections import split_sections
from reportqa.outline.tables import find_tables, is_value, read_grid
from reportqa.reading import make_document
from reportqa.text.records import Span


def lines_of(text):
    spans, start = [], 0
    for line in text.split("\n"):
        if words := line.strip():
            first = start + line.index(words)
            spans.append(Span(first, first + len(words)))
        start += len(line) + 1
    return spans


def cells(text):
    """Every cell of the tables of a text as (row, column, words), one list a row."""
    return [
        [("/".join(cell.rows), "/".join(cell.columns), cell.span.of(text)) for cell in line.cells]
        for _, table in find_tables(text, lines_of(text)).values()
        for line in read_grid(table, text).lines
    ]


def passages(text):
    document = make_document("r.md", text)
    return [
        passage
        for paragraph in split_sections(document).paragraphs
        if paragraph.table
        for passage in split_passages(paragraph, document.text)
    ]


def test_a_serial_number_names_no_row():
    text = "| 序号 | 学校 | 招生 |\n|---|---|---|\n| 1 | 甲校 | 12 |\n| 2 | 乙校 | 9 |"
    assert cells(text) == [[("甲校", "招生", "12")], [("乙校", "招生", "9")]]


def test_cells_parted_by_blanks_stand_in_the_column_they_are_under():
    text = (
        "编码      科目              合计        人员经费    公用经费\n"
        "2050302 中等职业教育      508.4       302.7       205.7\n"
        "2050803 培训支出           38.6                    38.6\n"
        "合计                      547.0       302.7       244.3"
    )
    assert cells(text) == [
        [
            ("中等职业教育", "合计", "508.4"),
            ("中等职业教育", "人员经费", "302.7"),
            ("中等职业教育", "公用经费", "205.7"),
        ],
        [("培训支出", "合计", "38.6"), ("培训支出", "公用经费", "38.6")],
        [("合计", "合计", "547.0"), ("合计", "人员经费", "302.7"), ("合计", "公用经费", "244.3")],
    ]


def test_blanks_within_a_word_part_no_cells_and_heads_may_stand_over_several_columns():
    text = (
        "学段　　　学校（所）　　　教师（人）\n"
        "　　　　　2023　2022　　　2023　　2022\n"
        "小　学　　　97　　100　　　2261　　2239\n"
        "初　中　　　25　　 26　　　1462　　1428"
    )
    assert cells(text)[0] == [
        ("小学", "学校（所）/2023", "97"),
        ("小学", "学校（所）/2022", "100"),
        ("小学", "教师（人）/2023", "2261"),
        ("小学", "教师（人）/2022", "2239"),
    ]


def test_a_name_for_several_rows_of_blanks_names_each():
    text = (
        "项目      类别            人数    比例(%)\n"
        "职称      教授             346     33.79\n"
        "          副教授           382     37.30\n"
        "          讲师             221     21.58"
    )
    assert [row[0] for row in cells(text)] == [
        ("职称/教授", "人数", "346"),
        ("职称/副教授", "人数", "382"),
        ("职称/讲师", "人数", "221"),
    ]


def test_lines_of_a_form_are_no_table_of_blanks():
    text = "联系人：裴淑宁　　联系电话：0796-5528143\n审稿：沙志民　　编辑：骆晓禾\n共印95份　　存档2份"
    assert cells(text) == []


def test_codes_name_no_row_and_are_read_before_its_name():
    heads = "| 科目编码 | 科目编码 | 科目名称 | 合计 |\n| 类 | 款 | 科目名称 | 合计 |"
    rows = "| 302 | 05 | 水费 | 10.6 |\n| 302 | 06 | 电费 | 32.5 |\n| 合计 | 合计 | 合计 | 43.1 |"
    text = f"{heads}\n|---|---|---|---|\n{rows}"
    assert cells(text) == [[("水费", "合计", "10.6")], [("电费", "合计", "32.5")], [("合计", "合计", "43.1")]]
    (passage,) = passages(text)
    assert passage.prose(text).text == "302 05 水费合计10.6。302 06 电费合计32.5。合计合计43.1。"


def test_two_tables_that_stand_side_by_side_are_two():
    heads = "| 收入 | 收入 | 支出 | 支出 |\n| 项目 | 决算数 | 项目 | 决算数 |\n|---|---|---|---|"
    text = f"{heads}\n| 一般公共预算 | 120 | 教育支出 | 100 |\n|  |  | 住房保障 | 20 |\n| 合计 | 120 | 合计 | 120 |"
    assert cells(text) == [
        [("一般公共预算", "收入/决算数", "120")],
        [("教育支出", "支出/决算数", "100")],
        [("住房保障", "支出/决算数", "20")],
        [("合计", "收入/决算数", "120")],
        [("合计", "支出/决算数", "120")],
    ]


def test_heads_that_are_said_again_below_the_line_are_heads():
    text = "| 项目 | 合计 | 公用 |\n|---|---|---|\n| 类 | 合计 | 公用 |\n| 水费 | 10.6 | 9 |\n| 电费 | 32.5 | 7 |"
    assert cells(text)[0] == [("水费", "合计", "10.6"), ("水费", "公用", "9")]


def test_two_columns_name_a_row_where_the_first_says_the_same_of_several():
    rows = "| 公办 | 甲校 | 12 |\n| | 乙校 | 9 |\n| 民办 | 丙校 | 7 |\n| 合计 | | 28 |"
    text = f"| 类别 | 学校 | 招生 |\n|---|---|---|\n{rows}"
    assert [row[0][0] for row in cells(text)] == ["公办/甲校", "公办/乙校", "民办/丙校", "合计"]


def test_a_second_column_of_words_says_something_of_a_row_that_has_its_name():
    text = "| 学校 | 校长 | 招生 |\n|---|---|---|\n| 甲校 | 张三 | 12 |\n| 乙校 | 李四 | 9 |"
    assert cells(text)[0] == [("甲校", "校长", "张三"), ("甲校", "招生", "12")]


@pytest.mark.parametrize(
    ("heads", "column"),
    [
        ("| 学校 | 招生数 | 招生数 |\n| | 男 | 女 |\n|---|---|---|", "招生数/女"),
        ("| 学校 | 招生数 | 招生数 |\n|---|---|---|\n| | 男 | 女 |", "招生数/女"),
        ("| 学校 | 招生数 男 | 招生数 女 |\n|---|---|---|", "招生数/女"),
        ("| 学校 | 招生数 | 毕业数 |\n| 学校 | （人） | （人） |\n|---|---|---|", "毕业数（人）"),
        ("| 学校 | 男 | 女 |", "女"),
        ("|---|---|---|\n| 学校 | 2022年 | 2023年 |", "2023年"),
        ("学校 | 男 | 女\n--- | --- | ---", "女"),
    ],
)
def test_the_rows_that_name_the_columns(heads, column):
    assert cells(f"{heads}\n| 甲校 | 12 | 9 |")[-1][-1] == ("甲校", column, "9")


def test_a_table_without_heads():
    assert cells("| 招生数 | 6191 |\n| 毕业数 | 6782 |") == [[("招生数", "", "6191")], [("毕业数", "", "6782")]]


def test_a_column_of_units_is_put_to_the_names():
    text = (
        "| 指标 | 单位 | 2022年 | 2023年 |\n|---|---|---|---|\n| 招生 | 人 | 5800 | 6191 |\n| 生师比 | | 18:1 | 17:1 |"
    )
    assert cells(text)[0] == [("招生（人）", "2022年", "5800"), ("招生（人）", "2023年", "6191")]
    assert cells(text)[1][0] == ("生师比", "2022年", "18:1")


def test_a_body_is_no_unit():
    text = "| 姓名 | 单位 | 奖金 |\n|---|---|---|\n| 张三 | 甲校 | 500 |"
    assert cells(text) == [[("张三", "单位", "甲校"), ("张三", "奖金", "500")]]


@pytest.mark.parametrize("group", ["| 一、民办学校 | | |", "| 民办学校 | 民办学校 | 民办学校 |"])
def test_a_row_alone_names_the_rows_below_it(group):
    text = f"| 学校 | 招生 | 毕业 |\n|---|---|---|\n{group}\n| 丙校 | 12 | 9 |\n| **合计** | **12** | 9 |"
    assert cells(text)[1:] == [
        [("民办学校/丙校", "招生", "12"), ("民办学校/丙校", "毕业", "9")],
        [("合计", "招生", "12"), ("合计", "毕业", "9")],
    ]


def test_dashes_are_said_and_name_nothing():
    text = "| 学校 | 招生 | 毕业 |\n|---|---|---|\n| 甲校 | — | / |\n| 乙校 | 9 | |"
    assert cells(text) == [[("甲校", "招生", "—"), ("甲校", "毕业", "/")], [("乙校", "招生", "9")]]


def test_heads_repeated_on_a_new_page_are_no_row():
    text = "| 学校 | 招生 |\n|---|---|\n| 甲校 | 12 |\n| 学校 | 招生 |\n| 乙校 | 9 |"
    assert [row[0][0] for row in cells(text)] == ["甲校", "乙校"]


def test_bars_that_are_words_and_rows_of_other_lengths():
    text = "| 学校 | 招生 |\n|---|---|\n| 甲\\|乙 | 12 | 多 |\n| 丙 |\n| | 9 |"
    assert cells(text) == [
        [("甲|乙", "招生", "12"), ("甲|乙", "", "多")],
        [("", "", "丙")],
        [("甲|乙", "招生", "9")],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "| 甲校 | 12 |",
        "| 一行\n| 二行",
        "| 学校 | 招生 |\n\n| 甲校 | 12 |",
        "一、概况\t1\n二、规模\t3\n三、质量\t9",
        "1.\t招生6191人\n2.\t毕业6782人",
        "\t本学年招生6191人，毕业6782人。\n\t就业率98%。",
        "姓名\t职务\n张三\t校长",
        "学校\t招生\n甲校\t12\t9",
        "招生 | 毕业\n12 | 9",
    ],
)
def test_what_is_no_table(text):
    assert not find_tables(text, lines_of(text))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *(
            (words, True)
            for words in ("0", "1,280", "-3.2%", "10-20人", "≥90", "约3万人", "120（含12）", "18.29：1", "3.5亿元")
        ),
        *(
            (words, False)
            for words in ("", "—", "2023年", "2023年比上年增长（%）", "甲校", "35岁以下", "023-67000000", "1.招生")
        ),
    ],
)
def test_amounts(words, expected):
    assert is_value(words) is expected


TEXT = (
    "一、规模\n各校情况见表1。\n表 1 各校招生情况\n\n| 学校 | 招生数（人） | 毕业数（人） |\n|---|---|---|\n"
    "| 甲校 | 1200 | 980 |\n| 乙校 | 600 | — |\n\n就业稳定。\n"
)


def test_a_small_table_is_one_passage_with_its_heads_in_the_quote():
    (passage,) = passages(TEXT)
    assert passage.span.of(TEXT) == TEXT[TEXT.index("| 学校") : TEXT.index("\n\n就业")]
    prose = passage.prose(TEXT)
    assert (
        prose.text
        == "各校招生情况：甲校招生数（人）1200；甲校毕业数（人）980。乙校招生数（人）600；乙校毕业数（人）：—。"
    )
    start = prose.text.index("980")
    assert [span.of(TEXT) for span in prose.locate(0, start + 3)] == ["甲校", "1200", "980"]
    assert prose.envelope(0, start + 3).of(TEXT) == "甲校 | 1200 | 980"
    assert prose.offset(TEXT.index("980")) == start
    assert prose.position(start) == TEXT.index("980")


def test_rows_are_sentences_and_cells_are_clauses():
    (passage,) = passages(TEXT)
    units = list(unit_texts(passage, passage.prose(TEXT).text))
    assert [words for _, whole, words in units if whole] == [
        "各校招生情况：甲校招生数（人）1200；甲校毕业数（人）980。",
        "各校招生情况：乙校招生数（人）600；乙校毕业数（人）：—。",
    ]
    assert [words for _, whole, words in units if not whole][1:3] == [
        "各校招生情况：甲校毕业数（人）980。",
        "各校招生情况：乙校招生数（人）600；",
    ]


def test_a_passage_knows_its_cells_with_their_heads():
    (passage,) = passages("| 学校 | 招生 |\n|---|---|\n| 甲；校 | 120 |\n| 乙校 | 95；另招30 |\n")
    prose = passage.prose("| 学校 | 招生 |\n|---|---|\n| 甲；校 | 120 |\n| 乙校 | 95；另招30 |\n").text
    cells = [(cell.row, cell.column, prose[cell.start : cell.end]) for row in passage.rows for cell in row]
    assert cells == [("甲；校", "招生", "甲；校招生120。"), ("乙校", "招生", "乙校招生：95；另招30。")]


def test_a_table_without_a_caption_is_searched_under_its_heading():
    text = TEXT.replace("表 1 各校招生情况\n", "")
    (passage,) = passages(text)
    assert next(iter(unit_texts(passage, passage.prose(text).text)))[2].startswith("规模：甲校招生数")


def test_a_long_table_is_cut_between_rows():
    rows = "".join(f"| 第{n}中学 | {n * 7} | {n * 5} |\n" for n in range(1, 80))
    text = f"| 学校 | 招生 | 毕业 |\n|---|---|---|\n{rows}"
    cut = passages(text)
    assert all(len(passage.span) <= MAX_PASSAGE for passage in cut)
    assert "\n".join(passage.span.of(text) for passage in cut) == text.strip()
    assert sum(len(passage.rows) for passage in cut) == 79


def test_a_long_row_is_cut_between_its_cells_and_sentences():
    text = f"| 问题 | 措施 |\n|---|---|\n| 师资不足 | {'引进名师，加强培训。' * 200} |"
    cut = passages(text)
    assert len(cut) > 5
    assert all(len(passage.span) <= MAX_PASSAGE for passage in cut[1:])
    assert cut[0].span.of(text).startswith("| 问题 | 措施 |")
    assert all(passage.prose(text).text.startswith("师资不足措施：") for passage in cut)


WORDS = st.sampled_from(
    [
        "",
        "甲校",
        "合计",
        "2023年",
        "1,200",
        "98.5%",
        "—",
        "招生（人）",
        "单位",
        "人",
        "1",
        "2",
        "序号",
        "a|b",
        "长。" * 90,
    ]
)
TABLES = st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=8)


@given(TABLES, st.integers(0, 4), st.sampled_from(["|", "\t"]))
@settings(max_examples=300, deadline=None)
def test_every_cell_of_every_table_can_be_cited(table, ruled, sign):
    rows = [sign.join(row) if sign == "\t" else f"| {' | '.join(row)} |" for row in table]
    if sign == "|":
        rows.insert(min(ruled, len(rows)), "|---|---|")
    text = "\n".join(["一、概况", "说明。", "", *rows, "", "完。"])
    for passage in passages(text):
        prose = passage.prose(text)
        units = list(unit_texts(passage, prose.text))
        clauses = [place for place, whole, _ in units if not whole]
        assert [start for start, _ in clauses] == [0, *(end for _, end in clauses[:-1])]
        assert clauses[-1][1] == len(prose.text)
        assert any(whole for _, whole, _ in units)
        for start, end in clauses:
            places = prose.locate(start, end)
            assert places
            assert all(passage.span.contains(place) for place in places)
            assert all(place.of(text) in prose.text[start:end] for place in places)
        for span in passage.spans[1:-1]:
            assert prose.position(prose.offset(span.start)) == span.start


@pytest.mark.parametrize("row", ["| 甲校 | 1200 | 98% |\n", "| 甲校 | 有 | 无 |\n", "| 甲校 | | |\n"])
def test_time_grows_with_the_rows_only(row):
    began = time.perf_counter()
    assert passages("| 学校 | 招生 | 率 |\n|---|---|---|\n" + row * 20_000)
    assert time.perf_counter() - began < 30


@pytest.mark.parametrize(
    "cell", ["1-" * 50_000, "1--" * 50_000, "|" * 100_000, "-" * 100_000, "（" * 50_000, "*" * 100_000]
)
def test_no_cell_takes_long(cell):
    began = time.perf_counter()
    passages(f"| 甲 | 乙 |\n|---|---|\n| 丙 | {cell}x |\n| 丁 | {cell} |")
    assert time.perf_counter() - began < 30
