"""Numbers as accounts, tables, speech and footnotes write them; and what looks like a number and is none."""

import json
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.figures.extract import extract_figures, figures_in_text, figures_of
from reportqa.figures.unread import unread_numbers
from reportqa.text.numerals import NUMBER, read_numeral
from reportqa.text.records import Figure, Prose, Span

CASES = Path(__file__).parents[2] / "shared" / "cases"


def only(text: str) -> Figure:
    figures = figures_in_text(text)
    assert len(figures) == 1, [figure.text for figure in figures]
    return figures[0]


def values(text: str) -> list[object]:
    return [figure.normalized_value for figure in figures_in_text(text)]


@pytest.mark.parametrize(
    ("text", "quoted", "value", "unit"),
    [
        ("投资净收益（2,415.7）万元", "（2,415.7）万元", -24157000, "元"),
        ("利润总额为(38)万元", "(38)万元", -380000, "元"),
        ("增加值增速（0.8）％", "（0.8）％", -0.008, ""),
        ("经营净现金流△96万元", "△96万元", -960000, "元"),
        ("结余▲1,050元", "▲1,050元", -1050, "元"),
        ("财务费用−12.5万元", "−12.5万元", -125000, "元"),
        ("最低气温零下18℃", "零下18℃", -18, "℃"),
        ("昼夜气温−12℃至−3℃", "−12℃至−3℃", [-12, -3], "℃"),
        ("库温-2~4℃", "-2~4℃", [-2, 4], "℃"),
    ],
)
def test_what_is_below_zero(text: str, quoted: str, value: object, unit: str) -> None:
    figure = only(text)
    assert (figure.text, figure.normalized_value, figure.normalized_unit) == (quoted, value, unit)


def test_a_rise_marked_against_a_fall_is_a_rise() -> None:
    assert values("粮价▲2.1%，菜价▼3.4%") == [0.021, -0.034]
    assert values("粮价▲2.1%") == [-0.021]


@pytest.mark.parametrize("text", ["（3）万元产值能耗下降", "药占比（24.8%）", "会员（1,203人）", "见表（2）"])
def test_brackets_that_are_no_loss(text: str) -> None:
    assert all(not isinstance(value, float | int) or value > 0 for value in values(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("个体户7万2600户", 72600),
        ("用工5万3，", 53000),
        ("储备3千零50万元", 30500000),
        ("补贴6千5百元", 6500),
        ("贷款1亿零80万元", 100800000),
        ("总值4.6个亿。", 460000000),
        ("存款2个多亿。", 200000000),
        ("出口三万万元", 300000000),
        ("社员三千八，", 3800),
        ("农户两万六千，", 26000),
    ],
)
def test_mixed_and_spoken_numerals(text: str, value: int) -> None:
    assert only(text).normalized_value == value


@pytest.mark.parametrize("text", ["3万2024年", "5万号召", "万一，", "成千上万，", "二十，", "百万，"])
def test_no_numeral_is_made_up(text: str) -> None:
    assert not any(isinstance(value, int) and value > 50000 for value in values(text))


@given(st.integers(1, 9999), st.integers(0, 9999))
@settings(max_examples=100, deadline=None)
def test_ten_thousands_and_ones_add_up(high: int, low: int) -> None:
    for text in (f"{high}万{low:04d}", f"{high}万零{low}"):
        found = NUMBER.match(text)
        assert found is not None
        numeral = read_numeral(text, found)
        assert numeral is not None
        assert (numeral.values, numeral.end) == ((Decimal(high * 10**4 + low),), len(text))


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("借阅8.6万册次", "册次", 86000),
        ("接诊12万诊次", "诊次", 120000),
        ("起降2,310架次", "架次", 2310),
        ("进港415艘次", "艘次", 415),
        ("检测96台次", "台次", 96),
        ("平均住院6.2床日", "床日", 6.2),
        ("施工1,280台班", "台班", 1280),
        ("产能15万纱锭，", "纱锭", 150000),
        ("配发器具365具，", "具", 365),
    ],
)
def test_measure_words_that_no_list_has(text: str, unit: str, value: float) -> None:
    figure = only(text)
    assert (figure.normalized_unit, figure.normalized_value) == (unit, value)


