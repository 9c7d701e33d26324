"""What there is to index, and what of it the old index has already."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from reportqa.errors import ReadingError
from reportqa.index.entries import KeptDocument, Origin
from reportqa.index.store import Store, to_json
from reportqa.reading import READERS, read_document
from reportqa.reading.files import MAX_BYTES, Shard, named_files, unopened
from reportqa.reading.metadata import CORRECTIONS, Corrections, Metadata, file_key, read_corrections, read_rows
from reportqa.reading.recognition import LineCorrections, Recogniser
from reportqa.reading.recognition.corrections import read_line_corrections
from reportqa.text.aliases import ALIASES, Group, parse_aliases
from reportqa.text.records import Document

# In the index folder: the pages that were recognised, whether or not the build came to its end.
RECOGNISED = "recognised"
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document, as it was read, that the old index does not have, and what is known of it after corrections."""

    document: Document
    metadata: Metadata

    @property
    def name(self) -> str:
        """The name of the document."""
        return self.document.name


@dataclass(frozen=True, slots=True)
class Contents:
    """What an index of some paths holds, in the order of the names, and one line for each thing wrong with it."""

    documents: tuple[NewDocument | KeptDocument, ...]
    origin: Origin
    failures: tuple[ReadingError, ...]
    complaints: tuple[str, ...]

    @property
    def new(self) -> list[NewDocument]:
        """The documents to be taken apart and encoded."""
        return [one for one in self.documents if isinstance(one, NewDocument)]

    def is_that_of(self, store: Store) -> bool:
        """Tell whether an index was made of just this."""
        made_of = store.manifest
        return not self.new and made_of.sources == self.origin.sources and made_of.extras == self.origin.extras

    def replaced(self, store: Store) -> list[str]:
        """Return the documents of the old index that are changed or gone."""
        kept = {one.name for one in self.documents if isinstance(one, KeptDocument)}
        return [name for name in store.manifest.documents if name not in kept]


def survey(
    paths: Sequence[Path],
    folder: Path | None,
    old: Store | None,
    settings: Mapping[str, str],
    tell: Callable[[str, int, int], None],
    shard: Shard | None = None,
) -> Contents:
    """Look at every file under ``paths`` for an index in ``folder``, and read those that ``old`` has not as they are.

    Of a ``shard`` only the reports that are of it.

    >>> survey([Path("corpus")], Path("index"), None, {}, print).documents[0].name      # doctest: +SKIP
    '渝北区中等职业教育质量年度报告2024.txt'

    Raises ReadingError where a path does not exist or nothing at all can be read.
    """
    files, failures = named_files(paths, READERS)
    folders = _folders(paths)
    corrections = _AllCorrections({folder: read_corrections(folder) for folder in folders}, _folders(paths, given=True))
    aliases, complaints = _read_all_aliases(folders)
    lines = _AllLines(folders)
    # Beside a Milvus there is no folder to keep what was recognised.
    kept = folder / RECOGNISED if folder else None
    sources: dict[str, str] = {}
    documents: list[NewDocument | KeptDocument] = []
    corrected: dict[str, Metadata] = {}
    mine = [one for one in files if shard is None or shard.has(one[0])]
    for number, (name, file) in enumerate(mine, 1):
        if name in sources:
            failures.append(ReadingError(f"有两个文件同名，只读了第一个：{name}（请改名）。"))
            continue
        try:
            # Before it is read: a file that changes meanwhile is then found changed by the next build.
            source = _hash(file)
            said = lines.of(file)
            if said:
                # The same file reads otherwise.
                source = hashlib.sha256(f"{source}{sorted(said.items())}".encode()).hexdigest()
            one = _look(file, name, source, old, Recogniser(kept, tell, LineCorrections(said)))
        except ReadingError as error:
            failures.append(error)
            continue
        correction = corrections.of(file)
        if correction != Metadata():
            corrected[name] = correction
        sources[name] = source
        documents.append(_correct(one, correction))
        if isinstance(one, NewDocument):
            tell("读取报告", number, len(mine))
    if not documents and mine == files:
        endings = "、".join(sorted(READERS))
        none = ReadingError(f"没有可读的报告：请把 {endings} 文件放进语料文件夹后再建索引。")
        raise failures[0] if failures else none
    applied = to_json({name: asdict(one) for name, one in corrected.items()})
    settings = {**settings, CORRECTIONS: applied, ALIASES: to_json(aliases)}
    origin = Origin(sources, settings, tuple(_relative(path, folder) for path in paths))
    return Contents(
        tuple(documents), origin, tuple(failures), (*corrections.complaints(files), *complaints, *lines.complaints)
    )


