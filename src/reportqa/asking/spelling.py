"""Wrong characters that sound right: a word of a question that no report has, and the reports' word that was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from reportqa.asking.config import FITTED
from reportqa.text.words import STOP_WORDS, frequency

# Sounds that input methods and southern ears do not keep apart.
_BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
_PAIR, _LONGEST_WORD = 2, 4
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_SOUNDS = re.compile(r'"(?P<code>\d+)": ?"(?P<sounds>[^"]+)"')
# Characters that ask, bind or are a verb by themselves: they are no part of a name, and say nothing of a neighbour.
_BINDING = frozenset(char for word in STOP_WORDS if len(word) == 1 for char in word) | frozenset(
    "多少几哪何谁吗呢给让去来做搞叫要被当干靠跟比最不没会能可说看想用各出收设家加一二两三四五六七八九十百千万亿年月日"
)

PassagesWith = Callable[[str], int]
HasTerm = Callable[[str], bool]


def respell(question: str, passages_with: PassagesWith, has_term: HasTerm = lambda word: False) -> str:
    """Put right the characters of a question that only sound like those of the reports.

    >>> reports = "学生体质健康测试优秀率"
    >>> respell("体质建康测试", lambda word: int(word in reports))
    '体质健康测试'
    >>> respell("食堂有几个", lambda word: int(word in reports))
    '食堂有几个'

    A character is replaced by one of the same sound (tones and zh/z, ch/c, sh/s, ng/n aside) only where no passage has
    it beside its neighbours and some passage has the other one there, in a word. ``passages_with`` counts the passages
    of an index that have a word; ``has_term`` tells whether one is a term of its full text, as names are that no
    dictionary has. Sounds: pypinyin, over the characters of GB 2312.
    """
    for run in _HAN.finditer(question):
        for at in range(run.start(), run.end()):
            question = question[:at] + _char(question, at, passages_with, has_term) + question[at + 1 :]
    return question


def _char(text: str, at: int, passages_with: PassagesWith, has_term: HasTerm) -> str:
    """Return the character that belongs at a place: the one that stands there, or one that sounds alike."""
    char = text[at]
    places = [start for start in (at - 1, at) if _is_pair(text, start)]
    if char in _BINDING or not places or any(passages_with(text[start : start + _PAIR]) for start in places):
        return char
    windows = list(_windows(text, at))
    if any(frequency(text[start:end]) and passages_with(text[start:end]) for start, end in windows):
        return char  # 信用, though 用 binds
    written = max((frequency(text[start:end]) for start, end in windows), default=0)
    if any(frequency(text[start:end]) for start, end in windows if end - start > _PAIR):
        return char
    best, most = char, 0
    for other in _homophones(char):
        changed = text[:at] + other + text[at + 1 :]
        found = sum(passages_with(changed[start : start + _PAIR]) for start in places)
        if found <= most:
            continue
        words = {changed[start:end] for start, end in windows if not _tears(text, at, start, end)}
        if any(_is_meant(word, written, has_term) for word in words if passages_with(word)):
            best, most = other, found
    return best


def _is_pair(text: str, start: int) -> bool:
    pair = text[max(start, 0) : start + _PAIR]
    return start >= 0 and len(pair) == _PAIR and bool(_HAN.fullmatch(pair)) and not _BINDING & set(pair)


def _is_meant(word: str, written: int, has_term: HasTerm) -> bool:
    """Tell whether a word is far more usual than the one that was written, or a name where that is no word at all."""
    return frequency(word) > FITTED.respelled_usual * written or (not written and has_term(word))


def _tears(text: str, at: int, start: int, end: int) -> bool:
    """Tell whether a stretch around a place takes a character from another word: 今年|给 is not 今|年级."""
    longest = _LONGEST_WORD - 1
    before = ((first, stop) for stop in range(start + 1, at + 1) for first in range(max(stop - longest, 0), start))
    after = ((first, stop) for first in range(at + 1, end) for stop in range(end + 1, first + longest + 1))
    return any(frequency(text[first:stop]) > FITTED.dictionary_usual for first, stop in (*before, *after))


def _windows(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of two to four characters around a place."""
    for length in range(_PAIR, _LONGEST_WORD + 1):
        for start in range(max(at - length + 1, 0), at + 1):
            if start + length <= len(text):
                yield start, start + length


def _homophones(char: str) -> set[str]:
    by_char, by_sound = _sounds()
    return {other for sound in by_char.get(char, ()) for other in by_sound[sound] if other != char}


@lru_cache(maxsize=1)
def _sounds() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the sounds of each common character, and the characters of each sound."""
    rows = (bytes(byte for cell in range(0xA1, 0xFF) for byte in (row, cell)) for row in range(0xB0, 0xF8))
    by_char: dict[str, set[str]] = {}
    by_sound: dict[str, set[str]] = {}
    for char, sounds in _pinyin(char for row in rows for char in row.decode("gb2312", "ignore")).items():
        by_char[char] = {_blur(sounds.partition(",")[0])}
        for sound in by_char[char]:
            by_sound.setdefault(sound, set()).add(char)
    return by_char, by_sound


def _pinyin(chars: Iterable[str]) -> dict[str, str]:
    """Return pypinyin's sounds of characters, out of the text of its file: to load all of it would take 10 MiB."""
    package = find_spec("pypinyin")
    assert package and package.origin
    wanted = set(chars)
    listed = _SOUNDS.finditer(Path(package.origin).with_name("pinyin_dict.json").read_text("utf-8"))
    return {char: found["sounds"] for found in listed if (char := chr(int(found["code"]))) in wanted}


def _blur(sound: str) -> str:
    """Take the tone off a syllable, and the differences that people do not hear.

    >>> _blur("chéng"), _blur("chén")
    ('cen', 'cen')
    """
    letters = "".join(char for char in unicodedata.normalize("NFD", sound) if char.isascii())
    for written, heard in _BLURRED:
        letters = letters.replace(written, heard)
    return letters
