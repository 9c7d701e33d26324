"""The build: what is read is what is indexed, nothing is done twice, and what fails changes nothing."""

import csv
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from reportqa.errors import IndexStoreError, ReadingError
from reportqa.index.build import build_index
from reportqa.index.folder import FolderStore
from reportqa.index.generations import only_builder, read_manifest, switch
from reportqa.index.texts import figure_text, unit_texts
from reportqa.outline.sections import split_sections
from reportqa.qa import ReportQA
from reportqa.reading import read_documents
from reportqa.text.records import Passage, Prose, Span

TEXT = "{name}县年报\n（{year}年）\n一、学生\n招生{count}人，毕业6782人。\n图 1 规模\n二、经费\n投入3.5亿元。\n"


def write(path, name="甲", **values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(name=name, **values), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Three reports, two of one name in two folders, and a file that is no text."""
    folder = tmp_path_factory.mktemp("reports")
    write(folder / "2023" / "年报.txt", year=2023, count=5800)
    write(folder / "2024" / "年报.txt", year=2024, count=6191)
    write(folder / "乙.md", year=2022, count=500)
    (folder / "2024" / "坏.txt").write_bytes(b"\0\0")
    return folder


@pytest.fixture(scope="module")
def paths(reports):
    return [reports / "2023", reports / "2024", reports / "乙.md"]


@pytest.fixture(scope="module")
def built(reports, paths):
    seen = []
    report = build_index(paths, reports / "index", progress=lambda *step: seen.append(step))
    return report, seen


def test_a_build_tells_what_it_did(built):
    report, seen = built
    assert (report.documents, report.passages, report.figures, report.fresh) == (3, 6, 9, True)
    assert [str(failure) for failure in report.failures] == [
        "不是文本文件：坏.txt（含有控制字符；请另存为 UTF-8 或 GB18030 的 .txt）。"
    ]
    assert seen[-1][1] == seen[-1][2] > 0
    assert report.seconds > 0


def test_documents_of_one_name_keep_apart(built, reports):
    documents = {document.name: document for document in FolderStore(reports / "index").documents()}
    assert list(documents) == ["2023/年报.txt", "2024/年报.txt", "乙.md"]
    assert [document.year for document in documents.values()] == [2023, 2024, 2022]
    assert "6191" in documents["2024/年报.txt"].text


def test_the_index_holds_every_paragraph_and_its_vectors(built, reports):
    store = FolderStore(reports / "index")
    expected = []
    for document in read_documents([reports / "2023", reports / "2024", reports / "乙.md"])[0]:
        outline = split_sections(document)
        expected += [Prose.read(document.text, paragraph.spans).text for paragraph in outline.paragraphs]
    passages = [store.passage(number) for number in range(len(store))]
    assert [passage.prose.text for passage in passages] == expected
    for passage in passages:
        vectors = store.unit_vectors(passage)
        assert vectors.shape == (len(passage.units), store.manifest.dim)
        assert (vectors**2).sum(axis=1) == pytest.approx(1, abs=1e-3)
        assert store.figure_vectors(passage.number).shape[0] == len(store.figures(passage.number))


def test_figures_belong_to_the_passage_that_holds_them(built, reports):
    store = FolderStore(reports / "index")
    for number in range(len(store)):
        span = store.passage(number).passage.span
        assert all(span.contains(figure.span) for figure in store.figures(number))
        text = store.document(store.passage(number).passage.document).text
        assert all(figure.span.of(text) == figure.text for figure in store.figures(number))


def test_a_second_build_does_nothing(built, paths, reports):
    before = read_manifest(reports / "index")
    report = build_index(paths, reports / "index")
    assert not report.fresh
    assert (report.documents, report.passages, report.figures) == (3, 6, 9)
    assert read_manifest(reports / "index") == before


def test_a_changed_report_is_built_anew(built, tmp_path):
    folder = tmp_path / "reports"
    write(folder / "a.txt", year=2023, count=1)
    assert build_index([folder], tmp_path / "index").fresh
    write(folder / "a.txt", year=2023, count=2)
    assert build_index([folder], tmp_path / "index").fresh
    with closing(FolderStore(tmp_path / "index")) as store:
        assert "招生2人" in store.documents()[0].text
    # A damaged index is as good as none.
    (tmp_path / "index" / "manifest.json").write_text("{", encoding="utf-8")
    assert build_index([folder], tmp_path / "index").fresh
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 1


def test_reports_without_prose_are_refused_and_nothing_is_written(tmp_path):
    (tmp_path / "r.txt").write_text("图 1 规模\n", encoding="utf-8")
    with pytest.raises(ReadingError, match="没有正文"):
        build_index([tmp_path], tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_a_folder_that_cannot_be_written_is_told_before_the_long_work(tmp_path):
    write(tmp_path / "r.txt", year=2023, count=1)
    seen = []
    with pytest.raises(IndexStoreError, match="写不了索引文件夹"):
        build_index([tmp_path / "r.txt"], tmp_path / "r.txt" / "index", progress=lambda *step: seen.append(step))
    assert {stage for stage, _, _ in seen} == {"读取报告"}


def passage(section):
    return Passage("r.txt", section, 1, (Span(0, 1),))


def test_clauses_are_encoded_under_their_heading():
    units = list(unit_texts(passage(("一、概况", "（三）学生规模")), "招生6191人，毕业6782人。停。"))
    assert [(whole, text) for _, whole, text in units] == [
        (True, "招生6191人，毕业6782人。"),
        (True, "停。"),
        (False, "学生规模：招生6191人，"),
        (False, "学生规模：毕业6782人。"),
        (False, "学生规模：停。"),
    ]
    assert [text for _, _, text in unit_texts(passage(()), "停。")] == ["停。", "停。"]


def test_a_figure_is_encoded_with_whom_it_covers_and_what_it_measures(built, reports):
    figure = next(figure for figure in FolderStore(reports / "index").all_figures() if figure.text == "6191人")
    assert figure_text(figure).endswith("招生6191人")


@pytest.fixture
def library(tmp_path):
    """A folder of three reports with its index; the reports differ in every sentence."""
    for name, year in (("甲", 2021), ("乙", 2022), ("丙", 2023)):
        write(tmp_path / "corpus" / f"{name}.txt", year=year, count=year * 3, name=name)
    build_index([tmp_path / "corpus"], tmp_path / "index")
    return tmp_path


def update(folder, **options):
    return build_index([folder / "corpus"], folder / "index", **options)


def changes(report):
    return report.new, report.changed, report.kept, report.removed


def everything_in(store):
    """All that an index holds, vectors apart."""
    numbers = range(len(store))
    return (
        store.library(),
        store.documents(),
        [store.sections(one.name) for one in store.library()],
        [store.passage(number) for number in numbers],
        [store.figures(number) for number in numbers],
        store.all_figures(),
        store.illustrations(),
        [store.keyword_search(table, "学生招生多少人，经费多少", 50) for table in ("words", "bigrams")],
        {key: store.setting(key) for key in store.manifest.extras},
    )


def assert_as_built_anew(folder):
    """The index is, row by row, the one that is built of the same reports in an empty folder."""
    build_index([folder / "corpus"], folder / "anew")
    with closing(FolderStore(folder / "index")) as updated, closing(FolderStore(folder / "anew")) as anew:
        for own, other in zip(everything_in(updated), everything_in(anew), strict=True):
            assert own == other
        for passage in map(anew.passage, range(len(anew))):
            for own, other in (
                (updated.unit_vectors(passage), anew.unit_vectors(passage)),
                (updated.figure_vectors(passage.number), anew.figure_vectors(passage.number)),
            ):
                assert own.shape == other.shape
                assert np.all((own * other).sum(axis=1) > 0.999)
    shutil.rmtree(folder / "anew")


def test_an_update_encodes_what_is_new_and_gives_the_index_of_a_build_anew(library):
    corpus = library / "corpus"
    write(corpus / "乙.txt", year=2022, count=77, name="乙")
    (corpus / "丙.txt").unlink()
    write(corpus / "丁.txt", year=2020, count=5, name="丁")
    report = update(library)
    assert changes(report) == (1, 1, 1, 1)
    assert report.state == "索引建好：3 份报告（新增 1，改动 1，未变 1，移出 1）"
    # Of the changed report the passage that is; of the new one what no other report has said.
    assert 1 <= report.encoded <= 3
    assert_as_built_anew(library)
    assert changes(update(library)) == (0, 0, 3, 0)


def test_nothing_is_encoded_and_no_model_is_loaded_where_nothing_new_is_said(library):
    corpus = library / "corpus"
    (corpus / "丙.txt").unlink()
    (corpus / "乙.txt").rename(corpus / "乙2.txt")
    data = (corpus / "甲.txt").read_bytes()
    (corpus / "甲.txt").write_bytes(b"\xef\xbb\xbf" + data)
    seen = []
    report = update(library, progress=lambda *step: seen.append(step))
    assert (changes(report), report.encoded) == ((1, 0, 1, 2), 0)
    assert {stage for stage, _, _ in seen} == {"读取报告"}
    assert_as_built_anew(library)


def test_a_few_changed_sentences_do_not_load_torch(built_index, corpus, tmp_path):
    shutil.copytree(built_index, tmp_path / "index")
    shutil.copytree(corpus, tmp_path / "corpus")
    report = next((tmp_path / "corpus").glob("*.txt"))
    text = report.read_text(encoding="utf-8")
    report.chmod(0o644)
    report.write_text(text.replace("招生6191人", "招生6192人"), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from reportqa.index.build import build_index;"
        "done = build_index([Path('corpus')], Path('index'));"
        "print(done.changed, done.encoded, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    changed, encoded, torch = run.stdout.split()
    assert (changed, torch) == ("1", "False")
    assert 0 < int(encoded) < 20
    with closing(FolderStore(built_index)) as before, closing(FolderStore(tmp_path / "index")) as after:
        assert len(before) == len(after)
        same = [n for n in range(len(before)) if before.passage(n).prose.text == after.passage(n).prose.text]
        assert len(same) == len(before) - 1
        for passage in map(before.passage, same):
            np.testing.assert_array_equal(before.unit_vectors(passage), after.unit_vectors(passage))


def test_another_version_of_the_program_or_another_model_keeps_nothing(library):
    index = library / "index"
    for stale in (
        replace(read_manifest(index), program="0.0.1"),
        replace(read_manifest(index), model_id="另一个模型"),
    ):
        switch(index, replace(stale, generation=read_manifest(index).generation))
        report = update(library)
        assert (report.fresh, changes(report)) == (True, (0, 0, 3, 0))
        assert report.encoded == report.passages
        assert not update(library).fresh


def correct(folder, *rows):
    with (folder / "corpus" / "报告信息.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("文件", "标题", "年份", "地区", "类型"), *rows])


def known(folder):
    with closing(FolderStore(folder / "index")) as store:
        return {one.name: (one.title, one.year, one.region, one.genre) for one in store.library()}


def test_a_correction_is_taken_over_without_encoding_and_taken_back(library):
    found = known(library)
    correct(library, ("甲.txt", "新标题", "2030", "", ""), ("乙.txt", "", "", "临江市", "公报"))
    report = update(library)
    assert (report.fresh, report.encoded, report.complaints) == (True, 0, ())
    after = known(library)
    assert after["甲.txt"] == ("新标题", 2030, found["甲.txt"][2], found["甲.txt"][3])
    assert after["乙.txt"] == (*found["乙.txt"][:2], "临江市", "公报")
    assert after["丙.txt"] == found["丙.txt"]
    assert_as_built_anew(library)
    assert not update(library).fresh
    # Together with a changed text.
    write(library / "corpus" / "丙.txt", year=2023, count=1, name="丙")
    correct(library, ("丙.txt", "丙的标题", "", "", ""))
    update(library)
    assert_as_built_anew(library)
    (library / "corpus" / "报告信息.csv").unlink()
    assert update(library).encoded == 0
    assert {name: values[0] for name, values in known(library).items()} == {name: found[name][0] for name in found}


def test_a_correction_that_cannot_be_used_is_told_and_stops_nothing(library):
    correct(library, ("甲.txt", "新标题", "二〇", "", ""), ("没有.txt", "", "2020", "", ""))
    report = update(library)
    assert known(library)["甲.txt"][:2] == ("新标题", 2021)
    assert len(report.complaints) == 2
    assert "第 2 行（甲.txt）" in report.complaints[0]
    assert "没有.txt" in report.complaints[1]
    assert not any("\n" in line for line in report.complaints)
    correct(library, *((name, "标题", "", "", "") for name in ("/", "..", "名" * 400, "a\nb", "../corpus", "甲.txt/x")))
    complaints = update(library).complaints
    assert len(complaints) == 6
    assert all("\n" not in line and len(line) < 200 for line in complaints)
    (library / "corpus" / "报告信息.csv").write_bytes(b"\x00\xff\xff\xfe")
    assert "读不出 报告信息.csv" in update(library).complaints[0]
    assert known(library)["甲.txt"][0] == "甲县年报（2021年）"


def test_a_correction_beside_a_file_that_is_named_alone(library, tmp_path):
    correct(library, ("甲.txt", "新标题", "", "", ""), ("乙.txt", "", "2020", "", ""))
    report = build_index([library / "corpus" / "甲.txt"], tmp_path / "one")
    assert report.complaints == ()
    with closing(FolderStore(tmp_path / "one")) as store:
        assert [one.title for one in store.library()] == ["新标题"]


def test_settings_are_kept_and_make_the_index_stale(library):
    assert update(library, settings={"别名": "甲,乙"}).fresh
    assert not update(library, settings={"别名": "甲,乙"}).fresh
    with closing(FolderStore(library / "index")) as store:
        assert (store.setting("别名"), store.setting("没有")) == ("甲,乙", None)
    report = update(library, settings={"别名": "甲,丙"})
    assert (report.fresh, report.encoded) == (True, 0)


def test_a_file_that_vanishes_or_is_broken_while_others_are_read(library):
    corpus = library / "corpus"
    for name in ("一", "二", "三"):
        write(corpus / f"{name}.txt", year=2000, count=1, name=name)

    def spoil(stage, done, total):
        (corpus / "三.txt").unlink(missing_ok=True)
        (corpus / "二.txt").write_bytes(b"\0\0\0")

    report = update(library, progress=spoil)
    assert changes(report) == (1, 0, 3, 0)
    assert sorted(str(failure)[:6] for failure in report.failures) == ["不是文本文件", "打不开文件 "]


def test_a_file_that_changes_after_it_was_read_is_found_changed_by_the_next_build(library):
    path = write(library / "corpus" / "丁.txt", year=2000, count=1, name="丁")
    update(library, progress=lambda *step: write(path, year=2000, count=2, name="丁"))
    assert changes(update(library)) == (0, 1, 3, 0)


def test_a_folder_without_reports_changes_nothing(library):
    before = known(library)
    for path in (library / "corpus").iterdir():
        path.unlink()
    with pytest.raises(ReadingError, match="没有可读的报告"):
        update(library)
    assert known(library) == before


def test_a_build_waits_for_the_one_that_came_first(library):
    write(library / "corpus" / "丁.txt", year=2000, count=1, name="丁")
    waits, reports = threading.Event(), []
    stages = []

    def tell(stage, done, total):
        stages.append(stage)
        if stage.startswith("等"):
            waits.set()

    with only_builder(library / "index", waiting=lambda: pytest.fail("nobody else builds")):
        second = threading.Thread(target=lambda: reports.append(update(library, progress=tell)))
        second.start()
        assert waits.wait(30)
        before = read_manifest(library / "index")
        assert before.documents.keys() == {"甲.txt", "乙.txt", "丙.txt"}
    second.join(60)
    assert changes(reports[0]) == (1, 0, 3, 0)
    assert stages.count("等另一个程序建完索引") == 1


def test_several_builders_at_once_leave_one_sound_index(library):
    code = (
        "import sys; from pathlib import Path; from reportqa.index.build import build_index;"
        "build_index([Path(sys.argv[1])], Path('index'))"
    )
    folders = []
    for name in ("一", "二", "三"):
        folders.append(write(library / name / f"{name}.txt", year=2000, count=1, name=name).parent)
    builders = [
        subprocess.Popen([sys.executable, "-c", code, folder], cwd=library, stderr=subprocess.PIPE, encoding="utf-8")
        for folder in folders
    ]
    for builder in builders:
        _, said = builder.communicate(timeout=120)
        assert builder.returncode == 0, said
    with closing(FolderStore(library / "index")) as store:
        assert [one.name for one in store.library()] in (["一.txt"], ["二.txt"], ["三.txt"])
        assert store.keyword_search("words", "招生", 5)
    update(library)
    assert sum(path.is_dir() for path in (library / "index").iterdir()) == 1


def test_opening_reads_no_text(library):
    qa = ReportQA.open(library / "index")
    assert qa.store._read_document.cache_info().currsize == 0
    assert qa.ask("甲县招生多少人？").citations
