"""One measure in several reports: years and regions side by side, over the four fictional district reports."""

import json
import shutil
from pathlib import Path

import pytest

from reportqa.asking.across import distinct
from reportqa.asking.comparing import compared
from reportqa.asking.question import understand
from reportqa.asking.refuse import wrong_place
from reportqa.asking.reports import Reports
from reportqa.errors import InputError
from reportqa.evaluation.running import ALL, evaluate, read_gold, summarize
from reportqa.index.build import build_index
from reportqa.qa import ReportQA
from reportqa.text.records import Document

DISTRICTS = Path(__file__).parent / "fixtures" / "districts"
REPORTS = [
    Document(f"{region}{year}.txt", "", "", year=year, region=region)
    for region in ("青禾区", "白鹭区")
    for year in (2023, 2024)
]
ONE_REGION = REPORTS[:2]
# A little under what was measured (docs/retrieval.md); who wrote the questions had not run the program.
LIBRARY_FLOORS = {"R@1": 0.94, "R@5": 0.98, "figure@1": 0.86, "derived": 0.9, "abstain": 0.86, "answered": 0.98}
FORMAT_FLOORS = {"R@1": 0.94, "R@5": 0.98, "figure@1": 0.82, "abstain": 0.5, "answered": 0.96}
# The evidence of the gold set quotes tables as Markdown has them: in plain text they stand otherwise.
TEXT_FLOORS = {"figure@1": 0.8, "abstain": 0.5, "answered": 0.96}


@pytest.fixture(scope="module")
def qa(districts_index):
    return ReportQA.open(districts_index)


@pytest.mark.parametrize(
    ("question", "measure", "years", "operation"),
    [
        ("2024年在校生比2023年多多少人", "在校生多少人", [2024, 2023], "difference"),
        ("招生比上年增加多少", "招生多少", [2024, 2023], "difference"),
        ("招生人数同比增长百分之几", "招生人数多少", [2024, 2023], "growth"),
        ("2023年和2024年毕业生各有多少人", "毕业生有多少人", [2023, 2024], "each"),
        ("国家助学金去年和今年分别发了多少钱", "国家助学金发多少钱", [2023, 2024], "each"),
        ("两年一共招了多少人", "招多少人", [2024, 2023], "sum"),
    ],
)
def test_what_is_compared_over_the_years(question, measure, years, operation):
    asked = compared(understand(question), ONE_REGION)
    assert (asked.measure.plain, [one.year for one in asked.documents], asked.operation) == (measure, years, operation)


@pytest.mark.parametrize(
    ("question", "measure", "operation"),
    [("青禾区和白鹭区哪个招生多", "招生多少", "most"), ("青禾和白鹭在校生相差多少", "在校生多少", "difference")],
)
def test_what_is_compared_between_regions(question, measure, operation):
    asked = compared(understand(question), REPORTS)
    assert (asked.measure.plain, asked.operation) == (measure, operation)
    assert [(one.region, one.year) for one in asked.documents] == [("青禾区", 2024), ("白鹭区", 2024)]


def test_regions_whose_newest_reports_are_of_different_years_are_compared_all_the_same():
    asked = compared(understand("青禾区和白鹭区哪个招生多"), REPORTS[:3])
    assert [(one.region, one.year) for one in asked.documents] == [("青禾区", 2024), ("白鹭区", 2023)]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("砚泽区和芦堰区哪个在校生多？", "芦堰区（28829人）"),
        ("砚泽区和芦堰区哪个在校生少？", "砚泽区（14062人）"),
        ("砚泽区2023年和2024年哪年在校生多？", "2024年（14062人）"),
        ("哪个区的在校生最多？", "芦堰区（28829人）"),
    ],
)
def test_who_has_more_is_named_with_how_much(qa, question, said):
    assert qa.ask(question).answer == said


def test_how_many_times_is_told_in_times(qa):
    answer = qa.ask("芦堰区的在校生是砚泽区的几倍？")
    assert answer.derivation.expression == "28829 ÷ 14062"
    assert answer.answer == "2.05倍"


