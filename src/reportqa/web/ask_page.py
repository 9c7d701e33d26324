"""提问: a question, its answer, what was asked before, and what people think of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from reportqa.datamodel import Answer
from reportqa.errors import ReportQAError
from reportqa.web.examples import example_questions
from reportqa.web.feedback import record_feedback
from reportqa.web.library import Library
from reportqa.web.links import Address
from reportqa.web.render import answer_html, history_html, notice_html, welcome_html

TOP_K = 5
_REMEMBERED = 20
_SHORT = 60
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
    """The components of the page; ``asked`` holds the session's last answer."""

    question: gr.Textbox
    answer: gr.HTML
    asked: gr.State
    remembered: gr.BrowserState
    history: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What a visit may change."""
        return [self.question, self.answer, self.asked, self.remembered, self.history]

    def show(self, library: Library, address: Address, remembered: object) -> dict[Any, Any]:
        """Answer the question of an address, or say what can be asked."""
        past = _pairs(remembered)
        if address.question is None:
            # What is being typed at this moment stays.
            welcome = welcome_html(example_questions(library.qa.figures()))
            return {self.answer: welcome, self.history: history_html(past)}
        answer = library.qa.ask(address.question, TOP_K)
        short = (answer.answer if answer.found else "报告里没有")[:_SHORT]
        past = [(answer.question, short), *(pair for pair in past if pair[0] != answer.question)][:_REMEMBERED]
        return {
            self.question: address.question,
            self.answer: answer_html(answer, library.titles()),
            self.asked: answer,
            self.remembered: [list(pair) for pair in past],
            self.history: history_html(past[1:]),
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
        gr.HTML(elem_id="answer", apply_default_css=False, js_on_load=_ANSWER),
        gr.State(),
        gr.BrowserState([], storage_key="reportqa-history", secret="reportqa"),
        gr.HTML(elem_id="history", apply_default_css=False, js_on_load=_HISTORY),
    )
    for asking in (question.submit, button.click):
        asking(fn=None, inputs=[question], js="(question) => reportqa.ask(question)")

    def take_feedback(answer: Answer | None, event: gr.EventData) -> None:
        if answer is not None:
            record_feedback(library.index, answer, getattr(event, "useful", "") == "yes")

    options: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    page.answer.feedback(take_feedback, inputs=[page.asked], outputs=[], **options)
    page.history.forget(lambda: ([], ""), outputs=[page.remembered, page.history], **options)
    return page


def _pairs(remembered: object) -> list[tuple[str, str]]:
    """Read what the browser kept, which may be anything."""
    kept = remembered if isinstance(remembered, list) else []
    pairs = [pair for pair in kept if isinstance(pair, list) and len(pair) == 2]
    return [(str(question), str(answer)) for question, answer in pairs][:_REMEMBERED]
