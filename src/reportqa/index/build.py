"""The build, composed: files to documents, outlines, passages, figures, vectors, and one new index."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reportqa.errors import ReadingError
from reportqa.index.changes import Contents, NewDocument, survey
from reportqa.index.dense import Vectors
from reportqa.index.entries import DocumentEntry, KeptDocument, PassageEntry, PassageVectors
from reportqa.index.generations import Manifest
from reportqa.index.home import Home, home_of
from reportqa.index.store import Store
from reportqa.index.texts import Planned, parts_of, planned_passages, unit_texts
from reportqa.models.encoder import Encoder, Parts, identify_model, open_encoder
from reportqa.outline.headings import header_of
from reportqa.outline.pictures import tie_pictures
from reportqa.outline.sections import Outline, split_sections
from reportqa.reading.files import Shard
from reportqa.text.naming import known_as

Progress = Callable[[str, int, int], None]

# So many are encoded in one run: enough to put texts of like length together, and their vectors fit into the memory.
_RUN_CHARACTERS = 400_000
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; ``fresh`` is False where the index was up to date and nothing was written.

    ``new``, ``changed``, ``kept`` and ``removed`` count documents against the index before, ``encoded`` the passages
    that got new vectors. ``failures`` are files that were left out, ``complaints`` what is wrong with 报告信息.csv,
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
    index: str | Path,
    model: str | None = None,
    progress: Progress | None = None,
    settings: Mapping[str, str] | None = None,
    shard: Shard | None = None,
) -> BuildReport:
    """Make ``index`` that of the files under ``paths``; only what is new or changed is read and encoded.

    >>> build_index([Path("corpus")], Path("index")).passages       # doctest: +SKIP
    99

    ``index`` is a folder, or ``milvus:`` and an address. ``progress`` is called with a stage's Chinese name, the steps
    done and their number. ``settings`` are kept in the index by name (:meth:`Store.setting`). Where another process
    builds in the folder, this one waits until it has ended; ``shard`` is the part of the reports that this machine
    builds, while others build theirs into the same Milvus.
    Raises ReadingError where nothing can be read, ModelError where the model is not to be had.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    model_id = identify_model(model)
    home = home_of(index, model_id, shard)
    order = _Order(paths, home, shard or Shard(), model, model_id, settings or {}, tell)
    before = home.manifest()
    with contextlib.ExitStack() as resources:
        plan = _plan(order, resources)
        if plan.current is not None:
            return _report(plan, before, plan.current, None, began)
        resources.enter_context(home.only_builder(lambda: tell("等另一个程序建完索引", 0, 1)))
        if home.manifest() != plan.before or not (plan.old is None or home.is_sound(plan.old)):
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
    home: Home
    shard: Shard
    model: str | None
    model_id: str
    settings: Mapping[str, str]
    tell: Progress


