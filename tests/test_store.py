"""The index folder: what is written is what is read, damage is told in one line, and no build leaves it unusable."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportqa.errors import IndexStoreError
from reportqa.figures.extract import figures_of
from reportqa.index import generations, keywords, writing
from reportqa.index.dense import DenseIndex, write_vectors
from reportqa.index.entries import DocumentEntry, KeptDocument, PassageEntry, PassageVectors
from reportqa.index.folder import FolderStore
from reportqa.index.generations import check_files, read_manifest
from reportqa.index.writing import write_index
from reportqa.outline.passages import sentences, split_passages
from reportqa.outline.pictures import tie_pictures
from reportqa.outline.sections import split_sections
from reportqa.reading import make_document
from reportqa.reading.metadata import Metadata
from reportqa.text.records import Picture

DIM = 8
REPORTS = {
    "甲.txt": "甲县年报\n（2023年）\n一、学生\n招生6191人，毕业6782人。\n图 1 规模\n二、教师\n教师1006人。待增。",
    "乙.txt": "乙县年报\n（2024年）\n一、学生\n招生500人，全区共有\n 图 2 招生\n女生240人。\n二、经费\n投入3.5亿元。",
}


def vector(text):
    """A unit vector that depends on the characters of a text alone."""
    counts = np.zeros(DIM, dtype=np.float32)
    for char in text:
        counts[ord(char) % DIM] += 1
    return counts / max(np.linalg.norm(counts), 1)


def vectors(texts):
    return np.array([vector(text) for text in texts], dtype=np.float32).reshape(len(texts), DIM)


def entry(name, text):
    document = make_document(name, text)
    outline = split_sections(document)
    passages = []
    for paragraph in outline.paragraphs:
        for passage in split_passages(paragraph, text):
            prose = passage.prose(text)
            figures = tuple(figures_of(prose, name, paragraph.section))
            units = tuple((start, end, True) for start, end in sentences(prose.text))
            rows = PassageVectors(
                vectors([prose.text[start:end] for start, end, _ in units]), vectors([f.text for f in figures])
            )
            passages.append(PassageEntry(passage, prose.text, units, rows, figures))
    return DocumentEntry(document, outline.sections, outline.illustrations, tuple(passages))


def build(folder, reports=None):
    reports = reports or REPORTS
    entries = [entry(name, text) for name, text in sorted(reports.items())]
    write_index(folder, entries, "tiny", DIM)
    return entries


@pytest.fixture
def folder(tmp_path):
    build(tmp_path / "index")
    return tmp_path / "index"


def refusal(folder):
    with pytest.raises(IndexStoreError) as caught:
        FolderStore(folder).documents()
    message = str(caught.value)
    assert "\n" not in message
    assert "reportqa index" in message
    return message


def test_what_is_written_is_read(tmp_path):
    entries = build(tmp_path)
    store = FolderStore(tmp_path)
    assert store.documents() == [part.document for part in entries]
    assert store.illustrations() == [caption for part in entries for caption in part.illustrations]
    assert store.all_figures() == [f for part in entries for passage in part.passages for f in passage.figures]
    for part in entries:
        expected = [(section.path, section.level, section.heading) for section in part.sections]
        assert store.sections(part.document.name) == expected
    written = [passage for part in entries for passage in part.passages]
    assert len(store) == len(written) > 4
    for number, passage in enumerate(written):
        read = store.passage(number)
        assert (read.passage, read.units, read.prose.text) == (passage.passage, passage.units, passage.text)
        assert store.figures(number) == passage.figures
        np.testing.assert_allclose(store.unit_vectors(read), passage.vectors.units, atol=1e-6)
        np.testing.assert_allclose(store.figure_vectors(number), passage.vectors.figures, atol=1e-3)


def test_the_manifest_says_what_the_index_holds(folder):
    manifest = read_manifest(folder)
    assert (manifest.model_id, manifest.dim, manifest.passages) == ("tiny", DIM, len(FolderStore(folder)))
    assert manifest.documents == {name: make_document(name, text).digest for name, text in REPORTS.items()}


def test_an_index_without_figures(tmp_path):
    build(tmp_path, {"r.txt": "一、概况\n全县平稳。\n"})
    store = FolderStore(tmp_path)
    assert store.all_figures() == []
    assert store.figure_vectors(0).shape == (0, DIM)


def test_faiss_equals_brute_force(tmp_path):
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(500, DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    write_vectors(tmp_path / "rows.faiss", rows)
    index = DenseIndex(tmp_path / "rows.faiss")
    for question in rows[:20] + 0.1:
        cosines = rows @ question
        found = index.search(question, 10)
        assert [row for row, _ in found] == list(np.argsort(-cosines)[:10])
        np.testing.assert_allclose([cosine for _, cosine in found], np.sort(cosines)[::-1][:10], rtol=1e-5)
    assert len(index.search(rows[0], 10_000)) == len(index) == 500
    np.testing.assert_array_equal(index.rows(3, 4), rows[3:7])


def test_a_passage_is_as_near_as_its_nearest_sentence(folder):
    store = FolderStore(folder)
    found = store.dense_search(vector("投入3.5亿元。"), 100)
    passages = [store.passage(number) for number in range(len(store))]
    best = {p.number: float((store.unit_vectors(p) @ vector("投入3.5亿元。")).max()) for p in passages}
    assert found == pytest.approx(best)
    assert list(found) == sorted(found, key=lambda number: -found[number])
    assert store.passage(next(iter(found))).prose.text == "投入3.5亿元。"


@pytest.fixture
def database():
    connection = sqlite3.connect(":memory:")
    connection.executescript(keywords.SCHEMA)
    yield connection
    connection.close()


def test_keyword_scores_are_bm25_by_hand(database):
    """Five passages of 2, 2, 4, 1 and 1 terms; the question's term stands once in the first, twice in the third."""
    texts = ["招生 学校", "教师 学校", "招生 招生 学校 教师", "经费", "设备"]
    keywords.add(database, list(enumerate(texts)))
    found = keywords.Keywords(database).search("words", "招生", 10)
    idf = np.log((5 - 2 + 0.5) / (2 + 0.5))
    average = (2 + 2 + 4 + 1 + 1) / 5

    def bm25(times, length):
        return idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / average))

    assert found == pytest.approx({0: bm25(1, 2), 2: bm25(2, 4)})


