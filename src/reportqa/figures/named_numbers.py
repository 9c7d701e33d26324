"""Numbers that are no figures: in names, slogans, titles, codes and the numbering of headings and lists."""

from __future__ import annotations

import re

from reportqa.text.forms import words_of
from reportqa.text.patterns import lazy

_QUOTED = 15  # a longer quotation is a statement, and its numbers count

# General Chinese: set phrases of reports and of public life whose numeral counts nothing in the text.
_PHRASES = words_of(
    "一带一路 三农 双一流 五位一体 三位一体 四位一体 四个全面 四个自信 四个意识 四个现代化 两个维护 "
    "两个确立 两个务必 三个代表 两学一做 三会一课 三严三实 三重一大 一岗双责 八项规定 九三学社 "
    "一国两制 两个一百年 百年未有 千方百计 三全育人 五育并举 五育 两不愁三保障 三支一扶 三权分置 "
    "四好农村路 两癌 双随机 四议两公开 一件事 一站式 一体化 一条龙 一张网 一张图 一盘棋 一把手 两手抓 "
    "四个一批 三个一批 两个毫不动摇 二十四节气 七一 八一 五四 五一 六一 十一黄金周 一流 第一责任人 "
    "两个结合 六个必须 三大攻坚战 四大名著 五个一工程 三个务必 四史 三大产业 两个大局 三件套 三次产业 "
    "一二三产 九年义务 十二年义务 一颗心 一家人 万家灯火 千家万户 百花齐放 百家争鸣 三来一补 五险一金 "
    "一把尺子 一本账 一条心 一条街 五大发展理念 三大球 两大一高"
)
_MASKS = lazy(
    "|".join(
        (
            r"(?<![\d.])[2-6]g(?![a-z])",  # mobile networks
            r"https?://[!-~]++",  # addresses
            r"《[^》]{1,60}+》",  # titles
            rf"[“「『][^“”「」『』]{{1,{_QUOTED}}}+[”」』]",  # short quotations: names and slogans
            *map(re.escape, _PHRASES),
            r"党的[一二三四五六七八九十]{1,3}+[大届][一二三四五六七八九]?(?:中全会)?",
            r"(?:十[五六七八九]|二十[一二三四五]?)大(?![类项])",
            r"十[一二三四五]五(?=规划|时期|期间|末|以来|收官|开局)",
            r"一[人企校县村户镇区园港业生师家院街品事物][一双][策档品案码库表图人卡证岗制校技]",
            r"\d{1,3}(?:\.\d{1,2})? ?版",
            r"(?:\d|[一二两三四五六七八九十])年(?:一贯制?|制)",
            r"〇\d{4}〇 ?\d+ ?号",
            r"[(]\d{4}[)] ?第? ?\d{1,6} ?号",
            r"第 ?[\d一二三四五六七八九十百千零〇两]{1,12}+(?:[~-][\d一二三四五六七八九十]{1,2})?"
            r"(?= ?(?:届|章|节|条|款|期|批|次|轮|季度|学期|产业|课堂|书记|个|步|医院|中学|小学|人民|代|线|志愿))",
            r"(?<![代发报列填地制插])(?:图|表|附[件表录图]|专栏) ?\d{1,3}(?:[-.]\d{1,3})?"
            r"(?![\d.])(?! ?[万张幅个份件项家人%])",
            r"(?<![一-龥])(?:专题|案例|挑战|问题|任务|步骤|阶段|方案|注|例|序号|项目|措施|目标|类型|情形|原则|方向)"
            r" ?\d{1,2}(?=[:、) ]|\.(?!\d))",
            r"(?:电话|传真|邮编|邮政编码|代码|编号|账号|热线|文号|标准号|证号|号码|手机)[^，。；\d]{0,4}"
            r"[\d\-() ]{3,30}",
            r"\d{3,4}-\d{6,8}",
        )
    )
)
# "1.2023年" at the head of a paragraph is item 1, then a year; "（1）" is never an amount.
_ENUMERATOR = lazy(
    r"(?:^|(?<=\n)|(?<=[。；;]))[ #*>]*+(?:\d{1,2}(?:\.\d{1,2})*+[.、)]++(?!\d{3}(?!\d))|\(\d{1,2}\)"
    r"|第?[一二三四五六七八九十]{1,3}+[、，,是]|\([一二三四五六七八九十]{1,3}\))"
)
_DOTTED_HEAD = lazy(r"[ #*>]*+\d{1,2}\.(?=\d{4} ?年|\d{1,3} ?[名个所家项人])")
_BRACKETED = lazy(r"\(\d{1,2}\)(?! ?[百千万亿]{0,3}(?:元|[美欧日港]元|%))")


def masked_spans(text: str) -> list[tuple[int, int]]:
    """Return the ranges of plain ``text`` in which no number is a figure, ascending.

    >>> text = "推进“一带一路”建设，完成《2023年规划》的1.2万户"
    >>> [text[start:end] for start, end in masked_spans(text)]
    ['“一带一路”', '《2023年规划》']
    """
    spans = [match.span() for match in _MASKS.finditer(text)]
    spans += [match.span() for match in _ENUMERATOR.finditer(text)]
    spans += [match.span() for match in _BRACKETED.finditer(text)]
    if head := _DOTTED_HEAD.match(text):
        spans.append(head.span())
    return merged(spans)


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges in order, those that touch as one.

    >>> merged([(5, 7), (0, 2), (1, 3)])
    [(0, 3), (5, 7)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
