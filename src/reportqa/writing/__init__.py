"""Written answers, off unless asked for: what a language model drafts, held against the report sentence by sentence."""

from reportqa.writing.client import Writer, read_writer
from reportqa.writing.written import Sentence, Written, is_worth_writing, write

__all__ = ["Sentence", "Writer", "Written", "is_worth_writing", "read_writer", "write"]
