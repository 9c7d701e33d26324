"""Units and measure words: what may follow a number, of which kind it is, and what it comes to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from reportqa.text.forms import words_of
from reportqa.text.measures import counted_action, last_word, lasting
from reportqa.text.patterns import lazy
from reportqa.text.records import Kind


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, with its kind, its normal name, and the factor that leads there."""

    written: str
    kind: Kind
    normal: str
    factor: Decimal = Decimal(1)


def comparable_unit(normal: str) -> str:
    """Return the unit in which a number can be compared with others: 名 and 位 count 人.

    >>> comparable_unit("名"), comparable_unit("所")
    ('人', '所')
    """
    return "人" if normal in ("名", "位") else normal


# Measure words that count things; written after Chinese numerals too (三所学校, 九大类).
_SAFE_COUNTS = words_of(
    "个 所 家 项 门 条 件 种 类 大类 小类 门类 名 人 位 人次 场次 批次 期 套 台 台套 辆 架 艘 座 栋 "
    "幢 间 处 幅 张 本 册 卷 篇 部 首 份 块 棵 株 头 只 匹 户 次 支 对 例 起 宗 笔 节 堂 场 轮 遍 趟 "
    "枚 颗 粒 款 大项 大 项次 学分 部门 根 盏 面"
)
# The same after Arabic digits only: in Chinese numerals they make words (三级, 一体, 四县).
_COUNTS = words_of(
    "家次 册次 校次 店次 届 批 列 羽 尾 户次 村 乡 镇 街道 县 区 市 校 班 班次 组 队 团 双 副 例次 案 票 封 页 字 行 "
    "段 课 讲 回 站 口 眼 瓶 袋 箱 包 盒 桶 车次 架次 航次 航班 艘次 列次 辆次 人日 人天 人月 床 张床 席 "
    "席位 层 环 顶 把 尊 道 则 句 股 手 件次 门次 科次 篇次 部次 台次 床位 学时 课时 人份 剂次 剂 "
    "针次 车位 泊位 机位 标箱 标准箱 teu 人·次 工位 部委 座次 盘 点位 片 单 宗地 栏 辑 集 步 镇街 代 "
    "路 单元 处次 具 单位 治疗量 自然箱 管 车公里 叶 通 棒 档 枝 串 捆 罐 杯 幕 樘 扇 朵 束 茬"
)
_DURATIONS = {
    "年": "年 周年 整年 载",
    "月": "个月 个整月",
    "天": "天 昼夜",
    "日": "日 个工作日 工作日 个交易日",
    "周": "周 个星期 星期 个周 个礼拜",
    "小时": "小时 个小时 个钟头 钟头 h",
    "分钟": "分钟 min",
    "秒": "秒 秒钟",
    "学年": "学年 个学年",
    "学期": "学期 个学期",
    "季度": "个季度",
    "世纪": "世纪 个世纪",
}
_YUAN = {
    "元": "1",
    "元人民币": "1",
    "人民币": "1",
    "块钱": "1",
    "角": "0.1",
    "角钱": "0.1",
    "毛钱": "0.1",
    "分钱": "0.01",
}
_FOREIGN = {
    "美元": "美元 美金 usd",
    "欧元": "欧元 eur",
    "英镑": "英镑 gbp",
    "日元": "日元",
    "港元": "港元 港币 hkd",
    "新台币": "新台币 台币",
    "澳门元": "澳门元 澳门币",
    "新加坡元": "新加坡元 新元",
    "澳元": "澳元 澳大利亚元",
    "加元": "加元 加拿大元",
    "比特币": "比特币 个比特币",
} | {name: name for name in words_of("瑞士法郎 韩元 卢布 卢比 泰铢 比索 奈拉 里拉 雷亚尔 兰特 林吉特 越南盾 法郎 克朗")}
_AREAS = {
    "1": "平方米 平米 平方 ㎡ m2",
    "1000000": "平方公里 平方千米 km2 ㎢",
    "10000": "公顷 hm2",
    "666.66666666666666666667": "亩",
    "0.0001": "平方厘米 cm2",
}
_PERCENTS = {"%": "0.01", "‰": "0.001", "‱": "0.0001"}
_OTHERS = words_of(
    "基点 个基点 bp 公里 千米 米 厘米 毫米 微米 纳米 海里 英里 英尺 英寸 km m cm mm "
    "μm nm 车道公里 线公里 吨 公斤 千克 克 毫克 微克 斤 kg g mg t 吨标准煤 吨标煤 吨二氧化碳 "
    "吨二氧化碳当量 吨公里 载重吨 总吨 升 毫升 l ml 立方米 立方千米 立方公里 立方厘米 立方 m3 "
    "标准立方米 标方 千瓦 千瓦时 千瓦小时 兆瓦 兆瓦时 吉瓦 吉瓦时 瓦 瓦时 度 度电 千伏 千伏安 兆伏安 "
    "kw kwh mw mwh gw gwh kv kva 赫兹 兆赫 千赫 吉赫 hz mhz ghz 帕 千帕 兆帕 kpa mpa pa mmhg 摄氏度 ℃ "
    "°c 分贝 db 焦耳 千焦 千卡 大卡 焦 赫 字节 兆字节 kb mb gb tb pb eb 比特 mbps gbps kbps 岁 周岁 分 "
    "人公里 马力 标准煤 流明 勒克斯 帧 像素 倍速 伏 安时 μg ntu ddds ppm ppb cfu msv"
)
# What may not follow a unit, lest a word be cut: 3年级, 5日元, 2次性, 三位一体.
_NOT_BEFORE = {
    "年": "级 制 代 轮 龄 鉴",
    "天": "津 然 文 河 水 府",
    "日": "本 元 报 常",
    "周": "边 岁 期",
    "秒": "杀",
    "个": "体 性 别",
    "位": "于 置 数 一体 列 居",
    "分": "之 别 公司 校 局 行 店 院 类 析 布 级 配 享 期 支 队 段 工 红 管 流 散 开 为 片 班 组 层 批",
    "元": "旦 素 化 件",
    "角": "度 色 落",
    "次": "性 年 级 要 生 序 日",
    "本": "科 校 市 区 地 报 级 次 土 年 月 期 届 部 院 公司",
    "人": "才 均 民 工智 大代 格 文 为 事 体 类 性 居",
    "名": "称 单 牌 列 誉",
    "家": "庭 具 禽 属 长",
    "所": "有 在 需 以 谓 得",
    "条": "例 款 龙",
    "门": "诊 店 窗 槛 峡 类 户",
    "台": "湾 风 阶 州 账",
    "部": "署 队 曲 制 长",
    "节": "约 日 能 省 假 水 气 点",
    "场": "地 景 所 面 合",
    "处": "理 置 于 罚 级 长",
    "间": "接 隔 距",
    "件": "均 套",
    "起": "来 步 草 到 诉 点 源",
    "组": "织 建 成",
    "团": "队 员 结",
    "班": "级 子 主 会 组",
    "支": "持 付 出 撑 部",
    "单": "位",
    "单位": ":",
    "批": "准 复 示",
    "期": "间 末 望 初 刊",
    "层": "次 面 级",
    "对": "于 接 口 外 内 标 比 应 一 照",
    "张": "家 力",
    "片": "区",
    "行": "业 政 动 驶 程",
    "道": "路 德",
    "只": "有 是 要 能",
    "户": "外 籍 均",
    "股": "份 东 权 市",
    "手": "机 续 术",
    "份": "额",
    "大": "学 会 赛 战 厅 型 力 幅 量 于 小 学生 规模 多 部 局 众 面 道 楼 桥 城 国 家 姐 事 气",
    "度": "假 过",
    "米": "饭 粉",
    "升": "级 学 高 到 至 温 值 降 旗",
    "克": "服 拉",
    "类": "似 别 型",
    "面": "积 向 临 对 试 貌 粉",
    "代": "表 理 码",
    "路": "径 线 网",
    "口": "岸 径 号 腔",
    "站": "点 位",
    "步": "伐 行 入 走",
    "列": "车 为 入",
    "头": "部 条",
    "首": "次 批 个 届 位 家 创",
    "轮": "胎 候 换 岗 训",
    "例": "如 外",
    "村": "民 庄 级",
    "县": "级 域 区",
    "街道": "办",
    "区": "域 间 级 块 位 号 内 外 里 划 别 段 属",
    "市": "级 场 域 民 区 政",
    "校": "园 区 级 企",
    "镇": "级 域 区",
    "乡": "村 镇",
    "队": "伍 员",
    "平方": "根",
    "载": "体 重 入",
    "笔": "试 记",
    "种": "植 子 业",
    "块": "状",
    "根": "据 本",
    "集": "团 中 体 聚 群 成",
    "包": "括 含 装",
    "顶": "级 岗",
    "课": "程 题 堂",
    "讲": "座 解",
    "案": "例 件",
    "具": "有 体 备",
    "焦": "化 点 炭 煤 虑",
    "赫": "然",
    "回": "收 升 落 访 购 流",
    "管": "理 道 控 委 网 线 材 辖 护 制 教 家 事",
    "伏": "案 击 安 虎",
    "叶": "子 片 酸 绿",
    "通": "过 知 道 报 行 车 讯 信 用 常 航 关 电 话 水 气 达 勤 风 胀 货 俗 则",
    "档": "案 次 位",
    "杯": "赛",
    "串": "联 通",
    "罐": "头 车",
    "幕": "墙 后",
    "扇": "区 形",
    "束": "缚",
}  # fmt: skip
_CURRENCY_SIGNS = {"$": "美元", "us$": "美元", "hk$": "港元", "¥": "元", "€": "欧元", "£": "英镑", "rmb": "元"}


