"""The checks of a report's own figures: what they find in real and written reports, and what they must leave alone."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.figures.agreement import same_measure
from reportqa.figures.arithmetic import same_value
from reportqa.figures.checking import Finding, check
from reportqa.figures.extract import figures_of
from reportqa.outline.captions import illustrated_figures
from reportqa.outline.sections import split_sections
from reportqa.output.wording import picture_note
from reportqa.reading import read_documents
from reportqa.text.records import Document, Figure, Illustration, Prose

FIXTURES = Path(__file__).parent / "fixtures"


def figures_in(document: Document) -> list[Figure]:
    return [
        figure
        for paragraph in split_sections(document).paragraphs
        for figure in figures_of(Prose.read(document.text, paragraph.spans), document.name, paragraph.section)
    ]


def findings(text: str) -> list[Finding]:
    document = Document("报告.txt", text, "", year=2023)
    return check([document], figures_in(document))


def findings_of(path: Path) -> list[Finding]:
    (document,), _ = read_documents([path])
    found = check([document], figures_in(document))
    for finding in found:
        for figure in finding.figures:
            assert figure.span.of(document.text) == figure.text
    return found


def said(found: list[Finding], verdict: str, kind: str = "") -> list[str]:
    return [finding.expression for finding in found if finding.verdict_text == verdict and kind in finding.kind]


def test_the_report_contradicts_itself_twice_and_nowhere_else(corpus: Path) -> None:
    found = findings_of(next(corpus.glob("*.txt")))
    assert said(found, "不一致") == ["1474人 ≠ 1473人", "200人 ≠ 223人"]
    assert "1474人 与总数相符" in found[0].explanation


def test_the_sums_and_rates_of_the_report_hold(corpus: Path) -> None:
    found = findings_of(next(corpus.glob("*.txt")))
    sums = ["2 + 5 = 7", "5308 + 1474 = 6782", "1533 + 263 = 1796", "313 + 4995 = 5308", "32 + 1501 = 1533"]
    assert said(found, "一致", "sum") == sums
    assert said(found, "一致", "share") == ["90 ÷ 1006 = 8.95%"]
    per_head = said(found, "一致", "per head")
    assert [line.partition(" = ")[0] for line in per_head] == [
        "733347.38 ÷ 19794",
        "532219.23 ÷ 19794",
        "19289.86万 ÷ 19794",
    ]


def test_a_rate_on_another_base_and_a_ratio_without_its_terms_are_shown_as_such(corpus: Path) -> None:
    found = findings_of(next(corpus.glob("*.txt")))
    assert said(found, "一致（另一口径）") == ["7 ÷ (1006 − 223) = 0.89%", "233 ÷ (1006 − 223) = 29.76%"]
    assert said(found, "无法核对") == ["19794 ÷ 1006 = 19.68：1"]


def test_what_was_written_into_a_health_report_is_found() -> None:
    found = findings_of(FIXTURES / "云川县医疗卫生服务年报2023.txt")
    wrong = ["402人 ≠ 398人", "96.41% ≠ 94.61%", "1146 ÷ 3276 = 34.98% ≠ 37.98%"]
    assert said(found, "不一致") == wrong
    sums = ["9 + 372 + 4 = 385", "4 + 5 = 9", "1580 + 810 + 500 = 2890", "118.4万 + 194.2万 = 312.6万"]
    assert said(found, "一致", "sum") == sums
    assert "268 ÷ 3276 = 8.18%" in said(found, "一致", "share")
    assert "2890 ÷ 46.8万 × 1000 = 6.18张" in said(found, "一致", "per head")
    assert said(found, "一致", "ratio") == ["1218 ÷ 1493 = 1：1.23"]


def test_what_was_written_into_a_culture_report_is_found() -> None:
    found = findings_of(FIXTURES / "临江市文化和旅游工作报告2022.txt")
    assert said(found, "不一致") == ["46家 ≠ 48家", "412名 ≠ 421名", "15 ÷ 37 = 40.5% ≠ 45.1%"]
    assert said(found, "一致", "share") == ["1042.8万 ÷ 3286.4万 = 31.7%"]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("一、甲\n本学年招生6191人。\n二、乙\n本学年招生6119人。\n", "6191人 ≠ 6119人"),
        ("一、甲\n接待游客320万人次。\n二、乙\n全年接待游客302万人次。\n", "320万人次 ≠ 302万人次"),
        ("一、甲\n学校占地面积320亩。\n二、乙\n学校占地面积302亩。\n", "320亩 ≠ 302亩"),
        ("全校学生4000人，其中男生2100人，女生2000人。", "2100 + 2000 ≠ 4000"),
        ("全校学生4000人，其中女生4100人。", "4100 > 4000"),
        ("全县共有学校30所，其中公办学校20所，民办学校9所。", "20 + 9 ≠ 30"),
        ("男生2100人，女生1900人，合计4100人。", "2100 + 1900 ≠ 4100"),
        ("全校教职工300人，其中专任教师240人，占82%。", "240 ÷ 300 = 80.0% ≠ 82%"),
        ("毕业生1000人，其中就业980人，就业率96%。", "980 ÷ 1000 = 98.0% ≠ 96%"),
        ("在校生2000人，占地面积60000平方米，生均占地面积32平方米。", "60000 ÷ 2000 = 30.00 ≠ 32平方米"),
    ],
)
def test_what_does_not_hold_is_said(text: str, expression: str) -> None:
    assert said(findings(text), "不一致") == [expression]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("耕地面积120万亩，其中水田80万亩、旱地40万亩。", "80万 + 40万 = 120万"),
        ("全校教职工300人，其中专任教师240人，占80%。", "240 ÷ 300 = 80%"),
        ("在校生1820人，专任教师100人，生师比为18.2：1。", "1820 ÷ 100 = 18.2：1"),
        ("各年级分别为1820人、1756人、1694人。全校在校生5270人，含各年级。", ""),
    ],
)
def test_what_holds_is_said(text: str, expression: str) -> None:
    assert said(findings(text), "一致") == ([expression] if expression else [])


@pytest.mark.parametrize(
    "text",
    [
        "教师参加省信息化大赛获一等奖1项。\n学生参加市技能大赛获一等奖7项。",
        "高血压、糖尿病患者规范管理率分别为78.5%和76.2%。",
        "高血压患者规范管理率78.5%。\n糖尿病患者规范管理率76.2%。",
        "某某股份公司实现营业收入38.2亿元。\n子公司某某电子实现营业收入35.5亿元。",
        "全校占地面积200亩。\n生均占地面积35平方米。",
        "补助标准由600元提高到900元。\n补助标准为900元。",
        "2023年招生1200人。\n2024年计划招生1250人。",
        "本年度招生1200人。\n上年招生1190人。",
        "全县新增床位2750张。\n全县共有床位2890张。",
        "县人民医院有职工520人。\n县中医院有职工510人。",
        "第一季度实现税收3.21亿元。\n第二季度实现税收3.12亿元。",
        "全区共有教师1000人，其中女教师600人，党员教师500人。",
        "全县共有学校30所，其中小学20所，初中8所。",
        "该校有学生5150人。\n全区有学生5200人。",
        "一、机械工程学院\n在校生1200人。\n二、信息工程学院\n在校生1210人。\n",
        "全市GDP增长5.2%。\n全市GDP增长目标为6%。",
        "完成投资12.5亿元。\n完成投资3.2亿元，建成公路15公里。",
        "居民人均可支配收入35000元，其中城镇居民人均可支配收入42000元。",
        "截至2023年底，公司员工总数5200人。\n截至2022年底，公司员工总数5100人。",
        "举办培训班12期，培训1200人次。\n举办培训班8期，培训600人次。",
        "全年共排查隐患1230处。\n全年共排查隐患1205处。",
        "一、2021年\n接待读者120.3万人次。\n二、2022年\n接待读者125.6万人次。\n",
        "常住人口225.8万人。\n常住人口2258321人。",
        "企业逾3200家。\n企业3150家。",
    ],
)
def test_no_difference_is_made_up(text: str) -> None:
    assert said(findings(text), "不一致") == []


def test_a_series_of_values_is_no_contradiction() -> None:
    assert findings("\n".join(f"全县共有学生{number}人。" for number in range(1500, 1520))) == []


def test_documents_are_checked_by_themselves() -> None:
    documents = [
        Document(f"{year}.txt", f"全县共有学生{number}人。", "", year=year)
        for year, number in ((2022, 1500), (2023, 1510))
    ]
    assert check(documents, [figure for document in documents for figure in figures_in(document)]) == []


def test_a_finding_is_written_with_its_figures_and_its_verdict_in_chinese() -> None:
    (finding,) = findings("全校学生4000人，其中男生2100人，女生1900人。")
    record = finding.to_record()
    assert (record["kind"], record["verdict"], record["verdict_text"]) == ("sum", "holds", "一致")
    assert [figure["text"] for figure in record["figures"]] == ["4000人", "2100人", "1900人"]


def test_without_the_document_only_the_figures_own_words_count() -> None:
    one = Figure(0, 5, "1474人", 1474, "人", 1474, "人", "count", "直接就业", document="r.txt")
    other = Figure(50, 55, "1473人", 1473, "人", 1473, "人", "count", "直接就业", "全区", document="r.txt")
    assert same_measure(one, other)
    assert not same_value(one, other)
    assert not same_measure(
        one, Figure(50, 53, "70人", 70, "人", 70, "人", "count", "直接就业", "民办学校", document="r.txt")
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from("全县有学生教师校占率均比每千生师，。；、：（）()\n一1234567890.%人所元万亿其中合计"),
        max_size=120,
    ).map("".join)
)
def test_no_text_breaks_the_checks(text: str) -> None:
    for finding in findings(text):
        assert finding.figures
        assert finding.expression
        assert finding.explanation


@pytest.mark.parametrize("row", ["第{}校有学生{}人，占全县学生的5.1%。\n", "学生{}{}人，", "（学生{}{}人"])
def test_a_long_text_is_checked_in_reasonable_time(row: str) -> None:
    text = "".join(row.format(number, 1000 + number * 7) for number in range(600))
    document = Document("r.txt", text, "", year=2023)
    figures = figures_in(document)
    begin = time.perf_counter()
    check([document], figures)
    assert time.perf_counter() - begin < 15


def test_a_caption_has_the_figures_of_what_it_names(corpus: Path) -> None:
    (document,), _ = read_documents([next(corpus.glob("*.txt"))])
    figures = figures_in(document)
    captions = {caption.label: caption for caption in split_sections(document).illustrations}
    size = illustrated_figures(captions["图 3"], figures)
    assert [figure.text for figure in size][:4] == ["6191人", "1455人", "19794人", "4544人"]
    assert {figure.section for figure in size} == {captions["图 3"].section}
    leavers = illustrated_figures(captions["图 8"], figures)
    assert leavers[0].text == "6782人"
    assert illustrated_figures(captions["图 1"], figures) == []


def test_a_caption_of_one_thing_has_that_things_figures() -> None:
    path = FIXTURES / "云川县医疗卫生服务年报2023.txt"
    (document,), _ = read_documents([path])
    captions = {caption.caption: caption for caption in split_sections(document).illustrations}
    figures = figures_in(document)
    shown = illustrated_figures(captions["云川县医疗卫生机构分布"], figures)
    assert [figure.text for figure in shown][:2] == ["385家", "9家"]
    assert "2890张" not in {figure.text for figure in shown}


def test_a_caption_says_that_its_picture_is_not_there() -> None:
    table = Illustration("表 1", "人力情况", "r.txt", 0, 8)
    assert picture_note(table) == "原文只有“表 1 人力情况”的标题，没有表格本身。"
    assert picture_note(Illustration("图 1", "校门", "r.txt", 0, 5, image="a.png")) == ""
