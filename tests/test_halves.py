"""A question that asks for several figures: all of them are answered, or it is said which are left open."""

from pathlib import Path

import pytest

from reportqa.qa import ReportQA


@pytest.fixture(scope="module")
def qa(built_index: Path) -> ReportQA:
    return ReportQA.open(built_index)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("公办学校有几所，民办学校有几所？", "2所、5所"),
        ("多少人升学，多少人直接就业？", "5308人、1474人"),
        ("招生和毕业生各有多少人？", "6191人、6782人"),
    ],
)
def test_what_stands_in_one_sentence_is_answered_from_it(qa: ReportQA, question: str, answer: str) -> None:
    given = qa.ask(question)
    assert given.answer == answer
    assert "一部分" not in given.message


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        ("生师比是多少，飞机有几架？", "18.29：1", "飞机有几架"),
        ("飞机有几架，生师比是多少？", "18.29：1", "飞机有几架"),
        ("招生是多少，直升机数量是多少？", "6191人", "直升机数量是多少"),
    ],
)
def test_what_is_left_open_is_named(qa: ReportQA, question: str, answer: str, left: str) -> None:
    given = qa.ask(question)
    assert given.answer == answer
    assert given.message == f"只答出一部分：“{left}”没有可靠的答案，请单独问。"


def test_what_stands_apart_is_put_together_and_each_is_cited(qa: ReportQA) -> None:
    given = qa.ask("招生多少人，生师比是多少？")
    assert given.answer == "6191人；18.29：1"
    first, second = given.figures[:2]
    assert (first.figure.indicator, second.figure.indicator) == ("招生", "生师比")
    assert None not in (first.citation, second.citation)
    assert first.citation != second.citation


def test_no_figure_of_another_kind_fills_a_half(qa: ReportQA) -> None:
    given = qa.ask("招生多少人，校园面积是多少？")
    assert "1455" not in given.answer


def test_where_nothing_is_answered_nothing_is(qa: ReportQA) -> None:
    assert qa.ask("直升机有几架，潜艇有几艘？").status == "not_found"
