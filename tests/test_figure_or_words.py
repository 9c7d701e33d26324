"""A question whose wording leaves open whether it asks for a figure: what the reader finds settles it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reportqa.asking.figure_or_words import is_open
from reportqa.asking.question import understand
from reportqa.qa import ReportQA

REPORT = """青禾县图书馆2024年工作报告

一、少儿活动

暑期夏令营面向8至12岁儿童，设急救、木工、星空观察三个项目，开营6期，参加者412人。

二、经费

安全经费38.6万元，用于更换监控、加装护栏、翻新电路。

三、人员

首席讲解员为沈知秋、罗既明，两人均在馆十年以上。
"""


@pytest.fixture(scope="module")
def qa(qa_of: Callable[[str, str], ReportQA]) -> ReportQA:
    return qa_of("青禾县图书馆2024年工作报告.txt", REPORT)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("安全经费 用途", "更换监控、加装护栏、翻新电路"),
        ("现任首席讲解员", "沈知秋、罗既明"),
        ("夏令营参加者", "412人"),
    ],
)
def test_keywords_are_answered_by_what_the_report_says_of_them(qa: ReportQA, question: str, answer: str) -> None:
    assert is_open(understand(question))
    assert qa.ask(question).answer == answer


@pytest.mark.parametrize("question", ["安全经费", "夏令营 人数", "夏令营有哪些项目"])
def test_a_plain_wording_is_not_asked_twice(question: str) -> None:
    assert not is_open(understand(question))


def test_members_are_counted_where_no_figure_says_how_many(qa: ReportQA) -> None:
    given = qa.ask("首席讲解员有几位")
    assert given.answer == "2位：沈知秋、罗既明"
    assert given.message == "按报告列出的数得。"
    assert qa.ask("夏令营开营几期").answer == "6期"


def test_a_number_in_a_name_and_one_of_an_unknown_unit_are_told_as_figures(
    qa_of: Callable[[str, str], ReportQA],
) -> None:
    text = """青禾市节水管理办法

第一条 为了节约用水，制定本办法。

第二条 本办法由青禾市水务局令第24号公布，自公布之日起施行。

第三条 市智慧水务中心建成标准机架4百架、算力规模2.2万P。
"""
    measures = qa_of("青禾市节水管理办法.txt", text)
    for question, said in (("办法是水务局的第几号令？", "第24号"), ("智慧水务中心的算力有多少P？", "2.2万P")):
        answer = measures.ask(question)
        assert (answer.answer, answer.figures[0].figure.text) == (said, said)
        figure = answer.figures[0].figure
        assert text[figure.start : figure.end] == said
