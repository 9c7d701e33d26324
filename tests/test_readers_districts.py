"""One report in every format: the same title, the same words in the same order, the same pictures by their captions."""

from pathlib import Path

import pytest

from reportqa.outline.pictures import tie_pictures
from reportqa.outline.sections import split_sections
from reportqa.reading import read_document

FOLDER = Path(__file__).parent / "fixtures" / "districts"
NAMES = sorted(path.stem for path in (FOLDER / "md").glob("*.md"))


def read(name: str, form: str):
    return read_document(FOLDER / form / f"{name}.{form}")


def words(text: str) -> list[str]:
    """The lines of a text without the marks of headings and without spaces, which a page does not always show."""
    return ["".join(line.lstrip("#").split()) for line in text.split("\n") if line]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_the_words_are_those_of_the_page(name, form):
    assert words(read(name, form).text) == words(read(name, "html").text)


@pytest.mark.parametrize("name", NAMES)
def test_every_format_says_the_same_of_itself(name):
    found = [read(name, form) for form in ("txt", "md", "html", "docx", "pdf")]
    assert len({(one.title, one.year, one.region, one.genre) for one in found}) == 1
    assert found[0].year == int(name[-4:])
    assert found[0].region == name[:3]
    assert found[0].genre


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["md", "html", "docx", "pdf"])
def test_every_chart_stands_by_its_caption(name, form):
    document = read(name, form)
    outline = split_sections(document)
    shown = [one for one in tie_pictures(document, outline.illustrations, outline.sections) if one.image]
    assert [(one.label, one.image) for one in shown] == [("图 1", "picture-0.png"), ("图 2", "picture-1.png")]


def test_a_traditional_report_says_the_same_of_itself():
    paths = sorted((FOLDER / "traditional").iterdir())
    assert [path.suffix for path in paths] == [".md", ".txt"]
    for path in paths:
        document = read_document(path)
        assert (document.year, document.region, document.genre) == (2024, "芦堰区", "发展报告")