def _table() -> dict[str, Unit]:
    table = {name: Unit(name, "count", name.removeprefix("大") or name) for name in [*_SAFE_COUNTS, *_COUNTS]}
    table |= {name: Unit(name, "other", name.removeprefix("个")) for name in _OTHERS}
    table |= {name: Unit(name, "other", "个百分点") for name in ("百分点", "个百分点")}
    for normal, names in _DURATIONS.items():
        table |= {name: Unit(name, "duration", normal) for name in words_of(names)}
    for normal, names in _FOREIGN.items():
        table |= {name: Unit(name, "money", normal) for name in words_of(names)}
    table |= {name: Unit(name, "money", "元", Decimal(factor)) for name, factor in _YUAN.items()}
    for factor, names in _AREAS.items():
        table |= {name: Unit(name, "area", "平方米", Decimal(factor)) for name in words_of(names)}
    table |= {name: Unit(name, "percent", "", Decimal(factor)) for name, factor in _PERCENTS.items()}
    table["倍"] = Unit("倍", "ratio", "")
    return table


UNITS = _table()
SIGNS = {sign: Unit(sign, "money", normal) for sign, normal in _CURRENCY_SIGNS.items()}
SIGN = lazy("(?:" + "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)) + ")$")
_AFTER_DIGITS_ONLY = frozenset(_COUNTS) | {"分", "度", "升", "克", "平方", "角", "g", "m", "t", "l", "h", "日", "面"}


