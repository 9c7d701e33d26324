"""Questions of a list that ask the same: pointed out, never merged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from reportqa.asking.question import understand
from reportqa.batch.rows import Duplicate, QuestionRow
from reportqa.errors import InputError
from reportqa.text.folding import fold
from reportqa.text.words import bigrams

# Two questions are near when they share this much of their character pairs, by Jaccard.
_NEAR = 0.75
# Characters that two ways of asking for the same differ by: 招生多少人, 招生人数是多少.
_GENERIC = frozenset("的了是有在和与为被把将于到多少几一共总计请问人名个位数量占比例率呢吗吧啊啥什么哪些里儿谁怎样如何")


@dataclass(frozen=True, slots=True)
class _Asked:
    row: int
    kind: tuple[str, ...]
    pairs: frozenset[str]
    letters: str


def find_duplicates(rows: Sequence[QuestionRow]) -> dict[int, Duplicate]:
    """Find the rows that ask what an earlier row asks, by row number.

    >>> rows = [QuestionRow(1, "招生多少人？"), QuestionRow(2, "招生多少人"), QuestionRow(3, "请问招生多少人呢？")]
    >>> [str(duplicate) for duplicate in find_duplicates(rows).values()]
    ['与第 1 条相同', '与第 1 条相近']

    The same letters and digits are exact. Near is what asks for the same kind of thing with the same numbers, and has
    either all characters in common that name something or at least three quarters of the character pairs. A row is
    compared with those that are not duplicates themselves.
    """
    found: dict[int, Duplicate] = {}
    first: dict[str, int] = {}
    asked = []
    for row in rows:
        letters = "".join(char for char in fold(row.question) if char.isalnum())
        if row.error or not letters:
            continue
        if letters in first:
            found[row.number] = Duplicate(row.number, first[letters], exact=True)
            continue
        first[letters] = row.number
        asked.append(_read(row))
    return dict(sorted((found | _near(asked)).items()))


def _read(row: QuestionRow) -> _Asked:
    try:
        question = understand(row.question)
    except InputError:
        plain, asked = fold(row.question), ""
    else:
        plain, asked = question.plain, "quantity" if question.asked == "count" else question.asked
    digits = "".join(char if char.isdecimal() else " " for char in plain)
    letters = set(filter(str.isalpha, plain)) - _GENERIC
    return _Asked(row.number, (asked, *digits.split()), frozenset(bigrams(plain)), "".join(sorted(letters)))


def _near(asked: Sequence[_Asked]) -> dict[int, Duplicate]:
    """Join by what near questions must share: all characters that name something, or one of their rarest pairs.

    The prefix filter of Bayardo et al., Scaling Up All Pairs Similarity Search (2007): of two sets with Jaccard t or
    more, the rarest n - ceil(t n) + 1 members of the one hold one of those of the other.
    """
    found = {}
    frequency = Counter(pair for one in asked for pair in one.pairs)
    holders: defaultdict[tuple[tuple[str, ...], str], list[_Asked]] = defaultdict(list)
    for one in asked:
        rarest = sorted(one.pairs, key=lambda pair: (frequency[pair], pair))
        prefix = rarest[: len(rarest) - ceil(_NEAR * len(rarest)) + 1]
        keys = [(one.kind, key) for key in (one.letters, *prefix)]
        seen = (other for key in keys for other in holders[key])
        original = next((other for other in seen if _alike(one, other)), None)
        if original is not None:
            found[one.row] = Duplicate(one.row, original.row, exact=False)
            continue
        for key in keys:
            holders[key].append(one)
    return found


def _alike(one: _Asked, other: _Asked) -> bool:
    if len(one.letters) > 1 and one.letters == other.letters:
        return True
    shared = len(one.pairs & other.pairs)
    return shared >= _NEAR * (len(one.pairs) + len(other.pairs) - shared)