@pytest.mark.parametrize("text", ["培育再次创业者3.2万增长", "发放2次性补助"])
def test_words_that_are_no_measure(text: str) -> None:
    assert not any(figure.unit.endswith(("增长", "次性")) for figure in figures_in_text(text))


@pytest.mark.parametrize(
    ("text", "quoted", "value", "bound"),
    [
        ("产值翻一番", "翻一番", 2, None),
        ("客流翻了两番", "翻了两番", 4, None),
        ("营收翻番", "翻番", 2, None),
        ("税收翻了近一番", "翻了近一番", 2, "<"),
    ],
)
def test_doubling(text: str, quoted: str, value: int, bound: str | None) -> None:
    figure = only(text)
    assert (figure.text, figure.normalized_value, figure.kind, figure.bound) == (quoted, value, "ratio", bound)


@pytest.mark.parametrize("mark", ["¹", "²", "³", "¹²", "[2]", "〔3〕", "［12］", "①"])
@pytest.mark.parametrize("form", ["招生{}286人", "招生286{}人", "招生286人{}"])
def test_marks_of_notes_are_no_digits(form: str, mark: str) -> None:
    if (mark, form) in {("①", "招生286{}人"), ("〔3〕", "招生286{}人")}:
        pytest.skip("a mark between number and unit is raised or in square brackets")
    figure = only(form.format(mark))
    assert (figure.normalized_value, figure.normalized_unit, figure.indicator) == (286, "人", "招生")


def test_squares_and_cubes_are_units_and_powers_are_not_read() -> None:
    assert [figure.normalized_unit for figure in figures_in_text("用地3.6km²，面积12m²，容积5m³")] == [
        "平方米",
        "平方米",
        "m3",
    ]
    assert values("发电10⁸千瓦时") == []


def test_digits_do_not_join_over_a_line_break() -> None:
    text = "年末余额101,305,882.40\n2021年收入1,280元"
    first = text.index("\n")
    figures = figures_of(Prose.read(text, [Span(0, first), Span(first + 1, len(text))]))
    assert [figure.text for figure in figures if figure.kind != "count"] == ["2021年", "1,280元"]
    assert all(figure.span.of(text) == figure.text for figure in figures)


def test_a_number_with_a_blank_in_it_is_not_read_in_part() -> None:
    text = "合计 4 38万元，培训35人"
    assert [figure.text for figure in figures_in_text(text)] == ["35人"]
    assert [span.of(text) for span in unread_numbers(text, [Span(13, 16)])] == ["4 ", "38万"]


@pytest.mark.parametrize(
    "text",
    [
        "长江三角洲和珠三角",
        "沿江一带",
        "2024是关键一年。",
        "过去的一年，",
        "这是不平凡的一年。",
        "实施十大，推进七大。",
        "辖三台县和七台河",
    ],
)
def test_names_and_phrases_are_no_figures(text: str) -> None:
    assert [figure.text for figure in figures_in_text(text)] == []


@pytest.mark.parametrize("text", ["停课一年，", "学制为一年，", "任期一年。", "工作一年以上"])
def test_what_lasts_a_year_is_a_duration(text: str) -> None:
    assert only(text).kind == "duration"


def test_ratios_with_the_sign_of_proportion() -> None:
    assert only("生师比16.4∶1").normalized_value == 16.4


def test_the_words_that_make_a_number_inexact_are_shown() -> None:
    text = "建成近2000平方米厂房，培训逾3万人次，不足5家，约8.5万元，130余家，满意率95%以上，增长6%左右，共12人"
    assert [figure.stated for figure in figures_in_text(text)] == [
        *("近2000平方米", "逾3万人次", "不足5家", "约8.5万元", "130余家", "95%以上", "6%左右", "12人")
    ]


def test_holder_and_measure_of_a_part() -> None:
    text = "全市养老机构收住老人2.5万人次，其中：公办养老院1.8万人次（占72%），民办养老院0.7万人次。"
    whole, public, share, private = figures_in_text(text)
    assert (public.indicator, public.scope, public.parent) == (whole.indicator, "公办养老院", whole.start)
    assert (share.indicator, share.scope, private.scope) == (f"{whole.indicator}占比", "公办养老院", "民办养老院")


