"""Question lists in: every format and encoding, what cannot be read, limits, and any bytes at all."""

import csv
import io
import json
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from reportqa.batch import READERS, QuestionList, read_questions
from reportqa.batch.limits import MAX_COLUMNS, MAX_ROWS
from reportqa.batch.several import joined_answer, questions_in, sources
from reportqa.errors import InputError
from reportqa.output.sheets import MAX_CELL
from reportqa.text.records import Answer, Citation, CitedFigure, Conflict, Figure

FIRST, SECOND, THIRD = "本学年招生多少人？", "双师型教师占比多少？", "哪些企业参与办学？"
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]


def read(folder: Path, name: str, content: bytes | str) -> QuestionList:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_questions(path)


def questions(found: QuestionList) -> list[str]:
    return [row.question for row in found.rows]


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_text_in_every_encoding(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = line_end.join([FIRST, SECOND, THIRD, ""])
    assert questions(read(tmp_path, "q.txt", text.encode(encoding))) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_csv_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, "q.csv", f"科室,问题\n招生办,{FIRST}\n教务处,{SECOND}\n".encode(encoding))
    assert questions(found) == [FIRST, SECOND]
    assert [row.others for row in found.rows] == [{"科室": "招生办"}, {"科室": "教务处"}]


@pytest.mark.parametrize("mark", ["1. ", "1、", "（1）", "①", "一、", "- "])
def test_marks_go_where_every_line_has_one(tmp_path: Path, mark: str) -> None:
    assert questions(read(tmp_path, "q.txt", f"{mark}{FIRST}\n{mark}{SECOND}")) == [FIRST, SECOND]
    assert questions(read(tmp_path, "q.txt", f"{mark}{FIRST}\n{SECOND}")) == [f"{mark}{FIRST}".strip(), SECOND]


def test_an_empty_line_between_questions_stays_as_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, "q.txt", f"{FIRST}\n\n  \n{SECOND}\n\n\n")
    assert questions(found) == [FIRST, "", "", SECOND]
    assert [row.number for row in found.rows if row.error] == [2, 3]


def test_a_damaged_line_is_an_error_and_the_others_are_read(tmp_path: Path) -> None:
    lines = [FIRST.encode(), "教师".encode()[:-1] + "多少人".encode(), THIRD.encode()]
    found = read(tmp_path, "q.txt", b"\n".join(lines))
    assert [row.error for row in found.rows] == ["", "有读不出的字符", ""]
    assert questions(found)[::2] == [FIRST, THIRD]


@pytest.mark.parametrize("name", ["问题", "question", "提问", "题目", "Q", " 问 题：", "QUESTION"])
def test_the_question_column_by_its_name(tmp_path: Path, name: str) -> None:
    rows = [["编号", "说明文字说明文字", name], ["a", "请问这是什么？", "学校名单"], ["b", "这里是哪里？", "专业"]]
    content = io.StringIO()
    csv.writer(content).writerows(rows)
    for found in (read(tmp_path, "q.csv", content.getvalue()), read(tmp_path, "q.xlsx", workbook(rows))):
        assert questions(found) == ["学校名单", "专业"]
        assert found.columns == ("编号", "说明文字说明文字")


def test_the_question_column_by_what_it_says(tmp_path: Path) -> None:
    with_header = [["科室", "内容"], ["招生办公室主任", FIRST], ["教务处", SECOND], ["", THIRD]]
    found = read(tmp_path, "q.xlsx", workbook(with_header))
    assert questions(found) == [FIRST, SECOND, THIRD]
    assert found.rows[2].others == {"科室": None}
    without = read(tmp_path, "q.xlsx", workbook(with_header[1:]))
    assert questions(without) == [FIRST, SECOND, THIRD]
    assert without.columns == ("列1",)


