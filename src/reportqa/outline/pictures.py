"""Pictures and captions: which picture a 图 N or 表 N names, and what is shown of those that none names."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, groupby
from typing import NamedTuple

from reportqa.text.records import Document, Illustration, Section

LABEL = "图片"


class _Mark(NamedTuple):
    """A picture or a caption in the text: from where to where, and its number among its kind."""

    start: int
    end: int
    is_caption: bool
    number: int


def tie_pictures(
    document: Document, illustrations: Sequence[Illustration], sections: Sequence[Section] = ()
) -> tuple[Illustration, ...]:
    r"""Give each caption its picture, and each picture without a caption an illustration of its own.

    >>> from reportqa.text.records import Picture
    >>> text = "招生6191人。\n\n图 1 规模\n\n毕业5308人。\n"
    >>> document = Document("r.docx", text, "", pictures=(Picture(8, ".png", b""), Picture(25, ".jpg", b"")))
    >>> for one in tie_pictures(document, [Illustration("图 1", "规模", "r.docx", 10, 16)]):
    ...     print(one.label, one.caption, one.start, one.image)
    图 1 规模 10 picture-0.png
    图片  25 picture-1.jpg

    A picture belongs to the caption that stands right under it, else to the one right over it; where several stand in a
    row, each to its own. ``image`` is the name of the picture, with its number in ``document.pictures``. The
    illustrations come in the order of the text; ``sections`` tell the section of a picture without a caption.
    """
    tied = dict(chain.from_iterable(_pairs(run) for run in _runs(document, illustrations)))
    captioned = [
        replace(one, image=picture_name(document, tied[number])) if number in tied else one
        for number, one in enumerate(illustrations)
    ]
    headed = [section for section in sections if section.heading is not None]
    used = set(tied.values())
    lone = (number for number in range(len(document.pictures)) if number not in used)
    shown = [*captioned, *(_lone(document, number, headed) for number in lone)]
    return tuple(sorted(shown, key=lambda one: (one.start, one.end)))


def picture_name(document: Document, number: int) -> str:
    """Return the file name of a document's picture.

    >>> from reportqa.text.records import Picture
    >>> picture_name(Document("r.pdf", "", "", pictures=(Picture(0, ".png", b""),)), 0)
    'picture-0.png'
    """
    return f"picture-{number}{document.pictures[number].suffix}"


def _lone(document: Document, number: int, headed: Sequence[Section]) -> Illustration:
    position = document.pictures[number].position
    # A picture right before a heading stands at its start, and belongs to what was before.
    index = bisect_left(headed, position, key=lambda section: section.heading.start if section.heading else 0)
    path = headed[index - 1].path if index else ()
    return Illustration(LABEL, "", document.name, position, position, path, picture_name(document, number))


def _runs(document: Document, illustrations: Sequence[Illustration]) -> Iterable[list[_Mark]]:
    """Yield the pictures and captions that follow each other with nothing but white space between."""
    marks = [_Mark(one.start, one.end, True, number) for number, one in enumerate(illustrations)]
    marks += [_Mark(one.position, one.position, False, number) for number, one in enumerate(document.pictures)]
    run: list[_Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.is_caption)):
        if run and document.text[run[-1].end : mark.start].strip():
            yield run
            run = []
        run.append(mark)
    yield run


def _pairs(run: Sequence[_Mark]) -> Iterable[tuple[int, int]]:
    """Pair the captions of a run with its pictures: captions stand below their pictures unless one begins the run."""
    groups = [(is_caption, list(marks)) for is_caption, marks in groupby(run, key=lambda mark: mark.is_caption)]
    first = 0
    while first + 1 < len(groups):
        (is_caption, upper), (_, lower) = groups[first], groups[first + 1]
        # Of unequal numbers those belong together that stand next to each other.
        count = min(len(upper), len(lower))
        for one, other in zip(upper[-count:], lower[:count], strict=True):
            yield (one.number, other.number) if is_caption else (other.number, one.number)
        first += 2
