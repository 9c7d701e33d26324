"""The build, composed: files to documents, outlines, passages, figures, vectors, and one new index."""

from __future__ import annotations

import contextlib
import time
from bisect import bisect_left
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reportqa import __version__
from reportqa.errors import IndexStoreError, ReadingError
from reportqa.figures.extract import paragraph_figures
from reportqa.index.changes import Contents, NewDocument, survey
from reportqa.index.dense import Vectors
from reportqa.index.generations import Manifest, check_files, only_builder, read_manifest
from reportqa.index.store import Store
from reportqa.index.texts import UnitText, figure_text, unit_texts
from reportqa.index.writing import DocumentEntry, KeptDocument, PassageEntry, PassageVectors, relabel_index, write_index
from reportqa.models.encoder import Encoder, identify_model, open_encoder
from reportqa.outline.passages import split_passages
from reportqa.outline.pictures import tie_pictures
from reportqa.outline.sections import Outline, split_sections
from reportqa.text.records import Figure, Passage

Progress = Callable[[str, int, int], None]

# Up to so many characters are sooner encoded by the engine that opens at once: docs/library.md.
_FEW_CHARACTERS = 10_000
# So many are encoded in one run: enough to put texts of like length together, and their vectors fit into the memory.
_RUN_CHARACTERS = 400_000


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; ``fresh`` is False where the index was up to date and nothing was written.

    ``new``, ``changed``, ``kept`` and ``removed`` count documents against the index before, ``encoded`` the texts that
    got new vectors. ``failures`` are files that were left out, ``complaints`` what is wrong with 报告信息.csv,
    ``unread`` what of the files that were read was not: 年报.pdf：第 6、7 页是图像，没有读。
    """

    documents: int
    sections: int
    passages: int
    figures: int
    seconds: float
    fresh: bool
    failures: tuple[ReadingError, ...]
    complaints: tuple[str, ...]
    new: int
    changed: int
    kept: int
    removed: int
    encoded: int
    unread: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """What became of the index, in words: 索引建好：4 份报告（新增 1，改动 0，未变 3，移出 0）."""
        changes = f"（新增 {self.new}，改动 {self.changed}，未变 {self.kept}，移出 {self.removed}）"
        first = self.new == self.documents and not self.removed
        told = changes if self.fresh and not first else ""
        return f"{'索引建好' if self.fresh else '索引已是最新'}：{self.documents} 份报告{told}"


def build_index(
    paths: Sequence[Path],
    folder: Path,
    model: str | None = None,
    progress: Progress | None = None,
    settings: Mapping[str, str] | None = None,
) -> BuildReport:
    """Make ``folder`` the index of the files under ``paths``; only what is new or changed is read and encoded.

    >>> build_index([Path("corpus")], Path("index")).passages       # doctest: +SKIP
    99

    ``progress`` is called with a stage's Chinese name, the steps done and their number. ``settings`` are kept in the
    index by name (:meth:`Store.setting`). Where another process builds there, this one waits until it has ended.
    Raises ReadingError where nothing can be read, ModelError where the model is not to be had.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    order = _Order(paths, folder, model, identify_model(model), settings or {}, tell)
    before = _manifest_in(folder)
    with contextlib.ExitStack() as resources:
        plan = _plan(order, resources)
        if plan.current is not None:
            return _report(plan, before, plan.current, None, began)
        resources.enter_context(only_builder(folder, lambda: tell("等另一个程序建完索引", 0, 1)))
        if _manifest_in(folder) != plan.before or not _is_sound(plan.old, folder):
            if plan.old is not None:
                plan.old.close()
            plan = _plan(order, resources, thoroughly=True)
        if plan.current is not None:
            return _report(plan, before, plan.current, None, began)
        encoding = _Encoding(order, plan)
        return _report(plan, before, _write(order, plan, encoding), encoding, began)


@dataclass(frozen=True, slots=True)
class _Order:
    """What a build is asked to do."""

    paths: Sequence[Path]
    folder: Path
    model: str | None
    model_id: str
    settings: Mapping[str, str]
    tell: Progress


_Planned = tuple[Passage, str, list[UnitText], tuple[Figure, ...]]


