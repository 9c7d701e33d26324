"""The pages, composed: what is on them, and what a visit to an address shows."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.types import ASGIApp

from reportqa.datamodel import Span
from reportqa.errors import InputError, ReportQAError
from reportqa.web.examples import example_questions
from reportqa.web.guard import ChinesePage, Login
from reportqa.web.library import Library
from reportqa.web.render import answer_html, masthead_html, notice_html, reader_html, welcome_html

TITLE = "问报告"
_FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")
_MONOSPACE = ("ui-monospace", "Consolas", "monospace")
_TOP_K = 5
_DIGITS = 12
_ROUTER = """
reportqa.show = () => trigger('visit', Object.fromEntries(new URLSearchParams(location.search)));
addEventListener('popstate', () => reportqa.visit());
reportqa.visit();
"""
_READER = """
watch('value', () => reportqa.reveal(element));
reportqa.reveal(element);
"""


def create_app(library: Library, login: tuple[str, str] | None = None, root_path: str = "") -> ASGIApp:
    """Make the web application that :func:`reportqa.web.serve` runs."""
    app = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        build_pages(library),
        path="",
        root_path=root_path,
        theme=gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=_FONTS, font_mono=_MONOSPACE),
        css=_static("app.css"),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=True,
    )
    page = ChinesePage(app, f"<script>{_static('app.js')}</script>")
    return Login(page, *login) if login else page


def build_pages(library: Library) -> gr.Blocks:
    """Lay out the pages and tie them to the library."""
    pages = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with pages:
        gr.HTML(masthead_html(library.qa.documents()), elem_id="masthead", apply_default_css=False, js_on_load=None)
        with gr.Tabs(elem_id="pages") as tabs:
            with gr.Tab("提问", id="ask") as ask_tab:
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
                answer = gr.HTML(elem_id="answer", apply_default_css=False, js_on_load=None)
            with gr.Tab("原文", id="read") as read_tab:
                reader = gr.HTML(elem_id="reader", apply_default_css=False, js_on_load=_READER)
        router = gr.HTML(visible="hidden", js_on_load=_ROUTER)

        def visit(event: gr.EventData) -> dict[Any, Any]:
            query = {name: str(getattr(event, name, "")) for name in ("q", "d", "s", "e", "p")}
            try:
                if query["d"] or query["p"] == "read":
                    return {tabs: gr.Tabs(selected="read"), reader: _read(library, query)}
                asked = getattr(event, "q", None)
                # Without a question in the address, what is being typed at this moment stays.
                shown = {tabs: gr.Tabs(selected="ask"), answer: _ask(library, asked)}
                return shown if asked is None else shown | {question: query["q"]}
            except ReportQAError as error:
                return {answer: notice_html(str(error)), tabs: gr.Tabs(selected="ask")}

        router.visit(
            visit,
            outputs=[tabs, question, answer, reader],
            show_progress="hidden",
            queue=False,
            trigger_mode="multiple",
            api_visibility="private",
        ).then(fn=None, js="() => reportqa.done()")
        for asking in (question.submit, button.click):
            asking(fn=None, inputs=[question], js="(question) => reportqa.ask(question)")
        for tab, name in ((ask_tab, "ask"), (read_tab, "read")):
            tab.select(fn=None, js=f"() => reportqa.turnTo('{name}')")
    return pages


def _ask(library: Library, question: str | None) -> str:
    if question is None:
        return welcome_html(example_questions(library.qa.figures()), library.qa.documents())
    return answer_html(library.qa.ask(question, _TOP_K))


def _read(library: Library, query: dict[str, str]) -> str:
    qa = library.qa
    name = query["d"] or qa.documents()[0].name
    document = next((document for document in qa.documents() if document.name == name), None)
    if document is None:
        raise InputError(f"这份报告不在索引里：{name}。")
    illustrations = [caption for caption in qa.illustrations() if caption.document == name]
    return reader_html(document, qa.store.sections(name), illustrations, _place(query, len(document.text)))


def _place(query: dict[str, str], length: int) -> Span | None:
    """Read a place from an address, which anyone may have written: None where it names none."""
    start, end = (query[name] if query[name].isdecimal() and len(query[name]) <= _DIGITS else "0" for name in "se")
    place = Span(int(start), min(int(end), length))
    return place if place.start < place.end else None


def _static(name: str) -> str:
    return (files("reportqa.web") / "static" / name).read_text("utf-8")
