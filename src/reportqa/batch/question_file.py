"""Question files to lines of text."""

from __future__ import annotations

import re
from pathlib import Path

from reportqa.errors import InputError
from reportqa.text.decoding import decode_most

MAX_BYTES = 32 * 2**20
_LINE_END = re.compile(r"\r\n|\r|\n")


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
    """Decode a question file, whatever its encoding.

    >>> decode("招生多少人？".encode("gb18030"), "q.txt")
    '招生多少人？'

    A character that cannot be read becomes ``text.decoding.UNREADABLE``, so that only its own row is lost.
    Raises InputError where the file is not text.
    """
    text = decode_most(data)
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
