"""Figures written out: what another program reads back is what was extracted, and nothing is a formula."""

import csv
import io
import json

import openpyxl
import pytest

from reportqa.errors import InputError
from reportqa.output.files import COLUMNS, row_of, write_figures
from reportqa.text.records import Figure

FIGURES = [
    Figure(
        2, 7, "6191人", 6191, "人", 6191, "人", "count", "招生", document="甲.txt", section=("一、概况", "（一）规模")
    ),
    Figure(
        9, 14, "1455人", 1455, "人", 1455, "人", "count", "招生", "技工等学校", True, ">", 2, "甲.txt", ("一、概况",)
    ),
    Figure(20, 26, "-6.21%", -6.21, "%", -0.0621, "", "percent", "净利润", document="甲.txt"),
    Figure(30, 35, "1-2小时", [1, 2], "小时", [1, 2], "小时", "duration", document="甲.txt"),
    Figure(40, 48, "2024年6月", [2024, 6], "年月", "2024-06", "", "date", document="甲.txt"),
]
DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x","y")']


def named(indicator):
    return Figure(0, 1, "1", 1, "人", 1, "人", "count", indicator, document="甲.txt")


def printed(figures, form, capsys):
    write_figures(figures, form, None)
    return capsys.readouterr().out


def test_json_lines_hold_the_fields_of_a_figure(capsys):
    records = [json.loads(line) for line in printed(FIGURES, "jsonl", capsys).splitlines()]
    assert list(records[0]) == [
        *["indicator", "value", "unit", "normalized_value", "normalized_unit", "kind", "scope", "approx", "bound"],
        *["text", "document", "start", "end", "parent", "section"],
    ]
    assert records[1]["parent"] == records[0]["start"] == 2
    assert records[0]["section"] == ["一、概况", "（一）规模"]
    assert (records[1]["approx"], records[1]["bound"], records[0]["bound"]) == (True, ">", None)
    assert (records[3]["value"], records[4]["normalized_value"]) == ([1, 2], "2024-06")


def test_csv_reads_back(tmp_path, capsys):
    write_figures(FIGURES, "csv", tmp_path / "f.csv")
    data = (tmp_path / "f.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    assert text == printed(FIGURES, "csv", capsys)
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [list(COLUMNS), *([str(cell) for cell in row_of(figure)] for figure in FIGURES)]


def test_csv_quotes_what_would_break_a_row(capsys):
    nasty = '招生"人数",\n其中'
    rows = list(csv.reader(io.StringIO(printed([named(nasty)], "csv", capsys), newline="")))
    assert rows[1][0] == nasty


def test_xlsx_reads_back_with_numbers_as_numbers(tmp_path):
    write_figures(FIGURES, "xlsx", tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    assert [tuple("" if cell is None else cell for cell in row) for row in rows[1:]] == [row_of(f) for f in FIGURES]
    assert (rows[1][1], rows[3][1]) == (6191, -6.21)
    assert book.active.freeze_panes == "A2"
    book.close()


def test_xlsx_takes_characters_that_a_workbook_cannot_hold(tmp_path):
    write_figures([named("招\x01生")], "xlsx", tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert book.active["A2"].value == "招生"
    book.close()


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_is_a_formula(tmp_path, capsys, text):
    figures = [named(text)]
    cell = next(csv.DictReader(io.StringIO(printed(figures, "csv", capsys), newline="")))["指标"]
    assert cell == f"'{text}"
    write_figures(figures, "xlsx", tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert book.active["A2"].data_type == "s"
    assert str(book.active["A2"].value).strip() == text.strip()
    book.close()


def test_a_table_to_read(tmp_path, capsys):
    shown = printed([*FIGURES, named("[bold]学校[/bold]")], "table", capsys)
    assert all(word in shown for word in ("指标", "招生", "6191人", "一、概况 › （一）规模", "[bold]学校[/bold]"))
    write_figures(FIGURES, "table", tmp_path / "f.txt")
    assert "6191人" in (tmp_path / "f.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "table"])
def test_no_figures_at_all(tmp_path, form):
    write_figures([], form, tmp_path / "out")
    assert (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "table"])
def test_a_file_that_cannot_be_written_is_told(tmp_path, form):
    with pytest.raises(InputError, match="写不了文件") as caught:
        write_figures(FIGURES, form, tmp_path / "nowhere" / "out")
    assert "\n" not in str(caught.value)


def test_a_workbook_needs_a_file():
    with pytest.raises(InputError, match="-o"):
        write_figures(FIGURES, "xlsx", None)
