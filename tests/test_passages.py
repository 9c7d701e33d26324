"""Passages: they tile the prose, and are cut only where a reader would cut."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.outline.passages import MAX_PASSAGE, clauses, sentences, split_passages
from reportqa.outline.sections import split_sections
from reportqa.reading import read_document
from reportqa.text.records import Paragraph, Prose, Span
from reportqa.text.words import word_starts


def cut(text, limit):
    paragraph = Paragraph("r.txt", ("一、概况",), 1, (Span(0, len(text)),))
    return [passage.span.of(text) for passage in split_passages(paragraph, text, limit)]


def parts(ranges, text):
    return [text[start:end] for start, end in ranges]


@pytest.fixture(scope="module")
def report(corpus):
    return read_document(next(corpus.glob("*.txt")))


def test_passages_of_the_report_tile_every_paragraph(report):
    for paragraph in split_sections(report).paragraphs:
        passages = split_passages(paragraph, report.text)
        running = [Prose.read(report.text, passage.spans) for passage in passages]
        assert "".join(prose.text for prose in running) == Prose.read(report.text, paragraph.spans).text
        for passage, prose in zip(passages, running, strict=True):
            assert 0 < len(prose.text) <= MAX_PASSAGE
            assert (passage.section, passage.paragraph) == (paragraph.section, paragraph.number)
            assert passage.span == prose.envelope(0, len(prose.text))


def test_passages_of_the_report_end_with_a_sentence(report):
    ends = []
    for paragraph in split_sections(report).paragraphs:
        for passage in split_passages(paragraph, report.text)[:-1]:
            ends.append(passage.span.of(report.text).rstrip()[-1])
    assert ends
    assert set(ends) <= set("。！？；：”）")


def test_a_caption_is_left_out_of_the_passage_that_it_cuts(report):
    cut_in_two = [
        passage
        for paragraph in split_sections(report).paragraphs
        for passage in split_passages(paragraph, report.text)
        if len(passage.spans) > 1
    ]
    whole = [Prose.read(report.text, passage.spans).text for passage in cut_in_two]
    assert any("环境文化四个方面展开" in text for text in whole)
    assert not any("图 9" in text for text in whole)
    assert any("图 9" in passage.span.of(report.text) for passage in cut_in_two)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("招生6191人。毕业6782人！", ["招生6191人。", "毕业6782人！"]),
        ("共1,200.5万元。比为18.29：1。", ["共1,200.5万元。", "比为18.29：1。"]),
        ("他说：“好。走。”就走了。停。", ["他说：“好。走。”就走了。", "停。"]),
        ('他说："好。走。"就走了。"停。"', ['他说："好。走。"就走了。', '"停。"']),
        ("（见附件。）如下……后来呢？！是。", ["（见附件。）如下……", "后来呢？！", "是。"]),
        ("没有句号", ["没有句号"]),
        ("。", ["。"]),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert parts(sentences(text), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("招生6,191人（含技校，1455人），毕业6782人。", ["招生6,191人（含技校，1455人），", "毕业6782人。"]),
        ("占45.1%，比上年高；达到38.5，居首。", ["占45.1%，", "比上年高；", "达到38.5，", "居首。"]),
        ("在2023，2024两年共1，200人。", ["在2023，", "2024两年共1，200人。"]),
        ("比为18：1，高于去年。", ["比为18：1，", "高于去年。"]),
        ("（甲“乙，丙）丁，（戊，己）。", ["（甲“乙，丙）丁，", "（戊，己）。"]),
        ("“甲，乙，丙丁。", ["“甲，", "乙，", "丙丁。"]),
        ("《甲，乙》、【丙，丁】，「戊，己」", ["《甲，乙》、【丙，丁】，", "「戊，己」"]),
    ],
)
def test_clauses(text, expected):
    assert parts(clauses(text), text) == expected


def test_a_long_sentence_is_cut_at_semicolons_then_commas_then_words():
    assert cut("甲乙丙丁；戊己庚辛，壬癸。", 9) == ["甲乙丙丁；", "戊己庚辛，壬癸。"]
    assert cut("一二三四五六七，八九十，甲乙丙丁。", 8) == ["一二三四五六七，", "八九十，", "甲乙丙丁。"]
    assert cut("全区中等职业学校招生规模持续扩大", 7) == ["全区中等职业", "学校招生规模", "持续扩大"]


def test_no_cut_inside_a_number_a_bracket_or_a_quotation():
    assert cut("学校建筑面积733347.38 平方米左右", 14) == ["学校建筑面积", "733347.38 平方米", "左右"]
    long = "全区学校举办了" + "（含技工等学校，另有联合办学）" + "共同参加的活动" * 3
    assert any("（含技工等学校，另有联合办学）" in part for part in cut(long, 24))
    assert any("“一训三风、办学理念”" in part for part in cut("各校都能提炼出自己的“一训三风、办学理念”等等", 16))
    assert any("2024年6月27日" in part for part in cut("活动时间定在了2024年6月27日上午九点", 14))


def test_a_bracket_beyond_reason_is_cut_like_other_text():
    text = "（" + "招生规模持续扩大，" * 60 + "）。"
    assert all(len(part) <= MAX_PASSAGE for part in cut(text, MAX_PASSAGE))
    assert "".join(cut(text, MAX_PASSAGE)) == text


SNIPPETS = st.lists(
    st.sampled_from(
        [
            "招生6191人",
            "1,200.5万元",
            "全区中等职业学校",
            "18.29：1",
            "2024年6月27日",
            "World",
            "《办法》",
            *'，。；（）“”"！…、 \n',
        ]
    ),
    max_size=60,
).map("".join)


@given(SNIPPETS | st.text(max_size=80), st.integers(1, 40))
@settings(max_examples=400, deadline=None)
def test_any_prose_is_tiled_within_the_limit(text, limit):
    pieces = cut(text, limit)
    assert "".join(pieces) == text
    for ranges in (sentences(text), clauses(text)):
        assert "".join(parts(ranges, text)) == text
        assert all(start < end for start, end in ranges)
    assert all(len(piece) <= limit for piece in pieces)


@given(
    st.lists(st.sampled_from(["招生", "规模", "持续扩大", "全区", "中等职业", "学校", "教师队伍", "建设"]), min_size=8)
)
@settings(max_examples=100, deadline=None)
def test_no_cut_inside_a_word_that_jieba_sees(words):
    text = "".join(words)
    position = 0
    for piece in cut(text, 15):
        # jieba looks at the text from the last cut on, and somewhat beyond the piece.
        assert len(piece) in word_starts(text[position : position + 15 + 32])
        position += len(piece)


@given(st.lists(st.tuples(st.integers(0, 3), SNIPPETS), max_size=8), st.integers(1, 30))
@settings(max_examples=200, deadline=None)
def test_passages_of_several_spans_tile_them(pieces, limit):
    text, spans = "", []
    for gap, piece in pieces:
        text += "图" * gap
        spans += [Span(len(text), len(text) + len(piece))] if piece else []
        text += piece
    if not spans:
        return
    passages = split_passages(Paragraph("r.txt", (), 1, tuple(spans)), text, limit)
    found = [position for p in passages for span in p.spans for position in range(span.start, span.end)]
    assert found == [position for span in spans for position in range(span.start, span.end)]
    assert all(len(span) for passage in passages for span in passage.spans)


@pytest.mark.parametrize(
    ("piece", "times"),
    [
        ("全区中等职业学校招生", 100_000),
        ("(", 1_000_000),
        ("“", 1_000_000),
        ("（”", 300_000),
        ("7", 1_000_000),
        ("1,", 400_000),
    ],
)
def test_time_grows_with_the_length_only(piece, times):
    """Measured at 0.4 to 3 seconds; what grows with the square takes many minutes."""
    text = piece * times
    began = time.perf_counter()
    assert sum(map(len, cut(text, MAX_PASSAGE))) == len(text)
    assert time.perf_counter() - began < 30


def test_a_paragraph_of_very_many_lines():
    line = "全区中等职业学校招生规模持续扩大"
    spans = tuple(Span(start, start + len(line)) for start in range(0, 200_000 * len(line), len(line)))
    began = time.perf_counter()
    split_passages(Paragraph("r.txt", (), 1, spans), line * 200_000)
    assert time.perf_counter() - began < 40
