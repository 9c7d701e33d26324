"""The library's front door: open an index, ask it."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from reportqa.asking.across import compare
from reportqa.asking.answer import Answerer
from reportqa.asking.followup import completed
from reportqa.asking.question import MAX_QUESTION, Question, Vocabulary, understand
from reportqa.asking.scans import with_scans
from reportqa.asking.search import Retriever
from reportqa.errors import IndexStoreError, InputError
from reportqa.index.opening import open_store
from reportqa.index.store import IndexedPassage, Store
from reportqa.models.encoder import Encoder, open_encoder
from reportqa.models.reader import Reader
from reportqa.outline.captions import illustrated_figures
from reportqa.text.aliases import ALIASES, levelled
from reportqa.text.folding import fold
from reportqa.text.records import Answer, Citation, Compared, Document, Figure, Illustration

if TYPE_CHECKING:
    from reportqa.figures.checking import Finding

_BATCH = 256
_WORDS = 65_536


class ReportQA:
    """Answers questions over the reports of one index.

    >>> qa = ReportQA.open("index")                     # doctest: +SKIP
    >>> qa.ask("本学年招生多少人？").answer               # doctest: +SKIP
    '6191人'
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self.store = store
        self._encoder = encoder
        self._retriever = Retriever(store, encoder)
        self._answerer = Answerer(self._retriever, Reader(encoder))
        self._aliases = tuple(tuple(group) for group in json.loads(store.setting(ALIASES) or "[]"))
        # The same words come again and again in the questions over one library.
        passages_with, has_term = lru_cache(_WORDS)(store.passages_with), lru_cache(_WORDS)(store.has_term)
        self._vocabulary = Vocabulary(passages_with, has_term, self._aliases)

    @classmethod
    def open(cls, index: str | Path = "index", model: str | None = None) -> ReportQA:
        """Open an index: a folder, or ``milvus:`` and an address.

        ``model`` must be the one that it was built with, None is the bundled one.

        Raises IndexStoreError where there is no index, or it is damaged or of another model or version.
        """
        store = open_store(index)
        encoder = open_encoder(model)
        built = store.manifest
        if (built.model_id, built.dim) != (encoder.model_id, encoder.dim):
            raise IndexStoreError(
                f"索引是用模型 {built.model_id}（{built.dim} 维）建的，"
                f"现在用的是 {encoder.model_id}（{encoder.dim} 维）："
                "请用同一个 --model，或重新运行 reportqa index。"
            )
        return cls(store, encoder)

    def ask(
        self, question: str, top_k: int = 5, previous: str | None = None, documents: Sequence[str] | None = None
    ) -> Answer:
        """Answer one question with at most ``top_k`` citations.

        Where the question leans on the ``previous`` one (那民办的呢？), it is completed from it, and the answer's
        question is the completed one. ``documents`` are the names of the reports to ask, None is all of them.
        Raises InputError where the question is empty or too long, or there is no report of such a name.
        """
        whole = understand(self.completed(question, previous), self._vocabulary)
        return with_scans(self._answerer.answer(whole, top_k, documents=self._known(documents)), self.store)

    @staticmethod
    def completed(question: str, previous: str | None) -> str:
        """Return a question as :meth:`ask` understands it on top of the ``previous`` one.

        >>> ReportQA.completed("那民办的呢？", "公办学校有几所？")
        '民办学校有几所'
        """
        # What is too long to be a question is refused by asking it, and nothing leans on it.
        leans = previous and max(len(question), len(previous)) <= MAX_QUESTION
        return completed(question, previous) if previous and leans else question

    def answer_all(self, questions: Iterable[str], top_k: int = 5) -> list[Answer]:
        """Answer a list of questions in its order, encoding them together; one that is none gets the status "error"."""
        answers: list[Answer] = []
        asked = list(questions)
        for start in range(0, len(asked), _BATCH):
            read = [self._understood(text) for text in asked[start : start + _BATCH]]
            answers += [with_scans(answer, self.store) for answer in self._answerer.answer_all(read, top_k)]
        return answers

    def passage_of(self, citation: Citation) -> IndexedPassage:
        """Return the passage that a citation quotes; its ``prose`` is read with the heads of a table before each cell.

        >>> qa = ReportQA.open("index")                                               # doctest: +SKIP
        >>> qa.passage_of(qa.ask("甲校招生多少人？").citations[0]).prose.text            # doctest: +SKIP
        '各校招生情况：甲校招生数（人）1200。乙校招生数（人）860。'
        """
        # Passages stand in the order of the text.
        numbers, passage = self.store.info(citation.document).passages, self.store.passage
        place = bisect_left(numbers, citation.start, key=lambda number: passage(number).passage.span.start)
        return passage(numbers[place])

    def documents(self) -> list[Document]:
        """Return the indexed reports."""
        return self.store.documents()

    def document(self, name: str) -> Document:
        """Return one report; raises InputError where there is none of this name."""
        self._known([name])
        return self.store.document(name)

    def figures(self) -> list[Figure]:
        """Return every figure of every report, in document order."""
        return self.store.all_figures()

    def check(self) -> list[Finding]:
        """Return what the figures of each report say of each other: contradictions, sums, shares, values per head."""
        from reportqa.figures.checking import check  # no question needs it

        if not self._aliases:
            return check(self.documents(), self.figures())
        # What has several spellings is compared under one, character by character in its place.
        documents = (replace(one, text=levelled(one.text, self._aliases)) for one in self.documents())
        return check(documents, [self._levelled(figure) for figure in self.figures()])

    def compare(self, indicator: str) -> list[Compared]:
        """Return what every report gives for one indicator, by region and year.

        >>> ReportQA.open("index").compare("在校生")[0].figure.text      # doctest: +SKIP
        '19794人'

        Raises InputError where the indicator is empty.
        """
        return compare(indicator, self._retriever)

    def figures_of(self, illustration: Illustration) -> list[Figure]:
        """Return the figures that the section of a caption states about what the picture shows."""
        return illustrated_figures(illustration, self.store.figures_in(illustration.document))

    def illustrations(self) -> list[Illustration]:
        """Return every 图 and 表 caption of every report, in document order."""
        return self.store.illustrations()

    def _levelled(self, figure: Figure) -> Figure:
        indicator, scope = (levelled(fold(words), self._aliases) for words in (figure.indicator, figure.scope))
        return replace(figure, indicator=indicator.replace(" ", ""), scope=scope.replace(" ", ""))

    def _known(self, documents: Sequence[str] | None) -> Sequence[str] | None:
        unknown = set(documents or ()) - set(self.store.manifest.documents)
        if unknown:
            raise InputError(f"文库里没有这份报告：{'、'.join(sorted(unknown))}。")
        return documents or None

    def _understood(self, text: str) -> Question | Answer:
        """Read a question, or answer what is none with the status "error"."""
        try:
            return understand(text, self._vocabulary)
        except InputError as error:
            return Answer(text, "error", message=str(error))
