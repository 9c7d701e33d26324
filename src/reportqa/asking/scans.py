"""What an answer from recognised pages shows of their images, and where it warns that a figure was not read surely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reportqa.index.store import Store
from reportqa.text.records import Answer, Citation, CitedFigure, Cut, Figure, Scan, ScanLine, Span
from reportqa.text.records.scans import SURE, width_of

Box = tuple[int, int, int, int]
# Around what is quoted, of the height of its lines.
_MARGIN = 0.6


def with_scans(answer: Answer, store: Store) -> Answer:
    """Give the citations of recognised pages the cuts that show them, and the figures how surely they were read."""
    if not any(store.scans(citation.document) for citation in answer.citations):
        return answer
    answer = _text_first(answer, store)
    figures = tuple(_read_figure(cited, store) for cited in answer.figures)
    unsure = [cited.figure.text for cited in figures if _carries(answer, cited) and (cited.recognition or 1.0) < SURE]
    caution = f"{'、'.join(dict.fromkeys(unsure))} 识别自图像，把握不大，请对照图像核对。" if unsure else ""
    return replace(
        answer,
        citations=tuple(replace(one, scans=cuts_of(one, store.scans(one.document))) for one in answer.citations),
        figures=figures,
        message=" ".join(filter(None, [answer.message, caution])),
    )


def _text_first(answer: Answer, store: Store) -> Answer:
    """Put a citation of the text before that of a picture from which the answer's figure is, where it has the same."""
    if not answer.figures or answer.derivation or not _in_picture(answer.figures[0].figure, store):
        return answer
    shown = answer.figures[0].figure
    for citation in answer.citations:
        for figure in store.figures_in(citation.document):
            within = citation.start <= figure.start < citation.end and not _in_picture(figure, store)
            if within and _amount(figure) == _amount(shown):
                return _moved(answer, citation, figure)
    return answer


def _moved(answer: Answer, first: Citation, figure: Figure) -> Answer:
    """Return the answer with another citation first, and its figure in the place of the one that the answer had."""
    ordered = [first, *(one for one in answer.citations if one is not first)]
    ranks: dict[int | None, int | None] = {one.rank: rank for rank, one in enumerate(ordered, 1)}
    if not any(span.contains(figure.span) for span in first.highlights):
        ordered[0] = replace(first, highlights=(figure.span,))

    def ranked(figures: Iterable[CitedFigure]) -> tuple[CitedFigure, ...]:
        return tuple(replace(cited, citation=ranks.get(cited.citation)) for cited in figures)

    others = [cited for cited in answer.figures[1:] if cited.figure != figure]
    return replace(
        answer,
        citations=tuple(replace(one, rank=rank) for rank, one in enumerate(ordered, 1)),
        figures=(CitedFigure(figure, 1), *ranked(others)),
        conflicts=tuple(replace(one, figures=ranked(one.figures)) for one in answer.conflicts),
    )


def _amount(figure: Figure) -> tuple[object, str]:
    return figure.normalized_value, figure.normalized_unit


def _in_picture(figure: Figure, store: Store) -> bool:
    return any(one.is_picture and one.lines_in(figure.start, figure.end) for one in store.scans(figure.document))


def cuts_of(citation: Citation, scans: Iterable[Scan]) -> tuple[Cut, ...]:
    """Return a cut of each page that shows the quote, its highlights marked; the whole quote where it has none."""
    found = []
    marked = citation.highlights or (Span(citation.start, citation.end),)
    for scan in scans:
        lines = scan.lines_in(citation.start, citation.end)
        if lines:
            marks = (_part(line, span, citation) for span in marked for line in scan.lines_in(span.start, span.end))
            shown = tuple(mark for mark in marks if mark is not None)
            sure = min(line.sureness(citation.start, citation.end) for line in lines)
            size = (scan.width, scan.height)
            found.append(
                Cut(
                    scan.page,
                    scan.image,
                    size,
                    _around([line.box for line in lines], size),
                    shown,
                    sure,
                    scan.is_picture,
                )
            )
    return tuple(found)


def whole_page(scan: Scan, place: Span | None = None) -> Cut:
    """Return all of a page's image, a place of the text marked in it."""
    lines = scan.lines_in(place.start, place.end) if place else []
    size = (scan.width, scan.height)
    marks = tuple(line.box for line in lines)
    return Cut(scan.page, scan.image, size, (0, 0, *size), marks, min((line.score for line in scan.lines), default=0.0))


def _carries(answer: Answer, cited: CitedFigure) -> bool:
    """Tell whether a figure is one that the answer gives, not one that is shown beside it."""
    return cited.figure.text in answer.answer


def _read_figure(cited: CitedFigure, store: Store) -> CitedFigure:
    figure = cited.figure
    lines = [line for scan in store.scans(figure.document) for line in scan.lines_in(figure.start, figure.end)]
    if not lines:
        return cited
    return replace(cited, recognition=min(line.sureness(figure.start, figure.end) for line in lines))


def _part(line: ScanLine, span: Span, citation: Citation) -> Box | None:
    """Return the part of a line's box in which a span stands."""
    text, offset = citation.text, citation.start
    places = range(max(line.start, offset), min(line.end, citation.end))
    widths = {place: width_of(text[place - offset]) for place in places}
    before = sum(width for place, width in widths.items() if place < span.start)
    within = sum(width for place, width in widths.items() if span.start <= place < span.end)
    # A quote may begin within a line.
    outside = (line.end - line.start) - len(widths)
    whole = sum(widths.values()) + (outside if outside > 0 else 0)
    if not within or not whole:
        return None
    left, top, right, bottom = line.box
    lead = outside if line.start < offset else 0
    start = left + (right - left) * (before + lead) / whole
    return round(start), top, round(start + (right - left) * within / whole), bottom


def _around(boxes: Sequence[Box], size: tuple[int, int]) -> Box:
    margin = round(max(box[3] - box[1] for box in boxes) * _MARGIN)
    left, top = min(box[0] for box in boxes) - margin, min(box[1] for box in boxes) - margin
    right, bottom = max(box[2] for box in boxes) + margin, max(box[3] for box in boxes) + margin
    return max(left, 0), max(top, 0), min(right, size[0]), min(bottom, size[1])