def test_rarer_words_and_shorter_passages_come_first(database):
    texts = ["招生和教师", "招生、教师、经费、校舍、设备的全部情况", "生师比", "经费", "设备", "校舍", "教师"]
    keywords.add(database, list(enumerate(texts)))
    assert list(keywords.Keywords(database).search("words", "招生有多少？", 10)) == [0, 1]
    assert next(iter(keywords.Keywords(database).search("bigrams", "师比", 10))) == 2
    assert len(keywords.Keywords(database).search("bigrams", "教师", 2)) == 2
    assert keywords.Keywords(database).search("words", "是多少？", 10) == {}
    assert keywords.Keywords(database).frequencies("words", ["教师", "没有"]) == {"教师": 3}


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_question_can_be_searched(question):
    connection = sqlite3.connect(":memory:")
    connection.executescript(keywords.SCHEMA)
    keywords.add(connection, [(0, question), (1, "招生6191人。")])
    for table in ("words", "bigrams"):
        scores = keywords.Keywords(connection).search(table, question, 5)
        assert all(score > 0 for score in scores.values())
    connection.close()


def test_a_question_of_very_many_terms(database):
    keywords.add(database, [(0, "招生")])
    assert list(keywords.Keywords(database).search("words", "招生" + " ".join(map(str, range(3000))), 5)) == [0]


