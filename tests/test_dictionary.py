"""jieba's dictionary read in parts: the same words, counts and cuts as read whole."""

from concurrent.futures import ThreadPoolExecutor

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.text.dictionary import TOTAL, Dictionary, dictionary_path


@pytest.fixture(scope="module")
def whole():
    """jieba's own tokenizer with all of its dictionary, without the file that it would write."""
    own = jieba.Tokenizer()
    with dictionary_path().open("rb") as file:
        own.FREQ, own.total = own.gen_pfdict(file)
    own.initialized = True
    return own


@pytest.fixture(scope="module")
def parts():
    return Dictionary()


def test_all_parts_together_are_the_dictionary(whole, parts):
    for word in whole.FREQ:
        parts.frequency(word)
    assert parts.FREQ == whole.FREQ
    assert whole.total == TOTAL


# 大, 小, T and 4 begin words of the few lines that are in no order.
@pytest.mark.parametrize("first", ["一", "龢", "大", "小", "T", "4", "学"])
def test_a_character_brings_all_its_words_and_no_others(whole, first):
    own = Dictionary()
    own.frequency(first)
    assert {word: count for word, count in whole.FREQ.items() if word.startswith(first)} == own.FREQ


@given(st.text(st.one_of(st.sampled_from("本学年度招生人数在校中职大小青禾县T恤4S店一 ，。9%"), st.characters())))
def test_every_text_is_cut_as_jieba_cuts_it(whole, parts, text):
    assert parts.lcut(text) == whole.lcut(text)
    assert parts.lcut_for_search(text) == whole.lcut_for_search(text)


def test_several_threads_may_read_at_once(whole, corpus):
    text = next(corpus.glob("*.txt")).read_text("utf-8")
    own = Dictionary()
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(own.lcut, [text] * 4)) == [whole.lcut(text)] * 4
