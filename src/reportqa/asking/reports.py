"""Which reports a question is about: by their names, places and years, and what counts against the others."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from reportqa.asking.question import Question, focused
from reportqa.asking.times import LAST_YEAR, TimeAsked, asks_before, asks_plan
from reportqa.index.store import DocumentInfo, IndexedPassage, Store
from reportqa.text.folding import fold
from reportqa.text.forms import IN_PICTURE, YEAR
from reportqa.text.naming import known_as

# Scores run over about ten standard deviations: a report of another year than asked must lose against all but nonsense.
_OTHER_YEAR = 6.0
_OLDER = 1.5
# What it counts against a passage that its headings name other years than the question.
_OTHER_PART = 3.0
_YEAR_HEADED = re.compile(rf"(?<!\d)({YEAR})\s*学?年")
# What it counts against a report that the question names another.
_UNNAMED = 1.5
# What it counts against the words of a picture, which prose says better where it says them too.
_PICTURE = 4.0
_HAN = re.compile(r"[\u4e00-\u9fff]{3,}")
# A report is of every year that it says so often, as a share of its own year, and at least so many times.
_SAID, _SELDOM = 0.5, 4
_NUMBERED = re.compile(r"[\d〇零一二三四五六七八九十]+|[年月日]|年?度|学年|[上下]半年|季度")
_YEAR = re.compile(rf"(?<!\d){YEAR}(?=\s*(?:学?年|[~～至—–-]))")
_DOCUMENTS = 4096
# What is laid before a congress in January is of the year before.
_LOOKING_BACK = "工作报告"
_CHOICES = 64
Series = tuple[str | None, str]


class Reports:
    """The reports of an index, as questions name them.

    >>> Reports(store).meant(understand("2023年青禾区招生多少人？"))      # doctest: +SKIP
    ['青禾区2023.txt']
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents = {document.name: document for document in store.library()}
        names = {one.name: known_as(one.title, one.name) for one in self._documents.values()}
        self.series = {name: (one.region, _NUMBERED.sub("", names[name])) for name, one in self._documents.items()}
        """What the reports of one body share, year by year, by report: their region, and their name without numbers."""
        self._years = self._years_by_series(self._documents.values())
        self.regions = frozenset(document.region for document in self._documents.values())
        self._names = _telling(names)
        # The same few reports are meant again and again, and a large library has thousands to choose from.
        self._chosen = lru_cache(_CHOICES)(self._choose)
        self._years_said = lru_cache(_DOCUMENTS)(self._read_years)

    def __len__(self) -> int:
        return len(self._documents)

    def wanted_years(self, question: Question, document: str) -> tuple[int, ...]:
        """Return the years a question is about, as seen from a report of its series; none where it names none."""
        return wanted_years(question, self._years[self.series[document]])

    def documents(self, names: Sequence[str] | None = None) -> list[DocumentInfo]:
        """Return the reports to ask, None is all of them."""
        return [self._documents[name] for name in names or self._documents]

    def meant(self, question: Question, documents: Sequence[str] | None = None) -> list[str]:
        """Return the reports that a question is about, of those to ask: by name, place, year, else the newest."""
        places, among = named_regions(question, self.regions), None if documents is None else tuple(documents)
        return self._chosen(self._called(question), places, question.years, question.year_offset, among)

    def _choose(
        self,
        called: frozenset[str],
        places: tuple[str, ...],
        years: tuple[int, ...],
        offset: int | None,
        among: tuple[str, ...] | None,
    ) -> list[str]:
        every = self.documents(among)
        known = [document for document in every if document.name in called] or every
        local = [document for document in known if document.region in places] or known
        known_years = self._years_by_series(local)
        wanted = {one: years or _counted_back(own, offset) or (max(own),) for one, own in known_years.items() if own}
        chosen = [one.name for one in local if one.year is None or one.year in wanted[self.series[one.name]]]
        # A report of one year looks back on others; where the place is named, its reports are meant all the same.
        return chosen or [document.name for document in local if document.region in places]

    def treats(self, document: str, year: int) -> bool:
        """Tell whether a report is of a year: by its own, its title, or because it says that year as often as its own.

        A work report of 2026 is of 2025 too, a report may be of 2022~2023.
        """
        years = (self._documents[document].year, self.own_year(document))
        return year in years or year in self._years_said(document)

    def own_year(self, document: str) -> int | None:
        """Return the year whose figures a report gives as its own: of a work report the one before.

        2024年政府工作报告 looks back on 2023, but 2024年度工作报告 on 2024.
        """
        info = self._documents[document]
        looks_back = info.genre.endswith(_LOOKING_BACK) and f"{info.year}年度" not in info.title
        return info.year and info.year - looks_back

    def _years_by_series(self, reports: Iterable[DocumentInfo]) -> dict[Series, frozenset[int]]:
        years = defaultdict[Series, set[int]](set)
        for report in reports:
            years[self.series[report.name]] |= {report.year} if report.year else set()
        return {series: frozenset(own) for series, own in years.items()}

    def time_asked(self, question: Question, document: str) -> TimeAsked:
        """Return of which time a question asks, as seen from a report."""
        years = self.wanted_years(question, document)
        own, strange = self.own_year(document), bool(years) and not any(self.treats(document, year) for year in years)
        later = own is not None and any(year > own for year in years)
        before = (strange and not later) or asks_before(question.plain)
        return TimeAsked(frozenset(years), before, later or asks_plan(question.plain))

    def _read_years(self, document: str) -> frozenset[int]:
        text, info = self._store.document(document).text, self._documents[document]
        said = Counter(map(int, _YEAR.findall(text)))
        least = max(_SAID * said[info.year or 0], _SELDOM)
        return frozenset({int(year) for year in _YEAR.findall(info.title)} | {y for y, n in said.items() if n >= least})

    def focus(self, question: Question, documents: Sequence[str] | None = None) -> Question:
        """Leave out of a question the year and the region by which its reports are chosen."""
        meant = [self._documents[name] for name in self.meant(question, documents)]
        years = {str(one.year) for one in meant} & set(map(str, question.years))
        regions = {one.region for one in meant if one.region}
        return focused(question, [*years, *regions] if len(regions) < 2 else years)

    def faults(self, question: Question, meant: Iterable[str]) -> Callable[[IndexedPassage], float]:
        """Return what counts against a passage: 0 in a report that is meant, more in one of another year or place."""
        named = frozenset(meant)
        places = named_regions(question, self.regions) or question.places if len(self.regions) > 1 else ()

        called = self._called(question)

        def fault(passage: IndexedPassage) -> float:
            document = self._documents[passage.passage.document]
            wanted = self.wanted_years(question, document.name)
            counted = _PICTURE * (IN_PICTURE in passage.prose.text)
            own = self.own_year(passage.passage.document)
            said = any(str(year) in passage.prose.text for year in wanted)
            said |= bool(own and own - 1 in wanted and LAST_YEAR.search(passage.prose.text))
            headed = {int(year) for title in passage.passage.section for year in _YEAR_HEADED.findall(title)}
            if headed and wanted and not (said or headed & set(wanted)):
                counted += _OTHER_PART
            if document.name in named:
                return counted
            counted += _UNNAMED * (bool(called) and document.name not in called)
            if document.year is not None and not any(self.treats(document.name, year) for year in wanted):
                counted += _OTHER_YEAR if wanted and not said else _OLDER
            return counted + _OTHER_YEAR * bool(places and document.region and document.region not in places)

        return fault

    def _called(self, question: Question) -> frozenset[str]:
        """Return the reports whose name the question says most of, of what tells their names apart; often none."""
        said = {name: sum(piece in question.wording for piece in pieces) for name, pieces in self._names.items()}
        most = max(said.values(), default=0)
        return frozenset(name for name, count in said.items() if most and count == most)


