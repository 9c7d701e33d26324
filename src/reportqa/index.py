"""The build, composed: files to documents, outlines, passages, figures, vectors, and one new index."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from reportqa import __version__
from reportqa.bundled_model import MODEL_ID
from reportqa.datamodel import Document, Figure, Passage, Prose
from reportqa.dense import Vectors
from reportqa.embedding import Encoder, open_encoder
from reportqa.errors import IndexStoreError, ReadingError
from reportqa.figures import figures_of
from reportqa.passages import clauses, sentences, split_passages
from reportqa.reading import read_documents
from reportqa.sections import Outline, bare_heading, split_sections
from reportqa.store import (
    DocumentEntry,
    Manifest,
    PassageEntry,
    PassageVectors,
    check_files,
    check_writable,
    read_manifest,
    write_index,
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; ``fresh`` is False where the index was up to date and nothing was written."""

    documents: int
    sections: int
    passages: int
    figures: int
    seconds: float
    fresh: bool
    failures: tuple[ReadingError, ...]


def build_index(
    paths: Sequence[Path], folder: Path, model: str | None = None, progress: Progress | None = None
) -> BuildReport:
    """Build the index of the files under ``paths`` in ``folder``, or leave it where nothing has changed.

    >>> build_index([Path("corpus")], Path("index")).passages       # doctest: +SKIP
    99

    ``progress`` is called with a stage's Chinese name, the steps done and their number.
    Raises ReadingError where nothing can be read, ModelError where the model is not to be had.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, total: None)
    documents, failures = read_documents(paths)
    manifest = _sound_manifest(folder)
    # Only a named model has to be loaded to know which one it is.
    encoder = None if model is None else open_encoder(model, bulk=True)
    if manifest is not None and _is_current(manifest, documents, encoder.model_id if encoder else MODEL_ID):
        return _report(manifest, began, False, failures)
    parts = [_take_apart(document) for document in documents]
    if not any(part.passages for part in parts):
        raise ReadingError("报告里没有正文：只找到标题或图题，请检查文件内容。")
    check_writable(folder)
    tell("准备模型", 0, 1)
    encoder = encoder or open_encoder(bulk=True)
    tell("准备模型", 1, 1)
    entries = _entries(encoder, parts, partial(tell, "计算向量"))
    return _report(write_index(folder, entries, encoder.model_id, encoder.dim), began, True, failures)


def unit_texts(section: Sequence[str], text: str) -> Iterator[tuple[tuple[int, int], bool, str]]:
    """Yield the parts of a passage that get vectors: range, whether it is a whole sentence, words to encode.

    >>> [words for _, _, words in unit_texts(("一、概况", "（三）学生规模"), "招生6191人，毕业6782人。")]
    ['招生6191人，毕业6782人。', '学生规模：招生6191人，', '学生规模：毕业6782人。']

    A clause alone often does not say what it is about; the innermost heading before it does (docs/retrieval.md).
    """
    for start, end in sentences(text):
        yield (start, end), True, text[start:end]
    topic = bare_heading(section[-1]) + "：" if section else ""
    for start, end in clauses(text):
        yield (start, end), False, topic + text[start:end]


def figure_text(figure: Figure) -> str:
    """Return the words by which a figure is found: whom it covers, what it measures, and itself.

    >>> from reportqa.figures import figures_in_text
    >>> figure_text(figures_in_text("招生6191人。")[0])
    '招生6191人'
    """
    return f"{figure.scope.removeprefix('含')}{figure.indicator}{figure.text}"


_Planned = tuple[Passage, str, list[tuple[tuple[int, int], bool, str]], tuple[Figure, ...]]


@dataclass(frozen=True, slots=True)
class _Parts:
    document: Document
    outline: Outline
    passages: list[tuple[Passage, str]]
    figures: list[Figure]


def _take_apart(document: Document) -> _Parts:
    outline = split_sections(document)
    passages: list[tuple[Passage, str]] = []
    figures: list[Figure] = []
    for paragraph in outline.paragraphs:
        prose = Prose.read(document.text, paragraph.spans)
        figures += figures_of(prose, document.name, paragraph.section)
        cut = split_passages(paragraph, document.text)
        passages += [(passage, Prose.read(document.text, passage.spans).text) for passage in cut]
    return _Parts(document, outline, passages, figures)


def _entries(encoder: Encoder, parts: list[_Parts], progress: Callable[[int, int], None]) -> list[DocumentEntry]:
    """Encode the sentences, clauses and figures of every passage in one run."""
    texts: list[str] = []
    planned = []
    for part in parts:
        starts = [figure.start for figure in part.figures]
        for passage, text in part.passages:
            first, last = bisect_left(starts, passage.span.start), bisect_left(starts, passage.span.end)
            figures = tuple(part.figures[first:last])
            units = list(unit_texts(passage.section, text))
            planned.append((passage, text, units, figures))
            texts += [*(words for _, _, words in units), *map(figure_text, figures)]
    vectors = encoder.encode_passages(texts, progress)
    entries = iter(_cut_vectors(planned, vectors))
    return [
        DocumentEntry(
            part.document, part.outline.sections, part.outline.illustrations, tuple(islice(entries, len(part.passages)))
        )
        for part in parts
    ]


def _cut_vectors(planned: list[_Planned], vectors: Vectors) -> Iterator[PassageEntry]:
    row = 0
    for passage, text, units, figures in planned:
        own = vectors[row : row + len(units) + len(figures)]
        row += len(own)
        places = tuple((start, end, whole) for (start, end), whole, _ in units)
        yield PassageEntry(passage, text, places, PassageVectors(own[: len(units)], own[len(units) :]), figures)


def _sound_manifest(folder: Path) -> Manifest | None:
    """Read the manifest; that of a damaged index is as good as none, for what it names is about to be replaced."""
    try:
        manifest = read_manifest(folder)
        if manifest is not None:
            check_files(folder, manifest)
    except IndexStoreError:
        return None
    return manifest


def _is_current(manifest: Manifest, documents: list[Document], model_id: str) -> bool:
    digests = {document.name: document.digest for document in documents}
    same_program = manifest.program == __version__
    return same_program and manifest.documents == digests and manifest.model_id == model_id


def _report(manifest: Manifest, began: float, fresh: bool, failures: list[ReadingError]) -> BuildReport:
    return BuildReport(
        documents=len(manifest.documents),
        sections=manifest.sections,
        passages=manifest.passages,
        figures=manifest.figures,
        seconds=time.perf_counter() - began,
        fresh=fresh,
        failures=tuple(failures),
    )
