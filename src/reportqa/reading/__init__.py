"""Files to documents: the one place where a text is made; after it no character moves.

A reader takes the bytes of a file and its path, and gives its ``Source``; the libraries that it needs are loaded by the
first file of its kind.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from reportqa.errors import ReadingError
from reportqa.reading.files import IMAGES, named_files, read_bytes
from reportqa.reading.source import Source
from reportqa.reading.text import read_markdown, read_text
from reportqa.reading.titles import genre_of, region_of, title_of, year_of
from reportqa.text.records import Document

if TYPE_CHECKING:
    # Not for a question, which reads no file.
    from reportqa.reading.recognition import Recogniser

__all__ = ["READERS", "Source", "make_document", "read_document", "read_documents"]

MAX_CHARS = 10_000_000


def read_documents(paths: Iterable[Path]) -> tuple[list[Document], list[ReadingError]]:
    """Read every readable file among ``paths``, folders searched through, and say what could not be read.

    >>> documents, failures = read_documents([Path("corpus")])      # doctest: +SKIP
    >>> [document.year for document in documents]                   # doctest: +SKIP
    [2024]

    Returns the documents in the order of their names, and one error a file that was refused.
    Raises ReadingError where a path does not exist or nothing at all can be read.
    """
    files, failures = named_files(paths, READERS)
    documents: dict[str, Document] = {}
    for name, file in files:
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


def read_document(path: Path, name: str | None = None, recogniser: Recogniser | None = None) -> Document:
    """Read one file by the reader that its ending names; what of it is an image, by the ``recogniser``.

    Raises ReadingError with one line that says why, where the file is missing, of an unknown kind, or holds no text.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReadingError(f"不认识的文件类型：{path.name}（可读：{'、'.join(sorted(READERS))}）。")
    if recogniser is None:
        from reportqa.reading.recognition import Recogniser

        recogniser = Recogniser()
    source = reader(read_bytes(path), path, recogniser)
    if not source.text.strip():
        raise ReadingError(f"文件是空的：{path.name}（没有文字）。")
    if len(source.text) > MAX_CHARS:
        chars, most = len(source.text) // 10_000, MAX_CHARS // 10_000
        raise ReadingError(f"文件太大：{path.name} 有 {chars} 万字，最多 {most} 万字（请分成几个文件）。")
    return make_document(name or path.name, source)


def make_document(name: str, source: Source | str) -> Document:
    r"""Make the record of a text that is already in hand, with the title, year, region and kind that it states.

    >>> document = make_document("r.txt", "重庆市渝北区中等职业教育\n质量年度报告\n（2024年）\n一、概况\n")
    >>> document.year, document.region, document.genre
    (2024, '渝北区', '质量年度报告')

    A ``Source`` brings what else its file tells: pages, pictures, and a title that the text alone does not give away.
    """
    source = Source(source) if isinstance(source, str) else source
    title = source.title or title_of(source.text)
    stem = unicodedata.normalize("NFKC", Path(name).stem)
    return Document(
        name=name,
        text=source.text,
        digest=_digest(source),
        title=title or stem,
        # The folder may tell the year where the file does not: 2023/年报.txt.
        year=year_of(title) or year_of(stem) or year_of(name),
        region=region_of(title) or region_of(stem),
        pages=source.pages,
        genre=genre_of(title) or genre_of(stem),
        pictures=source.pictures,
        notes=source.notes,
        scans=source.scans,
    )


def _digest(source: Source) -> str:
    """Return a digest of all that an index keeps of a file."""
    digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass"))
    if source.pages or source.title:
        digest.update(repr((source.title, source.pages)).encode("utf-8", "surrogatepass"))
    digest.update("".join(source.notes).encode("utf-8", "surrogatepass"))
    for picture in source.pictures:
        digest.update(f"{picture.position}{picture.suffix}".encode())
        digest.update(picture.data)
    for scan in source.scans:
        digest.update(repr(scan.lines).encode())
        digest.update(scan.data)
    return digest.hexdigest()


def _read_text(data: bytes, path: Path, _: Recogniser) -> Source:
    return read_text(data, path)


def _read_markdown(data: bytes, path: Path, _: Recogniser) -> Source:
    return read_markdown(data, path)


def _read_word(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    from reportqa.reading.word import read_word

    return read_word(data, path, recogniser)


def _read_pdf(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    from reportqa.reading.pdf import read_pdf

    return read_pdf(data, path, recogniser)


def _read_images(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    from reportqa.reading.pdf.image_files import read_images

    return read_images(data, path, recogniser)


def _read_html(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    from reportqa.reading.html import read_html

    return read_html(data, path, recogniser)


def _read_old_word(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    from reportqa.reading.office import read_old_word

    return read_old_word(data, path, recogniser)


READERS: dict[str, Callable[[bytes, Path, Recogniser], Source]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".docx": _read_word,
    ".pdf": _read_pdf,
    ".html": _read_html,
    ".htm": _read_html,
    ".doc": _read_old_word,
    ".wps": _read_old_word,
    **dict.fromkeys(IMAGES, _read_images),
}
