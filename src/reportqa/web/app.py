"""The pages, composed: what is on them, and what a visit to an address shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.types import ASGIApp

from reportqa.errors import ReportQAError
from reportqa.serving import Doors, Key, offer_metrics, programs
from reportqa.web.api import Function, functions_of, offer_api, offer_calls
from reportqa.web.ask_page import build_ask_page, place
from reportqa.web.batch_page import build_batch_page
from reportqa.web.data_page import build_data_page, offer_downloads
from reportqa.web.export import offer_export
from reportqa.web.feedback_page import feedback_html
from reportqa.web.fence import MOST_UPLOADED, Fence
from reportqa.web.guard import ChinesePage, Login, Users
from reportqa.web.library import Library
from reportqa.web.library_page import build_library_page
from reportqa.web.links import Address
from reportqa.web.page_pictures import offer_pages
from reportqa.web.paragraph import offer_paragraphs
from reportqa.web.pictures import offer_pictures
from reportqa.web.reader import OpenReport
from reportqa.web.render import notice_html, reader_html, render
from reportqa.web.tools import offer_tools
from reportqa.web.uploads import Pages
from reportqa.writing import Writer

TITLE = "问报告"
_FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")
_MONOSPACE = ("ui-monospace", "Consolas", "monospace")
_STYLES = ("base.css", "ask.css", "tables.css", "reader.css")
_SCRIPTS = ("app.js", "chinese.js")
# How often, in seconds, uploads and results are looked through, and how old they may get.
_UPLOADS_KEPT = (3600, 86400)
_QUERY = ("q", "after", "in", "d", "s", "e", "f", "p", "report", "chapter", "kind", "unit", "words", "compare")
_ROUTER = """
reportqa.show = () => {
  const given = new URLSearchParams(location.search);
  trigger('visit', { ...Object.fromEntries(given), in: given.getAll('in') });
};
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
    logins: Mapping[str, str] | None = None,
    root_path: str = "",
    key: Key | None = None,
    writer: Writer | None = None,
) -> ASGIApp:
    """Make the web application that :func:`reportqa.web.serve` runs; uploads and results lie under ``scratch``.

    ``logins`` are the passwords by name, the owner's first; ``writer`` drafts a paragraph where one is asked for.
    """
    app = FastAPI(openapi_url=None)
    offer_downloads(app, library)
    offer_pictures(app, library)
    offer_pages(app, library, scratch)
    offer_export(app, library)
    if writer:
        offer_paragraphs(app, library, writer)
    offer_metrics(app, library.metrics)
    users = Users(logins)
    functions = functions_of(library)
    offer_calls(app, functions)
    pages = build_pages(library, scratch, functions, users, writer)
    gr.mount_gradio_app(
        app,
        pages,
        path="",
        root_path=root_path,
        theme=_theme(),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=True,
        max_file_size=MOST_UPLOADED,
        mcp_server=True,
    )
    offer_tools(pages, functions)
    style, script = ("\n".join(map(_static, names)) for names in (_STYLES, _SCRIPTS))
    head = f"<style>{style}</style><script>{script}</script>"
    page = ChinesePage(app, head, render("header.html"), f"{root_path.rstrip('/')}/")
    # Behind a proxy or a login, a name that is not this machine's own is the administrator's choice.
    pages_only = Fence(Login(page, users) if users else page, names_checked=not users and not root_path)
    others = programs(lambda: library.qa, library.metrics, key, writer)
    # A website that passes its name off as this machine does not have the key.
    return Doors(pages_only, {name: Fence(other, names_checked=False) for name, other in others.items()})


def _theme() -> gr.themes.Base:
    """Return Gradio's theme, its primary buttons dark enough for white words."""
    theme = gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=_FONTS, font_mono=_MONOSPACE)
    return theme.set(
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        input_placeholder_color="#6b7889",
        input_placeholder_color_dark="#8a97a8",
    )


