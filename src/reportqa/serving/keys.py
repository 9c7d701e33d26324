"""What only those who may know: the key that programs show, and secrets given themselves or in a file."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from reportqa.errors import InputError

VARIABLE = "REPORTQA_API_KEY"
# What an Authorization header carries as it is.
_SENDABLE = re.compile(r"[!-~]+")


class Key:
    """The key that a program shows as ``Authorization: Bearer KEY``.

    >>> Key("k-1").opens("Bearer k-1"), Key("k-1").opens("Bearer k-2"), Key("k-1").opens("k-1")
    (True, False, False)
    """

    def __init__(self, key: str) -> None:
        self._expected = key.encode()

    def opens(self, header: str) -> bool:
        """Tell whether an ``Authorization`` header shows the key, in a time that tells nothing of it."""
        return is_bearer(header) and secrets.compare_digest(header.split()[1].encode(), self._expected)


def is_bearer(header: str) -> bool:
    """Tell whether an ``Authorization`` header has the form ``Bearer KEY``."""
    scheme, *rest = header.split()[:3] or [""]
    return scheme.lower() == "bearer" and len(rest) == 1


def read_key(given: str | None) -> Key | None:
    """Read the key that is given, itself or in a file, else that of ``REPORTQA_API_KEY``; None where there is none.

    Raises InputError where it is empty or cannot be sent in a header.
    """
    given = os.environ.get(VARIABLE) if given is None else given
    if given is None:
        return None
    key = read_secret(given, "密钥")
    if not _SENDABLE.fullmatch(key):
        raise InputError("密钥只能用英文字母、数字和半角符号，中间没有空格，也不能是空的。")
    return Key(key)


def read_secret(given: str, form: str) -> str:
    """Read a secret that is given itself, or as the path of a file with it in the first line.

    >>> read_secret("老师:秘密", "用户名:密码")
    '老师:秘密'

    ``form`` says what it should look like. Raises InputError where the file cannot be read.
    """
    path = Path(given)
    try:
        return path.read_text(encoding="utf-8-sig").strip().split("\n")[0].strip() if path.is_file() else given
    except (OSError, ValueError) as error:
        raise InputError(f"读不出文件 {given}：要一行“{form}”，UTF-8 编码。") from error
