"""The run: a list answered chunk by chunk, journalled, finished, written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from pathlib import Path

from reportqa import __version__
from reportqa.batch.duplicates import find_duplicates
from reportqa.batch.journal import Journal
from reportqa.batch.reviewed import Reviews, read_reviews, take_up
from reportqa.batch.rows import AnsweredRow, Duplicate, QuestionList, QuestionRow
from reportqa.batch.summary import Summary, summarise
from reportqa.batch.writing import json_line, writer_of
from reportqa.datamodel import Answer
from reportqa.qa import ReportQA

CHUNK = 128
