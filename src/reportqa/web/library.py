"""The open index behind the pages: opened once, and again when it has been rebuilt."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from reportqa.errors import ReportQAError
from reportqa.qa import ReportQA
from reportqa.store import read_manifest

_ANY_QUESTION = "报告说了什么？"


class Library:
    """The reports that the pages ask; safe to use from several threads.

    >>> Library(Path("index")).qa.ask("本学年招生多少人？").answer       # doctest: +SKIP
    '6191人'

    Raises IndexStoreError where the index cannot be opened.
    """

    def __init__(self, index: Path, model: str | None = None) -> None:
        self.index = index
        self.model = model
        self._lock = threading.Lock()
        self._qa = ReportQA.open(index, model)

    @property
    def qa(self) -> ReportQA:
        """The index as it is now: another process, or the 文库 page, may have rebuilt it."""
        with self._lock:
            manifest = read_manifest(self.index)
            if manifest is None or manifest.generation != self._qa.store.manifest.generation:
                self._qa = ReportQA.open(self.index, self.model)
            return self._qa

    def warm_up(self) -> None:
        """Ask a question that nobody waits for: what a first question loads is then in place."""
        with contextlib.suppress(ReportQAError):
            self.qa.ask(_ANY_QUESTION)
