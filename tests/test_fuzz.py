"""What holds for every text, file and question: places lead back, nothing is lost, time is linear, errors are told.

The single stages have such tests of their own; here whole reports go through all of them. ``make fuzz`` tries
REPORTQA_FUZZ examples of each property, ``make test`` a few.
"""

import contextlib
import os
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reportqa.asking.followup import completed
from reportqa.asking.question import MAX_QUESTION, parts, understand
from reportqa.batch import READERS as LIST_READERS
from reportqa.batch import read_questions
from reportqa.errors import InputError, ReadingError
from reportqa.figures.checking import check
from reportqa.figures.extract import extract_figures, paragraph_figures
from reportqa.outline.note_marks import without_marks
from reportqa.outline.passages import MAX_PASSAGE, split_passages
from reportqa.outline.sections import split_sections
from reportqa.qa import ReportQA
from reportqa.reading import make_document, read_document
from reportqa.text.records import Answer, Document, Figure, Paragraph, Span
from reportqa.web.links import Address

LONG = int(os.environ.get("REPORTQA_FUZZ", "0"))
DISTRICTS = Path(__file__).parent / "fixtures" / "districts"

PIECES = st.sampled_from(
    """一、概况 （一）规模 1.招生 1.1　师资 (2) ① 第一章　总则 第二节 ## 保障 # 附录 **重点** 一是 首先， 其中， 挑战1：
    表1 各校招生情况 图 3 学生规模 单位：万元 （单位：人） |学校|招生（人）| |---|---| |甲校|1,200| |合计|3.5万| | ||
    学校\t招生 甲校\t12 2024年 2023-2024学年 本学年 招生6191人 （含技工等学校1455人） 生师比为18.29：1 同比增长8.95%
    下降1.2个百分点 近300余家 约5-10万元 分别为78%、82% 1/3 ½ ２０２４ 三千五百六十七 廿五 万 亿元 ㎡ ％ ‰
    由84元提高到89元 “一训三风” 《办法》 不是 比上年 含 其中 共 约 第 之 零 〇 .5 5. 1,2,3 1、2、3 渝北区 甲校
    民办学校 全县 招生 毕业 占 人 所 名 位 元 年 月 日 ： ； 。 ， 、 ！ ？ … — ～ （ ） ( ) “ ” " ' 《 》 | - * # > .
    0 1 9""".split()
)
BLANKS = st.sampled_from(
    ["", "", "", " ", "\n", "\n", "\n\n", "\u3000\u3000", "\t", "\u00a0", "\u200b", "\ufeff", "\u2028"]
)
REPORTS = st.lists(st.tuples(PIECES | st.text(max_size=3), BLANKS), max_size=60).map(
    lambda pieces: "".join(word + blank for word, blank in pieces)
)
ANY = REPORTS | st.text(max_size=200)
WORDS = st.sampled_from(
    """多少 几所 哪些 什么 为什么 怎么样 是否 吗 呢 ？ 那 那么 其中 它 该校 公办 民办 男 女 招生 毕业 升学 就业 生师比
    占比 比上年 增长 2023年 今年 去年 渝北区 学校 教师 人 的 和 与 比 最多 总共 分别 有 是 不 第一 100 %
    （ ） “ """.split()
)
QUESTIONS = st.lists(WORDS | st.text(max_size=2), max_size=12).map("".join) | st.text(max_size=MAX_QUESTION + 20)


