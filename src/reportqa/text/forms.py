"""Forms that several rooms look for: a year, and word lists written as running text with one blank between words."""

from __future__ import annotations

# A year of four digits, without what may follow it.
YEAR = r"(?:19|20)\d\d"
# What opens the words of a picture in the text.
IN_PICTURE = "图中文字"
# What people and things are counted in, one character each, that begin few words: 5所, but not 5部(门).
COUNTERS = "人名位个所家门项件间处张座条本册次种套台辆户吨艘架"
# All that a report is on, and what it calls itself: 全区, 本校, 我省.
WHOLE = r"全[国省市区县州旗乡镇村校院行体]"
OWN = r"[我本](?:[国省市区县州旗乡镇村校院行]|公司|集团|单位|部门)"


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a list.

    >>> words_of("人 名 位")
    ('人', '名', '位')
    """
    return tuple(text.split())
