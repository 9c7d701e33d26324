"""How sure an answer is: arithmetic by hand, and what must hold for any fitted weights."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.asking.sure import chance
from reportqa.asking.weights import WEIGHTS


def test_a_chance_is_the_logistic_of_a_weighted_sum() -> None:
    # 2 × 1.5 − 1 × 0.5 + 0.25 = 2.75
    weights = {"clause": 2.0, "margin": -1.0, "constant": 0.25}
    assert chance(weights, {"clause": 1.5, "margin": 0.5, "unused": 9.0}) == pytest.approx(1 / (1 + math.exp(-2.75)))


@given(st.floats(-1e9, 1e9))
def test_a_chance_lies_between_none_and_one(score: float) -> None:
    assert 0 <= chance({"score": 1.0, "constant": 0.0}, {"score": score}) <= 1


def test_the_weights_say_where_they_come_from() -> None:
    assert WEIGHTS.source.startswith("training/fit.py")
    for weights in (WEIGHTS.right_figure, WEIGHTS.right_text, WEIGHTS.answerable_figure, WEIGHTS.answerable_text):
        assert "constant" in weights
