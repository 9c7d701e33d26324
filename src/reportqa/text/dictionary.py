"""jieba's dictionary, of which only the words are read that a text can have."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

import jieba

# The sum of the counts of all words: a word is worth its share of it.
TOTAL = 60_101_967


class Dictionary(jieba.Tokenizer):  # type: ignore[misc]
    """jieba's tokenizer; the words that begin with a character are read when a text first has that character.

    >>> own = Dictionary()
    >>> own.lcut("在校生"), "在校生" in own.FREQ, "毕业" in own.FREQ
    (['在校生'], True, False)

    It cuts as ``jieba.Tokenizer`` does, which reads half a million words and their beginnings at once, 60 MiB, out of a
    file of the shared temporary folder that it writes by itself. Several threads may use one.
    """

    def __init__(self) -> None:
        super().__init__()
        with dictionary_path().open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._known: set[str] = set()
        # The first few lines are in no order; from 一 on they are sorted by their first character.
        self._sorted = self._lines.find("\n一".encode()) + 1
        self._unsorted: dict[str, str] = {}
        for line in self._lines[: self._sorted].decode().splitlines():
            self._unsorted[line[0]] = f"{self._unsorted.get(line[0], '')}{line}\n"
        self.total, self.initialized = TOTAL, True

    def get_DAG(self, sentence: str) -> dict[int, list[int]]:
        """Return, for each place of ``sentence``, where the words that begin there end."""
        self._read(sentence)
        found: dict[int, list[int]] = super().get_DAG(sentence)
        return found

    def frequency(self, word: str) -> int:
        """Return how often a word was counted, 0 for one that the dictionary lacks."""
        self._read(word[:1])
        return int(self.FREQ.get(word) or 0)

    def _read(self, characters: str) -> None:
        """Read the words that begin with some characters, those that are not read already."""
        if new := set(characters) - self._known:
            with self.lock:
                for character in new - self._known:
                    self._add(self._unsorted.get(character, "") + self._lines_of(character))
                # Not before: another thread takes the words of what it finds here for read.
                self._known |= new

    def _lines_of(self, character: str) -> str:
        beginning = character.encode("utf-8", "surrogatepass")
        return self._lines[self._first_line(beginning) : self._first_line(beginning + b"\xff")].decode()

    def _first_line(self, beginning: bytes) -> int:
        """Return where the first line is that does not come before ``beginning``, among those that are sorted."""
        low, high = self._sorted, len(self._lines)
        while low < high:
            middle = max(self._lines.rfind(b"\n", low, (low + high) // 2) + 1, low)
            if self._lines[middle : middle + len(beginning)] < beginning:
                low = self._lines.find(b"\n", middle) + 1 or high
            else:
                high = middle
        return low

    def _add(self, lines: str) -> None:
        """Add words with their counts; a mere beginning of a word counts 0, and tells jieba to look further."""
        fields = lines.split()
        words = fields[::3]
        self.FREQ.update(dict.fromkeys((beginning for word in words for beginning in _beginnings(word)), 0))
        self.FREQ.update(zip(words, map(int, fields[1::3]), strict=True))


def dictionary_path() -> Path:
    """Return the file of jieba's dictionary: a word, its count and its part of speech in each line."""
    return Path(jieba.__file__).with_name("dict.txt")


def _beginnings(word: str) -> Iterator[str]:
    return (word[:end] for end in range(1, len(word)))
