"""Documents out: every format read back by a reader of its own, and nothing in a cell that could run."""

import csv
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reportqa.batch import WRITERS, AnsweredRow, Duplicate, QuestionList, QuestionRow, summarise
from reportqa.batch.excerpts import excerpt, excerpt_text
from reportqa.batch.journal import Journal
from reportqa.batch.records import read_answer
from reportqa.batch.reviewed import source_digest
from reportqa.batch.writing import write_document
from reportqa.errors import InputError
from reportqa.text.records import Answer, Citation, CitedFigure, Conflict, Derivation, Figure, Illustration, Span

QUOTE = "本学年度招生6191人（含技工等学校1455人），毕业生6782人，升学5308人。"
FIGURE = Figure(5, 10, "6191人", 6191, "人", 6191, "人", "count", "招生", "含技工等学校", True, ">", None, "报告.txt")
CITED = CitedFigure(FIGURE, 1)
CITATION = Citation(
    1, "报告.txt", ("一、概况", "（三）学生规模"), 2, 0, len(QUOTE), QUOTE, 0.91234, (Span(0, 10),), 2024, "渝北区", 3
)
ANSWER = Answer(
    question="招生多少人？",
    status="answered",
    answer="6191人",
    verdict="是",
    message="报告只有2024年的数据",
    confidence=0.93,
    citations=(CITATION, replace(CITATION, rank=2, paragraph=5, text="直接就业1437人。", highlights=())),
    figures=(CITED, CitedFigure(replace(FIGURE, text="2012年10月", value=[2012, 10], kind="date"), 1)),
    conflicts=(Conflict("直接就业", (replace(CITED, citation=1), CitedFigure(replace(FIGURE, text="1437人"), 2))),),
    derivation=Derivation("5308 ÷ 6782", 0.78266, "78.27%", (CITED,)),
    illustrations=(Illustration("图 3", "学生规模", "报告.txt", 3, 9, ("一、概况",)),),
    id="a1",
)
SILENT = Answer("学费多少？", "not_found", citations=(CITATION,))
FAILED = Answer("", "error", message="第 3 条：问题是空的")
KEYS = set(Answer("", "error").to_record())

HOSTILE = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1+1",
    '=HYPERLINK("x")',
    "=cmd|' /C calc'!A0",
]
LONG = "长" * 40_000
ODD = [
    "\x00\x01\x1f",
    "\ud800",
    "\ufffe\uffff",
    "<b>&amp;</b>",
    "#N/A",
    "2024-01-01",
    "1e5",
    "_x0041_",
    LONG,
    "一行\n二行",
]


def batch(*answers: Answer, columns: Sequence[str] = (), others: Any = None) -> tuple[QuestionList, list[AnsweredRow]]:
    rows = [
        QuestionRow(number, answer.question, others or {}, "问题是空的" if answer.status == "error" else "")
        for number, answer in enumerate(answers, 1)
    ]
    answered = [AnsweredRow(row, answer) for row, answer in zip(rows, answers, strict=True)]
    return QuestionList("常见问题.txt", tuple(rows), tuple(columns)), answered


def write(path: Path, questions: QuestionList, rows: list[AnsweredRow]) -> Path:
    write_document(path, questions, rows, summarise(rows))
    assert [left for left in path.parent.iterdir() if left.name.startswith(path.name)] == [path]
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_question_that_says_too_little_is_counted_and_to_be_looked_at(tmp_path: Path) -> None:
    asked = Answer("多少人？", "unclear", message="可以问：“招生有多少人？”", choices=("招生有多少人？",))
    assert read_answer(asked.to_record()) == asked
    questions, rows = batch(asked)
    assert summarise(rows).lines()[1:] == ["问得太笼统：第 1 条。"]
    (row,) = read_csv(write(tmp_path / "答案.csv", questions, rows))
    assert (row["核对"], row["状态"], row["答案"]) == ("问得太笼统", "不明确", "")
    assert "可以问：“招生有多少人？”" in row.values()


