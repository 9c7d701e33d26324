"""What the wording of a question asks for: a kind of thing, one or several, in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from reportqa.asking.intent import NUMBERS
from reportqa.text.bodies import ORGANISATIONS, one_of
from reportqa.text.forms import COUNTERS
from reportqa.text.patterns import lazy

Asked = Literal[
    "count", "money", "area", "percent", "ratio", "date", "duration", "rank", "quantity",
    "who", "where", "which", "list", "reason", "method", "verdict", "description",
]  # fmt: skip
NUMERIC: frozenset[str] = frozenset(
    {"count", "money", "area", "percent", "ratio", "date", "duration", "rank", "quantity"}
)

_MEASURES = COUNTERS + "期届场类级起例篇部支份组栋层床单批款只头株片段剂宗对节课"
HOW_MANY = r"(?:多少|(?<!哪)几|好多|若干)"


def _form(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that is written over several lines, N standing for a word that asks for a number."""
    return lazy(pattern.replace("N", HOW_MANY).replace("M", _MEASURES), re.VERBOSE)


# Tried in this order: the first form that fits says what is asked.
_FORMS: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    ("rank", _form("第几(?!次|期|批|届|季|年|学期|产业)|排名|排第|名次|位列|排在")),
    ("reason", _form("为什么|为何|为啥|怎么会|怎么回事|咋会|原因|缘由|何以|什么导致|因为什么|出于什么|凭什么")),
    ("ratio", _form("[\u4e00-\u9fff]{2}[和与跟][\u4e00-\u9fff]{2}的?(?:比例|之?比)(?:是(?:多少|几比几))?$")),
    (
        "percent",
        _form(
            """百分之(?:多少|几)|几成|多大(?:的)?(?:比例|比重|占比)|比例|比重|占比|份额|百分比|百分点|占[^,。]{0,12}(?:多少|几)$
            |率(?:是|为|有|达到|达|又|能)?(?:多少|多高|几|怎么样|如何)?$|增幅|降幅|涨幅|增速"""
        ),
    ),
    (
        "date",
        _form(
            """(?:哪一?|何|什么)(?:年|月|日|天|号|时候|时间|时(?!间))(?!级|制)|几(?:月|号|日)|哪个(?:年|月)|多会儿|啥时候
            |日期|年份|的时间$"""
        ),
    ),
    ("duration", _form("多久|多长(?:的)?时间|N个?(?:天|小时|分钟|个月|年|周|学时|课时|学期)|时长|工期|期限|周期")),
    ("area", _form("面积|N万?(?:平(?!均)|亩|公顷)|(?:地|园|区|馆|房|场|楼)[^,。]{0,6}多大|占了?多大")),
    (
        "ratio",
        _form(
            """[师生医患护床]{2}比|之比|比是多少|比值|几比几|比例是几比
            |(?:(?:平均|每)一?[个名位][^,。]{1,10}|一[个名位][^,。]{1,6}平均[^,。]{0,4})(?:带|管|负责|教|对应|服务|摊)[^,。]{0,4}N"""
        ),
    ),
    ("count", _form("N[万亿千百]?余?[M]|(?:人数|数量|个数|次数|家数|人次)$")),
    (
        "money",
        _form(
            """N个?[万亿千]?(?:块|钱|元|美元|资金|经费)|(?:花|掏|拨|赚|挣|捐|补贴|资助)[^,。]{0,6}N
            |(?:金额|资金|经费|费用|投入|投资|支出|收入|产值|造价|工资|薪酬|利润|价格|单价|成本|津贴|红利|罚款|预算)
             (?:总额|总计|一共|总共|标准)?(?:是|为|有|达到|达|到)?(?:多少|多大)?$"""
        ),
    ),
    ("who", _form("谁|哪[几一些]?位(?!数)|何人|什么人|叫什么|姓名|名字|负责人是|由哪些?人")),
    (
        "where",
        _form(
            """哪里|哪儿|什么地方|何处|何地|在哪|到哪|去哪|地点|位于
            |哪(?:个|些|几个|两个|三个)?(?:国家|城市|省|地区|地方|区|县|市)"""
        ),
    ),
    (
        "quantity",
        _form(
            """N(?!方面|点$|条$|项$|类$|种$|块)|总数$|总量$|多大(?:规模|岁数|年纪)?$|多长$|多高$|多重$|多远$|多快$
            |多大(?:年纪|岁数|规模)|[\u4e00-\u9fff](?:员|生|师|工|户|校|院|馆)数$"""
        ),
    ),
    (
        "which",
        _form(
            """哪一?(?:家|个|所|座|项|种|类|门|本|支|条|届|部门|级)|归哪|属于哪|由哪
            |什么(?:部门|单位|机构|公司|学校|名称|名|级别|奖|称号|平台)"""
        ),
    ),
    (
        "list",
        _form(
            """哪[些几两三四五]|名单|清单|有什么|都有谁|分别(?:是|有|叫)|包括|列[出举]|几个?方面|几[块类种点条项]
            |什么(?:内容|课|专业|项目|措施|荣誉|称号|活动|成果|问题|困难|方面|行业|领域|类型|牌子|职责)"""
        ),
    ),
    ("method", _form("怎么|怎样|如何|咋|办法|措施|途径|方式|手段|做法|靠什么|通过什么|举措|对策")),
)
_VERDICT = lazy(
    r"(?:吗|么|没有|没|不|否|嘛|吧)[?？。!！]*$|是否|是不是|有没有|能不能|会不会|可不可以|对不对|[\u4e00-\u9fff](?<!什)(?<!怎)(?<!多)(?<!那)(?<!这)么$|(.)不\1|属实"
)
_WH = lazy(r"什么|哪|谁|多少|几(?!乎)|怎么|怎样|如何|为何|为啥")
_WH_LIST = lazy(
    r"哪(?:些|几|两|三|四|五|六|七|八|九|十)|名单|清单|分别(?:是|有|叫)(?:什么|哪)?|[两三四五六七八九十]个?[^,。]{0,8}(?:叫什么|都是什么)"
)
_SEVERAL_ASPECTS = lazy(r"(?:几|哪些|哪几)(?:个)?(?:大)?(?:方面|板块|块(?:内容)?|部分|类|点|条|原则|理念)")
_MONEY_NOUNS = lazy(
    r"工资|薪|学费|奖金|补贴|补助|津贴|票价|房价|经费|投资|资金|费用|收入|支出|花费|成本|造价|进账|利润|产值|营收"
)
# 收入比上年增长多少: a share or an amount; 增加多少人 is an amount.
_CHANGE_ASKED = lazy(r"(?:增[长加]|下降|减少|提高|降低|上升|涨|跌)了?多少$")
_UNIT = lazy(
    HOW_MANY
    + r"(?:万|亿|千|百|余)?(人次|剂次|例次|户次|场次|平方米|公里|千米|公顷|学时|课时|小时|["
    + _MEASURES
    + r"天年月周])"
)
_UNIT_NOUN = lazy(HOW_MANY + r"(?:的)?(学生|教师|职工|人|员工|企业|学校|课程)")
# 在校生总共有多少, 多少个孩子: people are counted in 人, whatever the measure word.
_PEOPLE = (
    r"(?:学生|[在新考毕校业]生|孩子|儿童|教师|医师|护士|职工|员工|人员|老年人|居民|农民|患者|游客|观众|志愿者|残疾人)"
)
_PEOPLE_ASKED = lazy(
    rf"{_PEOPLE}(?:里|中)?(?:一共|总共|共|大约|大概)?(?:有|是|为|达到?)?(?:多少|几)个?$|(?:多少|几)个?{_PEOPLE}"
)
_NOUN_UNITS = {
    "学生": "人",
    "教师": "人",
    "职工": "人",
    "人": "人",
    "员工": "人",
    "企业": "家",
    "学校": "所",
    "课程": "门",
}
# How likely a kind, or a figure of any kind, must be for the wording to say what is asked.
_LIKELY, _LIKELY_FIGURE = 0.45, 0.4
# The finer kinds that agree with each kind that a question's wording is taken to ask for, the usual one first.
_FINER: dict[str, tuple[Asked, ...]] = {
    "number": ("quantity", "count", "area", "duration", "rank", "ratio"),
    "percent": ("percent", "ratio"),
    "money": ("money",),
    "date": ("date", "duration"),
    "name": ("which", "who", "where"),
    "list": ("list",),
    "reason": ("reason",),
    "way": ("method",),
    "definition": ("description",),
    "yesno": ("verdict",),
}
# Words by which a clause shows that it gives the kind of thing that is asked for.
_CUES = {
    "reason": lazy(
        r"由于|因为|因此|鉴于|为了|原因|究其|受[^，。]{1,10}影响|导致|背景下|为躲避|为避免|随着|出于|旨在|以便"
    ),
    "method": lazy(r"通过|采取|采用|措施|办法|方式|[一二三四五六七八九]是|首先|其次|加强|建立|开展|实行|推进|完善"),
    "list": lazy(r"、|”“|》《|[一二三四五六七八九]是"),
    "who": lazy(r"由|负责|担任|任|主任|书记|局长|校长|院长|主席|先生|女士|教授|人"),
    "where": lazy(r"位于|在|来自|赴|前往|地处|设在|省|市|区|县|国|镇|村"),
    "which": lazy(rf"{one_of(*ORGANISATIONS)}|[局委部处站馆“《]"),
    "date": lazy(r"\d+年|\d+月|\d+日"),
}


