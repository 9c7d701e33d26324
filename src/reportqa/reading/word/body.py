"""The body of a Word document, paragraph by paragraph and table by table, in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from reportqa.reading.blocks import AnyBlock, Block, Image, TableBlock
from reportqa.reading.html import html_blocks
from reportqa.reading.images import is_metafile, usable_image
from reportqa.reading.marks import PICTURE, clean_words, one_line, raised, unmarked
from reportqa.reading.pipe_tables import PipeTable
from reportqa.reading.word.cells import THROUGH, cells_of, merged_cells, paragraphs_of, placed_cells, rows_of
from reportqa.reading.word.fields import Fields, is_contents_field
from reportqa.reading.word.losses import Losses
from reportqa.reading.word.numbering import BULLET, Numbering
from reportqa.reading.word.package import Package, attribute, child, local
from reportqa.reading.word.styles import Styles

_OFF = ("0", "false", "off")
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_CAPTION_CELL = 60
# What a drawing shows that is no picture and no text box, by the name of its element.
_LOST = {"chart": "chart", "relIds": "smart", "OLEObject": "object"}


@dataclass(slots=True)
class _Words:
    """What a paragraph is made of, as it is gathered."""

    text: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    # Text boxes and notes, which stand behind the paragraph.
    behind: list[Any] = field(default_factory=list)


class BodyReader:
    """Reads the body of one document; the numbers of its lists count on as it goes."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.related = package.related(package.main)
        self.styles = Styles(package.part_of("styles"))
        self.numbering = Numbering(package.part_of("numbering"))
        self.notes = {kind: _notes(package.part_of(kind)) for kind in ("footnotes", "endnotes")}
        self.fields = Fields(None)
        self.losses = Losses()
        self.raised = False

    def read(self) -> list[AnyBlock]:
        """Return the blocks of the body."""
        body = child(self.package.tree(self.package.main), "body")
        self.fields = Fields(body)
        return [] if body is None else list(self._blocks(body))

    def _blocks(self, parent: Any) -> Iterator[AnyBlock]:
        # Paragraphs whose ends are deleted run on into the next one.
        begun: list[Any] = []
        for element in parent:
            name = local(element)
            if name == "p":
                begun.append(element)
                if _runs_on(element) and local(element.getnext()) == "p":
                    continue
                yield from self._paragraph(begun)
                begun = []
            elif name == "tbl":
                yield from self._table(element)
            elif name == "altChunk":
                yield from self._inserted(element)
            elif name in THROUGH and not _is_aside(element):
                yield from self._blocks(element)

    def _inserted(self, element: Any) -> Iterator[AnyBlock]:
        """Yield what a whole file says that is inserted here: Word reads it in on opening; a web page is read."""
        part = self.related.get(attribute(element, "id") or "", ("", ""))[1]
        blocks = html_blocks(self.package.media(part))
        if not blocks:
            self.losses.add("part")
        yield from blocks

    def _paragraph(self, paragraphs: Sequence[Any]) -> Iterator[AnyBlock]:
        properties = child(paragraphs[-1], "pPr")
        role = self.styles.role(properties)
        words = _Words()
        for paragraph in paragraphs:
            self._gather(paragraph, words)
        text = "".join(words.text)
        if role.contents:
            return
        if clean_words(unmarked(text)):
            text = self._label(properties, text) + text
        if role.level:
            text = one_line(text)
        yield Block(text, role.level, role.title, tuple(words.images))
        for element in words.behind:
            yield from self._blocks(element)

    def _label(self, properties: Any, text: str) -> str:
        """Return the number that Word shows before a paragraph, with a space where the two would run together."""
        numbered = self.styles.numbered(properties)
        if numbered is None:
            return ""
        label = self.numbering.label(*numbered, self.styles.style_of(properties))
        if label == BULLET or not label:
            return label
        first = text.lstrip()[:1]
        return label + (" " if label[-1].isalnum() or (label[-1] == "." and first.isdecimal()) else "")

    def _gather(self, parent: Any, words: _Words) -> None:
        for element in parent:
            name = local(element)
            if name == "r" and _is_hidden(element):
                continue
            if name == "r":
                self.raised = self.styles.raises(element)
            if name == "fldChar":
                self.fields.turn(attribute(element, "fldCharType"))
            elif name == "instrText":
                self.fields.say(element.text or "")
            elif _is_aside(element):
                continue
            elif name in THROUGH or (name != "t" and _is_formula(element)):
                self._gather(element, words)
            elif name == "AlternateContent":
                # The same drawing twice, for programs of two ages: the first form will do.
                self._gather(next(iter(element), ()), words)
            elif self.fields.shown:
                self._take(element, name, words)

    def _take(self, element: Any, name: str, words: _Words) -> None:
        if name == "t":
            said = unmarked(element.text or "")
            words.text.append(raised(said) if self.raised else said)
        elif name in _SIGNS:
            words.text.append(_SIGNS[name])
        elif name in ("drawing", "pict", "object"):
            self._take_drawing(element, words)
        elif name in ("footnoteReference", "endnoteReference"):
            note = self.notes[name.removesuffix("Reference") + "s"].get(attribute(element, "id"))
            words.behind += [] if note is None else [note]

    def _take_drawing(self, drawing: Any, words: _Words) -> None:
        for element in drawing.iter():
            name = local(element)
            if name not in (*_LOST, "blip", "imagedata", "txbxContent") or _is_inner(element, drawing):
                continue
            if name in _LOST:
                self.losses.add(_LOST[name])
            elif name == "txbxContent":
                words.behind.append(element)
            else:
                relation = attribute(element, "embed" if name == "blip" else "id")
                self._take_image(self.package.media(self.related.get(relation or "", ("", ""))[1]), words)

    def _take_image(self, data: bytes, words: _Words) -> None:
        image = usable_image(data)
        if image is not None:
            words.text.append(PICTURE)
            words.images.append(image)
        elif data and is_metafile(data):
            self.losses.add("metafile")

    def _table(self, table: Any) -> Iterator[AnyBlock]:
        rows = list(rows_of(table))
        if len(rows) == 1 and len(list(cells_of(rows[0]))) == 1:
            # A frame around text.
            yield from self._blocks(next(cells_of(rows[0])))
            return
        placed = [(row, list(placed_cells(row))) for row in rows]
        gathered = [[self._cell(cell) for _, _, cell in cells] for _, cells in placed]
        if _shows_pictures(gathered):
            for row in gathered:
                yield from (Block("".join(words.text), images=tuple(words.images)) for words in row)
            return
        cells = merged_cells(placed, [["".join(words.text) for words in row] for row in gathered])
        header = 0
        while header < len(rows) and _is_on(child(rows[header], "trPr", "tblHeader")):
            header += 1
        images = tuple(image for row in gathered for words in row for image in words.images)
        yield TableBlock(PipeTable(tuple(cells), header or None), images)
        for row in gathered:
            for words in row:
                for element in words.behind:
                    yield from self._blocks(element)

    def _cell(self, cell: Any) -> _Words:
        """Gather all paragraphs of a cell, those of tables within it too."""
        words = _Words()
        for element in paragraphs_of(cell):
            words.text.append("\n" if words.text else "")
            properties = child(element, "pPr")
            own = _Words()
            self._gather(element, own)
            text = "".join(own.text)
            # A column of numbers that Word counts has no words of its own.
            words.text += [self._label(properties, text), text]
            words.images += own.images
            words.behind += own.behind
        return words


