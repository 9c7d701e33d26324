"""One page of a PDF as PDFium sees it: characters, ruling lines and pictures, in points from the upper left corner."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from reportqa.reading.marks import unmarked
from reportqa.reading.pdf.annotations import count_annotations
from reportqa.reading.pdf.content import Box, Glyph, PageContent, Rule
from reportqa.reading.pdf.page_images import pictures_of

_MOST_CHARS = 60_000
_MOST_OBJECTS = 20_000
_MOST_SEGMENTS = 20_000
_SHORTEST_RULE = 4.0
_STRAIGHT = 1.0
_DEPTH = 5
_ONWARD, _SLANTED = "onward", "slanted"
# So many characters that run down or up a page are a table or a text, fewer are a stamp or the head of a cell.
_LEAST_SIDEWAYS = 10
# What turns a point of the page so that lines that run down it, or up, run onward; of its width and height.
_QUARTERS: dict[str, Callable[[float, float], Callable[[float, float], tuple[float, float]]]] = {
    "down": lambda width, height: lambda x, y: (y, width - x),
    "up": lambda width, height: lambda x, y: (height - y, x),
}
# A grey of a watermark: from, to, and how far the three colours may differ; how little it may cover; how large it is.
_PALE = (185, 248, 12)
_SHEER = 110
_WATERMARK = 1.8
_BOLD_WEIGHT = 600
_FORCE_BOLD = 1 << 18
_BOLD_NAME = re.compile(r"bold|black|heavy|simhei|heiti|黑体|小标宋|xbs", re.IGNORECASE)
# Programs that print from a browser take radicals for the characters that look the same; Unicode tells some of them.
_RADICALS = str.maketrans(
    "⺁⺎⺒⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⻑",
    "厂兀巳母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟長",
)


_Turn = Callable[[float, float], tuple[float, float]]


def read_page(page: Any, room: int) -> PageContent:
    """Read one page of an open document; its pictures as long as they fit into ``room`` bytes.

    What is set turned by a quarter, as wide tables are, is read as from a page that is turned.
    """
    turn = _turned(page)
    width, height = page.get_size()
    content = PageContent(width, height)
    content.filled, content.comments = count_annotations(page)
    textpage = page.get_textpage()
    try:
        others = _read_glyphs(textpage, turn, content)
        _read_objects(page, turn, content, room)
        for direction, count in sorted(others.items(), reverse=True):
            if direction in _QUARTERS and count >= _LEAST_SIDEWAYS:
                turned = PageContent(height, width)
                again = _composed(turn, _QUARTERS[direction](width, height))
                _read_glyphs(textpage, again, turned)
                _read_objects(page, again, turned, 0)
                content.sideways.append(turned)
            elif direction != _SLANTED:
                content.oblique += count
    finally:
        textpage.close()
    _drop_watermark(content)
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


def _composed(first: _Turn, second: _Turn) -> _Turn:
    return lambda x, y: second(*first(x, y))


class _Face(NamedTuple):
    """What the characters of one text object have in common."""

    scale: float
    width: float
    bold: bool
    pale: bool
    direction: str


def _read_glyphs(textpage: Any, turn: _Turn, content: PageContent) -> Counter[str]:
    """Read the characters that run from left to right, and count those of other directions."""
    others: Counter[str] = Counter()
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
        if char.strip() and face.direction != _ONWARD:
            others[face.direction] += 1
        if not (char and face.direction == _ONWARD and placed and raw.FPDFText_GetLooseCharBox(textpage, index, box)):
            continue
        (x0, _), (x1, _) = sorted((turn(box.left, box.bottom), turn(box.right, box.top)))
        origin, base = turn(x.value, y.value)
        points = raw.FPDFText_GetFontSize(textpage, index)
        size = face.scale * points
        if unicodedata.east_asian_width(char[0]) in "WF":
            # Some fonts give the box of the ink alone; these characters stand in squares.
            x0, x1 = min(x0, origin), max(x1, origin + face.width * points)
        if 1 <= size <= 400 and -1 <= base <= content.height + 1 and -1 <= x0 <= content.width:
            content.glyphs.append(Glyph(char, x0, x1, base, size, face.bold, face.pale))
    return others


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
        bold, pale = _is_bold(text_object), _is_pale(text_object)
        faces[key] = _Face(height or 1.0, width or 1.0, bold, pale, _direction(x1 - x0, y1 - y0))
    return faces[key]


def _direction(across: float, down: float) -> str:
    """Return where a line of text runs: onward (to the right), down, up, back, or slanted as a watermark does."""
    if abs(across) > abs(down) * 4:
        return _ONWARD if across > 0 else "back"
    if abs(down) > abs(across) * 4:
        return "down" if down > 0 else "up"
    return _SLANTED


def _is_pale(text_object: Any) -> bool:
    """Tell whether characters are of a light grey, or let shine through what is below them."""
    channels = [ctypes.c_uint() for _ in range(4)]
    if not text_object or not raw.FPDFPageObj_GetFillColor(text_object, *channels):
        return False
    *colour, alpha = (channel.value for channel in channels)
    light = _PALE[0] <= min(colour) and max(colour) <= _PALE[1] and max(colour) - min(colour) <= _PALE[2]
    return light or alpha <= _SHEER


def _drop_watermark(content: PageContent) -> None:
    """Leave out pale characters that are much larger than the running text: 试用版 across the page."""
    sizes = sorted(glyph.size for glyph in content.glyphs if not glyph.pale)
    if sizes:
        most = sizes[len(sizes) // 2] * _WATERMARK
        content.glyphs = [glyph for glyph in content.glyphs if not (glyph.pale and glyph.size > most)]


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
    content.strokes += segments
    if room <= 0:
        return
    for shown in pictures_of(page, images, content):
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
