"""Keyword search by BM25 over words and over character bigrams, in SQLite's full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from reportqa.words import bigrams, content_words, words

# Contentless: the passages themselves are in their own table, the full-text tables hold their terms only.
SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(terms, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '.%'");
CREATE VIRTUAL TABLE bigrams USING fts5(terms, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '.%'");
CREATE VIRTUAL TABLE words_terms USING fts5vocab(words, row);
CREATE VIRTUAL TABLE bigrams_terms USING fts5vocab(bigrams, row);
"""
_TERMS: dict[str, Callable[[str], list[str]]] = {"words": words, "bigrams": bigrams}
_QUERY_TERMS: dict[str, Callable[[str], list[str]]] = {"words": content_words, "bigrams": bigrams}


def add(database: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    """Add passages as (number, text) to both full-text tables.

    >>> database = sqlite3.connect(":memory:")
    >>> _ = database.executescript(SCHEMA)
    >>> add(database, [(0, "招生6191人。"), (1, "生师比为18.29：1。"), (2, "建筑面积。")])
    >>> list(search(database, "words", "招生多少人？", 5))
    [0]
    """
    for number, text in texts:
        for table, terms in _TERMS.items():
            database.execute(f"INSERT INTO {table}(rowid, terms) VALUES (?, ?)", (number, " ".join(terms(text))))


def search(database: sqlite3.Connection, table: str, question: str, limit: int) -> dict[int, float]:
    """Return the best ``limit`` passages for a question as {number: BM25 score}, best first.

    Scores are positive; a passage that shares no term is absent.
    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, as SQLite FTS5 computes it
    (k1 1.2, b 0.75).
    """
    terms = dict.fromkeys(_QUERY_TERMS[table](question))
    if not terms:
        return {}
    query = " OR ".join('"{}"'.format(term.replace('"', '""')) for term in terms)
    rows = database.execute(
        f"SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ? ORDER BY bm25({table}) LIMIT ?",
        (query, limit),
    )
    return dict(rows.fetchall())


def document_frequencies(database: sqlite3.Connection, table: str, terms: Iterable[str]) -> dict[str, int]:
    """Return in how many passages each term stands; a term that stands in none is absent."""
    found = {}
    for term in terms:
        row = database.execute(f"SELECT doc FROM {table}_terms WHERE term = ?", (term,)).fetchone()
        if row:
            found[term] = row[0]
    return found