def test_csv_says_everything_of_every_row_in_order(tmp_path: Path) -> None:
    out = write(tmp_path / "a.csv", *batch(ANSWER, SILENT, FAILED, columns=["科室"], others={"科室": "招生办"}))
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    first, silent, failed = read_csv(out)
    assert first == {
        "序号": "1",
        "核对": "前后矛盾",
        "问题": "招生多少人？",
        "答案": "6191人",
        "状态": "有答案",
        "判断": "是",
        "置信度": "0.93",
        "数据": "招生（含技工等学校） 约6191人；招生（含技工等学校） 约2012年10月",
        "引文": f"{QUOTE}\n直接就业1437人。",
        "章节": "一、概况 › （三）学生规模\n一、概况 › （三）学生规模",
        "段落": "2\n5",
        "文件": "报告.txt\n报告.txt",
        "矛盾": "直接就业：6191人 / 1437人",
        "计算": "5308 ÷ 6782 = 78.27%",
        "提示": "报告只有2024年的数据",
        "科室": "招生办",
    }
    assert (silent["状态"], silent["答案"], silent["引文"]) == ("报告里没有", "", QUOTE)
    assert (failed["状态"], failed["提示"]) == ("读不出", "第 3 条：问题是空的")


def test_json_lines_are_answer_records_with_the_other_keys(tmp_path: Path) -> None:
    others = {"id": "a1", "tags": [1, None], "answer": "旧", "input": 3}
    questions, rows = batch(ANSWER, SILENT, others=others)
    rows[1] = replace(rows[1], duplicate=Duplicate(2, 1, exact=False))
    lines = write(tmp_path / "a.jsonl", questions, rows).read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    first, second = map(json.loads, lines)
    assert {key: first[key] for key in KEYS} == ANSWER.to_record()
    assert {key: first[key] for key in set(first) - KEYS} == {"tags": [1, None], "input": {"answer": "旧", "input": 3}}
    assert second["duplicate"] == {"of": 1, "exact": False}


def test_the_workbook_has_answers_figures_and_citations_linked(tmp_path: Path) -> None:
    others = {"答案": "旧", "科室": 3}
    out = write(tmp_path / "a.xlsx", *batch(FAILED, ANSWER, SILENT, columns=["科室", "答案"], others=others))
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["答案", "明细", "数据", "引用", "小结"]
    answers, details, figures, citations, summary = book.worksheets
    row, more = (
        {cell.value: below.value for cell, below in zip(one[1], one[3], strict=True)} for one in (answers, details)
    )
    assert (row["问题"], row["核对"], row["审核后答案"]) == ("招生多少人？", "前后矛盾", None)
    assert row["答案"] == "是。6191人（5308 ÷ 6782 = 78.27%）"
    assert row["原句"] == f"{QUOTE}\n直接就业1437人。"
    assert row["出处"].split("\n")[0] == "报告.txt，第 3 页，一、概况 › （三）学生规模，第 2 段"
    assert (row["科室"], row["答案（原表）"], row["原文校验"]) == (3, "旧", source_digest(ANSWER))
    assert (more["问题"], more["判断"], more["置信度"], more["段落"]) == ("招生多少人？", "是", 0.93, "2\n5")
    assert [answers.cell(line, 2).value for line in (2, 4)] == ["读不出", "没有答案"]
    assert answers["D4"].value == "报告里没有找到答案" and answers["F4"].value == f"最接近的原文：\n{QUOTE}"
    assert [[cell.value for cell in line][:5] for line in figures["A2:E3"]] == [
        [2, "招生", 6191, "人", "6191人"],
        [2, "招生", "2012–10", "人", "2012年10月"],
    ]
    assert [[cell.value for cell in line] for line in citations["A2:C4"]] == [
        [2, 1, QUOTE],
        [2, 2, "直接就业1437人。"],
        [3, 1, QUOTE],
    ]
    assert summary["A2"].value == "共 3 条：有答案 1 条，报告里没有 1 条，读不出 1 条。"
    links = {
        (sheet.title, cell.coordinate): cell.hyperlink.location
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if cell.hyperlink
    }
    assert links == {
        ("答案", "A3"): "'引用'!A2",
        ("答案", "A4"): "'引用'!A4",
        ("明细", "A3"): "'数据'!A2",
        **{("数据", f"A{line}"): "'答案'!A3" for line in (2, 3)},
        **{("引用", f"A{line}"): f"'答案'!A{row}" for line, row in ((2, 3), (3, 3), (4, 4))},
    }