def build_pages(
    library: Library, scratch: Path, functions: Sequence[Function], users: Users, writer: Writer | None
) -> gr.Blocks:
    """Lay out the pages and tie them to the library; ``functions`` are those for programs."""
    pages = Pages(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=_UPLOADS_KEPT)
    with pages:
        with gr.Tabs(elem_id="pages") as tabs:
            with gr.Tab("提问", id="ask", elem_id="page-ask"):
                ask = build_ask_page(library, users, writer)
            with gr.Tab("原文", id="read", elem_id="page-read"):
                corrected = gr.HTML(elem_id="corrected", apply_default_css=False, js_on_load=None)
                reader = gr.HTML(elem_id="reader", apply_default_css=False, js_on_load=_READER)
            with gr.Tab("数据", id="data", elem_id="page-data"):
                data = build_data_page()
            with gr.Tab("批量", id="batch", elem_id="page-batch"):
                build_batch_page(library, scratch)
            with gr.Tab("文库", id="library", elem_id="page-library"):
                shelf = build_library_page(library, users)
            with gr.Tab("反馈", id="feedback", elem_id="page-feedback", visible=not users) as opinions:
                feedback = gr.HTML(elem_id="feedback", apply_default_css=False, js_on_load=None)
        _offer_corrections(reader, corrected, library, users)
        router = gr.HTML(visible="hidden", js_on_load=_ROUTER)

        def _shown(address: Address, query: dict[str, object], remembered: object, owns: bool) -> dict[Any, Any]:
            match address.page:
                case "ask":
                    return ask.show(library, address, remembered)
                case "read":
                    return {
                        reader: _read(library, address, owns),
                        ask.shown: place(library, title=_title(library, address)),
                    }
                case "data":
                    return data.show(library, query) | {ask.shown: place(library, title="数据")}
                case "library":
                    return shelf.show(library, owns) | {ask.shown: place(library, title="文库")}
                case "feedback":
                    return {feedback: feedback_html(library.folder, owns), ask.shown: place(library, title="反馈")}
                case "batch":
                    return {ask.shown: place(library, title="批量")}

        def visit(remembered: object, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
            query = {name: getattr(event, name) for name in _QUERY if hasattr(event, name)}
            address = Address.read(query)
            owns = users.owns(users.asking(request.headers))
            common = {tabs: gr.Tabs(selected=address.page), opinions: gr.Tab(visible=owns)}
            try:
                return common | _shown(address, query, remembered, owns)
            except ReportQAError as error:
                return common | {tabs: gr.Tabs(selected="ask")} | ask.refuse(library, address, error)

        visited = router.visit(
            visit,
            inputs=[ask.remembered],
            outputs=[tabs, opinions, reader, feedback, *ask.outputs, *data.outputs, *shelf.outputs],
            show_progress="hidden",
            queue=False,
            trigger_mode="multiple",
            api_visibility="private",
        )
        visited.success(fn=None, inputs=[ask.shown], js="(shown) => reportqa.done(shown)")
        visited.failure(fn=None, js="() => reportqa.failed()")
        # Not sooner: only now is there what this browser remembers.
        pages.load(fn=None, js="() => reportqa.visit()")
        offer_api(functions)
    return pages


def _offer_corrections(reader: gr.HTML, told: gr.HTML, library: Library, users: Users) -> None:
    """Let the owner put the lines of a recognised page right; ``told`` says how far that is."""

    def correct(event: gr.EventData, request: gr.Request) -> Iterator[str]:
        name, page, read, said = (str(getattr(event, key, "")) for key in ("document", "page", "read", "said"))
        user = users.asking(request.headers)
        try:
            users.check_owns(user)
            for step in library.correct_line(name, int(page) if page.isdecimal() else 0, read, said, user or ""):
                yield render("progress.html", stage=step.stage, done=step.done, total=step.total)
        except ReportQAError as error:
            yield notice_html(str(error))
        else:
            yield notice_html(f"已更正：“{said}”。重新打开这一页就能看到。")

    reader.correct(correct, outputs=[told], show_progress="hidden", api_visibility="private")


def _title(library: Library, address: Address) -> str:
    documents = library.qa.store.library()
    shown = next((one for one in documents if one.name == address.document), documents[0])
    return f"原文：{shown.title or shown.name}"


def _read(library: Library, address: Address, owns: bool) -> str:
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
        owns and library.is_whole,
    )
    return reader_html(reading, documents)


def _static(name: str) -> str:
    return (files("reportqa.web") / "static" / name).read_text("utf-8")
