"""批量: a list of questions in, its answers on the page and as files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from reportqa.batch import READERS, WRITERS, AnsweredRow, answer_rows, read_questions, summarise
from reportqa.batch.writing import write_document
from reportqa.errors import InputError, ReportQAError
from reportqa.web.library import Library
from reportqa.web.render import notice_html, render
from reportqa.web.work import Work, Works

_SHOWN = 100
# Rows between two looks at the page.
_REFRESH = 16
# More than can answer at once: one that is paused keeps its place.
_MOST_RUNS = 16


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
            pause = gr.Button("暂停", scale=0, min_width=96, visible=False)
            resume = gr.Button("继续", variant="primary", scale=0, min_width=96, visible=False)
            stop = gr.Button("停止", variant="stop", scale=0, min_width=96, visible=False)
        result = gr.HTML(apply_default_css=False, js_on_load=None)
        files = gr.File(label="下载", elem_id="downloads", file_count="multiple", interactive=False, visible=False)
    works = Works()
    shown = [result, files, start, pause, resume, stop]

    def run(uploaded: str | None, sheet: str | None, request: gr.Request) -> Iterator[list[Any]]:
        with works.begun(request.session_hash) as work:
            try:
                for html, written in _run(library, uploaded, sheet, scratch, work):
                    yield [html, gr.File(value=written, visible=bool(written)), *_buttons(work, not written)]
            except ReportQAError as error:
                yield [notice_html(str(error)), gr.File(visible=False), *_buttons(work, False)]

    def turn(how: Callable[[Work], object]) -> Callable[[gr.Request], list[Any]]:
        def turned(request: gr.Request) -> list[Any]:
            work = works.of(request.session_hash)
            how(work)
            return _buttons(work, True)

        return turned

    options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    start.click(run, inputs=[upload, reviewed], outputs=shown, concurrency_limit=_MOST_RUNS, **options)
    for button, how in ((pause, Work.pause), (resume, Work.resume), (stop, Work.stop)):
        button.click(turn(how), outputs=shown[2:], queue=False, **options)


def _buttons(work: Work, running: bool) -> list[Any]:
    """Return what can be pressed: to begin, to pause, to go on, to stop."""
    shown = (not running, running and not work.paused, running and work.paused, running)
    return [gr.Button(visible=visible) for visible in shown]


def _run(
    library: Library, uploaded: str | None, sheet: str | None, scratch: Path, work: Work
) -> Iterator[tuple[str, list[str]]]:
    if not uploaded:
        raise InputError("请先选一个问题列表文件。")
    questions = read_questions(Path(uploaded))
    rows: list[AnsweredRow] = []
    yield _preview(rows, len(questions)), []
    for row in work.over(answer_rows(library.qa, questions, reviewed=Path(sheet) if sheet else None)):
        rows.append(row)
        if len(rows) % _REFRESH == 0:
            yield _preview(rows, len(questions)), []
    library.metrics.answered(row.answer for row in rows)
    if work.stopped:
        raise InputError(f"已停止：{len(questions)} 条里答了 {len(rows)} 条，没有写文件。")
    summary = summarise(rows, questions.notes)
    folder = Path(tempfile.mkdtemp(dir=scratch))
    written = []
    for ending in WRITERS:
        out = folder / f"{Path(uploaded).stem}_答案{ending}"
        write_document(out, questions, rows, summary)
        written.append(str(out))
    yield _preview(rows, len(questions), summary.lines()), written


def _preview(rows: Sequence[AnsweredRow], total: int, lines: Sequence[str] = ()) -> str:
    summary = summarise(rows)
    return render("batch.html", summary=summary, total=total, lines=lines[1:], shown=rows[:_SHOWN])
