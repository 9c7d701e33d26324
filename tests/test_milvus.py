"""An index in Milvus is the folder's: what is read from it, what is found in it, what is answered, how it is built."""

import math
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from reportqa.cli import main
from reportqa.errors import IndexStoreError
from reportqa.evaluation.running import read_gold
from reportqa.index.build import build_index
from reportqa.index.entries import Origin
from reportqa.index.home import home_of
from reportqa.index.milvus import client, editions, schema
from reportqa.index.milvus.client import Milvus
from reportqa.index.milvus.schema import COLLECTIONS, Version
from reportqa.index.milvus.store import MilvusStore
from reportqa.index.opening import open_store
from reportqa.models.encoder import open_encoder
from reportqa.qa import ReportQA
from reportqa.reading.files import Shard
from reportqa.text.words import bigrams, words

ROOT = Path(__file__).parent.parent
DISTRICTS = ROOT / "tests" / "fixtures" / "districts" / "md"
QUESTIONS = ROOT / "tests" / "fixtures" / "districts" / "library_questions.jsonl"
LITTLE = {
    "甲.txt": "甲县年报\n（2023年）\n一、学生\n招生6191人，毕业6782人。\n二、教师\n共有教师1006人。",
    "乙.txt": "乙县年报\n（2024年）\n一、学生\n招生500人，其中女生240人。\n二、经费\n投入3.5亿元。",
    "丙.txt": "丙县年报\n（2024年）\n一、学校\n全县有学校12所，学校都有操场。\n",
}


@pytest.fixture(scope="module")
def districts_milvus(tmp_path_factory):
    where = f"milvus:{tmp_path_factory.mktemp('milvus') / 'districts.db'}"
    build_index([DISTRICTS], where)
    return where


@pytest.fixture
def both(districts_index, districts_milvus):
    with closing(open_store(districts_index)) as folder, closing(open_store(districts_milvus)) as milvus:
        yield folder, milvus


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in LITTLE.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def where(tmp_path):
    return f"milvus:{tmp_path / 'reports.db'}"


def texts(where):
    with closing(open_store(where)) as store:
        return {one.name: one.text for one in store.documents()}


def places(answer):
    return [(one.document, one.start, one.end) for one in answer.citations]


def rows(where, kind):
    milvus = Milvus(where.removeprefix("milvus:"))
    return milvus.rows(Version.in_use(milvus).collection(kind), "edition > 0", ["id", "edition"])


def test_what_is_read_is_what_the_folder_has(both):
    folder, milvus = both
    assert milvus.library() == folder.library()
    assert milvus.documents() == folder.documents()
    assert milvus.all_figures() == folder.all_figures()
    for name in folder.infos:
        assert milvus.sections(name) == folder.sections(name)
    assert len(milvus) == len(folder) > 50
    for number in range(len(folder)):
        one, other = folder.passage(number), milvus.passage(number)
        assert (one.passage, one.prose, one.folded, one.units) == (
            other.passage,
            other.prose,
            other.folded,
            other.units,
        )
        assert milvus.figures(number) == folder.figures(number)
        np.testing.assert_allclose(milvus.unit_vectors(other), folder.unit_vectors(one), atol=1e-5)
        np.testing.assert_allclose(milvus.figure_vectors(number), folder.figure_vectors(number), atol=2e-3)
    ours, theirs = folder.manifest, milvus.manifest
    for name in ("model_id", "dim", "documents", "sections", "passages", "figures", "sources", "extras"):
        assert getattr(ours, name) == getattr(theirs, name), name


def test_pictures_are_files_again(both):
    folder, milvus = both
    pictures = [(one, other) for one, other in zip(folder.illustrations(), milvus.illustrations(), strict=True)]
    shown = 0
    for one, other in pictures:
        assert (one.label, one.caption, one.start, one.section) == (
            other.label,
            other.caption,
            other.start,
            other.section,
        )
        assert (one.image is None) == (other.image is None)
        if one.image:
            shown += 1
            assert Path(other.image).is_relative_to(milvus.path)
            assert Path(one.image).read_bytes() == Path(other.image).read_bytes()
            assert Path(one.image).name == Path(other.image).name
    assert shown > 5


