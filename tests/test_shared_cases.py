"""The small inputs of ../shared/cases, where they are at hand: what is read of each is what its EXPECTED.txt says."""

import shutil
from functools import cache
from pathlib import Path

import pytest

from reportqa.batch import read_questions
from reportqa.errors import ReadingError
from reportqa.figures.extract import paragraph_figures
from reportqa.outline.sections import split_sections
from reportqa.reading import read_document
from reportqa.text.records import Document

CASES = Path(__file__).parents[1].parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")


@cache
def document(name: str) -> Document:
    return read_document(CASES / name)


@cache
def figures(name: str) -> set[tuple[str, object, str]]:
    """Return scope, value and unit of every figure, with its indicator before the scope: 建筑面积 北岭产业园."""
    made = document(name)
    found = [one for part in split_sections(made).paragraphs for one in paragraph_figures(part, made)]
    return {(f"{one.indicator} {one.scope}".strip(), one.value, one.unit) for one in found}


def has(name: str, words: str, value: object) -> bool:
    return any(all(word in said for word in words.split()) and number == value for said, number, _ in figures(name))


def test_lists_go_on_over_the_chapters() -> None:
    text = document("04_word_numbering/report.docx").text
    assert "第三条 新生" in text
    assert "第四条 保留" in text
    assert "第五条 毕业" in text


def test_a_deleted_paragraph_end_joins() -> None:
    assert "\n本年毕业生780人，升学率96.5%。\n" in document("05_tracked/report.docx").text


def test_a_total_over_columns_is_of_all_of_them() -> None:
    name = "07_merged/report.docx"
    assert ("教师 合计（含外聘）", 1526, "人") in figures(name)
    assert not has(name, "专任教师", 1526)


@pytest.mark.parametrize("name", ["ok_without_title", "report2_title"])
def test_columns_are_read_one_after_the_other(name: str) -> None:
    text = document(f"08_two_columns/{name}.pdf").text
    assert "比上年末增加3.8万人。其中城镇" in text
    assert "其中跨省流动人口35.2万人。" in text
    assert text.index("出生率为7.1‰") < text.index("跨省流动人口")


def test_a_row_that_the_page_cuts_is_one() -> None:
    text = document("09_table_pages/report.pdf").text
    assert "| 40 | 临江第40职业学校 | 2,480 | 180 | 学校占地面积大，" in text
    assert "|  |" not in text


def test_the_head_of_a_table_stays_with_the_rows_of_the_next_page() -> None:
    name = "09b_table_head_only/report.pdf"
    assert has(name, "建筑面积 北岭产业园", 45.2)
    assert has(name, "总投资 云溪产业园", 21.7)
    assert has(name, "总投资 合计", 541.0)


def test_watermarks_are_no_text() -> None:
    text = document("11_watermark/report2.pdf").text
    assert "助产专业招生208人，药剂专业招生97人。" in text
    assert "试用版" not in text


@pytest.mark.parametrize("turn", ["cw", "ccw"])
def test_sideways_tables_are_read(turn: str) -> None:
    name = f"12_rotated/report_{turn}.pdf"
    assert has(name, "东港区 2024年", 3408)
    assert has(name, "北港区 2023年", 2104)
    assert has(name, "靠泊", 4512)


def test_question_lists() -> None:
    never = read_questions(CASES / "16_batch" / "formula_no_cache.xlsx")
    assert [row.error for row in never.rows] == ["问题是没有算过的公式"] * 2
    assert "没有算过" in never.notes[0]
    assert read_questions(CASES / "16_batch" / "big5.csv").rows[1].question == "畢業生有多少人？"
    assert len(read_questions(CASES / "16_batch" / "transposed.xlsx")) == 3


@pytest.mark.parametrize("name", ["report1_field", "report2_dots", "report4_figlist"])
def test_contents_are_no_text(name: str) -> None:
    text = document(f"18_toc/{name}.docx").text
    assert text.count("在校生规模突破1.2万人") == 1
    assert "目录" not in text
    assert not has(f"18_toc/{name}.docx", "就业质量", 8)


