"""The pages, composed: what is on them, and what a visit to an address shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.types import ASGIApp

from reportqa.errors import ReportQAError
from reportqa.serving import Doors, Key, offer_metrics, programs
from reportqa.web.api import Function, functions_of, offer_api, offer_calls
from reportqa.web.ask_page import build_ask_page
from reportqa.web.batch_page import build_batch_page
from reportqa.web.data_page import build_data_page, offer_downloads
from reportqa.web.fence import MOST_UPLOADED, Fence
from reportqa.web.guard import ChinesePage, Login
from reportqa.web.library import Library
from reportqa.web.library_page import build_library_page
from reportqa.web.links import Address
from reportqa.web.pictures import offer_pictures
from reportqa.web.reader import OpenReport
from reportqa.web.render import masthead_html, notice_html, reader_html, render
from reportqa.web.tools import offer_tools
from reportqa.web.uploads import Pages
from reportqa.writing import Writer

TITLE = "问报告"
_FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")
_MONOSPACE = ("ui-monospace", "Consolas", "monospace")
# How often, in seconds, uploads and results are looked through, and how old they may get.
_UPLOADS_KEPT = (3600, 86400)
_QUERY = ("q", "after", "in", "d", "s", "e", "f", "p", "report", "chapter", "kind", "unit", "words", "compare")
_ROUTER = """
reportqa.show = () => trigger('visit', Object.fromEntries(new URLSearchParams(location.search)));
addEventListener('popstate', () => reportqa.visit());
"""
_READER = """
watch('value', () => reportqa.reveal(element));
reportqa.reveal(element);
element.addEventListener('change', (event) => {
  const { document, page, read } = event.target.dataset;
  if (read) trigger('correct', { document, page, read, said: event.target.value });
});
"""


def create_app(
    library: Library,
    scratch: Path,
    login: tuple[str, str] | None = None,
    root_path: str = "",
    key: Key | None = None,
    writer: Writer | None = None,
) -> ASGIApp:
    """Make the web application that :func:`reportqa.web.serve` runs; uploads and results lie under ``scratch``."""
    app = FastAPI(openapi_url=None)
    offer_downloads(app, library)
    offer_pictures(app, library)
    offer_metrics(app, library.metrics)
    functions = functions_of(library)
    offer_calls(app, functions)
    pages = build_pages(library, scratch, functions)
    gr.mount_gradio_app(
        app,
        pages,
        path="",
        root_path=root_path,
        theme=gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=_FONTS, font_mono=_MONOSPACE),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=True,
        max_file_size=MOST_UPLOADED,
        mcp_server=True,
    )
    offer_tools(pages, functions)
    head = f"<style>{_static('app.css')}</style><script>{_static('app.js')}</script>"
    page = ChinesePage(app, head, f"{root_path.rstrip('/')}/")
    # Behind a proxy or a login, a name that is not this machine's own is the administrator's choice.
    pages_only = Fence(Login(page, *login) if login else page, names_checked=not login and not root_path)
    others = programs(lambda: library.qa, library.metrics, key, writer)
    # A website that passes its name off as this machine does not have the key.
    return Doors(pages_only, {name: Fence(other, names_checked=False) for name, other in others.items()})


def build_pages(library: Library, scratch: Path, functions: Sequence[Function]) -> gr.Blocks:
    """Lay out the pages and tie them to the library; ``functions`` are those for programs."""
    pages = Pages(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=_UPLOADS_KEPT)
    with pages:
        masthead = gr.HTML(
            masthead_html(library.qa.store.library()), elem_id="masthead", apply_default_css=False, js_on_load=None
        )
        with gr.Tabs(elem_id="pages") as tabs:
            with gr.Tab("提问", id="ask", elem_id="page-ask"):
                ask = build_ask_page(library)
            with gr.Tab("原文", id="read", elem_id="page-read"):
                corrected = gr.HTML(elem_id="corrected", apply_default_css=False, js_on_load=None)
                reader = gr.HTML(elem_id="reader", apply_default_css=False, js_on_load=_READER)
            with gr.Tab("数据", id="data", elem_id="page-data"):
                data = build_data_page()
            with gr.Tab("批量", id="batch", elem_id="page-batch"):
                build_batch_page(library, scratch)
            with gr.Tab("文库", id="library", elem_id="page-library"):
                shelf = build_library_page(library, masthead)
        _offer_corrections(reader, corrected, library)
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
                return {tabs: gr.Tabs(selected=address.page), ask.address: ""} | _shown(address, query, remembered)
            except ReportQAError as error:
                return {tabs: gr.Tabs(selected="ask"), ask.address: ""} | ask.refuse(address, error)

        visited = router.visit(
            visit,
            inputs=[ask.remembered],
            outputs=[tabs, reader, *ask.outputs, *data.outputs, *shelf.outputs],
            show_progress="hidden",
            queue=False,
            trigger_mode="multiple",
            api_visibility="private",
        )
        visited.success(fn=None, inputs=[ask.address], js="(address) => reportqa.done(address)")
        visited.failure(fn=None, js="() => reportqa.failed()")
        # Not sooner: only now is there what this browser remembers.
        pages.load(fn=None, js="() => reportqa.visit()")
        offer_api(functions)
    return pages


def _offer_corrections(reader: gr.HTML, told: gr.HTML, library: Library) -> None:
    """Let the lines of a recognised page be put right; ``told`` says how far that is."""

    def correct(event: gr.EventData) -> Iterator[str]:
        name, page, read, said = (str(getattr(event, key, "")) for key in ("document", "page", "read", "said"))
        try:
            for step in library.correct_line(name, int(page) if page.isdecimal() else 0, read, said):
                yield render("progress.html", stage=step.stage, done=step.done, total=step.total)
        except ReportQAError as error:
            yield notice_html(str(error))
        else:
            yield notice_html(f"已更正：“{said}”。重新打开这一页就能看到。")

    reader.correct(correct, outputs=[told], show_progress="hidden", api_visibility="private")


def _read(library: Library, address: Address) -> str:
    qa = library.qa
    documents = qa.store.library()
    name = address.document or documents[0].name
    reading = OpenReport(
        qa.document(name),
        qa.store.sections(name),
        qa.store.illustrations_in(name),
        qa.store.figures_in(name),
        address.place,
        address.words,
        qa.store.scans(name),
        library.is_whole,
    )
    return reader_html(reading, documents)


def _static(name: str) -> str:
    return (files("reportqa.web") / "static" / name).read_text("utf-8")