def test_terms_are_counted_as_in_the_folder(both):
    folder, milvus = both
    text = folder.documents()[0].text
    for table, cut in (("words", words), ("bigrams", bigrams)):
        terms = {*cut(text), "没有的词", "𠮷野"}
        assert milvus.frequencies(table, terms) == folder.frequencies(table, terms)
    assert milvus.frequencies("words", []) == {}


def test_the_nearest_are_the_folders(both):
    folder, milvus = both
    vectors = open_encoder().encode_queries(["招生多少人", "教师学历", "经费从哪里来"])
    last = list(folder.infos)[-1]
    for vector in vectors:
        for among in (None, folder.passages_of([last]), folder.passages_of(list(folder.infos)[:2])):
            ours, theirs = (store.dense_search(vector, 100, among) for store in (folder, milvus))
            np.testing.assert_allclose(sorted(theirs.values()), sorted(ours.values()), atol=1e-5)
            assert list(theirs)[:5] == list(ours)[:5]
            if among is not None:
                assert all(any(number in part for part in among) for number in theirs)


def test_keyword_scores_are_those_of_bm25_over_the_same_words(both):
    """The reference is Lucene's form of the weight, log(1 + (N - n + .5) / (n + .5)), with k1 1.2 and b 0.75."""
    _, milvus = both
    documents = [Counter(words(milvus.passage(number).prose.text)) for number in range(len(milvus))]
    mean = sum(map(Counter.total, documents)) / len(documents)
    counts = Counter(word for one in documents for word in one)
    found = milvus.keyword_search("words", "招生和教师", 100)
    assert len(found) > 5
    for number, score in found.items():
        one, expected = documents[number], 0.0
        for word in ("招生", "教师"):
            weight = math.log(1 + (len(documents) - counts[word] + 0.5) / (counts[word] + 0.5))
            expected += weight * one[word] * 2.2 / (one[word] + 1.2 * (0.25 + 0.75 * one.total() / mean))
        assert score == pytest.approx(expected, rel=0.02), milvus.passage(number).prose.text
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert all("招生" in documents[number] or "教师" in documents[number] for number in found)


def test_words_of_a_selection_only(both):
    folder, milvus = both
    name = next(iter(folder.infos))
    everywhere, there, nowhere = milvus.keyword_searches(
        "bigrams", "招生人数", 50, [None, milvus.passages_of([name]), []]
    )
    assert set(there) < set(everywhere)
    assert {milvus.passage(number).passage.document for number in there} == {name}
    assert nowhere == {}
    assert milvus.keyword_searches("words", "吗？", 5, [None, None]) == [{}, {}]


def test_answers_are_the_folders(districts_index, districts_milvus):
    ours, theirs = ReportQA.open(districts_index), ReportQA.open(districts_milvus)
    gold = read_gold(QUESTIONS, ours.documents())
    questions = [one.question for one in gold]
    pairs = list(zip(ours.answer_all(questions), theirs.answer_all(questions), strict=True))
    same = [(a.status, a.answer, a.verdict) == (b.status, b.answer, b.verdict) for a, b in pairs]
    first = [places(a)[:1] == places(b)[:1] for a, b in pairs]
    # BM25's weight of what stands in many passages is another (docs/milvus.md); the vectors decide the rest.
    assert np.mean(same) > 0.97
    assert np.mean(first) > 0.97
    assert ours.compare("招生") == theirs.compare("招生")
    assert [str(one) for one in ours.check()] == [str(one) for one in theirs.check()]


