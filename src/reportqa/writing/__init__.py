"""Written answers, off unless asked for: what a language model drafts, held against the report sentence by sentence."""

from reportqa.writing.client import Writer, read_writer
from reportqa.writing.written import Sentence, Written, write

__all__ = ["Sentence", "Writer", "Written", "read_writer", "write"]
