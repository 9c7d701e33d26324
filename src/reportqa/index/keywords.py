"""Keyword search by BM25 over words and over character bigrams, in SQLite's full-text index.

The full-text index looks up every passage that it finds, 1 µs each, and a question's words stand in a tenth of all
passages. A large library therefore has each term's passages as one array too, by which the same scores are added up in
a fraction of the time (measured in docs/growth.md).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from reportqa.text.words import bigrams, content_words, words

# Contentless: the passages themselves are in their own table, the full-text tables hold their terms only.
SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(terms, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '.%'");
CREATE VIRTUAL TABLE bigrams USING fts5(terms, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '.%'");
CREATE VIRTUAL TABLE words_terms USING fts5vocab(words, row);
CREATE VIRTUAL TABLE bigrams_terms USING fts5vocab(bigrams, row);
"""
TABLES = ("words", "bigrams")
_QUERY_TERMS: dict[str, Callable[[str], list[str]]] = {"words": content_words, "bigrams": bigrams}

LARGE = 5_000
"""Up to here the full-text index takes less than 2 ms for a search, words and bigrams together."""
MOST_POSTINGS = 1_000_000
"""The commonest terms of a question are left out where all its terms together stand in more passages than this."""
_SAMPLE = 10
"""The passages of a term that stands in so many times those wanted tell what score is high."""
_PASSAGE, _TIMES = np.dtype("<u4"), np.dtype("<u2")
_POSTING_BYTES = _PASSAGE.itemsize + _TIMES.itemsize
# Those of SQLite's bm25(), its least weight of a term too.
_K1, _B, _LEAST = 1.2, 0.75, 1e-6


