"""Everyday words and the words that reports use for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from reportqa.words import word_starts

# Report word: everyday words. General Chinese register, over the fields that public reports treat; a pair belongs here
# only where the two mean the same in any report, so that the question may be read with the report's word.
_REGISTER = {
    # schools
    "教师": "老师 教员",
    "学生": "学生娃 同学",
    "专科": "大专",
    "中职": "中专 职高",
    "技工学校": "技校",
    "特殊教育学校": "特校",
    "民办": "私立 民营",
    "公办": "公立",
    "硕士研究生": "研究生",
    "正高职称": "教授级职称 教授级",
    "副高职称": "副教授级职称 副教授级",
    "外聘教师": "编外老师 编外教师 代课老师",
    "教材": "课本",
    "在线课程": "网课",
    "模拟考试": "摸底考试 摸底考 模考",
    "体育锻炼": "跑操",
    "升学": "继续读书 继续念书 接着读书",
    "就读": "念书 上学",
    "辍学": "不读书了",
    # people and work
    "企业": "公司 厂子 工厂 厂家",
    "就业": "上班 找工作 参加工作",
    "自主创业": "自己创业 单干 当老板",
    "薪酬": "薪水",
    "职工": "打工的",
    "务工": "打工",
    "老年人": "老人家 老人 老头老太",
    "儿童": "小朋友 娃娃",
    "孩子": "娃儿 娃",
    "残疾人": "残障人士",
    "境外": "国外 出国",
    "外宾": "老外 外国人",
    # money and quantity
    "投入": "掏了 掏 砸了 花了 花费",
    "经费": "款子",
    "增长": "涨了 上涨 涨",
    "下降": "跌了 下跌 跌 降了",
    "利润": "赚头",
    "多少": "好多个 好多 多少个",
    "平方米": "平方 平米 平方公尺",
    # health and public services
    "医师": "大夫 医生",
    "患者": "病人 病号",
    "就诊": "看病 瞧病",
    "接种": "打疫苗",
    "医疗保险": "医保",
    "交通事故": "车祸",
    "案件": "案子",
    "道路": "马路",
    "景区": "景点",
    "游客": "来玩的人 旅客",
    "图书": "书籍",
    "文物": "古董",
    "生活垃圾": "垃圾",
    "餐厅": "饭店 馆子",
    "农民": "庄稼人",
    # acts
    "竞赛": "比赛",
    "获奖": "拿奖 得奖",
    "投诉": "告状",
    "建成": "建好 盖好 修好",
    "成立": "组建",
    "为什么": "为啥子 为啥 咋会",
    "怎么": "咋个 咋样 咋",
}  # fmt: skip


@lru_cache(maxsize=1)
def _everyday() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {word: report for report, words in _REGISTER.items() for word in words.split()}
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), table


def rewrite(question: str, passages_with: Callable[[str], int] = lambda word: 0) -> str:
    """Put the everyday words of a question into the words that reports use.

    >>> rewrite("私立学校有好多老师")
    '民办学校有多少教师'
    >>> rewrite("民营医院几家", {"民营": 9, "民办": 0}.get)
    '民营医院几家'

    ``passages_with`` counts the passages of the index that have a word: where the everyday word is in more of them than
    the report word, it is the report's own, and stays. A single character is replaced only where jieba sees a word of
    its own; a word inside its report word stays.
    """
    pattern, table = _everyday()
    cuts = word_starts(question)

    def replaced(match: re.Match[str]) -> str:
        word, report = match[0], table[match[0]]
        at = report.find(word)
        inside = at >= 0 and question[max(match.start() - at, 0) :].startswith(report)
        whole = len(word) > 1 or {match.start(), match.end()} <= cuts
        own = passages_with(word) > passages_with(report)
        return report if whole and not inside and not own else word

    return pattern.sub(replaced, question)