def test_the_workbook_is_fit_to_read_and_print(tmp_path: Path) -> None:
    others = {"科室": "招生办"}
    book = openpyxl.load_workbook(write(tmp_path / "a.xlsx", *batch(ANSWER, SILENT, columns=["科室"], others=others)))
    for sheet in book:
        assert sheet.print_title_rows == "$1:$1" and sheet.freeze_panes
        assert sheet.auto_filter.ref == sheet.dimensions
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        widths = [dimension.width for dimension in sheet.column_dimensions.values() if not dimension.hidden]
        assert min(widths) >= 6 and max(widths) <= 100
        assert all(cell.alignment.wrap_text and cell.alignment.vertical == "top" for cell in sheet[2] if cell.value)
    sheet = book["答案"]
    head = [cell.value for cell in sheet[1]]
    assert head == ["序号", "核对", "问题", "答案", "审核后答案", "原句", "出处", "提示", "科室", "原文校验"]
    # What is printed is as wide as a page at four fifths of its size; the list's own columns stand beside it.
    assert sheet.print_area == "'答案'!$A$1:$H$3"
    assert sum(sheet.column_dimensions[letter].width for letter in "ABCDEFGH") <= 170
    assert [sheet.column_dimensions[letter].hidden for letter in "IJ"] == [False, True]
    # 72 digits and signs and 14 Chinese characters more in a column of 44: at least three lines of 15 points.
    assert 45 <= sheet.row_dimensions[2].height <= 90


def test_the_word_document_is_question_answer_quote_and_source(tmp_path: Path) -> None:
    questions, rows = batch(ANSWER, SILENT, FAILED, columns=["科室"], others={"科室": "招生办"})
    document = docx.Document(str(write(tmp_path / "a.docx", questions, rows)))
    styled = [(one.style.name, one.text) for one in document.paragraphs if one.style]
    place = "报告.txt，第 3 页，一、概况 › （三）学生规模，第 2 段"
    assert styled == [
        ("Title", "常见问题"),
        ("Caption", "共 3 条：有答案 1 条，报告里没有 1 条，读不出 1 条。 读不出：第 3 条。 报告前后矛盾：第 1 条。"),
        ("Heading 2", "1. 招生多少人？"),
        ("Normal", "是。6191人（5308 ÷ 6782 = 78.27%）"),
        ("Quote", QUOTE),
        ("Caption", place),
        ("Quote", "直接就业1437人。"),
        ("Caption", place.replace("第 2 段", "第 5 段")),
        ("Caption", "前后矛盾：直接就业：6191人 / 1437人；报告只有2024年的数据；科室：招生办"),
        ("Heading 2", "2. 学费多少？"),
        ("Normal", "报告里没有找到答案　最接近的原文："),
        ("Quote", QUOTE),
        ("Caption", place),
        ("Caption", "科室：招生办"),
        ("Heading 2", "3. "),
        ("Normal", "无法回答"),
        ("Caption", "第 3 条：问题是空的；科室：招生办"),
    ]
    quote = next(one for one in document.paragraphs if one.style and one.style.name == "Quote")
    assert [run.text for run in quote.runs if run.font.highlight_color] == [QUOTE[:10]]
    assert "PAGE" in document.sections[0].footer.paragraphs[0]._p.xml


