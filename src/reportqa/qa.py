"""The library's front door: open an index, ask it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reportqa.answering import Answerer
from reportqa.captions import illustrated_figures
from reportqa.checking import Finding, check
from reportqa.datamodel import Answer, Document, Figure, Illustration
from reportqa.embedding import Encoder, open_encoder
from reportqa.errors import IndexStoreError, InputError
from reportqa.questions import Question, understand
from reportqa.retrieval import Retriever
from reportqa.store import Store

_BATCH = 256


class ReportQA:
    """Answers questions over the reports of one index.

    >>> qa = ReportQA.open("index")                     # doctest: +SKIP
    >>> qa.ask("本学年招生多少人？").answer               # doctest: +SKIP
    '6191人'
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self.store = store
        self._encoder = encoder
        self._answerer = Answerer(Retriever(store, encoder))

    @classmethod
    def open(cls, index: str | Path = "index", model: str | None = None, bulk: bool = False) -> ReportQA:
        """Open an index folder; ``model`` must be the one that it was built with, None is the bundled one.

        ``bulk`` is for long lists of questions: seconds slower to open, twice as fast to encode.
        Raises IndexStoreError where there is no index, or it is damaged or of another model or version.
        """
        store = Store(Path(index))
        encoder = open_encoder(model, bulk)
        built = store.manifest
        if (built.model_id, built.dim) != (encoder.model_id, encoder.dim):
            raise IndexStoreError(
                f"索引是用模型 {built.model_id}（{built.dim} 维）建的，"
                f"现在用的是 {encoder.model_id}（{encoder.dim} 维）："
                "请用同一个 --model，或重新运行 reportqa index。"
            )
        return cls(store, encoder)

    def ask(self, question: str, top_k: int = 5) -> Answer:
        """Answer one question with at most ``top_k`` citations.

        Raises InputError where the question is empty or too long.
        """
        return self._answerer.answer(understand(question, self.store.passages_with), top_k)

    def answer_all(self, questions: Iterable[str], top_k: int = 5) -> list[Answer]:
        """Answer a list of questions in its order, encoding them together; one that is none gets the status "error"."""
        answers: list[Answer] = []
        asked = list(questions)
        for start in range(0, len(asked), _BATCH):
            read = [self._understood(text) for text in asked[start : start + _BATCH]]
            answers += self._answerer.answer_all(read, top_k)
        return answers

    def documents(self) -> list[Document]:
        """Return the indexed reports."""
        return self.store.documents()

    def figures(self) -> list[Figure]:
        """Return every figure of every report, in document order."""
        return self.store.all_figures()

    def check(self) -> list[Finding]:
        """Return what the figures of each report say of each other: contradictions, sums, shares, values per head."""
        return check(self.documents(), self.figures())

    def figures_of(self, illustration: Illustration) -> list[Figure]:
        """Return the figures that the section of a caption states about what the picture shows."""
        return illustrated_figures(illustration, self.figures())

    def illustrations(self) -> list[Illustration]:
        """Return every 图 and 表 caption of every report, in document order."""
        return self.store.illustrations()

    def _understood(self, text: str) -> Question | Answer:
        """Read a question, or answer what is none with the status "error"."""
        try:
            return understand(text, self.store.passages_with)
        except InputError as error:
            return Answer(text, "error", message=str(error))
