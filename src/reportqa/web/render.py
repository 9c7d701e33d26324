"""Records to HTML: every word of a document, a question or a file name goes through the templates, which escape it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import zip_longest

from jinja2 import Environment, PackageLoader

from reportqa.index.store import DocumentInfo
from reportqa.output.candidates import Candidate
from reportqa.output.shown import in_order, list_note, scope_words
from reportqa.output.wording import UNSURE, no_answer, quantity, quotation, sureness, unit
from reportqa.text.records import Answer, Citation, Document, Span
from reportqa.web.context import Context
from reportqa.web.export import exported
from reportqa.web.history import PastQuestion
from reportqa.web.links import answer_link, link, page_link, picture_link, place_link, scan_link
from reportqa.web.reader import Mark, OpenReport, Piece, ShownLine, ShownTable, blocks_of, document_lines, pieces
from reportqa.writing import Writer, Written

_LONG_ANSWER = 40


def subject(documents: Sequence[DocumentInfo]) -> str:
    """Say in a line which reports are asked."""
    return documents[0].title or documents[0].name if len(documents) == 1 else f"{len(documents)} 份报告"


def welcome_html(questions: Sequence[str]) -> str:
    """Render what stands on the page before a question is asked: what can be asked."""
    return render("welcome.html", questions=questions)


def scope_html(documents: Sequence[Document | DocumentInfo], chosen: Sequence[str] = ()) -> str:
    """Render the choice of the reports to ask, where there are several; none chosen is all of them."""
    return render("scope.html", documents=documents, chosen=chosen)


def report_labels(documents: Sequence[Document | DocumentInfo]) -> dict[str, str]:
    """Name each report by its title, and by its file too where another has the same.

    >>> report_labels([Document("甲.txt", "", "", "年报"), Document("乙.txt", "", "", "年报")])
    {'甲.txt': '年报（甲.txt）', '乙.txt': '年报（乙.txt）'}
    """
    times = Counter(document.title for document in documents)
    return {
        one.name: (one.title if times[one.title] == 1 else f"{one.title}（{one.name}）") if one.title else one.name
        for one in documents
    }


def answer_html(
    answer: Answer,
    titles: Mapping[str, str] | None = None,
    typed: str = "",
    reports: Sequence[str] = (),
    turns: Sequence[PastQuestion] = (),
    choices: Sequence[Candidate] = (),
    contexts: Sequence[Context] = (),
    suggestions: Sequence[str] = (),
    writer: Writer | None = None,
) -> str:
    """Render an answer: the answer itself, what warns of it, its figures, and the passages that it cites.

    ``titles`` maps the names of all documents to their titles; ``typed`` is the question as it was put on top of
    another one, which completes it; ``reports`` are those that it was put to, none where that was all of them;
    ``turns`` are the questions before it in the same conversation, ``choices`` what else may be the answer,
    ``contexts`` what stands around each citation, and ``suggestions`` what can be asked instead; a ``writer`` can be
    asked for a paragraph.
    """
    titles = titles or {}
    return render(
        "answer.html",
        answer=answer,
        typed=typed or answer.question,
        reports=reports,
        turns=turns,
        choices=choices,
        cited=list(zip_longest(answer.citations, contexts)),
        suggestions=suggestions,
        titles=titles,
        copied=quotation(answer, titles),
        long=len(answer.answer) > _LONG_ANSWER,
        writer=writer,
    )


def written_html(written: Written, writer: Writer, answer: Answer, reports: Sequence[str] = ()) -> str:
    """Render what a ``writer`` wrote under an answer, each mark a link to its passage, or why it did not."""
    places = {citation.rank: place_link(citation) for citation in answer.citations}
    return render("written.html", written=written, writer=writer, answer=answer, reports=reports, places=places)


def history_html(asked: Sequence[PastQuestion]) -> str:
    """Render the questions that this browser asked before, each with its answer."""
    return render("history.html", asked=asked)


def notice_html(message: str) -> str:
    """Render one line that says what went wrong, or what was done."""
    return render("notice.html", message=message)


def reader_html(reading: OpenReport, documents: Sequence[Document | DocumentInfo] = ()) -> str:
    """Render a whole report beside its outline, with its place highlighted; ``documents`` are those to choose from."""
    return render("reader.html", reading=reading, found=reading.found, document=reading.document, documents=documents)


def highlighted(citation: Citation) -> list[Piece]:
    """Cut a quote at the ends of its highlights."""
    quoted = Span(citation.start, citation.end)
    return pieces(citation.text, citation.start, quoted, [Mark("mark", span) for span in citation.highlights])


def quoted_rows(citation: Citation) -> list[ShownLine | ShownTable]:
    """Read a quote that is rows of a table as the table; any other quote has none."""
    marks = [Mark("mark", Span(span.start - citation.start, span.end - citation.start)) for span in citation.highlights]
    blocks = blocks_of(document_lines(citation.text, marks, {}))
    return blocks if any(isinstance(block, ShownTable) for block in blocks) else []


def render(template: str, **values: object) -> str:
    """Render a template of this package, with everything in ``values`` escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reportqa.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    for function in (
        answer_link,
        exported,
        in_order,
        link,
        list_note,
        no_answer,
        page_link,
        picture_link,
        place_link,
        scan_link,
        quantity,
        sureness,
        unit,
        highlighted,
        quoted_rows,
        report_labels,
        scope_words,
    ):
        environment.globals[function.__name__] = function
    environment.globals["UNSURE"] = UNSURE
    return environment
