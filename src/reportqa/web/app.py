"""The pages, composed: what is on them, and what a visit to an address shows."""

from __future__ import annotations

import tempfile
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.types import ASGIApp

from reportqa.errors import InputError, ReportQAError
from reportqa.web.api import offer_api
from reportqa.web.ask_page import build_ask_page
from reportqa.web.batch_page import build_batch_page
from reportqa.web.data_page import build_data_page, offer_downloads
from reportqa.web.guard import ChinesePage, Login
from reportqa.web.library import Library
from reportqa.web.library_page import build_library_page
from reportqa.web.links import Address
from reportqa.web.reader import Reading
from reportqa.web.render import masthead_html, reader_html

TITLE = "问报告"
_FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")
_MONOSPACE = ("ui-monospace", "Consolas", "monospace")
_QUERY = ("q", "d", "s", "e", "f", "p", "report", "chapter", "kind", "unit", "words")
_ROUTER = """
reportqa.show = () => trigger('visit', Object.fromEntries(new URLSearchParams(location.search)));
addEventListener('popstate', () => reportqa.visit());
"""
_READER = """
watch('value', () => reportqa.reveal(element));
reportqa.reveal(element);
"""


def create_app(library: Library, login: tuple[str, str] | None = None, root_path: str = "") -> ASGIApp:
    """Make the web application that :func:`reportqa.web.serve` runs."""
    app = FastAPI(openapi_url=None)
    offer_downloads(app, library)
    scratch = tempfile.TemporaryDirectory(prefix="reportqa-")
    app.state.scratch = scratch  # It lives as long as the application.
    gr.mount_gradio_app(
        app,
        build_pages(library, Path(scratch.name)),
        path="",
        root_path=root_path,
        theme=gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=_FONTS, font_mono=_MONOSPACE),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=True,
        mcp_server=find_spec("mcp") is not None,
    )
    page = ChinesePage(app, f"<style>{_static('app.css')}</style><script>{_static('app.js')}</script>")
    return Login(page, *login) if login else page


def build_pages(library: Library, scratch: Path) -> gr.Blocks:
    """Lay out the pages and tie them to the library."""
    pages = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with pages:
        masthead = gr.HTML(
            masthead_html(library.qa.documents()), elem_id="masthead", apply_default_css=False, js_on_load=None
        )
        with gr.Tabs(elem_id="pages") as tabs:
            with gr.Tab("提问", id="ask", elem_id="page-ask"):
                ask = build_ask_page(library)
            with gr.Tab("原文", id="read", elem_id="page-read"):
                reader = gr.HTML(elem_id="reader", apply_default_css=False, js_on_load=_READER)
            with gr.Tab("数据", id="data", elem_id="page-data"):
                data = build_data_page()
            with gr.Tab("批量", id="batch", elem_id="page-batch"):
                build_batch_page(library, scratch)
            with gr.Tab("文库", id="library", elem_id="page-library"):
                shelf = build_library_page(library, masthead)
        router = gr.HTML(visible="hidden", js_on_load=_ROUTER)

        def _shown(address: Address, query: dict[str, object], remembered: object) -> dict[Any, Any]:
            match address.page:
                case "ask":
                    return ask.show(library, address, remembered)
                case "read":
                    return {reader: _read(library, address)}
                case "data":
                    return data.show(library, query)
                case "library":
                    return shelf.show(library)
                case "batch":
                    return {}

        def visit(remembered: object, event: gr.EventData) -> dict[Any, Any]:
            query = {name: getattr(event, name) for name in _QUERY if hasattr(event, name)}
            address = Address.read(query)
            try:
                return {tabs: gr.Tabs(selected=address.page)} | _shown(address, query, remembered)
            except ReportQAError as error:
                return {tabs: gr.Tabs(selected="ask")} | ask.refuse(address, error)

        router.visit(
            visit,
            inputs=[ask.remembered],
            outputs=[tabs, reader, *ask.outputs, *data.outputs, *shelf.outputs],
            show_progress="hidden",
            queue=False,
            trigger_mode="multiple",
            api_visibility="private",
        ).then(fn=None, js="() => reportqa.done()")
        # Not sooner: only now is there what this browser remembers.
        pages.load(fn=None, js="() => reportqa.visit()")
        offer_api(library)
    return pages


def _read(library: Library, address: Address) -> str:
    qa = library.qa
    documents = qa.documents()
    name = address.document or documents[0].name
    document = next((document for document in documents if document.name == name), None)
    if document is None:
        raise InputError(f"这份报告不在索引里：{name}。")
    reading = Reading(
        document,
        qa.store.sections(name),
        [caption for caption in qa.illustrations() if caption.document == name],
        [figure for figure in qa.figures() if figure.document == name],
        address.place,
        address.words,
    )
    return reader_html(reading, documents)


def _static(name: str) -> str:
    return (files("reportqa.web") / "static" / name).read_text("utf-8")