def test_of_a_quote_the_sentences_that_answer_are_shown() -> None:
    text = "甲事。乙事有6人。丙事，丁事7人。戊事。"
    cited = replace(CITATION, start=100, text=text, highlights=(Span(105, 107), Span(111, 115)))
    assert excerpt(cited) == [
        ("乙事", False),
        ("有6", True),
        ("人。", False),
        ("丙事", False),
        ("，丁事7", True),
        ("人。", False),
    ]
    apart = replace(cited, highlights=(Span(100, 102), Span(116, 118)))
    assert excerpt_text(apart) == "甲事。……丙事，丁事7人。戊事。"
    assert excerpt_text(replace(cited, highlights=())) == text


def rendered(path: Path) -> list[tuple[str, str]]:
    """The blocks of a Markdown document as a reader of Markdown sees them: tag and text."""
    tokens = MarkdownIt("commonmark").parse(path.read_text(encoding="utf-8"))
    texts = (
        (tokens[place - 1].tag, "".join(child.content for child in token.children or () if child.type != "softbreak"))
        for place, token in enumerate(tokens)
        if token.type == "inline"
    )
    return list(texts)


def test_the_markdown_document_quotes_and_cites(tmp_path: Path) -> None:
    out = write(tmp_path / "a.md", *batch(ANSWER, SILENT, FAILED))
    blocks = rendered(out)
    assert [text for tag, text in blocks if tag == "h2"] == ["1. 招生多少人？", "2. 学费多少？", "3."]
    assert ("p", f"{QUOTE}[^1]") in blocks and ("p", f"{QUOTE}[^3]") in blocks
    assert ("p", "是。6191人（5308 ÷ 6782 = 78.27%）") in blocks
    assert ("p", "前后矛盾：直接就业：6191人 / 1437人；报告只有2024年的数据") in blocks
    notes = re.findall(r"^\[\^(\d)\]: (.*)$", out.read_text(encoding="utf-8"), re.MULTILINE)
    assert [number for number, _ in notes] == ["1", "2", "3"]
    assert notes[0][1] == f"报告.txt，第 3 页，一、概况 › （三）学生规模，第 2 段，字符 0–{len(QUOTE)}"


FIELDS: dict[str, Callable[[Answer, str], Answer]] = {
    "question": lambda answer, text: replace(answer, question=text),
    "answer": lambda answer, text: replace(answer, answer=text),
    "message": lambda answer, text: replace(answer, message=text),
    "quote": lambda answer, text: replace(answer, citations=(replace(CITATION, text=text),)),
    "section": lambda answer, text: replace(answer, citations=(replace(CITATION, section=(text,)),)),
    "document": lambda answer, text: replace(answer, citations=(replace(CITATION, document=text),)),
    "region": lambda answer, text: replace(answer, citations=(replace(CITATION, region=text),)),
    "indicator": lambda answer, text: replace(answer, figures=(CitedFigure(replace(FIGURE, indicator=text), 1),)),
    "value": lambda answer, text: replace(answer, figures=(CitedFigure(replace(FIGURE, value=text, text=text), 1),)),
    "scope": lambda answer, text: replace(answer, figures=(CitedFigure(replace(FIGURE, scope=text, unit=text), 1),)),
    "conflict": lambda answer, text: replace(answer, conflicts=(Conflict(text, (CITED,)),)),
    "derivation": lambda answer, text: replace(answer, derivation=Derivation(text, 1.0, "1", ())),
}


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_of_an_answer_becomes_a_formula(tmp_path: Path, field: str) -> None:
    answers = [FIELDS[field](ANSWER, text) for text in HOSTILE + ODD]
    assert_harmless(tmp_path, *batch(*answers))


def test_no_column_of_the_list_becomes_a_formula(tmp_path: Path) -> None:
    for text in HOSTILE + ODD:
        assert_harmless(tmp_path, *batch(ANSWER, columns=[text], others={text: text}))


