"""Answers to whole question sets, over reports of other fields, with floors."""

import json
from pathlib import Path

import pytest

from reportqa.evaluation.running import ALL, evaluate, read_gold, summarize
from reportqa.index.build import build_index
from reportqa.qa import ReportQA

FIXTURES = Path(__file__).parent / "fixtures"
SHARED = Path(__file__).parents[2] / "shared"

# A little under what was measured, so that another processor's rounding does not fail the test. The rules that scored
# more on these sets were written while looking at them; what counts are reports that nobody looked at.
FLOORS = {
    "云川县医疗卫生服务年报2023": {
        "R@1": 0.92, "R@5": 0.97, "figure@1": 0.89, "conflict": 1.0, "derived": 0.55, "items F1": 0.75,
        "yes or no": 0.7, "highlight F1": 0.78, "abstain": 0.74, "answered": 0.98,
    },
    "临江市文化和旅游工作报告2022": {
        "R@1": 0.94, "R@5": 0.97, "figure@1": 0.87, "conflict": 1.0, "derived": 0.55, "items F1": 0.76,
        "yes or no": 0.8, "highlight F1": 0.74, "abstain": 0.55, "answered": 0.98,
    },
}  # fmt: skip
# Known to be wrong: the figure of a neighbour is taken for the one that is asked for.
NEIGHBOUR = pytest.mark.xfail(reason="another figure of the same kind is taken")
REPORT_FLOORS = {
    "R@1": 0.92, "R@5": 0.98, "figure@1": 0.82, "figure in answer": 0.78, "conflict": 0.5, "derived": 1.0,
    "items F1": 0.65, "yes or no": 1.0, "highlight F1": 0.63, "abstain": 0.95, "answered": 0.94,
}  # fmt: skip


@pytest.mark.parametrize("name", FLOORS)
def test_question_sets_over_other_reports(name, tmp_path):
    build_index([FIXTURES / f"{name}.txt"], tmp_path)
    below = _below(ReportQA.open(tmp_path), FIXTURES / f"{name}_questions.jsonl", FLOORS[name])
    assert not below


def test_questions_over_the_report(built_index):
    gold = SHARED / "eval" / "questions_dev.jsonl"
    if not gold.exists():
        pytest.skip("the question set over the report is not here: ../shared/eval/questions_dev.jsonl")
    assert not _below(ReportQA.open(built_index), gold, REPORT_FLOORS)


def _below(qa, questions, floors):
    """Return the measures under their floor, after checking that every quote stands in its document."""
    rows, answers = evaluate(qa, read_gold(questions, qa.documents()))
    texts = {document.name: document.text for document in qa.documents()}
    for answer in answers:
        for citation in answer.citations:
            assert texts[citation.document][citation.start : citation.end] == citation.text
            assert all(citation.start <= span.start < span.end <= citation.end for span in citation.highlights)
        for cited in answer.figures:
            figure = cited.figure
            assert texts[figure.document][figure.start : figure.end] == figure.text
    means = {name: mean for name, (mean, _) in summarize(rows)[ALL].items()}
    return {name: means[name] for name, floor in floors.items() if means[name] < floor}


@pytest.fixture(scope="module")
def qa(built_index):
    return ReportQA.open(built_index)


def test_every_word_of_an_answer_stands_in_the_report_or_is_computed(qa):
    text = "".join(document.text for document in qa.documents())
    for question in [
        "本学年招生多少人？",
        "民办学校有哪些？",
        "陈列馆什么时候建成",
        "技校归哪个部门管",
        "学校怎么做校企合作",
    ]:
        answer = qa.ask(question)
        assert answer.found
        assert all(part in text for part in answer.answer.split("、"))


def test_a_part_is_answered_only_where_it_is_asked_for(qa):
    assert qa.ask("本学年招生多少人？").answer == "6191人"
    assert qa.ask("技工等学校招生多少人？").answer == "1455人"


def test_a_contradiction_shows_both_values_and_both_places(qa):
    answer = qa.ask("直接就业的毕业生有多少人？")
    assert {cited.figure.text for cited in answer.conflicts[0].figures} == {"1474人", "1473人"}
    assert len({cited.citation for cited in answer.conflicts[0].figures}) == 2


def test_a_share_is_computed_from_stated_figures(qa):
    derivation = qa.ask("民办学校在全部中职学校里占多大比例").derivation
    assert derivation.expression == "5 ÷ 7"
    assert derivation.value == pytest.approx(5 / 7)
    assert [operand.figure.text for operand in derivation.operands] == ["5所", "7所"]


@pytest.mark.parametrize(
    ("question", "said"), [("2019年招生多少人？", "2024年"), ("江北区的在校生有多少人？", "江北区")]
)
def test_a_near_miss_says_what_the_report_has(qa, question, said):
    answer = qa.ask(question)
    assert answer.status == "not_found"
    assert said in answer.message
    assert answer.citations
    assert not answer.figures
    assert answer.answer == ""


@pytest.mark.parametrize(
    ("question", "verdict", "answer"),
    [
        ("招生有没有达到7000人", "否", "6191人"),
        ("生师比低于20吗", "是", "18.29：1"),
        ("公共课合格率达到95%了吗", "是", "96.35%"),
        pytest.param("双师型教师占比超过三成了吗", "否", "29.76%", marks=NEIGHBOUR),
        ("毕业生升学率不到70%吗", "否", "78.27%"),
        ("校园面积不超过80万平方米吗", "是", "733347.38 平方米"),
    ],
)
def test_an_amount_that_a_question_claims_is_looked_up(qa, question, verdict, answer):
    found = qa.ask(question)
    assert (found.verdict, found.answer) == (verdict, answer)


def test_nothing_is_ranked_that_the_report_does_not_give_one_by_one(qa):
    answer = qa.ask("哪所学校的在校生最多？")
    assert (answer.status, answer.message) == ("not_found", "报告没有逐一给出数据，比不出来。")


def test_the_record_has_every_field_of_the_contract(qa):
    record = json.loads(json.dumps(qa.ask("本学年招生多少人？").to_record(), ensure_ascii=False))
    assert list(record) == [
        "schema", "id", "question", "status", "answer", "verdict", "message", "confidence", "citations", "figures",
        "conflicts", "derivation", "illustrations", "choices",
    ]  # fmt: skip
    assert record["illustrations"][0]["label"] == "图 3"
    first = record["figures"][0]
    assert (first["indicator"], first["value"], first["unit"], first["citation"]) == ("招生", 6191, "人", 1)


def test_a_list_is_answered_in_its_order_and_a_bad_line_is_an_error(qa):
    answers = qa.answer_all(["生师比？", "", "本学年招生多少人？"])
    assert [answer.status for answer in answers] == ["answered", "error", "answered"]
    assert answers[2].to_record() == qa.ask("本学年招生多少人？").to_record()


def test_an_amount_that_was_not_read_is_answered_with_its_clause_and_without_a_verdict(tmp_path):
    text = "青禾医院2024年年报\n\n一、人员\n\n全院医生850人，护士900人。全院职工2300，比上年略有增加。\n"
    (tmp_path / "r.txt").write_text(text, encoding="utf-8")
    build_index([tmp_path / "r.txt"], tmp_path / "index")
    hospital = ReportQA.open(tmp_path / "index")
    for question in ("全院职工有多少人", "全院职工超过2000人吗"):
        answer = hospital.ask(question)
        assert (answer.answer, answer.verdict) == ("全院职工2300", None)
        assert "850人" not in answer.answer
        assert [cited.figure.text for cited in answer.figures][:1] == ["2300"]
