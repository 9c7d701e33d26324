"""A choice among the figures of the reports: by document, chapter, kind, unit and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from reportqa.text.records import Figure

_LONGEST = 200
_YEAR = len("2024")


@dataclass(frozen=True, slots=True)
class Selection:
    """What the 数据 page is asked to show; an empty field chooses everything."""

    report: str = ""
    chapter: str = ""
    kind: str = ""
    unit: str = ""
    words: str = ""

    @classmethod
    def read(cls, query: Mapping[str, object]) -> Selection:
        """Read the query of an address."""
        return cls(*(str(query.get(name, "")).strip()[:_LONGEST] for name in cls.__dataclass_fields__))

    def query(self) -> dict[str, str]:
        """Return the query that :meth:`read` reads, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}

    def of(self, figures: Iterable[Figure]) -> list[Figure]:
        """Choose among ``figures``.

        >>> whole = Figure(2, 7, "6191人", 6191, "人", 6191, "人", "count", "招生", section=("一、概况",))
        >>> len(Selection(kind="count", words="招生 6191").of([whole])), len(Selection(unit="元").of([whole]))
        (1, 0)
        """
        return [figure for figure in figures if self._holds(figure)]

    def _holds(self, figure: Figure) -> bool:
        said = f"{figure.indicator}\n{figure.scope}\n{figure.text}\n{' '.join(figure.section)}"
        return (
            self.report in ("", figure.document)
            and self.chapter in ("", chapter(figure))
            and self.kind in ("", figure.kind)
            and self.unit in ("", figure.unit)
            and all(word in said for word in self.words.split())
        )


def without_dates(figures: Sequence[Figure]) -> list[Figure]:
    """Leave out years that only say when another figure was so, and those that say nothing.

    >>> when = Figure(0, 5, "2023年", "2023", "年", "2023", "年", "date", "常住人口")
    >>> people = Figure(9, 16, "225.8万人", 225.8, "万人", 2258000, "人", "count", "常住人口")
    >>> [figure.text for figure in without_dates([when, people])]
    ['225.8万人']
    """
    measured = {(one.document, one.section, one.indicator) for one in figures if one.kind != "date"}
    return [
        one
        for one in figures
        if not (one.kind == "date" and len(str(one.normalized_value)) == _YEAR)
        or (one.indicator and (one.document, one.section, one.indicator) not in measured)
    ]


def chapter(figure: Figure) -> str:
    """Return the outermost heading over a figure."""
    return figure.section[0] if figure.section else ""
