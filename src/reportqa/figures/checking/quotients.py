"""Values per head (生均, 人均, 每千人) and ratios (生师比) against the numbers that they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reportqa.figures.agreement import bare
from reportqa.figures.arithmetic import Range, amount, bounds, comparable, is_exact, overlap, quotient, rest, shown
from reportqa.figures.checking.findings import Finding, FindingKind
from reportqa.figures.checking.view import ReportView, is_mean
from reportqa.text.folding import fold
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure

# Whom a value is divided by, and whom the two characters of a ratio stand for: words of general use.
_PERSONS: dict[str, tuple[str, ...]] = {
    "生": ("在校生", "在校学生", "学生"),
    "师": ("专任教师", "教师", "医师"),
    "医": ("执业医师", "医师", "医生"),
    "护": ("注册护士", "护士"),
    "人": ("常住人口", "总人口", "人口"),
    "户": ("总户数", "户数", "农户"),
    "床": ("开放床位", "床位"),
}
_PER_HEAD = lazy(r"(?P<head>[生师人户床])均(?P<what>.+)")
_PER_MANY = lazy(r"每(?P<many>[百千万]|十万|百万)(?P<head>[\u4e00-\u9fff]{2,6}?)(?:拥有|配备|有)(?P<what>.+)")
_MANY = {"百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000}
_TO_ONE = lazy(r"(\d+(?:[.]\d+)?) ?[:比] ?(\d+(?:[.]\d+)?)")
_RATIO = lazy(r"(?P<left>[生师医护])(?P<right>[生师医护])比$")


def per_head(view: ReportView) -> list[Finding]:
    """Check the values per head whose number stands before them: 生均…37.05平方米 = 733347.38 ÷ 19794.

    A value that does not come out is called wrong only where its own words are those of the number before it.
    """
    found: dict[str, Finding] = {}
    for value in view.figures:
        if is_exact(value):
            for finding in (_per_head(view, value), _per_many(view, value)):
                if finding:
                    found.setdefault(finding.expression, finding)
    return list(found.values())


def ratios(view: ReportView) -> list[Finding]:
    """Check 生师比 and 医护比 against the two numbers that their characters name.

    >>> [finding.verdict for finding in ratios(view)]       # doctest: +SKIP
    ['cannot be checked']

    Official ratios weight what they count: one that does not come out cannot be checked, and is not called wrong.
    """
    found: dict[str, Finding] = {}
    for value in view.figures:
        match = _RATIO.search(fold(value.indicator))
        if value.kind == "ratio" and match and is_exact(value) and value.text not in found:
            finding = _ratio(view, value, match["left"], match["right"])
            if finding:
                found[value.text] = finding
    return list(found.values())


def _per_head(view: ReportView, value: Figure) -> Finding | None:
    match = _PER_HEAD.match(fold(value.indicator))
    if match is None:
        return None
    number = next(
        (n for n in view.before(value) if comparable(n, value) and not is_mean(n) and view.whole_of(n) is None), None
    )
    heads = _counted(view, match["head"], value)
    if number is None or not heads:
        return None
    for written, worth, figures in _divisions(view, number, heads):
        if overlap(worth, bounds(value)):
            return _holds(value, written, figures, len(figures) > 2)
    sure = bare(number.indicator).endswith(match["what"]) and _one_value(heads) and heads[0].section == value.section
    return _fails(value, number, heads[0]) if sure else None


def _per_many(view: ReportView, value: Figure) -> Finding | None:
    match = _PER_MANY.match(fold(value.indicator)) or _continued(view, value)
    if match is None:
        return None
    heads = view.named(match["head"], value)
    what = match["what"] if fold(value.indicator).startswith("每") else fold(value.indicator)
    numbers = [
        n for n in view.named(what, value) if n.start != value.start and n.normalized_unit == value.normalized_unit
    ]
    numbers = [n for n in numbers if amount(n) > amount(value)]
    if not heads:
        return None
    many = _MANY[match["many"]]
    head = heads[0]
    if not numbers:
        explained = f"报告没有给出“{what}”的总数，{value.text} 无从复算。"
        expression = f"? ÷ {shown(head)} × {many} = {value.text}"
        return Finding("per head", "cannot be checked", expression, (value, head), explained)
    for number in numbers:
        low, high = quotient(bounds(number), bounds(head))
        if overlap((low * many, high * many), bounds(value)):
            return _holds(value, f"{shown(number)} ÷ {shown(head)} × {many}", (number, head), False)
    if bare(numbers[0].indicator) != what or not (_one_value(numbers) and _one_value(heads)):
        return None
    return _fails(value, numbers[0], head, many)


def _one_value(figures: Iterable[Figure]) -> bool:
    return len({amount(figure) for figure in figures}) == 1


def _continued(view: ReportView, value: Figure) -> re.Match[str] | None:
    """Return the 每千… of a list that an item belongs to: 每千常住人口有执业医师2.60人、注册护士3.19人."""
    before = next(iter(view.before(value)), None)
    if before is None or fold(view.between(before, value)) != f"、{fold(value.indicator)}":
        return None
    return _PER_MANY.match(fold(before.indicator))


def _ratio(view: ReportView, value: Figure, left: str, right: str) -> Finding | None:
    tops, bottoms = _counted(view, left, value), _counted(view, right, value)
    if not tops or not bottoms:
        return None
    for top in tops:
        for written, worth, figures in _divisions(view, top, bottoms):
            if overlap(worth, _ratio_bounds(value)):
                return _holds(value, written, figures, len(figures) > 2, kind_ratio=True)
    top, bottom = tops[0], bottoms[0]
    found = f"{amount(top) / amount(bottom):.2f}：1"
    computed = f"按{top.indicator}{top.text}、{bottom.indicator}{bottom.text}计算是 {found}"
    explained = f"{computed}；报告没有写明 {value.text} 的算法，无法复算。"
    expression = f"{shown(top)} ÷ {shown(bottom)} = {found}"
    return Finding("ratio", "cannot be checked", expression, (value, top, bottom), explained)


def _counted(view: ReportView, head: str, near: Figure) -> list[Figure]:
    """Return the counts of the first of a character's words that the report counts, the nearest first."""
    return next((found for word in _PERSONS[head] if (found := view.named(word, near))), [])


