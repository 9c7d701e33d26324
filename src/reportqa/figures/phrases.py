"""The words before a number, taken apart: whom they cover, when, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from reportqa.text.bodies import REGIONS, names_body
from reportqa.text.forms import WHOLE, words_of
from reportqa.text.patterns import lazy
from reportqa.text.tags import ADVERBS, COMPOUNDS, IN_NAMES, LINKING, TRAILING, tagged

MAX_PHRASE = 18  # an indicator is a short noun phrase

_LEAD = lazy(
    r"(?:[ #*>•·●◆■▪、，]|\d{1,2}[.、) ]|\(\w{1,3}\)|[①-⑳]"
    r"|第?[一二三四五六七八九十]{1,3}(?:是|方面，?|、(?![一二三四五六七八九十]))"
    r"|首先|其次|再次|最后|目前|现阶段|同时|此外|另外|其余|以及|并且|而且|据统计|据初步统计"
    r"|和(?![平谐])|与(?!会)|及(?![格时早])|并(?![购网轨联])|且|或|还(?![款建贷田林原本])|也|又|另"
    r"|共计|合计|总计|累计|截至目前|截止目前|截至|截止)+"
)
_OF_WHICH = lazy(r"[ ，、]*(?:其中|这其中)[:，]?")
_TIME = lazy(
    r"(?:本|今|去|上|当|前|明|次|下)(?:学年度?|年度?|学期|季度|月|周|轮|期|届)(?![级会末龄])"
    r"|近[\d一二两三四五六七八九十几]+(?:个?月|年|学年|天|周)(?:来|以来|间)?|(?:报告|统计|评价)期(?:内|末)?"
    r"|全年|上半年|下半年|前[一二三]季度|[一二三四]季度|[年月期][末底初](?!数)|“?十[一二三四五]五”?(?:期间|以来|末)?|同期|上年同期"
)
_MODEL = lazy(
    r"以(?P<who>[^，。为以]{2,20})为(?:代表|主|龙头|引领|试点|例|牵头|依托)的?"
    r"|由(?P<actor>[^，。]{2,16}?)(?=组织|主办|承办|牵头|负责|实施|投资|建设)"
)
_AT = lazy(r"在(?P<where>[^，。在的]{1,12}?(?:[镇乡县市区省国村州]|地区|园区|校区|街道))(?![中内上里])")
_RUNG = r"(?:国家|世界|国际|省部|地厅|省|部|市|区|县|州|校|院|厅|地|自治区|盟|旗|乡|村)"
LEVEL = lazy(rf"(?P<level>(?:{_RUNG}级?[、和及])*{_RUNG}级(?:及?以上)?)(?!市|以上$)")
_COVERING = rf"公办|民办|公立|民营|国有|{WHOLE}|我[国省市区县州校院]|其他|其它|其余|原有?(?![因则理料])"
_COVERED = lazy(_COVERING)
CLASS = lazy(rf"第[\d一二三四五六七八九十]{{1,3}}[批期轮届次]|首批|{_COVERING}|男|女|城镇|农村|规模以上")
RANKED_WHERE = lazy(rf"(?:位?列|位?居|排名?|名列)?(?P<where>{WHOLE}|全球|世界|全行业|同行业|[国省市]内)$")
_GENERIC = lazy(
    r"(?:各|全体|所有|部分|许多|其他|本|该|此)?(?:中等职业|高等|中等|中职|高职|上市|有关|相关|下属)?"
    r"(?:学校|医院|公司|集团|企业|单位|机构|部门|政府|校|院|中心|学院|大学|系统|行业|市场|地区|市|区|县)"
)
THIS = lazy(r"[该本此](?:[校院区市县镇馆司]|公司|中心|企业|集团|医院|学院|单位|机构|平台)")
GROWTH = lazy(
    r"(?:同口径|按?可比(?:口径|价格?)(?:计算)?|按?不变价格?(?:计算)?|[扣剔]除[^，的]{2,10}?(?:因素|影响)后?|同比|环比|[比较][^，的]{1,12}?|年均|名义|实际|可比)*(?:复合)?(?:增长率?|下降率?|提高|上升|增加|减少|降低|增幅|降幅"
    r"|增速|回落|提升|下滑|上涨|下跌|扩大|收窄|缩短|净增|增产|减产|增收|减收|缩小|翻)了?[达为约]?$"
)
REACHING = lazy(
    r"(?:提高|上升|增长|增加|提升|扩大|减少|下降|降低|缩短|压缩|缩小|收窄|降|升|增|减|回升|回落|攀升|达)[到至](?:了|约|近|超过)?$"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What the words before a number say.

    ``bound_open`` tells that they end in a verb, a preposition or a list, so that what is counted stands after the
    number; ``of_which`` that they begin with 其中.
    """

    noun: str
    subject: str = ""
    time: str = ""
    where: str = ""
    level: str = ""
    bound_open: bool = False
    of_which: bool = False
    verb: str = ""


