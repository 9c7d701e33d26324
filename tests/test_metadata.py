"""What people know of a report: the table beside the reports, read and written as Excel and people leave it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.errors import InputError
from reportqa.reading.metadata import CORRECTIONS, Metadata, file_key, read_corrections, read_metadata, write_correction

HEAD = "文件,标题,年份,地区,类型"


def table(folder, text, encoding="utf-8-sig"):
    (folder / CORRECTIONS).write_bytes(text.encode(encoding))
    return read_corrections(folder)


def test_no_table_corrects_nothing(tmp_path):
    assert read_corrections(tmp_path).rows == {}
    assert read_corrections(tmp_path).complaints == ()
    assert table(tmp_path, "").rows == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_only_filled_cells_correct(tmp_path, encoding, end, delimiter):
    lines = [HEAD, "2023/年报.txt,,２０２４年,,", "乙.docx, 工作  报告 ,,临江市,公报", ",没有文件名,2020,,", "丙.txt"]
    read = table(tmp_path, end.join(lines).replace(",", delimiter) + end, encoding)
    assert read.complaints == ()
    assert read.rows == {
        "2023/年报.txt": Metadata(year=2024),
        "乙.docx": Metadata("工作 报告", None, "临江市", "公报"),
        "丙.txt": Metadata(),
    }


def test_columns_are_known_by_their_names(tmp_path):
    read = table(tmp_path, "备注,年份, 文件 \n旧,2020,.\\甲\\乙.txt\n")
    assert read.rows == {"甲/乙.txt": Metadata(year=2020)}


@pytest.mark.parametrize("year", ["二〇二四", "24", "20244", "2024-2025", "1799", "=2024", "x" * 500])
def test_a_bad_year_is_told_with_its_line_and_the_rest_of_the_row_counts(tmp_path, year):
    read = table(tmp_path, f"{HEAD}\n甲.txt,标题,{year},,\n乙.txt,,2024,,\n")
    assert read.rows == {"甲.txt": Metadata("标题"), "乙.txt": Metadata(year=2024)}
    assert len(read.complaints) == 1
    assert read.complaints[0].startswith(f"{CORRECTIONS} 第 2 行（甲.txt）：年份要写成四位数")
    assert len(read.complaints[0]) < 100


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe\xff", "读不出"),
        ("名称,年份\n甲,2020\n".encode(), "没有“文件”一列"),
        (f"{HEAD}\n".encode() + b"x" * (9 * 2**20), "太大"),
        (f'{HEAD}\n"{"x" * 200_000}"\n'.encode(), "读不出"),
    ],
)
def test_a_table_that_is_none_is_told_in_one_line(tmp_path, data, said):
    (tmp_path / CORRECTIONS).write_bytes(data)
    read = read_corrections(tmp_path)
    assert read.rows == {}
    assert len(read.complaints) == 1
    assert said in read.complaints[0]
    assert "\n" not in read.complaints[0]
    with pytest.raises(InputError, match=said):
        write_correction(tmp_path, "甲.txt", Metadata("标题"))
    assert (tmp_path / CORRECTIONS).read_bytes() == data


def test_of_two_rows_for_one_file_the_last_counts(tmp_path):
    read = table(tmp_path, f"{HEAD}\n甲.txt,一,,,\n甲.txt,二,,,\n")
    assert read.rows == {"甲.txt": Metadata("二")}
    assert "甲.txt 前面已有一行" in read.complaints[0]
    write_correction(tmp_path, "甲.txt", Metadata("三"))
    assert read_corrections(tmp_path).rows == {"甲.txt": Metadata("三")}
    assert read_corrections(tmp_path).complaints == ()


def test_writing_leaves_other_rows_and_columns_alone_and_opens_in_excel(tmp_path):
    table(tmp_path, f"{HEAD},备注\n甲.txt,一,2020,,,重要\n乙.txt,二,,,,\n", "gb18030")
    write_correction(tmp_path, "乙.txt", Metadata(year=2021))
    write_correction(tmp_path, "丙.txt", Metadata(region="临江市"))
    data = (tmp_path / CORRECTIONS).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n") == [
        f"{HEAD},备注", "甲.txt,一,2020,,,重要", "乙.txt,,2021,,,", "丙.txt,,,临江市,,", "",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == [tmp_path / CORRECTIONS]


def test_an_empty_correction_takes_its_row_out_unless_it_says_something_else(tmp_path):
    table(tmp_path, f"{HEAD},备注\n甲.txt,一,2020,,,重要\n乙.txt,二,,,,\n")
    write_correction(tmp_path, "乙.txt", Metadata())
    write_correction(tmp_path, "甲.txt", Metadata())
    assert (tmp_path / CORRECTIONS).read_text("utf-8-sig") == f"{HEAD},备注\n甲.txt,,,,,重要\n"


@pytest.mark.parametrize("text", ["=1+1", "+8610", "-1", "@SUM(A1)", "＝1", "'=1", "'甲'", 'a"b,c'])
def test_nothing_written_is_a_formula_and_all_of_it_is_read_again(tmp_path, text):
    write_correction(tmp_path, f"{text}.txt", Metadata(text, None, text, text))
    cells = (tmp_path / CORRECTIONS).read_text("utf-8-sig").splitlines()[1]
    assert not any(cell.strip('"').startswith(tuple("=+-@＝")) for cell in cells.split(","))
    assert read_corrections(tmp_path).rows == {f"{text}.txt": Metadata(text, None, text, text)}


def test_a_name_with_marks_that_no_line_takes_is_found_again(tmp_path):
    for name in ("两\n行.txt", "无\udcff名.txt", "e\u0301.txt"):
        write_correction(tmp_path, name, Metadata("标题"))
        assert read_corrections(tmp_path).rows[file_key(name)] == Metadata("标题")


def test_what_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(InputError, match=r"写不了|改不了"):
            write_correction(folder, "甲.txt", Metadata("标题"))


@given(st.text(max_size=40), st.text(max_size=40))
@settings(deadline=None, max_examples=200)
def test_any_words_survive_the_table(tmp_path_factory, title, region):
    folder = tmp_path_factory.mktemp("table")
    try:
        given_words = read_metadata(title, "", region, "")
        write_correction(folder, "甲.txt", given_words)
    except InputError:
        return
    expected = {"甲.txt": given_words} if given_words != Metadata() else {}
    assert read_corrections(folder).rows == expected
