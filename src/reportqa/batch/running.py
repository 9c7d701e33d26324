"""The run: a list answered chunk by chunk, journalled, finished, written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from reportqa import __version__
from reportqa.batch.duplicates import find_duplicates
from reportqa.batch.journal import Journal
from reportqa.batch.records import read_answer
from reportqa.batch.reviewed import Reviews, read_reviews, take_up
from reportqa.batch.rows import AnsweredRow, Duplicate, QuestionList, QuestionRow
from reportqa.batch.several import MOST, joined_answer, questions_in
from reportqa.batch.summary import Summary, summarise
from reportqa.batch.writing import check_output, write_document
from reportqa.text.records import Answer

if TYPE_CHECKING:  # a list that cannot be read is refused before anything large is loaded
    from reportqa.qa import ReportQA

CHUNK = 128
Progress = Callable[[int, int], None]


def run_batch(
    qa: ReportQA,
    questions: QuestionList,
    out: Path,
    *,
    top_k: int = 5,
    resume: bool = False,
    reviewed: Path | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Answer a list into a document, by the ending of its name: .xlsx .csv .jsonl .md .docx.

    >>> run_batch(qa, read_questions(Path("问题.txt")), Path("答案.xlsx")).answered      # doctest: +SKIP
    42

    The document is complete or not there. Until then a journal beside it (``答案.xlsx.partial``) keeps the answers:
    ``resume`` continues a run that was killed, to the same document, byte for byte. ``reviewed`` is the answer sheet of
    an earlier run, with answers that a person has reviewed. ``progress`` is told how many are done, of how many.
    Raises InputError where something cannot be read or written, or ``resume`` meets the journal of another run.
    """
    check_output(out)
    reviews = read_reviews(reviewed) if reviewed else {}
    total = len(questions)
    with Journal(out.with_name(f"{out.name}.partial"), _identity(qa, questions, top_k), resume) as journal:
        _report(progress, len(journal.answers), total)
        for chunk in _chunks(questions.rows[len(journal.answers) :]):
            journal.add(_answer(qa, chunk, top_k))
            _report(progress, len(journal.answers), total)
        duplicates = find_duplicates(questions.rows)
        rows = [
            _finish(row, answer, duplicates, reviews)
            for row, answer in zip(questions.rows, journal.answers, strict=True)
        ]
        summary = summarise(rows, questions.notes)
        write_document(out, questions, rows, summary)
        journal.remove()
    return summary


def answer_rows(
    qa: ReportQA,
    questions: QuestionList,
    *,
    top_k: int = 5,
    reviewed: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[AnsweredRow]:
    """Answer a list row by row, for what shows answers as they come; nothing is kept on disk.

    Raises InputError where the reviewed answers cannot be read.
    """
    reviews = read_reviews(reviewed) if reviewed else {}
    duplicates = find_duplicates(questions.rows)
    done = 0
    for chunk in _chunks(questions.rows):
        for row, answer in zip(chunk, _answer(qa, chunk, top_k), strict=True):
            yield _finish(row, answer, duplicates, reviews)
        done += len(chunk)
        _report(progress, done, len(questions))


def _identity(qa: ReportQA, questions: QuestionList, top_k: int) -> dict[str, str | int]:
    """Say what the answers of a run depend on; a journal of another run is not continued."""
    return {
        "program": __version__,
        "index": qa.store.manifest.generation,
        "questions": questions.digest,
        "top_k": top_k,
        "chunk": CHUNK,
    }


def _chunks(rows: Sequence[QuestionRow]) -> Iterator[Sequence[QuestionRow]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _answer(qa: ReportQA, rows: Sequence[QuestionRow], top_k: int) -> list[Answer]:
    """Answer a chunk; a row without a question gets the status "error", and every error says which row it is of.

    The answers are as a journal gives them back, numbers rounded: a killed run and a whole one must not differ by that.
    """
    asked = [[] if row.error else questions_in(row.question) for row in rows]
    answers = iter(qa.answer_all([question for one in asked if len(one) <= MOST for question in one], top_k=top_k))
    return [_named(row, len(one), answers) for row, one in zip(rows, asked, strict=True)]


def _named(row: QuestionRow, asked: int, answers: Iterator[Answer]) -> Answer:
    error = row.error or (f"一格里有 {asked} 个问题，最多 {MOST} 个：请分成几行" if asked > MOST else "")
    if error:
        answer = Answer(row.question, "error", message=error)
    else:
        answer = joined_answer(row.question, list(islice(answers, asked)))
    message = f"第 {row.number} 条：{answer.message}" if answer.status == "error" else answer.message
    return read_answer(replace(answer, id=row.id, message=message).to_record())


def _finish(row: QuestionRow, answer: Answer, duplicates: Mapping[int, Duplicate], reviews: Reviews) -> AnsweredRow:
    return take_up(AnsweredRow(row, answer, duplicates.get(row.number)), reviews)


def _report(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
