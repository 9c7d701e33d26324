"""What a question asks for: the kind of thing, its unit, the year and place it names, and the words that matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from reportqa.asking.intent import NUMBERS
from reportqa.asking.intent import chances as kind_chances
from reportqa.asking.kinds import HOW_MANY, NUMERIC, Asked, asks_several, is_cued, kind_asked, unit_asked
from reportqa.asking.lexicon import rewrite, synonyms
from reportqa.asking.spelling import respell
from reportqa.errors import InputError
from reportqa.text.aliases import Group, named, unified
from reportqa.text.bodies import COMPANIES, HEALTH, SCHOOLS, one_of
from reportqa.text.folding import fold
from reportqa.text.forms import COUNTERS, OWN, WHOLE, YEAR
from reportqa.text.patterns import lazy
from reportqa.text.records import Figure
from reportqa.text.tags import tagged
from reportqa.text.words import bigrams, content_words, cut, frequency

MAX_QUESTION = 500
# A word that jieba's dictionary counts less often than this, before 县 or 区, is a name.
_RARE = 300

_ASKS_NUMBER = lazy(HOW_MANY)
_EACH = lazy(rf"(?P<names>.+?)(?:各自?|分别)(?:有|是|为|占|达)?(?P<rest>{HOW_MANY}.*)")
# 23年招生多少: at the beginning a year; later it may be how long something took.
_SHORT_YEAR = lazy(r"^(?=[1-3]\d年(?![级制来间以之前后内里多共]))")
_AMOUNT = rf"[\d.%‰万亿千余多元类平公{COUNTERS}]"
_YEAR = lazy(rf"(?<!\d)({YEAR})(?=\s*(?:学?年|级|届|[-—~至到]))|(?<!\d)(20\d\d)(?!{_AMOUNT})")
_YEARS_SAID = lazy(r"\d+年度?[初中末底]?|[今去前]年|[上本]一?学?年度?|[年月日]")
_RELATIVE_YEARS = (
    ("前年", -2),
    ("去年|(?:上一?|前一)年(?:度)?(?!级)|上一?学年", -1),
    ("今年|本学?年|最新|最近一年", 0),
)
_PLACE = lazy(r"[\u4e00-\u9fff]{2,4}(?:自治区|自治州|新区|[省市区县州旗乡镇村]|街道)")
_ASKING_PLACE = lazy(r"[哪几多少各每个]")
_LEADING = lazy(r"^[到去往在于跟为当从由归给]")
_SUFFIXES = frozenset("省市区县州旗乡镇村")
_GOES_ON = (
    r"[\dA-Za-z%.-]|[一二三四五六七八九十]+月|[和与跟及、比至到]"
    rf"|[\u4e00-\u9fff]{{0,6}}(?:{one_of(*SCHOOLS, *HEALTH, *COMPANIES)}|中心|[局委馆所])"
)
_NO_PLACE = lazy(
    rf"{WHOLE}|{OWN}|[这那各该我]?个?(?:地区|片区)|[社园校景辖小灾老疫牧林矿库]区|[省市区县]级|[省市区县]级行政[区村]|行政[区村]|城[市区]|[上入夜超菜集]市|(?:示范|开发|试验|工业)区"
)
_SPACES = lazy(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_POLITE = lazy(
    r"^(?:请问一?下?|麻烦问一?下|我?想(?:知道|了解|问)(?:一下)?|帮我?(?:查|看)(?:一?下)?|告诉我|问一下)[，,：:]?"
)
_PARTICLES = lazy(r"[哦哟呢啊呀嘞喔咯噻哈吧的]*[？?。.！!]*$")


_FIGURE_KINDS = {"percent": "percent", "money": "money", "date": "date"}


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
        return is_cued(self.asked, clause)


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
    asked = kind_asked(bare, folded, chances)
    return Question(
        text=text,
        plain=plain,
        asked=asked,
        several=asks_several(bare),
        unit=unit_asked(plain) if asked in ("count", "quantity", "duration", "percent") else "",
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


def _says_more(place: str) -> bool:
    """Tell whether what looks like a place's name has a word that no name has: a verb, a number, how something is."""
    return any(tag[0] in "lmpdua" or (tag[0] == "v" and len(word) > 1) for word, tag in tagged(place, guessed=True))


def _places(bare: str) -> tuple[str, ...]:
    """Return the districts, counties, cities, provinces and townships named, by their full names.

    A name that jieba does not know comes as a word and a suffix: 青禾 + 县; so do words that are no name: 集采 + 省.
    """
    # 年 is no part of a name: 2024年青禾区.
    pieces = [word for part in _YEARS_SAID.split(bare) for word in cut(part)]
    joined = [a + b for a, b in pairwise(pieces) if b in _SUFFIXES and len(a) > 1 and frequency(a) < _RARE]
    found = [word for word in (*pieces, *joined) if _PLACE.fullmatch(word) and not _NO_PLACE.search(word)]
    whole = [_LEADING.sub("", place) for place in found if not _ASKING_PLACE.search(place)]
    named = [place for place in whole if _PLACE.fullmatch(place) and not _says_more(place)]
    return tuple(place for place in named if not any(place != other and place in other for other in named))
