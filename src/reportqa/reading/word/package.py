"""The zip archive of a Word document: its parts as XML trees, checked before anything is unpacked."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from lxml import etree

from reportqa.errors import ReadingError

_MOST_FILES = 20_000
_MOST_TOTAL = 2**30
_MOST_PART = 100 * 2**20
# XML of one row again and again packs to a hundredth; a zip bomb to a thousandth.
_MOST_RATIO = 200
_SMALL = 50 * 2**20
_MAIN = "word/document.xml"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError, ValueError)


def local(element: Any) -> str:
    """Return the name of an element without its namespace: Word writes two sets of them (transitional and strict)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """Return an attribute by its name without namespace."""
    if element is None:
        return None
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def child(element: Any, *names: str) -> Any:
    """Return the descendant that a path of names leads to, None where there is none."""
    for name in names:
        element = None if element is None else next((one for one in element if local(one) == name), None)
    return element


class Package:
    """The parts of a document; the errors of a damaged archive become one clear line."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGED as error:
            raise self._damaged() from error
        self._names = {info.filename: info for info in self._archive.infolist()}
        self._check_sizes(len(data))
        self.main = self._find_main()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def tree(self, part: str) -> Any:
        """Return the root of a part, None where the document has no such part."""
        if part not in self._names:
            return None
        if self._names[part].file_size > _MOST_PART:
            raise self._too_large()
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        try:
            return etree.fromstring(self._read(part), parser)
        except etree.XMLSyntaxError as error:
            raise ReadingError(f"文件损坏：{self.name} 里的 {part} 不是完好的 XML（请重新另存为 .docx）。") from error

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what the relations of a part name: id to the kind of relation and the part that it leads to."""
        folder, file = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", f"{file}.rels"))
        found = {}
        for relation in () if root is None else root:
            target, kind = attribute(relation, "Target") or "", attribute(relation, "Type") or ""
            if attribute(relation, "TargetMode") != "External":
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                found[attribute(relation, "Id") or ""] = (kind.rpartition("/")[2], posixpath.normpath(unquote(path)))
        return found

    def part_of(self, kind: str) -> Any:
        """Return the root of the part that the main one calls its ``kind`` (styles, numbering), else None."""
        return next((self.tree(part) for known, part in self.related(self.main).values() if known == kind), None)

    def media(self, part: str) -> bytes:
        """Return the bytes of a part; none where it is missing or damaged, for a picture is not worth a document."""
        info = self._names.get(part)
        if info is None or info.file_size > _MOST_PART:
            return b""
        try:
            return self._read(part)
        except ReadingError:
            return b""

    def core_title(self) -> str:
        """Return the title that the properties of the document give, "" where they give none."""
        parts = (part for kind, part in self.related("").values() if kind == "core-properties")
        try:
            title = child(self.tree(next(parts, "docProps/core.xml")), "title")
        except ReadingError:
            return ""
        return (title.text or "").strip() if title is not None else ""

    def _find_main(self) -> str:
        main = next((part for kind, part in self.related("").values() if kind == "officeDocument"), _MAIN)
        if main not in self._names:
            raise self._damaged()
        return main

    def _check_sizes(self, packed: int) -> None:
        total = sum(info.file_size for info in self._names.values())
        bomb = total > _SMALL and total > packed * _MOST_RATIO
        if bomb or total > _MOST_TOTAL or len(self._names) > _MOST_FILES:
            raise self._too_large()

    def _read(self, part: str) -> bytes:
        try:
            return self._archive.read(part)
        except RuntimeError as error:
            if isinstance(error, NotImplementedError):
                raise self._damaged() from error
            raise ReadingError(f"文件加了密码：{self.name}（请在 Word 或 WPS 里去掉密码再保存）。") from error
        except _DAMAGED as error:
            raise self._damaged() from error

    def _damaged(self) -> ReadingError:
        return ReadingError(f"文件损坏：{self.name} 不是完好的 Word 文档（请在 Word 或 WPS 里重新另存为 .docx）。")

    def _too_large(self) -> ReadingError:
        return ReadingError(f"不读这个文件：{self.name} 解压后大得不合常理（可能是压缩炸弹）。")