def test_a_report_in_two_formats_is_counted_once(tmp_path):
    for form in ("md", "pdf"):
        for year in (2023, 2024):
            for name in ("砚泽区义务教育质量年度报告", "芦堰区义务教育发展报告"):
                shutil.copy(DISTRICTS / form / f"{name}{year}.{form}", tmp_path)
    build_index([tmp_path], tmp_path / "index")
    twice = ReportQA.open(tmp_path / "index")
    assert twice.ask("两个区一共有多少在校生？").derivation.expression in ("14062 + 28829", "28829 + 14062")
    assert [(one.region, one.year) for one in twice.compare("在校生")] == [
        ("砚泽区", 2023), ("砚泽区", 2024), ("芦堰区", 2023), ("芦堰区", 2024),
    ]  # fmt: skip


def test_reports_of_one_year_and_place_that_say_different_things_are_both_counted():
    texts = {"教育.txt": "全区招生6191人，在校学生共有19794人。", "卫生.txt": "全区共有医院12家，床位三千余张。"}
    reports = [Document(name, "", "", year=2024, region="青禾区") for name in texts]
    assert distinct(reports, texts.__getitem__) == reports


def test_a_place_that_has_a_report_is_not_said_to_have_none():
    other = Document("南山.txt", "南山区招生5人。", "", year=2024, region="南山区")
    question = understand("渝北区直升机有几架？")
    assert question.places == ("渝北区",)
    assert wrong_place(question, other, ["南山区", "渝北区"]) == "没有找到渝北区的这项数据，最接近的是南山区的。"
    assert wrong_place(question, other, ["南山区"]) == "报告是关于南山区的，没有渝北区的数据。"
    assert wrong_place(question, other, ["南山区", "江北区", None]) == "文库里的报告没有渝北区的数据。"


@pytest.mark.parametrize("question", ["招生多少人", "2023年招生多少人", "增加了多少人", "2021年比2022年多多少人"])
def test_a_question_of_one_report_compares_nothing(question):
    assert compared(understand(question), ONE_REGION) is None


def test_a_difference_is_computed_and_both_reports_are_cited(qa):
    answer = qa.ask("砚泽区2024年在校生比2023年多多少人")
    assert (answer.answer, answer.derivation.expression) == ("82人", "14062 − 13980")
    assert {citation.year for citation in answer.citations[:2]} == {2023, 2024}
    assert "2024年14062人" in answer.message


def test_the_year_and_the_region_named_pick_the_report(qa):
    for question, year, region in (
        ("2023年芦堰区在校生有多少人", 2023, "芦堰区"),
        ("砚泽区去年在校生有多少人", 2023, "砚泽区"),
        ("砚泽区在校生有多少人", 2024, "砚泽区"),
    ):
        first = qa.ask(question).citations[0]
        assert (first.year, first.region) == (year, region)


def test_only_the_chosen_reports_are_asked(qa):
    name = "芦堰区义务教育发展报告2023.md"
    answer = qa.ask("在校生有多少人", documents=[name])
    assert answer.answer == "27912人"
    assert {citation.document for citation in answer.citations} == {name}
    with pytest.raises(InputError, match="没有这份报告"):
        qa.ask("在校生有多少人", documents=["别的.md"])


def test_one_indicator_of_every_report(qa):
    found = [(one.region, one.year, one.figure.text) for one in qa.compare("在校生")]
    assert found == [
        ("砚泽区", 2023, "13980人"),
        ("砚泽区", 2024, "14062人"),
        ("芦堰区", 2023, "27912人"),
        ("芦堰区", 2024, "28829人"),
    ]
    assert [one.change and round(one.change, 2) for one in qa.compare("在校生")] == [None, 0.59, None, 3.29]
    with pytest.raises(InputError):
        qa.compare(" ")


def test_the_questions_over_the_library_keep_their_floors(qa):
    assert not _below(qa, DISTRICTS / "library_questions.jsonl", LIBRARY_FLOORS)


