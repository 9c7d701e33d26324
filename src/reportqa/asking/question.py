"""What a question asks for: the kind of thing, its unit, the year and place it names, and the words that matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from reportqa.asking.intent import NUMBERS
from reportqa.asking.intent import chances as kind_chances
from reportqa.asking.lexicon import rewrite, synonyms
from reportqa.asking.spelling import respell
from reportqa.errors import InputError
from reportqa.text.aliases import Group, named, unified
from reportqa.text.folding import fold
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure
from reportqa.text.words import bigrams, content_words, cut, frequency

MAX_QUESTION = 500
# A word that jieba's dictionary counts less often than this, before 县 or 区, is a name.
_RARE = 300

Asked = Literal[
    "count", "money", "area", "percent", "ratio", "date", "duration", "rank", "quantity",
    "who", "where", "which", "list", "reason", "method", "verdict", "description",
]  # fmt: skip
NUMERIC: frozenset[str] = frozenset(
    {"count", "money", "area", "percent", "ratio", "date", "duration", "rank", "quantity"}
)

_MEASURES = "人名位个所家门项件间处张座条本册次期届场种类级套台辆户吨起例篇部支份组栋层床单批款只头株片段剂宗艘架对节课"
_HOW_MANY = r"(?:多少|(?<!哪)几|好多|若干)"


def _form(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that is written over several lines, N standing for a word that asks for a number."""
    return lazy(pattern.replace("N", _HOW_MANY).replace("M", _MEASURES), re.VERBOSE)


