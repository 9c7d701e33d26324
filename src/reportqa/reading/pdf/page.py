"""One page of a PDF as PDFium sees it: characters, ruling lines and pictures, in points from the upper left corner."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from reportqa.reading.blocks import Image
from reportqa.reading.images import is_decoration, to_png, usable_image
from reportqa.reading.marks import unmarked

_MOST_CHARS = 60_000
_MOST_OBJECTS = 20_000
_MOST_SEGMENTS = 20_000
_MOST_IMAGES = 300
_SHORTEST_RULE = 4.0
_STRAIGHT = 1.0
_DEPTH = 5
# A picture smaller than this on paper is an icon; one that fills the page is its background.
_SMALLEST_SHOWN = 28.0
_BACKGROUND = 0.85
_RENDER_SCALE = 2.0
_BOLD_WEIGHT = 600
_FORCE_BOLD = 1 << 18
_BOLD_NAME = re.compile(r"bold|black|heavy|simhei|heiti|黑体|小标宋|xbs", re.IGNORECASE)
# Programs that print from a browser take radicals for the characters that look the same; Unicode tells some of them.
_RADICALS = str.maketrans(
    "⺁⺎⺒⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⻑",
    "厂兀巳母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟長",
)


def top_of(base: float, size: float) -> float:
    """Return where type of a size begins above its baseline: of Chinese fonts, 0.88 of the size."""
    return base - 0.88 * size


def bottom_of(base: float, size: float) -> float:
    """Return where type of a size ends below its baseline."""
    return base + 0.12 * size


class Glyph(NamedTuple):
    """A character with its box (left, right, baseline), its size and its weight."""

    char: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool

    @property
    def top(self) -> float:
        """Where the character begins, from above."""
        return top_of(self.base, self.size)

    @property
    def bottom(self) -> float:
        """Where the character ends."""
        return bottom_of(self.base, self.size)


class Rule(NamedTuple):
    """A horizontal or vertical line: from, to, and where it lies on the other axis."""

    start: float
    end: float
    at: float


class Box(NamedTuple):
    """A rectangle on the page."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture and where it stands."""

    box: Box
    image: Image