def test_an_update_reads_and_encodes_only_what_is_new(corpus, where):
    assert build_index([corpus], where).new == 3
    unchanged = build_index([corpus], where)
    assert (unchanged.fresh, unchanged.kept, unchanged.encoded) == (False, 3, 0)
    (corpus / "乙.txt").write_text(LITTLE["乙.txt"].replace("500", "600"), "utf-8")
    (corpus / "丙.txt").unlink()
    (corpus / "丁.txt").write_text("丁县年报\n一、学生\n招生7人。", "utf-8")
    report = build_index([corpus], where)
    assert (report.new, report.changed, report.kept, report.removed) == (1, 1, 1, 1)
    assert report.encoded < report.passages
    assert texts(where) == {path.name: path.read_text("utf-8") for path in corpus.glob("*.txt")}
    qa = ReportQA.open(where)
    assert qa.ask("乙县招生多少人？").answer == "600人"
    assert qa.store.frequencies("words", ["操场"]) == {}


def test_who_has_it_open_reads_on_until_the_next_build(corpus, where, monkeypatch):
    build_index([corpus], where)
    monkeypatch.setattr("reportqa.index.milvus.store._LOOKED_FOR", 0)
    reader = ReportQA.open(where)
    assert reader.store.is_current()
    before = {kind: {row["edition"] for row in rows(where, kind)} for kind in COLLECTIONS}
    (corpus / "乙.txt").write_text(LITTLE["乙.txt"].replace("500", "600"), "utf-8")
    build_index([corpus], where)
    assert not reader.store.is_current()
    assert reader.ask("乙县招生多少人？").answer == "500人"
    with closing(open_store(where)) as store:
        assert store.figures_in("乙.txt")[0].text == "600人"
        # What was replaced is still there, and found by nobody who opens the index now.
        assert len({row["edition"] for row in rows(where, "passages")}) == 4
        assert len(store.keyword_search("words", "招生", 50)) == 2
    (corpus / "乙.txt").write_text(LITTLE["乙.txt"].replace("500", "700"), "utf-8")
    build_index([corpus], where)
    for kind in COLLECTIONS:
        held = {row["edition"] for row in rows(where, kind)}
        assert len(held) == 4, kind
        assert len(held & before[kind]) == 2, kind
    with pytest.raises(IndexStoreError, match="再试"):
        reader.store.figures_in("乙.txt")


def test_collections_that_are_not_held_ready_are_built_into_again(corpus, where):
    build_index([corpus], where)
    with closing(Milvus(where.removeprefix("milvus:"))) as milvus:
        used = Version.in_use(milvus)
        for kind in COLLECTIONS:
            milvus.call("release_collection", used.collection(kind))
    encoder = open_encoder()
    home = home_of(where, encoder.model_id)
    assert home.write([], Origin(), encoder.dim, None, same=False).documents.keys() == LITTLE.keys()


def test_corrections_are_one_row_a_report(corpus, where):
    build_index([corpus], where)
    held = {kind: sorted(row["id"] for row in rows(where, kind)) for kind in COLLECTIONS}
    (corpus / "报告信息.csv").write_text("文件,年份,地区,类型\n甲.txt,2020,丁县,公报\n", "utf-8")
    report = build_index([corpus], where)
    assert (report.fresh, report.encoded, report.kept) == (True, 0, 3)
    with closing(open_store(where)) as store:
        info = store.info("甲.txt")
        assert (info.year, info.region, info.genre, info.found.year) == (2020, "丁县", "公报", 2023)
    assert {kind: sorted(row["id"] for row in rows(where, kind)) for kind in COLLECTIONS} == held
    (corpus / "报告信息.csv").unlink()
    build_index([corpus], where)
    with closing(open_store(where)) as store:
        assert store.info("甲.txt").year == 2023