def test_note_marks_join_no_number() -> None:
    wanted = {"在校生": 3905, "毕业生": 1102, "招生": 1286, "生师比": 18.2}
    for name in ("report.pdf", "report2.docx"):
        assert all(has(f"19_footnotes/{name}", words, value) for words, value in wanted.items()), name
    bulletin = {"常住人口": 412.6, "粮食产量": 128, "降水量": 1020, "用地": 3.6}
    assert all(has("19_footnotes/report4_sup.docx", words, value) for words, value in bulletin.items())
    assert ("用地面积", 3.6, "km²") in figures("19_footnotes/report4_sup.docx")


def test_inserted_files_archives_and_other_contents() -> None:
    assert "招生 | 1,286" in document("21_misc/report_altchunk.docx").text
    assert "1,286" in document("21_misc/report_mht.doc").text
    assert document("21_misc/report_wps_toc.docx").text.count("招生突破4千人") == 1


def test_pages_that_are_images_are_named() -> None:
    assert document("24_partly_scanned/report.pdf").notes[0].startswith("第 6、7 页的图像里没有认出文字")
    second = document("24_partly_scanned/report2.pdf")
    assert second.notes[0].startswith("第 2、3 页的图像里没有认出文字")
    assert "在校生3,905人" in second.text


def test_markdown_of_recognised_pages() -> None:
    name = "28_mineru_md/report.md"
    assert has(name, "就业率", 96.8)
    assert has(name, "升学率", 31.2)
    assert has(name, "提高", 2.1)
    assert has(name, "会计 2024年", 915)
    assert has(name, "副高", 163)
    assert ("生均经费", 1.2, "万元") in figures(name)


def test_numbers_as_they_are_written_and_spoken() -> None:
    name = "01_numerals/report.md"
    wanted = {"全市企业": 34000, "财政支出": 2030, "出口额": 400000000, "外来务工人员": 85000}
    assert all(has(name, words, value) for words, value in wanted.items())


def test_losses_are_negative() -> None:
    name = "03_negatives/report.md"
    assert has(name, "经营活动现金流量净额 2024年", -100)
    assert has(name, "投资活动现金流量净额 2023年", -930.4)
    assert has(name, "筹资活动现金流量净额 2024年", -560)
    assert has(name, "筹资活动现金流量净额 2023年", -310)
    assert has(name, "公允价值变动收益", -856.2)
    assert has(name, "汇兑收益", -120.3)
    assert not has(name, "汇率变动影响", -560)


def test_numbers_of_names_are_no_amounts() -> None:
    found = figures("13_serial_names/report.md")
    assert len(found) == 8
    assert ("在校生 临江第1职业学校", 1037, "人") in found
    assert ("在校生 临江第18职业学校", 1666, "人") in found


def test_two_units_of_one_table_go_to_their_columns() -> None:
    found = figures("14_two_units/report.md")
    assert ("建筑面积 北岭产业园", 45.2, "万平方米") in found
    assert ("总投资 北岭产业园", 18.6, "亿元") in found
    assert ("总投资 合计", 46, "亿元") in found


def test_both_questions_of_a_cell_are_read() -> None:
    assert read_questions(CASES / "16_batch" / "gbk.csv").rows[1].question == "就业率是多少，专任教师有多少人？"


def test_an_old_document_is_read_or_refused() -> None:
    name = "19_footnotes/report3.doc"
    if not any(map(shutil.which, ("soffice", "libreoffice"))):
        with pytest.raises(ReadingError, match=r"另存为 \.docx"):
            document(name)
        return
    wanted = {"在校生": 3905, "毕业生": 1102, "招生": 1286, "生师比": 18.2}
    assert all(has(name, words, value) for words, value in wanted.items())


def test_to_occupy_is_no_share() -> None:
    found = figures("26_zhandi/report.md")
    assert ("学校占地面积", 586000, "平方米") in found
    assert ("生均占地面积", 48.2, "平方米") in found
    assert ("教学楼占地", 12, "亩") in found
    assert ("项目总占地面积", 45, "公顷") in found
    assert not any("占比" in said or unit == "%" for said, _, unit in found)


def test_unusual_measure_words_and_sums() -> None:
    found = figures("27_neighbour/report.md")
    assert ("门诊量", 320, "万诊次") in found
    assert ("净利润", -1203, "万元") in found
    assert ("药占比", 24.8, "%") in found
    assert ("职工", 2300, "") in found
    assert ("医师", 850, "") in found
    assert ("设备原值", 3.2, "个亿") in found
