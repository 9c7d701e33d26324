"""What a build asks of the place in which an index lives, and the folder as such a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from reportqa import __version__
from reportqa.errors import IndexStoreError, InputError
from reportqa.index.entries import DocumentEntry, KeptDocument, Origin
from reportqa.index.folder import FolderStore
from reportqa.index.generations import Manifest, check_files, only_builder, read_manifest
from reportqa.index.opening import milvus_uri
from reportqa.index.store import Store
from reportqa.index.writing import relabel_index, write_index
from reportqa.reading.files import Shard

Entry = DocumentEntry | KeptDocument


class Home(Protocol):
    """A place for an index: it says what is there, and takes what is new.

    ``folder`` is what the paths of the reports are told from, None where they are told whole.
    """

    folder: Path | None

    def manifest(self) -> Manifest | None:
        """Return the manifest of what is there; None where there is nothing, or nothing that can be read."""

    def reusable(self, thoroughly: bool = False) -> Store | None:
        """Open what this program and model have built there; None where there is none, or it is not sound."""

    def is_sound(self, store: Store) -> bool:
        """Tell whether what is going to be kept is as it was written."""

    def only_builder(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Be the only one that builds what this one builds; ``waiting`` is called where another has to finish first."""

    def write(self, entries: Iterable[Entry], origin: Origin, dim: int, old: Store | None, same: bool) -> Manifest:
        """Write documents, in the order of their names; ``old`` has those that are kept, its others go.

        ``same`` says that nothing but metadata and settings has changed.
        """


def home_of(where: str | Path, model_id: str, shard: Shard | None = None) -> Home:
    """Return the home of an index that is built with a model; ``shard`` is the part of the reports to be built.

    Raises InputError where a folder is to be built in parts.
    """
    uri = milvus_uri(where)
    if uri is None:
        if shard is not None:
            raise InputError("--shard 用于几台机器共建一个 Milvus 索引：请用 --index milvus:地址。")
        return FolderHome(Path(where), model_id)
    from reportqa.index.milvus.home import MilvusHome

    return MilvusHome(uri, model_id, shard or Shard())


class FolderHome:
    """The index folder as a place to build in."""

    def __init__(self, folder: Path, model_id: str) -> None:
        self.folder: Path | None = folder
        self._folder, self._model_id = folder, model_id

    def manifest(self) -> Manifest | None:
        """Return the manifest; a damaged one is as good as none, for it is about to be replaced."""
        try:
            return read_manifest(self._folder)
        except IndexStoreError:
            return None

    def reusable(self, thoroughly: bool = False) -> FolderStore | None:
        """Open the index in the folder; None where there is none of this program and model that is sound."""
        try:
            store = FolderStore(self._folder)
        except IndexStoreError:
            return None
        same = (store.manifest.program, store.manifest.model_id) == (__version__, self._model_id)
        if same and (not thoroughly or self.is_sound(store)):
            return store
        store.close()
        return None

    def is_sound(self, store: Store) -> bool:
        """Tell whether what is going to be copied is as it was written, large files too."""
        try:
            check_files(self._folder, store.manifest, thoroughly=True)
        except IndexStoreError:
            return False
        return True

    def only_builder(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Be the only one that builds in this folder, made where it is missing."""
        return only_builder(self._folder, waiting)

    def write(self, entries: Iterable[Entry], origin: Origin, dim: int, old: Store | None, same: bool) -> Manifest:
        """Write a whole index as a new generation and switch to it; where all is the ``same``, no vector is copied."""
        assert old is None or isinstance(old, FolderStore)
        if same and old is not None:
            metadata = {one.name: one.metadata for one in entries if isinstance(one, KeptDocument)}
            return relabel_index(self._folder, metadata, origin, old)
        return write_index(self._folder, entries, self._model_id, dim, origin, old)
