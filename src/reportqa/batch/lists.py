"""Question lists in: by the ending of the file's name; what cannot be read stays as a row that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from reportqa.batch.columns import looks_like_question
from reportqa.batch.json_lines import read_json_lines
from reportqa.batch.limits import check_cell, check_rows
from reportqa.batch.question_file import decode, lines_of, read_file
from reportqa.batch.rows import QuestionList, QuestionRow
from reportqa.batch.tabular import read_csv, read_xlsx
from reportqa.errors import InputError

_NUMBERING = re.compile(
    r"\s*(?:\d{1,5}\s*(?:[、．)）]|\.(?!\d))|[（(]\d{1,5}[)）]|[①-⑳]|[一二三四五六七八九十百]{1,5}、|[-*•·]\s)\s*"
)
# Markdown made to be slow takes its reader some 15 s a megabyte.
_MAX_MARKDOWN = 2 * 2**20
_TASK = re.compile(r"\[[ xX]\]\s+")


def read_questions(path: Path) -> QuestionList:
    """Read a question list by the ending of its name: .txt .csv .xlsx .jsonl .md.

    >>> read_questions(Path("问题.xlsx")).rows[0].question      # doctest: +SKIP
    '本学年招生多少人？'

    A row without a readable question stays in the list, with ``error`` saying why. Of a table, the question column is
    found by its name or by what it says, and the other columns are kept; so are the other keys of JSON Lines.
    Raises InputError where the file is missing, of another kind, too large, no text, or holds nothing at all.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"不认识的问题文件：{path.name}（可读：{'、'.join(READERS)}）。")
    found = reader(read_file(path), path.name)
    if not found.rows:
        raise InputError(f"{path.name} 里没有问题：请每行写一个问题。")
    return found


def _text(data: bytes, name: str) -> QuestionList:
    return _list(name, _unnumbered(lines_of(decode(data, name))))


def _markdown(data: bytes, name: str) -> QuestionList:
    """Read the items of all lists; of a page without a list, the headings that ask, or else its lines."""
    if len(data) > _MAX_MARKDOWN:
        raise InputError(f"{name} 有 {len(data) / 2**20:.1f} MB，.md 最多 {_MAX_MARKDOWN // 2**20} MB：请改用 .txt。")
    text = decode(data, name)
    tokens = MarkdownIt("commonmark").parse(text)
    items = _items(tokens)
    if items:
        return _list(name, items)
    headings = [
        _words(tokens[place + 1])
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and looks_like_question(_words(tokens[place + 1]))
    ]
    lines = [line for line in lines_of(text) if any(map(str.isalnum, line)) and not line.lstrip().startswith("#")]
    return _list(name, headings or _unnumbered(lines))


def _items(tokens: Sequence[Token]) -> list[str]:
    """Return the first words of every list item, in order; an item without words is empty."""
    items: list[str] = []
    opened: list[int] = []
    for token in tokens:
        if token.type == "list_item_open":
            opened.append(len(items))
            items.append("")
        elif token.type == "list_item_close":
            opened.pop()
        elif token.type == "inline" and opened and not items[opened[-1]]:
            items[opened[-1]] = _TASK.sub("", _words(token), count=1)
    return items


def _words(token: Token) -> str:
    parts = (" " if child.type.endswith("break") else child.content for child in token.children or ())
    return "".join(parts).strip()


def _unnumbered(lines: list[str]) -> list[str]:
    """Take list marks off where every line has one: a lone 一、 may belong to the question.

    >>> _unnumbered(["1、招生多少人？", "2、毕业多少人？"]), _unnumbered(["一、二年级多少人？", "三年级呢？"])
    (['招生多少人？', '毕业多少人？'], ['一、二年级多少人？', '三年级呢？'])
    """
    filled = [line for line in lines if line.strip()]
    if len(filled) < 2 or not all(map(_NUMBERING.match, filled)):
        return lines
    return [_NUMBERING.sub("", line, count=1) for line in lines]


def _list(name: str, questions: Sequence[str]) -> QuestionList:
    check_rows(len(questions), name)
    for number, question in enumerate(questions, 1):
        check_cell(question, f"第 {number} 条", name)
    return QuestionList(name, tuple(QuestionRow.read(number, text) for number, text in enumerate(questions, 1)))


READERS: dict[str, Callable[[bytes, str], QuestionList]] = {
    ".txt": _text,
    ".csv": read_csv,
    ".xlsx": read_xlsx,
    ".jsonl": read_json_lines,
    ".md": _markdown,
}
