"""Figures of running text: what is found, what it is worth, and that nothing breaks it."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.figures.extract import figures_in_text, figures_of
from reportqa.text.records import Figure, Prose, Span


def only(text: str) -> Figure:
    figures = figures_in_text(text)
    assert len(figures) == 1, [figure.text for figure in figures]
    return figures[0]


def texts(text: str) -> list[str]:
    return [figure.text for figure in figures_in_text(text)]


@pytest.mark.parametrize(
    ("text", "quoted", "value", "unit", "normalized_value", "normalized_unit", "kind"),
    [
        ("就诊182.5万人次", "182.5万人次", 182.5, "万人次", 1825000, "人次", "count"),
        ("营业收入2442.6亿元", "2442.6亿元", 2442.6, "亿元", 244260000000, "元", "money"),
        ("出口３１２.５亿美元", "３１２.５亿美元", 312.5, "亿美元", 31250000000, "美元", "money"),
        ("员工3,256人", "3,256人", 3256, "人", 3256, "人", "count"),
        ("占地 1452.5 平方公里", "1452.5 平方公里", 1452.5, "平方公里", 1452500000, "平方米", "area"),
        ("绿地230公顷", "230公顷", 230, "公顷", 2300000, "平方米", "area"),
        ("耕地3万亩", "3万亩", 3, "万亩", 20000000, "平方米", "area"),
        ("通过率98.5%", "98.5%", 98.5, "%", 0.985, "", "percent"),
        ("出生率5.3‰", "5.3‰", 5.3, "‰", 0.0053, "", "percent"),
        ("通过率提高0.5个百分点", "0.5个百分点", 0.5, "个百分点", 0.5, "个百分点", "other"),
        ("合格率百分之九十五", "百分之九十五", 95, "百分之", 0.95, "", "percent"),
        ("占比八成", "八成", 8, "成", 0.8, "", "percent"),
        ("车桩比为2.5：1", "2.5：1", 2.5, "：1", 2.5, "", "ratio"),
        ("增至3倍", "3倍", 3, "倍", 3, "", "ratio"),
        ("占总数的四分之一", "四分之一", 0.25, "分之", 0.25, "", "ratio"),
        ("死亡率为8.6/10万", "8.6/10万", 8.6, "/10万", 8.6e-05, "", "ratio"),
        ("涵盖六大类", "六大类", 6, "大类", 6, "类", "count"),
        ("投入一万二千元", "一万二千元", 12000, "元", 12000, "元", "money"),
        ("历时两年半", "两年半", 2.5, "年", 2.5, "年", "duration"),
        ("每周劳动1-2小时", "1-2小时", [1, 2], "小时", [1, 2], "小时", "duration"),
        ("规划3—5年", "3—5年", [3, 5], "年", [3, 5], "年", "duration"),
        ("约需5000万至1亿元", "5000万至1亿元", [50000000, 100000000], "元", [50000000, 100000000], "元", "money"),
        ("投入1亿2000万元", "1亿2000万元", 120000000, "元", 120000000, "元", "money"),
        ("利润-1.23亿元", "-1.23亿元", -1.23, "亿元", -123000000, "元", "money"),
        ("浓度为32微克/立方米", "32微克/立方米", 32, "微克/立方米", 32, "微克/立方米", "other"),
        ("实践500人（天）", "500人（天）", 500, "人（天）", 500, "人(天)", "count"),
        ("总量居全省第3位", "第3位", 3, "位", 3, "名次", "rank"),
        ("产值（万元）：1,234.5", "1,234.5", 1234.5, "万元", 12345000, "元", "money"),
        ("购置2019台", "2019台", 2019, "台", 2019, "台", "count"),
    ],
)
def test_amounts(text, quoted, value, unit, normalized_value, normalized_unit, kind):
    figure = only(text)
    assert (figure.text, figure.value, figure.unit) == (quoted, value, unit)
    assert figure.normalized_value == pytest.approx(normalized_value)
    assert (figure.normalized_unit, figure.kind) == (normalized_unit, kind)


@pytest.mark.parametrize(
    ("text", "quoted", "iso"),
    [
        ("2019年启动", "2019年", "2019"),
        ("2012年10月开馆", "2012年10月", "2012-10"),
        ("2024年6月27日签约", "2024年6月27日", "2024-06-27"),
        ("2023—2024学年开课", "2023—2024学年", "2023/2024"),
        ("2021年至2023年建设", "2021年至2023年", "2021/2023"),
        ("2024年1—9月完工", "2024年1—9月", "2024-01/2024-09"),
        ("6月27日至29日举行", "6月27日至29日", "--06-27/--06-29"),
        ("二〇一九年启动", "二〇一九年", "2019"),
        ("2024-06-27发布", "2024-06-27", "2024-06-27"),
    ],
)
def test_dates_are_iso(text, quoted, iso):
    figure = only(text)
    assert (figure.text, figure.normalized_value, figure.kind) == (quoted, iso, "date")


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("固定资产净值约合5.6个亿，较上年略增", "money", "元"),
        ("账面余额1个多亿，主要是往来款", "money", "元"),
        ("常住人口1.2个亿，居全国前列", "count", ""),
    ],
)
def test_sums_spoken_without_their_unit(text, kind, unit):
    figure = only(text)
    assert (figure.kind, figure.normalized_unit) == (kind, unit)


@pytest.mark.parametrize(
    ("text", "quoted", "bound"),
    [
        ("投入近10亿元", "10亿元", "<"),
        ("培训逾3万人次", "3万人次", ">"),
        ("合作企业130余家", "130余家", ">"),
        ("藏品3万多件", "3万多件", ">"),
        ("不少于20学时", "20学时", ">="),
        ("生均用房 ≥ 14 平方米", "14 平方米", ">="),
        ("差错率<0.3%", "0.3%", "<"),
        ("优良率＞85%", "85%", ">"),
        ("覆盖率在95%以上", "95%", ">="),
        ("不超过9人", "9人", "<="),
        ("误差在3毫米以内", "3毫米", "<="),
        ("上百家企业", "百家", ">="),
        ("约1.5吨", "1.5吨", None),
        ("增长6%左右", "6%", None),
    ],
)
def test_inexact_numbers(text, quoted, bound):
    figure = only(text)
    assert (figure.text, figure.approx, figure.bound) == (quoted, True, bound)


def test_recent_years_are_not_nearly_years():
    assert not only("近三年的变化").approx
    assert only("历时近三年").approx


@pytest.mark.parametrize(
    "text",
    [
        "一、总体情况",
        "（二）主要做法",
        "3.队伍建设",
        "第三章 保障措施",
        "图 3 规模变化",
        "表2-1 经费情况",
        "挑战1：资金不足",
        "一是完善制度；二是加强管理",
        "首先，抓好落实。第三，强化考核",
        "推进1+X证书和“3+2”培养",
        "构建“1+4+1”思路",
        "深化三教改革",
        "共建“一带一路”",
        "培养双师型教师",
        "贯彻党的二十大和二十届三中全会精神",
        "落实“三重一大”和八不准",
        "国发〔2020〕4号文件",
        "热线电话：023-67821234",
        "使用5G网络和PM2.5监测",
        "执行GB/T 19001标准，升级到2.0版",
        "详见https://example.org/2023年/30%",
        "进一步统一思想，逐一落实，万一出错",
        "一批、一种、一系列做法",
        "开展五育并举，实行五年一贯制",
        "三年级和2023级",
        "打造一支高素质队伍",
        "《2023年工作要点》",
    ],
)
def test_names_slogans_and_numbering_are_no_figures(text):
    assert texts(text) == []


def test_numbering_before_a_figure_is_left_out():
    assert texts("1.2023年全县新建学校3所。") == ["2023年", "3所"]
    assert texts("（1）新建2所；（2）改建3所") == ["2所", "3所"]


def test_a_list_shares_the_unit_of_its_last_number():
    figures = figures_in_text("三个校区招生1820、1756和1694人")
    assert [(f.text, f.unit, f.kind) for f in figures[1:]] == [
        ("1820", "人", "count"),
        ("1756", "人", "count"),
        ("1694人", "人", "count"),
    ]


def test_positions_are_the_documents():
    document = "\ufeff标题\n全县设有四\n 图 9 校门\n个校区，学生1820人（含分校320人）。\n"
    head, tail = document.index("全县"), document.index("个校区")
    prose = Prose.read(document, [Span(head, head + 5), Span(tail, len(document) - 1)])
    cut, students, branch = figures_of(prose, "甲.txt", ("一、概况",))
    assert (cut.text, cut.start, cut.end) == ("四个", document.index("四"), document.index("个校区") + 1)
    for figure in (students, branch):
        assert document[figure.start : figure.end] == figure.text
        assert (figure.document, figure.section) == ("甲.txt", ("一、概况",))
    assert branch.parent == students.start


def test_an_outer_scope_counts_where_the_text_names_nobody():
    text = "现有教师120人。丰县现有学校8所。"
    figures = figures_of(Prose.read(text, [Span(0, len(text))]), scope="凤城小学")
    assert [figure.scope for figure in figures] == ["凤城小学", "丰县"]


ALPHABET = (
    "0123456789０１.．,，。、；：:（）()“”《》-—~～至到年月日第前近约逾超过不足人个所家项次元万亿千百十一二三两半几数多余百分之"
    "点成折倍%％‰其中占含分别为同比增长下降比上年的和及全市公司学校有共新增课程在由对$￥\n\t "
    "/+×gGkKmM²㎡①Ⅳ萬億個負打\u200b\ufeff\U00020000"
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(alphabet=ALPHABET, max_size=120), st.text(max_size=60)))
def test_any_text_is_read(text):
    figures = figures_in_text(text)
    starts = [figure.start for figure in figures]
    assert all(a.end <= b.start for a, b in pairwise(figures))
    for figure in figures:
        assert text[figure.start : figure.end] == figure.text != ""
        assert figure.parent is None or figure.parent in starts
        assert figure.approx or figure.bound is None


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "(",
        "()",
        "，",
        ",",
        "一",
        "万",
        "1,",
        "1、",
        "1人",
        "(1人",
        "“",
        "《",
        "1-",
        "12:",
        "2023年、",
        "一分之",
        "第一",
        " ",
        "学",
    ],
)
def test_time_grows_with_length_alone(unit):
    def once(size: int) -> float:
        start = time.process_time()
        figures_in_text(unit * (size // len(unit)))
        return time.process_time() - start

    # The least of three: a pause of the machine is no growth.
    def seconds(size: int) -> float:
        return min(once(size) for _ in range(3))

    assert seconds(40_000) < 40 * seconds(4_000) + 0.5
