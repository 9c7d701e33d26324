"""Find every quantity of a text: number, unit, kind and bound, but not yet what it measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from reportqa.figures.amounts import read_amount
from reportqa.figures.dates import read_clock, read_date
from reportqa.figures.named_numbers import masked_spans
from reportqa.figures.qualifiers import qualified
from reportqa.figures.quantities import Quantity, measured
from reportqa.figures.rates import read_rate
from reportqa.figures.signs import Sign, in_account_brackets, marks_up, negated, sign_before, signed
from reportqa.text.forms import WHOLE, YEAR
from reportqa.text.numerals import NUMBER, Numeral, read_numeral, tidy
from reportqa.text.patterns import lazy
from reportqa.text.tags import tagged
from reportqa.text.units import SIGN, Unit

_GLUED_BEFORE = lazy(r"[a-z_#№+×*^@&\\/〇]-?$|[a-z]\d?-$|\d[.:]$")
_GLUED_AFTER = lazy(r"\.\d|[+×*^](?! ?[，。；])|[a-z_@]")
_RANK_BEFORE = lazy(
    rf"(?:位列|位居|名列|列|居|排名?|{WHOLE}|全球|世界|同类|行业|均为|连续|[国省市]内|[量额率数值度分入]|升至|进入|的"
    r"|[由从]|设区市|\d[名位][和、])(?:第|前) ?$"
)
# 居全县23个乡镇第4位, 列有记录以来第三位.
_RANKED = lazy(r"[居列排][^，。；;:、]{0,16}$")
_RANK_REACH = 17
_ORDINAL = lazy(r"(?:第|(?<![提目以此日先从之])前) ?$")
_RANK_UNIT = lazy(r" ?(?P<unit>名次|名(?!单)|位(?!数)|强)")
_RANK_END = lazy(r" ?(?:$|[，。；、!)”]|的|和|及|与)")
_EVIDENCE = lazy(
    r"(?:[达为至到共计是=|数量值额率比约逾]|超过|收入|利润|指数|系数仅?|人口|年的|[提升]高|下降|上升|降低|缩小"
    r"|[一-龥](?:\([^()]{1,8}\))?(?:\*\*)? ?:) ?$"
)
_SPLIT = lazy(r"(?<![\d.,])\d{1,3} $")
_BARE_END = lazy(
    r" *(?:左右|上下|以[上下内])?(?:$|[，。；、,;!)|]|和|与|及|以及|\((?!\d)|"
    r"(?:下降|缩小|提高|上升|降低|扩大|增加|减少|增长|[升降增减变])[为至到])"
)
_UNIT_ABOVE = lazy(r"\((?:单位:? ?)?(?P<unit>[^()，。；\d]{1,8})\)[^，。；()\d]{0,4}$")
_YEARLIKE = lazy(rf"{YEAR}$")
_LIST = lazy(r" ?(?:、|和|与|及|以及|，|,) ?")
_LIST_LIMIT = 12
_ONE_COUNTED = lazy(r"每|各|仅|只|共|为期|获|荣|增|新[建设购开]|现有|拥有|设有|建有|下设|其中|还有|辖|历时|完成|达|首")
_ONE_NOT = lazy(r"[统唯单同万逐另之新下上这那某任全后前头进专合划归如其某每] ?$")
_SPOKEN = lazy(
    r"[一二两三四五六七八九壹贰叁肆伍陆柒捌玖][百千万亿佰仟][零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]+"
)
_WRITTEN_OUT = lazy("[百千万亿佰仟]")
_LONE_POWER = frozenset("百千万亿佰仟兆")
_NAME = 4
_PROPER = ("ns", "nr", "nt", "nz")
# 过去一年, 不平凡的一年 and "2024年是关键一年" name a year; 停招一年 lasts one.
_YEAR_NAMED = lazy(r"(?:[的这那又]|过去|以往|(?<![一二三四五六七八九])是[^，。;]{2,20}) ?$")
_CLAUSE_END = lazy(r" *(?:$|[，。;:、)”]|[里中来间])")
_INDEFINITE = frozenset("一壹")


def scan(text: str) -> list[Quantity]:
    """Return the quantities of plain ``text`` in order.

    >>> text = "逾3万人次，占8.95%，推行“1+X”"
    >>> [(text[found.start : found.end], found.normalized_value, found.approx) for found in scan(text)]
    [('3万人次', 30000, True), ('8.95%', 0.0895, False)]

    Time grows with the length of the text alone: every character is read once by a possessive expression, and what is
    tried at a number looks at a bounded stretch around it.
    """
    found: list[Quantity] = []
    loose: list[Quantity] = []
    cursor = 0
    up = marks_up(text)
    for match, floor in _outside(NUMBER.finditer(text), masked_spans(text)):
        if match.start() < cursor:
            continue
        quantity = _read(text, match, floor, up)
        if quantity is None:
            continue
        listed = bool(loose) and _LIST.fullmatch(text, loose[-1].end, quantity.start) is not None
        if quantity.unit or quantity.kind != "count":
            found += _sharing(loose[-_LIST_LIMIT:], quantity) if listed else _evident(text, loose)
            found.append(quantity)
            loose = []
        else:
            if not listed:
                found += _evident(text, loose)
                loose = []
            loose.append(quantity)
        cursor = quantity.end
    return found + _evident(text, loose)


def _outside(matches: Iterator[re.Match[str]], spans: list[tuple[int, int]]) -> Iterator[tuple[re.Match[str], int]]:
    """Leave out matches that begin inside one of the ascending ``spans``; tell how far back the others may look."""
    index = 0
    for match in matches:
        while index < len(spans) and spans[index][1] <= match.start():
            index += 1
        if index == len(spans) or match.start() < spans[index][0]:
            yield match, 0
        elif match.end() > spans[index][1] and (rest := NUMBER.match(match.string, spans[index][1])):
            yield rest, rest.start()  # 1.2023年 is item 1 and a year


def _read(text: str, match: re.Match[str], floor: int, up: bool) -> Quantity | None:
    before = text[max(match.start() - 8, floor) : match.start()]
    if _ORDINAL.search(before):
        return _rank(text, match, before)
    if _GLUED_BEFORE.search(before) and not SIGN.search(before):
        return None
    if date := read_date(text, match.start()) or read_clock(text, match.start()):
        value = date.parts[0] if len(date.parts) == 1 else list(date.parts)
        return Quantity(match.start(), date.end, value, date.unit, date.iso, "", "date", match.start(), date.end)
    if _SPLIT.search(before) and text[match.start()].isdigit():
        return None  # 27 8人: a blank inside a number, or another number; nobody can tell
    sign = sign_before(text, match.start(), up) if match.start() > floor else None
    quantity = read_rate(text, match) or _counted(text, match, before, sign)
    return signed(qualified(text, quantity), sign) if quantity else None


def _counted(text: str, match: re.Match[str], before: str, sign: Sign | None) -> Quantity | None:
    numeral = read_numeral(text, match)
    if numeral is None:
        return None
    if (account := in_account_brackets(text, numeral)) and (loss := read_amount(text, account)):
        return negated(loss) if loss.kind not in ("date", "duration") else None
    quantity = read_amount(text, numeral, sign is not None and sign.negative)
    if quantity is None:
        return _bare(text, numeral)
    return None if numeral.chinese and _indefinite(text, numeral, quantity, before) else quantity


def _indefinite(text: str, numeral: Numeral, quantity: Quantity, before: str) -> bool:
    """Tell 一支队伍, 百家 and 三台县 from amounts: 一 counts only where its clause counts, 百 only as 近百 or 百余."""
    word = text[numeral.start : numeral.end].strip()
    if _in_name(text, numeral.start, quantity.end):
        return True
    if word in _LONE_POWER:
        return not qualified(text, quantity).approx
    if word not in _INDEFINITE:
        return False
    if _ONE_NOT.search(before):
        return True
    if quantity.kind == "duration":
        head = text[max(numeral.start - 24, 0) : numeral.start]
        return bool(_YEAR_NAMED.search(head) and _CLAUSE_END.match(text, quantity.end))
    clause = re.split("[，;。]", text[max(numeral.start - 24, 0) : numeral.start])[-1]
    return quantity.kind == "count" and not _ONE_COUNTED.search(clause)


def _in_name(text: str, start: int, end: int) -> bool:
    """Tell whether a Chinese numeral with its unit is a part of a proper name: 七台 in 七台河."""
    begin = max(start - _NAME, 0)
    at = begin
    for word, tag in tagged(text[begin : end + _NAME]):
        if at <= start < at + len(word):
            return tag in _PROPER and (at < start or at + len(word) > end)
        at += len(word)
    return False


def _rank(text: str, match: re.Match[str], before: str) -> Quantity | None:
    numeral = read_numeral(text, match)
    if numeral is None or len(numeral.values) > 1 or numeral.multiplier:
        return None
    word = before.rstrip()[-1]
    start = match.start() - len(before) + len(before.rstrip()) - 1
    unit = _RANK_UNIT.match(text, numeral.end)
    if unit is None and (word == "前" or not _RANK_END.match(text, numeral.end)):
        return None
    ranked = unit is not None and _RANKED.search(text, max(start - _RANK_REACH, 0), start)
    if not (ranked or _RANK_BEFORE.search(text[max(start - 7, 0) : match.start()])):
        return None
    end = unit.end() if unit else numeral.end
    return measured(start, end, numeral.values, numeral.values, Unit(unit["unit"] if unit else word, "rank", "名次"))


def _bare(text: str, numeral: Numeral) -> Quantity | None:
    """Read a number without a unit; whether it is a figure is seen from its neighbours.

    A Chinese numeral needs a digit and a power of ten, so that it is no word: 两千三, but not 万一 or 二十.
    """
    if _GLUED_AFTER.match(text, numeral.end) or not _BARE_END.match(text, numeral.end):
        return None
    if numeral.chinese and not _SPOKEN.fullmatch(text, numeral.start, numeral.end):
        return None
    unit = Unit(numeral.multiplier, "count", "")
    return measured(numeral.start, numeral.end, numeral.written, numeral.values, unit, bound=numeral.bound)


def _evident(text: str, loose: list[Quantity]) -> list[Quantity]:
    """Keep the unitless numbers that the words before them call an amount, with the unit of a table's head."""
    kept: list[Quantity] = []
    for quantity in loose:
        before = text[max(quantity.start - 24, 0) : quantity.start]
        above = _UNIT_ABOVE.search(before)
        sample = one(above["unit"]) if above else None
        if sample:
            kept += _sharing([quantity], sample)
        elif not _YEARLIKE.fullmatch(text, quantity.start, quantity.end) and (
            kept
            or _EVIDENCE.search(before)
            # 8万5 and 两千三 are amounts by their form.
            or _WRITTEN_OUT.search(text, quantity.start, quantity.end)
        ):
            kept.append(quantity)
    return kept


def one(unit: str) -> Quantity | None:
    """Return the quantity 1 in ``unit``, where all of it is a unit.

    >>> one("万元").normalized_value, one("技校")
    (10000, None)
    """
    head = NUMBER.match("1" + unit)
    numeral = head and read_numeral("1" + unit, head)
    sample = numeral and read_amount("1" + unit, numeral)
    return sample if sample and sample.end == len(unit) + 1 else None


def _sharing(loose: list[Quantity], last: Quantity) -> list[Quantity]:
    """Give the numbers of a list the unit that only its last member carries: 1820、1756和1694人."""
    if not isinstance(last.value, int | float) or not isinstance(last.normalized_value, int | float) or not last.value:
        return []
    factor = Decimal(str(last.normalized_value)) / Decimal(str(last.value))
    return [
        replace(
            each,
            unit=last.unit,
            normalized_unit=last.normalized_unit,
            kind=last.kind,
            normalized_value=tidy(Decimal(str(each.value)) * factor),
        )
        for each in loose
    ]
