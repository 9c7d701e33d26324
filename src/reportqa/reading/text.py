"""Plain text and Markdown: bytes to characters, in whichever encoding Chinese text comes in."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from reportqa.errors import ReadingError
from reportqa.reading.kinds import kind_of
from reportqa.reading.source import Source
from reportqa.text.folding import fold
from reportqa.text.records import Picture

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# In the order of trust: among equals the first wins. Big5-HKSCS is Big5 with the characters of Hong Kong.
_ENCODINGS = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
# UTF-8 with a few damaged bytes decodes as GB18030 too, as nonsense.
_DAMAGE = 0.01
_PICTURE = re.compile(r"!\[[^\]\n]{0,200}+\]\(<?([^)\s>]{1,500}+)[^)\n]{0,200}+\)")
_SAMPLE = 4_000
# Of a Chinese text about four characters in five are common; of one decoded wrongly, fewer than one in five.
_MARGIN = 0.15
_NONSENSE = 0.2
_ENOUGH = 30
# The 500 most frequent characters of modern Chinese, and those that reports use as often.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力"
    "里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么"
    "利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山"
    "统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什"
    "认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需"
    "段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族"
    "维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
    "职校招毕师课企服务培训医疗旅游镇乡村镇城街病床病亿元占评优岗健康环境项投财税督监审镇湖河桥馆额户均累额末镇促推落措施协助扶贫赛奖获镇训"
    "，。、；：？！（）“”‘’《》—…·％　１２３４５６７８９０"
)


def read_text(data: bytes, path: Path) -> Source:
    """Read a text file as it is; only line ends and the byte order mark go.

    Raises ReadingError where the file is empty, of an unknown or damaged encoding, or no text.
    """
    kind = kind_of(data)
    if kind is not None:
        advice = f"，请把结尾改成 {kind.ending}" if kind.ending else ""
        raise ReadingError(f"不是文本文件：{path.name}（其实是{kind.label}{advice}）。")
    text = decode(data, path.name).replace("\r\n", "\n").replace("\r", "\n")
    check_text(text, path.name)
    return Source(text)


def read_markdown(data: bytes, path: Path) -> Source:
    """Read a Markdown file as it is, with the pictures that it names at or below its folder.

    Raises ReadingError as ``read_text`` does.
    """
    from reportqa.reading.images import linked_image

    source = read_text(data, path)
    found = [(match.end(), linked_image(match[1], path.parent)) for match in _PICTURE.finditer(source.text)]
    pictures = (Picture(position, image.suffix, image.data) for position, image in found if image is not None)
    return Source(source.text, pictures=tuple(pictures))


def check_text(text: str, name: str) -> None:
    """Raise ReadingError where a text is empty, or where it is full of control characters."""
    if not text.strip():
        raise ReadingError(f"文件是空的：{name}。")
    controls = sum(unicodedata.category(char) == "Cc" and char not in "\n\t\f\v\x85" for char in text[:100_000])
    if "\0" in text or controls > len(text[:100_000]) // 100:
        raise ReadingError(f"不是文本文件：{name}（含有控制字符；请另存为 UTF-8 或 GB18030 的 .txt）。")


def decode(data: bytes, name: str) -> str:
    """Decode UTF-8, GB18030, Big5 or UTF-16, told apart by which gives the most common characters.

    >>> decode("臨江縣畢業生6191人".encode("big5"), "r.txt"), decode("临江县毕业生6191人".encode("gb18030"), "r.txt")
    ('臨江縣畢業生6191人', '临江县毕业生6191人')

    Raises ReadingError where none of them fits.
    """
    marked = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    if marked:
        return _decode_as(data, marked, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(data):
            raise ReadingError(f"文字编码损坏：{name} 第 {error.start + 1} 字节不是 UTF-8。") from error
    else:
        # UTF-16 of Latin words is UTF-8 too, with zero bytes between the letters.
        if "\0" not in text or not text.isascii():
            return text
    return _decode_by_sense(data, name)


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise ReadingError(f"认不出文字编码：{name}（请另存为 UTF-8 或 GB18030 的 .txt）。") from error


def _decode_by_sense(data: bytes, name: str) -> str:
    best, best_sense = "", -1.0
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        sense = _sense(text)
        if encoding.startswith("utf-16") and sense < _NONSENSE * 2:
            continue
        if sense > best_sense + (_MARGIN if best else 0):
            best, best_sense = text, sense
    wide = len(re.findall("[^\\x00-\\x7f]", best[: _SAMPLE * 4]))
    if not best or (wide >= _ENOUGH and best_sense < _NONSENSE):
        raise ReadingError(f"认不出文字编码：{name}（请另存为 UTF-8 或 GB18030 的 .txt）。")
    return best


def _sense(text: str) -> float:
    """Return which share of the characters beyond ASCII are common in Chinese; a zero byte makes no sense at all."""
    if "\0" in text:
        return 0.0
    wide = re.findall("[^\\x00-\\x7f]", text[: _SAMPLE * 4])[:_SAMPLE]
    common = sum(char in _COMMON for char in fold("".join(wide)))
    return common / len(wide) if wide else 1.0


def _is_damaged_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    wide = sum(char > "\x7f" for char in text)
    return text.count("\ufffd") <= wide * _DAMAGE
