"""批量: a list of questions in, its answers on the page and as files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from reportqa.batch import READERS, WRITERS, AnsweredRow, answer_rows, read_questions, summarise
from reportqa.batch.writing import write_document
from reportqa.errors import InputError, ReportQAError
from reportqa.web.library import Library
from reportqa.web.render import notice_html, render

_SHOWN = 100
# Rows between two looks at the page.
_REFRESH = 16


def build_batch_page(library: Library, scratch: Path) -> None:
    """Lay the page out; what it writes lies under ``scratch``."""
    with gr.Column(elem_id="batch"):
        with gr.Row(elem_id="uploads"):
            upload = gr.File(
                label=f"问题列表（{'、'.join(READERS)}）",
                file_types=list(READERS),
                height=140,
                elem_id="questions",
                min_width=280,
            )
            reviewed = gr.File(
                label="审核过的答案表（.xlsx，可以不选）",
                file_types=[".xlsx"],
                height=140,
                elem_id="reviewed",
                min_width=280,
            )
        gr.HTML(render("batch_hint.html"), apply_default_css=False, js_on_load=None)
        with gr.Row(elem_id="batch-actions"):
            start = gr.Button("全部回答", variant="primary", scale=0, min_width=140)
        result = gr.HTML(apply_default_css=False, js_on_load=None)
        files = gr.File(label="下载", elem_id="downloads", file_count="multiple", interactive=False, visible=False)

    def run(uploaded: str | None, sheet: str | None) -> Iterator[tuple[str, Any]]:
        try:
            yield from _run(library, uploaded, sheet, scratch)
        except ReportQAError as error:
            yield notice_html(str(error)), gr.File(visible=False)

    start.click(
        run,
        inputs=[upload, reviewed],
        outputs=[result, files],
        show_progress="hidden",
        concurrency_limit=2,
        api_visibility="private",
    )


def _run(library: Library, uploaded: str | None, sheet: str | None, scratch: Path) -> Iterator[tuple[str, Any]]:
    if not uploaded:
        raise InputError("请先选一个问题列表文件。")
    questions = read_questions(Path(uploaded))
    rows: list[AnsweredRow] = []
    yield _preview(rows, len(questions)), gr.File(visible=False)
    for row in answer_rows(library.qa, questions, reviewed=Path(sheet) if sheet else None):
        rows.append(row)
        if len(rows) % _REFRESH == 0:
            yield _preview(rows, len(questions)), gr.File(visible=False)
    library.metrics.answered(row.answer for row in rows)
    summary = summarise(rows, questions.notes)
    folder = Path(tempfile.mkdtemp(dir=scratch))
    written = []
    for ending in WRITERS:
        out = folder / f"{Path(uploaded).stem}_答案{ending}"
        write_document(out, questions, rows, summary)
        written.append(str(out))
    yield _preview(rows, len(questions), summary.lines()), gr.File(value=written, visible=True)


def _preview(rows: Sequence[AnsweredRow], total: int, lines: Sequence[str] = ()) -> str:
    summary = summarise(rows)
    return render("batch.html", summary=summary, total=total, lines=lines[1:], shown=rows[:_SHOWN])