@dataclass(frozen=True, slots=True)
class _Parts:
    new: NewDocument
    outline: Outline
    passages: list[_Planned]

    @property
    def texts(self) -> Iterator[str]:
        """The words to encode, in the order of the vectors."""
        for _, _, units, figures in self.passages:
            yield from (words for _, _, words in units)
            yield from map(figure_text, figures)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done; ``old`` is the index whose vectors can be kept, ``before`` what the folder had then."""

    before: Manifest | None
    old: Store | None
    contents: Contents
    parts: list[_Parts]
    unread: tuple[str, ...]

    @property
    def current(self) -> Manifest | None:
        """The manifest of the old index where that is what is wanted."""
        return self.old.manifest if self.old is not None and self.contents.is_that_of(self.old) else None

    @property
    def replaced(self) -> list[str]:
        """The documents of the old index that are changed or gone."""
        return self.contents.replaced(self.old) if self.old is not None else []


def _plan(order: _Order, resources: contextlib.ExitStack, thoroughly: bool = False) -> _Plan:
    before = _manifest_in(order.folder)
    old = _reusable(order, thoroughly)
    if old is not None:
        resources.callback(old.close)
    contents = survey(
        order.paths, order.folder, old, order.settings, lambda done, total: order.tell("读取报告", done, total)
    )
    parts = [_take_apart(new) for new in contents.new]
    kept = (one.name for one in contents.documents if isinstance(one, KeptDocument))
    if not any(part.passages for part in parts) and not any(old.info(name).passages for name in kept if old):
        raise ReadingError("报告里没有正文：只找到标题或图题，请检查文件内容。")
    return _Plan(before, old, contents, parts, tuple(_unread(contents, old)))


def _unread(contents: Contents, old: Store | None) -> Iterator[str]:
    """Yield what of each document was not read, one line each, those that are kept from the old index too."""
    for one in contents.documents:
        kept = old.info(one.name).notes if isinstance(one, KeptDocument) and old is not None else ()
        notes = one.document.notes if isinstance(one, NewDocument) else kept
        yield from (f"{one.name}：{note}" for note in notes)


def _reusable(order: _Order, thoroughly: bool) -> Store | None:
    """Open the index in the folder; None where there is none of this program and model that is sound."""
    try:
        store = Store(order.folder)
    except IndexStoreError:
        return None
    same = (store.manifest.program, store.manifest.model_id) == (__version__, order.model_id)
    if same and (not thoroughly or _is_sound(store, order.folder)):
        return store
    store.close()
    return None


def _is_sound(store: Store | None, folder: Path) -> bool:
    """Tell whether what is going to be copied is as it was written, large files too."""
    try:
        if store is not None:
            check_files(folder, store.manifest, thoroughly=True)
    except IndexStoreError:
        return False
    return True


def _manifest_in(folder: Path) -> Manifest | None:
    """Read the manifest; a damaged one is as good as none, for it is about to be replaced."""
    try:
        return read_manifest(folder)
    except IndexStoreError:
        return None


def _take_apart(new: NewDocument) -> _Parts:
    document = new.document
    outline = split_sections(document)
    passages: list[_Planned] = []
    for paragraph in outline.paragraphs:
        figures = paragraph_figures(paragraph, document)
        starts = [figure.start for figure in figures]
        for passage in split_passages(paragraph, document.text):
            first, last = bisect_left(starts, passage.span.start), bisect_left(starts, passage.span.end)
            text = passage.prose(document.text).text
            passages.append((passage, text, list(unit_texts(passage, text)), tuple(figures[first:last])))
    return _Parts(new, outline, passages)


class _Encoding:
    """Gives texts their vectors: those of the documents that are replaced are known, the others are encoded."""

    def __init__(self, order: _Order, plan: _Plan) -> None:
        self.known = _known_vectors(plan.old, plan.replaced)
        self._unknown = {text for part in plan.parts for text in part.texts} - self.known.keys()
        self._characters = sum(map(len, self._unknown))
        self._done = 0
        self._tell = order.tell
        self._encoder = self._open(order) if self._unknown else None
        encoder, old = self._encoder, plan.old
        self.model_id = encoder.model_id if encoder else order.model_id
        self.dim = encoder.dim if encoder else old.manifest.dim if old else 0

    def __len__(self) -> int:
        return len(self._unknown)

    def vectors(self, texts: Iterable[str]) -> Mapping[str, Vectors]:
        """Return the vectors of texts, of shape (dim,), by the texts."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self.known]
        if not unknown or self._encoder is None:
            return self.known
        encoded = self._encoder.encode_passages(unknown, lambda done, total: self._report(done))
        self._done += sum(map(len, unknown))
        return ChainMap(dict(zip(unknown, encoded, strict=True)), self.known)

    def _open(self, order: _Order) -> Encoder:
        order.tell("准备模型", 0, 1)
        encoder = open_encoder(order.model, bulk=self._characters > _FEW_CHARACTERS)
        order.tell("准备模型", 1, 1)
        return encoder

    def _report(self, done: int) -> None:
        # A text that comes in two runs is encoded twice.
        self._tell("计算向量", min(self._done + done, self._characters), self._characters)


