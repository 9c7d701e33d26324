"""Whether the report bears out a drafted sentence: each check gives the reason to leave it out, or ""."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reportqa.asking.question import MAX_QUESTION
from reportqa.qa import ReportQA
from reportqa.text.folding import fold
from reportqa.text.records import Derivation
from reportqa.text.words import bigrams, content_words
from reportqa.writing.evidence import Evidence
from reportqa.writing.names import names
from reportqa.writing.numbers import unfounded_number
from reportqa.writing.sentences import Drafted
from reportqa.writing.sums import without_sums

# How much of a sentence's words its citations must say, by characters; every noun they must.
_SAID = 0.75
# How likely a cited passage must have the answer when it is asked what the sentence says: the score of a citation.
_RELEVANT = 0.5
_LOOKED_AT = 30
_CLAUSE = re.compile(r"[^，。；：！？,;:!?\n]+")
# What turns a clause round. 不少于 and the like are amounts, 不断 is none.
_TURNS = tuple(
    map(
        re.compile,
        (
            r"增|升|提高|上调|涨|扩大|改善|好转|高于|多于",
            r"降|减|跌|下调|下滑|缩|回落|收窄|低于|少于|比\S{1,6}少",
            r"没|未(?!来|成年)|不(?!断|仅|但|只|同|错|低于|少于|超过|到)|无(?!偿|人机|障碍|论)|尚|停止|取消|禁",
        ),
    )
)
_ALIKE = 0.5


def fault(qa: ReportQA, drafted: Drafted, passages: Mapping[int, Evidence], derivation: Derivation | None) -> str:
    """Return why a drafted sentence is left out, "" where its citations bear it out."""
    if not drafted.citations:
        return "没有出处"
    if not set(drafted.citations) <= set(passages):
        return "出处不在引文里"
    cited = [passages[rank] for rank in drafted.citations]
    return (
        unfounded_number(drafted.text, cited, derivation)
        or ("" if _said(drafted.text, cited) else "有引文没有说的内容")
        or ("说法和引文相反" if _turned(drafted.text, cited) else "")
        or ("" if _accepted(qa, drafted.text, cited) else "引文不支持")
    )


def _said(text: str, cited: Sequence[Evidence]) -> bool:
    """Tell whether the citations have the words of a sentence, numbers aside."""
    spoken = fold(" ".join(f"{one.over} {one.prose.text}" for one in cited))
    words = [word for word in content_words(text) if not re.search(r"\d", word)]
    said = sum(len(word) for word in words if word in spoken)
    return said >= _SAID * sum(map(len, words)) and all(name in spoken for name in names(text))


def _turned(text: str, cited: Sequence[Evidence]) -> bool:
    """Tell whether a clause rises, falls or denies where the clause of the citations that is most like it does not."""
    clauses = [clause for one in cited for clause in _CLAUSE.findall(fold(one.prose.text))]
    return any(_differ(clause, clauses) for clause in _CLAUSE.findall(fold(without_sums(text))))


def _differ(clause: str, clauses: Sequence[str]) -> bool:
    pairs = set(bigrams(clause))
    shared, like = max(((len(pairs & set(bigrams(one))), one) for one in clauses), key=lambda pair: pair[0])
    close = shared >= _ALIKE * len(pairs)
    mine, its = ([bool(turn.search(one)) for turn in _TURNS] for one in (clause, like))
    return any(has and not had for has, had in zip(mine, its, strict=True)) or (close and mine != its)


def _accepted(qa: ReportQA, text: str, cited: Sequence[Evidence]) -> bool:
    """Tell whether one of the citations is found, and found relevant, when the report is asked what a sentence says."""
    if len(text) > MAX_QUESTION:
        return False
    found = qa.ask(text, _LOOKED_AT, documents=sorted({one.citation.document for one in cited})).citations
    places = {(one.citation.document, one.citation.start) for one in cited}
    return any(one.score >= _RELEVANT for one in found if (one.document, one.start) in places)
