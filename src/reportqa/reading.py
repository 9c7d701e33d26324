"""Files to documents: the one place where a text is made; after it no character moves."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from reportqa.datamodel import Document
from reportqa.errors import ReadingError

_TITLE_LINES = 4
_TITLE_LENGTH = 40
_HAN = "一二三四五六七八九十"
_NO_TITLE = re.compile(
    rf"[。；！？：，]|^[{_HAN}]+、|^第[{_HAN}\d]+[编篇部章节]|^[（(][{_HAN}\d]+[)）]|^\d{{1,2}}[.、．)）]"
    r"|^[|>*•●①-⑳-]|^[图表圖]\s*\d"
)
# A title that says what it is has ended; only a year, an edition or a subtitle still belongs to it.
_TITLE_END = re.compile(
    r"(?:报告|報告|年报|年報|年鉴|年鑑|总结|總結|公报|公報|白皮书|蓝皮书|规划|方案|纲要|要点|简报|通报|摘要|汇编)(?:[（(].*[)）])?$"
)
_SUBTITLE = re.compile(r"[（(—–-]|[\d〇零○一二三四五六七八九]{4}.{0,6}年.{0,4}$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_EDITION = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年?(?:度|卷|版)|学年)")
_HAN_YEAR = re.compile(r"[一二][〇零○九][〇零○一二三四五六七八九]{2}(?=年)")
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,6}?(?:自治区|自治州|自治县|新区|省|市|区|县|州|旗|镇|乡)")
_NO_PLACE = re.compile(r"(?:[社园校景辖片地全本市]|工业|示范|试验|实验|开发)区$|^[全本]|[都城]市$")
# UTF-8 with a few damaged bytes decodes as GB18030 too, as nonsense.
_DAMAGE = 0.01
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_documents(paths: Iterable[Path]) -> tuple[list[Document], list[ReadingError]]:
    """Read every readable file among ``paths``, folders searched through, and say what could not be read.

    >>> documents, failures = read_documents([Path("corpus")])      # doctest: +SKIP
    >>> [document.year for document in documents]                   # doctest: +SKIP
    [2024]

    Returns the documents in the order of their names, and one error a file that was refused.
    Raises ReadingError where a path does not exist or nothing at all can be read.
    """
    documents: dict[str, Document] = {}
    failures: list[ReadingError] = []
    for name, file in sorted(_named(paths)):
        try:
            document = read_document(file, name)
        except ReadingError as error:
            failures.append(error)
            continue
        if document.name in documents:
            failures.append(ReadingError(f"有两个文件同名，只读了第一个：{document.name}（请改名）。"))
            continue
        documents[document.name] = document
    if not documents:
        raise (
            failures[0]
            if failures
            else ReadingError(f"没有可读的报告：请把 {'、'.join(sorted(READERS))} 文件放进语料文件夹后再建索引。")
        )
    return list(documents.values()), failures


def read_document(path: Path, name: str | None = None) -> Document:
    """Read one file by the reader that its ending names.

    Raises ReadingError with one line that says why, where the file is missing, of an unknown kind, or holds no text.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReadingError(f"不认识的文件类型：{path.name}（可读：{'、'.join(sorted(READERS))}）。")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadingError(f"打不开文件 {path.name}：{error.strerror}。") from error
    return make_document(name or path.name, reader(data, path.name))


def make_document(name: str, text: str) -> Document:
    r"""Make the record of a text that is already in hand, with the title, year and region that it states.

    >>> make_document("r.txt", "重庆市渝北区中等职业教育\n质量年度报告\n（2024年）\n一、概况\n").region
    '渝北区'
    """
    title = _title(text)
    stem = unicodedata.normalize("NFKC", Path(name).stem)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    # The folder may tell the year where the file does not: 2023/年报.txt.
    year = _year(title) or _year(stem) or _year(name)
    return Document(name, text, digest, title or stem, year, _region(title) or _region(stem))


def _named(paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """Name every file once by its path below the given folder; the folder goes before where two have one name."""
    found: dict[Path, tuple[str, str]] = {}
    for path in paths:
        try:
            for short, long, file in _files(path):
                found.setdefault(file.resolve(), (short, long))
        except OSError as error:
            raise ReadingError(f"打不开 {path}：{error.strerror}。") from error
    times = Counter(short for short, _ in found.values())
    return [(_clean(short if times[short] == 1 else long), file) for file, (short, long) in found.items()]


def _files(path: Path) -> Iterator[tuple[str, str, Path]]:
    if path.is_dir():
        for file in path.rglob("*"):
            if file.suffix.lower() in READERS and file.is_file() and not file.name.startswith((".", "~$")):
                name = file.relative_to(path).as_posix()
                yield name, f"{path.resolve().name}/{name}", file
    elif path.is_file():
        yield path.name, f"{path.resolve().parent.name}/{path.name}", path
    else:
        raise ReadingError(f"找不到文件或文件夹：{path}。")


def _clean(name: str) -> str:
    """Replace what is no character: on Linux a file's name is bytes, of any encoding."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _read_text(data: bytes, name: str) -> str:
    text = _decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ReadingError(f"文件是空的：{name}。")
    controls = sum(unicodedata.category(char) == "Cc" and char not in "\n\t\f\v\x85" for char in text[:100_000])
    if "\0" in text or controls > len(text[:100_000]) // 100:
        raise ReadingError(f"不是文本文件：{name}（含有控制字符；请另存为 UTF-8 或 GB18030 的 .txt）。")
    return text


def _decode(data: bytes, name: str) -> str:
    marked = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8" and _is_damaged_utf8(data):
                raise ReadingError(f"文字编码损坏：{name} 第 {error.start + 1} 字节不是 UTF-8。") from error
    raise ReadingError(f"认不出文字编码：{name}（请另存为 UTF-8 或 GB18030 的 .txt）。")


def _is_damaged_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    wide = sum(char > "\x7f" for char in text)
    return text.count("\ufffd") <= wide * _DAMAGE


def _title(text: str) -> str:
    """Join the short lines at the head of a report, before anything that is a heading or a sentence."""
    lines: list[str] = []
    for line in text[:2000].split("\n"):
        line = line.strip().lstrip("#").strip()
        if not line and not lines:
            continue
        if not line or len(line) > _TITLE_LENGTH or _NO_TITLE.search(line) or len(lines) == _TITLE_LINES:
            break
        if _TITLE_END.search("".join(lines)) and not _SUBTITLE.match(line):
            break
        lines.append(line)
    return "".join(lines)


def _year(text: str) -> int | None:
    text = unicodedata.normalize("NFKC", text)
    found = (
        _EDITION.findall(text)
        or _YEAR.findall(text)
        or [year.translate(_HAN_DIGITS) for year in _HAN_YEAR.findall(text)]
    )
    return int(found[-1]) if found else None


def _region(title: str) -> str | None:
    places = [place for place in _PLACE.findall(title) if not _NO_PLACE.search(place) and len(place) > 1]
    return places[-1] if places else None


READERS: dict[str, Callable[[bytes, str], str]] = {".txt": _read_text, ".md": _read_text}