def test_a_header_under_a_title(tmp_path: Path) -> None:
    rows = [["常见问题"], [], ["序号", "问题", "备注", "备注"], [1, FIRST, "急", None], [2, SECOND, None, "缓"]]
    found = read(tmp_path, "q.xlsx", workbook(rows))
    assert questions(found) == [FIRST, SECOND]
    assert found.rows[1].others == {"序号": 2, "备注": None, "备注 (2)": "缓"}


def test_a_category_called_question_is_no_header(tmp_path: Path) -> None:
    rows = [["类型", "内容"], ["问题", FIRST], ["建议", SECOND], ["问题", THIRD]]
    assert questions(read(tmp_path, "q.xlsx", workbook(rows))) == [FIRST, SECOND, THIRD]


def test_cells_of_every_type(tmp_path: Path) -> None:
    day, moment = date(2024, 6, 27), datetime(2024, 6, 27, 8, 30)
    rows = [["问题", "a", "b", "c", "d", "e"], [FIRST, 1, 2.5, True, day, moment], [3.0, None, None, None, None, "x"]]
    found = read(tmp_path, "q.xlsx", workbook(rows))
    assert list(found.rows[0].others.values()) == [1, 2.5, True, "2024-06-27", "2024-06-27 08:30:00"]
    assert questions(found) == [FIRST, "3"]
    assert json.dumps([dict(row.others) for row in found.rows], allow_nan=False)


def test_empty_rows_of_a_table_stay_but_not_those_at_its_end(tmp_path: Path) -> None:
    rows = [["问题", "科室"], [FIRST, "甲"], [], ["", "乙"], [SECOND, "丙"], ["", ""], []]
    found = read(tmp_path, "q.xlsx", workbook(rows))
    assert questions(found) == [FIRST, "", "", SECOND]
    assert [row.error for row in found.rows] == ["", "问题是空的", "问题是空的", ""]
    assert found.rows[2].others == {"科室": "乙"}


def test_a_sheet_with_questions_is_found_and_the_others_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, "q.xlsx", workbook([["填表说明"]], [["编号", "问题"], [1, FIRST]], [["附件"]]))
    assert questions(found) == [FIRST]
    assert found.notes == ("只读了工作表“表2”，没有读：表1、表3。",)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_delimiters_quotes_and_line_breaks_in_cells(tmp_path: Path, delimiter: str) -> None:
    content = io.StringIO()
    rows = [["问题", "备注"], ["“双师型”教师，\n占比多少？", 'a"b'], [FIRST, f"甲{delimiter}乙"]]
    csv.writer(content, delimiter=delimiter).writerows(rows)
    found = read(tmp_path, "q.csv", content.getvalue())
    assert [[row.question, row.others["备注"]] for row in found.rows] == rows[1:]


def test_a_quotation_mark_that_never_closes_swallows_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="双引号"):
        read(tmp_path, "q.csv", f'问题\n{FIRST}\n"{SECOND}\n{THIRD}\n')


