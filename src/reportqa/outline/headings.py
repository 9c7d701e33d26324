"""Which lines are headings, and of which rank: the numberings of Chinese official writing, Markdown, bare titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from reportqa.outline.text_lines import ENUMERATED, HAN, RUNNING, SENTENCE_MARKS, TextLine, is_row
from reportqa.text.folding import fold
from reportqa.text.forms import COUNTERS, YEAR
from reportqa.text.patterns import lazy
from reportqa.text.words import first_word

_NUMBER = rf"(?:\d{{1,2}}|[{HAN}]{{1,3}})"
_HEADING_LENGTH = 50
_OPEN_HEADING_LENGTH = 20
_RUN_IN_LENGTH = 24
_PLAIN_LENGTH = 20
_UNIT_LENGTH = 12
# So much of a name, of each heading, and so many headings are read before a passage.
_LONGEST_NAME, _MAX_HEADING, _HEADINGS = 48, 24, 3
# Heading forms from the outermost to the innermost, after the customs of Chinese official writing (GB/T 9704, 1.1).
# A form's rank decides what it closes: a heading ends every open section of its own rank or an inner one.
_FORMS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (19, lazy(rf"附[件录]{_NUMBER}(?=[\s:])")),
    (20, lazy(rf"第[{HAN}\d]{{1,4}}[编篇部卷](?:分)?")),
    (21, lazy(rf"第[{HAN}\d]{{1,4}}章")),
    (22, lazy(rf"第[{HAN}\d]{{1,4}}节")),
    (29, lazy(r"[壹贰叁参肆伍陆柒捌玖拾]{1,3}[、.]")),
    # Not 三、四级手术: there the sign stands between two numbers.
    (30, lazy(rf"[{HAN}]{{1,4}}[、.](?![{HAN}]+[级类期批届次线产等])")),
    (31, lazy(rf"[(][{HAN}]{{1,4}}[)]")),
    (33, lazy(r"\d{1,2}(?:[、)]|[.](?!\d))")),
    (34, lazy(r"\d{1,2}(?:[.][1-9]\d?){1,3}[.]?(?=[\s\u4e00-\u9fff])")),
    (37, lazy(r"[(]\d{1,2}[)]")),
    (38, lazy(r"[①-⑳⑴-⒇]")),
    (32, lazy(rf"[\u4e00-\u9fff]{{2,4}}(?<!之){_NUMBER}:(?!\s*\d)|(?:专栏|专题|案例|典型案例){_NUMBER}(?=\s)")),
)
_DECIMAL_RANK = 34
_BOLD_RANK = 32
_PART_RANK, _TITLE_LENGTH = 0, 8
_YEAR_OR_BLANK = lazy(rf"(?<!\d){YEAR}(?!\d)|\s+")
_FIRST = lazy(r"(?<![\d十])[1一①⑴]\D*$")
_MARKDOWN = lazy(r"(#{1,6})\s+(?=\S)|(#{2,6})(?=[\u4e00-\u9fff])")
_BOLD = lazy(r"\*\*([^*]+)\*\*")
_CONTENTS = lazy(r"(?:[.…·]{2,}|\t)\s*\d{1,3}$")
PLAIN_NUMBER = lazy(r"\d{1,2}\s+(?=[\u4e00-\u9fff])")
# What follows a decimal number that is an amount: 1.86天. After a space a single character may begin a title: 1.2 人才.
_UNITS = frozenset(
    [
        *["元", "倍", "吨", "亩", "公里", "公顷", "公斤", "平方米", "平方公里", "平方", "立方米", "人次"],
        *["千瓦", "千瓦时", "兆瓦", "小时", "分钟", "百分点"],
    ]
)
_MEASURES = frozenset(COUNTERS + "年月日天岁级米分秒度篇部克升")
_PLAIN = lazy(r"[\w“”《》·、()（）/—-]+|\w(?:\s+\w){1,3}")
_DATE = lazy(r"[（(]?[\d〇零○一二三四五六七八九十]{2,4}年[\d一二三四五六七八九十]{1,3}月.{0,6}")


class Numbering(NamedTuple):
    """The numbering that opens a line: its rank, its length, and whether it is the first of its kind (一、, 1.)."""

    rank: int
    length: int
    first: bool


class Heading(NamedTuple):
    """A heading as it is found; ``run_in`` where it opens a paragraph."""

    rank: int
    title: str
    run_in: bool = False


def bare_heading(heading: str) -> str:
    """Return a heading without its numbering.

    >>> bare_heading("（三）学生规模"), bare_heading("挑战1：招生困难")
    ('学生规模', '招生困难')
    """
    form = numbering_of(fold(heading))
    return heading[form.length :].strip() or heading if form else heading


def numbering_of(folded: str) -> Numbering | None:
    """Return the numbering that opens a line, None where there is none or where it is an amount (1.86天)."""
    for rank, pattern in _FORMS:
        match = pattern.match(folded)
        if match is None:
            continue
        if rank == _DECIMAL_RANK:
            if _is_measured(folded[match.end() :]):
                return None
            rank += match[0].strip(".").count(".") - 1
        return Numbering(rank, match.end(), bool(_FIRST.search(match[0])))
    return None


def _is_measured(rest: str) -> bool:
    """Tell whether the words after a number are what it counts."""
    word = first_word(rest.lstrip()[:_UNIT_LENGTH])
    unit = word.lstrip("百千万亿")
    if word in _UNITS or (unit != word and (not unit or unit in _UNITS or unit in _MEASURES)):
        return True
    return word in _MEASURES and not rest[:1].isspace()


def heading_of(line: TextLine) -> Heading | None:
    """Return the heading that a line looks like by itself, None for a line of prose."""
    markdown = _MARKDOWN.match(line.text)
    if markdown:
        title = line.text[markdown.end() :].rstrip("#").replace("**", "").strip()
        return Heading(len(markdown[1] or markdown[2]), title) if title else None
    bold = _BOLD.fullmatch(line.text)
    text = bold[1].strip() if bold else line.text
    form = numbering_of(fold(text) if bold else line.folded)
    if form is None:
        return Heading(_BOLD_RANK, text) if bold and len(text) <= _HEADING_LENGTH and not RUNNING.search(text) else None
    return Heading(form.rank, text.rstrip("：:")) if _is_title(text, form) else None


def _is_title(text: str, form: Numbering) -> bool:
    if len(text) > _HEADING_LENGTH or len(text) == form.length or _CONTENTS.search(text):
        return False
    if text[-1] in "：:":
        return len(text) <= _OPEN_HEADING_LENGTH and not RUNNING.search(text)
    return text[-1] not in "，、," and not SENTENCE_MARKS.search(text.rstrip("？?"))


def run_in_heading(line: TextLine, form: Numbering) -> Heading | None:
    """Return the heading that opens a paragraph: 1.就业质量 in "1.就业质量。全区…"."""
    title = re.match(rf".{{{form.length},{form.length + _RUN_IN_LENGTH}}}?(?:[。]|[：:](?!\d))", line.text)
    if title is None or title.end() == len(line.text) or re.search(r"[，；,;]", title[0]):
        return None
    return Heading(form.rank, title[0][:-1].strip(), run_in=True)


def titles_of_parts(lines: Sequence[TextLine]) -> dict[int, Heading]:
    r"""Return, by their lines, the titles of a file that holds several reports: its first line, again of another year.

    >>> from reportqa.outline.text_lines import text_lines
    >>> text = "2023年度就业统计公报\n招生6191人。\n2022年度就业统计公报\n招生5870人。"
    >>> [heading.title for heading in titles_of_parts(text_lines(text)).values()]
    ['2023年度就业统计公报', '2022年度就业统计公报']

    A page head that repeats the title as it is makes no part.
    """
    shape = _YEAR_OR_BLANK.sub("", lines[0].folded) if lines else ""
    if len(shape) < _TITLE_LENGTH or is_row(lines[0].text) or SENTENCE_MARKS.search(lines[0].text):
        return {}
    alike = {n: line.text.strip() for n, line in enumerate(lines) if _YEAR_OR_BLANK.sub("", line.folded) == shape}
    counted = Counter(alike.values())
    again = {number: Heading(_PART_RANK, text) for number, text in alike.items() if counted[text] == 1}
    return again if len(again) > 1 else {}


def is_plain(line: TextLine) -> bool:
    """Tell whether a line is short and bare enough to be a heading that has no form."""
    text = line.text
    numbered = PLAIN_NUMBER.match(text)
    bare = text[numbered.end() :] if numbered else text
    if len(text) > _PLAIN_LENGTH or not _PLAIN.fullmatch(bare) or not any(char.isalpha() for char in bare):
        return False
    if numbered and _is_measured(text[numbered.end() - 1 :]):
        return False
    return not (ENUMERATED.match(text) or _DATE.fullmatch(text) or numbering_of(line.folded))


def is_running(line: TextLine) -> bool:
    """Tell whether a line is what a heading stands over: a sentence, a list or a table."""
    if SENTENCE_MARKS.search(line.text) or ENUMERATED.match(line.text):
        return True
    return len(line.text) > _PLAIN_LENGTH and ("，" in line.text or "、" in line.text)


def header_of(known_as: str, section: Sequence[str]) -> str:
    """Return what is read before a passage: what its report is known as and the innermost three headings over it.

    >>> header_of("渝北区年度报告", ("一、概况", "（三）学生规模"))
    '渝北区年度报告，概况，学生规模：'
    """
    headings = [bare_heading(heading)[:_MAX_HEADING] for heading in section[-_HEADINGS:]]
    said = [words for words in (known_as[:_LONGEST_NAME], *headings) if words]
    return "，".join(said) + "：" if said else ""
