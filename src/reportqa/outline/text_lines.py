"""The lines of a text as the outline reads them: where each begins a paragraph, breaks off, or is a row."""

from __future__ import annotations

from dataclasses import dataclass

from reportqa.text.folding import fold
from reportqa.text.patterns import lazy
from reportqa.text.records import Span

HAN = "一二三四五六七八九十百"
# A text broken at a fixed width: at least so many lines, and a third of all, are of nearly the width of the widest.
_WRAPPED_LINES = 4
_NARROWEST, _WIDEST = 24, 100
_RAGGED = 3
_MOST = 0.97
_TERMINAL = "。！？!?；;：:…"
_CLOSERS = "”’」』）)】》〕\"'"
SENTENCE_MARKS = lazy(r"[。；！？;!?]")
_FORM = lazy(r"[\w（）()、/ \u3000]{2,14}[:：][^。；！？]{1,60}")
ENUMERATED = lazy(rf"[{HAN}]是|[其第][{HAN}][，、,：:]|[-*]\s|[•·●▪◆■★|>]|——")
_COLUMNS = lazy(r"\s{2,}|\t")
RUNNING = lazy(r"[，。；]")


@dataclass(frozen=True, slots=True)
class TextLine:
    """``indented`` says that the line begins a paragraph, ``full`` that it may have been broken for want of room."""

    span: Span
    text: str
    folded: str
    after_blank: bool
    indented: bool
    full: bool


def text_lines(text: str) -> list[TextLine]:
    """Cut a text into its lines that hold something, white space at both ends left out."""
    folded = fold(text)
    found: list[tuple[Span, bool, bool]] = []
    start, blank = 0, False
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            at = start + raw.index(stripped[0])
            found.append((Span(at, at + len(stripped)), blank, raw.startswith(("  ", "\t", "\u3000"))))
        blank = not stripped
        start += len(raw) + 1
    # Where most lines are indented, an indent begins nothing.
    tells = sum(indented for _, _, indented in found) * 2 <= len(found)
    full = _full_lines([span.of(text) for span, _, _ in found])
    return [
        TextLine(span, span.of(text), span.of(folded), after_blank, tells and indented, wide)
        for (span, after_blank, indented), wide in zip(found, full, strict=True)
    ]


def _full_lines(lines: list[str]) -> list[bool]:
    """Tell which lines reach the width at which a text was broken by hand; none in a text that was not."""
    for measure in (len, _columns):
        widths = [measure(line) for line in lines]
        # A few longer lines, a caption or a row, are no paragraphs.
        widest = sorted(widths)[int(len(widths) * _MOST)] if widths else 0
        full = [width >= widest - _RAGGED for width in widths]
        if _NARROWEST <= widest <= _WIDEST and sum(full) >= max(_WRAPPED_LINES, len(lines) // 3):
            return full
    return [False] * len(lines)


def _columns(line: str) -> int:
    """Return the width of a line on a terminal, where a Chinese character takes two columns."""
    return sum(1 if char < "\u1100" else 2 for char in line)


def is_row(text: str) -> bool:
    """Tell whether a line is a row of a table: between bars, or in columns."""
    return text.startswith("|") or (bool(_COLUMNS.search(text)) and not RUNNING.search(text))


def is_form_line(text: str) -> bool:
    """Tell whether a line is a name and what is entered for it, as forms and imprints have them.

    >>> is_form_line("发布单位：临江市教育局"), is_form_line("其中：公办养老院1.86万人次，占72.4%。")
    (True, False)
    """
    return bool(_FORM.fullmatch(text))


def has_words(text: str) -> bool:
    """Tell whether a line holds a letter or a digit."""
    return any(char.isalnum() for char in text)


def ends_sentence(text: str) -> bool:
    """Tell whether a sentence ends with a line."""
    return text.rstrip(_CLOSERS)[-1:] in _TERMINAL


def needs_space(last: str, first: str) -> bool:
    """Tell whether the line end between two lines of a paragraph is part of its text: between Latin words, or rows."""
    ends = last[-1] + first[0]
    return (ends.isascii() and ends.isalpha()) or not has_words(first)
