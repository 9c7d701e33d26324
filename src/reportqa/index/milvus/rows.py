"""How an index stands in Milvus: ids, values packed into text, terms counted, texts for the full text search."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from reportqa.index.keywords import TABLES
from reportqa.text.folding import fold
from reportqa.text.words import STOP_WORDS, bigrams, cut, words

LOCAL_BITS = 20
"""A row's id is its document's edition, then its place in it: a million passages, vectors or figures a document."""
LONGEST = 65_535
"""Bytes of a VARCHAR field."""
_CHUNK = 60_000
_HASH, _COUNT = np.dtype("<u8"), np.dtype("<u4")
# All that jieba makes words of: what lies between would become words of the index.
_NO_WORD = re.compile(r"[^\w+#&.%\-]+")

Terms = tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]
"""Hashes of terms in rising order, and in how many passages each stands."""


def row_id(edition: int, local: int) -> int:
    """Return the id of a row of a document.

    >>> row_id(3, 5) == 3 * 2**20 + 5
    True
    """
    return edition << LOCAL_BITS | local


def pack(value: object) -> str:
    """Pack a value for JSON into text."""
    return pack_bytes(json.dumps(value, ensure_ascii=False).encode("utf-8"))


def pack_bytes(data: bytes) -> str:
    """Pack bytes into text: Milvus has no field for bytes, and a text of at most 64 KB."""
    return base64.b64encode(zlib.compress(data)).decode("ascii")


def unpack(text: str) -> Any:
    """Return a value out of its :func:`pack`.

    >>> unpack(pack(["招生", 6191]))
    ['招生', 6191]
    """
    return json.loads(unpack_bytes(text))


def unpack_bytes(text: str) -> bytes:
    """Return bytes out of their :func:`pack_bytes`."""
    return zlib.decompress(base64.b64decode(text))


def chunks(packed: str) -> Iterator[str]:
    """Cut a packed value into parts that a field takes."""
    return (packed[start : start + _CHUNK] for start in range(0, len(packed), _CHUNK))


def word_text(text: str) -> str:
    """Return a passage's text as Milvus's jieba analyzer makes the words of it that the folder has.

    >>> word_text("招生６１９１人（含技工等）。")
    '招生6191人 含技工等 '
    """
    return _cut(_NO_WORD.sub(" ", fold(text)))


def pair_text(text: str) -> str:
    """Return a text's bigrams, each as a word of letters and digits that every tokenizer leaves whole.

    >>> pair_text("招生人")
    '62dbx751f 751fx4eba'
    """
    return _cut(" ".join(map(_spelled, bigrams(text))))


def query_terms(table: str, question: str) -> list[str]:
    """Return the terms by which a question is searched in a table, each once.

    >>> query_terms("words", "本学年招生多少人？")
    ['本学年', '招生', '人']

    Of words the longest only: Milvus's analyzer adds their parts.
    """
    if table == TABLES[0]:
        found = [word for word in cut(fold(question)) if word[0].isalnum() and word not in STOP_WORDS]
    else:
        found = bigrams(question)
    return list(dict.fromkeys(found))


def query_text(table: str, terms: Iterable[str]) -> str:
    """Return terms as they are searched for in a table.

    >>> query_text("words", ["招生", "人"]), query_text("bigrams", ["招生"])
    ('招生 人', '62dbx751f')
    """
    return " ".join(terms if table == TABLES[0] else map(_spelled, terms))


def count_terms(texts: Iterable[str]) -> dict[str, bytes]:
    """Return for each table in how many of the texts each term stands, as bytes for :func:`read_terms`."""
    counts: dict[str, Counter[str]] = {table: Counter() for table in TABLES}
    for text in texts:
        counts[TABLES[0]].update(set(words(text)))
        counts[TABLES[1]].update(set(bigrams(text)))
    return {table: _terms(counted) for table, counted in counts.items()}


def read_terms(parts: Iterable[bytes]) -> Terms:
    """Add up the terms of several documents.

    >>> hashes, counts = read_terms([count_terms(["招生", "招生"])["words"], count_terms(["招生"])["words"]])
    >>> counts.tolist(), hashes.tolist() == term_hashes(["招生"]).tolist()
    ([3], True)
    """
    hashes, counts = [np.empty(0, _HASH)], [np.empty(0, _COUNT)]
    for data in parts:
        size = len(data) // (_HASH.itemsize + _COUNT.itemsize)
        hashes.append(np.frombuffer(data, _HASH, size))
        counts.append(np.frombuffer(data, _COUNT, size, offset=size * _HASH.itemsize))
    unique, places = np.unique(np.concatenate(hashes), return_inverse=True)
    return unique, np.bincount(places, np.concatenate(counts), len(unique)).astype(np.uint32)


def term_hashes(terms: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Return a hash of 64 bits for each term: of a million terms no two share one but once in 40 million libraries."""
    digests = b"".join(hashlib.blake2b(term.encode("utf-8"), digest_size=_HASH.itemsize).digest() for term in terms)
    return np.frombuffer(digests, _HASH)


def _terms(counted: Counter[str]) -> bytes:
    hashes, counts = term_hashes(counted), np.fromiter(counted.values(), _COUNT, len(counted))
    order = np.argsort(hashes)
    return hashes[order].tobytes() + counts[order].tobytes()


def _spelled(pair: str) -> str:
    return "x".join(f"{ord(char):x}" for char in pair)


def _cut(text: str) -> str:
    """Cut a text to the length of a field: no more than the words after its 64th KB are not searched for."""
    return text.encode("utf-8")[:LONGEST].decode("utf-8", "ignore")