def kind_asked(bare: str, folded: str, chances: Mapping[str, float]) -> Asked:
    """Return what kind of thing a question asks for: as its wording says, where that is likely.

    >>> from reportqa.asking.intent import chances
    >>> kind_asked("招生多少人", "招生多少人?", chances("招生多少人?"))
    'count'

    ``bare`` is the question without polite words and last marks, ``folded`` with them, ``chances`` how likely it asks
    for each kind.
    """
    return _settled(_form_asked(bare, folded), chances)


def likeliest(chances: Mapping[str, float], figure: bool) -> Asked:
    """Return the usual sort of the likeliest kind of figure, or of anything else, that a question asks for.

    >>> from reportqa.asking.intent import chances
    >>> likeliest(chances("招生多少人?"), figure=True), likeliest(chances("开设哪些课程?"), figure=False)
    ('quantity', 'list')
    """
    kinds = [kind for kind in chances if (kind in NUMBERS) == figure]
    return _FINER[max(kinds, key=lambda kind: chances[kind])][0]


def asks_several(bare: str) -> bool:
    """Tell whether a question asks for several things: 哪些, 分别是, 几个方面."""
    return bool(_WH_LIST.search(bare) or _SEVERAL_ASPECTS.search(bare))


def is_cued(asked: Asked, clause: str) -> bool:
    """Tell whether a clause has a word that goes with what is asked for: 由于 for a reason, 、 for a list."""
    cue = _CUES.get(asked)
    return cue is not None and bool(cue.search(clause))