def test_a_list_after_a_colon_says_of_whom() -> None:
    text = "各片区销售额占全市的比重分别为：东片36.3%，同比上升0.1个百分点；西片27.0%。"
    assert [(figure.indicator, figure.scope) for figure in figures_in_text(text)] == [
        ("各片区销售额占全市的比重", "东片"),
        ("各片区销售额占全市的比重同比上升", "东片"),
        ("各片区销售额占全市的比重", "西片"),
    ]


def test_what_is_compared_with_has_no_parts() -> None:
    figures = {
        figure.text: figure for figure in figures_in_text("有学校112所，较上年净减9所。其中：小学83所，初中29所。")
    }
    assert figures["83所"].parent == figures["112所"].start
    assert only_parent("招生686人（计划720人）") is None


def only_parent(text: str) -> int | None:
    return figures_in_text(text)[-1].parent


def test_land_taken_up_is_no_share() -> None:
    figures = figures_in_text("学校占地面积58.6万平方米，教学楼占地12亩，占地区生产总值的3.2%")
    assert [(figure.kind, "占比" in figure.indicator) for figure in figures[:2]] == [("area", False)] * 2
    assert figures[2].kind == "percent"


def test_a_numbered_name_is_a_scope_of_its_own() -> None:
    figures = figures_in_text("临江第1中学学生1037人，第18中学学生1666人。")
    assert [figure.scope for figure in figures] == ["临江第1中学", "第18中学"]


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("职工2300，其中医师86人", ["2300"]),
        ("发电约10⁸千瓦时", ["10"]),
        ("完成½工程", ["½"]),
        ("（2）第18中学3号楼，2023级，A-3地块，5G，23:30，电话023-67821234", []),
        ("一、总则\n1.规模\n（3）队伍", []),
    ],
)
def test_numbers_that_nobody_read_are_told(text: str, unread: list[str]) -> None:
    read = [figure.span for figure in figures_in_text(text)]
    assert [span.of(text) for span in unread_numbers(text, read)] == unread


@given(st.text(alphabet="0123456789,.万千零个亿多余几二十三年月日人元次番翻△▲()（）%¹²m一第前号—- \n", max_size=80))
@settings(max_examples=300, deadline=None)
def test_a_number_is_read_or_told_or_neither_but_never_both(text: str) -> None:
    figures = figures_in_text(text)
    spans = unread_numbers(text, [figure.span for figure in figures])
    assert spans == sorted(spans)
    for span in spans:
        assert span.of(text)
        assert not any(span.overlaps(figure.span) for figure in figures)


