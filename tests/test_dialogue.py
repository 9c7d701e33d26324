"""Questions that lean on the one before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.asking.followup import completed


@pytest.mark.parametrize(
    ("previous", "question", "whole"),
    [
        ("本学年招生多少人？", "那毕业生呢？", "本学年毕业生多少人"),
        ("公立医院几家", "民营的呢", "民营医院几家"),
        ("医师多少名", "护士呢", "护士多少名"),
        ("白鹭区有多少所学校", "那青禾区呢？", "青禾区有多少所学校"),
        ("2024年招生多少人？", "2023年呢", "2023年招生多少人"),
        ("技能大赛获一等奖几个", "二等奖呢", "技能大赛获二等奖几个"),
        ("内科门诊多少人次", "儿科的呢", "儿科门诊多少人次"),
        ("线上培训了多少人？", "那线下的呢", "线下培训了多少人"),
        ("多少", "怎么样", "怎么样"),
        ("在校生有多少人", "那技工学校呢？", "技工学校在校生有多少人"),
        ("建筑面积是多少", "那生均呢", "生均建筑面积是多少"),
        ("民办学校有几所", "那职业教育投入是多少", "民办学校职业教育投入是多少"),
        ("青禾职教中心招生多少人", "它有多少教师？", "青禾职教中心有多少教师"),
        ("毕业了多少人", "其中升学多少人？", "毕业其中升学多少人"),
        ("在校生有多少人？", "增长了多少？", "在校生增长了多少"),
        ("青禾职教中心校长是谁", "副校长呢", "青禾职教中心副校长是谁"),
    ],
)
def test_what_is_left_out_is_taken_from_the_question_before(previous, question, whole):
    assert completed(question, previous) == whole


@pytest.mark.parametrize(
    "question", ["毕业生升学多少人？", "民办学校有几所？", "其他学校有几所", "食堂怎么样？", "还有呢", "呢", ""]
)
def test_a_question_of_its_own_stays(question):
    assert completed(question, "本学年招生多少人？") == question


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_make_a_question(question, previous):
    whole = completed(question, previous)
    assert len(whole) <= len(question) + len(previous) + 10


def test_a_completed_question_is_answered_and_shown(built_index):
    from reportqa.qa import ReportQA

    qa = ReportQA.open(built_index)
    first = qa.ask("公办学校有几所？")
    second = qa.ask("那民办的呢？", previous=first.question)
    assert (first.answer, second.question, second.answer) == ("2所", "民办学校有几所", "5所")
    assert qa.ask("民办学校有几所？", previous=first.question).question == "民办学校有几所？"
