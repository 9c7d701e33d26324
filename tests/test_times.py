"""Values of another time than asked, with the bundled model: of the year before, before a change, only planned."""

import pytest

REPORT = """
云岫县教育局2022年度工作报告

一、工作情况

（一）信访投诉

全年受理投诉486件，较上年的571件下降14.9%，办结率100%。

（二）学生资助

农村走读学生的交通补助标准由每月84元提高到每月89元，惠及3120人。

（三）校企合作

职业学校的合作企业74家，长期合作的31家。

（四）办学条件

校舍面积12.4万平方米，生均8.2平方米，教学设备值3.86亿元。学校有纸质图书18.2万册、电子图书24.1万册。

二、2023年工作安排

力争把双师型教师比例提高到58%，合作企业达到85家。
"""


@pytest.fixture(scope="module")
def qa(qa_of):
    return qa_of("云岫县教育局2022年度工作情况.txt", REPORT.strip())


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("受理了多少件投诉？", "486件"),
        ("2021年受理了多少件投诉？", "571件"),
        ("上一年受理了多少件投诉？", "571件"),
        ("交通补助现在每月多少钱？", "89元"),
        ("交通补助原来每月多少钱？", "84元"),
        ("职业学校的合作企业有多少家？", "74家"),
        ("合作企业要达到多少家？", "85家"),
    ],
)
def test_a_value_of_the_time_that_is_asked_for_comes_first(qa, question, answer):
    assert qa.ask(question).answer == answer


CHRONICLE = """
抗旱纪事

一、旱情初起

2022年夏，流域来水偏少，各地先后启动抗旱响应。

7月3日，青禾市防办通报受旱农田44万亩，出动水车120台。

7月5日，青禾市防办通报受旱农田59万亩，出动水车260台。

二、目标

到2025年，灌溉体系基本形成。灌溉水利用系数比2020年提高0.04；节水灌溉面积占比达到62%左右，渠道防渗率达到71%。

到2030年，灌溉体系更加完善。灌溉水利用系数比2020年提高0.08；节水灌溉面积占比达到70%左右，渠道防渗率达到83%。
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("2022年7月3日通报受旱农田多少万亩？", "44万亩"),
        ("2022年7月5日出动了多少台水车？", "260台"),
        ("2025年节水灌溉面积占比要达到多少？", "62%左右"),
        ("2030年节水灌溉面积占比要达到多少？", "70%左右"),
        ("2030年渠道防渗率目标是多少？", "83%"),
    ],
)
def test_a_year_said_once_holds_for_what_stands_under_it(qa_of, question, answer):
    assert qa_of("抗旱纪事.txt", CHRONICLE.strip()).ask(question).answer == answer


def test_the_figures_of_the_statement_that_answers_come_first(qa):
    answer = qa.ask("电子图书比纸质的多吗？")
    assert [cited.figure.text for cited in answer.figures][:2] == ["18.2万册", "24.1万册"]


def test_a_year_that_the_report_says_nothing_of_is_refused(qa):
    answer = qa.ask("2016年受理了多少件投诉？")
    assert (answer.status, answer.answer) == ("not_found", "")
