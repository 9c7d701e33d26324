"""What the words of a cell are: nothing, an amount, a time, a unit, a total, or a name."""

from __future__ import annotations

import re
from functools import lru_cache

from reportqa.outline.note_marks import bare_of_marks
from reportqa.text.folding import fold
from reportqa.text.forms import YEAR
from reportqa.text.records import Span

_NOTHING = re.compile(r"[-—–―_/\\|.…·*]*|空白?|无数据|暂无|不详|n/?a|null")
_DIGITS = r"(?:\d{1,3}(?: \d{3}(?!\d))++(?:\.\d++)?+|\d++(?:[.,]\d++)*+)"
# Nothing but an amount: ≥1,200.5, 10-20人, -3.2%, 18.29：1, 35（含1）, 120*, and (930.4) or △560 below zero.
_VALUE = re.compile(
    rf"\({_DIGITS}\)|[约近超逾≈<>≤≥]{{0,2}} ?[¥$€]? ?[-+−±△▲▽▼]?{_DIGITS}(?: ?(?:--?|[~—–至/:]) ?\+?{_DIGITS})*+"
    r" ?[^\d\s,。.、;()]{0,6}(?:\([^()]{0,20}\))?[*※△▲▼↑↓]*"
)
_LONGEST_VALUE = 40
_TIME = re.compile(
    rf"(?:{YEAR}(?:[-—–~至/](?:{YEAR}|\d\d))?(?:学?年度?)?(?:[初末底]|[上下]半年|第?[一二三四]季度|级|届)?"
    rf"|(?:{YEAR}年?)?\d{{1,2}}(?:[-—–~至]\d{{1,2}})?月份?[初末底]?"
    r"|[本上去前今当](?:学?年度?|期|季度?|月)[初末底]?|(?:上年)?同期|[上下]半年|第?[一二三四]季度|全年|年[初末底]|q[1-4])"
    r"(?:数|值|累计)?"
)
# A telephone number, or one that stands for a person or a body.
_CODE = re.compile(r"0\d{2,3}-?\d{7,8}|\d{11,}")
_ITEM = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}(?:[、)）]|[.．](?!\d))|[①-⑳]|[-—–·•]+)\s*(?=\S)"
)
# What is said of a year is no amount: 2024年比上年增长（%）.
_OF_YEAR = re.compile(rf"{YEAR}(?:年[^\d]|[^\d.,]{{3}}|合计|总计|小计|实际|预算|决算|执行|计划|目标)")
# A row's name may open with a number: 45岁以下, 3级, 9月. An amount in a first column has none of these.
_NAMED = re.compile(r"[岁级届号期班类年月日第]|以[上下内]")
_TOTAL = re.compile(r"(?:总?合|总|共)计|总数|全部")
_SUBTOTAL = re.compile(r"小计")
_SERIAL = re.compile(r"序号|编号|序|序次|项次|no\.?|№|#")
_CODE_HEAD = re.compile(r"编码|代码|^[类款项]$")
_UNIT_HEAD = re.compile(r"(?:计量|数量)?单位")
_UNIT = re.compile(
    r"[百千万亿]*(?:人次|人|名|位|个|所|家|元|美元|%|‰|个?百分点|平方米|平方公里|公顷|亩|公里|米|吨|千克|公斤|台|套|台套|辆|册"
    r"|张|间|项|门|件|种|期|次|场|天|日|年|月|个月|小时|学时|课时|分|岁|户|条|座|处|级|度|千瓦时|立方米|m2|m3|㎡|kg|倍|篇|部|本"
    r"|批|班|组|支|对|份|床|头|只|羽|匹|株|棵|艘|架|枚|箱|瓶|盒|吨公里|人公里|标准箱|:1)(?:[/·](?:人|年|天|日|月|次|户|亩|生|平方米|㎡|m2|千人|万人))?"
)
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(?P<words>.*\S)\1", re.DOTALL)
# Letters that are only spread over the width of their cell.
_SPREAD = re.compile(r"[\u4e00-\u9fff](?: [\u4e00-\u9fff]){1,3}")
_BREAK = re.compile(r"(?:\s|<br ?/?>)+")


