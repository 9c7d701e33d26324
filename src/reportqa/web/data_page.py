"""数据: the figures of the reports as a table to choose from, as charts, and as files."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import gradio as gr
from fastapi import FastAPI, Request, Response

from reportqa.index.store import DocumentInfo
from reportqa.output.files import write_figures
from reportqa.output.wording import KINDS
from reportqa.web.charts import charts_of
from reportqa.web.comparison import comparison_html
from reportqa.web.library import Library
from reportqa.web.render import render, report_labels
from reportqa.web.selection import Selection, chapter, without_dates

_SHOWN = 300
_CHARTS = 6
_FORMS = {"csv": "CSV", "xlsx": "XLSX", "jsonl": "JSONL"}
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class DataPage:
    """The components of the page."""

    comparison: gr.HTML
    table: gr.HTML
    findings: gr.HTML
    charts: gr.HTML
    gallery: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What a visit may change."""
        return [self.comparison, self.table, self.findings, self.charts, self.gallery]

    def show(self, library: Library, query: Mapping[str, object]) -> dict[Any, Any]:
        """Show the figures that the query of an address chooses."""
        selection = Selection.read(query)
        stated = library.qa.figures()
        every = without_dates(stated)
        chosen = selection.of(every)
        charts = charts_of(chosen)
        labels = report_labels(library.qa.store.library())
        return {
            self.comparison: comparison_html(library, str(query.get("compare", ""))),
            self.table: render(
                "data.html",
                selection=selection,
                figures=chosen,
                shown=chosen[:_SHOWN],
                left_out=len(stated) - len(every),
                reports=list(labels.items()),
                chapters=[(name, name) for name in dict.fromkeys(map(chapter, every)) if name],
                kinds=[(kind, name) for kind, name in KINDS.items() if any(figure.kind == kind for figure in every)],
                units=[(unit, unit) for unit in sorted({figure.unit for figure in every if figure.unit})],
                kind_names=KINDS,
                report_names=_short_names(library.qa.store.library()),
                forms=_FORMS.items(),
                download=_download,
            ),
            self.findings: _findings_html(library),
            self.charts: render(
                "charts.html", charts=charts[:_CHARTS], more=max(len(charts) - _CHARTS, 0), reports=labels
            ),
            self.gallery: _gallery_html(library),
        }


def build_data_page() -> DataPage:
    """Lay the page out."""
    comparison = gr.HTML(elem_id="comparison", apply_default_css=False, js_on_load=None)
    table = gr.HTML(elem_id="data", apply_default_css=False, js_on_load=None)
    findings = gr.HTML(elem_id="findings", apply_default_css=False, js_on_load=None)
    charts = gr.HTML(elem_id="charts", apply_default_css=False, js_on_load=None)
    gallery = gr.HTML(elem_id="gallery", apply_default_css=False, js_on_load=None)
    return DataPage(comparison, table, findings, charts, gallery)


def offer_downloads(app: FastAPI, library: Library) -> None:
    """Serve the chosen figures as files, at the addresses that the page links to."""

    @app.get("/figures.{form}", include_in_schema=False)
    def figures(form: str, request: Request) -> Response:
        if form not in _FORMS:
            return Response(f"没有这种文件：{form}", 404)
        selection = Selection.read(request.query_params)
        store = library.qa.store
        every = store.figures_in(selection.report) if selection.report else store.all_figures()
        chosen = selection.of(without_dates(every))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"figures.{form}"
            write_figures(chosen, form, file)
            name = f"attachment; filename*=UTF-8''{quote('数据')}.{form}"
            return Response(file.read_bytes(), media_type=_MEDIA[form], headers={"Content-Disposition": name})


def _short_names(documents: Sequence[DocumentInfo]) -> dict[str, str]:
    """Name each report by region and year, in full where that is not known or not enough; none where there is one."""
    if len(documents) == 1:
        return {}
    full = report_labels(documents)
    short = {one.name: f"{one.region}{one.year}年" if one.region and one.year else "" for one in documents}
    times = Counter(short.values())
    return {
        one.name: short[one.name] if short[one.name] and times[short[one.name]] == 1 else full[one.name]
        for one in documents
    }


def _findings_html(library: Library) -> str:
    found = library.qa.check()
    sound = [finding for finding in found if finding.verdict == "holds" and not finding.other_base]
    notable = [finding for finding in found if finding not in sound]
    return render("findings.html", findings=found, notable=notable, sound=sound)


def _gallery_html(library: Library) -> str:
    """Render the pictures of the reports, and apart from them the captions of which the source holds no more."""
    illustrations = [one for one in library.qa.illustrations() if not one.tabled]
    pictured, captions = (
        [(one, library.qa.figures_of(one)) for one in illustrations if bool(one.image) == whole]
        for whole in (True, False)
    )
    return render("illustrations.html", pictured=pictured, captions=captions)


def _download(form: str, selection: Selection) -> str:
    query = selection.query()
    return f"figures.{form}" + (f"?{urlencode(query)}" if query else "")
