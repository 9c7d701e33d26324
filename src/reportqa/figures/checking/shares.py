"""Percentages against the numbers that they are taken of: 90 ÷ 1006 = 8.95%."""

from __future__ import annotations

from typing import NamedTuple

from reportqa.figures.agreement import bare, scope_parts
from reportqa.figures.arithmetic import Range, amount, bounds, comparable, overlap, quotient, rest, shown
from reportqa.figures.checking.findings import Finding
from reportqa.figures.checking.view import ReportView
from reportqa.text.folding import fold
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure

# What may stand between a number and its share: "，占专任教师的", "，约占全县常住人口的比重为".
_SHARE = lazy(r"(?:的)?[,，、]?(?:其|[约大仅只就]{1,2})?占(?:了|到)?(?P<base>[^，。；、：\d]{0,24})")
_AROUND_BASE = lazy(r"(?:的?(?:比例|比重|份额|占比)?(?:为|达到?|约|近|是)?|比|的)$")
_RATE = lazy(r"(?P<done>[\u4e00-\u9fff]{2,6})率$")
_AMONG = lazy("其中|当中|中[，,]")


class _Base(NamedTuple):
    """What a share may be of: its range, how it is written, its figures, and what was left out of the stated base."""

    worth: Range
    written: str
    figures: tuple[Figure, ...]
    without: str = ""


def shares(view: ReportView) -> list[Finding]:
    """Check every percentage whose number stands right before it, and whose base the report names.

    >>> [finding.expression for finding in shares(view)][:1]        # doctest: +SKIP
    ['90 ÷ 1006 = 8.95%']

    Where the stated base does not give the rate, but does without a part that the report states, the finding says so.
    """
    rates = [figure for figure in view.figures if figure.kind == "percent" and not figure.approx]
    found = []
    for rate in rates:
        finding = _share(view, rate) or _done(view, rate)
        if finding:
            found.append(finding)
    return found


def _share(view: ReportView, rate: Figure) -> Finding | None:
    number, base = _number(view, rate)
    if number is None or base is None:
        return None
    wholes = _bases(view, number, base, rate)
    stated = [_Base(bounds(whole), shown(whole), (whole,)) for whole in wholes]
    for whole in stated:
        if _fits(rate, bounds(number), whole.worth):
            return _holds(rate, number, shown(number), whole)
    found = _on_another_base(view, rate, number, wholes)
    if found or not base:
        return found or (_fails(rate, number, stated[0]) if stated else None)
    if _only(wholes, base, number):
        return _fails(rate, number, stated[0])
    missing = f"给“{base}”的数值不止一个，或口径不同" if wholes else f"没有给出“{base}”的数值"
    explained = f"报告{missing}，{rate.text} 无从复算。"
    return Finding("share", "cannot be checked", f"{shown(number)} ÷ ? = {rate.text}", (rate, number), explained)


def _only(wholes: list[Figure], base: str, number: Figure) -> bool:
    """Tell whether the report gives one value under the very words of the base, and for the same scope."""
    if not wholes or len({amount(whole) for whole in wholes}) > 1 or bare(wholes[0].indicator) != bare(base):
        return False
    mine, theirs = scope_parts(number), scope_parts(wholes[0])
    return not theirs or mine == theirs


def _number(view: ReportView, rate: Figure) -> tuple[Figure | None, str | None]:
    """Return the number right before a share with the words for its base ("" where it names none)."""
    for number in view.before(rate):
        if view.document.text[number.end : number.end + 1] in ")）":
            continue
        match = _SHARE.fullmatch(view.between(number, rate).strip())
        return (number, _AROUND_BASE.sub("", match["base"].strip())) if match else (None, None)
    return None, None


def _bases(view: ReportView, number: Figure, base: str, rate: Figure) -> list[Figure]:
    """Return the figures that a share may be of: those that its words name, else what the number is a part of."""
    if base:
        return [
            figure for figure in view.named(bare(base), rate) if figure is not number and comparable(figure, number)
        ]
    whole = view.whole_of(number)
    if whole is not None:
        return [whole]
    earlier = [figure for figure in view.before(number) if comparable(figure, number)]
    return [figure for figure in earlier[:1] if _AMONG.search(view.between(figure, number))]


def _on_another_base(view: ReportView, rate: Figure, number: Figure, wholes: list[Figure]) -> Finding | None:
    """Try the stated base without a part that some mention of it gives: 1006 − 223."""
    for whole in wholes:
        for part in view.parts(whole):
            without = _named(part)
            left = _Base(rest(whole, part), f"({shown(whole)} − {shown(part)})", (whole, part), without)
            if left.worth[0] <= 0:
                continue
            if _fits(rate, bounds(number), left.worth):
                return _holds(rate, number, shown(number), left)
            for own in view.parts(number):
                if own.scope == part.scope and _fits(rate, rest(number, own), left.worth):
                    return _holds(rate, number, f"({shown(number)} − {shown(own)})", left)
    return None


def _done(view: ReportView, rate: Figure) -> Finding | None:
    """Check 就业率 where the sentence gives those who 就业 and the whole they are a part of."""
    match = _RATE.search(fold(rate.indicator))
    if match is None or rate.normalized_unit or not isinstance(rate.normalized_value, int | float):
        return None
    for number in view.before(rate):
        whole = None if number.scope.startswith("含") else view.whole_of(number)
        if whole is not None and bare(number.indicator).endswith(match["done"]):
            base = _Base(bounds(whole), shown(whole), (whole,))
            fits = _fits(rate, bounds(number), base.worth)
            return _holds(rate, number, shown(number), base) if fits else _fails(rate, number, base)
    return None


def _fits(rate: Figure, number: Range, base: Range) -> bool:
    return base[0] > 0 and overlap(quotient(number, base), bounds(rate))


def _holds(rate: Figure, number: Figure, written: str, base: _Base) -> Finding:
    expression = f"{written} ÷ {base.written} = {rate.text}"
    if not base.without:
        return Finding("share", "holds", expression, (rate, number, *base.figures), f"{rate.text} 可以复算。")
    whole = base.figures[0]
    explained = (
        f"按报告写明的 {whole.text} 计算是 {_percent(rate, number, amount(whole))}，与 {rate.text} 不符；"
        f"{base.without}之后相符。"
    )
    return Finding("share", "holds", expression, (rate, number, *base.figures), explained, other_base=True)


def _fails(rate: Figure, number: Figure, base: _Base) -> Finding:
    found = _percent(rate, number, amount(base.figures[0]))
    explained = f"{shown(number)} ÷ {base.written} 是 {found}，报告写的是 {rate.text}。"
    expression = f"{shown(number)} ÷ {base.written} = {found} ≠ {rate.text}"
    return Finding("share", "does not hold", expression, (rate, number, *base.figures), explained)


def _percent(rate: Figure, number: Figure, base: float) -> str:
    decimals = len(rate.text.rstrip("%％‰ ").partition(".")[2])
    thousandths = "‰" in rate.text
    return f"{amount(number) / base * (1000 if thousandths else 100):.{max(decimals, 1)}f}{'‰' if thousandths else '%'}"


def _named(part: Figure) -> str:
    return f"扣除{part.scope.removeprefix('含') or part.indicator}的 {part.text}"
