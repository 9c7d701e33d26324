"""提问: a question, its answer, what was asked before, and what people think of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from reportqa.errors import ReportQAError
from reportqa.text.records import Answer
from reportqa.web.examples import example_questions
from reportqa.web.feedback import record_feedback
from reportqa.web.history import PastQuestion, kept, read_history, remember
from reportqa.web.library import Library
from reportqa.web.links import Address, answer_link
from reportqa.web.render import answer_html, history_html, notice_html, scope_html, welcome_html

_TOP_K = 5
_ANSWER = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-useful]');
  if (!button) return;
  trigger('feedback', { useful: button.dataset.useful });
  button.parentElement.textContent = '谢谢，记下了';
});
"""
_HISTORY = """
element.addEventListener('click', (event) => {
  if (event.target.closest('[data-action=forget]')) trigger('forget');
});
"""


@dataclass(frozen=True, slots=True)
class AskPage:
    """The components of the page; ``asked`` holds the session's last answer, ``address`` where to find it."""

    question: gr.Textbox
    scope: gr.HTML
    answer: gr.HTML
    asked: gr.State
    remembered: gr.BrowserState
    history: gr.HTML
    address: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What a visit may change."""
        return [self.question, self.scope, self.answer, self.asked, self.remembered, self.history, self.address]

    def show(self, library: Library, address: Address, remembered: object) -> dict[Any, Any]:
        """Answer the question of an address, or say what can be asked."""
        past = read_history(remembered)
        scope = scope_html(library.qa.store.library(), address.report)
        if address.question is None:
            # What is being typed at this moment stays.
            welcome = welcome_html(example_questions(library.qa.figures()))
            return {self.scope: scope, self.answer: welcome, self.history: history_html(past)}
        reports = [address.report] if address.report else None
        answer = library.ask("page", address.question, _TOP_K, address.previous, reports)
        typed = address.question.strip() if address.previous else ""
        past = remember(PastQuestion.of(answer, address.report), past)
        return {
            self.question: answer.question,
            self.scope: scope,
            self.answer: answer_html(answer, library.titles(), typed, address.report),
            self.asked: answer,
            self.remembered: kept(past),
            self.history: history_html(past[1:]),
            self.address: answer_link(answer.question, address.report),
        }

    def refuse(self, address: Address, error: ReportQAError) -> dict[Any, Any]:
        """Say why there is no answer."""
        shown: dict[Any, Any] = {self.answer: notice_html(str(error)), self.history: ""}
        return shown if address.question is None else shown | {self.question: address.question}


def build_ask_page(library: Library) -> AskPage:
    """Lay the page out."""
    with gr.Row(elem_id="question-row"):
        question = gr.Textbox(
            placeholder="用一句话问报告，按回车",
            label="问题",
            show_label=False,
            container=False,
            scale=1,
            elem_id="question",
            autofocus=True,
        )
        button = gr.Button("提问", variant="primary", scale=0, min_width=96)
    page = AskPage(
        question,
        gr.HTML(elem_id="scope", apply_default_css=False, js_on_load=None),
        gr.HTML(elem_id="answer", apply_default_css=False, js_on_load=_ANSWER),
        gr.State(),
        gr.BrowserState([], storage_key="reportqa-history", secret="reportqa"),
        gr.HTML(elem_id="history", apply_default_css=False, js_on_load=_HISTORY),
        gr.HTML(visible="hidden", js_on_load=None),
    )
    for asking in (question.submit, button.click):
        asking(fn=None, inputs=[question], js="(question) => reportqa.ask(question)")

    def take_feedback(answer: Answer | None, event: gr.EventData) -> None:
        if answer is not None:
            record_feedback(library.folder, answer, getattr(event, "useful", "") == "yes")

    options: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    page.answer.feedback(take_feedback, inputs=[page.asked], outputs=[], **options)
    page.history.forget(lambda: ([], ""), outputs=[page.remembered, page.history], **options)
    return page
