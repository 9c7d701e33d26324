"""Words, bigrams, cutting places and the folded form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.text.folding import fold
from reportqa.text.words import STOP_WORDS, bigrams, content_words, first_word, word_starts, words


def test_full_width_traditional_and_upper_case_are_one_form():
    assert fold("畢業生６７８２人，ＧＤＰ　１００％") == fold("毕业生6782人,gdp 100%")


@pytest.mark.parametrize("char", ["㎡", "①", "㊀", "½", "İ", "ﬁ", "\0", "😀", "\ufeff"])
def test_what_has_no_plain_form_of_its_length_stays(char):
    assert fold(f"招{char}生") == f"招{char}生"


@given(st.text())
def test_folding_keeps_every_position_and_is_stable(text):
    folded = fold(text)
    assert len(folded) == len(text)
    assert [fold(char) for char in folded if char.isascii()] == [char for char in folded if char.isascii()]


def test_a_long_text_is_folded_like_its_parts():
    assert fold("畢業生６７８２人。" * 10_000) == "毕业生6782人。" * 10_000


def test_words_of_a_sentence_and_of_its_variants():
    assert words("全日制学历教育在校生19794人。") == [
        "全日",
        "全日制",
        "学历",
        "教育",
        "学历教育",
        "在校",
        "在校生",
        "19794",
        "人",
    ]
    assert words("畢業生６７８２人") == words("毕业生6782人")
    assert words("，。 \n") == []


def test_content_words_name_something():
    assert content_words("请问本学年一共招生多少人？") == ["学年", "本学年", "招生", "人"]
    assert content_words("是多少？") == []
    assert {"的", "多少", "什么"} <= STOP_WORDS


def test_bigrams_stay_within_runs_of_letters():
    assert bigrams("生师比，18.29：1") == ["生师", "师比", "18", "29", "1"]
    assert bigrams("") == []


@given(st.text(max_size=100))
@settings(deadline=None)
def test_any_text_has_words_and_cutting_places(text):
    starts = sorted(word_starts(text))
    assert (starts[0], starts[-1]) == (0, len(text))
    assert text.startswith(first_word(text))
    assert first_word(text) or not text
    assert all(words_ for words_ in words(text))
    assert all(1 <= len(pair) <= 2 for pair in bigrams(text))
