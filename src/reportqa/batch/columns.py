"""Tables to questions: which row is the header, and which column asks."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# What a question column is called, the surest name first.
NAMES = (
    "问题", "question", "提问", "问句", "题目", "问题内容", "问题描述", "问题名称", "常见问题", "咨询问题", "用户问题",
    "标准问题", "咨询内容", "提问内容", "题干", "问", "q", "questions", "query", "faq",
)  # fmt: skip
# A header may stand under a title.
_HEADER_ROWS = 10
_ASKS = re.compile(r"[?？]\s*$|什么|多少|几[个所名人家项次年门]|哪|谁|怎|如何|为何|是否|有没有|是不是|吗\s*$|呢\s*$")

Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the questions of a table are: the column, and the row that names the columns (-1 where none does)."""

    row: int
    column: int


def question_name(names: Iterable[object]) -> Any:
    """Return the one of ``names`` that says it holds questions, the surest; None where none does.

    >>> question_name(["问题类型", "Q", "问 题："])
    '问 题：'
    """
    plain = {_plain(name): name for name in reversed(list(names))}
    return next((plain[name] for name in NAMES if name in plain), None)


def looks_like_question(cell: object) -> bool:
    """Tell whether a cell asks something.

    >>> looks_like_question("本学年招生多少人"), looks_like_question("2024年")
    (True, False)
    """
    return isinstance(cell, str) and len(cell.strip()) > 3 and bool(_ASKS.search(cell))


def find_header(rows: Sequence[Cells]) -> Header | None:
    """Find the header that names a question column, below a title perhaps; None where no name says so.

    >>> find_header([["常见问题清单"], ["序号", "问题"], [1, "招生多少人？"]])
    Header(row=1, column=1)
    """
    found: list[tuple[int, int, int]] = []
    for number, row in enumerate(rows[:_HEADER_ROWS]):
        name = question_name(row)
        if name is not None and not any(map(looks_like_question, row)):
            found.append((-sum(map(_filled, row)), number, row.index(name)))
    if not found:
        return None
    _, number, column = min(found)
    return Header(number, column)


def lies_across(rows: Sequence[Cells]) -> bool:
    """Tell whether a table has its questions in one row, behind a name perhaps.

    >>> lies_across([["内容", "招生多少人？", "毕业多少人？"], ["答案"]]), lies_across([["问题"], ["招生多少人？"]])
    (True, False)
    """
    header = find_header(rows)
    # A name alone in its row is a title.
    if header and sum(map(_filled, rows[header.row])) > 1:
        return False
    asking = [row for row in rows if any(map(looks_like_question, row))]
    # Several rows that ask are rows of a list.
    if len(asking) != 1:
        return False
    cells = [cell for cell in asking[0] if _filled(cell)]
    count = sum(map(looks_like_question, cells))
    return count * 2 > len(cells) - 1 and (count > 1 or question_name(cells[:1]) is not None)


def guess_header(rows: Sequence[Cells]) -> Header:
    """Find the question column by what its cells say.

    >>> guess_header([["甲科", "招生多少人？"], ["乙科", "毕业多少人？"]])
    Header(row=-1, column=1)
    """
    width = max(map(len, rows), default=0)
    column = max(range(width), key=lambda number: _evidence(_column(rows, number)), default=0)
    cells = _column(rows, column)
    asking = sum(map(looks_like_question, cells[1:]))
    headed = len(cells) > 1 and not looks_like_question(cells[0]) and asking * 2 > len(cells) - 1
    first = next((number for number, row in enumerate(rows) if any(map(_filled, row))), 0)
    return Header(first if headed else -1, column)


def column_names(header: Cells, width: int) -> list[str]:
    """Name every column, each name once.

    >>> column_names(["备注", "", "备注"], 4)
    ['备注', '列2', '备注 (2)', '列4']
    """
    names: list[str] = []
    for number in range(width):
        cell = header[number] if number < len(header) else None
        name = " ".join(str(cell).split()) if _filled(cell) else f"列{number + 1}"
        taken, copy = name, 2
        while taken in names:
            taken, copy = f"{name} ({copy})", copy + 1
        names.append(taken)
    return names


def _plain(name: object) -> str:
    text = unicodedata.normalize("NFKC", str(name)) if isinstance(name, str) else ""
    return "".join(char for char in text.lower() if char.isalpha())


def _filled(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _column(rows: Sequence[Cells], number: int) -> list[Any]:
    return [row[number] if number < len(row) else None for row in rows if any(map(_filled, row))]


def _evidence(cells: list[Any]) -> tuple[float, float]:
    """Return the share of cells that ask, then the mean length of the different texts."""
    texts = {cell for cell in cells if isinstance(cell, str)}
    letters = sum(sum(char.isalpha() for char in text) for text in texts)
    return sum(map(looks_like_question, cells)) / max(len(cells), 1), letters / max(len(cells), 1)


def as_text(cell: object) -> str:
    """Return the text of a cell; 3.0 is what a spreadsheet makes of 3."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False)
    return str(cell)