def _divisions(
    view: ReportView, number: Figure, heads: Iterable[Figure]
) -> Iterator[tuple[str, Range, tuple[Figure, ...]]]:
    """Yield the number by each count of heads, then both without what a bracket of theirs includes."""
    for head in heads:
        if bounds(head)[0] > 0:
            yield f"{shown(number)} ÷ {shown(head)}", quotient(bounds(number), bounds(head)), (number, head)
    for head in heads:
        for part in view.parts(head):
            for own in view.parts(number):
                if own.scope == part.scope and rest(head, part)[0] > 0:
                    written = f"({shown(number)} − {shown(own)}) ÷ ({shown(head)} − {shown(part)})"
                    yield written, quotient(rest(number, own), rest(head, part)), (number, own, head, part)


def _ratio_bounds(value: Figure) -> Range:
    """Return what a ratio may stand for: of 1：1.23 the inverse of the stated range."""
    match = _TO_ONE.fullmatch(fold(value.text))
    if match is None:
        return bounds(value)
    first, second = match.groups()
    stated, inverse = (second, True) if first == "1" and second != "1" else (first, False)
    half = 0.5 * 10 ** -len(stated.partition(".")[2])
    low, high = float(stated) - half, float(stated) + half
    return (1 / high, 1 / low) if inverse else (low, high)


def _holds(value: Figure, written: str, figures: tuple[Figure, ...], other: bool, kind_ratio: bool = False) -> Finding:
    explained = f"扣除括号内的部分之后，{value.text} 可以复算。" if other else f"{value.text} 可以复算。"
    kind: FindingKind = "ratio" if kind_ratio else "per head"
    return Finding(kind, "holds", f"{written} = {value.text}", (value, *figures), explained, other_base=other)


def _fails(value: Figure, number: Figure, head: Figure, many: int = 1) -> Finding:
    result = amount(number) / amount(head) * many / (amount(value) / float(str(value.value)))
    written = f"{shown(number)} ÷ {shown(head)}{f' × {many}' if many > 1 else ''}"
    explained = (
        f"按{number.indicator}{number.text}、{head.indicator}{head.text}计算是 {result:.2f}，报告写的是 {value.text}。"
    )
    return Finding(
        "per head", "does not hold", f"{written} = {result:.2f} ≠ {value.text}", (value, number, head), explained
    )
