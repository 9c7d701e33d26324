"""Vectors at every size: the exact index, the compressed one of a large library, and what damage does to both."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from reportqa.errors import IndexStoreError
from reportqa.index import dense
from reportqa.index.dense import DenseIndex, write_vectors

DIM, ROWS = 32, 4000


def normalised(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def clustered():
    """Vectors around 200 centres, as the sentences of many reports of one kind lie."""
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(200, DIM))
    return normalised(centres[rng.integers(200, size=ROWS)] + 0.5 * rng.normal(size=(ROWS, DIM)))


@pytest.fixture(scope="module")
def questions(clustered):
    rng = np.random.default_rng(4)
    return normalised(clustered[rng.integers(ROWS, size=50)] + 0.1 * rng.normal(size=(50, DIM)))


@pytest.fixture(scope="module")
def built(tmp_path_factory, clustered):
    """The files of both kinds of index."""
    folders = {}
    for kind, limit in (("exact", ROWS), ("compressed", ROWS - 1)):
        folders[kind] = tmp_path_factory.mktemp(kind)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dense, "EXACT_ROWS", limit)
            patch.setattr(dense, "PROBED", 16)
            write_vectors(folders[kind] / "units.faiss", clustered)
        assert (folders[kind] / "units.npy").exists() == (kind == "compressed")
    return folders


@pytest.fixture(params=["exact", "compressed"])
def path(request, tmp_path, built):
    """The file of an index of either kind, to be read or damaged."""
    return Path(shutil.copytree(built[request.param], tmp_path / "index")) / "units.faiss"


@pytest.fixture
def compressed(tmp_path, built):
    return Path(shutil.copytree(built["compressed"], tmp_path / "index")) / "units.faiss"


def nearest(rows, question, limit):
    return np.argsort(-(rows @ question), kind="stable")[:limit].tolist()


def test_a_usual_library_is_searched_exactly(tmp_path, clustered, questions):
    write_vectors(tmp_path / "units.faiss", clustered)
    index = DenseIndex(tmp_path / "units.faiss")
    for question in questions:
        assert [row for row, _ in index.search(question, 10)] == nearest(clustered, question, 10)


def test_recall_and_cosines(path, clustered, questions):
    index = DenseIndex(path)
    recalls = []
    for question in questions:
        found = index.search(question, 10)
        assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)
        np.testing.assert_allclose(
            [cosine for _, cosine in found], clustered[[row for row, _ in found]] @ question, atol=1e-3
        )
        recalls.append(len({row for row, _ in found} & set(nearest(clustered, question, 10))) / 10)
    assert np.mean(recalls) >= 0.95


def test_rows_are_the_vectors_written(path, clustered):
    index = DenseIndex(path)
    assert len(index) == ROWS
    for first, count in ((0, 1), (17, 9), (ROWS - 5, 5), (0, ROWS)):
        rows = index.rows(first, count)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(rows, clustered[first : first + count], atol=1e-3)


@pytest.mark.parametrize("all_measured", [10_000, 0], ids=["measured", "searched"])
def test_a_search_among_some_rows(path, clustered, questions, all_measured, monkeypatch):
    monkeypatch.setattr(dense, "REREAD_ALL", all_measured)
    index = DenseIndex(path)
    among = [range(100, 400), range(900, 1000), range(ROWS - 3, ROWS)]
    rows = np.concatenate([np.arange(part.start, part.stop) for part in among])
    recalls = []
    for question in questions:
        found = [row for row, _ in index.search(question, 10, among)]
        assert set(found) <= set(rows.tolist())
        recalls.append(len(set(found) & set(rows[nearest(clustered[rows], question, 10)].tolist())) / 10)
    assert np.mean(recalls) >= 0.9
    assert index.search(questions[0], 10, []) == []


def test_a_few_rows_are_all_found(path, questions):
    found = DenseIndex(path).search(questions[0], 10, [range(5, 8)])
    assert {row for row, _ in found} == {5, 6, 7}


def test_more_wanted_than_there_are(path):
    index = DenseIndex(path)
    assert 0 < len(index.search(index.rows(0, 1)[0], 10 * ROWS)) <= ROWS


def test_half_precision_from_a_file_gives_the_same_index(tmp_path, clustered, monkeypatch):
    """How a library is written whose vectors do not fit into memory."""
    monkeypatch.setattr(dense, "EXACT_ROWS", ROWS - 1)
    monkeypatch.setattr(dense, "BLOCK", 999)
    np.save(tmp_path / "half.npy", clustered.astype(np.float16))
    write_vectors(tmp_path / "units.faiss", np.load(tmp_path / "half.npy", mmap_mode="r"))
    index = DenseIndex(tmp_path / "units.faiss")
    np.testing.assert_array_equal(index.rows(0, ROWS), clustered.astype(np.float16))
    assert index.search(clustered[7], 1)[0][0] == 7


@pytest.mark.parametrize("dim", [1, 6, 9, 10])
def test_any_number_of_dimensions(tmp_path, dim, monkeypatch):
    monkeypatch.setattr(dense, "EXACT_ROWS", 999)
    rows = normalised(np.random.default_rng(5).normal(size=(2000, dim)))
    write_vectors(tmp_path / "units.faiss", rows)
    index = DenseIndex(tmp_path / "units.faiss")
    row, cosine = index.search(rows[3], 100)[0]
    assert rows[row] @ rows[3] == pytest.approx(1, abs=1e-3)
    assert cosine == pytest.approx(1, abs=1e-3)


def test_damage_is_told_in_one_line(path):
    whole = path.read_bytes()
    for damaged in (b"", b"x" * 100, whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(IndexStoreError, match=r"^索引损坏：.*reportqa index。$"):
            DenseIndex(path)
    path.unlink()
    with pytest.raises(IndexStoreError, match=r"^索引损坏：.*reportqa index。$"):
        DenseIndex(path)


def test_damage_of_the_stored_vectors_is_told_in_one_line(compressed, clustered):
    stored = compressed.with_suffix(".npy")
    whole = stored.read_bytes()
    for damaged in (b"", b"x" * 100, whole[:50], whole[:-1], b"\x80\x04K\x01."):
        stored.write_bytes(damaged)
        with pytest.raises(IndexStoreError, match=r"^索引损坏：.*reportqa index。$"):
            DenseIndex(compressed)
    for other in (clustered[:-1].astype(np.float16), clustered):
        np.save(stored, other)
        with pytest.raises(IndexStoreError, match=r"^索引损坏：.*units\.npy.*reportqa index。$"):
            DenseIndex(compressed)
    np.save(stored, clustered.astype(np.float16))
    index = DenseIndex(compressed)
    stored.unlink()
    with pytest.raises(IndexStoreError, match=r"^索引损坏：.*units\.npy.*reportqa index。$"):
        index.rows(0, 1)
    with pytest.raises(IndexStoreError, match=r"^索引损坏：.*reportqa index。$"):
        DenseIndex(compressed)