@dataclass(frozen=True, slots=True)
class _TakenApart:
    new: NewDocument
    outline: Outline
    passages: list[Planned]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done; ``old`` is the index whose vectors can be kept, ``before`` what was there then."""

    before: Manifest | None
    old: Store | None
    contents: Contents
    documents: list[_TakenApart]
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
    before = order.home.manifest()
    old = order.home.reusable(thoroughly)
    if old is not None:
        resources.callback(old.close)
    contents = survey(order.paths, order.home.folder, old, order.settings, order.tell, order.shard)
    documents = [_take_apart(new) for new in contents.new]
    kept = (one.name for one in contents.documents if isinstance(one, KeptDocument))
    some = any(one.passages for one in documents) or any(old.info(name).passages for name in kept if old)
    if contents.documents and not some:
        raise ReadingError("报告里没有正文：只找到标题或图题，请检查文件内容。")
    return _Plan(before, old, contents, documents, tuple(_unread(contents, old)))


def _unread(contents: Contents, old: Store | None) -> Iterator[str]:
    """Yield what of each document was not read, one line each, those that are kept from the old index too."""
    for one in contents.documents:
        kept = old.info(one.name).notes if isinstance(one, KeptDocument) and old is not None else ()
        notes = one.document.notes if isinstance(one, NewDocument) else kept
        yield from (f"{one.name}：{note}" for note in notes)


def _take_apart(new: NewDocument) -> _TakenApart:
    outline = split_sections(new.document)
    return _TakenApart(new, outline, list(planned_passages(new.document, outline)))


class _Encoding:
    """Gives passages their vectors: those of the documents that are replaced are known, the others are encoded."""

    def __init__(self, order: _Order, plan: _Plan) -> None:
        self._known = _known_vectors(plan.old, plan.replaced)
        every = dict.fromkeys(one.parts for document in plan.documents for one in document.passages)
        self._unknown = every.keys() - self._known.keys()
        self._characters = sum(map(len, self._unknown))
        self._done = 0
        self._tell = order.tell
        self._encoder = self._open(order) if self._unknown else None
        encoder, old = self._encoder, plan.old
        self.dim = encoder.dim if encoder else old.manifest.dim if old else 0

    def __len__(self) -> int:
        return len(self._unknown)

    def vectors(self, passages: Iterable[Parts]) -> Mapping[Parts, Vectors]:
        """Return the vectors of passages, shape (parts, dim), by the passages."""
        found, unknown = {}, []
        for one in dict.fromkeys(passages):
            if one in self._known:
                found[one] = self._known[one]
            else:
                unknown.append(one)
        if unknown and self._encoder is not None:
            encoded = self._encoder.encode_passages(unknown, lambda done, total: self._report(done))
            self._done += sum(map(len, unknown))
            found.update(zip(unknown, encoded, strict=True))
        return found

    def _open(self, order: _Order) -> Encoder:
        order.tell("准备模型", 0, 1)
        encoder = open_encoder(order.model)
        order.tell("准备模型", 1, 1)
        return encoder

    def _report(self, done: int) -> None:
        # A passage that comes in two runs is encoded twice.
        self._tell("计算向量", min(self._done + done, self._characters), self._characters)


def _known_vectors(old: Store | None, documents: Iterable[str]) -> dict[Parts, Vectors]:
    """Return the vectors of the passages of some documents of the old index, by what was encoded."""
    known: dict[Parts, Vectors] = {}
    if old is None:
        return known
    for name in documents:
        # The title that the report itself gives: a correction of it changes no vector.
        info = old.info(name)
        for number in info.passages:
            # A store may keep fewer passages than a long report has.
            if (number - info.passages.start) % _AT_ONCE == 0:
                old.prepare(range(number, min(number + _AT_ONCE, info.passages.stop)))
            one = old.passage(number)
            units = tuple(unit_texts(one.passage, one.prose.text))
            header = header_of(known_as(info.found.title or "", name), one.passage.section)
            parts = parts_of(header, one.prose, units, old.figures(one.number))
            known[parts] = np.concatenate([old.unit_vectors(one), old.figure_vectors(one.number)])
    return known


def _write(order: _Order, plan: _Plan, encoding: _Encoding) -> Manifest:
    new = _entries(plan.documents, encoding)
    entries = (one if isinstance(one, KeptDocument) else next(new) for one in plan.contents.documents)
    same = plan.old is not None and not plan.documents and not plan.replaced
    return order.home.write(entries, plan.contents.origin, encoding.dim, plan.old, same)


def _entries(documents: Sequence[_TakenApart], encoding: _Encoding) -> Iterator[DocumentEntry]:
    for run in _runs(documents):
        vectors = encoding.vectors(one.parts for document in run for one in document.passages)
        for taken in run:
            passages = tuple(_passage_entry(one, vectors[one.parts]) for one in taken.passages)
            document, sections = taken.new.document, taken.outline.sections
            illustrations = tie_pictures(document, taken.outline.illustrations, sections)
            yield DocumentEntry(document, sections, illustrations, passages, taken.new.metadata)


def _runs(documents: Sequence[_TakenApart]) -> Iterator[list[_TakenApart]]:
    """Group documents so that those of a group are encoded together."""
    run: list[_TakenApart] = []
    characters = 0
    for document in documents:
        run.append(document)
        characters += sum(len(one.parts) for one in document.passages)
        if characters > _RUN_CHARACTERS:
            yield run
            run, characters = [], 0
    if run:
        yield run


def _passage_entry(planned: Planned, vectors: Vectors) -> PassageEntry:
    units = len(planned.units)
    own = PassageVectors(vectors[:units], vectors[units:])
    places = tuple((start, end, whole) for (start, end), whole, _ in planned.units)
    return PassageEntry(planned.passage, planned.parts.text, places, own, planned.figures)


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
