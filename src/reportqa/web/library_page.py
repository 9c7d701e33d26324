"""文库: which reports are indexed; add one, take one out, build again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import gradio as gr

from reportqa.errors import ReportQAError
from reportqa.reading import READERS
from reportqa.web.library import Library, Step
from reportqa.web.render import masthead_html, notice_html, render

_ACTIONS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  const row = button?.closest('tr');
  if (!row) return;
  if (button.dataset.remove && confirm('把这份报告移出文库？')) trigger('remove', { name: button.dataset.remove });
  if (button.matches('[data-edit]')) turn(row);
  if (button.matches('[data-edit][data-shown]')) row.querySelector('input').focus();
  if (button.matches('[data-edit][data-given]')) for (const input of inputs(row)) input.value = input.defaultValue;
  if (button.dataset.save) save(row);
});
element.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.target.matches('[data-given]')) save(event.target.closest('tr'));
});
function inputs(row) { return [...row.querySelectorAll('input')]; }
function turn(row) {
  for (const part of row.querySelectorAll('[data-shown], [data-given]')) part.hidden = !part.hidden;
}
function save(row) {
  const name = row.querySelector('[data-save]').dataset.save;
  trigger('correct', { name, ...Object.fromEntries(inputs(row).map((input) => [input.name, input.value])) });
  turn(row);
}
"""
_FIELDS = ("title", "year", "region", "genre")
_UNITS = ("字节", "KB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """The components of the page."""

    listing: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What a visit may change."""
        return [self.listing]

    def show(self, library: Library) -> dict[Any, Any]:
        """Show what is indexed now."""
        return {self.listing: listing_html(library)}


def build_library_page(library: Library, masthead: gr.HTML) -> LibraryPage:
    """Lay the page out; ``masthead`` is told when the reports have changed."""
    listing = gr.HTML(elem_id="library", apply_default_css=False, js_on_load=_ACTIONS)
    with gr.Row(elem_id="library-actions"):
        upload = gr.UploadButton(
            "添加报告", file_types=list(READERS), file_count="single", variant="primary", scale=0, min_width=140
        )
        again = gr.Button("重建索引", scale=0, min_width=140)
    state = gr.HTML(apply_default_css=False, js_on_load=None)

    def change(steps: Callable[[], Iterator[Step]]) -> Iterator[tuple[Any, str, Any]]:
        step = Step("")
        try:
            for step in steps():
                yield gr.skip(), render("progress.html", stage=step.stage, done=step.done, total=step.total), gr.skip()
        except ReportQAError as error:
            yield listing_html(library), notice_html(str(error)), gr.skip()
            return
        yield listing_html(library), notice_html(step.stage), masthead_html(library.qa.store.library())

    def add(file: str) -> Iterator[tuple[Any, str, Any]]:
        yield from change(lambda: library.add(Path(file)))

    def remove(event: gr.EventData) -> Iterator[tuple[Any, str, Any]]:
        name = str(getattr(event, "name", ""))
        yield from change(lambda: library.remove(name))

    def correct(event: gr.EventData) -> Iterator[tuple[Any, str, Any]]:
        name, title, year, region, genre = (str(getattr(event, key, "")) for key in ("name", *_FIELDS))
        yield from change(lambda: library.correct(name, title, year, region, genre))

    def rebuild() -> Iterator[tuple[Any, str, Any]]:
        yield from change(library.rebuild)

    options: dict[str, Any] = {
        "outputs": [listing, state, masthead],
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    upload.upload(add, inputs=[upload], **options)
    listing.remove(remove, **options)
    listing.correct(correct, **options)
    again.click(rebuild, **options)
    return LibraryPage(listing)


def listing_html(library: Library) -> str:
    """Render the reports with their sizes and dates."""
    holdings = library.holdings()
    whole = library.is_whole
    rows = [
        {
            "document": holding.document,
            "size": _size(holding.size) if holding.size is not None else "",
            "date": _date(holding.changed) if holding.changed else "",
            "correctable": whole,
            "removable": whole and len(holdings) > 1,
        }
        for holding in holdings
    ]
    store = library.qa.store
    return render("library.html", rows=rows, built=_date(store.built), model=store.manifest.model_id)


def _size(size: float) -> str:
    """Write a number of bytes for people.

    >>> _size(45355), _size(900)
    ('44.3 KB', '900 字节')
    """
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            return f"{size:.0f} {unit}" if unit == _UNITS[0] else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError(size)


def _date(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")
