"""The words around a figure that tell it from others alike: when, on what occasion, planned, changed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reportqa.text.bodies import ORGANISATIONS, REGIONS
from reportqa.text.folding import fold
from reportqa.text.forms import OWN, WHOLE, YEAR
from reportqa.text.patterns import lazy
from reportqa.text.records import Document, Figure
from reportqa.text.tags import ADVERBS, LINKING, TRAILING, tagged

_REACH = 300
_SEGMENT_ENDS = frozenset("。！？!?；;\n")
_CLAUSE_ENDS = frozenset("，。；：！？!?;:\n")
_YEAR = lazy(YEAR)
_SCHOOL_YEAR = lazy(rf"({YEAR})\D{{1,3}}({YEAR})学年")
# Words after which a number is another quantity than without them; those of one class make the same difference.
_CLASSES: dict[str, str] = {
    "planned": r"计划|预计|力争|拟|规划|设计|核定|目标|展望|将达|争取|力求|概算|预算|编制内",
    "changed": r"[增升涨]|[减降缩]|新[招聘建设立签登添购]|[比较](?=上年|去年|同期|上一|前一|\d{4})"
    r"|同比|环比|压缩|恢复到|仅为|相当于",
    "partial": r"其中|其余|其他|其它|另|除|不含|部分|主要|剩余|原",
    "limited": r"上半年|下半年|[一二三四]季度|\d{1,2}月|[首前后末]月|当月|首[批期次轮]|最[大小高低多少长短]"
    r"|第[一二三四五六七八九十\d]+[批期次轮届]",
    "long": r"累计|历年|以来|近[一二两三四五六七八九十\d]+年|十[二三四五六]五|期间|[一二两三四五六七八九十\d]+年来",
    "before": r"上年|去年|前年|同期|往年|上学年|上一学年|上[期届]",
    "basis": r"口径|折[算合]|可比|剔除|扣除|推算|估算",
    "each": r"[每各]\S|[生人户师校村次床]均|单[个位项]",
}
_CLASS_PATTERNS = {name: lazy(pattern) for name, pattern in _CLASSES.items()}
_FOR_ALL = ("planned", "before", "basis")
_OPENING = 12
_OCCASION = lazy(r"“[^”]{1,20}”|《[^》]{1,30}》|[\u4e00-\u9fff]{1,10}(?:大赛|比赛|竞赛|联赛|运动会|评选|博览会|论坛)")
_CONTEST = lazy(r"[\u4e00-\u9fff]{0,10}(?:大赛|比赛|竞赛|联赛|运动会|评选)")
_NUMBERING = lazy(r"^[(（]?[\d一二三四五六七八九十]+[)）、.．]+\s*")
ALL_OF_IT = lazy(rf"{WHOLE}|{OWN}")
# Words of what was done on some occasion; what they count is seldom a total.
_ACTS = lazy(
    r"举办|开展|组织|举行|召开|开设|参加|承办|发放|安排|推出|完成|投入|引进|[获夺]|出动|检查|排查|培训|接收|签[约订]|投资|改造|走访"
)
_LEFT_BEHIND = lazy(r"[^，。；：]{0,16}(?:到|至|为|成)")
_FROM = lazy(r"[由从自][^，。；]{0,12}$")
GENERAL_WORDS = lazy(
    r"^(?:[^\w]+|\d.*|[一二三四五六七八九十]+[是]|目前|截至|截止|年[末底初]?|当年|全年|本年|本年度|本?学年度?|月|日|此外|同时|其中|中|含|等|从.{0,6}看"
    r"|情况|看|公司|集团|学校|各级|各类|全体|全部|所有|共同|区域|区域内|辖区|境内|[总共].?)$"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands before a number: ``segment`` from the sentence's (or semicolon's) begin, ``clause`` from the comma's.

    ``after`` are the words behind it in its clause; ``opening`` says that the segment opens a paragraph.
    """

    segment: str
    clause: str
    after: str
    opening: bool

    @property
    def occasions(self) -> frozenset[str]:
        """What the number is bound to by name: a contest, a title in quotation marks or book marks.

        >>> around(figure_at(text), document).occasions              # doctest: +SKIP
        frozenset({'市创业大赛'})
        """
        return frozenset(_OCCASION.findall(self.segment))

    @property
    def says_whole(self) -> bool:
        """Whether the clause itself says that it speaks of the whole: 全县, 本公司."""
        return bool(ALL_OF_IT.search(self.clause))

    @property
    def acts(self) -> bool:
        """Whether the clause tells what was done: 举办培训班8期."""
        return bool(_ACTS.search(self.clause))

    @property
    def former(self) -> bool:
        """Whether the number is the value that was left behind: 84元 in 由84元提高到89元."""
        return bool(_FROM.search(self.clause) and _LEFT_BEHIND.match(self.after))


