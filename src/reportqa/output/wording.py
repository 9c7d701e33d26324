"""An answer, its figures and its sources in words for people: one wording for every door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from reportqa.text.records import Answer, Citation, Conflict, Derivation, Figure, Illustration

STATUS = {"answered": "有答案", "not_found": "报告里没有", "unclear": "不明确", "error": "读不出"}
NEAREST = "最接近的原文："
KINDS = {
    "count": "数量", "money": "金额", "area": "面积", "percent": "百分比", "ratio": "比", "date": "日期",
    "duration": "时长", "rank": "名次", "other": "其他",
}  # fmt: skip
UNSURE = "请核对"
_NO_ANSWER = {"answered": "", "not_found": "报告里没有找到答案", "unclear": "想问的是哪一个？", "error": "无法回答"}
_BOUNDS = {">": "超过", ">=": "不少于", "<": "不足", "<=": "不超过"}
_NO_AMOUNT = ("date", "rank", "ratio")
# By the confidence from which each is said: over unseen reports 0.92 of the first were right, 0.72 of the second and
# fewer than half of the last (the table of docs/retrieval.md).
_SURENESS = ((0.85, "确定"), (0.6, "大致"), (0.0, UNSURE))


def no_answer(answer: Answer) -> str:
    """Say that there is no answer, where there is none."""
    return _NO_ANSWER[answer.status]


def headline(answer: Answer) -> str:
    """Return the answer itself after its verdict, or that there is none.

    >>> headline(Answer("招生多少人？", "answered", "6191人"))
    '6191人'
    """
    if not answer.found:
        return no_answer(answer)
    return f"{answer.verdict}。{answer.answer}" if answer.verdict else answer.answer


def sureness(answer: Answer) -> str:
    """Say in a word how sure an answer is, "" where there is none.

    >>> [sureness(Answer("招生多少人？", "answered", "6191人", confidence=chance)) for chance in (0.95, 0.7, 0.3)]
    ['确定', '大致', '请核对']
    """
    return next(word for least, word in _SURENESS if answer.confidence >= least) if answer.found else ""


def amount(figure: Figure) -> str:
    """Return a figure as the report writes it, 约 before what is inexact."""
    return f"约{figure.text}" if figure.approx else figure.text


def figure_words(figure: Figure) -> str:
    """Return a figure as a person says it: what it measures, whom it covers, its number with the unit.

    >>> figure_words(Figure(2, 7, "6191人", 6191, "人", 6191, "人", "count", "招生", approx=True))
    '招生 约6191人'
    """
    scope = f"（{figure.scope}）" if figure.scope else ""
    return f"{figure.indicator}{scope} {amount(figure)}".lstrip()


def figures_words(answer: Answer) -> str:
    """Return the figures of an answer, one after the other."""
    return "；".join(figure_words(cited.figure) for cited in answer.figures)


def quantity(figure: Figure) -> str:
    """Write a figure's value as the report means it, with its 近, 逾 or 余, without its unit.

    >>> quantity(Figure(0, 6, "130余家", 130, "家", 130, "家", "count", approx=True, bound=">"))
    '130余'
    >>> quantity(Figure(1, 6, "2000亩", 2000, "亩", 2000, "亩", "area", approx=True, bound="<", before="近"))
    '近2000'
    """
    if figure.kind in _NO_AMOUNT:
        return figure.text
    if figure.approx and figure.text.endswith(figure.unit):
        return f"{figure.before}{figure.text.removesuffix(figure.unit)}{figure.after}"
    value = "–".join(map(str, figure.value)) if isinstance(figure.value, list) else str(figure.value)
    qualifier = _BOUNDS[figure.bound] if figure.bound else "约" if figure.approx else ""
    return qualifier + value


def unit(figure: Figure) -> str:
    """Return the unit to show beside :func:`quantity`."""
    return "" if figure.kind in _NO_AMOUNT else figure.unit


def contradiction(conflict: Conflict) -> str:
    """Return the values that a report gives for one thing: 直接就业：1473人 / 1437人."""
    return f"{conflict.indicator}：{' / '.join(cited.figure.text for cited in conflict.figures)}"


def contradictions(answer: Answer) -> str:
    """Return the contradictions of an answer, one after the other."""
    return "；".join(map(contradiction, answer.conflicts))


def arithmetic(derivation: Derivation | None) -> str:
    """Return the arithmetic of an answer, "" where there is none: 5308 ÷ 6782 = 78.27%."""
    return f"{derivation.expression} = {derivation.text}" if derivation else ""


def section_words(section: Sequence[str]) -> str:
    """Return a section path: 一、概况 › （三）学生规模."""
    return " › ".join(section)


def page_words(citation: Citation) -> str:
    """Return the page of a quote, "" where there are none, and that its words were recognised, where they were."""
    read = ("（识别自图片）" if citation.scans[0].is_picture else "（识别文字）") if citation.scans else ""
    return (f"第 {citation.page} 页" if citation.page else "") + read


def place_words(citation: Citation) -> str:
    """Return where a quote stands, for reading: file, page, section path, paragraph."""
    page = f"{words}，" if (words := page_words(citation)) else ""
    section = f"{section_words(citation.section)}，" if citation.section else ""
    return f"{citation.document}，{page}{section}第 {citation.paragraph} 段"


def source_words(citation: Citation) -> str:
    """Return where a quote stands, to the character."""
    return f"{place_words(citation)}，字符 {citation.start}–{citation.end}"


def picture_note(illustration: Illustration) -> str:
    """Say that the picture or table itself is not in the source, where it is not.

    >>> picture_note(Illustration("图 3", "中等职业学校学生规模", "r.txt", 0, 16))
    '原文只有“图 3 中等职业学校学生规模”的标题，没有图片本身。'
    """
    if illustration.is_whole:
        return ""
    kind = "表格" if "表" in illustration.label else "图片"
    return f"原文只有“{illustration.label} {illustration.caption}”的标题，没有{kind}本身。"


def quotation(answer: Answer, titles: Mapping[str, str]) -> str:
    """Write an answer with its first source, in a form fit for a document; nothing where there is no answer.

    >>> from reportqa.text.records import Span
    >>> cited = Citation(1, "年报.txt", ("一、概况", "（三）规模"), 1, 0, 10, "本年招生6191人。", 0.9, (Span(0, 10),))
    >>> quotation(Answer("招生多少人？", "answered", "6191人", citations=(cited,)), {"年报.txt": "教育质量年报"})
    '6191人（《教育质量年报》“一、概况 › （三）规模”第1段：“本年招生6191人。”）'
    """
    if not answer.found or not answer.citations:
        return ""
    citation = answer.citations[0]
    title = titles.get(citation.document) or PurePath(citation.document).stem
    section = f"“{section_words(citation.section)}”" if citation.section else ""
    page = f"第{citation.page}页" if citation.page else ""
    derived = f"，{arithmetic(answer.derivation)}" if answer.derivation else ""
    where = f"《{title}》{section}{page}第{citation.paragraph}段"
    return f"{headline(answer)}{derived}（{where}：“{quoted(citation)}”）"


def quoted(citation: Citation) -> str:
    """Join what is highlighted in a quote, or take all of it, as one line."""
    start = citation.start
    highlights = [citation.text[span.start - start : span.end - start] for span in citation.highlights]
    return " ".join("……".join(highlights or [citation.text]).split())
