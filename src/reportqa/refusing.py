"""When the report is silent: what a question needs that the best find does not have, and the line that says so."""

from __future__ import annotations

import re

from reportqa.datamodel import Document
from reportqa.matching import FigureMatch
from reportqa.normalization import fold
from reportqa.questions import Question
from reportqa.retrieval import Candidate, wanted_years

_LAST_YEAR = re.compile(r"上年|上一年|去年|上学年|上一学年|上年度")
_NAME_ASKED = re.compile(r"叫什么|姓名|名字|姓什么|何人")
_ORDINAL = re.compile(r"第([一二三四五六七八九十百\d]+)([届批次期轮季])")


def wrong_year(question: Question, document: Document, newest: int | None, context: str) -> str:
    """Say that the report is of another year than asked, "" where it is not.

    >>> report = Document("r.txt", "", "", year=2024)
    >>> wrong_year(understand("2023年招生多少人？"), report, 2024, "本学年度招生6191人")     # doctest: +SKIP
    '报告只有2024年的数据，没有2023年的。'

    ``context`` is the sentence that would answer: a year that it names itself is answered.
    """
    years = wanted_years(question, newest)
    if not years or document.year is None or document.year in years:
        return ""
    if any(str(year) in context for year in years):
        return ""
    if document.year - 1 in years and _LAST_YEAR.search(context):
        return ""
    return f"报告只有{document.year}年的数据，没有{'、'.join(map(str, years))}年的。"


def wrong_place(question: Question, document: Document, context: str) -> str:
    """Say that the report is on another place than asked, "" where it is not."""
    about = fold(f"{document.title}{document.region or ''}{context}")
    missing = [place for place in question.places if place not in about]
    if not missing:
        return ""
    subject = f"是关于{document.region}的，" if document.region else ""
    return f"报告{subject}没有{'、'.join(missing)}的数据。"


def wrong_figure(question: Question, match: FigureMatch) -> str:
    """Say that the best figure counts something else than asked, "" where it may be the answer."""
    figure = match.figure
    if match.signals["unit"] == 0.0:
        return f"报告里没有找到以“{question.unit}”计的数据。"
    if match.signals["contrast"] > 0:
        return f"报告没有这一项，相近的是{figure.indicator}{figure.text}。"
    return ""


def wrong_number(question: Question, context: str) -> str:
    """Say that another session of a series is asked for (第八届) than the report treats (第九届)."""
    asked, said = set(_ORDINAL.findall(question.plain)), set(_ORDINAL.findall(fold(context)))
    if not asked or not said or asked & said or {kind for _, kind in asked}.isdisjoint({kind for _, kind in said}):
        return ""
    return f"报告讲的是{'、'.join(f'第{number}{kind}' for number, kind in sorted(said))}。"


def no_name(question: Question, people: str) -> str:
    """Say that the report does not name the person asked for."""
    return "" if people or not _NAME_ASKED.search(question.plain) else "报告没有给出姓名。"


def too_far(candidate: Candidate) -> str:
    """Say that nothing in the report is close to the question."""
    return ""
