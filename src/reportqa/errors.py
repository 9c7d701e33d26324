"""The errors that a user can meet; each message is one Chinese line that says what is wrong and what to do."""


class ReportQAError(Exception):
    """The root of every error this program raises on purpose.

    >>> raise ReportQAError("问题是空的：请写一个问题。")
    Traceback (most recent call last):
    reportqa.errors.ReportQAError: 问题是空的：请写一个问题。
    """


class ReadingError(ReportQAError):
    """A file of the corpus cannot be read as text."""


class IndexStoreError(ReportQAError):
    """The index folder is missing, damaged, or made by another model or version."""


class ModelError(ReportQAError):
    """The embedding model cannot be found or does not fit."""


class InputError(ReportQAError):
    """The question, the batch file or an option is unusable."""