def test_a_missing_index_says_how_to_make_one(tmp_path):
    assert "还没有索引" in refusal(tmp_path)
    assert "还没有索引" in refusal(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def files_of(folder):
    return [folder / "manifest.json", *sorted((folder / read_manifest(folder).generation).iterdir())]


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("damage", ["truncate", "empty", "flip", "delete"])
def test_every_damage_of_every_file_is_told(folder, number, damage):
    assert len(files_of(folder)) == 3
    path = files_of(folder)[number]
    data = path.read_bytes()
    if damage == "truncate":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "delete":
        path.unlink()
    else:
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    expected = "还没有索引" if (path.name, damage) == ("manifest.json", "delete") else "索引损坏"
    assert expected in refusal(folder)


def test_a_flip_of_any_bit_of_the_manifest_is_told(folder):
    path = folder / "manifest.json"
    data = path.read_bytes()
    for position in random.Random(5).sample(range(len(data)), 60):
        path.write_bytes(data[:position] + bytes([data[position] ^ 4]) + data[position + 1 :])
        try:
            assert asdict(read_manifest(folder)) == asdict(FolderStore(folder).manifest)
            # What JSON does not count: a space that became another white space.
            assert json.loads(path.read_bytes()) == json.loads(data)
        except IndexStoreError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\xff\xfe", b"null", b"[]", b"{}", b'"x"', b"[" * 200_000, b'{"format": 5}', b'{"format": 5, "seal": "x"}'],
)
def test_a_manifest_of_garbage_is_told(folder, garbage):
    (folder / "manifest.json").write_bytes(garbage)
    assert "索引损坏" in refusal(folder)


def test_another_format_version_is_told(folder):
    path = folder / "manifest.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(record | {"format": 999}), encoding="utf-8")
    assert "第 999 版" in refusal(folder)


def test_a_new_build_replaces_the_old_one_and_what_killed_ones_left(folder):
    (folder / "README.md").write_text("note", encoding="utf-8")
    left = folder / "generation-0123456789abcdef"
    left.mkdir()
    (folder / "manifest.json.generation-0123456789abcdef").write_text("{", encoding="utf-8")
    build(folder, {"丙.txt": "一、概况\n招生7人。\n"})
    assert [document.name for document in FolderStore(folder).documents()] == ["丙.txt"]
    generation = read_manifest(folder).generation
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", generation, "manifest.json"]


def test_a_build_over_a_damaged_index_repairs_it(folder):
    files_of(folder)[1].unlink()
    build(folder)
    assert len(FolderStore(folder).documents()) == 2


BUILD_FOR_EVER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_store import REPORTS, entry, write_index, DIM
entries = [entry(name, text) for name, text in sorted(REPORTS.items())]
print("ready", flush=True)
while True:
    write_index(Path(sys.argv[1]), entries, "tiny", DIM)
    write_index(Path(sys.argv[1]), entries[:1], "tiny", DIM)
"""


def test_a_build_killed_at_any_moment_leaves_an_index_that_opens(folder):
    rng = random.Random(11)
    for _ in range(5):
        command = [sys.executable, "-c", BUILD_FOR_EVER, str(folder), str(Path(__file__).parent)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout.readline().strip() == b"ready"
        time.sleep(rng.uniform(0.01, 0.3))
        process.kill()
        process.wait()
        process.stdout.close()
        texts = [text for _, text in sorted(REPORTS.items())]
        with closing(FolderStore(folder)) as store:
            assert [document.text for document in store.documents()] in (texts, texts[:1])
    build(folder)
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "index", tmp_path / ("长" * 300)):
        with pytest.raises(IndexStoreError, match="写不了索引文件夹") as caught:
            build(folder)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="limits of a file's size are POSIX")
def test_a_full_disk_is_told_and_the_old_index_opens(folder):
    """A limit on the size of a file stands in for a disk without room, found by SQLite and by the other writers."""
    before = {path: path.read_bytes() for path in files_of(folder)}
    script = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_store import REPORTS, build
from reportqa.errors import IndexStoreError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    build(Path(sys.argv[1]), {name: text * int(sys.argv[4]) for name, text in REPORTS.items()})
except IndexStoreError as error:
    sys.stderr.write(f"{error}\\n")
    sys.exit(2)
"""
    for limit, times in ((4096, 1), (60_000, 300)):
        command = [sys.executable, "-c", script, str(folder), str(Path(__file__).parent), str(limit), str(times)]
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert run.returncode == 2, run.stderr
        assert run.stderr.startswith("写不了索引文件夹")
        assert run.stderr.count("\n") == 1
        assert {path: path.read_bytes() for path in files_of(folder)} == before
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_a_copied_index_opens(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "移到 别处")
    shutil.rmtree(folder)
    assert len(FolderStore(tmp_path / "移到 别处").documents()) == 2


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed on Windows")
def test_an_open_index_reads_on_while_a_new_one_is_built(folder):
    store = FolderStore(folder)
    first = store.passage(0).prose.text
    build(folder, {"丙.txt": "一、概况\n招生7人。\n"})
    assert store.passage(1).prose.text != first
    assert store.unit_vectors(store.passage(1)).shape[1] == DIM


def test_what_is_known_of_the_reports_is_there_without_their_texts(folder):
    store = FolderStore(folder)
    library = {one.name: one for one in store.library()}
    assert list(library) == sorted(REPORTS)
    for document in store.documents():
        known = library[document.name]
        assert (known.title, known.year, known.region, known.genre) == (
            document.title, document.year, document.region, document.genre,
        )  # fmt: skip
        assert known.found == Metadata.of(document)
        assert known.characters == len(document.text)
        assert known.sections == len(store.sections(document.name))
        assert known.figures == sum(len(store.figures(number)) for number in known.passages)
        assert {store.passage(number).passage.document for number in known.passages} == {document.name}
    assert sum(len(one.passages) for one in store.library()) == len(store)
    assert store.passages_of(["甲.txt"]) == [library["甲.txt"].passages]


def test_the_captions_of_a_section_are_found_alone(folder):
    store = FolderStore(folder)
    every = store.illustrations()
    assert len(every) == 2
    for one in every:
        assert store.illustrations_of(one.document, one.section) == [one]
        assert store.illustrations_in(one.document) == [one]
    assert store.illustrations_of("甲.txt", ("没有",)) == []


def test_pictures_are_files_of_the_index_and_go_with_an_update(tmp_path):
    part = entry("甲.txt", REPORTS["甲.txt"])
    pictures = (Picture(30, ".png", b"\x89PNG one"), Picture(31, ".jpg", b"two"))
    document = replace(part.document, pictures=pictures)
    shown = tie_pictures(document, part.illustrations, part.sections)
    write_index(tmp_path, [replace(part, document=document, illustrations=shown)], "tiny", DIM)
    old = FolderStore(tmp_path)
    found = [one.image for one in old.illustrations() if one.image]
    assert sorted(Path(image).read_bytes() for image in found) == [b"two", b"\x89PNG one"]
    assert all(Path(image).is_absolute() and Path(image).is_relative_to(tmp_path.resolve()) for image in found)
    entries = [entry("乙.txt", REPORTS["乙.txt"]), KeptDocument("甲.txt", Metadata("新标题"))]
    write_index(tmp_path, entries, "tiny", DIM, old=old)
    with closing(FolderStore(tmp_path)) as store:
        again = [one.image for one in store.illustrations() if one.image]
        assert [Path(image).name for image in again] == [Path(image).name for image in found]
        assert sorted(Path(image).read_bytes() for image in again) == [b"two", b"\x89PNG one"]
        assert store.document("甲.txt").title == "新标题"
        assert store.info("甲.txt").found == Metadata.of(part.document)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_documents_that_are_kept_are_as_if_written_again(folder, tmp_path):
    """Between two new ones, so that all of its numbers move."""
    reports = REPORTS | {"丁.txt": "丁县年报\n一、学生\n招生77人。", "中.txt": "中县年报\n一、学生\n招生9人，教师3人。"}
    entries = [
        KeptDocument(name, Metadata.of(make_document(name, text))) if name in REPORTS else entry(name, text)
        for name, text in sorted(reports.items())
    ]
    old = FolderStore(folder)
    write_index(folder, entries, "tiny", DIM, old=old)
    build(tmp_path / "anew", reports)
    with closing(FolderStore(folder)) as updated, closing(FolderStore(tmp_path / "anew")) as anew:
        assert updated.manifest.documents == anew.manifest.documents
        assert (updated.library(), updated.documents()) == (anew.library(), anew.documents())
        assert updated.all_figures() == anew.all_figures()
        assert updated.illustrations() == anew.illustrations()
        for number in range(len(anew)):
            passage = anew.passage(number)
            assert updated.passage(number) == passage
            assert updated.figures(number) == anew.figures(number)
            np.testing.assert_array_equal(updated.unit_vectors(passage), anew.unit_vectors(passage))
            np.testing.assert_array_equal(updated.figure_vectors(number), anew.figure_vectors(number))
        for table in ("words", "bigrams"):
            assert updated.keyword_search(table, "招生多少人", 9) == anew.keyword_search(table, "招生多少人", 9)


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed on Windows")
def test_a_reader_keeps_its_files_until_it_lets_go(folder):
    """Other threads open the database only when they first ask."""
    store = FolderStore(folder)
    expected = [store.passage(number).prose.text for number in range(len(store))]
    for count in (7, 8, 9):
        build(folder, {"丙.txt": f"一、概况\n招生{count}人。\n"})
    store._read_passage.cache_clear()
    store._read_document.cache_clear()
    read = []
    threads = [
        threading.Thread(target=lambda n=number: read.append((n, store.passage(n).prose.text, store.figure_vectors(n))))
        for number in range(len(store))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [text for _, text, _ in sorted(read, key=lambda one: one[0])] == expected
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 2
    store.close()
    build(folder)
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_an_index_that_is_replaced_again_and_again_opens_at_any_moment(folder):
    command = [sys.executable, "-c", BUILD_FOR_EVER, str(folder), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == b"ready"
        seen = set()
        while len(seen) < 15:
            with closing(FolderStore(folder)) as store:
                seen.add(store.manifest.generation)
                assert store.passage(len(store) - 1).prose.text
                assert store.keyword_search("words", "招生", 5)
        process.kill()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed on Windows")
@pytest.mark.parametrize("damage", ["delete", "empty", "garbage"])
def test_files_that_are_spoilt_underneath_are_told_at_use(folder, damage):
    store = FolderStore(folder)
    path = folder / store.manifest.generation / "report.sqlite"
    if damage == "delete":
        shutil.rmtree(path.parent)
    else:
        path.write_bytes(b"" if damage == "empty" else b"x" * path.stat().st_size)
    said = []

    def ask():
        try:
            store.passage(0)
        except IndexStoreError as error:
            said.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    assert len(said) == 1
    assert said[0].startswith("索引损坏：数据库读不出")
    assert "\n" not in said[0]


def test_large_files_are_compared_in_full_when_they_are_to_be_copied(folder, monkeypatch):
    monkeypatch.setattr(generations, "HASHED_BYTES", 10)
    path = next(folder.glob("generation-*/units.faiss"))
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    with pytest.raises(IndexStoreError, match="缺失或被改动"):
        check_files(folder, manifest, thoroughly=True)


def test_a_build_that_is_broken_off_after_the_switch_has_switched(folder, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "sweep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(folder, {"丙.txt": "一、概况\n招生7人。\n"})
    with closing(FolderStore(folder)) as store:
        assert [document.name for document in store.documents()] == ["丙.txt"]
    monkeypatch.undo()
    build(folder)
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1
