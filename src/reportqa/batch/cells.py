"""An answered row as the cells of a table, and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reportqa.batch.columns import as_text
from reportqa.batch.limits import MAX_CELL
from reportqa.batch.reviewed import QUESTION, REVIEWED, SOURCE, source_digest, sources
from reportqa.batch.rows import AnsweredRow
from reportqa.output.wording import STATUS, arithmetic, contradictions, figures_words, section_words
from reportqa.text.records import Citation

CellValue = str | int | float
DOUBTFUL = "把握不大，请核对"
# No XML file can hold these, and no reader misses them; a spreadsheet that starts a cell with one may skip it.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answer table: its name, its width in characters, and what stands in it."""

    name: str
    width: int
    value: Callable[[AnsweredRow], CellValue]


def clean(text: str) -> str:
    r"""Take out the characters that XML cannot hold, make line ends one kind, and cut what is longer than a cell.

    >>> clean("招生\x006191人")
    '招生6191人'
    """
    text = _ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def answer_columns(others: Sequence[str]) -> list[Column]:
    """Return the columns of the answer table, then those of the question list.

    A column of the list that is called like one of ours gets a mark.
    """
    taken = {REVIEWED, SOURCE, *(column.name for column in _COLUMNS)}
    return [*_COLUMNS, *(Column(f"{name}（原表）" if name in taken else name, 16, _beside(name)) for name in others)]


def review_columns(others: Sequence[str]) -> list[Column]:
    """Return the columns of a sheet that a person reviews: one more to fill in, and at the end the source's digest."""
    first, question, answer, *more = answer_columns(others)
    reviewed = Column(REVIEWED, 20, lambda one: one.reviewed)
    return [first, question, answer, reviewed, *more, Column(SOURCE, 18, lambda one: source_digest(one.answer))]


def note_text(one: AnsweredRow) -> str:
    """Return what a person should know of a row: whether to look at it, its message, and whether it is asked twice."""
    doubt = DOUBTFUL if one.doubtful else ""
    return "；".join(filter(None, (doubt, one.answer.message, str(one.duplicate) if one.duplicate else "")))


def details(one: AnsweredRow) -> Iterator[tuple[str, str]]:
    """Yield what belongs to the answer, each with its label; what there is not is left out."""
    answer = one.answer
    yield "状态", STATUS[answer.status]
    if answer.found:
        yield "置信度", f"{answer.confidence:.2f}"
    others: tuple[tuple[str, str], ...] = (
        ("数据", figures_words(answer)),
        ("计算", arithmetic(answer.derivation)),
        ("前后矛盾", contradictions(answer)),
        ("提示", note_text(one)),
        *((name, as_text(value)) for name, value in one.row.others.items()),
    )
    yield from ((label, text) for label, text in others if text)


def _beside(name: str) -> Callable[[AnsweredRow], CellValue]:
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


_COLUMNS = (
    Column("序号", 6, lambda one: one.row.number),
    Column(QUESTION, 28, lambda one: one.row.question),
    Column("答案", 30, lambda one: one.answer.answer),
    Column("状态", 9, lambda one: STATUS[one.answer.status]),
    Column("判断", 6, lambda one: one.answer.verdict or ""),
    Column("置信度", 7, lambda one: round(one.answer.confidence, 2)),
    Column("数据", 26, lambda one: figures_words(one.answer)),
    Column("引文", 56, _cited(lambda citation: citation.text)),
    Column("章节", 24, _cited(lambda citation: section_words(citation.section))),
    Column("段落", 6, _cited(lambda citation: citation.paragraph)),
    Column("文件", 22, _cited(lambda citation: citation.document)),
    Column("矛盾", 18, lambda one: contradictions(one.answer)),
    Column("计算", 18, lambda one: arithmetic(one.answer.derivation)),
    Column("提示", 24, note_text),
)