def _form_asked(bare: str, folded: str) -> Asked:
    yes_no = bool(_VERDICT.search(folded)) and not _WH.search(bare)
    asked: Asked = next((kind for kind, form in _FORMS if form.search(bare)), "description")
    if asked in ("count", "quantity") and _SEVERAL_ASPECTS.search(bare):
        asked = "list"
    if asked == "quantity" and _MONEY_NOUNS.search(bare):
        asked = "money"
    if asked in ("count", "money") and _CHANGE_ASKED.search(bare):
        asked = "quantity"
    if yes_no and asked in ("description", "method", "list"):
        asked = "verdict"
    return asked


def _settled(form: Asked, chances: Mapping[str, float]) -> Asked:
    """Return what is asked for: the likeliest kind, its finer kind by the form where that agrees.

    Where neither a figure nor any other kind is likely (校园文化建设), the form decides alone.
    """
    number = max(NUMBERS, key=lambda kind: chances[kind])
    likeliest = max(chances, key=lambda kind: chances[kind])
    if chances[likeliest] < _LIKELY:
        if sum(chances[kind] for kind in NUMBERS) < _LIKELY_FIGURE:
            return form
        likeliest = number
    finer = _FINER[likeliest]
    return form if form in finer else finer[0]


def unit_asked(plain: str) -> str:
    """Return the unit of the figure that a question asks for, "" where it does not say.

    >>> unit_asked("学校有多少名专任教师"), unit_asked("在校生总共有多少")
    ('名', '人')
    """
    unit = _UNIT.search(plain)
    if "百分点" in plain:
        return "百分点"
    if _PEOPLE_ASKED.search(plain):
        return "人"
    if unit:
        return unit[1]
    noun = _UNIT_NOUN.search(plain)
    return _NOUN_UNITS[noun[1]] if noun else ""
