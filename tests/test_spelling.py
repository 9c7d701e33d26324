"""Wrong characters that sound right, and names that are the same."""

import pytest

from reportqa.asking.question import Vocabulary, understand
from reportqa.asking.spelling import respell
from reportqa.index.build import build_index
from reportqa.qa import ReportQA
from reportqa.text.aliases import levelled, parse_aliases

REPORT = "清澜县学生体质健康测试优秀率31.2%。县陈列馆接待2.1万人。云岫中学毕业生对口就业率88.0%。顶岗实习学生520人。"


def _count(word: str) -> int:
    return int(word in REPORT)


def _term(word: str) -> bool:
    return word in {"云岫", "云岫中学"}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("体质建康测试优秀率", "体质健康测试优秀率"),
        ("成列馆接待多少人", "陈列馆接待多少人"),
        ("云秀中学毕业生", "云岫中学毕业生"),
        ("对口旧业率", "对口就业率"),
        ("顶刚实习的学生", "顶岗实习的学生"),
    ],
)
def test_a_character_of_the_same_sound_is_put_right(wrong, right):
    assert respell(wrong, _count, _term) == right


@pytest.mark.parametrize(
    "question", ["食堂有几个", "今年给县里承办了哪些比赛", "校长是谁", "2023年底有多少人", "", "a 1"]
)
def test_what_the_report_lacks_is_left_as_it_is(question):
    assert respell(question, _count, _term) == question


def test_a_word_of_the_report_with_a_character_that_binds_is_left_as_it_is():
    report = "处罚信息记入信用记录。各部门进行审核。"
    assert respell("会记进信用档案吗", lambda word: int(word in report)) == "会记进信用档案吗"


def test_an_answer_says_how_a_misspelt_question_was_read(built_index):
    answer = ReportQA.open(built_index).ask("学生体质建康合格率是多少")
    assert answer.found and "体质健康" in answer.message and answer.question == "学生体质建康合格率是多少"


def test_a_question_takes_the_spelling_that_the_reports_use():
    aliases = parse_aliases([["清澜县职业教育中心", "清澜职教中心", "清职"]])
    question = understand("清职有多少学生", Vocabulary(lambda word: int(word == "清澜职教中心"), aliases=aliases))
    assert question.plain == "清澜职教中心有多少学生"
    assert question.unify("清澜县职业教育中心学生") == "清澜职教中心学生"
    assert levelled("清职与清澜职教中心", aliases) == "清职与清职    "


def test_the_alias_file_serves_questions_and_the_check(tmp_path):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    text = (
        "清澜县职业学校报告\n（2024年）\n一、规模\n清澜县职业教育中心有在校生1201人，占地120亩。\n"
        "二、就业\n清澜职教中心有在校生1206人，比上年增加12人。\n"
    )
    (corpus / "报告.txt").write_text(text, encoding="utf-8")
    build_index([corpus], index)
    assert not ReportQA.open(index).check()
    (corpus / "别名.csv").write_text("清澜县职业教育中心,清澜职教中心\n", encoding="gb18030")
    assert build_index([corpus], index).new == 0
    qa = ReportQA.open(index)
    assert qa.ask("清澜职教中心占地多少亩").answer == "120亩"
    assert any(finding.verdict == "does not hold" for finding in qa.check())