def test_shards_are_an_index_when_all_are_built(corpus, where, tmp_path):
    mine = [name for name in LITTLE if Shard(1, 2).has(name)]
    assert 0 < len(mine) < 3
    assert build_index([corpus], where, shard=Shard(1, 2)).documents == len(mine)
    with pytest.raises(IndexStoreError, match="还没有索引"):
        open_store(where)
    assert build_index([corpus], where, shard=Shard(2, 2)).documents == 3 - len(mine)
    assert texts(where) == LITTLE
    # Each answers for its own: what is gone goes with its shard, and nothing else.
    (corpus / mine[0]).unlink()
    assert build_index([corpus], where, shard=Shard(2, 2)).fresh is False
    assert set(texts(where)) == set(LITTLE)
    assert build_index([corpus], where, shard=Shard(1, 2)).removed == 1
    assert set(texts(where)) == set(LITTLE) - {mine[0]}
    # A shard may have nothing to do.
    only = tmp_path / "only"
    only.mkdir()
    (only / "甲.txt").write_text(LITTLE["甲.txt"], "utf-8")
    for number in range(1, 5):
        build_index([only], f"{where}2", shard=Shard(number, 4))
    assert texts(f"{where}2") == {"甲.txt": LITTLE["甲.txt"]}


def test_two_machines_build_at_once(corpus, tmp_path):
    """The server of Milvus Lite stands in for a cluster; each builder is a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listen = ["--host", "127.0.0.1", "--port", str(port), "--data-dir", str(tmp_path / "data")]
    server = subprocess.Popen([sys.executable, "-m", "milvus_lite", "server", *listen], stdout=subprocess.DEVNULL)
    try:
        where = f"milvus:http://127.0.0.1:{port}"
        _wait_for(port)
        index = [sys.executable, "-m", "reportqa", "index", str(corpus), "--index", where]
        builders = [
            subprocess.Popen([*index, "--shard", f"{number}/2"], stderr=subprocess.DEVNULL) for number in (1, 2)
        ]
        assert [builder.wait(timeout=300) for builder in builders] == [0, 0]
        assert texts(where) == LITTLE
        build_index([corpus], tmp_path / "index")
        ours, theirs = (ReportQA.open(index).ask("乙县招生多少人？") for index in (tmp_path / "index", where))
        assert (theirs.answer, places(theirs)[:1]) == (ours.answer, places(ours)[:1])
    finally:
        server.terminate()
        server.wait()


def _wait_for(port):
    for _ in range(600):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server has not started")


def test_another_program_builds_beside_and_switches_once(corpus, where, monkeypatch):
    build_index([corpus], where)
    milvus = Milvus(where.removeprefix("milvus:"))
    first = Version.in_use(milvus)
    monkeypatch.setattr(schema, "__version__", "99")
    # A part of it only: the index of the program before answers.
    build_index([corpus], where, shard=Shard(1, 2))
    assert Version.in_use(milvus).name == first.name
    assert texts(where) == LITTLE
    reader = open_store(where)
    build_index([corpus], where, shard=Shard(2, 2))
    second = Version.in_use(milvus)
    assert second.name != first.name
    assert texts(where) == LITTLE
    # Who has the old one open keeps it; it goes with a build that finds it long untouched.
    assert reader.document("甲.txt").text == LITTLE["甲.txt"]
    assert not reader.is_current() or time.monotonic() - reader._looked < 2
    assert [one.name for one in Version.others(milvus, second)] == [first.name]
    monkeypatch.setattr(editions, "LEFT_OVER", -1)
    (corpus / "甲.txt").write_text("甲县年报\n一、学生\n招生8人。", "utf-8")
    build_index([corpus], where)
    assert Version.others(milvus, second) == []
    assert ReportQA.open(where).ask("甲县招生多少人？").answer == "8人"


def run(*arguments):
    command = [sys.executable, "-m", "reportqa", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)


def test_one_line_for_each_thing_that_keeps_it_from_opening(corpus, where, tmp_path, capsys):
    cases = {
        where: "还没有索引",
        "milvus:http://127.0.0.1:9": "Milvus（http://127.0.0.1:9）出错",
        "milvus:http://one:secret@127.0.0.1:9": "Milvus（http://127.0.0.1:9）出错",
        "milvus:" + str(tmp_path / "corpus" / "甲.txt"): "打不开 Milvus Lite 的索引",
    }
    for index, said in cases.items():
        assert main(["ask", "招生多少人？", "--index", index]) == 2
        message = capsys.readouterr().err
        assert said in message
        assert message.count("\n") == 1
        assert "secret" not in message
    assert not (tmp_path / "reports.db").exists()
    assert main(["index", str(corpus), "--index", str(tmp_path / "index"), "--shard", "1/2"]) == 2
    assert "--index milvus:" in capsys.readouterr().err
    for shard in ("3/2", "0/2", "1", "1/2/3", "一/二"):
        assert main(["index", str(corpus), "--index", where, "--shard", shard]) == 2
        assert "2/8" in capsys.readouterr().err


def test_a_file_is_open_in_one_program_at_a_time(corpus, where):
    build_index([corpus], where)
    busy = run("ask", "招生多少人？", "--index", where)
    assert (busy.returncode, busy.stdout) == (2, "")
    assert re.fullmatch(r"reportqa: .*reports\.db 正被另一个程序使用：.*\n", busy.stderr)


def test_without_the_extra_it_says_what_to_install(where):
    code = "import sys; sys.modules['pymilvus'] = None; from reportqa.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "ask", "招生多少人？", "--index", where]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert told.returncode == 2
    assert told.stderr == "reportqa: 没有安装 Milvus 的客户端：请运行 pip install 'reportqa[milvus]'。\n"


def test_a_folder_needs_none_of_it(built_index):
    code = (
        "import sys; from reportqa.cli import main; main(sys.argv[1:]);"
        "sys.exit(bool({'pymilvus', 'milvus_lite', 'grpc'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code, "ask", "招生多少人？", "--index", str(built_index)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_command_line_over_milvus(corpus, tmp_path):
    where = f"milvus:{tmp_path / 'deep' / 'reports.db'}"
    built = run("index", str(corpus), "--index", where)
    assert built.returncode == 0, built.stderr
    assert "索引建好：3 份报告" in built.stdout
    assert "Traceback" not in built.stderr
    answer = run("ask", "乙县招生多少人？", "--index", where)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split()[0] == "500人"
    assert answer.stderr == ""
    figures = run("figures", "--format", "jsonl", "--index", where)
    assert figures.stdout.count("\n") > 5


def test_only_this_machine_can_reach_the_file(corpus, where):
    """Milvus Lite is a server of this process: it must listen on the loopback alone."""
    build_index([corpus], where)
    if not Path("/proc/net/tcp").exists():
        pytest.skip("no list of sockets")
    inodes = {str(one.readlink()) for one in Path(f"/proc/{os.getpid()}/fd").iterdir() if one.is_symlink()}
    listening = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
    ]
    own = [fields[1] for fields in listening if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes]
    assert own
    assert all(address.startswith(("0100007F:", "0000000000000000FFFF00000100007F:")) for address in own)


def test_rows_fit_into_messages():
    given = [{"id": number, "text": "字" * 60_000} for number in range(300)]
    batches = list(client._batches(given))
    assert [row for some in batches for row in some] == given
    assert len(batches) > 5
    assert max(map(len, client._batches({"id": number} for number in range(5000)))) == 1000


def test_a_reader_of_a_shard_sees_its_own(corpus, where):
    build_index([corpus], where)
    version = Version.in_use(Milvus(where.removeprefix("milvus:")))
    for number in (1, 2):
        with closing(MilvusStore(where.removeprefix("milvus:"), version, Shard(number, 2))) as store:
            assert set(store.infos) == {name for name in LITTLE if Shard(number, 2).has(name)}
            assert store.manifest.extras == {}
    shutil.rmtree(corpus)
