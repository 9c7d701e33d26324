"""Plain text and Markdown: bytes to characters, in whichever encoding Chinese text comes in."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from reportqa.errors import ReadingError
from reportqa.reading.kinds import kind_of
from reportqa.reading.source import Source
from reportqa.text import decoding
from reportqa.text.decoding import DecodingError
from reportqa.text.records import Picture

_PICTURE = re.compile(r"!\[[^\]\n]{0,200}+\]\(<?([^)\s>]{1,500}+)[^)\n]{0,200}+\)")


def read_text(data: bytes, path: Path) -> Source:
    """Read a text file as it is; only line ends and the byte order mark go.

    Raises ReadingError where the file is empty, of an unknown or damaged encoding, or no text.
    """
    kind = kind_of(data)
    if kind is not None:
        advice = f"，请把结尾改成 {kind.ending}" if kind.ending else ""
        raise ReadingError(f"不是文本文件：{path.name}（其实是{kind.label}{advice}）。")
    text = decode(data, path.name).replace("\r\n", "\n").replace("\r", "\n")
    check_text(text, path.name)
    return Source(text)


def read_markdown(data: bytes, path: Path) -> Source:
    """Read a Markdown file as it is, but for HTML tables and simple formulas (:func:`plain_markdown`).

    Its pictures are those that it names at or below its folder.

    Raises ReadingError as ``read_text`` does.
    """
    from reportqa.reading.images import linked_image
    from reportqa.reading.ocr_markdown import plain_markdown

    text = plain_markdown(read_text(data, path).text)
    found = [(match.end(), linked_image(match[1], path.parent)) for match in _PICTURE.finditer(text)]
    pictures = (Picture(position, image.suffix, image.data) for position, image in found if image is not None)
    return Source(text, pictures=tuple(pictures))


def check_text(text: str, name: str) -> None:
    """Raise ReadingError where a text is empty, or where it is full of control characters."""
    if not text.strip():
        raise ReadingError(f"文件是空的：{name}。")
    controls = sum(unicodedata.category(char) == "Cc" and char not in "\n\t\f\v\x85" for char in text[:100_000])
    if "\0" in text or controls > len(text[:100_000]) // 100:
        raise ReadingError(f"不是文本文件：{name}（含有控制字符；请另存为 UTF-8 或 GB18030 的 .txt）。")


def decode(data: bytes, name: str, declared: str = "") -> str:
    """Decode a file (see :mod:`reportqa.text.decoding`); raises ReadingError where that cannot be done."""
    try:
        return decoding.decode(data, declared)
    except DecodingError as error:
        if error.byte is not None:
            raise ReadingError(f"文字编码损坏：{name} 第 {error.byte + 1} 字节不是 UTF-8。") from error
        raise ReadingError(f"认不出文字编码：{name}（请另存为 UTF-8 或 GB18030 的 .txt）。") from error
