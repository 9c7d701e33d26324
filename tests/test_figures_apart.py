"""Names that a number tells apart, and everything else by which two figures of one name are not one."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.figures.checking import check
from reportqa.figures.extract import paragraph_figures
from reportqa.figures.serials import ends_with, says, serials
from reportqa.outline.sections import split_sections
from reportqa.reading import make_document
from reportqa.text.records import Figure


def extracted(text: str) -> list[Figure]:
    document = make_document("报告.md", text)
    return [one for paragraph in split_sections(document).paragraphs for one in paragraph_figures(paragraph, document)]


def wrong(text: str) -> list[str]:
    document = make_document("报告.md", text)
    return [finding.expression for finding in check([document], extracted(text)) if finding.verdict == "does not hold"]


NAMES = ["{}月", "第{}中学", "{}号楼", "{}标段", "A-{}地块", "{}分局"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("one", "other"), [("1", "10"), ("1", "11"), ("8", "18"), ("2", "12")])
def test_names_that_differ_by_a_number_contradict_nothing(name: str, one: str, other: str) -> None:
    lines = [f"{name.format(number)}用电量{amount}千瓦时。" for number, amount in ((one, 1012), (other, 1021))]
    assert wrong("\n".join(lines)) == []
    assert wrong("".join(lines)) == []


@pytest.mark.parametrize(("one", "other"), [("二十一", "二十八"), ("一", "十一"), ("二", "十二"), ("三", "二十三")])
def test_chinese_numbers_in_names(one: str, other: str) -> None:
    assert wrong(f"中建{one}局合同额351.2亿元。\n中建{other}局合同额352.1亿元。") == []


@given(st.integers(1, 99), st.integers(1, 99))
def test_a_serial_is_whole_or_not_there(one: int, other: int) -> None:
    assert says(f"第{one}中学招生", f"第{other}中学") == (one == other)
    assert ends_with(f"全年{one}月产量", f"{other}月产量") == (one == other)
    assert (serials(f"第{one}中学") == serials(f"第{other}中学")) == (one == other)


@pytest.mark.parametrize(
    "text",
    [
        "小学招生1486人，在校生8912人。\n普通本专科招生1520人，在校生8630人。",
        "小学招生1486人，在校生8912人。普通本专科招生1520人，在校生8630人。",
        "手足口病发病1203例，比上年下降15.2%。\n肺结核发病1150例，比上年下降14.1%。",
        "居民医保支出22.4亿元，当期结余3.72亿元。\n职工医保支出21.2亿元，当期结余3.81亿元。",
        "上期阀门产量178万台，水泵38.2万台。\n阀门产量186万台，水泵41.5万台。",
        "按发货口径，阀门销量183.5万台。\n阀门销量181.2万台。",
        "营业收入占全市七大类商品总额的72.3%。\n零售额占全市七大类商品总额的86.1%。",
        "专业23个，覆盖7个大类，其中省级重点专业5个、市级重点专业8个。",
        "新建公厕22座，其中无障碍14座，全市公园公厕431座。",
        "招生686人（计划720人）。",
        "适龄儿童119人，已入学116人（含送教上门20人），入学率97.48%。",
        "生均校舍面积11.3平方米，其中小学9.1平方米。\n小学在校生8912人。",
    ],
)
def test_no_false_alarm(text: str) -> None:
    assert wrong(text) == []


def test_two_editions_in_one_file() -> None:
    years: Iterable[tuple[int, int]] = ((2023, 7404), (2022, 7335))
    text = "".join(
        f"{year}年度公报\n\n一、就业\n\n全市就业人员{number}人。\n\n二、社保\n\n全市参保人员{number + 9}人。\n\n"
        for year, number in years
    )
    assert wrong(text) == []


@pytest.mark.parametrize(
    "rows",
    [
        ["| 合计 | 2946 |", "| 财政拨款 | 2940 |", "| 年初结转 | 21 |", "| 财政拨款 | 23 |"],
        ["| 第1小学 | 1037 |", "| 第10小学 | 1073 |", "| 第11小学 | 1307 |"],
    ],
)
def test_rows_of_one_table_contradict_nothing(rows: list[str]) -> None:
    assert wrong("\n".join(["一、收支", "", "表1 收支（单位：万元）", "| 项目 | 决算数 |", "|---|---|", *rows])) == []


def test_the_total_of_another_table_is_another_total() -> None:
    table = "表{0} {1}\n| 项目 | 金额（万元） |\n|---|---|\n| 拨款 | {2} |\n| 合计 | {2} |\n"
    text = "一、总表\n\n" + table.format(1, "总表", 2946) + "\n二、拨款表\n\n" + table.format(2, "拨款表", 2940)
    assert wrong(text) == []


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("一、甲\n第18中学在校生1666人。\n二、乙\n第18中学在校生1606人。", "1666人 ≠ 1606人"),
        ("年末全市常住人口412.6万人。\n年末全市常住人口421.6万人。", "412.6万人 ≠ 421.6万人"),
        ("全校学生4000人，其中女生4100人。", "4100 > 4000"),
    ],
)
def test_what_contradicts_is_still_found(text: str, expression: str) -> None:
    assert wrong(text) == [expression]


CAPTION = "一、园区\n\n表1 园区情况{}\n| 名称 | {} |\n|---|---|---|\n| 东园 | 45.2 | 18.6 |\n| 西园 | 63.8 | 27.4 |\n"


@pytest.mark.parametrize(
    ("said", "heads", "units"),
    [
        ("（单位：万平方米、亿元）", "建筑面积 | 总投资", ["万平方米", "亿元"]),
        ("（单位：亿元、万平方米）", "建筑面积 | 总投资", ["万平方米", "亿元"]),
        ("（单位：所、人）", "学校数 | 在校生数", ["所", "人"]),
        ("（单位：吨、台）", "产量 | 设备", ["吨", "台"]),
        ("\n单位：万元、人", "经费 | 职工", ["万元", "人"]),
        ("（单位：万元）", "收入 | 支出", ["万元", "万元"]),
        ("", "收入 | 支出", ["", ""]),
    ],
)
def test_units_of_a_caption(said: str, heads: str, units: list[str]) -> None:
    figures = extracted(CAPTION.format(said, heads))
    assert [(figure.value, figure.unit) for figure in figures[:2]] == list(zip([45.2, 18.6], units, strict=True))


def test_a_total_over_several_columns_is_of_all() -> None:
    rows = ["| 学段 | 专任教师 | 教辅人员 |", "|---|---|---|", "| 小学 | 940 | 210 |", "| 初中 | 300 | 76 |", ""]
    text = "一、教师\n\n表1 教师数\n" + "\n".join(rows)
    assert extracted(text + "| 合计 | 1,526 |  |\n")[-1].indicator == "教师数"
    assert extracted(text + "| 合计 | 1,240 |  |\n")[-1].indicator == "专任教师"
    assert extracted(text + "| 合计 | 1,240 | 286 |\n")[-2].indicator == "专任教师"
