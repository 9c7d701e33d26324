"""JSON Lines to question rows: an object a line, its other keys passed through."""

from __future__ import annotations

import json
from typing import Any

from reportqa.batch.columns import as_text, question_name
from reportqa.batch.limits import check_cell, check_rows
from reportqa.batch.question_file import decode, lines_of
from reportqa.batch.rows import QuestionList, QuestionRow
from reportqa.output.sheets import MAX_CELL
from reportqa.text.decoding import UNREADABLE

_DEEPEST = 50


def read_json_lines(data: bytes, name: str) -> QuestionList:
    """Read a question a line: an object with a ``question`` (or 问题 …), or a bare JSON string."""
    lines = lines_of(decode(data, name))
    check_rows(len(lines), name)
    rows = tuple(_row(number, line, name) for number, line in enumerate(lines, 1))
    return QuestionList(name, rows, tuple(dict.fromkeys(key for row in rows for key in row.others)))


def _row(number: int, line: str, name: str) -> QuestionRow:
    if not line.strip():
        return QuestionRow.read(number, "")
    try:
        record = _parse(line)
    except (ValueError, RecursionError):
        return QuestionRow(number, line.strip()[:MAX_CELL], error="这一行不是可读的 JSON")
    if isinstance(record, str):
        return QuestionRow.read(number, record)
    if not isinstance(record, dict):
        return QuestionRow(number, line.strip()[:MAX_CELL], error="这一行不是 JSON 对象")
    return _from_record(number, record, name)


def _from_record(number: int, record: dict[str, Any], name: str) -> QuestionRow:
    key = question_name(record)
    others = {other: value for other, value in record.items() if other != key}
    if key is None:
        return QuestionRow(number, "", others, "没有 question 一项")
    question = as_text(record[key])
    check_cell(question, f"第 {number} 条的问题", name)
    if isinstance(record[key], dict | list):
        return QuestionRow(number, question, others, "问题不是文字")
    return QuestionRow.read(number, question, others)


def _parse(line: str) -> Any:
    r"""Parse one line into what can be written again: no NaN, no half of a character (``"\ud800"``), not too deep.

    Raises ValueError or RecursionError where that cannot be.
    """
    record = json.loads(line)
    if _deeper(record, _DEEPEST):
        raise ValueError("nested too deeply")
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return record
    return json.loads("".join(UNREADABLE if "\ud800" <= char <= "\udfff" else char for char in text))


def _deeper(value: Any, levels: int) -> bool:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_deeper(child, levels - 1) for child in children)
