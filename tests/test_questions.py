"""Questions as people put them, and what the program takes them to ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.asking.question import MAX_QUESTION, parts, understand
from reportqa.errors import InputError


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("全县有多少家医院？", "count"),
        ("研究生占百分之几", "percent"),
        ("参保率是多少", "percent"),
        ("这条路修了多少公里", "quantity"),
        ("哪一年通车的", "date"),
        ("什么时候开馆", "date"),
        ("培训一共几天", "duration"),
        ("新馆面积有多大", "area"),
        ("一共花了多少钱", "money"),
        ("保安一个月工资多少", "money"),
        ("师生比是多少", "ratio"),
        ("平均一个医生要管几个病人", "ratio"),
        ("谁担任组长", "who"),
        ("来自哪些国家", "list"),
        ("归哪个部门管", "which"),
        ("开了哪些课", "list"),
        ("最美教师是哪几位", "list"),
        ("分成哪几个方面", "list"),
        ("为什么要搬迁", "reason"),
        ("怎么提高服务质量", "method"),
        ("每年都评一次吗", "verdict"),
        ("经费涨了没有", "verdict"),
        ("校园文化建设", "description"),
        ("全省排名第几", "rank"),
    ],
)
def test_what_is_asked(text, asked):
    assert understand(text).asked == asked


def test_traditional_full_width_and_spaces_are_read_as_usual():
    assert understand("２０２３年 招 生 多少 人 ？").plain == understand("2023年招生多少人？").plain
    assert understand("畢業生有多少人").plain == understand("毕业生有多少人").plain


def test_years_places_and_units():
    question = understand("2022年江北区的学校有几所？")
    assert (question.years, question.places, question.unit) == ((2022,), ("江北区",), "所")
    assert understand("去年招生多少").year_offset == -1
    assert understand("全区的校区在哪里").places == ()
    assert understand("一共省了多少钱").places == ()


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("青禾县2023年底招生多少人", ("青禾县",)),
        ("2023年底青禾县招生多少人", ("青禾县",)),
        ("高值耗材集采省下了多少钱", ()),
        ("旅游学校评上省级示范了吗", ()),
        ("住在城镇的有多少人", ()),
        ("机关日常开销省了百分之几", ()),
    ],
)
def test_what_only_looks_like_a_place_is_none(question, places):
    assert understand(question).places == places


def test_a_question_for_several_figures_is_taken_apart():
    assert [part.plain for part in parts(understand("毕业了多少人，其中升学多少人？"))] == [
        "毕业了多少人",
        "其中升学多少人",
    ]
    assert parts(understand("毕业了多少人？")) == []


@pytest.mark.parametrize("text", ["", "  ", "？！。", "\n\t", "\u200b"])
def test_no_question(text):
    with pytest.raises(InputError, match="问题是空的"):
        understand(text)


def test_too_long_a_question():
    with pytest.raises(InputError, match=str(MAX_QUESTION)):
        understand("多少" * MAX_QUESTION)


@given(st.text(max_size=80))
def test_any_text_is_a_question_or_an_input_error(text):
    try:
        question = understand(text)
    except InputError:
        return
    assert question.plain
    assert all(understand(part.text) for part in parts(question))