def test_json_lines_keep_their_other_keys(tmp_path: Path) -> None:
    lines = [
        {"id": "a1", "question": FIRST, "tags": ["x", {"y": None}]},
        {"问题": SECOND, "id": 7},
        {"question": "", "id": 8},
        {"text": "没有问题"},
        [1, 2],
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    found = read(tmp_path, "q.jsonl", f'{text}\n{{"question": "断了\n"{THIRD}"\n{{"question": "\\ud800多少", "id": 9}}')
    assert [row.id for row in found.rows] == ["a1", 7, 8, None, None, None, None, 9]
    assert [bool(row.error) for row in found.rows] == [False, False, True, True, True, True, False, True]
    assert found.rows[0].others == {"id": "a1", "tags": ["x", {"y": None}]}
    assert found.rows[6].question == THIRD


@pytest.mark.parametrize("line", ['{"question": NaN}', '{"q": 1e999}', "[" * 5000, '{"q": ' + "9" * 5000 + "}"])
def test_json_that_cannot_be_written_again_is_an_error_row(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, "q.jsonl", line).rows[0].error == "这一行不是可读的 JSON"


def test_markdown_lists(tmp_path: Path) -> None:
    text = f"# 问题\n\n说明。\n\n1. {FIRST}\n2. **{SECOND}**\n3.\n\n## 其他\n\n- [ ] {THIRD}\n  - 子问题`一`\n* 末\n"
    found = read(tmp_path, "q.md", text)
    assert questions(found) == [FIRST, SECOND, "", THIRD, "子问题一", "末"]
    assert [row.number for row in found.rows if row.error] == [3]


def test_markdown_without_a_list(tmp_path: Path) -> None:
    assert questions(read(tmp_path, "q.md", f"# 问答\n\n## {FIRST}\n\n答。\n\n## {SECOND}\n")) == [FIRST, SECOND]
    assert questions(read(tmp_path, "q.md", f"# 清单\n\n1、{FIRST}\n2、{SECOND}\n")) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("q.pdf", b"x", "不认识"),
        ("q.txt", b"", "没有问题"),
        ("q.txt", b"\x89PNG\r\n\0\0\0", "不是文本"),
        ("q.xlsx", b"PK\x03\x04 broken", "工作簿"),
        ("q.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "密码"),
        ("q.csv", b"\n\n", "没有问题"),
        ("q.csv", "问题\n".encode(), "没有问题"),
        ("q.txt", "\n".join(["问"] * (MAX_ROWS + 1)).encode(), str(MAX_ROWS)),
        ("q.jsonl", b"{}\n" * (MAX_ROWS + 1), str(MAX_ROWS)),
        ("q.csv", b"q\n" + b"x\n" * (MAX_ROWS + 1), str(MAX_ROWS)),
        ("q.csv", b"q,b\n" + b"x,\n" * (MAX_ROWS + 200), str(MAX_ROWS)),
        ("q.md", b"- q\n" * 2**20, "2 MB"),
        ("q.csv", f"问题,备注\n{FIRST},{'长' * (MAX_CELL + 1)}\n".encode(), "备注"),
        ("q.csv", f"问题,备注\n{FIRST},{'长' * 140_000}\n".encode(), "CSV"),
        ("q.txt", ("长" * (MAX_CELL + 1)).encode(), "第 1 条"),
        ("q.csv", (b"," * MAX_COLUMNS) + "问题\n".encode(), str(MAX_COLUMNS)),
    ],
)
def test_what_cannot_be_a_list_is_said_in_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read(tmp_path, name, content)
    assert "\n" not in str(refused.value)


def test_files_that_are_missing_too_large_or_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path, Path("a\0b.txt")):
        with pytest.raises(InputError):
            read_questions(path)
    (tmp_path / "d.txt").mkdir()
    with pytest.raises(InputError, match="找不到"):
        read_questions(tmp_path / "d.txt")
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(33 * 2**20)
    with pytest.raises(InputError, match="最多 32 MB"):
        read_questions(large)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as member:
        for _ in range(300):
            member.write(bytes(2**20))
    with pytest.raises(InputError, match="展开后"):
        read(tmp_path, "q.xlsx", bomb.getvalue())


def test_a_workbook_formatted_to_its_last_row_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["问题"])
    book.active.append([FIRST])
    book.active.row_dimensions[1_048_576].height = 20
    book.active["XFD1048576"].number_format = "0"
    book.save(tmp_path / "q.xlsx")
    assert questions(read_questions(tmp_path / "q.xlsx")) == [FIRST]


# Made once: a workbook says when it was written, and its length follows.
SOUND_WORKBOOK = workbook([["问题", "备注"], [FIRST, "甲"], [SECOND, 2]])
FUZZED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZED
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(".csv", b'"')
@example(".md", b"- \n-")
@example(".jsonl", b'{"question": {"a": 1}}')
def test_any_bytes_are_a_list_or_one_clear_line(tmp_path: Path, ending: str, content: bytes) -> None:
    try:
        found = read(tmp_path, f"q{ending}", content)
    except InputError as refused:
        assert "\n" not in str(refused)
    else:
        assert [row.number for row in found.rows] == list(range(1, len(found) + 1))
        assert all(row.question or row.error for row in found.rows)
        assert found.digest


