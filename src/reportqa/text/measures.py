"""Measure words that no list has: 诊次, 床日, 纱锭. Reports of every field have their own."""

from __future__ import annotations

from reportqa.text.patterns import lazy
from reportqa.text.tags import dictionary_tag

# Any action can be counted: 320万诊次, 4,512艘次. 3次性 and 2再次 are other words.
_TIMES = r"(?<![a-z])[一-龥]次(?![一-龥]{0,1}[性级要])(?![生年日序元区高干贷])"
_NO_ACTION = "第每再首多其这此那某上下本各两三几数一二今年月日号名依档层批屡频初主个份，。"
_ACTION = lazy(rf"(?![{_NO_ACTION}]){_TIMES}")
# What is counted for a time, or over a way: 床日, 台班, 车公里.
_FOR = lazy(
    r"次(?![性级要生年日序元区高干贷])|日(?![均常内前后报益程期历记志产照本元语光用游电报])"
    r"|班(?![子级组车次长主会])|公里|小时"
)
_LASTING = frozenset("人床台车船架间户例辆班件艘吨套")
# A word of one or two characters between a number and the end of its clause.
_LAST_WORD = lazy(r"(?P<word>[一-龥]{1,2})(?= *(?:$|[，。；、,;!)|]|[和与及]))")
_NO_MEASURE = lazy(
    r"[年月日时分秒号级版型期届代线路楼室房区段季前后左右上下多余来起以之不等元角度位了的地得是为也都即]"
    r"|[同环]比|增长|下降|提高"
)


def counted_action(text: str, position: int) -> int | None:
    """Return where a measure word of the form X次 ends that begins at ``position``, or None.

    >>> counted_action("诊次，", 0), counted_action("再次，", 0), counted_action("床位", 0)
    (2, None, None)
    """
    found = _ACTION.match(text, position)
    return found.end() if found else None


def lasting(unit: str, text: str, position: int) -> int | None:
    """Return where a measure word goes on from ``unit`` with a time or a way, or None.

    >>> lasting("床", "床日，", 1), lasting("台", "台日均", 1), lasting("册", "册次", 1)
    (2, None, 2)
    """
    found = _FOR.match(text, position)
    return found.end() if found and (unit in _LASTING or found[0] == "次") else None


def last_word(text: str, position: int, any_noun: bool = True) -> int | None:
    """Return where a word ends that stands alone between a number and the end of its clause, or None.

    >>> last_word("纱锭，", 0), last_word("增长，", 0), last_word("年，", 0), last_word("个学校", 0)
    (2, None, None, None)

    A noun there is taken for the measure word that it may well be; without ``any_noun`` only a measure word is.
    """
    found = _LAST_WORD.match(text, position)
    if found is None or _NO_MEASURE.search(found["word"]):
        return None
    tag = dictionary_tag(found["word"])
    measure = tag is not None and tag.startswith("q")
    return found.end() if measure or (any_noun and (tag is None or tag.startswith("n"))) else None
