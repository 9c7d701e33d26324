"""What lies over a page and is none of its text: words filled into a form, and comments."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as raw

_MOST = 10_000
_TEXT_FIELDS = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_COMMENTS = (
    *(raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE),
    *(raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_STAMP),
    *(raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_POLYGON),
)


def count_annotations(page: Any) -> tuple[int, int]:
    """Return how many fields of a form are filled in with words, and how many comments have words.

    Boxes that are ticked, links, and comments that are only a mark count for nothing. The fields are known only where
    the forms of the document have been opened.
    """
    filled = comments = 0
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST)):
        one = raw.FPDFPage_GetAnnot(page, index)
        if not one:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(one)
            filled += kind == raw.FPDF_ANNOT_WIDGET and _is_filled(page, one)
            comments += kind in _COMMENTS and bool(_words(raw.FPDFAnnot_GetStringValue, one, b"Contents"))
        finally:
            raw.FPDFPage_CloseAnnot(one)
    return filled, comments


def _is_filled(page: Any, one: Any) -> bool:
    if page.formenv is None or raw.FPDFAnnot_GetFormFieldType(page.formenv, one) not in _TEXT_FIELDS:
        return False
    return bool(_words(raw.FPDFAnnot_GetFormFieldValue, page.formenv, one))


def _words(read: Callable[..., int], *about: Any) -> str:
    """Return a string of PDFium, blanks at its ends left out: once for its length, once for itself."""
    size = read(*about, None, 0)
    buffer = ctypes.create_string_buffer(max(size, 2))
    read(*about, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").strip("\0 \t\r\n\u3000")
