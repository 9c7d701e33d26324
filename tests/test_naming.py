"""What a report is known by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportqa.text.naming import known_as


@pytest.mark.parametrize(
    ("title", "file_name", "known"),
    [
        (
            "临川市岚江区2025年区级部门预算",
            "岚江区柳浪街道办事处2025年部门预算.pdf",
            "临川市岚江区2025年区级部门预算，柳浪街道办事处",
        ),
        ("云岭区教育年报", "云岭区教育年报.txt", "云岭区教育年报"),
        ("云岭区教育年报", "scan_001.pdf", "云岭区教育年报"),
        ("", "云岭区教育年报2024.docx", "云岭区教育年报"),
        ("", "1.pdf", ""),
    ],
)
def test_a_file_name_says_what_the_title_lacks(title, file_name, known):
    assert known_as(title, file_name) == known


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_title_comes_first_and_whole(title, file_name):
    assert known_as(title, file_name).startswith(title)
