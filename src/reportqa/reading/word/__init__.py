"""Word documents (.docx): the body as a reader of the document sees it.

Inserted text is in, deleted text is out; headers, footers, comments and tables of contents are out; text boxes and
notes stand behind the paragraph that holds or names them. Numbers that Word counts itself are written out.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reportqa.errors import ReadingError
from reportqa.reading.blocks import make_source
from reportqa.reading.kinds import DOCX, kind_of, misnamed
from reportqa.reading.picture_texts import read_pictures
from reportqa.reading.recognition import Recogniser
from reportqa.reading.source import Source
from reportqa.reading.titles import named_title, title_of
from reportqa.reading.word.body import BodyReader
from reportqa.reading.word.package import Package


def read_word(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    """Read a .docx file; the title of its properties speaks only where the text has none.

    Raises ReadingError where the file is no Word document, is encrypted or damaged, or unpacks to an absurd size.
    """
    kind = kind_of(data)
    if kind is None:
        raise ReadingError(f"文件损坏：{path.name} 不是 Word 文档（请在 Word 或 WPS 里重新另存为 .docx）。")
    if kind is not DOCX:
        raise misnamed(path.name, kind)
    with Package(data, path.name) as package:
        reader = BodyReader(package)
        blocks = reader.read()
        title = package.core_title()
    blocks, unread = read_pictures(blocks, recogniser, path.name)
    source = make_source(blocks)
    source = replace(source, notes=(*reader.losses.lines(), *unread))
    return source if source.title or title_of(source.text) else replace(source, title=named_title(title))