def _known_vectors(old: Store | None, documents: Iterable[str]) -> dict[str, Vectors]:
    """Return the vectors of all that some documents of the old index say, by the words that were encoded."""
    known: dict[str, Vectors] = {}
    if old is None:
        return known
    for name in documents:
        for passage in map(old.passage, old.info(name).passages):
            figures = old.figures(passage.number)
            known.update(zip(map(figure_text, figures), old.figure_vectors(passage.number), strict=True))
            words = [words for _, _, words in unit_texts(passage.passage, passage.prose.text)]
            known.update(zip(words, old.unit_vectors(passage), strict=True))
    return known


def _write(order: _Order, plan: _Plan, encoding: _Encoding) -> Manifest:
    contents, old = plan.contents, plan.old
    if old is not None and not plan.parts and not plan.replaced:
        metadata = {one.name: one.metadata for one in contents.documents if isinstance(one, KeptDocument)}
        return relabel_index(order.folder, metadata, contents.origin, old)
    new = _entries(plan.parts, encoding)
    entries = (one if isinstance(one, KeptDocument) else next(new) for one in contents.documents)
    return write_index(order.folder, entries, encoding.model_id, encoding.dim, contents.origin, old)


def _entries(parts: Sequence[_Parts], encoding: _Encoding) -> Iterator[DocumentEntry]:
    for run in _runs(parts):
        vectors = encoding.vectors(text for part in run for text in part.texts)
        for part in run:
            passages = tuple(_passage_entry(one, vectors, encoding.dim) for one in part.passages)
            document, sections = part.new.document, part.outline.sections
            illustrations = tie_pictures(document, part.outline.illustrations, sections)
            yield DocumentEntry(document, sections, illustrations, passages, part.new.metadata)


def _runs(parts: Sequence[_Parts]) -> Iterator[list[_Parts]]:
    """Group documents so that those of a group are encoded together."""
    run: list[_Parts] = []
    characters = 0
    for part in parts:
        run.append(part)
        characters += sum(map(len, part.texts))
        if characters > _RUN_CHARACTERS:
            yield run
            run, characters = [], 0
    if run:
        yield run


def _passage_entry(planned: _Planned, vectors: Mapping[str, Vectors], dim: int) -> PassageEntry:
    passage, text, units, figures = planned

    def rows(words: Iterable[str]) -> Vectors:
        return np.array([vectors[one] for one in words], np.float32).reshape(-1, dim)

    own = PassageVectors(rows(words for _, _, words in units), rows(map(figure_text, figures)))
    places = tuple((start, end, whole) for (start, end), whole, _ in units)
    return PassageEntry(passage, text, places, own, figures)


def _report(
    plan: _Plan, before: Manifest | None, manifest: Manifest, encoding: _Encoding | None, began: float
) -> BuildReport:
    former, now = before.documents if before else {}, manifest.documents
    return BuildReport(
        documents=len(now),
        sections=manifest.sections,
        passages=manifest.passages,
        figures=manifest.figures,
        seconds=time.perf_counter() - began,
        fresh=encoding is not None,
        failures=plan.contents.failures,
        complaints=plan.contents.complaints,
        new=len(now.keys() - former.keys()),
        changed=sum(former.get(name, digest) != digest for name, digest in now.items()),
        kept=sum(former.get(name) == digest for name, digest in now.items()),
        removed=len(former.keys() - now.keys()),
        encoded=len(encoding) if encoding else 0,
        unread=plan.unread,
    )
