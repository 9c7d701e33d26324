"""The figures of tables: amount and unit of a cell, and what its heads say that it measures, of whom and when."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.figures.axes import CellMeaning
from reportqa.figures.cells import read_quantity
from reportqa.figures.extract import extract_figures
from reportqa.figures.labels import read_label


def table(heads, *rows, before="", after=""):
    lines = [heads, "|---" * heads.count("|"), *rows]
    return f"一、概况\n说明如下。\n{before}\n\n" + "\n".join(f"| {line} |" for line in lines) + f"\n\n{after}\n完。"


def readings(text):
    return [(figure.text, figure.unit, figure.indicator, figure.scope) for figure in extract_figures(text)]


def test_bodies_by_measures():
    text = table("学校 | 招生数（人） | 就业率（%）", "甲校 | 1,280 | 97.6", "合计 | 3,203 | 96.0")
    assert readings(text) == [
        ("1,280", "人", "招生数", "甲校"),
        ("97.6", "%", "就业率", "甲校"),
        ("3,203", "人", "招生数", "合计"),
        ("96.0", "%", "就业率", "合计"),
    ]


@pytest.mark.parametrize(
    "drawn",
    [
        "┌────────┬──────┬──────┐\n│ 项目   │ 2020 │ 2021 │\n├────────┼──────┼──────┤\n│ 招生数 │ 1533 │ 1702 │\n"
        "│ 在校生 │ 4268 │ 4535 │\n└────────┴──────┴──────┘",
        "+--------+------+------+\n| 项目   | 2020 | 2021 |\n+--------+------+------+\n| 招生数 | 1533 | 1702 |\n"
        "+--------+------+------+\n| 在校生 | 4268 | 4535 |\n+--------+------+------+",
        "┏━━━┳━━━┳━━━┓\n┃ 项目 ┃ 2020 ┃ 2021 ┃\n┣━━━╋━━━╋━━━┫\n┃ 招生数 ┃ 1533 ┃ 1702 ┃\n┣━━━╋━━━╋━━━┫\n"
        "┃ 在校生 ┃ 4268 ┃ 4535 ┃\n┗━━━┻━━━┻━━━┛",
    ],
)
def test_bars_and_borders_that_are_drawn(drawn):
    text = f"一、学生规模\n表1 近年学生规模（单位：人）\n{drawn}\n2021年毕业1385人。\n"
    assert readings(text)[:4] == [
        ("1533", "人", "招生数", "2020年"),
        ("1702", "人", "招生数", "2021年"),
        ("4268", "人", "在校生", "2020年"),
        ("4535", "人", "在校生", "2021年"),
    ]
    assert "1385人" in [figure.text for figure in extract_figures(text)]


def test_a_place_in_a_column_of_places():
    text = table("学校 | 上线率 | 区内名次", "一中 | 91.7% | 第1", "二中 | 78.4% | 2")
    assert [(figure.text, figure.kind, figure.value) for figure in extract_figures(text)] == [
        ("91.7%", "percent", 91.7),
        ("第1", "rank", 1),
        ("78.4%", "percent", 78.4),
        ("2", "rank", 2),
    ]


def test_measures_by_years():
    text = table("指标 | 单位 | 2022年 | 2023年", "专任教师 | 人 | 512 | 530", "生师比 | | 17.8:1 | 17.2:1")
    assert readings(text) == [
        ("512", "人", "专任教师", "2022年"),
        ("530", "人", "专任教师", "2023年"),
        ("17.8:1", ":1", "生师比", "2022年"),
        ("17.2:1", ":1", "生师比", "2023年"),
    ]


def test_measures_by_years_without_a_word_in_the_corner():
    text = table("| 2022 | 2023 | 同比增长", "营业收入（万元） | 431,270.85 | 482,615.30 | 11.91%")
    assert readings(text) == [
        ("431,270.85", "万元", "营业收入", "2022年"),
        ("482,615.30", "万元", "营业收入", "2023年"),
        ("11.91%", "%", "营业收入同比增长", ""),
    ]


def test_years_by_measures():
    text = table("年份 | 招生（人） | 毕业（人）", "2022 | 5800 | 6500", "2023 | 6191 | 6782")
    assert readings(text)[2:] == [("6191", "人", "招生", "2023年"), ("6782", "人", "毕业", "2023年")]


def test_items_with_an_amount_and_a_share():
    text = table("项目 | 金额 | 占比", "财政拨款 | 12,650.0 | 71.2%", before="表 2 经费收支情况\n单位：万元")
    assert readings(text) == [("12,650.0", "万元", "财政拨款", ""), ("71.2%", "%", "财政拨款占比", "")]


def test_two_levels_of_heads():
    text = table("学校 | 招生数（人） | 招生数（人） | 毕业率", " | 男 | 女 | ", "甲校 | 12 | 9 | 98.5%")
    assert readings(text) == [
        ("12", "人", "招生数", "甲校；男"),
        ("9", "人", "招生数", "甲校；女"),
        ("98.5%", "%", "毕业率", "甲校"),
    ]


def test_what_is_counted_may_stand_in_the_caption_alone():
    text = table("学段 | 公办 | 民办", "小学 | 12 | 3", before="表 1 2021年义务教育学校数（所）")
    assert readings(text) == [
        ("12", "所", "义务教育学校数", "小学；公办；2021年"),
        ("3", "所", "义务教育学校数", "小学；民办；2021年"),
    ]


def test_a_word_that_only_counts_takes_what_from_the_heading():
    text = table("类别 | 人数（人）", "生产人员 | 2,706").replace("一、概况", "一、员工情况")
    assert readings(text) == [("2,706", "人", "员工人数", "生产人员")]


def test_the_year_of_the_report_is_in_no_scope():
    text = "某县2021年年报\n\n" + table("学校 | 招生（人）", "甲校 | 12", before="表 1 2021年招生")
    assert readings(text)[-1] == ("12", "人", "招生", "甲校")


def test_groups_of_rows():
    text = table("学校 | 招生（人） | 毕业（人）", "一、公办学校 | | ", "甲校 | 12 | 9", "小计 | 12 | 9")
    assert [figure[3] for figure in readings(text)] == [
        "公办学校；甲校",
        "公办学校；甲校",
        "公办学校；小计",
        "公办学校；小计",
    ]


def test_a_row_of_which_is_a_part_of_the_row_above():
    text = table(
        "项目 | 2022年 | 增长（%）", "经费支出 | 500 | 4.5", "其中：人员经费 | 300 | 3.1", "其中：公用经费 | 90 | 2.0"
    )
    figures = {figure.text: figure for figure in extract_figures(text)}
    assert figures["300"].parent == figures["90"].parent == figures["500"].start
    assert figures["300"].indicator == "人员经费"
    assert figures["3.1"].parent is None


def test_cells_that_say_nothing_have_no_figure():
    text = table("学校 | 招生（人） | 电话", "甲校 | — | 023-67000000", "乙校 | / | ", "丙校 | 无 | 空")
    assert readings(text) == []


def test_a_cell_of_several_amounts_is_read_as_prose():
    text = table("学校 | 招生 | 荣誉", "甲校 | 120人（含技校30人） | 获国家级一等奖2项、市级一等奖3项")
    assert readings(text) == [
        ("120人", "人", "招生", "甲校"),
        ("30人", "人", "招生", "含技校"),
        ("2项", "项", "一等奖", "甲校；国家级"),
        ("3项", "项", "一等奖", "甲校；市级"),
    ]


def test_traditional_heads_keep_their_characters():
    text = table("鎮（街道） | 學校（所） | 佔比（%）", "雲坳鎮 | 5 | 14.02", "合計 | 32 | 100")
    assert readings(text)[:2] == [("5", "所", "學校", "雲坳鎮"), ("14.02", "%", "學校佔比", "雲坳鎮")]


def test_text_between_tabs():
    text = "一、概况\n说明。\n表 1 招生\n学校\t招生（人）\n甲校\t1200\n乙校\t980\n完。"
    assert readings(text) == [("1200", "人", "招生", "甲校"), ("980", "人", "招生", "乙校")]


@pytest.mark.parametrize(
    ("words", "indicator", "unit", "value", "normal", "kind"),
    [
        ("1,200.5", "经费", "万元", 1200.5, 12005000, "money"),
        ("6191人", "招生", "所", 6191, 6191, "count"),
        ("-3.2", "增幅", "%", -3.2, -0.032, "percent"),
        ("85.2", "合格率", "", 85.2, 0.852, "percent"),
        ("-9.43", "同比增长", "", -9.43, -0.0943, "percent"),
        ("0.85", "合格率", "", 0.85, 0.85, "count"),
        ("16.5", "生师比", "", 16.5, 16.5, "ratio"),
        ("10-20", "学时", "学时", [10, 20], [10, 20], "count"),
        ("≥90", "成绩", "分", 90, 90, "other"),
        ("约3", "人口", "万人", 3, 30000, "count"),
        ("120*", "招生", "人", 120, 120, "count"),
        ("120（含技校30）", "招生", "人", 120, 120, "count"),
        ("2012", "招生", "人", 2012, 2012, "count"),
        ("2012", "招生", "", 2012, 2012, "count"),
        ("2012", "建校时间", "", 2012, "2012", "date"),
        ("2012年10月", "建成时间", "", [2012, 10], "2012-10", "date"),
        ("2024.7", "获奖时间", "", [2024, 7], "2024-07", "date"),
        ("2024/7/15", "备注", "", [2024, 7, 15], "2024-07-15", "date"),
        ("3", "全市排名", "", 3, 3, "rank"),
        ("3.5亿元", "收入", "万元", 3.5, 350000000, "money"),
    ],
)
def test_amounts_in_cells(words, indicator, unit, value, normal, kind):
    rate = read_label(indicator).is_rate and not unit
    found = read_quantity(words, CellMeaning(indicator, "", unit, False, rate))
    assert (found.value, found.normalized_value, found.kind) == (value, normal, kind)
    assert words[found.start : found.end].strip("≥约*") == words[found.start : found.end]


def test_signs_before_an_amount_are_its_bounds():
    quantities = [
        read_quantity(words, CellMeaning("成绩", "", "分", False, False)) for words in ("≥90", "<60", "≈75", "80")
    ]
    assert [(found.approx, found.bound) for found in quantities] == [
        (True, ">="),
        (True, "<"),
        (True, None),
        (False, None),
    ]


CELLS = st.sampled_from(
    [
        "",
        "甲校",
        "合计",
        "其中：女",
        "2023年",
        "招生（人）",
        "占比",
        "1,200",
        "98.5%",
        "—",
        "3/4",
        "2024.7",
        "1-2",
        "0",
        "约3",
        "第1名",
        "1+X",
    ]
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6), st.sampled_from(["", "单位：万元"]))
@settings(max_examples=300, deadline=None)
def test_figures_of_any_table_stand_in_their_cells(rows, unit):
    text = table("学校 | 招生 | 2023年", *(" | ".join(row) for row in rows), before=unit)
    figures = extract_figures(text)
    assert [figure.start for figure in figures] == sorted({figure.start for figure in figures})
    for figure in figures:
        assert text[figure.start : figure.end] == figure.text
        assert any(map(str.isdigit, figure.text))
        assert "|" not in figure.text


def lines(*rows, before="说明如下。"):
    return "\n".join(["一、概况", before, *rows, "", "完。"])


def test_bars_without_outer_bars_and_without_a_line_of_dashes():
    text = lines("学校 | 招生（人） | 占比（%）", "甲校 | 1 280 | 40.0", "乙校 | 1 920 | 60.0")
    assert readings(text) == [
        ("1 280", "人", "招生", "甲校"),
        ("40.0", "%", "招生占比", "甲校"),
        ("1 920", "人", "招生", "乙校"),
        ("60.0", "%", "招生占比", "乙校"),
    ]
    assert not any(
        unit == "人" and scope for _, unit, _, scope in readings("一、概况\n甲 | 乙 | 丙\n丁 | 戊 | 己\n完。")
    )


def test_blanks_part_rows_whose_cells_are_not_all_of_one_kind():
    text = lines("项目      时限        办结率", "证照      3个工作日   98.1%", "咨询      4小时       减少1.5个百分点")
    assert [one[0] for one in readings(text)] == ["3个工作日", "98.1%", "4小时", "1.5个百分点"]
    assert all("证照" in one[2] + one[3] for one in readings(text)[:2])


def test_a_group_names_the_rows_under_it_and_a_floor_names_a_row():
    text = lines(
        "项目      2024年合计   2023年合计", "一、收入", "捐赠      1,250        980", "利息      30           25"
    )
    assert [one[0] for one in readings(text)] == ["1,250", "980", "30", "25"]
    rows = ("4层       12            10", "5层       15            12", "6层及以上  18            15")
    floors = lines("层数      补助（万元）   原补助（万元）", *rows)
    assert readings(floors)[2:4] == [("15", "万元", "补助", "5层"), ("12", "万元", "原补助", "5层")]


def test_a_year_may_be_an_amount_among_amounts():
    text = lines("序号 分项 批复 决算", "1 建筑 28450 29680", "2 设备 1980 1963", "3 预备 800 490")
    assert [one[0] for one in readings(text)] == ["28450", "29680", "1980", "1963", "800", "490"]


def test_the_amount_in_brackets_is_what_the_caption_says():
    text = lines(
        "日用品 3406（2988）", "服装 2517（2274）", "食品 1443（1390）", before="表 2 投诉量（件，括号内为上年）"
    )
    assert readings(text)[:2] == [("3406", "件", "投诉量", "日用品"), ("2988", "件", "投诉量", "日用品；上年")]
