"""Word lists written as running text, one blank between words."""

from __future__ import annotations


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a list.

    >>> words_of("人 名 位")
    ('人', '名', '位')
    """
    return tuple(text.split())