def add(database: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    """Add passages as (number, text) to both full-text tables; :func:`settle` comes after the last.

    >>> database = sqlite3.connect(":memory:")
    >>> _ = database.executescript(SCHEMA)
    >>> add(database, [(0, "招生6191人。"), (1, "生师比为18.29：1。"), (2, "建筑面积。")])
    >>> list(Keywords(database).search("words", "招生多少人？", 5))
    [0]
    """
    add_cut(database, ((number, text, cut(text)) for number, text in texts))


def cut(text: str) -> str:
    """Return the words of a text as they are put into the full-text table: what takes most of the time of adding it."""
    return " ".join(words(text))


def add_cut(database: sqlite3.Connection, texts: Iterable[tuple[int, str, str]]) -> None:
    """Add passages as (number, text, :func:`cut` text) to both full-text tables."""
    for number, text, terms in texts:
        database.execute("INSERT INTO words(rowid, terms) VALUES (?, ?)", (number, terms))
        database.execute("INSERT INTO bigrams(rowid, terms) VALUES (?, ?)", (number, " ".join(bigrams(text))))


def settle(database: sqlite3.Connection, large: int = LARGE) -> None:
    """Make the arrays of a library of at least ``large`` passages, in place of those of an earlier state.

    To be called after every change of the passages, whose numbers are taken to run from 0 without wide gaps.
    """
    for table in TABLES:
        database.execute(f"DROP TABLE IF EXISTS main.{table}_postings")
        database.execute(f"DROP TABLE IF EXISTS main.{table}_lengths")
        size, last = database.execute(f"SELECT count(*), max(rowid) FROM {table}").fetchone()
        if size >= large:
            _write_postings(database, table, size, last)


class Keywords:
    """The full-text tables of an index opened for reading; whether it has the arrays is asked once."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        self._settled = {table: f"{table}_postings" in tables for table in TABLES}

    def search(self, table: str, question: str, limit: int, among: Sequence[range] | None = None) -> dict[int, float]:
        """Return the best ``limit`` passages for a question as {number: BM25 score}, best first.

        ``among`` are the passages to look at; None is all of them.
        Scores are positive; a passage that shares no term is absent.
        Source: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, as SQLite FTS5 computes it
        (k1 1.2, b 0.75).
        """
        return self.search_each(table, question, limit, [among])[0]

    def search_each(
        self, table: str, question: str, limit: int, selections: Sequence[Sequence[range] | None]
    ) -> list[dict[int, float]]:
        """Search among several selections of passages at once, None being all: a large index is read once."""
        terms = list(dict.fromkeys(_QUERY_TERMS[table](question)))
        if not terms:
            return [{} for _ in selections]
        if self._settled[table]:
            found = self.frequencies(table, terms)
            return _search_postings(self._database, table, _affordable(found), limit, selections)
        return [_search_full_text(self._database, table, terms, limit, among) for among in selections]

    def frequencies(self, table: str, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term stands; a term that stands in none is absent."""
        # Of the full-text index a term's whole list is read, of the arrays the length alone.
        query = f"SELECT doc FROM {table}_terms WHERE term = ?"
        if self._settled[table]:
            query = f"SELECT length(passages) / {_POSTING_BYTES} FROM {table}_postings WHERE term = ?"
        found = {}
        for term in terms:
            row = self._database.execute(query, (term,)).fetchone()
            if row:
                found[term] = row[0]
        return found


def _search_full_text(
    database: sqlite3.Connection, table: str, terms: list[str], limit: int, among: Sequence[range] | None
) -> dict[int, float]:
    # Not a condition for each range, of which SQLite takes a thousand; the plus keeps the full text first in line.
    within = "" if among is None else " AND +rowid IN (SELECT value FROM json_each(?))"
    numbers = [] if among is None else [json.dumps(list(chain.from_iterable(among)))]
    query = " OR ".join('"{}"'.format(term.replace('"', '""')) for term in terms)
    rows = database.execute(
        f"SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ?{within} ORDER BY bm25({table}) LIMIT ?",
        (query, *numbers, limit),
    )
    return dict(rows.fetchall())


def _write_postings(database: sqlite3.Connection, table: str, size: int, last: int) -> None:
    """Write each term's passages and how often it stands in each, as arrays one after the other, and all lengths."""
    lengths = np.zeros(last + 1, _TIMES)
    database.execute(f"CREATE TABLE {table}_postings(term TEXT PRIMARY KEY, passages BLOB)")
    database.execute(f"CREATE TABLE {table}_lengths(size INTEGER, mean REAL, lengths BLOB)")
    database.execute(f"CREATE VIRTUAL TABLE temp.{table}_instances USING fts5vocab(main, {table}, instance)")
    # In the order of the index, hence of terms and passages: nothing is sorted, and one term at a time is in memory.
    for term, listed in database.execute(f"SELECT term, group_concat(doc) FROM {table}_instances GROUP BY term"):
        numbers, times = np.unique(np.fromstring(listed, _PASSAGE, sep=","), return_counts=True)
        lengths[numbers] += times.astype(_TIMES)
        blob = numbers.tobytes() + times.astype(_TIMES).tobytes()
        database.execute(f"INSERT INTO {table}_postings VALUES (?, ?)", (term, blob))
    mean = float(lengths.sum(dtype=np.int64)) / size
    database.execute(f"INSERT INTO {table}_lengths VALUES (?, ?, ?)", (size, mean, lengths.tobytes()))
    database.execute(f"DROP TABLE temp.{table}_instances")


def _search_postings(
    database: sqlite3.Connection,
    table: str,
    terms: list[str],
    limit: int,
    selections: Sequence[Sequence[range] | None],
) -> list[dict[int, float]]:
    size, mean, blob = database.execute(f"SELECT size, mean, lengths FROM {table}_lengths").fetchone()
    lengths = np.frombuffer(blob, _TIMES)
    scores = np.zeros(len(lengths))
    sample = np.empty(0, _PASSAGE)
    for term in terms:
        (blob,) = database.execute(f"SELECT passages FROM {table}_postings WHERE term = ?", (term,)).fetchone()
        count = len(blob) // _POSTING_BYTES
        numbers = np.frombuffer(blob, _PASSAGE, count)
        if numbers.max(initial=0) >= len(scores):
            raise sqlite3.DatabaseError(f"passages of {term} that there are not")
        times = np.frombuffer(blob, _TIMES, count, offset=numbers.nbytes).astype(np.float64)
        weight = max(np.log((size - count + 0.5) / (count + 0.5)), _LEAST)
        scores[numbers] += weight * (_K1 + 1) * times / (times + _K1 * (1 - _B) + _K1 * _B / mean * lengths[numbers])
        if len(sample) < _SAMPLE * limit:
            sample = numbers
    among = (scores if chosen is None else scores * _chosen(tuple(chosen), len(scores)) for chosen in selections)
    return [_best(counted, limit, sample) for counted in among]


@lru_cache(maxsize=4)
def _chosen(among: tuple[range, ...], size: int) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(size, dtype=bool)
    for numbers in among:
        chosen[numbers.start : numbers.stop] = True
    return chosen


def _affordable(frequencies: dict[str, int]) -> list[str]:
    """Return the terms from the rarest on, as many as may be read; the rarest in any case.

    >>> _affordable({"学校": 900_000, "招生": 300_000, "青禾": 20})
    ['青禾', '招生']
    """
    chosen: list[str] = []
    total = 0
    for term in sorted(frequencies, key=lambda term: frequencies[term]):
        total += frequencies[term]
        if chosen and total > MOST_POSTINGS:
            break
        chosen.append(term)
    return chosen


def _best(scores: npt.NDArray[np.float64], limit: int, sample: npt.NDArray[np.uint32]) -> dict[int, float]:
    """Return the highest scores; by those of a ``sample`` of passages most of the others need not be sorted."""
    least = np.partition(scores[sample], -limit)[-limit] if len(sample) > limit else 0.0
    found = np.flatnonzero(scores >= least if least > 0 else scores)
    order = found[np.argsort(-scores[found], kind="stable")[:limit]]
    return dict(zip(order.tolist(), scores[order].tolist(), strict=True))