_COPULAS = frozenset(words_of("为 是 达 达到 至 到 约 仅 均 已 各 的 了 高达 约为 分别为 在 达成"))
_KEPT = frozenset(
    words_of("新增 新建 增加 减少 净增 新改扩建 改造 改建 扩建 修建 减免 培训 投入 新招 新签 新开 关停 淘汰")
)
_NOUN_TAGS = ("n", "b", "vn", "j", "l", "i", "r", "s", "f", "k", "x", "z", "zg", "a", "t", "m", "eng", "q")
_PROPER = ("ns", "nt", "nr", "nz")
# 小学、初中共招生: whom a sum covers (jieba would see 中共).
_TOGETHER = lazy(
    r"(?P<who>[^，的]{2,16}?[、和与及][^，的]{1,12}?)(?:一共|总共|合计|共计|(?<!公)共)"
    r"(?=招|毕业|录取|培训|开设|接待|完成|投入|建成|发放|举办)"
)
_CHANGED_FROM = lazy(r"(?P<noun>[^，由从]{2,})[由从](?P<since>[^，]{2,8})的")
_PER_HEAD = lazy(r"每(?![年月周天日季次学])|[人生户亩]均")
# What is left of a date before the words that follow it; the first letter of 初中 or 内科 is not.
_AFTER_TIME = lazy(r"[，\s]+|年底|以来|期间|[度底末初内]")


@lru_cache(maxsize=8192)
def read_before(words: str) -> Phrase:
    """Take apart the words before a number.

    >>> phrase = read_before("本年度区财政拨专款")
    >>> phrase.noun, phrase.subject, phrase.time, phrase.verb
    ('专款', '区财政', '本年度', '拨')
    >>> read_before("其中国家级培训").noun, read_before("全区中职学校占地面积").subject
    ('培训', '全区中职学校')
    """
    rest, of_which = _without_lead(words)
    rest, time = _without_time(rest)
    together = _TOGETHER.match(rest)
    subject, rest = (together["who"], rest[together.end() :]) if together else _subject(rest)
    if not time:
        rest, time = _without_time(rest)
    if changed := _CHANGED_FROM.fullmatch(rest):
        rest, time = changed["noun"], time or changed["since"]
    where = ""
    if at := _AT.search(rest):
        where, rest = at["where"], rest[: at.start()] + rest[at.end() :]
    noun, verb, bound_open = _counted(rest)
    level, noun = _level(noun)
    return Phrase(noun, subject, time, where, level, bound_open, of_which, verb)


def _without_lead(words: str) -> tuple[str, bool]:
    of_which = False
    for _ in range(3):
        length = len(words)
        if lead := _LEAD.match(words):
            words = words[lead.end() :]
        if part := _OF_WHICH.match(words):
            words, of_which = words[part.end() :], True
        if len(words) == length:
            break
    return words, of_which


def _without_time(words: str) -> tuple[str, str]:
    words = _without_rest_of_date(words)
    time = _TIME.match(words)
    if time is None:
        return words, ""
    return _without_rest_of_date(words[time.end() :]).lstrip("，、 的"), time[0]


def _without_rest_of_date(words: str) -> str:
    while rest := _AFTER_TIME.match(words):
        if rest[0][0].isalnum() and tagged(words)[0][0] != rest[0]:
            break
        words = words[rest.end() :]
    return words


def _subject(words: str) -> tuple[str, str]:
    """Split off the organisation, place or group that the clause is about."""
    if model := _MODEL.search(words):
        who = model["who"] or model["actor"]
        return "" if "、" in who else who, words[model.end() :]
    tokens = tagged(words)
    end = _name_end(tokens)
    subject, rest = "".join(word for word, _ in tokens[:end]), "".join(word for word, _ in tokens[end:])
    if THIS.match(subject) and rest:
        return subject, rest
    if not subject or "、" in subject or subject == "我国" or all(word in _COPULAS for word, _ in tokens[end:]):
        return _split_class(words)
    acting = tokens[end][0] in LINKING or tokens[end][0] in ADVERBS or tokens[end][1] in ("v", "d", "p")
    if _GENERIC.fullmatch(subject):
        return ("", rest) if acting and _strip_trailing(list(tokens[end:])) else ("", words)
    numbered = _NUMBERED.match(subject) is not None
    named = tokens[0][1] in _PROPER or numbered or (subject[0] in REGIONS and len(subject) > 2)
    if acting or named or _COVERED.match(subject) or THIS.match(subject):
        return subject, rest.removeprefix("的")
    return "", words


