"""What a file is by its first bytes, whatever its name ends with."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from reportqa.errors import ReadingError
from reportqa.text.patterns import lazy

_HEAD = 1024
_HTML = lazy(rb"(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--[^>]{0,400}-->\s*)?<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: what a reader calls it, and the ending that it should have."""

    label: str
    ending: str


PDF = FileKind("PDF 文档", ".pdf")
DOCX = FileKind("Word 文档", ".docx")
DOC = FileKind("旧版 Word 文档", ".doc")
RTF = FileKind("RTF 文档", ".rtf")
HTML = FileKind("网页", ".html")
ENCRYPTED = FileKind("加了密码的 Office 文档", "")
_ZIP = FileKind("ZIP 压缩包", ".zip")
_STARTS = (
    (b"%PDF-", PDF),
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n\x1a\n", FileKind("PNG 图片", ".png")),
    (b"\xff\xd8\xff", FileKind("JPEG 图片", ".jpg")),
    (b"GIF8", FileKind("GIF 图片", ".gif")),
    (b"Rar!\x1a\x07", FileKind("RAR 压缩包", ".rar")),
    (b"7z\xbc\xaf\x27\x1c", FileKind("7z 压缩包", ".7z")),
    (b"\x1f\x8b\x08", FileKind("GZIP 压缩包", ".gz")),
    (b"SQLite format 3\0", FileKind("SQLite 数据库", ".sqlite")),
)
# The first folder or file of a package tells what it holds.
_PACKAGES = (
    ("word/", DOCX),
    ("xl/", FileKind("Excel 工作簿", ".xlsx")),
    ("ppt/", FileKind("PowerPoint 演示文稿", ".pptx")),
    ("META-INF/container.xml", FileKind("EPUB 电子书", ".epub")),
    ("content.xml", FileKind("OpenDocument 文档", ".odt")),
)
# The names of the streams of an OLE container, as they stand in its directory.
_STREAMS = (
    ("EncryptedPackage", ENCRYPTED),
    ("WordDocument", DOC),
    ("Workbook", FileKind("旧版 Excel 工作簿", ".xls")),
    ("PowerPoint Document", FileKind("旧版 PowerPoint 演示文稿", ".ppt")),
)
_OTHER_OLE = FileKind("旧版 Office 文件", "")


def kind_of(data: bytes) -> FileKind | None:
    r"""Tell what a file is by its content; None for plain text and for what is not known.

    >>> kind_of(b"%PDF-1.7\n").label, kind_of("招生6191人。".encode())
    ('PDF 文档', None)
    """
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _package(data)
    if data.startswith(_OLE):
        return _container(data)
    return HTML if _HTML.match(head) else None


def misnamed(name: str, kind: FileKind) -> ReadingError:
    """Make the line for a file that is not what its name says.

    >>> str(misnamed("r.docx", PDF))
    '文件名与内容不符：r.docx 其实是PDF 文档（请把结尾改成 .pdf）。'
    """
    if kind is ENCRYPTED:
        return ReadingError(f"文件加了密码：{name}（请在 Word 或 WPS 里去掉密码再保存）。")
    advice = f"（请把结尾改成 {kind.ending}）" if kind in (PDF, DOCX, DOC, HTML) else ""
    return ReadingError(f"文件名与内容不符：{name} 其实是{kind.label}{advice}。")


def _package(data: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return _ZIP
    return next((kind for start, kind in _PACKAGES if any(name.startswith(start) for name in names)), _ZIP)


def _container(data: bytes) -> FileKind:
    return next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in data), _OTHER_OLE)