def _branch(name: str) -> str:
    if name == "大":
        return f"大(?=[一-龥“])(?!{'|'.join(words_of(_NOT_BEFORE[name]))})"  # 七大 alone names nothing
    if name[-1].isascii() and name[-1].isalnum():
        return re.escape(name) + "(?![a-z0-9])"
    words = words_of(_NOT_BEFORE.get(name, ""))
    return re.escape(name) + (f"(?!{'|'.join(words)})" if words else "")


_LONGEST_FIRST = sorted(UNITS, key=len, reverse=True)
_SPACED = r"个? {0,4}百 ?分 ?点"
_UNIT = lazy(rf"(?P<points>{_SPACED})|(?P<unit>{'|'.join(map(_branch, _LONGEST_FIRST))})")
_PER = lazy(rf" ?/ ?(?:{'|'.join(map(_branch, _LONGEST_FIRST))}|人年|人·年|月|季度?|时|节|班)")
_IN_BRACKETS = lazy(r"\((?:天|次|人次|课时|学时|套|件|场|期|节|户|个|人)\)")
_BLANK = lazy(r" {0,4}+")


def read_unit(text: str, position: int, chinese: bool = False) -> tuple[Unit, int] | None:
    """Read the unit at ``position``, blanks before it allowed; return it with its end, or None.

    >>> read_unit("6191人，", 4)[0].normal, read_unit("500人(天)", 3)[0].written, read_unit("3年级", 1)
    ('人', '人(天)', None)
    >>> read_unit("320万诊次", 4)[0].written, read_unit("3.1床日", 3)[0].written
    ('诊次', '床日')

    After a Chinese numeral only measure words count that make no word with it (三级, 一体 are words).
    """
    start = _BLANK.match(text, position).end()  # type: ignore[union-attr]
    found = _UNIT.match(text, start)
    if found is None:
        return None if chinese else _named(text, start, counted_action(text, start))
    if found["points"]:
        return UNITS[text[start : found.end()].replace(" ", "")], found.end()
    unit = UNITS[found["unit"]]
    if chinese and unit.written in _AFTER_DIGITS_ONLY:
        return None
    if unit.kind == "count" and (end := lasting(unit.written, text, found.end())):
        return _named(text, start, end)
    return _extended(text, unit, found.end())


def unknown_unit(text: str, position: int, any_noun: bool = True) -> tuple[Unit, int] | None:
    """Take the one word between an Arabic number and the end of its clause for a unit: 12万纱锭，.

    >>> unknown_unit("12万纱锭，", 3)[0].written, unknown_unit("12万增长", 3)
    ('纱锭', None)

    Without ``any_noun`` only what the dictionary calls a measure word is taken: 348具.
    """
    return _named(text, position, last_word(text, position, any_noun))


def _named(text: str, start: int, end: int | None) -> tuple[Unit, int] | None:
    """Return the unit that counts by the word at ``[start, end)``."""
    return None if end is None else (Unit(text[start:end], "count", text[start:end]), end)


def _extended(text: str, unit: Unit, end: int) -> tuple[Unit, int]:
    """Take in what completes a unit: 元/人, 人（天）."""
    more = _PER.match(text, end) or (_IN_BRACKETS.match(text, end) if unit.kind == "count" else None)
    if more is None:
        return unit, end
    tail = more[0].replace(" ", "")
    kind: Kind = "money" if unit.kind == "money" else "count" if tail[0] == "(" else "other"
    return Unit(unit.written + tail, kind, unit.normal + tail, unit.factor), more.end()