@pytest.mark.parametrize("form", ["md", "txt", "docx", "pdf", "html"])
def test_every_format_gives_the_same_answers(form, tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for file in (DISTRICTS / form).glob("砚泽区*2024.*"):
        shutil.copy(file, corpus)
    build_index([corpus], tmp_path / "index")
    gold = tmp_path / "questions.jsonl"
    records = [json.loads(line) for line in (DISTRICTS / "questions.jsonl").read_text("utf-8").splitlines()]
    for record in records:
        if record["document"] != "*":
            record["document"] = f"{Path(record['document']).stem}.{form}"
    gold.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    assert not _below(ReportQA.open(tmp_path / "index"), gold, TEXT_FLOORS if form == "txt" else FORMAT_FLOORS)


@pytest.mark.parametrize(
    ("question", "first", "ranked"),
    [
        ("2024年砚泽区哪所学校招生最多？", "砚泽中学", 9),
        ("2024年砚泽区在校生最少的是哪所小学", "栗坪小学", 5),
        ("2023年芦堰区哪个镇在校生最少", "沙洑镇", 4),
        ("2024年砚泽区望汐小学和梧岸小学哪个在校生少", "梧岸小学", 2),
    ],
)
def test_the_most_and_the_least_are_found_in_the_whole_table(qa, question, first, ranked):
    answer = qa.ask(question)
    assert (answer.answer, answer.message.split("：")[0]) == (first, f"比较了{ranked}个")
    values = [cited.figure.normalized_value for cited in answer.figures[: min(ranked, 6)]]
    assert values == sorted(values, reverse="多" in question)


@pytest.mark.parametrize(
    ("question", "expression", "answer"),
    [
        ("2024年砚泽区的在校生相当于芦堰区的百分之几", "14062 ÷ 28829", "48.78%"),
        ("2023年两个区的毕业生合计多少人", "3095 + 5486", "8581人"),
        ("茶墩镇的在校生2024年比2023年增加了多少", "2586 − 2530", "56人"),
        ("砚泽区2024年小学招生比2023年少多少人", "1486 − 1483", "3人"),
    ],
)
def test_values_of_several_reports_are_computed_with(qa, question, expression, answer):
    found = qa.ask(question)
    assert (found.derivation.expression, found.answer) == (expression, answer)


def test_a_change_that_the_newest_report_states_is_not_computed(qa):
    answer = qa.ask("芦堰区在校生比上年增加多少")
    assert (answer.answer, answer.figures[0].figure.indicator) == ("917人", "在校生增加")


def test_the_difference_of_two_percentages_is_in_points(qa):
    answer = qa.ask("砚泽区2024年课后服务参与率比2023年提高多少")
    assert answer.answer == "2.35个百分点"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        pytest.param(
            "2024年望汐小学有多少册藏书",
            "报告没有给出望汐小学的这一项",
            marks=pytest.mark.xfail(reason="the books of all schools are taken for those of one"),
        ),
        ("2024年芦堰区有几架直升机", "报告里没有足够接近的内容。"),
    ],
)
def test_what_is_not_spoken_of_is_refused(qa, question, said):
    answer = qa.ask(question)
    assert (answer.status, answer.message.split("，")[0]) == ("not_found", said)


def test_traditional_and_simplified_characters_meet(qa, tmp_path):
    assert qa.ask("硯澤區去年在校生有多少人").answer == "13980人"
    build_index([next((DISTRICTS / "traditional").glob("*.md"))], tmp_path)
    assert ReportQA.open(tmp_path).ask("在校生有多少人").figures[0].figure.value == 28829


def _below(qa, questions, floors):
    rows, _ = evaluate(qa, read_gold(questions, qa.documents()))
    means = {name: mean for name, (mean, _) in summarize(rows)[ALL].items()}
    return {name: means[name] for name, floor in floors.items() if means[name] < floor}


def test_this_year_is_that_of_the_newest_report_of_each_body(tmp_path):
    reports = tmp_path / "reports"
    reports.mkdir()
    college = "江南科技学院2015年招生章程\n从今年开始新增统计学、投资学2个专业。学费每年4500元。\n"
    province = "岚江省2026年政府工作报告\n今年新建学校120所。高校毕业生就业率92.5%。\n"
    (reports / "章程.txt").write_text(college, encoding="utf-8")
    (reports / "报告.txt").write_text(province, encoding="utf-8")
    build_index([reports], tmp_path / "index")
    qa = ReportQA.open(tmp_path / "index")
    answer = qa.ask("今年新增了几个专业？")
    assert answer.status == "answered" and answer.answer.startswith("2个")
    assert sorted(Reports(qa.store).meant(understand("学费多少钱？"))) == ["报告.txt", "章程.txt"]
