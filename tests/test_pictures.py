"""Which picture a caption names: below it or above it, alone or in a row."""

import pytest

from reportqa.outline.pictures import tie_pictures
from reportqa.outline.sections import split_sections
from reportqa.text.records import Document, Picture


def tied(written: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """Read a text in which ◇ marks a picture; return label, picture and section of each illustration."""
    text, pictures = "", []
    for piece in written.split("◇"):
        if text or pictures or piece != written.split("◇")[0]:
            pictures.append(Picture(len(text), ".png", b""))
        text += piece
    document = Document("r.docx", text, "", pictures=tuple(pictures))
    outline = split_sections(document)
    shown = tie_pictures(document, outline.illustrations, outline.sections)
    return [
        (one.label, one.image and one.image.removeprefix("picture-").removesuffix(".png"), one.section) for one in shown
    ]


HEAD = "一、概况\n\n招生6191人，毕业5308人。"
SECTION = ("一、概况",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("◇\n\n图 1 规模\n\n", [("图 1", "0")]),
        ("\n\n图 1 规模\n\n◇\n\n", [("图 1", "0")]),
        ("◇\n\n图 1 甲\n\n◇\n\n图 2 乙\n\n", [("图 1", "0"), ("图 2", "1")]),
        ("\n\n图 1 甲\n\n◇\n\n图 2 乙\n\n◇\n\n", [("图 1", "0"), ("图 2", "1")]),
        ("◇◇\n\n图 1 甲 图 2 乙\n\n", [("图 1", "0"), ("图 2", "1")]),
        ("◇◇\n\n图 1 甲\n\n", [("图片", "0"), ("图 1", "1")]),
        ("◇\n\n图 1 甲\n\n图 2 乙\n\n", [("图 1", "0"), ("图 2", None)]),
        ("◇\n\n另有正文一段，说明情况。\n\n图 1 甲\n\n", [("图片", "0"), ("图 1", None)]),
        ("\n\n图 1 甲\n\n", [("图 1", None)]),
        ("◇\n\n", [("图片", "0")]),
    ],
)
def test_a_caption_gets_the_picture_next_to_it(written, expected):
    shown = tied(f"{HEAD}{written}毕业生就业情况良好，比上年有所提高。\n")
    assert [(label, image) for label, image, _ in shown] == expected
    assert all(section == SECTION for _, _, section in shown)


def test_a_picture_without_caption_belongs_to_the_section_that_it_ends():
    text = "一、概况\n\n招生6191人，毕业5308人。◇\n\n二、成效\n\n◇就业率98.5%，比上年提高。◇\n"
    assert [section for _, _, section in tied(text)] == [("一、概况",), ("二、成效",), ("二、成效",)]


def test_a_picture_before_the_first_heading_has_no_section():
    assert tied("◇\n\n一、概况\n\n招生6191人，毕业5308人。\n") == [("图片", "0", ())]
