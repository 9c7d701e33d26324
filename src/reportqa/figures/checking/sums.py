"""Parts against their whole: sums that the text implies, and parts above the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reportqa.figures.agreement import bare
from reportqa.figures.arithmetic import amount, bounds, comparable, overlap, shown, total
from reportqa.figures.checking.findings import Finding, Verdict
from reportqa.figures.checking.view import ReportView
from reportqa.text.contrasts import opposite
from reportqa.text.folding import fold
from reportqa.text.forms import COUNTERS
from reportqa.text.numerals import plain_number
from reportqa.text.records import Figure

_LONGEST_RUN = 12
_DIGITS = 3
_PART_OF = re.compile(r"其中|包括|包含|分别|[（(含]|分为|当中|中[,，有]")
_ADDED_UP = re.compile(rf"[,，、。](?:[两三四五几二]?[{COUNTERS}者类部]{{0,2}})(?:合计|共计|总计)(?:为|达|有)?\s*$")


def sums(view: ReportView) -> list[Finding]:
    """Find the sums that hold or do not, and the parts that are above their whole.

    >>> [finding.expression for finding in sums(view)]                # doctest: +SKIP
    ['5308 + 1474 = 6782', '1533 + 263 = 1796']

    That a sum does not hold is said only where the text leaves no doubt that it should (docs/figures.md).
    """
    related = [*_of_parts(view), *_in_sentences(view), *_of_others(view)]
    found = [_sum(whole, parts) for whole, parts in related]
    found += [_sum(*relation) for relation in _of_included(view, related)]
    found += [*_unequal(view), *_above(view)]
    return list({_key(finding): finding for finding in reversed(found)}.values())[::-1]


def _of_parts(view: ReportView) -> Iterator[tuple[Figure, list[Figure]]]:
    """Yield each whole with the parts of it that the text lists, where they add up: 7所，其中公办2所、民办5所."""
    for whole in view.quantities:
        parts = view.parts(whole)
        if len(parts) > 1 and (_adds_up(whole, parts) or _complementary(parts)):
            yield whole, parts


def _in_sentences(view: ReportView) -> Iterator[tuple[Figure, list[Figure]]]:
    """Yield a whole and the parts after it in its sentence, where the words make them its parts and they add up."""
    for run in _runs(view):
        for at, whole in enumerate(run):
            for end in range(at + 3, len(run) + 1):
                parts = run[at + 1 : end]
                if _adds_up(whole, parts) and _says_part(view, whole, parts[-1]) and _significant(whole):
                    yield whole, parts


def _of_others(view: ReportView) -> Iterator[tuple[Figure, list[Figure]]]:
    """Yield a whole said elsewhere and the neighbours that add up to it, where their words name it."""
    wholes: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in view.quantities:
        if figure.parent is None and _significant(figure):
            wholes.setdefault(_place(figure, amount(figure)), []).append(figure)
    for run in _runs(view):
        for at in range(len(run)):
            for end in range(at + 2, len(run) + 1):
                parts = run[at:end]
                added = sum(map(amount, parts))
                for whole in wholes.get(_place(run[at], added), []):
                    if view.sentence(whole) != view.sentence(run[at]) and _names(view, parts, whole):
                        yield whole, parts
    yield from _with_included(view)


def _with_included(view: ReportView) -> Iterator[tuple[Figure, list[Figure]]]:
    """Yield a whole whose bracket gives one part and a later sentence the others: 床位（含民营500张）…床位中，…."""
    for run in _runs(view):
        topic = _topic(view, run[0])
        for whole in view.quantities if topic else ():
            said_before = whole.start < run[0].start and bare(whole.indicator).endswith(topic)
            parts = [*run, *view.parts(whole)]
            if said_before and comparable(whole, run[0]) and len(parts) > len(run) and _adds_up(whole, parts):
                yield whole, parts


def _of_included(
    view: ReportView, related: Sequence[tuple[Figure, list[Figure]]]
) -> Iterator[tuple[Figure, list[Figure]]]:
    """Yield the sums of what each figure of a sum includes, where all include the same: 含技校1533 + 263 = 1796."""
    for whole, parts in related:
        included = [_included(view, figure) for figure in (whole, *parts)]
        if all(included) and len({fold(figure.scope) for figure in included if figure}) == 1:
            first, *others = (figure for figure in included if figure)
            yield first, others


def _included(view: ReportView, figure: Figure) -> Figure | None:
    parts = [part for part in view.parts(figure) if part.scope.startswith("含")]
    return parts[0] if len(parts) == 1 else None


def _unequal(view: ReportView) -> Iterator[Finding]:
    """Yield the sums that a sentence draws itself: …300人，…280人，合计580人."""
    for sentence in view.sentences():
        for at, whole in enumerate(sentence):
            parts = [part for part in sentence[:at] if part.parent is None and comparable(part, whole)]
            if (
                len(parts) < 2
                or whole.parent is not None
                or not _ADDED_UP.search(view.between(sentence[at - 1], whole))
            ):
                continue
            yield _sum(whole, parts)


def _above(view: ReportView) -> Iterator[Finding]:
    """Yield the parts that are greater than what the text says they are a part of."""
    for part in view.quantities:
        whole = view.whole_of(part)
        if whole is None or not _PART_OF.search(view.document.text[whole.end : part.start]):
            continue
        # 专业23个，覆盖7个大类，其中…8个: of which of the two is not certain.
        other = any(comparable(each, part) and amount(each) >= amount(part) for each in view.before(whole))
        if bounds(part)[0] > bounds(whole)[1] and not other:
            explained = f"{part.text} 是 {whole.text} 的一部分，却比它大。"
            yield Finding("part", "does not hold", f"{shown(part)} > {shown(whole)}", (part, whole), explained)


def _runs(view: ReportView) -> Iterator[list[Figure]]:
    """Yield the stretches of a sentence's quantities that stand for themselves and have one unit."""
    for sentence in view.sentences():
        run: list[Figure] = []
        for figure in sentence:
            if figure.parent is not None and view.whole_of(figure) is not None:
                continue
            if run and not comparable(figure, run[-1]):
                yield from _long_enough(run)
                run = []
            run.append(figure)
        yield from _long_enough(run)


