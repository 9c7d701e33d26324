"""What a question asks for, told from its characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.asking.intent import KINDS, chances
from reportqa.asking.question import understand
from reportqa.text.records import Figure


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("茶叶 产量", "number"),
        ("专任教师数", "number"),
        ("自己当老板的有几个", "number"),
        ("高级职称占比", "percent"),
        ("公务接待花了多少钱", "money"),
        ("新校区哪年建成", "date"),
        ("校长是谁", "name"),
        ("学校有哪些专业", "list"),
        ("为啥招不满", "reason"),
        ("怎么申请助学金", "way"),
        ("有没有校车", "yesno"),
    ],
)
def test_kinds_of_everyday_questions(question: str, kind: str) -> None:
    told = chances(question)
    assert max(told, key=lambda one: told[one]) == kind


@given(st.text(max_size=60))
def test_chances_are_shares_of_one(question: str) -> None:
    told = chances(question)
    assert tuple(told) == KINDS
    assert sum(told.values()) == pytest.approx(1, abs=1e-4)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_an_amount_says_nothing_of_the_kind(one: int, other: int) -> None:
    assert chances(f"在校生超过{one}人吗") == chances(f"在校生超过{other}人吗")


def test_how_likely_a_figure_of_a_kind_is_asked_for() -> None:
    question = understand("公务接待花了多少钱")
    money, count = (Figure(0, 2, "2", 2, unit, 2, unit, kind) for unit, kind in (("元", "money"), ("人", "count")))
    points = Figure(0, 5, "2个百分点", 2, "个百分点", 2, "个百分点", "other")
    assert question.chance_of(money) > 0.5 > question.chance_of(count)
    assert question.chance_of(points) == question.chances["percent"]
    assert question.numeric_chance > 0.9
