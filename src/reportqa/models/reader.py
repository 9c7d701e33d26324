"""The bundled reader: which words of a passage answer a question, how well, and whether they say yes or no.

Question and passage are read apart by the encoder's lower half, then together by six layers more. Starts and ends of
answers, and the relevance of a passage, are scored against "no answer" at 0, without a softmax for each passage, so
scores compare across passages and questions (Clark & Gardner 2018; Rajpurkar et al. 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from reportqa.models.bundled import MAX_TOKENS, PASSAGE, QUERY, BundledEncoder
from reportqa.models.parts import Encoder, Vectors, encodable
from reportqa.models.runtime import WEIGHTS, cores, open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# So many tokens of a question and of a passage are read at once, as in training.reader_data.
_MAX_QUESTION, _ROOM = 96, 200
_QUESTION, _HEADER, _TEXT = range(3)
_MAX_SPAN = 120
_STARTS = 16
_KNOWN = 128
"""Passages whose lower half is kept: over one report the same few are read again and again."""


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the reader says of a passage with a question.

    ``places`` are the characters of each token (tokens, 2), ``starts`` and ``ends`` how well an answer begins and ends
    with it; ``spans`` are words that answer, the best first: the characters where they begin and end, and their score;
    ``relevance`` is above 0 where the passage rather answers than not; ``verdict`` is how likely it says 是,
    否, and neither.
    """

    places: NDArray[np.int64]
    starts: Vectors
    ends: Vectors
    relevance: float
    verdict: tuple[float, float, float]
    spans: tuple[tuple[int, int, float], ...]

    @property
    def best(self) -> tuple[int, int, float]:
        """The words that answer best."""
        return self.spans[0]

    def score(self, start: int, end: int) -> float:
        """Return how well the characters from ``start`` to ``end`` answer; 0 is no answer."""
        first = min(int(np.searchsorted(self.places[:, 1], start, side="right")), len(self.places) - 1)
        last = max(int(np.searchsorted(self.places[:, 0], end, side="left")) - 1, first)
        return float(self.starts[first] + self.ends[last])