def _telling(names: dict[str, str]) -> dict[str, frozenset[str]]:
    """Return the pieces of three characters of each name that not half of the names have: 柳浪街, 财政局."""
    pieces = {
        key: frozenset(words[at : at + 3] for words in _HAN.findall(fold(name)) for at in range(len(words) - 2))
        for key, name in names.items()
    }
    count = Counter(piece for own in pieces.values() for piece in own)
    return {key: frozenset(piece for piece in own if 2 * count[piece] < len(names)) for key, own in pieces.items()}


def wanted_years(question: Question, known: frozenset[int]) -> tuple[int, ...]:
    """Return the years a question names; 去年 and the like count from the newest of a series' years.

    >>> from reportqa.asking.question import understand
    >>> wanted_years(understand("去年招生多少人？"), frozenset({2023, 2024}))
    (2023,)

    Where there is no report of that year, 去年 is how people call the year of the newest report, and restricts nothing.
    """
    return question.years or _counted_back(known, question.year_offset)


def _counted_back(known: frozenset[int], offset: int | None) -> tuple[int, ...]:
    year = max(known) + offset if known and offset is not None else None
    return (year,) if year in known else ()


def named_regions(question: Question, regions: Iterable[str | None]) -> tuple[str, ...]:
    """Return the reports' regions that a question names, with or without 区, 县 and the like, in its order.

    >>> from reportqa.asking.question import understand
    >>> named_regions(understand("白鹭和青禾区哪个招生多？"), ["青禾区", "白鹭区", None])
    ('白鹭区', '青禾区')
    """
    places = {region: question.plain.find(region if len(region) < 3 else region[:-1]) for region in regions if region}
    # A question that has been focused names them no more.
    places |= {region: 0 for region in places if region in question.places and places[region] < 0}
    return tuple(sorted((region for region, at in places.items() if at >= 0), key=lambda region: places[region]))
