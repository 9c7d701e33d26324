"""Arithmetic over figures that a report states, with the bundled model: which, over which of them, and when none."""

import pytest

from reportqa.asking.intent import OPERATIONS, operation_chances

REPORT = """
青禾县2023年教育事业发展统计公报

一、学校规模

全县有小学52所、初中24所、普通高中9所。幼儿园136所，其中公办园58所。

小学在校生57,420人，其中寄宿生9,870人；初中在校生26,310人。

二、教师队伍

全县教职工9,830人，其中专任教师8,024人。小学专任教师3,190人，初中专任教师2,105人。

三、经费

全年教育经费总投入21.86亿元，其中基本建设支出1.94亿元。发放各类学生资助2,864万元，惠及学生21,500人次。

四、招生

小学一年级招生8,960人，上年招生9,840人。初中升学率98.6%，比上年提高0.4个百分点。生均校舍面积7.2平方米。
"""


@pytest.fixture(scope="module")
def qa(qa_of):
    return qa_of("青禾县2023年教育公报.txt", REPORT.strip())


@pytest.mark.parametrize(
    ("question", "expression", "answer"),
    [
        ("小学和初中加起来有多少所？", "52 + 24", "76所"),
        ("小学、初中和普通高中合计多少所", "52 + 24 + 9", "85所"),
        ("小学比初中多几所？", "52 − 24", "28所"),
        ("幼儿园里头公办的占几成", "58 ÷ 136", "42.65%"),
        ("小学生里除去住校的还有多少人", "57420 − 9870", "47550人"),
        ("教职工里不是专任教师的还剩多少人？", "9830 − 8024", "1806人"),
        ("资助的钱摊到每个人次是多少元", "2,864万元 ÷ 21,500人次", "1332.09元"),
        ("一年级新生比去年掉了百分之几", "(8960 − 9840) ÷ 9840", "-8.94%"),
        ("基建的钱在教育总投入里占多大比重", "1.94 ÷ 21.86", "8.87%"),
    ],
)
def test_what_is_not_stated_is_computed_with_each_operand_cited(qa, question, expression, answer):
    given = qa.ask(question)
    assert given.derivation is not None
    assert (given.derivation.expression, given.answer) == (expression, answer)
    assert given.derivation.operands == given.figures[: len(given.derivation.operands)]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("全县教职工总共有多少人？", "9,830人"),
        ("教育经费总投入一共多少", "21.86亿元"),
        ("初中升学率比上年提高了多少", "0.4个百分点"),
        ("生均校舍面积是多少平方米", "7.2平方米"),
        ("初中升学率是多少", "98.6%"),
    ],
)
def test_what_the_report_states_is_not_computed(qa, question, answer):
    given = qa.ask(question)
    assert given.derivation is None
    assert given.answer == answer


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("公办园和民办园加一块儿有多少所", "sum"),
        ("男娃比女娃多几个", "difference"),
        ("除去住校的，走读的还有多少", "rest"),
        ("女教师占了几成", "share"),
        ("平均一个老师带几个学生", "ratio"),
        ("毕业生比上年涨了百分之几", "growth"),
    ],
)
def test_the_likeliest_operation_is_the_one_that_the_words_ask_for(question, operation):
    chances = operation_chances(question)
    assert max((one for one in OPERATIONS if one != "none"), key=lambda one: chances[one]) == operation
    assert sum(chances.values()) == pytest.approx(1)