def _long_enough(run: list[Figure]) -> Iterator[list[Figure]]:
    if 2 <= len(run) <= _LONGEST_RUN:
        yield run


def _adds_up(whole: Figure, parts: Sequence[Figure]) -> bool:
    return overlap(total(parts), bounds(whole))


def _says_part(view: ReportView, whole: Figure, last: Figure) -> bool:
    words = view.document.text[whole.end : last.start]
    name = bare(whole.indicator)
    return bool(_PART_OF.search(view.between(whole, last))) or (len(name) > 1 and name in fold(words))


def _names(view: ReportView, parts: Sequence[Figure], whole: Figure) -> bool:
    """Tell whether the sentence of the parts, or the heading right over it, names what the whole measures."""
    heading = parts[0].section[-1] if parts[0].section else ""
    words = fold(f"{heading}|{view.sentence_text(parts[0])}")
    name = bare(whole.indicator)
    kin = all(
        part.scope == whole.scope or not (part.scope and whole.scope) or name[-2:] in fold(part.indicator)
        for part in parts
    )
    return len(name) > 1 and name[-2:] in words and kin


def _topic(view: ReportView, first: Figure) -> str:
    """Return what a sentence begins to speak of: 开放床位 in 开放床位中，…."""
    match = re.match(r"\s*([^，,。；]{2,12})中[，,]", view.sentence_text(first))
    return fold(match[1]) if match else ""


def _complementary(parts: Sequence[Figure]) -> bool:
    """Tell whether two parts leave nothing between them: 公办 and 民办, 男 and 女."""
    if len(parts) != 2:
        return False
    one, other = (fold(f"{part.scope}|{part.indicator}").removeprefix("含") for part in parts)
    return opposite(one, other)


def _significant(figure: Figure) -> bool:
    """Tell whether a value has digits enough that a sum does not meet it by chance."""
    return len(re.sub(r"\D|0+$", "", shown(figure).replace(".", "")).strip("0")) >= _DIGITS


def _place(figure: Figure, value: float) -> tuple[str, str, str]:
    return figure.kind, figure.normalized_unit, f"{value:.4f}"


def _sum(whole: Figure, parts: Sequence[Figure]) -> Finding:
    verdict: Verdict = "holds" if _adds_up(whole, parts) else "does not hold"
    expression = f"{' + '.join(map(shown, parts))} {'=' if verdict == 'holds' else '≠'} {shown(whole)}"
    names = " + ".join(_named(part, whole) for part in parts)
    if verdict == "holds":
        explained = f"{names} = {_named(whole, whole)}。"
    else:
        added = sum(amount(part) for part in parts) / _factor(whole)
        explained = f"{names} 合计 {plain_number(added)}，报告写的是 {whole.text}。"
    return Finding("sum", verdict, expression, (whole, *parts), explained)


def _factor(figure: Figure) -> float:
    value = float(str(figure.value))
    return amount(figure) / value if value else 1.0


def _named(figure: Figure, whole: Figure) -> str:
    """Name a figure by what tells it from its whole."""
    if figure.indicator == whole.indicator and figure.scope and figure is not whole:
        return f"{figure.scope.removeprefix('含')}{figure.text}"
    return f"{figure.indicator or figure.scope}{figure.text}"


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.kind, finding.expression, finding.figures[0].document
