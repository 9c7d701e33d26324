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
from reportqa.web.guard import Users
from reportqa.web.library import CORRECTED, Library, Step
from reportqa.web.render import notice_html, render

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
_Shown = tuple[Any, str, Any]
_UNITS = ("字节", "KB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """The components of the page."""

    listing: gr.HTML
    offers: tuple[gr.UploadButton, gr.Button]

    @property
    def outputs(self) -> list[Any]:
        """What a visit may change."""
        return [self.listing, *self.offers]

    def show(self, library: Library, owns: bool) -> dict[Any, Any]:
        """Show what is indexed now; only who ``owns`` the library is offered to change it."""
        hidden = {part: gr.update(visible=owns) for part in self.offers}
        return {self.listing: listing_html(library, owns)} | hidden


def build_library_page(library: Library, users: Users) -> LibraryPage:
    """Lay the page out."""
    listing = gr.HTML(elem_id="library", apply_default_css=False, js_on_load=_ACTIONS)
    with gr.Row(elem_id="library-actions"):
        upload = gr.UploadButton(
            "添加报告", file_types=list(READERS), file_count="single", variant="primary", scale=0, min_width=140
        )
        again = gr.Button("重建索引", scale=0, min_width=140)
        stop = gr.Button("停止", variant="stop", scale=0, min_width=96, visible=False, elem_id="stop-build")
    state = gr.HTML(apply_default_css=False, js_on_load=None)

    changes = _Changes(library, users)
    options: dict[str, Any] = {
        "outputs": [listing, state, stop],
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    made = [
        upload.upload(changes.add, inputs=[upload], **options),
        listing.remove(changes.remove, **options),
        listing.correct(changes.correct, **options),
        again.click(changes.rebuild, **options),
    ]
    for changed in made:
        # The line over the pages says what is asked now.
        changed.then(fn=None, js="() => reportqa.visit()")
    stop.click(changes.stop, queue=False, show_progress="hidden", api_visibility="private")
    return LibraryPage(listing, (upload, again))


class _Changes:
    """What the buttons do, for the owner alone: each yields the listing, how far it is, the button that stops it."""

    def __init__(self, library: Library, users: Users) -> None:
        self._library = library
        self._users = users

    def add(self, file: str, request: gr.Request) -> Iterator[_Shown]:
        yield from self._made(request, lambda user: self._library.add(Path(file), user))

    def remove(self, event: gr.EventData, request: gr.Request) -> Iterator[_Shown]:
        name = str(getattr(event, "name", ""))
        yield from self._made(request, lambda user: self._library.remove(name, user))

    def correct(self, event: gr.EventData, request: gr.Request) -> Iterator[_Shown]:
        name = str(getattr(event, "name", ""))
        values = {field: str(getattr(event, field, "")) for field in CORRECTED}
        yield from self._made(request, lambda user: self._library.correct(name, values, user))

    def rebuild(self, request: gr.Request) -> Iterator[_Shown]:
        yield from self._made(request, self._library.rebuild)

    def stop(self, request: gr.Request) -> None:
        if self._users.owns(self._users.asking(request.headers)):
            self._library.stop()

    def _made(self, request: gr.Request, steps: Callable[[str], Iterator[Step]]) -> Iterator[_Shown]:
        user = self._users.asking(request.headers)
        owns = self._users.owns(user)
        step = Step("")
        try:
            self._users.check_owns(user)
            for step in steps(user or ""):
                progress = render("progress.html", stage=step.stage, done=step.done, total=step.total)
                yield gr.skip(), progress, gr.Button(visible=True)
        except ReportQAError as error:
            yield listing_html(self._library, owns), notice_html(str(error)), gr.Button(visible=False)
            return
        yield listing_html(self._library, owns), notice_html(step.stage), gr.Button(visible=False)


def listing_html(library: Library, owns: bool = True) -> str:
    """Render the reports with their sizes and dates, and who ``owns`` them what changes them."""
    holdings = library.holdings()
    changeable = owns and library.is_whole
    rows = [
        {
            "document": holding.document,
            "size": _size(holding.size) if holding.size is not None else "",
            "date": _date(holding.changed) if holding.changed else "",
            "correctable": changeable,
            "doubtful": library.doubtful_pages(holding.document.name) if owns and holding.document.scans else [],
            "removable": changeable and len(holdings) > 1,
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
