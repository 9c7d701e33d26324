"""The build: what is read is what is indexed, nothing is done twice, and what fails changes nothing."""

import pytest

from reportqa.datamodel import Prose
from reportqa.errors import IndexStoreError, ReadingError
from reportqa.index import build_index, figure_text, unit_texts
from reportqa.reading import read_documents
from reportqa.sections import split_sections
from reportqa.store import Store, read_manifest

TEXT = "甲县年报\n（{year}年）\n一、学生\n招生{count}人，毕业6782人。\n图 1 规模\n二、经费\n投入3.5亿元。\n"


def write(path, **values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(**values), encoding="utf-8")
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
    documents = {document.name: document for document in Store(reports / "index").documents()}
    assert list(documents) == ["2023/年报.txt", "2024/年报.txt", "乙.md"]
    assert [document.year for document in documents.values()] == [2023, 2024, 2022]
    assert "6191" in documents["2024/年报.txt"].text


def test_the_index_holds_every_paragraph_and_its_vectors(built, reports):
    store = Store(reports / "index")
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
    store = Store(reports / "index")
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
    assert "招生2人" in Store(tmp_path / "index").documents()[0].text
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
    assert not seen


def test_clauses_are_encoded_under_their_heading():
    units = list(unit_texts(("一、概况", "（三）学生规模"), "招生6191人，毕业6782人。停。"))
    assert [(whole, text) for _, whole, text in units] == [
        (True, "招生6191人，毕业6782人。"),
        (True, "停。"),
        (False, "学生规模：招生6191人，"),
        (False, "学生规模：毕业6782人。"),
        (False, "学生规模：停。"),
    ]
    assert [text for _, _, text in unit_texts((), "停。")] == ["停。", "停。"]


def test_a_figure_is_encoded_with_whom_it_covers_and_what_it_measures(built, reports):
    figure = next(figure for figure in Store(reports / "index").all_figures() if figure.text == "6191人")
    assert figure_text(figure).endswith("招生6191人")