def cell_words(span: Span, text: str) -> str:
    r"""Return the words of a cell as they are read.

    >>> cell_words(Span(2, 11), r"| 甲<br>乙\|丙 |"), cell_words(Span(0, 3), "小 学")
    ('甲 乙|丙', '小学')
    """
    words = _BREAK.sub(" ", span.of(text).replace("\\|", "|")).strip()
    return words.replace(" ", "") if _SPREAD.fullmatch(words) else words


def without_number(words: str) -> str:
    """Return the words of a head without the number that it has in a list.

    >>> [without_number(words) for words in ("一、公办学校", "2.毕业生", "（三）支出", "3.5小时")]
    ['公办学校', '毕业生', '支出', '3.5小时']
    """
    item = _ITEM.match(words)
    return words[item.end() :] if item else words


def bare_span(text: str, start: int, end: int) -> Span:
    """Return the place of a cell's words: without blanks and signs of emphasis around them.

    >>> bare_span("| **合计** |", 1, 9)
    Span(start=4, end=6)
    """
    words = text[start:end].strip()
    first = text.index(words, start)
    bold = _EMPHASIS.fullmatch(words)
    bare = Span(first + bold.start("words"), first + bold.end("words")) if bold else Span(first, first + len(words))
    return bare_of_marks(bare, text)


def is_empty(words: str) -> bool:
    """Tell whether a cell says nothing.

    >>> [is_empty(words) for words in ("", "—", "/", "0", "无")]
    [True, True, True, False, False]
    """
    return bool(_NOTHING.fullmatch(fold(words)))


@lru_cache(maxsize=16_384)
def is_value(words: str) -> bool:
    """Tell whether the words of a cell are an amount.

    >>> [is_value(words) for words in ("1,200.5", "18.29：1", "2023年", "甲校", "45岁以下", "—")]
    [True, True, False, False, False, False]
    """
    if len(words) > _LONGEST_VALUE:
        return False
    folded = fold(words)
    none = (_TIME.fullmatch(folded), _CODE.match(folded), _OF_YEAR.match(folded), "以" in folded)
    return bool(_VALUE.fullmatch(folded)) and not any(none)


def is_code(words: str) -> bool:
    """Tell whether the words of a cell are a number that is no amount: of a telephone, a person, an account.

    >>> is_code("023-67000000"), is_code("1,200")
    (True, False)
    """
    return bool(_CODE.fullmatch(fold(words)))


@lru_cache(maxsize=16_384)
def is_time(words: str) -> bool:
    """Tell whether the head of a row or a column says when.

    >>> [is_time(words) for words in ("2023年", "2023-2024学年", "上半年", "1-9月", "2023年末数", "年龄")]
    [True, True, True, True, True, False]
    """
    return bool(_TIME.fullmatch(fold(words).replace(" ", "")))


def is_total(words: str) -> bool:
    """Tell whether the head of a row or a column names the whole.

    >>> is_total("合 计"), is_total("总计（人）"), is_total("总收入")
    (True, True, False)
    """
    return bool(_TOTAL.fullmatch(_bare(words)))


def is_subtotal(words: str) -> bool:
    """Tell whether the head of a row or a column names the sum of a group: 小计."""
    return bool(_SUBTOTAL.fullmatch(_bare(words)))


def is_name(words: str) -> bool:
    """Tell whether words that open with a number name a row: 45岁以下, 3级."""
    return bool(_NAMED.search(fold(words)))


def is_serial_head(words: str) -> bool:
    """Tell whether a column only counts the rows: 序号."""
    return bool(_SERIAL.fullmatch(_bare(words)))


def is_code_head(words: str) -> bool:
    """Tell whether a column may give the numbers of what its neighbour names: 科目编码, and 类, 款, 项 under it."""
    return bool(_CODE_HEAD.search(_bare(words)))


def is_unit_head(words: str) -> bool:
    """Tell whether a column may give the unit of each row: 计量单位."""
    return bool(_UNIT_HEAD.fullmatch(_bare(words)))


@lru_cache(maxsize=1024)
def is_unit(words: str) -> bool:
    """Tell whether words are a unit.

    >>> is_unit("万元"), is_unit("元/平方米"), is_unit("甲校")
    (True, True, False)
    """
    return bool(_UNIT.fullmatch(fold(words).strip("() ")))


def _bare(words: str) -> str:
    return re.sub(r"\([^()]*\)|\s", "", fold(words))
