"""The reports behind the pages: the index, opened again when it has been rebuilt, and the folder it is made of."""

from __future__ import annotations

import contextlib
import queue
import shutil
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from reportqa.errors import InputError, ReportQAError
from reportqa.index.build import BuildReport, Progress, build_index
from reportqa.index.changes import RECOGNISED
from reportqa.index.opening import milvus_uri
from reportqa.index.store import DocumentInfo
from reportqa.qa import ReportQA
from reportqa.reading import read_document
from reportqa.reading.metadata import CORRECTIONS, read_metadata, write_correction
from reportqa.reading.recognition import Recogniser
from reportqa.reading.recognition.corrections import write_line_correction
from reportqa.serving import Metrics
from reportqa.serving.metrics import Door
from reportqa.text.records import Answer, ScanLine, Span
from reportqa.web.audit import Change, record_change

_ANY_QUESTION = "报告说了什么？"
_POLL = 0.3
_CORRECTING = "correcting.lock"
# What people think of the answers is kept in a folder, also where the index is in Milvus.
_DEFAULT = Path("index")
Result = TypeVar("Result")
CORRECTED = ("title", "year", "region", "genre")
_BUSY = "正在建索引：请等它完成。"
_STOPPED = "已停止：文库和索引和原来一样。"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a build has come; ``total`` is 0 where that is not known yet."""

    stage: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """One indexed report, with the size of its file and when that was changed, None where there is no such file."""

    document: DocumentInfo
    size: int | None
    changed: datetime | None


@dataclass(frozen=True, slots=True)
class DoubtfulPage:
    """A recognised page on which lines are not sure: its number, how many they are, and where the first one stands."""

    number: int
    lines: int
    place: Span


class Library:
    """The reports that the pages ask, add to and take from; safe to use from several threads.

    >>> Library(Path("index")).qa.ask("本学年招生多少人？").answer       # doctest: +SKIP
    '6191人'

    Raises IndexStoreError where the index cannot be opened.
    """

    def __init__(self, index: str | Path, model: str | None = None, corpus: Path = Path("corpus")) -> None:
        self.index = index
        self.folder = _DEFAULT if milvus_uri(index) else Path(index)
        self.model = model
        self.corpus = corpus
        self.metrics = Metrics()
        self._opening = threading.Lock()
        self._changing = threading.Lock()
        self._stopping = threading.Event()
        self._qa = ReportQA.open(index, model)

    @property
    def qa(self) -> ReportQA:
        """The index as it is now: another process, or the 文库 page, may have rebuilt it."""
        with self._opening:
            if not self._qa.store.is_current():
                self._qa = ReportQA.open(self.index, self.model)
            return self._qa

    def ask(
        self, door: Door, question: str, top_k: int, previous: str | None = None, documents: Sequence[str] | None = None
    ) -> Answer:
        """Answer one question as :meth:`ReportQA.ask` does, counted as one that came in by a ``door``."""
        return self.metrics.asked(door, lambda: self.qa.ask(question, top_k, previous, documents))

    def warm_up(self) -> None:
        """Ask a question that nobody waits for: what a first question loads is then in place."""
        with contextlib.suppress(ReportQAError):
            self.qa.ask(_ANY_QUESTION)

    def titles(self) -> dict[str, str]:
        """Return the title of every report, by its name."""
        return {document.name: document.title for document in self.qa.store.library()}

    def holdings(self) -> list[Holding]:
        """Return what is indexed, with sizes and dates."""
        return [_holding(document, self.corpus / document.name) for document in self.qa.store.library()]

    def doubtful_pages(self, name: str) -> list[DoubtfulPage]:
        """Return the recognised pages of a report whose lines should be held against their image, in their order."""
        found: list[DoubtfulPage] = []
        for scan in self.qa.store.scans(name):
            lines = {line.read: line for line in scan.lines if line.is_doubtful}
            if scan.page and lines and not scan.is_picture:
                first = min(lines.values(), key=lambda line: line.start)
                found.append(DoubtfulPage(scan.page, len(lines), Span(first.start, first.end)))
        return sorted(found, key=lambda page: page.number)

    @property
    def is_whole(self) -> bool:
        """Whether the index is that of the folder: only then does a rebuild lose nothing but what was taken out."""
        qa = self.qa
        roots = [(self.folder.resolve() / root).resolve() for root in qa.store.manifest.roots]
        return roots == [self.corpus.resolve()] or all(self.file_of(one.name) for one in qa.store.library())

    def add(self, file: Path, user: str = "") -> Iterator[Step]:
        """Copy a report into the folder and rebuild; the folder is as before where that fails.

        Of every change ``user`` is who makes it, for the audit.

        Raises ReadingError where the file is no report, InputError where its name is taken.
        """
        self._check_whole()
        if self._changing.locked():
            raise InputError(_BUSY)
        folder = self.folder / RECOGNISED
        yield from _steps(lambda tell: read_document(file, None, Recogniser(folder, tell)))
        target = self.corpus / file.name
        if file.name.startswith("."):
            raise InputError(f"文件名不能以点开头：请给 {file.name} 改一个名字。")
        if target.exists():
            raise InputError(f"已经有名为 {file.name} 的报告：请先移出，或改一个文件名。")
        with _folder_errors(self.corpus):
            shutil.copyfile(file, target)
        yield from self._rebuild(Change("添加", user, file.name), target.unlink)

    def remove(self, name: str, user: str = "") -> Iterator[Step]:
        """Take a report out and rebuild; its file stays in the folder under a name that is not read.

        Raises InputError where there is no such report, or no other one.
        """
        self._check_whole()
        file = self.file_of(name)
        if file is None or name not in self.titles():
            raise InputError(f"文库里没有这份报告：{name}。")
        if len(self.titles()) == 1:
            raise InputError("文库里至少要有一份报告：请先添加另一份。")
        aside = file.with_name(f".{file.name}")
        with _folder_errors(self.corpus):
            file.replace(aside)
        yield from self._rebuild(Change("移出", user, name), lambda: aside.replace(file))

    def correct(self, name: str, values: Mapping[str, str], user: str = "") -> Iterator[Step]:
        """Put what a person knows of a report into the table beside the reports, and rebuild; no text is encoded again.

        ``values`` are its title, year, region and genre; what is empty, or as it was found, is left to what the report
        says. Raises InputError where the year is none.
        """
        self._check_whole()
        if name not in self.titles():
            raise InputError(f"文库里没有这份报告：{name}。")
        if self._changing.locked():
            raise InputError(_BUSY)
        given = read_metadata(*(values.get(field, "") for field in CORRECTED))
        table = self.corpus / CORRECTIONS
        before = table.read_bytes() if table.exists() else None
        correction = given.beside(self.qa.store.info(name).found)
        # Another process may serve the same folder, and the table is read before it is written.
        with _folder_errors(self.folder), FileLock(self.folder / _CORRECTING):
            write_correction(self.corpus, name, correction)
        change = Change("修改", user, name, {field: values.get(field, "") for field in CORRECTED})
        yield from self._rebuild(change, lambda: table.write_bytes(before) if before else table.unlink())

    def correct_line(self, name: str, page: int, read: str, said: str, user: str = "") -> Iterator[Step]:
        """Put right what was recognised on a page, in the table beside the reports, and rebuild.

        Raises InputError where there is no such line.
        """
        self._check_whole()
        if self._changing.locked():
            raise InputError(_BUSY)
        if name not in self.titles() or read not in {line.read for line in self._lines(name, page)}:
            raise InputError("没有这一行识别的文字：请重新打开这一页。")
        with _folder_errors(self.folder), FileLock(self.folder / _CORRECTING):
            write_line_correction(self.corpus, name, page, read, said)
        yield from self._rebuild(Change("修改", user, name, {"page": str(page), "read": read, "said": said}))

    def _lines(self, name: str, page: int) -> list[ScanLine]:
        scans = (scan for scan in self.qa.store.scans(name) if scan.page == page and not scan.is_picture)
        return [line for scan in scans for line in scan.lines]

    def stop(self) -> None:
        """End the change that is being made; the folder and the index stay as they were before it."""
        self._stopping.set()

    def rebuild(self, user: str = "") -> Iterator[Step]:
        """Build the index of the folder again, where a file has been changed, added or removed by hand."""
        self._check_whole()
        yield from self._rebuild(Change("重建", user))

    def _check_whole(self) -> None:
        if not self.is_whole:
            raise InputError(f"这个索引不是由文件夹 {self.corpus} 建的：请在启动时用 --corpus 指明报告所在的文件夹。")

    def file_of(self, name: str) -> Path | None:
        """Return the file of a report, None where it is no longer there."""
        file = self.corpus / name
        return file if file.is_file() else None

    def _rebuild(self, change: Change, undo: Callable[[], object] = lambda: None) -> Iterator[Step]:
        if not self._changing.acquire(blocking=False):
            undo()
            raise InputError(_BUSY)
        self._stopping.clear()
        yield Step("准备模型")
        report = yield from _steps(lambda tell: self._build(tell, change, undo))
        said = [f"跳过：{failure}" for failure in report.failures] + [f"注意：{line}" for line in report.complaints]
        said += [f"没有读全：{note}" for note in report.unread]
        yield Step(f"{report.state}，{report.passages} 段，{report.figures} 个数据。{''.join(said)}", 1, 1)

    def _build(self, tell: Progress, change: Change, undo: Callable[[], object]) -> BuildReport:
        def stoppable(stage: str, done: int, total: int) -> None:
            if self._stopping.is_set():
                raise InputError(_STOPPED)
            tell(stage, done, total)

        outcome = "没有完成"
        try:
            report = build_index([self.corpus], self.index, self.model, stoppable)
            outcome = report.state
            return report
        except ReportQAError as error:
            outcome = str(error)
            undo()
            raise
        finally:
            self._changing.release()
            record_change(self.folder, change, outcome)


def _steps(work: Callable[[Progress], Result]) -> Generator[Step, None, Result]:
    """Do long work in a thread of its own, which goes on where nobody watches any more; yield how far it has come."""
    steps: queue.Queue[Step] = queue.Queue()
    with ThreadPoolExecutor(1) as worker:
        done = worker.submit(work, lambda *step: steps.put(Step(*step)))
        while not done.done() or not steps.empty():
            with contextlib.suppress(queue.Empty):
                yield steps.get(timeout=_POLL)
        return done.result()


def _holding(document: DocumentInfo, file: Path) -> Holding:
    try:
        status = file.stat()
    except OSError:
        return Holding(document, None, None)
    return Holding(document, status.st_size, datetime.fromtimestamp(status.st_mtime).astimezone())


@contextlib.contextmanager
def _folder_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"改不了文件夹 {folder}：{error.strerror or error}。") from error
