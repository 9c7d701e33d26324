"""The index folder: generations of files, a manifest that names the current one, and who may touch which."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from reportqa import __version__
from reportqa.errors import IndexStoreError

FORMAT = 5
REBUILD = "请重新运行 reportqa index"
MANIFEST = "manifest.json"
_GENERATION, _REMOVED = "generation-", "removed-"
_LOCK = "building.lock"
# Larger files are checked by size alone at each start: hashing gigabytes would cost more than it saves.
HASHED_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made of and with.

    ``documents`` maps the reports' names to the hashes of their texts, ``sources`` to those of the files' bytes,
    ``extras`` the names of the owner's other settings to the hashes of their values; ``roots`` are the files and
    folders that were indexed, relative to the index folder where that is possible.
    """

    generation: str
    model_id: str
    dim: int
    documents: dict[str, str]
    sections: int
    passages: int
    figures: int
    files: dict[str, list[int | str]]
    sources: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)
    program: str = __version__
    format: int = FORMAT


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of an index folder, None where nothing has been built.

    Raises IndexStoreError where it is damaged or of another format version.
    """
    path = folder / MANIFEST
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise IndexStoreError(f"索引的格式是第 {record['format']} 版，本程序用第 {FORMAT} 版：{REBUILD}。")
        seal = record.pop("seal")
        manifest = Manifest(**record)
    except (FileNotFoundError, NotADirectoryError):
        return None
    # A text of nothing but brackets is a RecursionError.
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexStoreError(f"索引损坏：读不出 {path}，{REBUILD}。") from error
    if seal != _seal(manifest):
        raise IndexStoreError(f"索引损坏：{path} 被改动，{REBUILD}。")
    return manifest


def check_files(folder: Path, manifest: Manifest, thoroughly: bool = False) -> None:
    """Raise IndexStoreError where a file that the manifest names is missing or not as it was written.

    Of large files only the size is looked at, unless ``thoroughly``.
    """
    for name, (size, written) in manifest.files.items():
        path = folder / manifest.generation / name
        try:
            sound = path.stat().st_size == size
            if sound and (thoroughly or int(size) <= HASHED_BYTES):
                sound = _hash(path) == written
        except OSError:
            sound = False
        if not sound:
            raise IndexStoreError(f"索引损坏：{path} 缺失或被改动，{REBUILD}。")


def open_generation(folder: Path) -> tuple[Manifest, Callable[[], None]]:
    """Read the manifest, check what it names and keep that from being removed until the returned function is called.

    Raises IndexStoreError where there is no index or it is damaged; one that is replaced meanwhile is opened anew.
    """
    tried = ""
    while True:
        manifest = read_manifest(folder)
        if manifest is None:
            raise IndexStoreError(f"还没有索引：{folder} 里没有 {MANIFEST}，请先运行 reportqa index。")
        release = _hold(folder / manifest.generation)
        try:
            check_files(folder, manifest)
        except IndexStoreError:
            release()
            if manifest.generation == tried:
                raise
            tried = manifest.generation
            continue
        return manifest, release


@contextlib.contextmanager
def only_builder(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only one that builds in this folder, made where it is missing.

    ``waiting`` is called where another one has to finish first. The lock is the operating system's: it ends with the
    process, however that ends. Raises IndexStoreError where nothing can be written there: before the long work.
    """
    from filelock import FileLock, Timeout

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def new_generation(folder: Path) -> Iterator[Path]:
    """Give a new folder for the files of an index; it goes again unless it has become the current one."""
    target = folder / f"{_GENERATION}{secrets.token_hex(8)}"
    with writing(folder):
        target.mkdir(parents=True)
    try:
        yield target
    finally:
        if _current(folder) != target.name:
            shutil.rmtree(target, ignore_errors=True)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tell what keeps an index from being written, a full disk for one, as an IndexStoreError.

    To be put around writing alone: faiss reports a full disk as a RuntimeError, which may mean anything elsewhere.
    """
    try:
        yield
    except (OSError, RuntimeError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise IndexStoreError(f"写不了索引文件夹 {folder}：{reason}。") from error


def switch(folder: Path, manifest: Manifest) -> None:
    """Make a written generation the current one.

    One replacement of the manifest: a process that is killed at any moment leaves the old index or the new. The files
    are on the disk before it, so that this also holds for a machine that is switched off.
    """
    for name in manifest.files:
        _flush(folder / manifest.generation / name)
    beside = folder / f"{MANIFEST}.{manifest.generation}"
    record = asdict(manifest) | {"seal": _seal(manifest)}
    beside.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    _flush(beside)
    beside.replace(folder / MANIFEST)


def sweep(folder: Path, generation: str) -> None:
    """Remove what earlier builds left; only for the one who builds. What somebody reads stays until the next build."""
    for path in folder.iterdir():
        if path.name.startswith(_REMOVED):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(_GENERATION) and path.name != generation:
            _remove(path)
        elif path.name.startswith(f"{MANIFEST}."):
            with contextlib.suppress(OSError):
                path.unlink()


def fingerprints(target: Path) -> dict[str, list[int | str]]:
    """Return size and hash of every file of a generation; pictures, in folders of their own, are not among them."""
    files = sorted(path for path in target.iterdir() if path.is_file())
    return {path.name: [path.stat().st_size, _hash(path)] for path in files}


def _current(folder: Path) -> str | None:
    try:
        manifest = read_manifest(folder)
    except IndexStoreError:
        return None
    return manifest.generation if manifest else None


def _seal(manifest: Manifest) -> str:
    """Return a hash over a manifest, by which a change of any of its values shows."""
    values = json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(values.encode("utf-8"), digest_size=16).hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _hold(path: Path) -> Callable[[], None]:
    """Keep a generation from being removed by a builder; where the system has no shared locks, open files do that."""
    if sys.platform == "win32":
        return lambda: None
    lock = _lock_folder(path, exclusive=False)
    return lambda: None if lock is None else os.close(lock)


def _remove(path: Path) -> None:
    """Remove a generation that nobody reads: what cannot be locked, or renamed while files in it are open, stays."""
    lock = None
    if sys.platform != "win32":
        lock = _lock_folder(path, exclusive=True)
        if lock is None:
            return
    with contextlib.suppress(OSError):
        removed = path.rename(path.with_name(f"{_REMOVED}{path.name}"))
        shutil.rmtree(removed, ignore_errors=True)
    if lock is not None:
        os.close(lock)


if sys.platform != "win32":
    import fcntl

    def _lock_folder(path: Path, exclusive: bool) -> int | None:
        """Lock a folder and return what is to be closed to unlock it; None where another process has the lock."""
        try:
            opened = os.open(path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(opened, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(opened)
            return None
        except OSError:
            # Some network drives know no locks: a reader may then lose its files, and says so.
            return opened
        return opened
