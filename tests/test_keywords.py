"""A large library's keyword search gives what SQLite's full-text index gives, sooner."""

import contextlib
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.index import keywords

TEXTS = [
    "本学年招生6191人，其中女生2876人。",
    "毕业生6782人，就业率96.5%，比上年提高1.2个百分点。",
    "全区有中职学校8所，其中公办5所、民办3所。",
    "学校投入3.5亿元，建成实训室120间。",
    "教师1006人，双师型教师占56%。",
    "招生招生招生，学校学校。",
]
TABLES = ("words", "bigrams")
QUESTIONS = ("招生多少人？", "学校有几所？", "教师", "双师型教师占比？", "96.5%", "没有这个词语吗", "是多少", "人")


def library(texts):
    connection = sqlite3.connect(":memory:")
    connection.executescript(keywords.SCHEMA)
    keywords.add(connection, enumerate(texts))
    return connection


def large(texts):
    connection = library(texts)
    keywords.settle(connection, large=1)
    return connection


def results(connection, question, limit=50, among=None):
    return [list(keywords.Keywords(connection).search(table, question, limit, among).items()) for table in TABLES]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_large_library_finds_what_a_small_one_finds(question):
    usual, settled = library(TEXTS * 20), large(TEXTS * 20)
    for limit in (1, 7, 50, 1000):
        for found, expected in zip(results(settled, question, limit), results(usual, question, limit), strict=True):
            assert [number for number, _ in found] == [number for number, _ in expected]
            assert [score for _, score in found] == pytest.approx([score for _, score in expected])


@given(
    st.lists(st.text(alphabet="招生学校人教师 1.%a，。", max_size=30), min_size=1, max_size=12), st.text(max_size=20)
)
@settings(deadline=None, max_examples=50)
def test_any_texts_and_any_question(texts, question):
    usual, settled = library(texts), large(texts)
    for asked in (question, texts[0]):
        for found, expected in zip(results(settled, asked), results(usual, asked), strict=True):
            assert dict(found) == pytest.approx(dict(expected))
    for connection in (usual, settled):
        connection.close()


@pytest.mark.parametrize("make", [library, large])
def test_a_search_among_some_passages(make):
    connection = make(TEXTS * 500)
    among = [range(0, 1), range(12, 14), *(range(number, number + 1) for number in range(18, 3000, 2))]
    chosen = {number for part in among for number in part}
    for found in results(connection, "招生和学校", 5000, among):
        assert {number for number, _ in found} <= chosen
        everything = results(connection, "招生和学校", 5000)
        assert found in [[(n, s) for n, s in part if n in chosen] for part in everything]
    assert results(connection, "招生", among=[]) == [[], []]
    assert results(connection, "招生", among=[range(5000, 6000)]) == [[], []]


def test_frequencies_are_those_of_the_full_text_index():
    usual, settled = library(TEXTS * 3), large(TEXTS * 3)
    terms = ["招生", "学校", "人", "没有", "教师"]
    for table in TABLES:
        expected = keywords.Keywords(usual).frequencies(table, terms)
        assert keywords.Keywords(settled).frequencies(table, terms) == expected
    assert keywords.Keywords(settled).frequencies("bigrams", terms) == {"招生": 6, "学校": 9, "教师": 3}


def test_a_frequency_is_looked_up_not_counted():
    """By the key of the table, whatever number of passages a term stands in."""
    settled = large(TEXTS)
    plans = settled.execute("EXPLAIN QUERY PLAN SELECT length(passages) FROM words_postings WHERE term = '招生'")
    assert "SEARCH words_postings USING INDEX" in plans.fetchone()[3]


def test_a_small_library_has_no_arrays():
    connection = library(TEXTS)
    before = connection.execute("SELECT name FROM sqlite_master").fetchall()
    keywords.settle(connection)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == before


def test_a_library_is_settled_beside_the_one_that_it_takes_passages_from(tmp_path):
    path = tmp_path / "old.sqlite"
    source = large(TEXTS)
    source.commit()
    with contextlib.closing(sqlite3.connect(path)) as old:
        source.backup(old)
    connection = library(TEXTS)
    connection.commit()
    connection.execute("ATTACH DATABASE ? AS old", (str(path),))
    keywords.settle(connection, large=1)
    assert results(connection, "招生计划") == results(large(TEXTS), "招生计划")
    assert connection.execute("SELECT 1 FROM old.sqlite_master WHERE name = 'words_postings'").fetchone()


def test_a_changed_library_is_settled_anew():
    connection = large(TEXTS)
    keywords.add(connection, [(len(TEXTS), "新增的招生计划")])
    keywords.settle(connection, large=1)
    assert results(connection, "招生计划") == results(large([*TEXTS, "新增的招生计划"]), "招生计划")
    keywords.settle(connection, large=1000)
    assert connection.execute("SELECT 1 FROM sqlite_master WHERE name LIKE '%postings'").fetchall() == []


def test_the_commonest_terms_give_way_where_there_are_too_many(monkeypatch):
    connection = large(["学校招生"] * 90 + ["学校经费"] * 10 + ["青禾学校"])
    everything = keywords.Keywords(connection).search("words", "青禾学校的经费", 500)
    assert len(everything) == 101
    monkeypatch.setattr(keywords, "MOST_POSTINGS", 50)
    assert set(keywords.Keywords(connection).search("words", "青禾学校的经费", 500)) == set(range(90, 101))
    assert len(keywords.Keywords(connection).search("words", "学校", 500)) == 101
