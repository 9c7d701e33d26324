"""Forms that several rooms look for: a year, and word lists written as running text with one blank between words."""

from __future__ import annotations

# A year of four digits, without what may follow it.
YEAR = r"(?:19|20)\d\d"
# What opens the words of a picture in the text.
IN_PICTURE = "图中文字"


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a list.

    >>> words_of("人 名 位")
    ('人', '名', '位')
    """
    return tuple(text.split())
