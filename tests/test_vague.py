"""A question that says too little is not answered: it is asked back, with questions that the report answers."""

from pathlib import Path

import pytest

from reportqa.asking.question import understand
from reportqa.asking.vague import is_vague, subjects
from reportqa.output.wording import headline
from reportqa.qa import ReportQA


@pytest.fixture(scope="module")
def qa(built_index: Path) -> ReportQA:
    return ReportQA.open(built_index)


@pytest.fixture(scope="module")
def districts(districts_index: Path) -> ReportQA:
    return ReportQA.open(districts_index)


@pytest.mark.parametrize(
    "question", ["多少？", "有多少人？", "有几所？", "一共有多少？", "多少钱？", "怎么样？", "怎么办？"]
)
def test_a_question_of_asking_words_and_a_unit_names_nothing(question: str) -> None:
    assert subjects(understand(question)) == []
    assert is_vague(understand(question), 0.9)


@pytest.mark.parametrize(
    ("question", "named"),
    [("面积是多少？", ["面积"]), ("飞机有几架？", ["飞机"]), ("招生多少人？", ["招生"])],
)
def test_what_is_named_is_more_than_the_unit(question: str, named: list[str]) -> None:
    assert subjects(understand(question)) == named
    # One thing named is enough where its answer is sure.
    assert not is_vague(understand(question), 0.9)


@pytest.mark.parametrize("question", ["多少？", "有多少人？", "几个？", "面积是多少？", "情况怎么样？", "有哪些？"])
def test_what_says_too_little_is_asked_back(qa: ReportQA, question: str) -> None:
    asked = qa.ask(question)
    assert (asked.status, asked.answer, asked.confidence, asked.figures) == ("unclear", "", 0, ())
    assert 2 <= len(asked.choices) <= 4
    assert headline(asked) == "想问的是哪一个？"
    assert all(f"“{choice}”" in asked.message for choice in asked.choices)
    assert asked.citations


@pytest.mark.parametrize("question", ["有多少人？", "面积是多少？"])
def test_every_number_that_is_offered_is_answered(qa: ReportQA, question: str) -> None:
    for choice in qa.ask(question).choices:
        answer = qa.ask(choice)
        assert answer.found, choice
        assert answer.figures[0].figure.indicator in choice


@pytest.mark.parametrize(
    "question", ["招生多少人？", "招生？", "生师比是多少？", "有哪些民办学校？", "学校情况怎么样？"]
)
def test_what_names_its_thing_is_answered(qa: ReportQA, question: str) -> None:
    assert qa.ask(question).found


def test_what_the_report_does_not_have_is_not_asked_back(qa: ReportQA) -> None:
    assert qa.ask("全区有多少家图书馆？").status == "not_found"


def test_over_several_places_a_choice_says_of_which(districts: ReportQA) -> None:
    asked = districts.ask("有多少人？")
    assert asked.status == "unclear"
    assert all(choice.startswith(("砚泽区", "芦堰区")) for choice in asked.choices)


def test_who_has_more_of_what_is_asked_back_and_each_choice_names_a_place(districts: ReportQA) -> None:
    asked = districts.ask("砚泽区和芦堰区哪个多？")
    assert asked.status == "unclear"
    assert "砚泽区和芦堰区哪个在校生多？" in asked.choices
    for choice in asked.choices:
        assert districts.ask(choice).answer.startswith(("砚泽区（", "芦堰区（"))


def test_the_choices_are_part_of_the_record(qa: ReportQA) -> None:
    record = qa.ask("有多少人？").to_record()
    assert record["status"] == "unclear"
    assert record["choices"][0] == "招生有多少人？"
    assert qa.ask("招生多少人？").to_record()["choices"] == []
