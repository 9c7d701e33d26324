"""Who, where and which: the person, body or place in a sentence that a question asks for."""

from __future__ import annotations

import re

from reportqa.asking.question import Question
from reportqa.text.tags import REGIONS, dictionary_tag, tagged
from reportqa.text.words import frequency

_NAME_TAGS = frozenset({"nr", "nrt", "nrfg"})
_NOUN_TAGS = frozenset({*"nafjlbstim", "nr", "nrt", "nrfg", "ns", "nt", "nz", "nw", "an", "vn", "eng", "ng"})
_NO_NAME = frozenset("由 在 将 把 从 以 向 对 和 与 及 获 经 按 给".split())
_BODY = re.compile(
    r"(?:公司|集团|中心|学校|学院|大学|医院|局|委员会|委|部|办公室|办|处|科|站|馆|银行|协会|学会|政府|企业"
    r"|研究所|研究院|厂|社|小组|基地|所|院)$"
)
_LONG_BODY = re.compile(r".*(?:公司|集团|中学|小学|学院|大学|医院|卫生院|研究院|研究所|委员会|中心)")
# What is asked for by a word is named by others: 哪家公司 is answered by …集团 as well.
_SORTS = (
    (re.compile(r"公司|企业|厂"), re.compile(r"(?:公司|集团|厂|企业|[^学]社)$")),
    (re.compile(r"学校|院校|大学"), re.compile(r"(?:学校|中学|小学|学院|大学|幼儿园|职教中心|[^学]校)$")),
    (re.compile(r"医院"), re.compile(r"(?:医院|卫生院|中心)$")),
    (re.compile(r"部门"), re.compile(r"(?:局|委员会|委|部|办公室|办|处|科|室|组|厅|署|中心)$")),
)
_WHICH = re.compile(r"(?:哪一?(?:家|个|所|些|几家|几个|几所)?|什么)([\u4e00-\u9fff]{1,5})")
_POST = re.compile(
    r"(?:主任|书记|[局校院馆所区县市镇乡省部处科组会队站厅]长|主席|董事长|总经理|经理|负责人|秘书长|教授|专家|代表|主管|总监)$"
)
_DOER = re.compile(
    r"由([^，。；由]{2,20}?)(?:担任|负责|兼任|任(?!务)|牵头|主持|承担|承建|承办|(?<!党)组织|实施|主导|管理|统筹|共同|领衔|带队)"
)
_ACT = re.compile(r"(?:由谁|谁来|哪个部门|什么部门|哪个单位|谁)(?:来)?([\u4e00-\u9fff]{2})$")
_DUTY = re.compile(r"(?:负责|担任|分管|主管|牵头|兼任|主持|领衔|带队)")
_ORDER = re.compile(r"^(?:[一二三四五六七八九十]+是|首先|其次|此外|第[一二三四五六七八九十]+[，,]?|[（(]?\d+[）).、])")
# The hundred and fifty commonest family names, which nine of ten people have.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付"
    "方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤尚温施牛葛殷邢纪焦柯芦游欧阮单樊庄耿宁凌翟章梅祝涂庞安常关米鲁岳齐申"
)
_TITLE = (
    r"(?:[长任记员师授人手官士]|主席|经理|总监|专家|医生|书记|教授|选手|工匠|同志|先生|女士|老师|院士|队长|领衔|艺人|厨师"
    r"|学生|校友|代表|委员)"
)
_NAMED = re.compile(rf"{_TITLE}([{_FAMILY}][\u4e00-\u9fff]{{1,2}})")
_AFTER_NAME = frozenset("为被任在的担获带领牵主和与等四三两二")
_USUAL = 1000
_NO_PERSON = re.compile(r"[馆校院区县市局镇乡村省部厅班级队组]$")


