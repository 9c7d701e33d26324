"""What the command line shows a person: an answer with its quotes, a build with its progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from reportqa.evaluation.metrics import MEASURES
from reportqa.evaluation.running import ALL, Score, summarize
from reportqa.output.wording import (
    UNSURE,
    amount,
    arithmetic,
    contradiction,
    headline,
    page_words,
    picture_note,
    section_words,
    sureness,
)
from reportqa.text.records import Answer, Citation

if TYPE_CHECKING:
    # A question on a cold command line must not wait for what only a batch or a build needs.
    from reportqa.batch import Summary
    from reportqa.figures.checking import Finding
    from reportqa.index.build import BuildReport
    from reportqa.writing import Written

_VERDICT_STYLES = {"holds": "green", "does not hold": "bold red", "cannot be checked": "yellow"}


@contextmanager
def building() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on stderr while an index is built; yields what :func:`build_index` reports to."""
    tasks: dict[str, TaskID] = {}
    with _bar() as bar:

        def report(stage: str, done: int, total: int) -> None:
            # Not before there is something to show: an error stands alone.
            bar.start()
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield report


@contextmanager
def answering() -> Iterator[Callable[[int, int], None]]:
    """Show how far a batch is on stderr, with rate and time left; yields what ``run_batch`` reports to."""
    began: list[tuple[float, int]] = []
    with _bar() as bar:
        task = bar.add_task("回答", total=None)

        def report(done: int, total: int) -> None:
            bar.start()
            # What a resumed run finds done is no work of this one.
            began.append((time.monotonic(), done))
            (start, before), now = began[0], began[-1][0]
            rate = (done - before) / max(now - start, 1e-9)
            bar.update(task, completed=done, total=total, description=f"回答 {done}/{total} 题，每秒 {rate:.0f} 题")

        yield report


@contextmanager
def _bar() -> Iterator[Progress]:
    """Give a progress bar on stderr that shows itself from its first report on."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True))
    try:
        yield bar
    finally:
        if bar.live.is_started:
            bar.stop()


def show_build(report: BuildReport) -> None:
    """Print what a build read and made."""
    console = Console()
    for failure in report.failures:
        console.print(f"[yellow]跳过：[/]{escape(str(failure))}", highlight=False)
    for complaint in report.complaints:
        console.print(f"[yellow]注意：[/]{escape(complaint)}", highlight=False)
    for note in report.unread:
        console.print(f"[yellow]没有读全：[/]{escape(note)}", highlight=False)
    console.print(
        f"{report.state}，{report.sections} 节，{report.passages} 段，{report.figures} 个数据，"
        f"用时 {report.seconds:.1f} 秒。",
        highlight=False,
    )


def show_answer(answer: Answer) -> None:
    """Print an answer: the answer itself, its figures, then each quote under its section path."""
    console = Console(highlight=False)
    console.print()
    _show_head(console, answer)
    _show_figures(console, answer)
    for citation in answer.citations:
        _show_citation(console, citation)
    for illustration in answer.illustrations:
        note = picture_note(illustration) or f"{illustration.label} {illustration.caption}"
        console.print(Text(f"相关图表：{note}", style="dim"))


def show_written(written: Written) -> None:
    """Print what a model wrote from the quotes: what to know of it, then the paragraph."""
    console = Console(highlight=False)
    console.print(Text(written.note, style="yellow"))
    if written.sentences:
        console.print(Padding(Text(written.text), (0, 0, 1, 4)))


def show_findings(findings: Sequence[Finding]) -> None:
    """Print what a check found: verdict, arithmetic and explanation, and where the figures stand."""
    console = Console(highlight=False)
    for finding in findings:
        head = Text(f"{finding.verdict_text}  {finding.expression}", style=_VERDICT_STYLES[finding.verdict])
        console.print(Text.assemble(head, "  ", (finding.kind_text, "dim")))
        console.print(Padding(Text(finding.explanation), (0, 0, 0, 4)))
        places = "，".join(f"{figure.text} 字符 {figure.start}–{figure.end}" for figure in finding.figures)
        console.print(Padding(Text(f"{finding.figures[0].document}：{places}", style="dim"), (0, 0, 1, 4)))
    wrong = sum(finding.verdict == "does not hold" for finding in findings)
    console.print(f"核对 {len(findings)} 项，{wrong} 项不一致。" if findings else "没有可以互相核对的数据。")


def show_summary(summary: Summary, output: Path | None = None) -> None:
    """Print what a batch came to and where it was written; on stderr where the records went to stdout."""
    console = Console(highlight=False, stderr=output is None)
    for line in (*summary.lines(), *([f"已写入 {output}"] if output else [])):
        console.print(Text(line))


def show_evaluation(rows: Sequence[Score]) -> None:
    """Print the mean of each measure over all questions and by type, then the questions whose evidence is not first."""
    console = Console(highlight=False)
    summary = summarize(rows)
    for group in (ALL, *sorted(set(summary) - {ALL})):
        count = max(number for _, number in summary[group].values())
        table = Table("", f"{group}（{count} 题）", "题数", box=None, header_style="bold", padding=(0, 1))
        for name in MEASURES:
            if name in summary[group]:
                mean, number = summary[group][name]
                table.add_row(name, f"{mean:.3f}", str(number))
        console.print(table)
    misses = [row for row in rows if row.measure in ("R@1", "abstain") and not row.value]
    for row in misses:
        what = "证据不在第一" if row.measure == "R@1" else "报告无答案却作答"
        console.print(Text(f"{what}：{row.id} {row.question}"))


def _show_head(console: Console, answer: Answer) -> None:
    sure = sureness(answer)
    word = (f"  {sure}", "yellow" if sure == UNSURE else "dim") if sure else ""
    style = "bold green" if answer.found else "bold yellow"
    console.print(Text.assemble((f"  {headline(answer)}", style), word))
    if answer.derivation:
        console.print(Text(f"  计算得出：{arithmetic(answer.derivation)}"))
    if answer.message:
        console.print(Text(f"  {answer.message}", style="yellow"))
    for conflict in answer.conflicts:
        console.print(Text(f"  报告前后不一致：{contradiction(conflict)}", style="bold red"))
    console.print()


def _show_figures(console: Console, answer: Answer) -> None:
    if not answer.figures:
        return
    table = Table("指标", "数值", "口径", "出处", box=None, header_style="dim", padding=(0, 2))
    for cited in answer.figures:
        figure = cited.figure
        place = f"[{cited.citation}]" if cited.citation else f"{figure.document} {figure.start}"
        table.add_row(*(escape(cell) for cell in (figure.indicator, amount(figure), figure.scope, place)))
    console.print(table)
    console.print()


def _show_citation(console: Console, citation: Citation) -> None:
    path = section_words(citation.section) or citation.document
    page = page_words(citation)
    console.print(Text(f"[{citation.rank}] {path} · 第 {citation.paragraph} 段 {page}".rstrip(), style="cyan"))
    quote = Text(citation.text)
    for span in citation.highlights:
        quote.stylize("bold black on yellow", span.start - citation.start, span.end - citation.start)
    console.print(Padding(quote, (0, 0, 0, 4)))
    place = f"{citation.document}  字符 {citation.start}–{citation.end}  相关度 {citation.score:.2f}"
    console.print(Padding(Text(place, style="dim"), (0, 0, 1, 4)))