@FUZZED
@given(st.data())
def test_a_damaged_workbook_is_a_list_or_one_clear_line(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(SOUND_WORKBOOK)
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert read(tmp_path, "q.xlsx", bytes(content)).digest
    except InputError as refused:
        assert "\n" not in str(refused)


@FUZZED
@given(st.data())
def test_a_workbook_of_damaged_xml_is_a_list_or_one_clear_line(tmp_path: Path, data: st.DataObject) -> None:
    whole = zipfile.ZipFile(io.BytesIO(SOUND_WORKBOOK))
    hit = data.draw(st.sampled_from(sorted(whole.namelist())))
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as archive:
        for name in whole.namelist():
            part = bytearray(whole.read(name))
            for _ in range(data.draw(st.integers(1, 4)) if name == hit else 0):
                part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.sampled_from(b'<>"/ 0a9&Z'))
            archive.writestr(name, bytes(part))
    try:
        assert read(tmp_path, "q.xlsx", damaged.getvalue()).digest
    except InputError as refused:
        assert "\n" not in str(refused)


@FUZZED
@given(st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30), min_size=1, max_size=20))
def test_what_csv_writes_is_read_back(tmp_path: Path, cells: list[str]) -> None:
    content = io.StringIO()
    csv.writer(content).writerows([["问题", "备注"], *[[FIRST, cell] for cell in cells]])
    found = read(tmp_path, "q.csv", content.getvalue())
    assert [row.others["备注"] for row in found.rows] == cells


@pytest.mark.parametrize(
    "rows",
    [
        [["常见问题"], ["问题", FIRST, SECOND], ["科室", "招生办", "人事处"]],
        [["科室", "招生办", "人事处"], ["内容", FIRST, SECOND]],
        [["序号", 1, 2], ["提问", FIRST, SECOND], ["科室", "招生办", "人事处"]],
        [[None, "问题", FIRST, SECOND], [None, "科室", "招生办", "人事处"]],
    ],
)
def test_a_list_that_lies_across(tmp_path: Path, rows: list[list[object]]) -> None:
    found = read(tmp_path, "q.xlsx", workbook(rows))
    assert questions(found) == [FIRST, SECOND]
    assert [row.others["科室"] for row in found.rows] == ["招生办", "人事处"]
    assert "横着" in found.notes[0]


def test_a_row_of_nothing_but_questions_lies_across(tmp_path: Path) -> None:
    assert questions(read(tmp_path, "q.csv", f"{FIRST},{SECOND},{THIRD}\n")) == [FIRST, SECOND, THIRD]
    assert questions(read(tmp_path, "q.xlsx", workbook([["问题", FIRST], ["科室", "招生办"]]))) == [FIRST]


@pytest.mark.parametrize("name", ["q.txt", "q.csv", "q.md", "q.jsonl"])
def test_lists_in_big5(tmp_path: Path, name: str) -> None:
    asked = ["畢業生有多少人？", "校長是誰？"]
    lines = {
        "q.txt": asked,
        "q.csv": ["編號,問題", *(f"1,{one}" for one in asked)],
        "q.md": ["# 常見問題", *(f"- {one}" for one in asked)],
        "q.jsonl": [json.dumps({"question": one}, ensure_ascii=False) for one in asked],
    }
    assert questions(read(tmp_path, name, "\n".join(lines[name]).encode("big5"))) == asked


