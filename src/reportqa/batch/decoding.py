"""Bytes to lines: the encodings that Chinese question lists come in."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from reportqa.batch.rows import UNREADABLE
from reportqa.errors import InputError

MAX_BYTES = 32 * 2**20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LINE_END = re.compile(r"\r\n|\r|\n")
# The share of letters that may be damaged in what is still taken for UTF-8; of GB18030 nearly all would be.
_DAMAGED = 0.2


def read_file(path: Path) -> bytes:
    """Read a question file whole.

    Raises InputError where it is missing, no file, or larger than ``MAX_BYTES``.
    """
    try:
        if not path.is_file():
            raise InputError(f"找不到问题文件：{path}。")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(f"问题文件太大：{path.name} 有 {size / 2**20:.1f} MB，最多 {MAX_BYTES // 2**20} MB。")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"打不开问题文件 {path.name}：{error.strerror or error}。") from error
    except ValueError as error:
        raise InputError(f"文件名不能用：{str(path)!r}。") from error


def decode(data: bytes, name: str) -> str:
    """Decode UTF-8, UTF-16 or GB18030, with or without a byte order mark.

    >>> decode("招生多少人？".encode("gb18030"), "q.txt")
    '招生多少人？'

    A character that cannot be read becomes ``UNREADABLE``, so that only its own row is lost.
    Raises InputError where the file is not text.
    """
    text = _decode(data)
    if "\0" in text:
        raise InputError(f"{name} 不是文本文件：请另存为 UTF-8 或 GB18030 编码。")
    return text


def lines_of(text: str) -> list[str]:
    r"""Split a text at its line ends, without the empty lines that close it.

    >>> lines_of("招生多少人？\r\n\r\n毕业多少人？\n\n")
    ['招生多少人？', '', '毕业多少人？']
    """
    lines = _LINE_END.split(text)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    unmarked = _unmarked_utf16(data)
    if unmarked:
        return data.decode(unmarked, "replace")
    text = data.decode("utf-8", "replace")
    letters = sum(char > "\x7f" for char in text)
    damaged = text.count(UNREADABLE)
    if damaged > letters * _DAMAGED:
        return data.decode("gb18030", "replace")
    return text


def _unmarked_utf16(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by its line ends and Latin letters, every one of which has a zero byte."""
    head = data[:65_536]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < 1 or len(data) % 2 or min(even, odd) * 4 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = data.decode(encoding, "replace")
    return encoding if UNREADABLE not in text and "\0" not in text else None
