"""What a run came to, in numbers and in the rows that a person should look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportqa.batch.rows import AnsweredRow, Duplicate

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run: how many rows came to what, and the numbers of the rows to look at."""

    total: int
    answered: int
    not_found: int
    errors: tuple[int, ...] = ()
    unclear: tuple[int, ...] = ()
    conflicting: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()
    reviewed: tuple[int, ...] = ()
    outdated: tuple[int, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Say it in Chinese, a line for each thing there is to say.

        >>> Summary(3, 2, 0, errors=(2,)).lines()
        ['共 3 条：有答案 2 条，报告里没有 0 条，读不出 1 条。', '读不出：第 2 条。']
        """
        counts = f"有答案 {self.answered} 条，报告里没有 {self.not_found} 条，读不出 {len(self.errors)} 条"
        named = (
            ("读不出", self.errors),
            ("问得太笼统", self.unclear),
            ("报告前后矛盾", self.conflicting),
            (f"把握不大，请核对（{len(self.doubtful)} 条）", self.doubtful),
            ("用了审核过的答案", self.reviewed),
            ("待复核（原文已变）", self.outdated),
            ("重复的问题", [one for one in self.duplicates if one.exact]),
            ("相近的问题", [one for one in self.duplicates if not one.exact]),
        )
        return [
            f"共 {self.total} 条：{counts}。",
            *(f"{what}：{_listed(which)}。" for what, which in named if which),
            *self.notes,
        ]


def summarise(rows: Sequence[AnsweredRow], notes: tuple[str, ...] = ()) -> Summary:
    """Count what the rows of a run came to."""
    return Summary(
        total=len(rows),
        answered=sum(one.answer.found for one in rows),
        not_found=sum(one.answer.status == "not_found" for one in rows),
        errors=_which(one for one in rows if one.answer.status == "error"),
        unclear=_which(one for one in rows if one.answer.status == "unclear"),
        conflicting=_which(one for one in rows if one.answer.conflicts),
        doubtful=_which(one for one in rows if one.doubtful),
        reviewed=_which(one for one in rows if one.reviewed),
        outdated=_which(one for one in rows if one.outdated),
        duplicates=tuple(one.duplicate for one in rows if one.duplicate),
        notes=notes,
    )


def _which(rows: Iterable[AnsweredRow]) -> tuple[int, ...]:
    return tuple(one.row.number for one in rows)


def _listed(rows: Sequence[int | Duplicate]) -> str:
    shown = (f"{one.row}（同 {one.of}）" if isinstance(one, Duplicate) else str(one) for one in rows[:_SHOWN])
    return f"第 {'、'.join(shown)} 条" + (f" 等 {len(rows)} 条" if len(rows) > _SHOWN else "")
