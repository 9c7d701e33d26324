"""An answer as a message of a chat, in Markdown: the answer, what warns of it, and the passages it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reportqa.batch.several import sources
from reportqa.output.markdown import plain
from reportqa.output.wording import NEAREST, arithmetic, contradictions, headline, source_words
from reportqa.text.records import Answer, Citation
from reportqa.writing import Written

_NEAREST_SHOWN = 2


def answer_message(answer: Answer, titles: Mapping[str, str], typed: str) -> str:
    r"""Write an answer as a message; ``typed`` is the question as it was put, ``titles`` those of the reports.

    >>> cited = Citation(1, "年报.txt", ("一、概况",), 1, 0, 10, "本年招生6191人。", 0.9)
    >>> answer = Answer("招生多少人？", "answered", "6191人", citations=(cited,))
    >>> print(answer_message(answer, {"年报.txt": "质量年报"}, "招生多少人？"))
    **6191人**
    <BLANKLINE>
    [1] 《质量年报》（年报.txt，一、概况，第 1 段，字符 0–10）
    > 本年招生6191人。
    <BLANKLINE>
    """
    return "\n\n".join(_blocks(answer, titles, typed)) + "\n"


def written_message(written: Written, answer: Answer, titles: Mapping[str, str]) -> str:
    """Write what a model wrote, to stand under the answer: its note, the paragraph, the quotes not shown above."""
    shown = {citation.rank for citation in sources(answer)}
    named = {rank for sentence in written.sentences for rank in sentence.citations} - shown
    body = "".join(f"{plain(one.body)}{one.marks}{one.end}" for one in written.sentences)
    quotes = [quoted(citation, titles) for citation in answer.citations if citation.rank in named]
    return "\n\n".join(["\n---", plain(written.note), *filter(None, [body]), *quotes]) + "\n"


def _blocks(answer: Answer, titles: Mapping[str, str], typed: str) -> Iterator[str]:
    if answer.question != " ".join(typed.split()):
        yield f"按上一个问题理解为：{plain(answer.question)}"
    yield f"**{plain(headline(answer))}**"
    if answer.derivation:
        yield f"计算：{plain(arithmetic(answer.derivation))}"
    if answer.message:
        yield plain(answer.message)
    if answer.conflicts:
        yield f"报告前后不一致：{plain(contradictions(answer))}"
    if not answer.found and answer.citations:
        yield NEAREST
    for citation in sources(answer) if answer.found else answer.citations[:_NEAREST_SHOWN]:
        yield quoted(citation, titles)


def quoted(citation: Citation, titles: Mapping[str, str]) -> str:
    """Write a citation: its number, where it stands, and its words."""
    title = titles.get(citation.document)
    where = f"《{plain(title)}》（{plain(source_words(citation))}）" if title else plain(source_words(citation))
    lines = [plain(line) for line in citation.text.split("\n") if line.strip()]
    return "\n".join([f"[{citation.rank}] {where}", *(f"> {line}" for line in lines)])
