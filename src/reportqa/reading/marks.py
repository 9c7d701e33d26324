"""Two marks that travel within words while a file is read: where a picture stands, and where a page begins."""

from __future__ import annotations

import re

PICTURE = "\ufffc"
PAGE = "\f"
MARKS = re.compile(f"[{PICTURE}{PAGE}]")
_NO_TEXT = re.compile(
    "[\0-\x08\x0e-\x1f\x7f\x85\ufeff\ufffe\uffff\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2060\xad]"
)
_SPACES = re.compile(r"[ \xa0\u2000-\u200a\u202f]+")
_LINE_ENDS = re.compile("\r\n|[\r\v\u2028\u2029]")
_HAN_LINE_END = re.compile(r"(?<=[\u2e80-\uffef])\n|\n(?=[\u2e80-\uffef])")
_MARKS_ON_A_LINE = re.compile(rf"\n({MARKS.pattern}+)(?=\n|$)")
_MARKS_AT_THE_FRONT = re.compile(rf"^({MARKS.pattern}+)\n")

_RAISED = str.maketrans("0123456789()+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁺⁻")


def raised(text: str) -> str:
    """Write raised words as Unicode does, so that no mark of a note runs into a number.

    >>> "常住人口" + raised("1") + "412.6万人", "3.6km" + raised("2"), raised("[2]"), raised("①")
    ('常住人口¹412.6万人', '3.6km²', '[²]', '①')
    """
    return text.translate(_RAISED)


def unmarked(text: str) -> str:
    """Take from the words of a file what would be read as a mark."""
    return MARKS.sub("", text)


def clean_words(text: str) -> str:
    r"""Drop what is no text (control characters, marks of width zero), empty lines, and all but one space of a run.

    >>> clean_words("招生\x0b  6191\u200b人 \n")
    '招生\n6191人'
    """
    lines = (_NO_TEXT.sub("", line) for line in _LINE_ENDS.sub("\n", text).split("\n"))
    bare = (_SPACES.sub(" ", line).strip(" \t\u3000") for line in lines)
    whole = "\n".join(line for line in bare if line)
    return _MARKS_AT_THE_FRONT.sub(r"\1", _MARKS_ON_A_LINE.sub(r"\1", whole))


def one_line(text: str) -> str:
    r"""Join the lines of a heading, with a space where letters or digits would run together.

    >>> one_line("重庆市渝北区\n质量年度报告"), one_line("Annual\nreport")
    ('重庆市渝北区质量年度报告', 'Annual report')
    """
    return _HAN_LINE_END.sub("", text).replace("\n", " ")


def clean_cell(text: str) -> str:
    r"""Put the words of a cell on one line.

    >>> clean_cell("招生数\n（人） | 毕业数")
    '招生数 （人） ｜ 毕业数'
    """
    return " ".join(_NO_TEXT.sub("", unmarked(text)).split()).replace("|", "｜")
