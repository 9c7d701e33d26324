"""The record of one check: what was compared, with which arithmetic, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from reportqa.text.records import Figure

FindingKind = Literal["contradiction", "sum", "part", "share", "per head", "ratio"]
Verdict = Literal["holds", "does not hold", "cannot be checked"]

_VERDICTS: dict[Verdict, str] = {"holds": "一致", "does not hold": "不一致", "cannot be checked": "无法核对"}
_KINDS: dict[FindingKind, str] = {
    "contradiction": "前后说法",
    "sum": "合计",
    "part": "部分与整体",
    "share": "占比",
    "per head": "人均",
    "ratio": "比",
}
_ORDER: tuple[Verdict, ...] = ("does not hold", "holds", "cannot be checked")


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison of a report's figures with each other.

    ``figures`` are those of ``expression``, the one that is checked first. ``other_base`` is True where a rate holds,
    but on another base than the one that the report names.
    """

    kind: FindingKind
    verdict: Verdict
    expression: str
    figures: tuple[Figure, ...]
    explanation: str
    other_base: bool = False

    @property
    def verdict_text(self) -> str:
        """The verdict as a reader sees it.

        >>> Finding("share", "holds", "7 ÷ 783 = 0.89%", (), "", other_base=True).verdict_text
        '一致（另一口径）'
        """
        return _VERDICTS[self.verdict] + ("（另一口径）" if self.other_base else "")

    @property
    def kind_text(self) -> str:
        """The kind as a reader sees it.

        >>> Finding("sum", "holds", "2 + 5 = 7", (), "").kind_text
        '合计'
        """
        return _KINDS[self.kind]

    @property
    def order(self) -> tuple[int, int, int]:
        """Where the finding stands in a list: contradictions, what does not hold, the rest; then by place."""
        first = self.figures[0].start if self.figures else 0
        return (self.kind != "contradiction", _ORDER.index(self.verdict) + self.other_base, first)

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object of ``check --format jsonl``."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "verdict_text": self.verdict_text,
            "other_base": self.other_base,
            "expression": self.expression,
            "explanation": self.explanation,
            "figures": [figure.to_record() for figure in self.figures],
        }