def _look(file: Path, name: str, source: str, old: Store | None, recogniser: Recogniser) -> NewDocument | KeptDocument:
    known = old is not None and name in old.manifest.documents and old.has_pictures(name)
    if old is not None and known and old.manifest.sources.get(name) == source:
        return KeptDocument(name, old.info(name).found)
    document = read_document(file, name, recogniser)
    found = Metadata.of(document)
    if old is not None and known and old.manifest.documents[name] == document.digest:
        return KeptDocument(name, found)
    return NewDocument(document, found)


def _correct(one: NewDocument | KeptDocument, by: Metadata) -> NewDocument | KeptDocument:
    return replace(one, metadata=one.metadata.corrected(by))


class _AllCorrections:
    """The corrections beside the given files and in the given folders."""

    def __init__(self, tables: Mapping[Path, Corrections], folders: Sequence[Path]) -> None:
        self._tables = tables
        self._folders = folders

    def of(self, file: Path) -> Metadata:
        """Return the correction of a file."""
        for folder in file.absolute().parents:
            if folder in self._tables and _key(file, folder) in self._tables[folder].rows:
                return self._tables[folder].rows[_key(file, folder)]
        return Metadata()

    def complaints(self, files: Sequence[tuple[str, Path]]) -> tuple[str, ...]:
        """Return what is wrong with the tables, rows of files that are not there among it."""
        said = [line for table in self._tables.values() for line in table.complaints]
        for folder in self._folders:
            there = {_key(file, folder) for _, file in files if folder in file.absolute().parents}
            for name in self._tables[folder].rows:
                if name not in there and not _is_set_aside(folder, name):
                    said.append(f"{CORRECTIONS} 里的“{name[:_SHOWN]}”不在文件夹里，这一行没有用上。")
        return tuple(said)


class _AllLines:
    """The corrections of recognised lines in all folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        read = {folder: read_line_corrections(folder) for folder in folders}
        self._tables = {folder: table for folder, (table, _) in read.items()}
        self.complaints = [line for _, complaints in read.values() for line in complaints]

    def of(self, file: Path) -> dict[tuple[int, str], str]:
        """Return the corrections of a file."""
        near = [folder for folder in file.absolute().parents if folder in self._tables]
        return next((found for folder in near if (found := self._tables[folder].get(_key(file, folder)))), {})


def _key(file: Path, folder: Path) -> str:
    return file_key(file.absolute().relative_to(folder).as_posix())


def _is_set_aside(folder: Path, name: str) -> bool:
    """Tell whether the 文库 page has taken a report out: it can be put back, and its row is kept for it."""
    try:
        file = folder / name
        return file.with_name(f".{file.name}").exists()
    # A cell may hold anything.
    except (OSError, ValueError):
        return False


def _folders(paths: Sequence[Path], given: bool = False) -> list[Path]:
    """Return the folders in which the owner's tables may lie: those that are ``given``, and those of given files."""
    beside = [] if given else [path.absolute().parent for path in paths if not path.is_dir()]
    return list(dict.fromkeys([*(path.absolute() for path in paths if path.is_dir()), *beside]))


def _read_all_aliases(folders: Iterable[Path]) -> tuple[list[Group], list[str]]:
    """Return the spellings that the alias files declare to be the same, and what is wrong with the files."""
    groups: list[Group] = []
    complaints: list[str] = []
    for folder in folders:
        try:
            groups += parse_aliases(read_rows(folder / ALIASES))
        except ReadingError as error:
            complaints.append(str(error))
    return groups, complaints


def _hash(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            return ""  # It will be refused.
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise unopened(file.name, error) from error


def _relative(path: Path, folder: Path | None) -> str:
    """Name a path from the index folder, so that both can be moved together; without one, whole."""
    if folder is None:
        return path.resolve().as_posix()
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()