@dataclass(slots=True)
class PageContent:
    """All that a page shows; ``unmapped`` counts the characters of which the file does not say what they are."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    pictures: list[Shown] = field(default_factory=list)
    unmapped: int = 0
    scanned: bool = False


_Turn = Callable[[float, float], tuple[float, float]]


def read_page(page: Any, room: int) -> PageContent:
    """Read one page of an open document; its pictures as long as they fit into ``room`` bytes."""
    turn = _turned(page)
    width, height = page.get_size()
    content = PageContent(width, height)
    textpage = page.get_textpage()
    try:
        _read_glyphs(textpage, turn, content)
    finally:
        textpage.close()
    _read_objects(page, turn, content, room)
    return content


def _turned(page: Any) -> _Turn:
    """Return what turns a point of the file into one of the page as it is shown."""
    left, bottom, right, top = page.get_bbox()
    turns: dict[int, _Turn] = {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }
    return turns[page.get_rotation()]


class _Face(NamedTuple):
    """What the characters of one text object have in common."""

    scale: float
    width: float
    bold: bool
    upright: bool


def _read_glyphs(textpage: Any, turn: _Turn, content: PageContent) -> None:
    faces: dict[int, _Face] = {}
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for index in range(min(raw.FPDFText_CountChars(textpage), _MOST_CHARS)):
        if raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        char = _character(raw.FPDFText_GetUnicode(textpage, index))
        if char == "\ufffd" or raw.FPDFText_HasUnicodeMapError(textpage, index) == 1:
            content.unmapped += 1
            continue
        face = _face_of(textpage, index, turn, faces)
        placed = raw.FPDFText_GetCharOrigin(textpage, index, x, y)
        if not (char and face.upright and placed and raw.FPDFText_GetLooseCharBox(textpage, index, box)):
            continue
        (x0, _), (x1, _) = sorted((turn(box.left, box.bottom), turn(box.right, box.top)))
        origin, base = turn(x.value, y.value)
        points = raw.FPDFText_GetFontSize(textpage, index)
        size = face.scale * points
        if unicodedata.east_asian_width(char[0]) in "WF":
            # Some fonts give the box of the ink alone; these characters stand in squares.
            x0, x1 = min(x0, origin), max(x1, origin + face.width * points)
        if 1 <= size <= 400 and -1 <= base <= content.height + 1 and -1 <= x0 <= content.width:
            content.glyphs.append(Glyph(char, x0, x1, base, size, face.bold))


def _character(code: int) -> str:
    """Return the character of a code, "" for what is no character, U+FFFD for what the file does not tell."""
    if code in (0, 0xFFFD, 0xFFFE, 0xFFFF) or 0xE000 <= code <= 0xF8FF or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    char = unmarked(chr(code))
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF or 0xFB00 <= code <= 0xFB06:
        return unicodedata.normalize("NFKC", char.translate(_RADICALS))
    return "" if unicodedata.category(char or " ") in ("Cc", "Cf") else char


def _face_of(textpage: Any, index: int, turn: _Turn, faces: dict[int, _Face]) -> _Face:
    text_object = raw.FPDFText_GetTextObject(textpage, index)
    key = ctypes.cast(text_object, ctypes.c_void_p).value or -index
    if key not in faces:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(textpage, index, matrix)
        (x0, y0), (x1, y1) = turn(0, 0), turn(matrix.a, matrix.b)
        width, height = (matrix.a**2 + matrix.b**2) ** 0.5, (matrix.c**2 + matrix.d**2) ** 0.5
        faces[key] = _Face(height or 1.0, width or 1.0, _is_bold(text_object), x1 - x0 > abs(y1 - y0) * 4)
    return faces[key]


def _is_bold(text_object: Any) -> bool:
    if not text_object:
        return False
    font = raw.FPDFTextObj_GetFont(text_object)
    if raw.FPDFTextObj_GetTextRenderMode(text_object) == raw.FPDF_TEXTRENDERMODE_FILL_STROKE:
        return True
    name = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, name, 128)
    heavy = raw.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT or raw.FPDFFont_GetFlags(font) & _FORCE_BOLD
    return bool(heavy or _BOLD_NAME.search(name.value.decode("utf-8", "replace")))


def _read_objects(page: Any, turn: _Turn, content: PageContent, room: int) -> None:
    segments = 0
    images: list[tuple[Box, Any]] = []
    for number, one in enumerate(page.get_objects(max_depth=_DEPTH)):
        if number >= _MOST_OBJECTS or segments >= _MOST_SEGMENTS:
            # A drawing of so many strokes is a map; its lines rule no table.
            content.across, content.down = [], []
            break
        place = _placing(one, turn)
        if one.type == raw.FPDF_PAGEOBJ_PATH:
            segments += _read_path(one, place, content)
        elif one.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append((_box_of(one, place), one))
    for shown in _pictures(page, images, content):
        room -= len(shown.image.data)
        if room > 0:
            content.pictures.append(shown)


def _placing(one: Any, turn: _Turn) -> _Turn:
    """Return what takes a point of an object to the page, out of the forms that it stands in."""
    matrices = []
    container = one.container
    while container is not None:
        matrices.append(container.get_matrix())
        container = container.container

    def place(x: float, y: float) -> tuple[float, float]:
        for matrix in matrices:
            x, y = matrix.on_point(x, y)
        return turn(x, y)

    return place if matrices else turn


def _box_of(one: Any, place: _Turn) -> Box:
    matrix = one.get_matrix()
    corners = [place(*matrix.on_point(x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _read_path(one: Any, place: _Turn, content: PageContent) -> int:
    """Keep the level and plumb strokes of a path, and return how many strokes it has."""
    count = raw.FPDFPath_CountSegments(one)
    if count > _MOST_SEGMENTS:
        return int(count)
    matrix = one.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = (0.0, 0.0)
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(one, number)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = place(*matrix.on_point(x.value, y.value))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            _keep_rule(last, point, content)
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            _keep_rule(last, first, content)
            last = first
    return int(count)


def _keep_rule(start: tuple[float, float], end: tuple[float, float], content: PageContent) -> None:
    (x0, y0), (x1, y1) = start, end
    if abs(y0 - y1) <= _STRAIGHT and abs(x0 - x1) >= _SHORTEST_RULE:
        content.across.append(Rule(min(x0, x1), max(x0, x1), (y0 + y1) / 2))
    elif abs(x0 - x1) <= _STRAIGHT and abs(y0 - y1) >= _SHORTEST_RULE:
        content.down.append(Rule(min(y0, y1), max(y0, y1), (x0 + x1) / 2))


def _pictures(page: Any, images: list[tuple[Box, Any]], content: PageContent) -> Iterator[Shown]:
    """Yield the pictures of a page; one that is stored in strips is put together again."""
    area = content.width * content.height
    if len(images) > _MOST_IMAGES:
        content.scanned = True
        return
    for group in _touching(images):
        box = _around([box for box, _ in group])
        if (box.x1 - box.x0) * (box.bottom - box.top) > area * _BACKGROUND:
            content.scanned = True
            continue
        if min(box.x1 - box.x0, box.bottom - box.top) < _SMALLEST_SHOWN:
            continue
        image = _extracted(group[0][1]) if len(group) == 1 else None
        image = image or _rendered(page, box, content)
        if image is not None:
            yield Shown(box, image)


def _touching(images: list[tuple[Box, Any]]) -> list[list[tuple[Box, Any]]]:
    groups: list[list[tuple[Box, Any]]] = []
    for box, one in images:
        near, apart = [(box, one)], []
        for group in groups:
            if any(_touch(box, other) for other, _ in group):
                near += group
            else:
                apart.append(group)
        groups = [*apart, near]
    return groups


def _touch(one: Box, other: Box) -> bool:
    apart = 1.5
    level = one.top <= other.bottom + apart and other.top <= one.bottom + apart
    return level and one.x0 <= other.x1 + apart and other.x0 <= one.x1 + apart


def _around(boxes: list[Box]) -> Box:
    tops, bottoms = [box.top for box in boxes], [box.bottom for box in boxes]
    return Box(min(box.x0 for box in boxes), min(tops), max(box.x1 for box in boxes), max(bottoms))


def _extracted(one: Any) -> Image | None:
    """Return a picture as it is stored where that is JPEG, else as PNG."""
    try:
        width, height = one.get_px_size()
        if is_decoration(width, height) or width * height > 60_000_000:
            return None
        filters = one.get_filters()
        if filters and filters[-1] == "DCTDecode":
            return usable_image(bytes(one.get_data(decode_simple=True)))
        # Rendered, so that what its mask hides stays hidden.
        return to_png(one.get_bitmap(render=True, scale_to_original=True).to_pil())
    except pdfium.PdfiumError:
        return None


def _rendered(page: Any, box: Box, content: PageContent) -> Image | None:
    """Return a part of the page as it looks."""
    margins = (box.x0, content.height - box.bottom, content.width - box.x1, box.top)
    try:
        bitmap = page.render(scale=_RENDER_SCALE, crop=tuple(max(margin, 0) for margin in margins))
        return to_png(bitmap.to_pil())
    except (pdfium.PdfiumError, ValueError):
        return None
