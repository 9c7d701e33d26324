"""What each measure of answer quality means: pure functions of one gold question and one answer record.

A measure that does not apply to a question gives None. Means over questions are taken in :mod:`.running`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reportqa.text.records import Answer, Citation, Figure

# A citation is judged by what a reader sees of it at once, and hits where it shows most of one piece of evidence.
SEEN = 500
HIT = 0.6
_NUMERIC = frozenset({"number", "percent", "money", "area", "date"})
_NEGATIVE = re.compile(r"不|没|否|未")
_ITEM_MARKS = re.compile(r"[、，；,;]|以及|和")
_BRACKETS = re.compile(r"（[^）]*）|\([^)]*\)|等$|等\d+个.*$")


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """One line of a question set: evidence as (document, start, end) spans, answers and figures as written there."""

    id: str
    question: str
    type: str
    evidence: tuple[tuple[str, int, int], ...]
    quotes: tuple[str, ...]
    answers: tuple[str, ...]
    figures: tuple[Mapping[str, Any], ...] = field(default=())


def rank_of_evidence(gold: GoldQuestion, answer: Answer) -> int | None:
    """Return the 1-based rank of the first citation that shows a piece of evidence, None where none does."""
    return next((citation.rank for citation in answer.citations if _hits(citation, gold.evidence)), None)


def recall_at(depth: int) -> Callable[[GoldQuestion, Answer], float | None]:
    """Return the measure R@depth: 1 where a citation of rank ``depth`` or better shows the evidence."""

    def measure(gold: GoldQuestion, answer: Answer) -> float | None:
        rank = rank_of_evidence(gold, answer)
        return None if gold.type == "unanswerable" else float(rank is not None and rank <= depth)

    return measure


def reciprocal_rank(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return one over the rank of the evidence, 0 beyond the tenth citation."""
    rank = rank_of_evidence(gold, answer)
    return None if gold.type == "unanswerable" else 1 / rank if rank and rank <= 10 else 0.0


def first_figure(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return 1 where the first figure of the answer is the gold one."""
    if gold.type not in _NUMERIC or not gold.figures:
        return None
    got = [cited.figure for cited in answer.figures[:1]]
    if gold.type == "date":
        return float(any(_plain(figure.text) == _plain("".join(g["text"] for g in gold.figures)) for figure in got))
    return float(any(same_figure(figure, gold.figures[0]) for figure in got))


def figure_in_answer(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return 1 where every gold figure stands in the short answer."""
    if gold.type not in _NUMERIC or not gold.figures:
        return None
    return float(all(_plain(figure["text"]) in _plain(answer.answer) for figure in gold.figures))


def conflict_shown(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return 1 where a contradiction is reported with both values, and both places are cited."""
    if gold.type != "conflict":
        return None
    cited = [span for span in gold.evidence if any(_hits(citation, [span]) for citation in answer.citations)]
    values = [any(same_figure(cited.figure, wanted) for cited in answer.figures) for wanted in gold.figures]
    return float(bool(answer.conflicts) and all(values) and len(cited) >= 2)


def derived_value(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return 1 where the computed value is within 0.6 % of the gold one, with its arithmetic."""
    if gold.type != "derived":
        return None
    wanted, said = (re.findall(r"\d+(?:\.\d+)?", _plain(text)) for text in (gold.answers[0], answer.answer))
    near = wanted and any(abs(float(one) - float(wanted[0])) <= 0.006 * float(wanted[0]) for one in said)
    return float(bool(near) and answer.derivation is not None)


def right_verdict(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return 1 where 是 or 否 is right."""
    if gold.type != "yesno":
        return None
    return float(answer.verdict == ("否" if _NEGATIVE.match(gold.answers[0]) else "是"))


def items_f1(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return the F1 of the members named, one counted where it contains the other or is contained in it."""
    if gold.type not in ("list", "entity"):
        return None
    wanted, said = _items(gold.answers[0]), _items(answer.answer)
    found = sum(any(w in s or s in w for s in said) for w in wanted) / max(1, len(wanted))
    right = sum(any(w in s or s in w for w in wanted) for s in said) / max(1, len(said))
    return _f1(found, right)


def highlight_f1(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return the F1, in characters, of what is highlighted in as many citations as there are pieces of evidence."""
    if gold.type == "unanswerable":
        return None
    shown = [(c.document, span) for c in answer.citations[: len(gold.quotes)] for span in c.highlights]
    marked = sum(len(span) for _, span in shown)
    covered = sum(
        _overlap(span.start, span.end, start, end)
        for document, span in shown
        for name, start, end in gold.evidence
        if name == document
    )
    recall = min(1.0, covered / max(1, sum(map(len, gold.quotes))))
    return _f1(recall, min(1.0, covered / marked) if marked else 0.0)


def abstained(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return 1 where a question without an answer in the report is refused."""
    return float(answer.status == "not_found") if gold.type == "unanswerable" else None


def answered(gold: GoldQuestion, answer: Answer) -> float | None:
    """Return 1 where a question with an answer in the report is not refused."""
    return None if gold.type == "unanswerable" else float(answer.found)


MEASURES: Mapping[str, Callable[[GoldQuestion, Answer], float | None]] = {
    "R@1": recall_at(1),
    "R@3": recall_at(3),
    "R@5": recall_at(5),
    "MRR@10": reciprocal_rank,
    "figure@1": first_figure,
    "figure in answer": figure_in_answer,
    "conflict": conflict_shown,
    "derived": derived_value,
    "items F1": items_f1,
    "yes or no": right_verdict,
    "highlight F1": highlight_f1,
    "abstain": abstained,
    "answered": answered,
}


def _hits(citation: Citation, evidence: Iterable[tuple[str, int, int]]) -> bool:
    end = min(citation.end, citation.start + SEEN)
    return any(
        name == citation.document and _overlap(start, stop, citation.start, end) >= HIT * (stop - start)
        for name, start, stop in evidence
    )


def _overlap(a: int, b: int, c: int, d: int) -> int:
    return max(0, min(b, d) - max(a, c))


def same_figure(figure: Figure, gold: Mapping[str, Any]) -> bool:
    """Tell whether a figure is the gold one: the same text, or the same value in the same unit."""
    if _plain(figure.text) == _plain(gold["text"]):
        return True
    try:
        return float(figure.value) == float(gold["value"]) and _plain(figure.unit) == _plain(gold["unit"])  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _items(answer: str) -> list[str]:
    parts = _ITEM_MARKS.split(_BRACKETS.sub("", answer))
    return [part for part in (re.sub(r"[“”\"'《》。]", "", _plain(part)) for part in parts) if part]


def _plain(text: str) -> str:
    return re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text))


def _f1(recall: float, precision: float) -> float:
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0
