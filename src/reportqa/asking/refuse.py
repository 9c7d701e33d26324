"""When the report is silent: what a question needs that the best find does not have, and the line that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reportqa.asking.question import Question
from reportqa.asking.search import Candidate, Retriever
from reportqa.asking.times import LAST_YEAR
from reportqa.text.folding import fold
from reportqa.text.records import Document

_ORDINAL = re.compile(r"第([一二三四五六七八九十百\d]+)([届批次期轮季])")


def wrong_year(years: tuple[int, ...], document: Document, context: str, own: int | None = None) -> str:
    """Say that the report is of another year than asked, "" where it is not.

    >>> report = Document("r.txt", "", "", year=2024)
    >>> wrong_year((2023,), report, "本学年度招生6191人")
    '报告只有2024年的数据，没有2023年的。'

    ``context`` is the clause that would answer: a year that it names itself, but not to compare with, is answered;
    so is the one before the report's ``own`` where it says 上年.
    """
    if not years or document.year is None or document.year in years:
        return ""
    if any(re.search(rf"(?<![比较与和从自至到—-]){year}", context) for year in years):
        return ""
    if (own or document.year) - 1 in years and LAST_YEAR.search(context):
        return ""
    return f"报告只有{document.year}年的数据，没有{'、'.join(map(str, years))}年的。"


def wrong_place(question: Question, document: Document, regions: Iterable[str | None] = ()) -> str:
    """Say that the report is on another place than asked, "" where it names that place anywhere.

    Where one of the reports' ``regions`` is that place, only this one thing was not found of it; of several other
    regions none is said to be what the reports are on.
    """
    if not question.places:
        return ""  # most name none, and a report's text is long
    about = f"{document.title}{document.region or ''}{document.text}"
    missing = [place for place in question.places if place not in about]
    if not missing or not [place for place in missing if place not in fold(about)]:
        return ""
    if set(missing) & set(regions):
        return f"没有找到{'、'.join(missing)}的这项数据，最接近的是{document.region or document.title}的。"
    if len({region for region in regions if region}) > 1:
        return f"文库里的报告没有{'、'.join(missing)}的数据。"
    subject = f"是关于{document.region}的，" if document.region else ""
    return f"报告{subject}没有{'、'.join(missing)}的数据。"


def wrong_number(question: Question, context: str) -> str:
    """Say that another session of a series is asked for (第八届) than the report treats (第九届)."""
    asked, said = set(_ORDINAL.findall(question.plain)), set(_ORDINAL.findall(fold(context)))
    if not asked or not said or asked & said or {kind for _, kind in asked}.isdisjoint({kind for _, kind in said}):
        return ""
    return f"报告讲的是{'、'.join(f'第{number}{kind}' for number, kind in sorted(said))}。"


def refusal(question: Question, retriever: Retriever, candidate: Candidate, statement: str) -> str:
    """Say why a passage whose ``statement`` would answer does not, "" where nothing speaks against it.

    >>> refusal(understand("2023年招生多少人"), retriever, candidate, "招生6191人")      # doctest: +SKIP
    '报告只有2024年的数据，没有2023年的。'
    """
    document = retriever.store.document(candidate.passage.passage.document)
    context = f"{' '.join(candidate.passage.passage.section)} {statement}"
    years = retriever.reports.wanted_years(question, document.name)
    treated = any(retriever.reports.treats(document.name, year) for year in years)
    return (
        (
            ""
            if treated
            else wrong_year(
                years, document, f"{context} {candidate.passage.prose.text}", retriever.reports.own_year(document.name)
            )
        )
        or wrong_place(question, document, retriever.reports.regions)
        or wrong_number(question, candidate.passage.folded)
    )