def fuzzed(quick: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many examples in ``make test``, and in ``make fuzz`` as many as it asks for."""
    unhurried = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    return settings(max_examples=LONG or quick, deadline=None, suppress_health_check=unhurried)


def assert_tiled(document: Document) -> None:
    """Headings, captions and paragraphs hold each character but blanks and marks of notes, none twice.

    Above them is the title.
    """
    text = document.text
    made = split_sections(document)
    prose = [span for paragraph in made.paragraphs for span in paragraph.spans]
    inside = {position for span in prose for position in range(span.start, span.end)}
    # A heading that opens its paragraph is part of it.
    headings = [section.heading for section in made.sections if section.heading]
    apart = [heading for heading in headings if heading.start not in inside]
    spans = sorted([*prose, *apart, *(Span(caption.start, caption.end) for caption in made.illustrations)])
    assert all(before.end <= after.start for before, after in pairwise(spans))
    held = {position for span in spans for position in range(span.start, span.end)}
    first = spans[0].start if spans else len(text)
    # A mark of a note is in no paragraph, and the one right before the first paragraph not in the title.
    words = {position for span in without_marks([Span(0, len(text))], text) for position in range(span.start, span.end)}
    lost = [position for position in sorted(words - held) if position >= first and text[position].strip()]
    assert lost == []
    while first and first - 1 not in words:
        first -= 1
    assert all(line.strip().lstrip("#").strip() in document.title for line in text[:first].split("\n"))


def assert_written(figure: Figure, text: str) -> None:
    """A figure is written at its place; a caption or a line end may stand between its parts."""
    place = text[figure.start : figure.end]
    halves = ((figure.text[:cut], figure.text[cut:]) for cut in range(1, len(figure.text)))
    assert figure.text == place or any(place.startswith(one) and place.endswith(other) for one, other in halves)


def text_of(spans: tuple[Span, ...], text: str) -> str:
    """What the spans hold, white space aside."""
    return "".join("".join(span.of(text).split()) for span in spans)


@fuzzed(200)
@given(ANY)
@example("招生\u20286191人。\n| a |\n|---|\n")
@example("0²")
def test_every_character_of_a_report_has_one_place_in_its_outline(text):
    document = make_document("r.txt", text)
    assert document.text == text
    if text.strip():
        assert_tiled(document)


@fuzzed(200)
@given(ANY, st.sampled_from([8, 40, MAX_PASSAGE]))
def test_passages_hold_their_paragraph_and_nothing_else(text, limit):
    for paragraph in split_sections(make_document("r.txt", text)).paragraphs:
        passages = split_passages(paragraph, text, limit)
        for passage in passages:
            assert passage.section == paragraph.section
            assert all(any(whole.contains(span) for whole in paragraph.spans) for span in passage.spans)
            assert all(before.end <= after.start for before, after in pairwise(passage.spans))
            assert passage.prose(text).envelope(0, len(passage.prose(text).text)) if passage.prose(text).text else True
        if paragraph.table is None:
            kept = tuple(span for passage in passages for span in passage.spans)
            assert text_of(kept, text) == text_of(paragraph.spans, text)
        else:
            assert_cells_kept(paragraph, passages, text)


def assert_cells_kept(paragraph: Paragraph, passages: list, text: str) -> None:
    """Every cell below the heads is in a passage; the heads are said with them."""
    kept = {position for passage in passages for span in passage.spans for position in range(span.start, span.end)}
    envelopes = [passage.span for passage in passages]
    for row in paragraph.table.rows:
        for cell in row.cells:
            assert set(range(cell.start, cell.end)) <= kept or any(span.contains(cell) for span in envelopes)


@fuzzed(200)
@given(ANY)
def test_figures_stand_where_they_say(text):
    document = make_document("r.txt", text)
    for paragraph in split_sections(document).paragraphs:
        figures = paragraph_figures(paragraph, document)
        starts = {figure.start for figure in figures}
        for figure in figures:
            assert_written(figure, text)
            assert any(span.contains(figure.span) for span in paragraph.spans) or len(paragraph.spans) > 1
            assert figure.section == paragraph.section
            assert figure.parent is None or figure.parent in starts
            assert figure.to_record()
    check([document], extract_figures(text))


@fuzzed(300)
@given(QUESTIONS, QUESTIONS)
def test_any_two_questions_are_read_or_refused(question, previous):
    whole = completed(question, previous)
    assert isinstance(whole, str)
    assert whole == question or len(whole) <= len(question) + len(previous) + 10
    for asked in (question, whole):
        try:
            read = understand(asked)
        except InputError as refused:
            assert "\n" not in str(refused)
        else:
            assert all(part.plain for part in parts(read))


@pytest.fixture(scope="module")
def qa(built_index: Path) -> ReportQA:
    return ReportQA.open(built_index)


@fuzzed(40)
@given(QUESTIONS, st.none() | QUESTIONS)
def test_any_question_is_answered_in_words_of_the_report(qa, question, previous):
    texts = {document.name: document.text for document in qa.documents()}
    try:
        answer = qa.ask(question, previous=previous)
    except InputError as refused:
        assert "\n" not in str(refused)
        return
    assert_quotes(answer, texts)


def assert_quotes(answer: Answer, texts: dict[str, str]) -> None:
    for citation in answer.citations:
        assert texts[citation.document][citation.start : citation.end] == citation.text
        assert all(citation.start <= span.start < span.end <= citation.end for span in citation.highlights)
    for cited in answer.figures:
        assert_written(cited.figure, texts[cited.figure.document])
    assert answer.status in ("answered", "not_found", "unclear")
    assert 0 <= answer.confidence <= 1
    assert not answer.found or answer.answer
    assert answer.to_record()["citations"]


@fuzzed(150)
@given(
    st.dictionaries(
        st.sampled_from(["q", "after", "in", "d", "s", "e", "f", "p"]), st.text(max_size=40) | st.integers()
    )
)
def test_any_address_is_read(query):
    address = Address.read(query)
    assert address.place is None or address.place.start < address.place.end


# Files

LIST = '问题,备注\n本学年招生多少人？,甲\n生师比是多少？,"乙,丙"\n'
LISTS = {
    ".txt": "1. 本学年招生多少人？\n2. 生师比是多少？\n",
    ".csv": LIST,
    ".jsonl": '{"question": "招生多少人？", "id": 3}\n"生师比？"\n',
    ".md": "# 问题\n\n- 招生多少人？\n- 生师比？\n\n| 问题 | 备注 |\n|---|---|\n| 几所？ | |\n",
}


@fuzzed(100)
@given(st.sampled_from(sorted(LISTS)), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]), st.data())
def test_a_damaged_list_is_read_or_refused_in_one_line(tmp_path, ending, encoding, data):
    path = tmp_path / f"q{ending}"
    path.write_bytes(damaged(LISTS[ending].encode(encoding), data))
    try:
        found = read_questions(path)
    except InputError as refused:
        assert "\n" not in str(refused)
    else:
        assert all(row.question or row.error for row in found.rows)


def test_every_kind_of_list_is_tried():
    assert {*LISTS, ".xlsx"} == set(LIST_READERS)


SOUND = [sorted((DISTRICTS / kind).glob(f"*.{kind}"))[0] for kind in ("docx", "html", "md", "pdf", "txt")]


@pytest.mark.parametrize("sound", SOUND, ids=lambda path: path.suffix)
@fuzzed(8)
@given(data=st.data())
def test_a_damaged_report_is_read_or_refused_in_one_line(tmp_path, sound, data):
    path = tmp_path / f"r{sound.suffix}"
    path.write_bytes(damaged(sound.read_bytes(), data))
    assert_read_or_refused(path)


@fuzzed(15)
@given(data=st.data())
def test_a_report_of_damaged_xml_is_read_or_refused_in_one_line(tmp_path, data):
    whole = zipfile.ZipFile(SOUND[0])
    hit = data.draw(st.sampled_from(sorted(name for name in whole.namelist() if name.endswith((".xml", ".rels")))))
    with zipfile.ZipFile(packed := BytesIO(), "w") as archive:
        for name in whole.namelist():
            part = whole.read(name)
            archive.writestr(name, damaged(part, data) if name == hit else part)
    path = tmp_path / "r.docx"
    path.write_bytes(packed.getvalue())
    assert_read_or_refused(path)


def damaged(content: bytes, data: st.DataObject) -> bytes:
    """Some bytes changed, and perhaps a stretch left out, doubled or cut off."""
    found = bytearray(content)
    for _ in range(data.draw(st.integers(0, 6))):
        found[data.draw(st.integers(0, len(found) - 1))] = data.draw(st.integers(0, 255))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(found))] * 2)))
    match data.draw(st.sampled_from(["", "without", "doubled", "cut off"])):
        case "without":
            del found[start:end]
        case "doubled":
            found[end:end] = found[start:end]
        case "cut off":
            del found[start:]
    return bytes(found)


def assert_read_or_refused(path: Path) -> None:
    try:
        document = read_document(path)
    except ReadingError as refused:
        assert "\n" not in str(refused)
    else:
        assert list(document.pages) == sorted(document.pages)
        assert all(0 <= start <= len(document.text) for start in document.pages)
        assert_tiled(document)


def test_an_archive_that_unpacks_to_hundreds_of_megabytes_is_refused(tmp_path):
    path = tmp_path / "r.docx"
    with zipfile.ZipFile(SOUND[0]) as sound, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sound.namelist():
            if name != "word/document.xml":
                archive.writestr(name, sound.read(name))
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(150):
                part.write(b" " * 2**20)
    began = time.process_time()
    with pytest.raises(ReadingError):
        read_document(path)
    assert time.process_time() - began < 10


def test_entities_of_entities_are_not_expanded(tmp_path):
    doubled = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "笑">{doubled}]>'.encode()
    with zipfile.ZipFile(SOUND[0]) as sound, zipfile.ZipFile(tmp_path / "r.docx", "w") as archive:
        for name in sound.namelist():
            part = sound.read(name)
            if name == "word/document.xml":
                body = part[part.index(b"?>") + 2 :].replace("砚泽区".encode(), b"&a11;")
                assert b"&a11;" in body
                part = bomb + body
            archive.writestr(name, part)
    began = time.process_time()
    try:
        assert len(read_document(tmp_path / "r.docx").text) < 10_000_000
    except ReadingError as refused:
        assert "\n" not in str(refused)
    assert time.process_time() - began < 10


# Time

HOSTILE = [
    *"""((( （ ） “ ” 《 " ' 、 。 ， ； ： | - # * > . 0 9 一 十 万 第 人 年 % 一、 1. 1.1 1.1.1.1 1、 （一）
    ① （1 “（ 1, 1,000 12: 2024年 图1 1人 其中 || 一是 1- 十亿 由1到 同比 （含""".split(),
    *["\t", "\u3000", "\n", "表 1 ", "| 1 |\n", "|---|\n", "| 甲 | 1 |\n|---|---|\n", "a\tb\n", "一、\n", "# \n"],
]


def everything(text: str) -> None:
    """All that is done to a text before it is encoded."""
    document = make_document("r.txt", text)
    for paragraph in split_sections(document).paragraphs:
        split_passages(paragraph, text)
        paragraph_figures(paragraph, document)


def seconds(work: Callable[[str], object], text: str) -> float:
    """The processor's time, so that other programs do not count."""
    began = time.process_time()
    work(text)
    return time.process_time() - began


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_time_grows_with_the_length_alone(unit):
    size = 6_000
    short, long = unit * (size // len(unit)), unit * (2 * size // len(unit))
    everything(short)
    # The slack is for what does not grow; the work that is squared takes seconds at this length.
    assert min(seconds(everything, long) for _ in range(2)) <= 3 * seconds(everything, short) + 0.1


@fuzzed(8)
@given(st.lists(PIECES | st.text(min_size=1, max_size=2), min_size=1, max_size=4), st.sampled_from(["", "\n"]))
def test_no_repetition_takes_long(pieces, end):
    unit = "".join(pieces) + end
    assert seconds(everything, unit * (10_000 // len(unit))) < 10


@pytest.mark.parametrize("unit", ["那", "多少", "（", "1", "年", "比", "公办", "的呢", "该校", "、", "招生"])
def test_no_question_takes_long(qa, unit):
    def asked(question: str, previous: str) -> None:
        with contextlib.suppress(InputError):
            qa.ask(question, previous=previous)

    long, endless, usual = unit * (MAX_QUESTION // len(unit)), unit * 300_000, "本学年招生多少人？"
    for question, previous in ((long, long), (long, usual), (usual, long), (usual, endless), (endless, usual)):
        assert seconds(lambda text, before=previous: asked(text, before), question) < 5