def _name_end(tokens: tuple[tuple[str, str], ...]) -> int:
    """Return how many of the first words make up a name: nouns, up to the last that ends a name."""
    end = 0
    for index, (word, tag) in enumerate(tokens):
        if not (tag.startswith(_NOUN_TAGS) or (word in IN_NAMES and end)) or word in LINKING:
            break
        if names_body(word) or (word in REGIONS and index):
            end = index + 1
    return end


def _split_class(words: str) -> tuple[str, str]:
    """Split 全市高新技术企业 into whom it covers and what is counted."""
    found = _COVERED.match(words)
    if (
        found
        and len(words) - found.end() >= 3
        and not words.startswith(("男女", "原因", "原则", "全国性", "女子", "男子"))
    ):
        return found[0], words[found.end() :].removeprefix("的")
    return "", words


_NUMBERED = lazy(r"第[\d一二三四五六七八九十]{1,4}[一-龥]{2,4}$")  # 第18中学 is a name, 第一产业 none
_SHARERS = frozenset("生人户亩师日月年")


def _strip_trailing(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    while tokens and (tokens[-1][0] in TRAILING or tokens[-1][0].isspace()):
        if tokens[-1][0] == "均" and len(tokens) > 1 and tokens[-2][0] in _SHARERS:
            break
        tokens.pop()
    return tokens


def _counted(words: str) -> tuple[str, str, bool]:
    """Return the noun phrase that ends ``words``, the verb before it, and whether they leave what is counted open."""
    words = REACHING.sub("", words)
    tokens = list(tagged(words))
    size = len(tokens)
    kept = _strip_trailing(tokens[:])
    bound_open = any(word not in _COPULAS for word, _ in tokens[len(kept) :]) or not size
    while kept and (kept[-1][0] in LINKING or kept[-1][0] in "、等“"):
        kept.pop()
        bound_open = True
    cut = -1 if _PER_HEAD.match(words.removeprefix("平均")) else _last_link(kept)
    verb = kept[cut - (kept[cut][0] == "了" and cut > 0)][0] if cut >= 0 else ""
    noun_tokens = kept[cut + 1 :]
    while noun_tokens and noun_tokens[0][0] in ADVERBS:
        noun_tokens.pop(0)
    noun = "".join(word for word, _ in noun_tokens)
    if noun in _KEPT:
        return "", noun, True
    if noun_tokens and noun_tokens[-1][1] == "v":
        bound_open = True
    return shorten(noun), verb, bound_open


def _last_link(tokens: list[tuple[str, str]]) -> int:
    """Return the position of the last word that only links, or -1; a relative clause (具有…的教师) stays whole."""
    following = [word for word, _ in tokens[1:]] + [" "]
    links = [
        index
        for index, (word, _) in enumerate(tokens)
        if word in LINKING and following[index][0] not in COMPOUNDS.get(word, "")
    ]
    while links and links[-1] == 0 and any(word == "的" for word, _ in tokens[1:]):
        links.pop()
    return links[-1] if links else -1


def balanced(noun: str) -> str:
    """Take off a quotation mark that has lost its partner.

    >>> balanced("课程”市级名师"), balanced("“课程”名师")
    ('市级名师', '“课程”名师')
    """
    if noun.count("“") != noun.count("”"):
        noun = noun.strip("“”") if noun[:1] in "“”" or noun[-1:] in "“”" else noun.rpartition("”")[2] or noun
    return noun


def shorten(noun: str) -> str:
    """Cut a long noun phrase down to its head, at the end.

    >>> shorten("来自市内外各类组织以及德国等国家的外宾"), shorten("科创生态良好、增加值总量")
    ('外宾', '增加值总量')
    """
    noun = balanced(noun.strip(" ，、：:的"))
    pieces = noun.split("、")
    if len(pieces) > 1 and len(pieces[-1]) >= 4 and len(pieces[-2]) > 2:
        noun = pieces[-1]
    if len(noun) > 12 and "“" in noun[1:-2]:
        noun = noun[noun.index("“") :]
    if len(noun) > MAX_PHRASE and "的" in noun[:-2]:
        noun = noun[:-2].rpartition("的")[2] + noun[-2:]
    if len(noun) <= MAX_PHRASE:
        return noun
    tail = ""
    for word, _ in reversed(tagged(noun)):
        if len(word) + len(tail) > MAX_PHRASE - 4:
            break
        tail = word + tail
    return tail or noun[-MAX_PHRASE:]


def _level(noun: str) -> tuple[str, str]:
    found = LEVEL.match(noun)
    if found and len(noun) - found.end() >= 2:
        return found["level"], noun[found.end() :].removeprefix("的")
    first, tag = tagged(noun)[0] if noun else ("", "")
    return _level(noun.removeprefix(first)) if tag == "v" and LEVEL.match(noun, len(first)) else ("", noun)
