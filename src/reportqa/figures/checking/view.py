"""One report's figures as the checks read them: in their sentences, with their parts, by name."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile

from reportqa.figures.agreement import bare
from reportqa.figures.arithmetic import comparable, is_exact
from reportqa.figures.serials import ends_with
from reportqa.text.records import Document, Figure, Kind

QUANTITIES = frozenset({"count", "money", "area"})
_NEAR = 12
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_SEGMENT_END = re.compile(r"[。！？!?；;\n]")
_MEAN = re.compile(r"均|每|单价|房价|标准|强度|密度|指数|/")
_BRACKET = re.compile(r"[（(][^（()）]{0,60}[)）]")


class ReportView:
    """The exact quantities of a report, with the questions that the checks ask of them.

    >>> view = ReportView(document, figures)                  # doctest: +SKIP
    >>> [figure.text for figure in view.parts(view.quantities[0])]       # doctest: +SKIP
    ['2所', '5所']
    """

    def __init__(self, document: Document, figures: Iterable[Figure]) -> None:
        self.document = document
        self.figures = sorted(figures, key=lambda figure: figure.start)
        self.quantities = [figure for figure in self.figures if is_exact(figure) and figure.kind in QUANTITIES]
        self._starts = [figure.start for figure in self.quantities]
        self._by_start = {figure.start: figure for figure in self.figures}
        self._parts: dict[int, list[Figure]] = {}
        for figure in self.quantities:
            if figure.parent is not None:
                self._parts.setdefault(figure.parent, []).append(figure)
        self._named: dict[tuple[str, str], list[Figure]] = {}
        for figure in self.quantities:
            if not figure.scope.startswith("含"):
                self._named.setdefault((figure.kind, bare(figure.indicator)[-2:]), []).append(figure)
        self._sentence_ends = [match.start() for match in _SENTENCE_END.finditer(document.text)]
        self._segment_ends = [match.start() for match in _SEGMENT_END.finditer(document.text)]

    def sentence(self, figure: Figure) -> int:
        """Return the number of the sentence that holds a figure."""
        return bisect_right(self._sentence_ends, figure.start)

    def segment(self, figure: Figure) -> int:
        """Return the number of the part of a sentence, between semicolons, that holds a figure."""
        return bisect_right(self._segment_ends, figure.start)

    def sentences(self) -> Iterator[list[Figure]]:
        """Yield the exact quantities of each sentence, in order."""
        return (list(group) for _, group in groupby(self.quantities, self.sentence))

    def whole_of(self, figure: Figure) -> Figure | None:
        """Return the exact quantity that a figure is a part of, in the same unit."""
        whole = None if figure.parent is None else self._by_start.get(figure.parent)
        return (
            whole
            if whole is not None and is_exact(whole) and comparable(whole, figure) and not is_mean(whole)
            else None
        )

    def parts(self, whole: Figure) -> list[Figure]:
        """Return the exact figures that are parts of ``whole``, in the same unit."""
        return [part for part in self._parts.get(whole.start, []) if comparable(part, whole) and not is_mean(whole)]

    def between(self, first: Figure, last: Figure) -> str:
        """Return the words between two figures, brackets left out."""
        return _BRACKET.sub("", self.document.text[first.end : last.start])

    def sentence_text(self, figure: Figure) -> str:
        """Return the whole sentence around a figure."""
        number = self.sentence(figure)
        begin = self._sentence_ends[number - 1] + 1 if number else 0
        end = self._sentence_ends[number] if number < len(self._sentence_ends) else len(self.document.text)
        return self.document.text[begin:end]

    def before(self, figure: Figure) -> list[Figure]:
        """Return up to 12 exact quantities before a figure in its part of the sentence, the nearest first."""
        segment, at = self.segment(figure), bisect_left(self._starts, figure.start)
        nearest = (self.quantities[number] for number in range(at - 1, max(at - 1 - _NEAR, -1), -1))
        return list(takewhile(lambda quantity: self.segment(quantity) == segment, nearest))

    def named(self, noun: str, near: Figure, kind: Kind = "count") -> list[Figure]:
        """Return up to 12 quantities whose indicator is ``noun`` or ends so: the same words first, then the nearest.

        What only a bracket includes (含技工等学校) is no quantity of the noun.
        """
        known = self._named.get((kind, noun[-2:]), ())
        counts = [figure for figure in known if ends_with(bare(figure.indicator), noun)]
        return sorted(counts, key=lambda figure: (bare(figure.indicator) != noun, *_distance(figure, near)))[:_NEAR]


def _distance(figure: Figure, near: Figure) -> tuple[bool, int]:
    return figure.start > near.start, abs(figure.start - near.start)


def is_mean(figure: Figure) -> bool:
    """Tell whether a figure is a mean, a price or a standard, which has no parts: 人均可支配收入, 平均房价."""
    return bool(_MEAN.search(f"{figure.indicator}{figure.unit}"))
