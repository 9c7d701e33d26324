"""Text files: encodings told apart by sense, bad files each with its line, and the files under a folder."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from reportqa.errors import ReadingError
from reportqa.reading import READERS, make_document, read_document, read_documents
from reportqa.reading.files import MAX_BYTES

TEXT = "临河县教育质量年度报告\n（2023年）\n一、概况\n招生6191人，毕业5308人，其中民办学校1455人。\n"
TRADITIONAL = "臨河縣教育質量年度報告\n（2023年）\n一、概況\n招生6191人，畢業5308人，其中民辦學校1455人。\n"
ZIP_END = b"PK\x05\x06" + bytes(18)


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ReadingError) as caught:
        read_document(path)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "utf-16-le"),
        (TEXT, "gb18030"),
        (TEXT, "gbk"),
        (TEXT, "utf-16-le"),
        (TEXT, "utf-16-be"),
        (TEXT, "utf-8"),
        ("Annual report 2023", "utf-16-le"),
    ],
)
def test_an_encoding_without_mark_is_told_by_the_text_that_it_gives(tmp_path, text, encoding):
    document = read_document(write(tmp_path, "r.txt", text.encode(encoding)))
    assert document.text == text


def test_the_given_report_is_the_same_from_every_encoding(tmp_path, corpus):
    text = next(corpus.glob("*.txt")).read_text(encoding="utf-8")
    traditional = OpenCC("s2t").convert(text).encode("big5hkscs", "ignore").decode("big5hkscs")
    for written, encodings in ((text, ("gb18030", "utf-16-le", "utf-16-be")), (traditional, ("big5hkscs", "gb18030"))):
        for encoding in encodings:
            # As a whole, and paragraph by paragraph: short texts give little to judge by.
            for part in (written, *(line for line in written.split("\n") if len(line) >= 30)):
                path = write(tmp_path, "r.txt", part.encode(encoding))
                assert read_document(path).text == part, encoding


def test_traditional_and_simplified_titles_name_the_same_year_region_and_kind():
    for text in (TEXT, TRADITIONAL):
        document = make_document("r.txt", text)
        assert (document.year, document.region, document.genre) == (2023, "临河县", "质量年度报告")


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("某区政府工作报告（2023年）", "政府工作报告"),
        ("2023年某市国民经济和社会发展统计公报", "统计公报"),
        ("某县卫生年报", "年报"),
        ("某省统计年鉴2022", "统计年鉴"),
        ("某镇“十四五”教育发展规划", "发展规划"),
        ("某校2023年工作总结", "工作总结"),
        ("某公司2024年度报告摘要", "年度报告"),
        ("某学院毕业生就业质量年度报告", "就业质量年度报告"),
        ("概况", ""),
    ],
)
def test_the_kind_of_a_report_is_the_one_that_its_title_names(title, genre):
    assert make_document("r.txt", f"{title}\n一、概况\n全县平稳。\n").genre == genre


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("r.txt", b"%PDF-1.7\n", "不是文本文件：r.txt（其实是PDF 文档，请把结尾改成 .pdf）"),
        ("r.txt", b"<!DOCTYPE html>\n<html><body>a</body></html>", "其实是网页"),
        ("r.md", b"\xef\xbb\xbf  <html lang='zh'><p>a", "其实是网页"),
        ("r.txt", b"PK\x03\x04" + ZIP_END, "其实是ZIP 压缩包"),
        ("r.docx", b"%PDF-1.7\n", "文件名与内容不符：r.docx 其实是PDF 文档（请把结尾改成 .pdf）"),
        ("r.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "其实是旧版 Word 文档"),
        (
            "r.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "加了密码",
        ),
        ("r.docx", b"not a zip", "文件损坏"),
        ("r.docx", b"PK\x03\x04 broken", "ZIP"),
        ("r.pdf", b"\x89PNG\r\n\x1a\n", "其实是PNG 图片"),
        ("r.pdf", b"nothing", "文件损坏"),
        ("r.pdf", b"%PDF-1.7\n%%EOF", "文件损坏"),
        ("r.html", b"%PDF-1.7\n", "其实是PDF 文档"),
        ("r.html", b"<html><script>1</script></html>", "空的"),
        ("r.html", b"<p>\0</p>", "不是文本文件"),
        ("r.doc", b"%PDF-1.7\n", "其实是PDF 文档"),
        ("r.doc", b"words", "文件损坏"),
        ("r.wps", b"", "空的"),
        ("r.docx", b"", "空的"),
        ("r.pdf", b"", "空的"),
        ("r.html", b"  \n", "空的"),
    ],
)
def test_each_bad_file_gets_one_line_that_says_why(tmp_path, name, data, reason):
    assert reason in refusal(write(tmp_path, name, data))


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "r.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "文件太大：r.txt 有 200 MB，最多 200 MB" in refusal(path)


def test_a_text_too_long_is_refused(tmp_path):
    path = write(tmp_path, "r.txt", b"1234567890\n" * 1_000_000)
    assert "文件太大：r.txt 有 1100 万字，最多 1000 万字" in refusal(path)


def test_one_line_of_five_megabytes_is_read_in_the_time_of_many_short_ones(tmp_path):
    sentence = "招生6191人，"
    times = []
    for repeats in (50_000, 250_000):
        path = write(tmp_path, "r.txt", (sentence * repeats).encode())
        began = time.process_time()
        document = read_document(path)
        times.append(time.process_time() - began)
        assert len(document.text) == repeats * len(sentence)
    # Five times the text: about five times the time, and never the square of it.
    assert times[1] < times[0] * 15 + 0.5


def test_a_link_to_itself_and_a_dangling_one_do_not_stop_the_others(tmp_path):
    write(tmp_path, "good.txt", TEXT.encode())
    try:
        (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
        (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
        (tmp_path / "round").symlink_to(tmp_path)
    except OSError:
        pytest.skip("this file system has no links")
    documents, failures = read_documents([tmp_path])
    assert [document.name for document in documents] == ["good.txt"]
    assert sorted(map(str, failures)) == ["打不开文件 gone.txt：文件不存在。", "打不开文件 loop.txt：链接指向自己。"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the root user may read everything")
def test_what_may_not_be_read_does_not_stop_the_others(tmp_path):
    write(tmp_path, "good.txt", TEXT.encode())
    write(tmp_path, "shut.txt", TEXT.encode()).chmod(0)
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    try:
        documents, failures = read_documents([tmp_path])
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert len(documents) == 1
    assert ["没有读取权限" in str(failure) for failure in failures] == [True, True]


def test_a_pipe_is_no_report(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes")
    write(tmp_path, "good.txt", TEXT.encode())
    os.mkfifo(tmp_path / "pipe.txt")
    documents, failures = read_documents([tmp_path])
    assert ([document.name for document in documents], failures) == (["good.txt"], [])
    assert "不是普通文件" in refusal(tmp_path / "pipe.txt")


def test_a_hidden_folder_is_left_alone(tmp_path):
    (tmp_path / ".cache").mkdir()
    write(tmp_path / ".cache", "r.txt", TEXT.encode())
    write(tmp_path, "r.txt", TEXT.encode())
    assert [document.name for document in read_documents([tmp_path])[0]] == ["r.txt"]


STARTS = (b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html><table><tr><td>", b"\xff\xfe")


@pytest.mark.parametrize("ending", sorted(READERS))
# The first file of a kind loads its library, which takes its time.
@settings(deadline=None)
@given(start=st.sampled_from(STARTS), data=st.binary(max_size=300))
def test_any_bytes_under_any_name_are_read_or_refused_in_one_line(tmp_path_factory, ending, start, data):
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(start + data)
    try:
        document = read_document(path)
    except ReadingError as error:
        assert "\n" not in str(error)
    else:
        assert document.text.strip()
        assert "\0" not in document.text