@pytest.mark.parametrize("unit", ["1", "1万", "翻", "(1)", "△1", "二十", "1 1"])
def test_unread_numbers_take_time_that_grows_with_length_alone(unit: str) -> None:
    def once(size: int) -> float:
        start = time.process_time()
        unread_numbers(unit * (size // len(unit)), [])
        return time.process_time() - start

    def seconds(size: int) -> float:
        return min(once(size) for _ in range(3))

    assert seconds(40_000) < 40 * seconds(4_000) + 0.5


WANTED = {
    "01_numerals": {"3万4000家": 34000, "2千零30万元": 20300000, "四万万元": 400000000, "8万5": 85000},
    "03_negatives": {"(100)": -1000000, "(930.4)": -9304000, "△560": -5600000, "（120.3）万元": -1203000},
    "13_serial_names": {"1,037": 1037, "1,666": 1666},
    "14_two_units": {"45.2": 452000, "18.6": 1860000000, "46.0": 4600000000},
    "26_zhandi": {"586,000平方米": 586000, "48.2平方米": 48.2, "12亩": 8000, "45公顷": 450000},
    "27_neighbour": {
        "320万诊次": 3200000,
        "（1,203）万元": -12030000,
        "24.8%": 0.248,
        "两千三": 2300,
        "3.2个亿": 320000000,
    },
}


@pytest.mark.parametrize("case", WANTED)
def test_the_small_inputs_that_went_wrong(case: str) -> None:
    path = CASES / case / "report.md"
    if not path.is_file():
        pytest.skip(f"the small inputs are not beside the checkout: {path}")
    found = {figure.text: figure.normalized_value for figure in extract_figures(path.read_text(encoding="utf-8"))}
    wanted = WANTED[case]
    assert {text: found.get(text) for text in wanted} == pytest.approx(wanted), json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "quoted", "value"),
    [
        ("法人单位41 826个,比上次多。", "41 826个", 41826),
        ("资产总计6 731.5亿元，", "6 731.5亿元", 673_150_000_000),
        ("性别比由上年的106.12下降为104.21。", "106.12", 106.12),
        ("年末系数仅0.23。", "0.23", 0.23),
        ("浊度0.21NTU，国家限值为1NTU。", "0.21NTU", 0.21),
        ("修复书叶1940叶。", "1940叶", 1940),
        ("由第87名升至第62名。", "第87名", 87),
        ("分列第18位和第9位。", "第9位", 9),
        ("增速居全县23个乡镇第4位。", "第4位", 4),
        ("列有记录以来第三位。", "第三位", 3),
        ("利用小时分别为3 225、5 125和1 126小时。", "5 125", 5125),
        ("全血9.22万单位。", "9.22万单位", 92200),
        ("尿碘中位数168.4μg/L。", "168.4μg/L", 168.4),
    ],
)
def test_numbers_as_other_offices_write_them(text: str, quoted: str, value: float) -> None:
    found = {figure.text: figure.normalized_value for figure in extract_figures(f"一、概况\n{text}\n")}
    assert found[quoted] == value


def test_two_numbers_beside_each_other_are_not_one() -> None:
    assert "3 120所" not in [figure.text for figure in extract_figures("一、概况\n见表3 120所学校。\n")]


def test_a_comma_of_ascii_ends_a_clause() -> None:
    text = "一、概况\n全市共有学校41所{0}比上年增加3所{0}增长7.9%。\n"
    written = [[(one.indicator, one.scope) for one in extract_figures(text.format(comma))] for comma in "，,"]
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("应当于每年3月底前确定名单", ["3月底前"]),
        ("2021年12月底获得批准", ["2021年12月底"]),
        ("每年3月15日前披露", ["3月15日前"]),
        ("自2022年2月8日起施行", ["2022年2月8日起"]),
        ("2024年初中毕业生6782人", ["2024年", "6782人"]),
        ("咨询时间：8:30-18:00", ["8:30-18:00"]),
        ("第3学期结束前选定专业", []),
    ],
)
def test_a_date_is_told_with_what_makes_it_exact(text, stated):
    assert [figure.stated for figure in figures_in_text(text)] == stated


@pytest.mark.parametrize(
    ("text", "date", "iso"),
    [
        ("2023 年末启动调查", "2023 年末", "2023"),
        ("调查于2016年初发布", "2016年初", "2016"),
        ("3月底前确定名单", "3月底", "--03"),
        ("2024年初中毕业生", "2024年", "2024"),
        ("自2022年1月1日起，全县实行", "2022年1月1日", "2022-01-01"),
        ("办学历史可追溯到1930年代", "1930年代", "193X"),
    ],
)
def test_when_in_a_year_or_month_is_part_of_a_date(text, date, iso):
    figure = figures_in_text(text)[0]
    assert (figure.text, figure.normalized_value, text[figure.start : figure.end]) == (date, iso, date)


def test_a_bold_label_names_its_number():
    figure = figures_in_text("**样本量** ：875")[0]
    assert (figure.text, figure.indicator) == ("875", "样本量")


def test_no_number_of_terms_is_a_duration():
    assert [figure.text for figure in figures_in_text("第1～3学期不分专业，第3学期结束前选定，学制8学期")] == ["8学期"]


def test_a_class_is_not_of_the_beginning_of_a_year():
    (_, figure) = figures_in_text("2024年初中毕业生6782人")
    assert (figure.indicator, figure.scope) == ("初中毕业生", "2024年")
