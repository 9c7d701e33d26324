"""Records to HTML: every word of a document, a question or a file name goes through the templates, which escape it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader

from reportqa.index.store import DocumentInfo
from reportqa.output.wording import no_answer, quantity, quotation, unit
from reportqa.text.records import Answer, Citation, Document, Span
from reportqa.web.history import PastQuestion
from reportqa.web.links import answer_link, link, picture_link, place_link, scan_link
from reportqa.web.reader import Mark, OpenReport, Piece, ShownLine, ShownTable, blocks_of, document_lines, pieces

_LONG_ANSWER = 40


def masthead_html(documents: Sequence[Document | DocumentInfo]) -> str:
    """Render the line over the pages: the program's name and the reports that it speaks of."""
    return render("masthead.html", documents=documents)


def welcome_html(questions: Sequence[str]) -> str:
    """Render what stands on the page before a question is asked: what can be asked."""
    return render("welcome.html", questions=questions)


def scope_html(documents: Sequence[Document | DocumentInfo], chosen: str = "") -> str:
    """Render the choice of the reports to ask, where there are several."""
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


def answer_html(answer: Answer, titles: dict[str, str] | None = None, typed: str = "", report: str = "") -> str:
    """Render an answer: the answer itself, what warns of it, its figures, and the passages that it cites.

    ``titles`` maps the names of all documents to their titles; ``typed`` is the question as it was put on top of
    another one, which completes it; ``report`` is the one that it was put to, "" where that was all of them.
    """
    titles = titles or {}
    return render(
        "answer.html",
        answer=answer,
        typed=typed or answer.question,
        report=report,
        titles=titles,
        copied=quotation(answer, titles),
        long=len(answer.answer) > _LONG_ANSWER,
    )


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
        link,
        no_answer,
        picture_link,
        place_link,
        scan_link,
        quantity,
        unit,
        highlighted,
        quoted_rows,
        report_labels,
    ):
        environment.globals[function.__name__] = function
    return environment
