"""Two things named side by side are compared and added up; what a question says itself is no answer to it."""

from collections.abc import Callable

import pytest

from reportqa.qa import ReportQA

REPORT = """青禾区2024年发展公报
一、工业
全年规模以上工业增加值增长6.9%。其中，轻工业增长2.5%，重工业增长9.0%。
全区工业企业完成出口86.2亿元，进口41.5亿元。
二、商贸
连锁药店迅速扩张，百康大药房全年新开门店420家，店员增加3600人。
三、社会保障
年末城镇职工医保参保58.4万人，城乡居民医保参保12.1万人。
全区有公共图书馆2个、文化馆1个，图书馆周一闭馆。
四、财务
单位：万元
| 项目 | 2024年 | 2023年 |
|---|---|---|
| 经营活动现金流量净额 | 415 | 250 |
| 投资活动现金流量净额 | (82) | (930.4) |
| 筹资活动现金流量净额 | △56 | ▲310 |
| 汇率变动影响 | -- | — |
"""


@pytest.fixture(scope="module")
def qa(qa_of: Callable[[str, str], ReportQA]) -> ReportQA:
    return qa_of("青禾区2024年发展公报.txt", REPORT)


@pytest.mark.parametrize(
    ("question", "said", "note"),
    [
        ("轻工业和重工业哪个涨得快？", "重工业", "重工业增长9.0%，轻工业增长2.5%"),
        ("2024年青禾区的出口和进口哪个多？", "出口", "出口86.2亿元，进口41.5亿元"),
    ],
)
def test_of_two_things_the_greater_is_named_with_both_values(qa: ReportQA, question: str, said: str, note: str) -> None:
    given = qa.ask(question)
    assert given.answer.startswith(said)
    assert note in given.message


def test_what_is_named_side_by_side_is_added_up(qa: ReportQA) -> None:
    given = qa.ask("职工医保和居民医保合起来有多少人参保？")
    assert given.answer == "70.5万人"
    assert given.derivation is not None
    assert given.derivation.expression == "58.4 + 12.1"


def test_an_amount_that_the_question_says_is_no_answer(qa: ReportQA) -> None:
    assert "百康大药房" in qa.ask("哪家连锁药店2024年新开了420家店").answer


def test_yes_or_no_only_where_the_report_says_so(qa: ReportQA) -> None:
    assert qa.ask("图书馆周一开门吗？").verdict == "否"
    absent = qa.ask("有没有国际学校？")
    assert (absent.status, absent.verdict) == ("not_found", None)


def test_the_row_that_is_asked_for_is_answered_and_an_empty_one_with_its_own_words(qa: ReportQA) -> None:
    assert qa.ask("2023年筹资活动现金流量净额是多少").figures[0].figure.text == "▲310"
    assert qa.ask("2024年汇率变动影响是多少").answer.startswith("汇率变动影响2024年：--")