def assert_harmless(folder: Path, questions: QuestionList, rows: list[AnsweredRow]) -> None:
    """Read the tables back: in the workbook every text is a text, in the CSV none begins like a formula."""
    book_path = write(folder / "a.xlsx", questions, rows)
    book = openpyxl.load_workbook(book_path)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+", "-", "@", "＝")))
    with zipfile.ZipFile(book_path) as archive:
        assert not any(b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in archive.namelist())
    with write(folder / "a.csv", questions, rows).open(encoding="utf-8-sig", newline="") as file:
        assert not any(re.match(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]", cell) for line in csv.reader(file) for cell in line)
    for ending in (".md", ".docx", ".jsonl"):
        write(folder / f"a{ending}", questions, rows)


TEXTS = st.text(st.characters(), max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS)
def test_any_text_is_written_and_read_back(tmp_path: Path, question: str, quote: str) -> None:
    answer = replace(ANSWER, question=question, answer=quote, citations=(replace(CITATION, text=quote),))
    questions, rows = batch(answer)
    assert_harmless(tmp_path, questions, rows)
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "", question)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["答案"]
    assert (sheet["C2"].value or "") == kept.replace("\r\n", "\n").replace("\r", "\n")
    heading = next(text for tag, text in rendered(tmp_path / "a.md") if tag == "h2")
    assert heading == " ".join(f"1. {kept}".split())


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_answers_are_the_same_bytes(tmp_path: Path, ending: str) -> None:
    first = write(tmp_path / f"a{ending}", *batch(ANSWER, SILENT)).read_bytes()
    assert write(tmp_path / f"b{ending}", *batch(ANSWER, SILENT)).read_bytes() == first


def test_what_a_journal_keeps_is_the_answer(tmp_path: Path) -> None:
    for answer in (ANSWER, SILENT, FAILED):
        assert read_answer(answer.to_record()).to_record() == answer.to_record()
    with Journal(tmp_path / "j", {"index": "1"}, resume=False) as journal:
        journal.add([ANSWER, SILENT])
        journal.add([FAILED])
    whole = (tmp_path / "j").read_bytes()
    # Cut anywhere, what comes back is a number of whole chunks.
    for length in range(0, len(whole), 97):
        (tmp_path / "cut").write_bytes(whole[:length])
        with Journal(tmp_path / "cut", {"index": "1"}, resume=True) as cut:
            assert [answer.to_record() for answer in cut.answers] in (
                [],
                [ANSWER.to_record(), SILENT.to_record()],
                [answer.to_record() for answer in (ANSWER, SILENT, FAILED)],
            )
            cut.add([FAILED])
        assert whole[:10] == (tmp_path / "cut").read_bytes()[:10]


def test_a_journal_of_another_run_is_not_continued(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", {"index": "1"}, resume=False) as journal:
        journal.add([ANSWER])
    with pytest.raises(InputError, match="不能接着"):
        Journal(tmp_path / "j", {"index": "2"}, resume=True)


def test_a_document_that_cannot_be_moved_in_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    out.mkdir()
    (out / "kept").touch()
    questions, rows = batch(ANSWER)
    with pytest.raises(InputError, match="--resume"):
        write_document(out, questions, rows, summarise(rows))
    assert list(tmp_path.rglob("*")) == [out, out / "kept"]


def test_rows_to_look_at_are_marked(tmp_path: Path) -> None:
    sure, unsure = (Answer("招生多少人？", "answered", "12人", confidence=number) for number in (0.9, 0.3))
    questions, rows = batch(sure, unsure, SILENT)
    rows += [replace(rows[1], reviewed="13人"), replace(rows[0], outdated=True)]
    sheet = openpyxl.load_workbook(write(tmp_path / "a.xlsx", questions, rows))["答案"]
    assert [sheet.cell(row, 2).value for row in range(2, 7)] == [None, "把握不大", "没有答案", None, "待复核"]
    marked = [sheet.cell(row, 4).fill.fgColor.rgb == "00FFF2CC" for row in range(2, 7)]
    assert marked == [False, True, True, False, True]
    assert "把握不大，请核对（1 条）：第 2 条。" in summarise(rows).lines()
