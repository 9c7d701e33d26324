"""A written answer: what of a draft the report bears out, and how much of it was taken out and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from reportqa.qa import ReportQA
from reportqa.text.records import Answer
from reportqa.writing.checking import fault
from reportqa.writing.client import Writer, WriterError
from reportqa.writing.draft import is_open, messages
from reportqa.writing.evidence import Evidence
from reportqa.writing.sentences import sentences

_MOST_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was kept, with the ranks of the citations that it stands on."""

    text: str
    citations: tuple[int, ...]

    @property
    def body(self) -> str:
        """The sentence without its end."""
        return self.text.rstrip("。！？!?；;")

    @property
    def end(self) -> str:
        """What ends the sentence."""
        return self.text[len(self.body) :] or "。"

    @property
    def marks(self) -> str:
        """The citations as marks: [1][3]."""
        return "".join(f"[{rank}]" for rank in self.citations)


@dataclass(frozen=True, slots=True)
class Written:
    """A paragraph that a ``model`` wrote from the citations of an answer; ``removed`` are reasons, one a sentence."""

    model: str
    sentences: tuple[Sentence, ...] = ()
    removed: tuple[str, ...] = ()
    problem: str = ""

    @property
    def text(self) -> str:
        """The paragraph, with the ranks of the citations in it."""
        return "".join(f"{one.body}{one.marks}{one.end}" for one in self.sentences)

    @property
    def note(self) -> str:
        """What a reader has to know of it.

        >>> Written("qwen3", (Sentence("学校9所。", (1,)),), ("没有出处", "没有出处")).note
        '这一段由模型 qwen3 根据引文写成，只按词和数字逐句核对过；删去 2 句：没有出处 2 句。请以答案和原文为准。'
        """
        if self.problem:
            return self.problem
        counted = "，".join(f"{reason} {times} 句" for reason, times in Counter(self.removed).items())
        if not self.sentences:
            why = f"全部没有通过核对（{counted}）" if self.removed else "没有内容"
            return f"模型 {self.model} 写的一段{why}，没有采用。"
        removed = f"；删去 {len(self.removed)} 句：{counted}" if self.removed else ""
        return f"这一段由模型 {self.model} 根据引文写成，只按词和数字逐句核对过{removed}。请以答案和原文为准。"

    def to_record(self) -> dict[str, Any]:
        """Return the JSON object that ``ask --json --writer`` adds as ``written``."""
        kept = [{"text": one.text, "citations": list(one.citations)} for one in self.sentences]
        return {"model": self.model, "text": self.text, "sentences": kept, "removed": list(self.removed),
                "note": self.note}  # fmt: skip


def is_worth_writing(answer: Answer) -> bool:
    """Tell whether a paragraph is written under an answer.

    >>> is_worth_writing(Answer("为什么招生减少了？", "answered")), is_worth_writing(Answer("招生多少人？", "answered"))
    (True, False)
    """
    return answer.found and is_open(answer.question)


def write(qa: ReportQA, writer: Writer, answer: Answer) -> Written | None:
    """Have a paragraph written from the citations of an answer; None where the question asks for one fact.

    Every sentence has to name citations that bear it out: those are asked, as a question is, and must be found
    relevant; they must say its words, move in its direction, and hold each of its numbers for the same thing, unless
    the arithmetic is shown and right. What fails is left out. Where the model does not answer, ``problem`` says so.
    """
    if not is_worth_writing(answer):
        return None
    passages = {citation.rank: Evidence.of(qa, citation) for citation in answer.citations}
    try:
        draft = writer.complete(messages(answer.question, passages.values()))
    except WriterError as error:
        return Written(writer.model, problem=str(error))
    kept, removed = [], []
    for one in sentences(draft)[:_MOST_SENTENCES]:
        reason = fault(qa, one, passages, answer.derivation)
        if reason:
            removed.append(reason)
        else:
            kept.append(Sentence(one.text, one.citations))
    return Written(writer.model, tuple(kept), tuple(removed))
