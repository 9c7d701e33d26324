"""What a report says of itself at its head: title, year, region, and the kind of report that it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from reportqa.text.folding import fold
from reportqa.text.forms import YEAR
from reportqa.text.patterns import lazy

_TITLE_LINES = 4
_TITLE_LENGTH = 40
_HEAD = 2000
_HAN = "一二三四五六七八九十"
_NO_TITLE = lazy(
    rf"[。；！？：，]|^[{_HAN}]+、|^第[{_HAN}\d]+[编篇部章节]|^[（(][{_HAN}\d]+[)）]|^\d{{1,2}}[.、．)）]"
    r"|^[|>*•●①-⑳-]|^[图表圖]\s*\d"
)
# What a page of the web says around a text that was copied from it.
_BUTTONS = lazy(
    r"\W*(?:(?:下载|打印|全屏|收藏|分享|转发|关闭|返回|首页|字[体号]|本页|此页|加大|减小|放大|缩小|还原|大|中|小)\W*)*"
)
# What stands over the title of an official document: who gives it out, its number, who may read it; or of a page.
_LETTERHEAD = lazy(r"文件$|^第\s*\d+\s*页$|^[（(].*[）)]$|^[^《》]{0,20}[〔\[（(]\d{4}[〕\]）)]\s*第?\d+\s*号$")
# A title that says what it is has ended; only a year, an edition or a subtitle still belongs to it.
_TITLE_END = lazy(
    r"(?:报告|報告|年报|年報|年鉴|年鑑|总结|總結|公报|公報|白皮书|蓝皮书|规划|方案|纲要|要点|简报|通报|摘要|汇编)(?:[（(].*[)）])?(?:[\[〔［]\d+[\]〕］])?$"
)
_SUBTITLE = lazy(r"[（(—–―─-]|[\d〇零○一二三四五六七八九]{4}.{0,6}年.{0,4}$")
_YEAR = lazy(rf"(?<!\d)({YEAR})(?!\d)")
_EDITION = lazy(rf"(?<!\d)({YEAR})(?=年?(?:度|卷|版)|学年)")
_DAY = lazy(rf"{YEAR}\s*(?:年\s*\d{{1,2}}\s*月(?:\s*\d{{1,2}}\s*日)?|[-./]\d{{1,2}}[-./]\d{{1,2}})")
_HAN_YEAR = lazy(r"[一二][〇零○九][〇零○一二三四五六七八九]{2}(?=年)")
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_PLACE = lazy(r"[\u4e00-\u9fff]{1,6}?(?:自治区|自治州|自治县|新区|省|市|区|县|州(?!市)|旗|镇|乡(?![村土镇]))")
_DATE = lazy(r"\d{1,2}\s*[日号][在于]?|\d{1,4}\s*[年月]度?|[〇零○一二三四五六七八九]{4}年度?")
_NO_PLACE = lazy(r"(?:[社园校景辖片地全本市]|工业|示范|试验|实验|开发)区$|^[全本]|[都城]市$|城乡$|^乡?镇$")
_GENRE = lazy(
    r"(?:政府|质量|就业|工作|统计|年度|半年度?|季度|月度|学年|发展(?=报告|规划|计划|纲要)|社会责任|可持续发展|信息公开|财务|财政|预算|决算|执行|情况|审计|审核"
    r"|监测|评估|评价|自评|调研|调查|研究|分析|述职|巡察|整改|督导|检查|验收|绩效|环境状况|专项|实施|行动|建设|改革)*"
    r"(?:报告|年报|季报|月报|公报|年鉴|总结|白皮书|蓝皮书|绿皮书|规划|计划|方案|纲要|要点|简报|通报|汇编|手册)"
    r"|(?:预算|决算)(?=草案|$)"
)

# What programs write as the title by themselves.
_MADE_UP = lazy(r"^(?:文档|文件|新建|无标题|未命名|演示|幻灯片)|[^\u4e00-\u9fff]{0,60}$", re.IGNORECASE)
_PROGRAM = lazy(r"^Microsoft Word - |\.docx?$", re.IGNORECASE)


def title_lines(lines: Iterable[str]) -> list[str]:
    """Return the short lines at the head of a report, before anything that is a heading or a sentence.

    >>> title_lines(["", "某县教育", "质量年度报告", "（2024年）", "一、概况"])
    ['某县教育', '质量年度报告', '（2024年）']
    >>> title_lines(["打印", "【字号：大 中 小】", "某县质量年度报告"])
    ['某县质量年度报告']
    >>> title_lines(["政府工作报告", "——2024年1月16日在某县人民代表大会上", "县长 王英"])
    ['政府工作报告', '——2024年1月16日在某县人民代表大会上']
    """
    found: list[str] = []
    blank = complete = False
    for line in lines:
        line = line.strip().lstrip("#").strip()
        if not line or _BUTTONS.fullmatch(line) or (not found and _LETTERHEAD.search(line)):
            blank = bool(found)
            continue
        complete = complete or bool(_TITLE_END.search("".join(found)))
        ended = blank or complete
        if len(line) > _TITLE_LENGTH or _NO_TITLE.search(line) or len(found) == _TITLE_LINES:
            break
        if ended and not (_SUBTITLE.match(line) and complete):
            break
        found.append(line)
    return found


def title_of(text: str) -> str:
    r"""Join the title lines at the head of a text.

    >>> title_of("某县教育\n质量年度报告\n（2024年）\n一、概况\n")
    '某县教育质量年度报告（2024年）'
    """
    return "".join(title_lines(text[:_HEAD].split("\n")))


def says_when(line: str) -> bool:
    """Tell whether a line of a title says on which day the report was given, which is asked for: it is text as well.

    >>> says_when("——2024年1月16日在某县人民代表大会上"), says_when("（2024年）")
    (True, False)
    """
    return bool(_DAY.search(line))


def is_whole_title(line: str) -> bool:
    """Tell whether a line names a report by itself.

    >>> is_whole_title("某县教育质量年度报告（2024年）"), is_whole_title("一、总体规划"), is_whole_title("概况")
    (True, False, False)
    """
    return len(line) <= _TITLE_LENGTH and bool(_TITLE_END.search(line)) and not _NO_TITLE.search(line)


def is_subtitle(line: str) -> bool:
    """Tell whether a line goes on with a title that is complete: a year, an edition, a subtitle.

    >>> is_subtitle("（2024年）"), is_subtitle("——以产教融合为例"), is_subtitle("概况")
    (True, True, False)
    >>> is_subtitle("――2026年1月27日在某省人民代表大会上")
    True
    """
    return len(line) <= _TITLE_LENGTH and bool(_SUBTITLE.match(line)) and not _NO_TITLE.search(line)


def is_numbered(line: str) -> bool:
    """Tell whether a line opens like a heading, an item or a caption, and so is no title.

    >>> is_numbered("一、概况"), is_numbered("概况")
    (True, False)
    """
    return bool(_NO_TITLE.search(line))


def year_of(text: str) -> int | None:
    """Return the last year that a title names, that of an edition before others.

    >>> year_of("某学院二〇二三年工作总结"), year_of("2021—2022学年报告")
    (2023, 2022)
    >>> year_of("2024年统计公报（2025年3月20日）"), year_of("工作报告（2025年1月9日）")
    (2024, 2025)
    """
    text = unicodedata.normalize("NFKC", text)
    # The day on which a report came out is not its year, unless it names no other.
    undated = _DAY.sub("", text)
    text = undated if _YEAR.search(undated) or _HAN_YEAR.search(undated) else text
    found = (
        _EDITION.findall(text)
        or _YEAR.findall(text)
        or [year.translate(_HAN_DIGITS) for year in _HAN_YEAR.findall(text)]
    )
    return int(found[-1]) if found else None


def region_of(title: str) -> str | None:
    """Return the innermost place that a title names, in Simplified characters.

    >>> region_of("重庆市渝北区中等职业教育质量年度报告"), region_of("臨江縣年度報告"), region_of("工作总结")
    ('渝北区', '临江县', None)
    >>> region_of("工作报告——2024年3月5日在清河区第十八届人民代表大会上")
    '清河区'
    """
    # 3月5日在清河区第…次会议上 says when and where a report was given: the date is no part of the place.
    found = _PLACE.findall(_DATE.sub(" ", fold(title)))
    places = [place for place in found if not _NO_PLACE.search(place) and len(place) > 1]
    return places[-1] if places else None


def genre_of(title: str) -> str:
    """Return the kind of report that a title names, in Simplified characters; "" where it names none.

    >>> genre_of("渝北区教育质量年度报告（2024年）"), genre_of("臨江縣國民經濟和社會發展統計公報"), genre_of("概况")
    ('质量年度报告', '统计公报', '')
    """
    found = [match[0] for match in _GENRE.finditer(fold(title))]
    return found[-1] if found else ""


def named_title(title: str) -> str:
    """Return the title that a document's properties give; "" where a program made it up.

    >>> named_title("Microsoft Word - 某县年报.docx"), named_title("文档1"), named_title("untitled")
    ('某县年报', '', '')
    """
    title = _PROGRAM.sub("", _PROGRAM.sub("", title.strip())).strip()
    return "" if _MADE_UP.match(title) else title