def test_a_formula_that_was_never_computed_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "q.xlsx", workbook([["指标", "问题"], ["招生", '=A2&"多少人？"'], ["毕业", SECOND]]))
    assert [row.error for row in found.rows] == ["问题是没有算过的公式", ""]
    assert "1 个问题是没有算过的公式" in found.notes[0]
    array = ArrayFormula("A2", '="招生"&"多少人？"')
    assert read(tmp_path, "q.xlsx", workbook([["问题"], [array], [SECOND]])).rows[0].error == found.rows[0].error
    assert read(tmp_path, "q.csv", '问题\n"=A2&""多少人？"""\n').rows[0].error == found.rows[0].error


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("校舍面积是多少，专任教师有多少人？", 2),
        ("1.招生多少人？2.毕业生有多少人？", 2),
        ("招生多少人？\n毕业生有多少人？\n生师比是多少？", 3),
        ("2024年，全区招生多少人？", 1),
        ("招生多少人，比上年增加多少？", 2),
        ("双师型教师有多少人、占比多少？", 2),
        ("招生人数；毕业人数", 2),
        ("招生（公办；民办）多少人？", 1),
        ("2024年\n招生多少人？", 1),
        ("1.5万人以上的学校有几所？", 1),
        ("在校生超过1,200人的学校有哪些？", 1),
        ("为什么招生下降，怎么解决？", 1),
        ("请问，招生多少人？毕业多少人？谢谢", 2),
        ("招生多少人？？", 1),
        ("有几所学校，分别是哪些？", 1),
    ],
)
def test_several_questions_in_a_cell(cell: str, count: int) -> None:
    assert len(questions_in(cell)) == count


def test_a_question_that_leans_on_the_one_before_is_completed() -> None:
    assert questions_in("2023年全区招生多少人？毕业多少人？")[1] == "2023年全区毕业多少人"
    assert questions_in("公办学校有几所？民办的呢？")[1] == "民办学校有几所"
    assert questions_in("专任教师有多少人，占比多少？")[1] == "专任教师占比多少"


@pytest.mark.parametrize("text", ["；", "有？", "，几", "（；", "多少，", "一、", "其中几"])
def test_cells_made_to_be_slow_are_read_at_once(text: str) -> None:
    began = time.process_time()
    assert questions_in(text * (MAX_CELL // len(text)))
    assert time.process_time() - began < 2


def test_answers_of_a_cell_are_joined_with_what_they_stand_on() -> None:
    def answer(said: str, place: int) -> Answer:
        cited = Citation(1, "r.txt", ("一、概况",), 1, place, place + 5, said, 0.9)
        figure = Figure(place, place + 5, said, 12, "人", 12, "人", "count", document="r.txt")
        return Answer(
            "？",
            "answered",
            said,
            confidence=place / 10,
            citations=(cited, replace(cited, rank=2), replace(cited, rank=3, start=place + 1)),
            figures=(CitedFigure(figure, 1), CitedFigure(figure, 2)),
            conflicts=(Conflict("招生", (CitedFigure(figure, 3),)),),
        )

    cell = "招生多少人？毕业多少人？"
    both = joined_answer(cell, [answer("12人", 4), replace(answer("有", 8), verdict="是")])
    assert (both.answer, both.confidence) == ("12人；是。有", 0.4)
    assert [(cited.rank, cited.start) for cited in both.citations] == [(1, 4), (2, 5), (3, 8), (4, 9)]
    assert [cited.citation for cited in both.figures] == [1, None, 3, None]
    assert [one.figures[0].citation for one in both.conflicts] == [2, 4]
    assert both.message == "一格里有 2 个问题，按顺序分别回答"
    assert sources(both) == both.citations


def test_a_cell_that_is_answered_by_half_says_so() -> None:
    half = joined_answer(
        "招生多少人？学费多少？", [Answer("招生", "answered", "12人", confidence=0.9), Answer("学费", "not_found")]
    )
    assert (half.status, half.answer, half.confidence) == ("answered", "12人；报告里没有找到答案", 0)
