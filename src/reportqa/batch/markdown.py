"""The answers as a Markdown document: a heading a question, quotes, sources as footnotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reportqa.batch.cells import answer_text, remarks
from reportqa.batch.excerpts import excerpt_text
from reportqa.batch.rows import AnsweredRow, QuestionList
from reportqa.batch.several import sources
from reportqa.batch.summary import Summary
from reportqa.output.markdown import plain
from reportqa.output.sheets import clean
from reportqa.output.wording import NEAREST, source_words


def write_markdown(path: Path, questions: QuestionList, rows: Sequence[AnsweredRow], summary: Summary) -> None:
    """Write the document; what a text holds of Markdown's own signs is escaped, so that it reads as it was written."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {_plain(questions.title)}\n\n{_plain(' '.join(summary.lines()))}\n")
        footnotes: list[str] = []
        for one in rows:
            file.writelines(_answer(one, footnotes))
        file.write("\n")
        file.writelines(f"[^{number}]: {_plain(source)}\n" for number, source in enumerate(footnotes, 1))


def _answer(one: AnsweredRow, footnotes: list[str]) -> Iterator[str]:
    """Yield the lines of one answer and add its sources to the footnotes."""
    yield f"\n## {one.row.number}. {_plain(one.row.question)}\n\n**{_plain(answer_text(one))}**\n"
    if not one.answer.found and one.answer.citations:
        yield f"\n{NEAREST}\n"
    for citation in sources(one.answer):
        footnotes.append(source_words(citation))
        lines = [_plain(line) for line in excerpt_text(citation).split("\n") if line.strip()]
        yield "\n" + "\n> ".join(["> " + lines[0], *lines[1:]] if lines else ["> "]) + f"[^{len(footnotes)}]\n"
    if said := remarks(one):
        yield f"\n{_plain(said)}\n"


def _plain(text: str) -> str:
    return plain(clean(text))
