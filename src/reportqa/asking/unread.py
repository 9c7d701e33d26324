"""Numbers that answer though no figure was read from them: in names (第24号), of unknown units (2.2万P)."""

from __future__ import annotations

from reportqa.asking.highlight import MARKS
from reportqa.asking.search import Candidate
from reportqa.index.store import Store
from reportqa.text.numerals import NUMBER, read_numeral, tidy
from reportqa.text.records import Figure

_SHORT = 12  # letters of a number with what it numbers


def number_said(candidate: Candidate, store: Store, start: int, end: int) -> Figure | None:
    """Return a range of a passage's running text as a figure where it is a number alone that was not read as one.

    >>> number_said(candidate, store, 8, 12).text      # doctest: +SKIP
    '第24号'

    Its unit is what stands behind it, its kind "other", and nothing says what it measures.
    """
    prose, document = candidate.passage.prose, candidate.passage.passage.document
    words = prose.text[start:end].strip(MARKS)
    numeral = next((one for found in NUMBER.finditer(words) if (one := read_numeral(words, found))), None)
    if numeral is None or len(words) > _SHORT or words[: numeral.start].strip() not in ("", "第"):
        return None
    at = start + prose.text[start:end].index(words)
    place, unit = prose.envelope(at, at + len(words)), words[numeral.end :].strip()
    if any(one.start < place.end and place.start < one.end for one in store.figures(candidate.passage.number)):
        return None
    return Figure(
        *(place.start, place.end, words, tidy(numeral.written[0]), f"{numeral.multiplier}{unit}"),
        *(tidy(numeral.values[0]), unit, "other"),
        document=document,
    )
