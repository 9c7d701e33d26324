"""提问: the answer to the question in the box, its conversation, what was asked before, and what people think of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from reportqa.errors import ReportQAError
from reportqa.output.candidates import candidates
from reportqa.text.records import Answer
from reportqa.web.context import contexts
from reportqa.web.examples import example_questions, suggested
from reportqa.web.feedback import add_comment, record_feedback, withdraw
from reportqa.web.guard import Users
from reportqa.web.history import PastQuestion, kept, read_history, remember, thread
from reportqa.web.library import Library
from reportqa.web.links import Address, answer_link
from reportqa.web.render import answer_html, history_html, notice_html, scope_html, subject, welcome_html
from reportqa.writing import Writer, is_worth_writing

_TOP_K = 5
_ANSWER = """
element.addEventListener('click', (event) => {
  const useful = event.target.closest('[data-useful]')?.dataset.useful;
  const undo = event.target.closest('[data-undo]');
  const thanks = element.querySelector('.thanks');
  if (!useful && !undo) return;
  trigger('feedback', useful ? { useful } : { undo: true });
  thanks.hidden = Boolean(undo);
  element.querySelector('.opinion').hidden = Boolean(useful);
  if (useful) thanks.querySelector('input').focus();
});
element.addEventListener('submit', (event) => {
  if (!event.target.matches('.comment')) return;
  event.preventDefault();
  trigger('feedback', { comment: event.target.elements.comment.value });
  event.target.textContent = '说明也记下了。';
});
"""
_HISTORY = """
element.addEventListener('click', (event) => {
  if (event.target.closest('[data-action=forget]')) trigger('forget');
});
"""


@dataclass(frozen=True, slots=True)
class AskPage:
    """The components of the page; ``asked`` holds the session's last answer, ``given`` the id of what is thought of it.

    ``shown`` tells the page's script where the answer is to be found, and the question as it was understood;
    ``writer`` drafts a paragraph under an answer, None where the server has none.
    """

    scope: gr.HTML
    answer: gr.HTML
    asked: gr.State
    given: gr.State
    remembered: gr.BrowserState
    history: gr.HTML
    shown: gr.HTML
    writer: Writer | None

    @property
    def outputs(self) -> list[Any]:
        """What a visit may change."""
        return [self.scope, self.answer, self.asked, self.given, self.remembered, self.history, self.shown]

    def show(self, library: Library, address: Address, remembered: object) -> dict[Any, Any]:
        """Answer the question of an address, or say what can be asked."""
        past = read_history(remembered)
        scope = scope_html(library.qa.store.library(), address.reports)
        if address.question is None:
            welcome = welcome_html(example_questions(library.qa.figures()))
            return {
                self.scope: scope,
                self.answer: welcome,
                self.history: history_html(past),
                self.shown: place(library),
            }
        answer = library.ask("page", address.question, _TOP_K, address.previous, address.reports or None)
        typed = address.question.strip() if address.previous else ""
        past = remember(PastQuestion.of(answer, address.reports, address.previous), past)
        html = answer_html(
            answer,
            library.titles(),
            typed or answer.question,
            address.reports,
            thread(past[0], past),
            candidates(answer, library.qa.store.figures_in),
            contexts(answer, library.qa.store.document),
            _instead(library, answer),
            self.writer if is_worth_writing(answer) else None,
        )
        return {
            self.scope: scope,
            self.answer: html,
            self.asked: answer,
            self.given: "",
            self.remembered: kept(past),
            self.history: history_html(past[1:]),
            self.shown: place(library, answer_link(answer.question, address.reports), answer.question, answer.question),
        }

    def refuse(self, library: Library, address: Address, error: ReportQAError) -> dict[Any, Any]:
        """Say why there is no answer."""
        shown = place(library, question=address.question)
        return {self.answer: notice_html(str(error)), self.history: "", self.shown: shown}


def _instead(library: Library, answer: Answer) -> list[str]:
    """Return what can be asked where the reports are silent."""
    store = library.qa.store
    several = len({one.region for one in store.library()}) > 1
    return suggested(answer, store.figures_in, placed=several) if answer.status == "not_found" else []


def place(library: Library, address: str = "", title: str = "", question: str | None = None) -> str:
    """Write what the page's script is told of what is shown: its address and title, the question for the box."""
    shown = {"address": address, "title": title, "question": question, "subject": subject(library.qa.store.library())}
    # Gradio puts it into the page, hidden, as HTML: words of a question or a title must stay words there.
    return json.dumps(shown).replace("<", "\\u003c").replace("&", "\\u0026")


def build_ask_page(library: Library, users: Users, writer: Writer | None) -> AskPage:
    """Lay the page out."""
    scope = gr.HTML(elem_id="scope", apply_default_css=False, js_on_load=None)
    with gr.Row(elem_id="conversation"):
        answer = gr.HTML(elem_id="answer", apply_default_css=False, js_on_load=_ANSWER)
        history = gr.HTML(elem_id="history", apply_default_css=False, js_on_load=_HISTORY)
    remembered = gr.BrowserState([], storage_key="reportqa-history", secret="reportqa")
    shown = gr.HTML(visible="hidden")
    page = AskPage(scope, answer, gr.State(), gr.State(""), remembered, history, shown, writer)

    def take_feedback(answer: Answer | None, given: str, event: gr.EventData, request: gr.Request) -> str:
        useful, comment = getattr(event, "useful", ""), getattr(event, "comment", "")
        if useful and answer is not None:
            user = users.asking(request.headers) or ""
            return str(record_feedback(library.folder, answer, useful == "yes", user)["id"])
        if given and comment:
            add_comment(library.folder, given, str(comment))
        elif given and not useful:
            withdraw(library.folder, given)
            return ""
        return given

    options: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    page.answer.feedback(take_feedback, inputs=[page.asked, page.given], outputs=[page.given], **options)
    page.history.forget(lambda: ([], ""), outputs=[page.remembered, page.history], **options)
    return page
