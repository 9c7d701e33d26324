"""An answered row as the cells of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportqa.batch.columns import as_text
from reportqa.batch.excerpts import excerpt_text
from reportqa.batch.reviewed import QUESTION, REVIEWED, SOURCE, source_digest
from reportqa.batch.rows import AnsweredRow
from reportqa.batch.several import sources
from reportqa.output.sheets import CellValue
from reportqa.output.wording import (
    NEAREST,
    STATUS,
    arithmetic,
    contradictions,
    figures_words,
    headline,
    place_words,
    section_words,
)
from reportqa.text.records import Citation

QUOTE, PLACE, NOTE = "原句", "出处", "提示"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answer table: its name, its width in characters, and what stands in it."""

    name: str
    width: int
    value: Callable[[AnsweredRow], CellValue]


def answer_columns(others: Sequence[str]) -> list[Column]:
    """Return the columns of the one table that holds everything, then those of the question list."""
    return [*_READ, *_MORE, *_beside(others)]


def review_columns(others: Sequence[str]) -> list[Column]:
    """Return the columns of the sheet that is read, printed and reviewed; the last two are for its reading back."""
    first, check, question, *_ = _READ
    return [
        *(first, check, question),
        Column("答案", 26, answer_text),
        Column(REVIEWED, 16, lambda one: one.reviewed),
        Column(QUOTE, 44, _quoted),
        Column(PLACE, 24, _cited(place_words)),
        Column(NOTE, 16, note_text),
        *_beside(others),
        Column(SOURCE, 18, lambda one: source_digest(one.answer)),
    ]


def detail_columns() -> list[Column]:
    """Return the columns of the sheet that says the rest of each row."""
    first, _, question, _, status = _READ
    return [first, question, status, *_MORE[:-1]]


def note_text(one: AnsweredRow) -> str:
    """Return what a person should know of a row: its message, and whether it is asked twice."""
    return "；".join(filter(None, (one.answer.message, str(one.duplicate) if one.duplicate else "")))


def answer_text(one: AnsweredRow) -> str:
    """Return the answer, with the arithmetic that it came by."""
    derived = arithmetic(one.answer.derivation)
    return f"{headline(one.answer)}（{derived}）" if derived else headline(one.answer)


def remarks(one: AnsweredRow) -> str:
    """Return in one line what a reader must know beside the answer, and what the list has beside the question."""
    conflicts = contradictions(one.answer)
    beside = (f"{name}：{text}" for name, value in one.row.others.items() if (text := as_text(value)))
    return "；".join(filter(None, (conflicts and f"前后矛盾：{conflicts}", note_text(one), *beside)))


def _beside(others: Sequence[str]) -> list[Column]:
    """Make the columns of the question list; one that is called like one of ours gets a mark."""
    taken = {REVIEWED, SOURCE, QUOTE, PLACE, *(column.name for column in (*_READ, *_MORE))}
    return [Column(f"{name}（原表）" if name in taken else name, 16, _other(name)) for name in others]


def _other(name: str) -> Callable[[AnsweredRow], CellValue]:
    def read(one: AnsweredRow) -> CellValue:
        value = one.row.others.get(name)
        # A spreadsheet keeps 15 digits of a number: a longer one, of a card or a telephone, stays text.
        number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15
        return value if number else as_text(value)  # type: ignore[return-value]

    return read


def _cited(value: Callable[[Citation], CellValue]) -> Callable[[AnsweredRow], CellValue]:
    """Read a cell off every citation that an answer stands on."""

    def read(one: AnsweredRow) -> CellValue:
        values = [value(citation) for citation in sources(one.answer)]
        if len(values) == 1:
            return values[0]
        return "\n".join(str(value) for value in values)

    return read


def _quoted(one: AnsweredRow) -> str:
    nearest = [] if one.answer.found or not one.answer.citations else [NEAREST]
    return "\n".join([*nearest, *map(excerpt_text, sources(one.answer))])


_READ = (
    Column("序号", 6, lambda one: one.row.number),
    Column("核对", 9, lambda one: one.to_check),
    Column(QUESTION, 24, lambda one: one.row.question),
    Column("答案", 30, lambda one: one.answer.answer),
    Column("状态", 10, lambda one: STATUS[one.answer.status]),
)
_MORE = (
    Column("判断", 6, lambda one: one.answer.verdict or ""),
    Column("置信度", 7, lambda one: round(one.answer.confidence, 2)),
    Column("数据", 26, lambda one: figures_words(one.answer)),
    Column("引文", 56, _cited(lambda citation: citation.text)),
    Column("章节", 24, _cited(lambda citation: section_words(citation.section))),
    Column("段落", 6, _cited(lambda citation: citation.paragraph)),
    Column("文件", 22, _cited(lambda citation: citation.document)),
    Column("矛盾", 18, lambda one: contradictions(one.answer)),
    Column("计算", 18, lambda one: arithmetic(one.answer.derivation)),
    Column(NOTE, 24, note_text),
)
