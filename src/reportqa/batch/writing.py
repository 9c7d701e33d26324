"""Documents out, by the ending of the output's name: complete or not there."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reportqa.batch.cells import answer_columns
from reportqa.batch.markdown import write_markdown
from reportqa.batch.rows import AnsweredRow, QuestionList
from reportqa.batch.summary import Summary
from reportqa.batch.word import write_docx
from reportqa.batch.workbook import write_xlsx
from reportqa.errors import InputError
from reportqa.output.sheets import CellValue, clean
from reportqa.text.formulas import guarded

Writer = Callable[[Path, QuestionList, Sequence[AnsweredRow], Summary], None]


def check_output(out: Path, *inputs: Path) -> None:
    """Raise InputError, before any question is answered, where no document can or must be written to ``out``."""
    if out.resolve() in (path.resolve() for path in inputs):
        raise InputError(f"-o 不能就是问题清单本身（{out.name} 会被盖掉）：请换一个文件名。")
    if out.suffix.lower() not in WRITERS:
        raise InputError(f"不认识的输出类型：{out.name}（可写：{'、'.join(WRITERS)}）。")
    if not out.parent.is_dir():
        raise InputError(f"没有这个文件夹：{out.parent}。")
    if out.is_dir():
        raise InputError(f"{out} 是文件夹：请写成文件名，例如 {out.name}/答案.xlsx。")


def write_document(out: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write the document beside its place and move it in when it is whole.

    Raises InputError where it cannot be written, because a spreadsheet program has it open perhaps.
    """
    beside = out.with_name(f"{out.name}.writing")
    try:
        try:
            WRITERS[out.suffix.lower()](beside, questions, rows, summary)
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
            beside.replace(out)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"写不了 {out}：{error.strerror or error}。答案已存下，改好后加 --resume 再运行即可。"
        ) from error


def json_record(one: AnsweredRow) -> dict[str, Any]:
    """Return the answer record of a row, then what stood beside its question.

    A key that the record has itself goes under ``input``; a duplicate says which row it repeats.
    """
    record: dict[str, Any] = one.answer.to_record()
    if one.duplicate:
        record["duplicate"] = {"of": one.duplicate.of, "exact": one.duplicate.exact}
    beside = {key: value for key, value in one.row.others.items() if key != "id"}
    clashing = {key: value for key, value in beside.items() if key in record or key in ("input", "duplicate")}
    record |= {key: value for key, value in beside.items() if key not in clashing}
    return record | {"input": clashing} if clashing else record


def json_line(one: AnsweredRow) -> str:
    """Return the line of JSON Lines for a row."""
    return json.dumps(json_record(one), ensure_ascii=False) + "\n"


def _write_json_lines(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    # A file name that is no Unicode holds lone surrogates; JSON can say them (\\udcff).
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.writelines(map(json_line, rows))


def _write_csv(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write a table that Excel reads: with a byte order mark, and no cell that could become a formula."""
    columns = answer_columns(questions.columns)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_csv_cell(column.name) for column in columns])
        writer.writerows([_csv_cell(column.value(one)) for column in columns] for one in rows)


def _csv_cell(cell: CellValue) -> CellValue:
    return guarded(clean(cell)) if isinstance(cell, str) else cell


WRITERS: dict[str, Writer] = {
    ".xlsx": write_xlsx,
    ".csv": _write_csv,
    ".jsonl": _write_json_lines,
    ".md": write_markdown,
    ".docx": write_docx,
}