# Tried in this order: the first form that fits says what is asked.
_FORMS: tuple[tuple[Asked, re.Pattern[str]], ...] = (
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
    ("rank", _form("第几|排名|排第|名次|位列|排在")),
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
_ASKS_NUMBER = lazy(_HOW_MANY)
_EACH = lazy(rf"(?P<names>.+?)(?:各自?|分别)(?:有|是|为|占|达)?(?P<rest>{_HOW_MANY}.*)")
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
    _HOW_MANY
    + r"(?:万|亿|千|百|余)?(人次|剂次|例次|户次|场次|平方米|公里|千米|公顷|学时|课时|小时|["
    + _MEASURES
    + r"天年月周])"
)
_UNIT_NOUN = lazy(_HOW_MANY + r"(?:的)?(学生|教师|职工|人|员工|企业|学校|课程)")
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
# 23年招生多少: at the beginning a year; later it may be how long something took.
_SHORT_YEAR = lazy(r"^(?=[1-3]\d年(?![级制来间以之前后内里多共]))")
_AMOUNT = r"[\d.%‰万亿千余多元人名位个所家门项件间处张座条本册次种类套台辆户吨平公]"
_YEAR = lazy(rf"(?<!\d)((?:19|20)\d\d)(?=\s*(?:学?年|级|届|[-—~至到]))|(?<!\d)(20\d\d)(?!{_AMOUNT})")
_YEARS_SAID = lazy(r"\d+年度?|[今去前]年|[上本]一?学?年度?|[年月日]")
_RELATIVE_YEARS = (
    ("前年", -2),
    ("去年|(?:上一?|前一)年(?:度)?(?!级)|上一?学年", -1),
    ("今年|本学?年|最新|最近一年", 0),
)
_PLACE = lazy(r"[\u4e00-\u9fff]{2,4}(?:自治区|自治州|新区|[省市区县州旗乡镇村]|街道)")
_ASKING_PLACE = lazy(r"[哪几多少各每个]")
_SUFFIXES = frozenset("省市区县州旗乡镇村")
_GOES_ON = (
    r"[\dA-Za-z%.-]|[一二三四五六七八九十]+月|[\u4e00-\u9fff]{0,6}(?:学校|小学|中学|学院|大学|幼儿园|医院|中心|公司|集团|局|委|馆|所)"
    r"|[和与跟及、比至到]"
)
_NO_PLACE = lazy(
    r"全[省市区县国]|本[省市区县]|[这那各该我]?个?(?:地区|片区)|[社园校景辖小灾老疫牧林矿库]区|[市区县]级|城[市区]|[上入夜超菜集]市|(?:示范|开发|试验|工业)区"
)
_SPACES = lazy(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_POLITE = lazy(
    r"^(?:请问一?下?|麻烦问一?下|我?想(?:知道|了解|问)(?:一下)?|帮我?(?:查|看)(?:一?下)?|告诉我|问一下)[，,：:]?"
)
_PARTICLES = lazy(r"[哦哟呢啊呀嘞喔咯噻哈吧的]*[？?。.！!]*$")


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
_FIGURE_KINDS = {"percent": "percent", "money": "money", "date": "date"}

# Words by which a clause shows that it gives the kind of thing that is asked for.
_CUES = {
    "reason": lazy(
        r"由于|因为|因此|鉴于|为了|原因|究其|受[^，。]{1,10}影响|导致|背景下|为躲避|为避免|随着|出于|旨在|以便"
    ),
    "method": lazy(r"通过|采取|采用|措施|办法|方式|[一二三四五六七八九]是|首先|其次|加强|建立|开展|实行|推进|完善"),
    "list": lazy(r"、|”“|》《|[一二三四五六七八九]是"),
    "who": lazy(r"由|负责|担任|任|主任|书记|局长|校长|院长|主席|先生|女士|教授|人"),
    "where": lazy(r"位于|在|来自|赴|前往|地处|设在|省|市|区|县|国|镇|村"),
    "which": lazy(r"公司|集团|中心|学校|学院|大学|医院|局|委|部|处|站|馆|银行|协会|“|《"),
    "date": lazy(r"\d+年|\d+月|\d+日"),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What an index knows of words.

    ``passages_with`` counts the passages that have a word, ``has_term`` tells whether it is a term of the full text;
    ``aliases`` are the spellings that the owner of the reports has declared to be the same.
    """

    passages_with: Callable[[str], int] = lambda word: 0
    has_term: Callable[[str], bool] = lambda word: False
    aliases: tuple[Group, ...] = ()


NO_VOCABULARY = Vocabulary()


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the program understands it.

    ``text`` is what was asked; ``plain`` its folded form in the report's register, which is what is searched.
    ``year_offset`` counts from the newest report: 去年 is -1. ``respelled`` is the question with its wrong characters
    put right, "" where it has none. ``names`` holds the aliases that it names, each with the spelling of ``plain``.
    ``chances`` is how likely it asks for each kind of thing (:mod:`reportqa.asking.intent`). ``wording`` is what is
    encoded: the question as it was asked, in simplified characters, wrong ones put right.
    """

    text: str
    plain: str
    asked: Asked
    several: bool
    unit: str
    years: tuple[int, ...]
    year_offset: int | None
    places: tuple[str, ...]
    terms: tuple[str, ...]
    pairs: tuple[str, ...]
    respelled: str = ""
    names: tuple[tuple[Group, str], ...] = ()
    chances: Mapping[str, float] = field(default_factory=dict)
    wording: str = ""

    def chance_of(self, figure: Figure) -> float:
        """Return how likely a figure of this kind is asked for, from 0 to 1."""
        kind = _FIGURE_KINDS.get(figure.kind, "number")
        if figure.kind == "other" and figure.unit.endswith("百分点"):
            kind = "percent"
        return self.chances.get(kind, 0.0)

    @property
    def numeric_chance(self) -> float:
        """How likely a figure is asked for at all."""
        return sum(self.chances.get(kind, 0.0) for kind in NUMBERS)

    @property
    def said(self) -> str:
        """The question with the words that mean the same as its own: what a figure's words are compared with."""
        return f"{self.plain} {synonyms(self.plain)}"

    @property
    def searched(self) -> str:
        """The words to search for: the question's, and the other spellings of what it names."""
        return " ".join([self.plain, *(other for group, name in self.names for other in group if other != name)])

    def unify(self, text: str) -> str:
        """Write the aliases in a text as the question writes them."""
        for group, name in self.names:
            text = unified(text, group, name)
        return text

    @property
    def numeric(self) -> bool:
        """Whether the answer is a figure."""
        return self.asked in NUMERIC

    def cued(self, clause: str) -> bool:
        """Tell whether a clause has a word that goes with what is asked for: 由于 for a reason, 、 for a list."""
        cue = _CUES.get(self.asked)
        return cue is not None and bool(cue.search(clause))


def understand(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> Question:
    """Find out what a question asks for.

    >>> question = understand("技校毕业的学生里，有多少人去读了大专？")
    >>> question.asked, question.unit, question.plain
    ('count', '人', '技工学校毕业的学生里,有多少人去读了专科')

    With the ``vocabulary`` of an index, everyday words and wrong characters become those of the reports.
    Raises InputError where there is no question, or one too long to be one.
    """
    clean = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs") or char in "\n\t")
    folded = _SPACES.sub("", fold(" ".join(clean.split())))
    if not any(char.isalnum() for char in folded):
        raise InputError("问题是空的：请写一个问题，例如“本学年招生多少人？”。")
    if len(folded) > MAX_QUESTION:
        raise InputError(f"问题太长：{len(folded)} 个字，最多 {MAX_QUESTION} 个字。")
    names = _names(folded, vocabulary)
    for group, name in names:
        folded = unified(folded, group, name)
    known = vocabulary is not NO_VOCABULARY
    respelled = respell(folded, vocabulary.passages_with, vocabulary.has_term) if known else folded
    bare = _PARTICLES.sub("", _POLITE.sub("", respelled)) or respelled
    bare = _SHORT_YEAR.sub("20", bare)
    question = _read(text.strip(), bare, rewrite(bare, vocabulary.passages_with), respelled)
    return replace(question, respelled="" if respelled == folded else respelled, names=names)


def _names(folded: str, vocabulary: Vocabulary) -> tuple[tuple[Group, str], ...]:
    """Return the aliases that a question names, each with the spelling that most passages have."""
    groups = [group for group in vocabulary.aliases if named(folded, group)]
    return tuple((group, max(group, key=vocabulary.passages_with)) for group in groups)


def _read(text: str, bare: str, plain: str, folded: str) -> Question:
    """Interpret a question whose words are settled: ``folded`` still has its last particles and marks."""
    chances = kind_chances(folded)
    asked = _settled(_asked(bare, folded), chances)
    return Question(
        text=text,
        plain=plain,
        asked=asked,
        several=bool(_WH_LIST.search(bare) or _SEVERAL_ASPECTS.search(bare)),
        unit=_unit(plain) if asked in ("count", "quantity", "duration", "percent") else "",
        years=tuple(int(a or b) for a, b in _YEAR.findall(bare)),
        year_offset=next((offset for form, offset in _RELATIVE_YEARS if re.search(form, bare)), None),
        places=_places(bare),
        terms=tuple(dict.fromkeys(content_words(plain))),
        pairs=tuple(dict.fromkeys(bigrams(plain))),
        chances=chances,
        wording=folded,
    )


def focused(question: Question, implied: Iterable[str]) -> Question:
    """Leave out of a question what the choice of the report has answered already: its region and its year.

    >>> focused(understand("2023年青禾区招生多少人"), ["2023", "青禾区"]).plain
    '招生多少人'

    What is part of a name or of a date stays: 青禾区实验小学, 2023年6月.
    """
    plain = question.plain
    for word in implied:
        plain = re.sub(rf"(?:在|的)?{re.escape(word)}(?:年度?|学年度?)?(?!{_GOES_ON})的?", "", plain)
    if plain == question.plain or not any(map(str.isalnum, plain)):
        return question
    terms, pairs = tuple(dict.fromkeys(content_words(plain))), tuple(dict.fromkeys(bigrams(plain)))
    left_out = (word for word in implied if not word.isdecimal() and word in question.plain and word not in plain)
    places = (*question.places, *left_out)
    return replace(question, plain=plain, terms=terms, pairs=pairs, places=tuple(dict.fromkeys(places)))


def within(measure: Question, question: Question) -> Question:
    """Return a measure of which a question asks, in the years and places of the question.

    >>> within(understand("招生多少"), understand("2023年青禾区招生超过1万人吗")).years
    (2023,)
    """
    return replace(measure, years=question.years, year_offset=question.year_offset, places=question.places)


def parts(question: Question) -> list[Question]:
    """Return the single questions in one that asks for several figures, none where it asks for one.

    >>> [part.plain for part in parts(understand("医师和护士各有多少？"))]
    ['医师有多少', '护士有多少']
    >>> [part.plain for part in parts(understand("床位有几张，民办医院占其中几张"))]
    ['床位有几张', '民办医院占其中几张']
    """
    asking = [part for part in re.split(r"[,;、]", question.plain) if _ASKS_NUMBER.search(part)]
    if len(asking) > 1:
        return [_read(part, part, part, part) for part in asking]
    each = _EACH.fullmatch(question.plain)
    if each is None:
        return []
    named = [name for name in re.split(r"[和与及跟、]", each["names"]) if name]
    single = [f"{name}有{each['rest']}" for name in named]
    return [_read(part, part, part, part) for part in single] if len(single) > 1 else []


def _asked(bare: str, folded: str) -> Asked:
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


def _unit(plain: str) -> str:
    unit = _UNIT.search(plain)
    if "百分点" in plain:
        return "百分点"
    if _PEOPLE_ASKED.search(plain):
        return "人"
    if unit:
        return unit[1]
    noun = _UNIT_NOUN.search(plain)
    return _NOUN_UNITS[noun[1]] if noun else ""


def _places(bare: str) -> tuple[str, ...]:
    """Return the districts, counties, cities, provinces and townships named, by their full names.

    A name that jieba does not know comes as a word and a suffix: 青禾 + 县.
    """
    # 年 is no part of a name: 2024年青禾区.
    pieces = [word for part in _YEARS_SAID.split(bare) for word in cut(part)]
    joined = [a + b for a, b in pairwise(pieces) if b in _SUFFIXES and len(a) > 1 and frequency(a) < _RARE]
    found = [word for word in (*pieces, *joined) if _PLACE.fullmatch(word) and not _NO_PLACE.search(word)]
    named = [place for place in found if not _ASKING_PLACE.search(place)]
    return tuple(place for place in named if not any(place != other and place in other for other in named))
