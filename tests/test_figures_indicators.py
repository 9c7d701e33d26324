"""What figures measure, whom they cover and of what they are a part, over sentences of many fields."""

import pytest

from reportqa.figures.extract import figures_in_text


def readings(text):
    return [(figure.text, figure.indicator, figure.scope) for figure in figures_in_text(text)]


@pytest.mark.parametrize(
    ("text", "indicators"),
    [
        ("下辖12个乡8个镇", ["乡", "镇"]),
        ("全县下辖3个街道、5个镇和2个乡", ["街道", "镇", "乡"]),
        ("现辖9个市辖区、4个县级市及2个开发区", ["市辖区", "县级市", "开发区"]),
        ("市域辖4区3县", ["区", "县"]),
        ("现辖12镇4街道", ["镇", "街道"]),
        ("小学招生1486人、初中招生1718人", ["招生", "初中招生"]),
        ("内科医生30人，底楼面积50平方米，度假区3个", ["内科医生", "底楼面积", "度假区"]),
        ("全区小学、初中共招生6506人", ["招生"]),
        ("门急诊量182.5万人次，同比增长8.6%", ["门急诊量", "门急诊量同比增长"]),
        ("公司实现营业收入12.3亿元", ["营业收入"]),
        ("获金奖6项，银奖8项、铜奖6项", ["金奖", "银奖", "铜奖"]),
        ("高级职称46人，占职工总数的27.4%", ["高级职称", "高级职称占职工总数"]),
        ("一、二、三年级学生分别为120人、156人、164人", ["一年级学生", "二年级学生", "三年级学生"]),
        ("进口和出口分别为3.2亿元和4.1亿元", ["进口", "出口"]),
        ("客运量、货运量分别增长5.2%和6.1%", ["客运量增长", "货运量增长"]),
        ("接待游客45万人次、实现收入5.1亿元，分别增长15%和18%", ["接待游客", "收入", "接待游客增长", "收入增长"]),
        ("满意率由95%提高到98%", ["满意率", "满意率"]),
        ("股价最高28元，最低15元", ["股价最高", "股价最低"]),
        ("图书35万册，生均35册", ["图书", "生均图书"]),
        ("具有“双语”资格的教师33人", ["具有“双语”资格的教师"]),
        ("45岁以下医师126人", ["医师", "45岁以下医师"]),
        ("其中22人自主创业", ["自主创业"]),
        ("拨付资金100万元用于河道治理", ["河道治理资金"]),
        ("举办为期五天的管理人员培训班", ["管理人员培训班"]),
        ("8名医师被评为省级名医", ["省级名医"]),
        ("新增了“物流”、“护理”等10个专业", ["新增专业"]),
        ("次均费用增幅（3.2%），抗菌药物使用率（38.5％）高于上年", ["次均费用增幅", "抗菌药物使用率"]),
        ("教师120人，其中高级职称（35%）", ["教师", "高级职称"]),
        ("教师120人（35%）", ["教师", "教师"]),
    ],
)
def test_indicators(text, indicators):
    assert [figure.indicator for figure in figures_in_text(text)] == indicators


def test_scopes_are_inherited_in_the_sentence():
    assert readings("丰县位于北部，面积1452平方公里，2023年人口22.8万人，辖19个乡。另设站点3个。") == [
        ("1452平方公里", "面积", "丰县"),
        ("2023年", "人口", "丰县"),
        ("22.8万人", "人口", "丰县；2023年"),
        ("19个", "乡", "丰县"),
        ("3个", "站点", ""),
    ]


def test_what_is_counted_in_a_list_covers_nothing_after_it():
    scopes = [scope for _, _, scope in readings("全省辖11个地级市、37个市辖区、20个县级市。")]
    assert scopes == ["全省", "全省", "全省"]


def test_a_date_clause_covers_its_sentence():
    assert readings("截至2024年底，贷款余额23亿元，惠及企业980户。")[1:] == [
        ("23亿元", "贷款余额", "2024年底"),
        ("980户", "惠及企业", "2024年底"),
    ]


def test_a_topic_covers_its_sentence():
    assert readings("卫生技术人员中，高级职称268人。") == [("268人", "高级职称", "卫生技术人员")]


def test_a_note_in_brackets_is_the_scope():
    assert readings("全县中学人均面积37.05平方米（含职业学校）；升学304人（临江中学）") == [
        ("37.05平方米", "人均面积", "含职业学校"),
        ("304人", "升学", "临江中学"),
    ]


def test_a_part_named_by_who_has_it():
    assert readings("总诊疗312.6万人次，其中医院118.4万人次") == [
        ("312.6万人次", "总诊疗", ""),
        ("118.4万人次", "总诊疗", "医院"),
    ]


def test_table_cells_have_their_rows_name():
    assert readings("| 在校生 | 人 | 6191 | 5800 |") == [("6191", "在校生", ""), ("5800", "在校生", "")]


def test_levels_are_scopes():
    assert readings("入选国家级项目1个，省级项目3个；获市级一等奖2项，二等奖4项") == [
        ("1个", "项目", "国家级"),
        ("3个", "项目", "省级"),
        ("2项", "一等奖", "市级"),
        ("4项", "二等奖", "市级"),
    ]


def test_parts_point_to_their_whole():
    text = "职工368人（含分院82人），其中医师206人、护士120人；床位500张。现有车辆60辆，其中电动车20辆。"
    figures = {figure.text: figure for figure in figures_in_text(text)}
    whole = figures["368人"].start
    assert [figures[part].parent for part in ("82人", "206人", "120人")] == [whole, whole, whole]
    assert (figures["82人"].indicator, figures["82人"].scope) == ("职工", "含分院")
    assert figures["500张"].parent is None
    assert figures["20辆"].parent == figures["60辆"].start


def test_classes_count_what_their_whole_counts():
    assert readings("全县共有医院7所，其中公办医院2所，民办医院5所") == [
        ("7所", "医院", "全县"),
        ("2所", "医院", "公办医院"),
        ("5所", "医院", "民办医院"),
    ]


def test_this_school_is_the_one_named_before():
    figures = figures_in_text("临江职业技术学院坚持开放办学。该校有3门课程获奖。")
    assert figures[0].scope == "临江职业技术学院"


def test_indicators_are_the_reports_words():
    assert readings("ＧＤＰ總值２０億元") == [("２０億元", "ＧＤＰ總值", "")]


def test_indicators_are_short():
    text = "在各方面的共同努力和各级各部门以及社会各界的大力支持帮助下取得了前所未有的优异成绩的我们这个大家庭人数120人"
    assert all(len(figure.indicator) <= 18 for figure in figures_in_text(text))
