"""The files under the given paths: what each is called, and which cannot be opened."""

from __future__ import annotations

import errno
import os
import re
import stat
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from reportqa.errors import ReadingError

MAX_BYTES = 200 * 2**20
IMAGES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})
_SHOWING = frozenset({".md", ".html", ".htm"})
_REASONS = {
    errno.ENOENT: "文件不存在",
    errno.EACCES: "没有读取权限",
    errno.EPERM: "没有读取权限",
    errno.ELOOP: "链接指向自己",
    errno.EISDIR: "这是文件夹",
    errno.ENAMETOOLONG: "文件名太长",
    errno.EIO: "磁盘读不出",
}


@dataclass(frozen=True, slots=True)
class Shard:
    """The ``number``-th of ``count`` parts of the reports, from 1, which as many machines build at once.

    >>> [name for name in ("甲.txt", "乙.txt", "丙.txt") if Shard(1, 2).has(name)]
    ['甲.txt', '乙.txt']
    """

    number: int = 1
    count: int = 1

    def has(self, name: str) -> bool:
        """Tell whether a report is of this part: by its name alone, so that all machines agree."""
        return zlib.crc32(name.encode("utf-8")) % self.count == self.number - 1


def named_files(paths: Iterable[Path], endings: Collection[str]) -> tuple[list[tuple[str, Path]], list[ReadingError]]:
    """Name every file once by its path below the given folder; the folder goes before where two have one name.

    >>> named_files([Path("corpus")], {".txt"})[0]      # doctest: +SKIP
    [('渝北区年报2024.txt', PosixPath('corpus/渝北区年报2024.txt'))]

    Returns the names with their files in the order of the names, and one error for each that cannot be opened.
    Raises ReadingError where a path itself is missing.
    """
    found: dict[Path, tuple[str, str]] = {}
    failures: list[ReadingError] = []
    for path in paths:
        for short, long, file in _files(path, endings, failures):
            try:
                real = file.resolve(strict=True)
            except (OSError, RuntimeError) as error:
                failures.append(unopened(file.name, error))
                continue
            found.setdefault(real, (short, long))
    times = Counter(short for short, _ in found.values())
    named = [(_clean(short if times[short] == 1 else long), file) for file, (short, long) in found.items()]
    return sorted(named), failures


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises ReadingError where it cannot be opened, is no plain file, is empty, or is larger than ``MAX_BYTES``.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadingError(f"打不开文件 {path.name}：不是普通文件。")
        if status.st_size > MAX_BYTES:
            size, most = status.st_size / 2**20, MAX_BYTES // 2**20
            raise ReadingError(f"文件太大：{path.name} 有 {size:.0f} MB，最多 {most} MB（请分成几个文件）。")
        data = path.read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        raise unopened(path.name, error) from error
    if not data:
        raise ReadingError(f"文件是空的：{path.name}。")
    return data


def unopened(name: object, error: Exception) -> ReadingError:
    """Make the line for what cannot be opened.

    >>> str(unopened("r.txt", PermissionError(13, "Permission denied")))
    '打不开文件 r.txt：没有读取权限。'
    """
    # Python tells a link that leads to itself by a RuntimeError.
    number = error.errno if isinstance(error, OSError) else errno.ELOOP if isinstance(error, RuntimeError) else None
    strerror = error.strerror if isinstance(error, OSError) else None
    return ReadingError(f"打不开文件 {name}：{_REASONS.get(number or 0, strerror or '名字不能用')}。")


def _files(path: Path, endings: Collection[str], failures: list[ReadingError]) -> Iterator[tuple[str, str, Path]]:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise ReadingError(f"找不到文件或文件夹：{path}。") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise unopened(path, error) from error
    if stat.S_ISDIR(mode):
        yield from _folder(path, endings, failures)
    else:
        yield path.name, f"{path.resolve().parent.name}/{path.name}", path


def _folder(top: Path, endings: Collection[str], failures: list[ReadingError]) -> Iterator[tuple[str, str, Path]]:
    def refuse(error: OSError) -> None:
        failures.append(unopened(error.filename, error))

    found: list[Path] = []
    for folder, below, names in os.walk(top, onerror=refuse):
        below[:] = sorted(one for one in below if not one.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if file.suffix.lower() in endings and not name.startswith((".", "~$")) and not _is_special(file):
                found.append(file)
    for file in _without_illustrations(found):
        short = file.relative_to(top).as_posix()
        yield short, f"{top.resolve().name}/{short}", file


def _without_illustrations(files: list[Path]) -> Iterator[Path]:
    """Leave out the images that a Markdown file or a web page shows: they belong to that report."""
    showing = ""
    if any(file.suffix.lower() in IMAGES for file in files):
        showing = unquote("".join(_said(file) for file in files if file.suffix.lower() in _SHOWING))
    for file in files:
        named = file.suffix.lower() in IMAGES and re.search(rf"(?<![\w.-]){re.escape(file.name)}", showing)
        if not named:
            yield file


def _said(file: Path) -> str:
    try:
        return file.read_text("utf-8", "ignore") if file.stat().st_size <= MAX_BYTES else ""
    except OSError:
        return ""


def _is_special(file: Path) -> bool:
    """Tell whether a name is that of a pipe, a device or a linked folder, which no one means by a report."""
    try:
        return not stat.S_ISREG(file.stat().st_mode)
    except (OSError, RuntimeError):
        # What cannot be looked at is a report that cannot be opened.
        return False


def _clean(name: str) -> str:
    """Replace what is no character: on Linux a file's name is bytes, of any encoding."""
    return name.encode("utf-8", "replace").decode("utf-8")
