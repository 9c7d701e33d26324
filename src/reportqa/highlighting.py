"""Which words of a passage carry the answer: the clause of a figure, or the run of clauses closest to the question."""

from __future__ import annotations

import re

from reportqa.questions import Question
from reportqa.retrieval import Candidate, ScoredUnit

# A neighbouring clause belongs to the answer where it is nearly as close to the question as the best one (cosine units,
# where clauses of one passage spread over about 0.1).
_NEAR = 0.03
_COVERAGE = 0.12
_CUE = 0.03
_CUES = {
    "reason": re.compile(
        r"由于|因为|因此|鉴于|为了|原因|究其|受[^，。]{1,10}影响|导致|背景下|为躲避|为避免|随着|出于|旨在|以便"
    ),
    "method": re.compile(
        r"通过|采取|采用|措施|办法|方式|[一二三四五六七八九]是|首先|其次|加强|建立|开展|实行|推进|完善"
    ),
    "list": re.compile(r"、|”“|》《|[一二三四五六七八九]是"),
    "who": re.compile(r"由|负责|担任|任|主任|书记|局长|校长|院长|主席|先生|女士|教授|人"),
    "where": re.compile(r"位于|在|来自|赴|前往|地处|设在|省|市|区|县|国|镇|村"),
    "which": re.compile(r"公司|集团|中心|学校|学院|大学|医院|局|委|部|处|站|馆|银行|协会|“|《"),
    "date": re.compile(r"\d+年|\d+月|\d+日"),
}
_ENUMERATION = re.compile(
    r"^(?:[一二三四五六七八九十]是|首先|其次|再次|最后|此外|第[一二三四五六七八九十]|[（(]\d[）)]|[①-⑩])"
)


def unit_score(question: Question, candidate: Candidate, unit: ScoredUnit) -> float:
    """Return how well a sentence or clause answers, in units of cosine: meaning, shared words, words of the kind asked."""
    cue = _CUES.get(question.asked)
    text = candidate.passage.prose.text[unit.start : unit.end]
    return unit.cosine + _COVERAGE * unit.coverage + (_CUE if cue and cue.search(text) else 0.0)


def best_sentence(question: Question, candidate: Candidate) -> ScoredUnit:
    """Return the sentence of a passage that answers best."""
    sentences = [unit for unit in candidate.units if unit.whole]
    return max(sentences, key=lambda unit: unit_score(question, candidate, unit))


def best_run(question: Question, candidate: Candidate) -> tuple[int, int]:
    """Return the range of a passage's running text that answers best: neighbouring clauses of one sentence.

    An enumeration (一是…；二是…) is taken whole where a way, a reason or a list is asked for.
    """
    clauses = sorted((unit for unit in candidate.units if not unit.whole), key=lambda unit: unit.start)
    scores = [unit_score(question, candidate, clause) for clause in clauses]
    best = max(range(len(clauses)), key=scores.__getitem__)
    sentence = next(u for u in candidate.units if u.whole and u.start <= clauses[best].start < u.end)
    if question.asked in ("method", "list", "reason", "description"):
        enumeration = _enumeration(candidate, clauses, best)
        if enumeration:
            return enumeration
    first = last = best
    while first > 0 and clauses[first - 1].start >= sentence.start and scores[first - 1] >= scores[best] - _NEAR:
        first -= 1
    while (
        last + 1 < len(clauses) and clauses[last + 1].end <= sentence.end and scores[last + 1] >= scores[best] - _NEAR
    ):
        last += 1
    return clauses[first].start, clauses[last].end


def _enumeration(candidate: Candidate, clauses: list[ScoredUnit], best: int) -> tuple[int, int] | None:
    """Return the whole enumeration that the best clause belongs to or introduces, None where there is none."""
    text = candidate.passage.prose.text
    heads = [i for i, clause in enumerate(clauses) if _ENUMERATION.match(text[clause.start : clause.end])]
    if len(heads) < 2 or best < heads[0] - 1:
        return None
    return clauses[heads[0]].start, clauses[-1].end