def entity(question: Question, text: str) -> str:
    """Return the person, body or place in a stretch of a report that the question asks for, "" where none stands out.

    >>> from reportqa.asking.question import understand
    >>> entity(understand("技校归哪个部门管"), "五是区人社局负责技工学校的监管工作")
    '区人社局'
    >>> entity(understand("引进的是哪家公司的生产线"), "竟成中学校引进沪光汽车电气股份有限公司汽车门线束生产线")
    '沪光汽车电气股份有限公司'
    """
    text = _ORDER.sub("", text)
    if question.asked == "where":
        places = (word for word, tag in tagged(text, guessed=True) if tag == "ns" and word not in question.plain)
        abroad = "国家" in _asked_of(question)
        return "、".join(dict.fromkeys(place for place in places if not (abroad and place[-1] in REGIONS)))
    if question.asked == "who":
        persons = _unsaid(people(text), question)
        if persons:
            return persons
    sort = next((named for asked, named in _SORTS if asked.search(_asked_of(question))), None)
    doer = _DOER.search(text) or _doer_of(question, text)
    if doer and (sort is None or sort.search(doer[1])):
        return doer[1].strip("“”、 ")
    form = sort or (_POST if question.asked == "who" else _BODY)
    chunks = (chunk if form.search(chunk) else _to_the_body(chunk) for chunk in _noun_chunks(text))
    unsaid = (chunk for chunk in chunks if chunk not in question.plain)
    named = [chunk for chunk in unsaid if form.search(chunk) and chunk[0] not in "全各"]
    if _DUTY.search(text):
        before = _DUTY.split(text, maxsplit=1)[0]
        named = [chunk for chunk in named if chunk in before] or named
    return max(named, key=lambda chunk: _strange(chunk, question), default="")


def _to_the_body(chunk: str) -> str:
    """Cut a chunk of nouns after a body that goes on with what the body has: 沪光公司|生产线."""
    body = _LONG_BODY.match(chunk)
    return body[0] if body else chunk


def _asked_of(question: Question) -> str:
    """Return the words right after 哪家, 哪个 or 什么: the sort of thing that is asked for."""
    asked = _WHICH.search(question.plain)
    return asked[1] if asked else ""


def _doer_of(question: Question, text: str) -> re.Match[str] | None:
    """Find who does what the question asks of somebody: 由谁聘请 in 经营者聘请执行副校长."""
    act = _ACT.search(question.plain)
    return re.search(rf"([\u4e00-\u9fff]{{2,12}}?){re.escape(act[1])}", text) if act else None


def _unsaid(names: str, question: Question) -> str:
    return "、".join(name for name in names.split("、") if name not in question.plain)


def people(text: str) -> str:
    """Return the personal names in a stretch of a report, joined by 、.

    >>> people("授予漆艺师周砚秋、厨师郑海生两人，市长黄奇帆为陈列馆剪彩")
    '周砚秋、郑海生、黄奇帆'

    A name begins with a family name, and jieba sees one or a title stands before it.
    """
    found: dict[str, int] = {}
    at = 0
    for word, tag in tagged(text, guessed=True):
        if tag in _NAME_TAGS and _is_name(word):
            found.setdefault(word, at)
        at += len(word)
    for match in _NAMED.finditer(text):
        name = _whole_name(match[1], text[match.end() :])
        if _is_name(name):
            found.setdefault(name, match.start(1))
    whole = [name for name in found if not any(name != other and name in other for other in found)]
    return "、".join(sorted(whole, key=lambda name: found[name]))


def _whole_name(name: str, after: str) -> str:
    """Cut a third character off that belongs to what follows: 王强|介绍, 陈刚|为."""
    follows = name[-1] in _AFTER_NAME or frequency(name[-1] + after[:1]) > _USUAL
    return name[:-1] if len(name) > 2 and follows else name


def _is_name(word: str) -> bool:
    known = dictionary_tag(word)
    return 2 <= len(word) <= 4 and word[0] in _FAMILY and not _NO_PERSON.search(word) and known in (None, *_NAME_TAGS)


def _strange(chunk: str, question: Question) -> float:
    """Return how little of a name the question itself says."""
    return sum(char not in question.plain for char in chunk) / len(chunk)


def _noun_chunks(text: str) -> list[str]:
    chunks: list[str] = []
    current = ""
    for word, tag in tagged(text, guessed=True):
        # 县 and 市 before a body are its own, whatever jieba takes them for.
        if (tag in _NOUN_TAGS and word not in _NO_NAME) or word in REGIONS:
            current += word
        else:
            chunks, current = ([*chunks, current] if current else chunks), ""
    return [*chunks, current] if current else chunks