def _notes(root: Any) -> dict[str | None, Any]:
    """Return the notes of a part by their numbers, without the lines that part them from the text."""
    found = [] if root is None else [one for one in root if attribute(one, "type") is None]
    return {attribute(one, "id"): one for one in found}


def _is_on(element: Any) -> bool:
    return element is not None and attribute(element, "val") not in _OFF


def _is_hidden(run: Any) -> bool:
    return _is_on(child(run, "rPr", "vanish"))


def _is_formula(element: Any) -> bool:
    return isinstance(element.tag, str) and "/math}" in element.tag


def _runs_on(paragraph: Any) -> bool:
    """Tell whether the end of a paragraph is deleted, or moved away, in tracked changes."""
    marks = child(paragraph, "pPr", "rPr")
    return child(marks, "del") is not None or child(marks, "moveFrom") is not None


def _is_aside(control: Any) -> bool:
    """Tell whether a content control, or a field, holds a table of contents, or only the hint to write something."""
    if local(control) == "fldSimple":
        return is_contents_field(attribute(control, "instr") or "")
    if local(control) != "sdt":
        return False
    properties = child(control, "sdtPr")
    gallery = attribute(child(properties, "docPartObj", "docPartGallery"), "val") or ""
    return "Table of Contents" in gallery or child(properties, "showingPlcHdr") is not None


def _is_inner(element: Any, top: Any) -> bool:
    """Tell whether an element of a drawing stands in one of its text boxes, or in its form for older programs."""
    parents = takewhile(lambda parent: parent is not top, element.iterancestors())
    return any(local(parent) in ("Fallback", "txbxContent") for parent in parents)


def _shows_pictures(gathered: list[list[_Words]]) -> bool:
    """Tell whether a table only puts pictures and their captions in their places."""
    if not any(words.images for row in gathered for words in row):
        return False
    texts = [clean_words(unmarked("".join(words.text))) for row in gathered for words in row]
    full = [text for text in texts if text]
    pictures = sum(len(words.images) for row in gathered for words in row)
    return len(full) <= pictures and all(len(text) <= _CAPTION_CELL for text in full)
