"""Patterns that are compiled when they are first used."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import reportqa
from reportqa.text.patterns import lazy


def test_works_as_a_compiled_pattern_does() -> None:
    years = lazy("(?P<year>20[0-9]{2})年")
    text = "2023年和2024年"
    assert years.findall(text) == re.compile(years.pattern).findall(text) == ["2023", "2024"]
    assert [found["year"] for found in years.finditer(text)] == ["2023", "2024"]
    assert years.sub("x", text) == "x和x"
    assert years.match("截至2023年") is None


def test_an_error_comes_with_the_first_use() -> None:
    broken = lazy("(")
    with pytest.raises(re.error):
        broken.match("")


def patterns(value: object) -> Iterator["re.Pattern[str]"]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from patterns(one)
    elif isinstance(value, type(lazy(""))):
        yield value


def test_every_pattern_of_the_program_compiles() -> None:
    names = [
        found.name for found in pkgutil.walk_packages(reportqa.__path__, "reportqa.") if "__main__" not in found.name
    ]
    found = [one for name in names for value in vars(importlib.import_module(name)).values() for one in patterns(value)]
    assert len(found) > 200
    for one in found:
        assert re.compile(one.pattern, one.flags & ~re.UNICODE if isinstance(one.pattern, str) else one.flags)
