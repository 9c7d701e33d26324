"""Reading: every encoding to one text, what the text says of itself, and one clear line for what is no text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.errors import ReadingError
from reportqa.reading import make_document, read_document, read_documents

TEXT = "临河县年度报告\n（2023年）\n一、概况\n招生6191人，㎡与畢業。\n"


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ReadingError) as caught:
        read_document(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same_text(tmp_path, encoding, line_end):
    document = read_document(write(tmp_path, "r.txt", TEXT.replace("\n", line_end).encode(encoding)))
    assert document.text == TEXT
    assert document.digest == make_document("other.txt", TEXT).digest


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "空的"),
        (b"\xef\xbb\xbf", "空的"),
        (b" \r\n\t\n", "空的"),
        ("招生\0人".encode(), "不是文本文件"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是文本文件"),
        (bytes(range(1, 32)) * 20, "不是文本文件"),
        (b"\xff\xfeabc", "认不出文字编码"),
        (b"\x81", "认不出文字编码"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path, data, reason):
    message = refusal(write(tmp_path, "r.txt", data))
    assert reason in message
    assert "r.txt" in message


def test_damaged_utf8_is_not_taken_for_gb18030(tmp_path):
    data = bytearray((TEXT * 20).encode())
    data[39] = 0xFF
    assert "第 40 字节" in refusal(write(tmp_path, "r.txt", bytes(data)))


def test_a_missing_file_and_an_unknown_ending_are_refused(tmp_path):
    assert "打不开" in refusal(tmp_path / "missing.txt")
    assert "不认识的文件类型" in refusal(write(tmp_path, "r.xyz", b"PK"))
    with pytest.raises(ReadingError, match="找不到"):
        read_documents([tmp_path / "missing"])
    with pytest.raises(ReadingError, match="打不开"):
        read_documents([tmp_path / ("长" * 300)])


def test_a_folder_without_reports_is_refused(tmp_path):
    write(tmp_path, ".hidden.txt", b"a")
    write(tmp_path, "~$lock.txt", b"a")
    write(tmp_path, "picture.bmp", b"a")
    with pytest.raises(ReadingError, match="没有可读的报告"):
        read_documents([tmp_path])


def test_a_bad_file_does_not_stop_the_others(tmp_path):
    write(tmp_path, "good.txt", TEXT.encode())
    write(tmp_path, "bad.txt", b"\0")
    documents, failures = read_documents([tmp_path])
    assert [document.name for document in documents] == ["good.txt"]
    assert ["bad.txt" in str(failure) for failure in failures] == [True]


def test_documents_come_in_the_order_of_their_names_each_once(tmp_path):
    for name in ("b.txt", "a.md", "下/c.TXT"):
        write(tmp_path, name, TEXT.encode())
    documents, failures = read_documents([tmp_path / "b.txt", tmp_path, tmp_path / "下"])
    assert [document.name for document in documents] == ["a.md", "b.txt", "下/c.TXT"]
    assert not failures


def test_equal_names_in_two_folders_are_told_apart(tmp_path):
    for year in ("2023", "2024"):
        write(tmp_path, f"{year}/年报.txt", f"某县年报\n\n{year}年的正文。".encode())
    for paths in ([tmp_path / "2023", tmp_path / "2024"], [tmp_path / "2023" / "年报.txt", tmp_path / "2024"]):
        documents, failures = read_documents(paths)
        assert [(document.name, document.year) for document in documents] == [
            ("2023/年报.txt", 2023),
            ("2024/年报.txt", 2024),
        ]
        assert not failures


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is_one(tmp_path):
    path = tmp_path / "\udcc4\udcea.txt"
    try:
        path.write_text(TEXT, encoding="utf-8")
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system takes only names that are text")
    documents, _ = read_documents([tmp_path])
    documents[0].name.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "title", "year", "region"),
    [
        (
            "重庆市某区教育\n质量年度报告\n（2024年）\n\n一、概况\n",
            "重庆市某区教育质量年度报告（2024年）",
            2024,
            "某区",
        ),
        ("某县卫生年报\n（2023年度）\n某县卫健局   2024年3月编\n", "某县卫生年报（2023年度）", 2023, "某县"),
        ("某市统计公报\n基本情况\n2023年，全市总体平稳。\n", "某市统计公报", None, "某市"),
        ("# 某公司2024年度报告摘要\n\n## 一、简介\n", "某公司2024年度报告摘要", 2024, None),
        ("某学院二〇二三年工作总结\n正文。\n", "某学院二〇二三年工作总结", 2023, None),
        ("某校教育质量报告\n2022—2023学年\n正文。", "某校教育质量报告2022—2023学年", 2023, None),
        ("各位代表：\n我报告工作。\n", "r", None, None),
        ("1.基本情况\n全区平稳。\n", "r", None, None),
        ("图 1 规模\n正文。\n", "r", None, None),
        ("| a | b |\n", "r", None, None),
    ],
)
def test_title_year_and_region_are_what_the_report_states(text, title, year, region):
    document = make_document("r.txt", text)
    assert (document.title, document.year, document.region) == (title, year, region)


def test_the_file_name_speaks_where_the_text_does_not():
    document = make_document("临江市报告２０２２.txt", "正文没有标题。")
    assert (document.title, document.year, document.region) == ("临江市报告2022", 2022, "临江市")


def test_the_given_report(corpus):
    documents, failures = read_documents([corpus])
    assert not failures
    assert [(document.year, document.region) for document in documents] == [(2024, "渝北区")]
    assert documents[0].title == "重庆市渝北区中等职业教育质量年度报告（2024年）"


@given(st.text())
def test_any_text_makes_a_document(text):
    document = make_document("r.txt", text)
    assert document.text == text
    assert document.title


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(data)
    try:
        assert "\0" not in read_document(path).text
    except ReadingError as error:
        assert "\n" not in str(error)