class Reader:
    """Reads a question with some passages, each in some 20 ms of one core.

    >>> reading = Reader().read("招生多少人", [("年报：", "本学年招生6191人，毕业6782人。")])[0]
    >>> start, end, _ = reading.best
    >>> "本学年招生6191人，毕业6782人。"[start:end], reading.relevance > 0
    ('6191人', True)

    >>> yes, no, neither = Reader().judge("博物馆周一开门吗", "每周一闭馆。")
    >>> no > yes
    True

    The lower half is that of the bundled encoder: ``encoder`` where it is that one, else one of its own. Several
    threads may share one reader. Raises ModelError where the files are missing or damaged.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        lent = isinstance(encoder, BundledEncoder) and encoder.is_bundled
        self._encoder = cast(BundledEncoder, encoder) if lent else BundledEncoder()
        self._session = open_session(WEIGHTS, "reader")
        self._passage = lru_cache(_KNOWN)(self._read_passage)
        self._workers = ThreadPoolExecutor(cores())

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Read a question with passages (header, text), each apart.

        Of a passage of more than 200 tokens, parts that overlap by half are read one by one; of its header and of the
        question what fits into 512 and 96 tokens.
        """
        states = self._asked(question)
        return list(self._workers.map(lambda passage: self._together(states, *self._passage(*passage)), passages))

    def judge(self, question: str, statement: str) -> tuple[float, float, float]:
        """Return how likely a statement alone answers a question with 是, with 否, with neither.

        Six layers of their own, which have learned nothing else, read both together; of the statement 200 tokens.
        """
        passage, head, places = self._read_passage("", statement)
        fed, _ = _fed(self._asked(question), passage, head, (0, min(len(places), _ROOM)))
        return _shares(self._judging.run(["verdict"], fed)[0][0])

    @cached_property
    def _judging(self) -> InferenceSession:
        """Most questions are none for yes or no, and opening the file takes a while."""
        return open_session(WEIGHTS, "verdict")

    def _asked(self, question: str) -> Vectors:
        asked = self._encoder.tokenizer.encode(QUERY + encodable(question)).ids
        return self._encoder.lower(asked if len(asked) <= _MAX_QUESTION else [*asked[: _MAX_QUESTION - 1], asked[-1]])

    def _read_passage(self, header: str, text: str) -> tuple[Vectors, int, NDArray[np.int64]]:
        """Return the hidden states of a passage, how many are its header's, and the characters of the others."""
        encoding = self._encoder.tokenizer.encode(PASSAGE + encodable(header + text))
        ids = encoding.ids if len(encoding.ids) <= MAX_TOKENS else [*encoding.ids[: MAX_TOKENS - 1], encoding.ids[-1]]
        places = np.array(encoding.offsets, np.int64)[: len(ids) - 1] - len(PASSAGE) - len(header)
        head = int(np.searchsorted(places[1:, 1], 0, side="right")) + 1
        return self._encoder.lower(ids), head, np.maximum(places[head:], 0)

    def _together(self, question: Vectors, passage: Vectors, head: int, places: NDArray[np.int64]) -> PassageReading:
        starts, ends = np.full(len(places), -np.inf, np.float32), np.full(len(places), -np.inf, np.float32)
        relevance, verdict = -np.inf, np.zeros(3, np.float32)
        for begin, end in window_ranges(len(places)):
            fed, own = _fed(question, passage, head, (begin, end))
            start, stop, worth, said = self._session.run(["start", "end", "relevance", "verdict"], fed)
            starts[begin:end] = np.maximum(starts[begin:end], start[0, own])
            ends[begin:end] = np.maximum(ends[begin:end], stop[0, own])
            if float(worth[0]) > relevance:
                relevance, verdict = float(worth[0]), said[0]
        return PassageReading(places, starts, ends, relevance, _shares(verdict), _spans(places, starts, ends))


def _fed(
    question: Vectors, passage: Vectors, head: int, window: tuple[int, int]
) -> tuple[dict[str, NDArray[np.generic]], slice]:
    """Return what the layers over both are given for a window of a passage's own tokens, and where these stand."""
    begin, end = window
    hidden = np.concatenate([question, passage[:head], passage[head + begin : head + end], passage[-1:]])[None]
    own = slice(len(question) + head, -1)
    segments = np.full((1, hidden.shape[1]), _HEADER, np.int64)
    segments[0, : len(question)], segments[0, own] = _QUESTION, _TEXT
    return {"hidden": hidden, "segments": segments, "attention_mask": np.ones_like(segments)}, own


def _shares(verdict: Vectors) -> tuple[float, float, float]:
    chances = np.exp(verdict - verdict.max())
    yes, no, neither = map(float, chances / chances.sum())
    return yes, no, neither


def _spans(places: NDArray[np.int64], starts: Vectors, ends: Vectors) -> tuple[tuple[int, int, float], ...]:
    """Return the best end for each of the best beginnings."""
    found = []
    for first in np.argsort(-starts, kind="stable")[:_STARTS].tolist():
        last = first + int(ends[first : first + _MAX_SPAN].argmax())
        found.append((int(places[first][0]), int(places[last][1]), float(starts[first] + ends[last])))
    return tuple(sorted(found, key=lambda span: -span[2]))


def window_ranges(tokens: int, room: int = _ROOM) -> list[tuple[int, int]]:
    """Return the ranges in which a passage's tokens are read: one, or several that overlap by half.

    >>> window_ranges(150), window_ranges(420)
    ([(0, 150)], [(0, 200), (100, 300), (220, 420)])
    """
    if tokens <= room:
        return [(0, tokens)]
    return [
        (start, start + room) for start in (*range(0, max(tokens - room - room // 10, 1), room // 2), tokens - room)
    ]
