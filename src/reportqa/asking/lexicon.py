"""Everyday words and the words that reports use for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from reportqa.text.words import word_starts

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
    "硕士研究生": "研究生 硕士",
    "正高职称": "教授级职称 教授级",
    "副高职称": "副教授级职称 副教授级",
    "外聘教师": "编外老师 编外教师 代课老师",
    "教材": "课本",
    "公共基础课": "文化课 公共课 文化基础课",
    "专业课": "技能课",
    "在线课程": "网课",
    "模拟考试": "摸底考试 摸底考 模考",
    "体育锻炼": "跑操",
    "招生": "新招进来 新招 招进来",
    "升入": "考上 考进 考取",
    "升学": "继续读书 继续念书 接着读书",
    "就读": "念书 上学",
    "辍学": "不读书了 失学",
    "寄宿": "住校 住读",
    "宿舍": "寝室",
    "食堂": "饭堂",
    "随迁子女": "打工子女 农民工子女 外来务工人员子女",
    "留守儿童": "留守娃",
    "计算机": "电脑",
    "占地面积": "校园面积 校园有多大 学校有多大 占地多大 占多大地方 占了多大地方",
    "校舍面积": "房屋面积 房子面积 建筑面积",
    # people and work
    "企业": "公司 厂子 工厂 厂家",
    "就业": "上班 找工作 参加工作",
    "自主创业": "自己创业 单干 当老板",
    "薪酬": "薪水 薪资",
    "职工": "打工的",
    "员工": "雇员 职员",
    "务工": "打工",
    "老年人": "老人家 老人 老头老太",
    "儿童": "小朋友 娃娃",
    "孩子": "娃儿 娃",
    "残疾人": "残障人士",
    "志愿者": "义工",
    "负责人": "头儿 领头的",
    "境外": "国外 出国",
    "外宾": "老外 外国人",
    "出生": "生了 生孩子 生娃",
    "死亡": "去世 过世 死了",
    "孕产妇": "孕妇 产妇",
    # money and quantity
    "投入": "掏了 掏 砸了 花了 花费",
    "经费": "款子",
    "增长": "涨了 上涨 涨",
    "下降": "跌了 下跌 跌 降了",
    "利润": "赚头",
    "净利润": "净赚 纯利润 纯利 净利",
    "营业收入": "营收 营业额",
    "亏损": "亏了 赔了 亏钱 赔钱",
    "销售": "卖出 卖了 卖掉",
    "采购": "买了 购买 购置",
    "转移支付": "上级拨款 上级补助 上头拨下来的 上级拨下来的 上面拨下来的 上头拨的 上面拨的",
    "免费": "不要钱 不用花钱 不收费 不用交钱",
    "罚没": "罚款 罚的钱",
    "合格率": "及格率 及格比例 合格比例 及格的比例 合格的比例",
    "合格": "及格",
    "升学率": "升学比例 升学的比例",
    "就业率": "就业比例 找到工作的比例",
    "满意度": "满意率 满意程度",
    "多少": "好多个 好多 多少个",
    "平方米": "平方 平米 平方公尺",
    "24小时": "通宵 二十四小时 全天候",
    # health and public services
    "医师": "大夫 医生",
    "患者": "病人 病号",
    "就诊": "看病 瞧病",
    "手术": "开刀",
    "床位": "病床",
    "救护车": "急救车",
    "接种": "打疫苗",
    "医疗保险": "医保",
    "养老机构": "养老院 敬老院 老人院",
    "最低生活保障": "低保",
    "交通事故": "车祸",
    "案件": "案子",
    "道路": "马路",
    "公共汽车": "公交车 巴士",
    "景区": "景点",
    "游客": "来玩的人 旅客",
    "星级饭店": "星级酒店 星级宾馆",
    "非物质文化遗产": "非遗",
    "演出": "表演",
    "书房": "书屋",
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
    "竣工": "完工 建完 盖完",
    "开工": "动工 动的工 开的工",
    "搬迁": "搬家",
    "成立": "组建 设立",
    "线上": "网上",
    "为什么": "为啥子 为啥 咋会",
    "怎么": "咋个 咋样 咋",
}  # fmt: skip


@lru_cache(maxsize=1)
def _everyday() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    groups = [(report, *words.split()) for report, words in _REGISTER.items()]
    table = {word: group for group in groups for word in group[1:]}
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), table


@lru_cache(maxsize=256)
def synonyms(question: str) -> str:
    """Return the words that mean the same as words of a question and are not in it, with spaces between.

    >>> synonyms("私立学校有几所")
    '民办 民营'
    """
    groups = ((report, *words.split()) for report, words in _REGISTER.items())
    said = (group for group in groups if any(len(word) > 1 and word in question for word in group))
    return " ".join(word for group in said for word in group if len(word) > 1 and word not in question)


def rewrite(question: str, passages_with: Callable[[str], int] = lambda word: 0) -> str:
    """Put the everyday words of a question into the words that reports use.

    >>> rewrite("私立学校有好多老师")
    '民办学校有多少教师'
    >>> rewrite("私立医院几家", lambda word: {"民营": 9, "民办": 1}.get(word, 0))
    '民营医院几家'

    ``passages_with`` counts the passages of the index that have a word: of the words that mean the same, the one in
    most of them is the report's own. A single character is replaced only where jieba sees a word of its own; a word
    inside its report word stays.
    """
    pattern, table = _everyday()
    cuts = word_starts(question)

    def replaced(match: re.Match[str]) -> str:
        word, group = match[0], table[match[0]]
        at = group[0].find(word)
        inside = at >= 0 and question[max(match.start() - at, 0) :].startswith(group[0])
        whole = len(word) > 1 or {match.start(), match.end()} <= cuts
        # A single character stands in many a word that means something else: its passages say nothing.
        named = [other for other in group if len(other) > 1 or other == word]
        return max(named, key=passages_with) if whole and not inside else word

    return pattern.sub(replaced, question)