def around(figure: Figure, document: Document) -> Surroundings:
    """Return the words around a figure in its document.

    >>> text = "全县共有医院9家；在市技能大赛中，获一等奖1项。"
    >>> here = around(Figure(21, 23, "1项", 1, "项", 1, "项", "count"), Document("r.txt", text, ""))
    >>> here.segment, here.clause, sorted(here.occasions)
    ('在市技能大赛中,获一等奖', '获一等奖', ['在市技能大赛'])

    In the form in which texts are compared (see :func:`reportqa.text.folding.fold`); at most 300 characters.
    """
    begin = max(figure.start - _REACH, 0)
    before = document.text[begin : figure.start]
    segment = _tail(before, _SEGMENT_ENDS)
    after = document.text[figure.end : figure.end + 24]
    stop = next((at for at, character in enumerate(after) if character in _CLAUSE_ENDS), len(after))
    opening = before[: len(before) - len(segment)][-1:] in ("", "\n")
    return Surroundings(fold(segment), fold(_tail(segment, _CLAUSE_ENDS)), fold(after[:stop]), opening)


def classes(figure: Figure, here: Surroundings) -> frozenset[str]:
    """Return the classes of words that make the figure another quantity, with what each 每 says.

    >>> figure = Figure(6, 9, "30名", 30, "名", 30, "名", "count", "招生")
    >>> sorted(classes(figure, Surroundings("", "2024年计划招生", "", True)))
    ['planned']
    """
    words = f"{here.clause}|{fold(figure.indicator)}|{fold(figure.scope)}"
    found = {name for name, pattern in _CLASS_PATTERNS.items() if pattern.search(words)}
    # 按发货口径 and 上期 at the head of a sentence hold for all of it.
    found |= {name for name in _FOR_ALL if _CLASS_PATTERNS[name].search(here.segment.partition(",")[0][:_OPENING])}
    return frozenset(found | {match[0] for match in _CLASS_PATTERNS["each"].finditer(words)} - {"each"})


def years(figure: Figure, here: Surroundings, document: Document) -> frozenset[str]:
    """Return the years that a figure is of, by its scope, its clause or its headings, save the report's own.

    >>> report = Document("r.txt", "", "", year=2023)
    >>> figure = Figure(0, 4, "402人", 402, "人", 402, "人", "count", "乡村医生", "2022年末")
    >>> years(figure, Surroundings("", "", "", True), report)
    frozenset({'2022'})
    """
    own = str(document.year)
    said = (fold(figure.scope), here.clause, *map(fold, reversed(figure.section)))
    words = next((words for words in said if _YEAR.search(words)), "")
    words = _SCHOOL_YEAR.sub(lambda match: "" if own in match.groups() else match[0], words)
    return frozenset(_YEAR.findall(words)) - {own}


def governor(figure: Figure, here: Surroundings) -> str:
    """Return the words of the clause that neither name the figure nor only bind it: what is done with what it counts.

    >>> figure = Figure(6, 9, "28个", 28, "个", 28, "个", "count", "国家")
    >>> [governor(figure, Surroundings("", clause, "国家", True)) for clause in ("产品远销到", "全市共有")]
    ['产品远销', '']
    """
    clause = here.clause
    named = (fold(figure.indicator), *re.split("[；;]", fold(figure.scope)))
    for words in sorted(filter(None, named), key=len, reverse=True):
        clause = clause.replace(words, "|")
    # Words in brackets qualify what stands before them.
    clause = re.sub(r"\([^()]{0,40}\)", "", clause)
    return "".join(word for word, _ in tagged(clause) if _governs(word))


def contests(figure: Figure) -> frozenset[str]:
    """Return the contests that the heading over a figure names.

    >>> figure = Figure(0, 2, "1项", 1, "项", 1, "项", "count", "一等奖", section=("二、成绩", "1.技能大赛"))
    >>> contests(figure)
    frozenset({'技能大赛'})
    """
    return frozenset(_CONTEST.findall(fold(figure.section[-1]))) if figure.section else frozenset()


def headed(figure: Figure) -> frozenset[str]:
    """Return the bodies that the headings over a figure name: what stands under 二、信息工程学院 is that college's.

    >>> headed(Figure(0, 2, "1项", 1, "项", 1, "项", "count", section=("一、概况", "（二）信息工程学院")))
    frozenset({'信息工程学院'})
    """
    titles = (_NUMBERING.sub("", fold(title)) for title in figure.section)
    return frozenset(title for title in titles if title.endswith(ORGANISATIONS) or title.endswith(tuple(REGIONS)))


def _governs(word: str) -> bool:
    bound = word in LINKING or word in TRAILING or word in ADVERBS
    return not (bound or ALL_OF_IT.fullmatch(word) or GENERAL_WORDS.match(word) or word == "的")


def _tail(text: str, stops: frozenset[str]) -> str:
    at = next((at for at in range(len(text) - 1, -1, -1) if text[at] in stops and not _in_number(text, at)), -1)
    return text[at + 1 :].strip()


def _in_number(text: str, at: int) -> bool:
    return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
