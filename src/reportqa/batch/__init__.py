"""Batch: a list of questions in, a finished document out.

reading a list → running it → writing a document; a journal between them keeps what a killed run had answered.
"""

from reportqa.batch.lists import READERS, read_questions
from reportqa.batch.rows import AnsweredRow, Duplicate, QuestionList, QuestionRow
from reportqa.batch.running import answer_rows, run_batch
from reportqa.batch.summary import Summary, summarise
from reportqa.batch.writing import WRITERS, check_output, json_line, write_document

__all__ = [
    "READERS",
    "WRITERS",
    "AnsweredRow",
    "Duplicate",
    "QuestionList",
    "QuestionRow",
    "Summary",
    "answer_rows",
    "check_output",
    "json_line",
    "read_questions",
    "run_batch",
    "summarise",
    "write_document",
]
