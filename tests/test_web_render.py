"""What the web pages are made of, without a browser: records in, escaped HTML out."""

import base64
import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reportqa.errors import InputError
from reportqa.outline.sections import split_sections
from reportqa.output.candidates import Candidate, candidates
from reportqa.output.shown import in_order, list_note, scope_words
from reportqa.output.wording import quotation
from reportqa.reading import make_document
from reportqa.text.records import (
    Answer,
    Citation,
    CitedFigure,
    Conflict,
    Derivation,
    Document,
    Figure,
    Illustration,
    Span,
)
from reportqa.web.charts import Bar, Chart, charts_of
from reportqa.web.context import Context, around
from reportqa.web.examples import example_questions, suggested
from reportqa.web.export import exported, read_asked
from reportqa.web.feedback import Opinion, add_comment, read_feedback, record_feedback, withdraw
from reportqa.web.guard import Users
from reportqa.web.history import PastQuestion, kept, read_history, remember, thread
from reportqa.web.links import Address, answer_link
from reportqa.web.pictures import find_picture
from reportqa.web.reader import OpenReport
from reportqa.web.render import (
    answer_html,
    history_html,
    notice_html,
    quantity,
    reader_html,
    render,
    scope_html,
    welcome_html,
    written_html,
)
from reportqa.web.selection import Selection, without_dates
from reportqa.web.server import is_loopback, listen, read_login
from reportqa.writing import Sentence, Writer, Written

HOSTILE = "<script>alert(1)</script> \"双\" '单' <img src=x onerror=alert(1)> &amp; ${7*7} {{7*7}} {% x %}"


class Seen(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.hrefs, self.words = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.hrefs += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


def figure(text="1474人", value=1474, indicator="直接就业", start=10, **other):
    values = {"unit": "人", "kind": "count", "document": "甲.txt", "section": ("一、概况", "（三）学生")} | other
    return Figure(
        start, start + len(text), text, value, values.pop("unit"), value, "人", values.pop("kind"), indicator, **values
    )


def citation(text="直接就业1474人。", highlights=((104, 109),), document="甲.txt", section=("一、概况", "（三）学生")):
    return Citation(
        1, document, section, 2, 100, 100 + len(text), text, 0.9137, tuple(Span(*ends) for ends in highlights)
    )


def test_an_answer_shows_itself_its_figures_and_its_citations():
    answer = Answer(
        "直接就业多少人？",
        "answered",
        "1474人",
        citations=(citation(),),
        figures=(CitedFigure(figure(scope="全区"), 1),),
        confidence=0.7,
    )
    html = answer_html(answer)
    seen = Seen(html)
    for words in ("1474人", "直接就业", "全区", "一、概况", "（三）学生", "第 2 段", "大致", "引用 1"):
        assert words in seen.text
    assert "<mark>1474人</mark>" in html
    assert "?d=%E7%94%B2.txt&s=100&e=110" in seen.hrefs
    assert "?d=%E7%94%B2.txt&s=10&e=15" in seen.hrefs


def test_a_contradiction_shows_both_values_with_their_sources():
    one, two = figure(), figure("1473人", 1473, start=50, section=("二、培养",))
    answer = Answer(
        "直接就业多少人？",
        "answered",
        "1474人",
        conflicts=(Conflict("直接就业", (CitedFigure(one, 1), CitedFigure(two, None))),),
    )
    seen = Seen(answer_html(answer))
    assert "报告前后不一致：直接就业有 2 种说法" in seen.text
    assert "1474人" in seen.text and "1473人" in seen.text
    assert {"?d=%E7%94%B2.txt&s=10&e=15", "?d=%E7%94%B2.txt&s=50&e=55"} <= set(seen.hrefs)


def test_a_computed_answer_shows_its_arithmetic_and_its_operands():
    operands = (CitedFigure(figure("5308人", 5308, "升学"), 1), CitedFigure(figure("6782人", 6782, "毕业生"), 1))
    answer = Answer("升学率？", "answered", "78.27%", derivation=Derivation("5308 ÷ 6782", 0.78266, "78.27%", operands))
    text = Seen(answer_html(answer)).text
    assert "计算得出5308 ÷ 6782 = 78.27%" in text
    assert "5308" in text and "毕业生" in text


WRITER = Writer("http://192.0.2.1:11434/v1", "qwen3")


def test_a_writer_adds_an_offer_to_an_answer_that_stays_as_it_is():
    answer = Answer("为什么？", "answered", "生源减少", citations=(citation(),))
    alone, offered = (answer_html(answer, reports=["甲.txt"], writer=writer) for writer in (None, WRITER))
    start, end = offered.index('  <section class="written"'), offered.index("</section>\n") + len("</section>\n")
    assert offered[:start] + offered[end:] == alone
    offer = offered[start:end]
    assert "由模型 qwen3 根据引文写。按下后，问题和引用的段落会发给 192.0.2.1:11434。" in Seen(offer).text
    assert 'name="q" value="为什么？"' in offer and 'name="in" value="甲.txt"' in offer


def test_each_mark_of_what_was_written_leads_to_its_passage():
    cited = citation()
    answer = Answer("为什么？", "answered", "生源减少", citations=(cited, replace(cited, rank=2, start=200, end=210)))
    written = Written("qwen3", (Sentence("就业1474人。", (2, 1)), Sentence("生源减少", (1,))), ("没有出处",))
    html = written_html(written, WRITER, answer)
    seen = Seen(html)
    assert "就业1474人[2][1]。生源减少[1]。" in seen.text
    first, second = "?d=%E7%94%B2.txt&s=100&e=110", "?d=%E7%94%B2.txt&s=200&e=210"
    assert seen.hrefs == [second, first, first]
    assert "由模型 qwen3 根据引文写成，只按词和数字逐句核对过；删去 1 句：没有出处 1 句。" in seen.text
    assert "form" not in seen.tags


def test_what_was_not_written_is_one_line_and_can_be_asked_for_again():
    answer = Answer("为什么？", "answered", "生源减少", citations=(citation(),))
    html = written_html(Written("qwen3", problem="连不上。"), WRITER, answer, ["甲.txt"])
    assert '<output name="said">连不上。</output>' in html
    assert 'name="q" value="为什么？"' in html and 'name="in" value="甲.txt"' in html and "写一段" in Seen(html).text


def test_a_refusal_says_so_and_offers_the_nearest_passages():
    answer = Answer("火星？", "not_found", message="报告只有2024年的数据。", citations=(citation(),))
    text = Seen(answer_html(answer)).text
    assert "报告里没有找到答案" in text
    assert "报告只有2024年的数据。" in text
    assert "最接近的段落" in text and "直接就业1474人。" in text


def test_what_can_be_asked_instead_says_of_which_place():
    near = replace(citation(), region="青禾区")
    answer = Answer("火星？", "not_found", citations=(near,))
    figures = {near.document: [replace(figure(), start=near.start, end=near.start + 5)]}
    assert suggested(answer, figures.__getitem__) == ["直接就业有多少人？"]
    assert suggested(answer, figures.__getitem__, placed=True) == ["青禾区直接就业有多少人？"]


def test_a_question_that_is_asked_back_offers_its_choices_as_words_to_press():
    answer = Answer(
        "多少人？", "unclear", message="可以问：……", citations=(citation(),), choices=("招生有多少人？", HOSTILE)
    )
    html = answer_html(answer, reports=["甲.txt"])
    seen = Seen(html)
    assert "想问的是哪一个？" in seen.text and "最接近的段落" in seen.text
    assert "可以问：……" not in seen.text
    assert answer_link("招生有多少人？", ["甲.txt"]) in seen.hrefs
    assert HOSTILE in seen.text and "<script" not in html
    # The next question does not lean on one that was not answered.
    assert "data-question" not in html


def test_a_yes_or_no_answer_leads_with_the_verdict():
    html = answer_html(Answer("有2所公办学校吗？", "answered", "公办学校2所", verdict="是"))
    assert '<span class="verdict">是</span>公办学校2所' in html


def test_hostile_words_of_every_record_are_shown_as_words():
    hostile = figure(HOSTILE, 1, HOSTILE, scope=HOSTILE, document=HOSTILE, section=(HOSTILE,))
    cited = CitedFigure(hostile, 1)
    answer = Answer(
        HOSTILE,
        "answered",
        HOSTILE,
        message=HOSTILE,
        citations=(citation(HOSTILE, (), HOSTILE, (HOSTILE,)),),
        figures=(cited,),
        conflicts=(Conflict(HOSTILE, (cited, cited)),),
        derivation=Derivation(HOSTILE, 1.0, HOSTILE, (cited,)),
        illustrations=(Illustration(HOSTILE, HOSTILE, HOSTILE, 0, 3),),
    )
    document = Document(HOSTILE, HOSTILE, "", HOSTILE)
    opinion = Opinion(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, False, HOSTILE)
    bar = Bar(HOSTILE, 50.0, HOSTILE, "?d=x")
    pages = [
        answer_html(answer),
        notice_html(HOSTILE),
        welcome_html([HOSTILE]),
        history_html([PastQuestion(HOSTILE, HOSTILE, (HOSTILE,), HOSTILE)]),
        scope_html([document] * 2, [HOSTILE]),
        answer_html(
            answer,
            {HOSTILE: HOSTILE, "乙": HOSTILE},
            HOSTILE + "？",
            [HOSTILE],
            [PastQuestion(HOSTILE, HOSTILE)],
            [Candidate(hostile, HOSTILE, answer.citations[0]), Candidate(None, HOSTILE, answer.citations[0])],
            [Context(HOSTILE, HOSTILE)],
            [HOSTILE],
            Writer(HOSTILE, HOSTILE),
        ),
        written_html(Written(HOSTILE, problem=HOSTILE), Writer(f"http://{HOSTILE}", HOSTILE), answer, [HOSTILE]),
        written_html(Written(HOSTILE, (Sentence(HOSTILE, (1,)),), (HOSTILE,)), Writer(HOSTILE, HOSTILE), answer),
        render("feedback.html", given=[opinion], shown=[opinion]),
        render(
            "charts.html", charts=[Chart(HOSTILE, HOSTILE, (bar,), HOSTILE)], more=1, reports={HOSTILE: HOSTILE, "": ""}
        ),
        render("nowhere.html", message=HOSTILE, home="/"),
        reader_html(
            OpenReport(document, [((HOSTILE,), 1, Span(0, 8))], [], [hostile], Span(3, 9), HOSTILE), [document] * 2
        ),
    ]
    for page in pages:
        seen = Seen(page)
        assert not {"script", "img"} & set(seen.tags)
        assert HOSTILE in seen.text.replace("\n", "")


def read(text, place=None, words=""):
    document = make_document("报告.txt", text)
    outline = split_sections(document)
    sections = [(section.path, section.level, section.heading) for section in outline.sections]
    return OpenReport(document, sections, outline.illustrations, [], place, words)


def shown(lines, name=None):
    pieces = [piece for line in lines for piece in line.pieces]
    return "".join("".join(piece.text for piece in pieces if name is None or name in piece.classes).split())


def test_the_reader_shows_every_word_of_a_report_in_order(corpus):
    text = next(corpus.glob("*.txt")).read_text("utf-8-sig")
    lines = read(text, Span(1000, 1200), "双师").lines
    assert shown(lines) == "".join(text.split())
    assert shown(lines, "place") == "".join(text[1000:1200].split())
    assert shown(lines, "found") == "双师" * text.count("双师")
    assert {line.kind for line in lines} == {"heading", "caption", "prose"}


def test_a_caption_inside_a_cited_passage_is_not_highlighted_with_it():
    text = "一、文化\n学校认真建设环境文化，从物质、制度、行为等四\n 图 9 塑像\n个方面展开。\n"
    place = Span(text.index("学校"), text.index("展开。") + 3)
    assert [(line.kind, line.pieces[0].classes) for line in read(text, place).lines] == [
        ("heading", ()),
        ("prose", ("place",)),
        ("caption", ()),
        ("prose", ("place",)),
    ]


TABLED = """# 年报

## 一、规模

表 1 各校招生（人）

| 学校 | 招生 |
|---|---|
| 甲<b>校 | 120 |
| 乙校 |  |

图 1 规模
正文。
"""


def opened(place=None, image="generation-1/pictures/1.png", pages=()):
    start = TABLED.index("图 1")
    document = Document("甲.docx", TABLED, "", pages=pages)
    headings = [
        ((words,), level, Span(at, at + len(words))) for words, level, at in (("年报", 1, 2), ("一、规模", 2, 9))
    ]
    return OpenReport(
        document, headings, [Illustration("图 1", "规模", "甲.docx", start, start + 6, image=image)], [], place
    )


def test_a_table_of_the_text_is_shown_as_a_table_with_its_place_marked():
    html = reader_html(opened(Span(TABLED.index("120"), TABLED.index("120") + 3)))
    assert "<th>学校</th><th>招生</th>" in html
    assert '<td>甲&lt;b&gt;校</td><td><span class="place">120</span></td>' in html
    assert "<td>乙校</td><td></td>" in html
    assert "|" not in Seen(html).text


def test_a_heading_of_markdown_is_shown_without_its_signs():
    html = reader_html(opened())
    assert '<p class="heading level-1">年报</p>' in html
    assert '<p class="heading level-2">一、规模</p>' in html
    whole = replace(opened(), sections=[(("年报",), 1, Span(0, 4))])
    assert '<p class="heading level-1">年报</p>' in reader_html(whole)


def test_a_picture_stands_over_its_caption_and_a_page_is_numbered():
    html = reader_html(opened(pages=(0, TABLED.index("图 1"))))
    picture = html.index('<img src="picture?d=%E7%94%B2.docx&amp;n=1.png')
    assert html.index("第 2 页") < picture < html.index("图 1 规模</p>")
    lone = replace(
        opened(), illustrations=[Illustration("图片", "", "甲.docx", at, at, image="2.png") for at in (6, 999)]
    )
    html = reader_html(lone)
    assert html.index("年报</p>") < html.index("n=2.png") < html.index("一、规模</p>")
    assert html.index("正文。") < html.rindex("n=2.png")
    for image in (None, "generation-1/pictures/1.emf"):
        assert "<img" not in reader_html(opened(image=image))


def test_a_quote_from_a_table_is_shown_as_rows():
    quoted = citation("| 甲校 | 120 |\n| 乙校 | 80 |", ((107, 110),))
    html = answer_html(Answer("甲校招生多少人？", "answered", "120人", citations=(quoted,)))
    assert '<td>甲校</td><td><span class="mark">120</span></td>' in html
    assert "|" not in Seen(html).text.replace("\n", "")


class Shelf:
    """As much of a library as the pictures need."""

    def __init__(self, index, image):
        self.index = self.path = index
        self.qa = self.store = self
        self._caption = Illustration("图 1", "规模", "甲.docx", 7, 13, image=image)

    def illustrations_in(self, document):
        return [self._caption] if document == self._caption.document else []

    def scans(self, document):
        return []


def test_only_a_picture_inside_the_index_folder_is_found(tmp_path):
    (tmp_path / "index").mkdir()
    for name in ("index/1.png", "秘密.png", "index/1.html"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "index" / "link.png").symlink_to(tmp_path / "秘密.png")
    index = tmp_path / "index"
    picture = str(index / "1.png")
    assert find_picture(Shelf(index, picture), "甲.docx", "1.png") == Path(picture).resolve()
    for name in ("../秘密.png", "link.png", "1.html", "没有.png", ""):
        assert find_picture(Shelf(index, str(index / name)), "甲.docx", Path(name).name) is None
    assert find_picture(Shelf(index, None), "甲.docx", "") is None
    for document, name in (("乙.docx", "1.png"), ("甲.docx", "../index/1.png"), ("甲.docx", picture), ("", "")):
        assert find_picture(Shelf(index, picture), document, name) is None


def test_an_answer_shows_its_pictures_and_the_page_of_its_source():
    shown = Illustration("图 1", "规模", "甲.docx", 7, 13, image="1.png")
    cited = replace(citation(), page=12)
    html = answer_html(Answer("规模？", "answered", "1474人", citations=(cited,), illustrations=(shown,)))
    assert '<img src="picture?d=%E7%94%B2.docx&amp;n=1.png"' in html
    assert "第 12 页" in Seen(html).text


def test_with_several_reports_each_citation_names_its_own_and_one_can_be_chosen():
    titles = {"甲.txt": "青禾区年报（2023年）", "乙.txt": "青禾区年报（2024年）"}
    cited = replace(citation(), year=2023, region="青禾区")
    answer = Answer("直接就业多少人？", "answered", "1474人", citations=(cited,))
    text = Seen(answer_html(answer, titles)).text
    assert "2023年 青禾区 青禾区年报（2023年）" in text
    assert "青禾区年报" not in Seen(answer_html(answer, {"甲.txt": "青禾区年报（2023年）"})).text
    documents = [Document(name, "", "", title) for name, title in titles.items()]
    assert '<input type="checkbox" name="in" value="乙.txt" checked> 青禾区年报（2024年）' in scope_html(
        documents, ["乙.txt"]
    )
    assert "问哪些报告：全部 2 份" in Seen(scope_html(documents)).text
    assert scope_html(documents[:1]).strip() == ""


def test_a_completed_question_is_shown_with_what_was_typed():
    html = answer_html(Answer("民办学校有几所", "answered", "5所"), {}, "那民办的呢？", ["甲.txt"])
    assert "按上一个问题理解为：民办学校有几所" in Seen(html).text
    assert 'data-question="民办学校有几所"' in html
    assert "?q=%E9%82%A3%E6%B0%91%E5%8A%9E%E7%9A%84%E5%91%A2%EF%BC%9F&in=%E7%94%B2.txt" in Seen(html).hrefs
    assert "理解为" not in answer_html(Answer("民办学校有几所？", "answered", "5所"))


def test_a_history_holds_each_question_once_and_reads_what_a_browser_kept():
    past = remember(
        PastQuestion("乙？", "2人"),
        [PastQuestion("甲？", "1人"), PastQuestion("乙？", "旧"), PastQuestion("乙？", "3人", ("甲.txt",))],
    )
    assert past == [PastQuestion("乙？", "2人"), PastQuestion("甲？", "1人"), PastQuestion("乙？", "3人", ("甲.txt",))]
    assert read_history(json.loads(json.dumps(kept(past)))) == past
    assert read_history([["甲？", "1人"], ["a"], 5, None, {}]) == [PastQuestion("甲？", "1人")]
    # As an earlier version kept it: the name of one report.
    assert read_history([["甲？", "1人", "甲.txt"], ["乙？", "2人", ""]]) == [
        PastQuestion("甲？", "1人", ("甲.txt",)),
        PastQuestion("乙？", "2人"),
    ]
    assert read_history("x") == read_history(None) == []
    assert len(remember(PastQuestion("新", ""), [PastQuestion(str(n), "") for n in range(90)])) == 50


def test_a_conversation_is_what_was_asked_on_top_of_one_another_and_ends_where_it_goes_in_a_circle():
    asked = [
        PastQuestion(name, name, (), after) for name, after in (("甲", ""), ("乙", "甲"), ("丙", "乙"), ("别", ""))
    ]
    past: list[PastQuestion] = []
    for one in asked:
        past = remember(one, past)
    assert [turn.question for turn in thread(asked[2], past)] == ["甲", "乙"]
    assert thread(asked[3], past) == []
    # Opened again by its address, a question stays in its conversation.
    past = remember(PastQuestion("丙", "丙"), past)
    assert [turn.question for turn in thread(past[0], past)] == ["甲", "乙"]
    past = remember(PastQuestion("甲", "甲", (), "丙"), past)
    assert [turn.question for turn in thread(past[0], past)] == ["乙", "丙"]


def test_the_outline_marks_the_section_that_holds_the_place():
    text = "一、概况\n招生6人。\n二、培养\n毕业7人。\n"
    html = reader_html(read(text, Span(text.index("毕业"), text.index("毕业") + 5)))
    assert 'aria-current="true">二、培养' in html
    assert html.count("aria-current") == 1


def test_words_that_do_not_stand_in_the_report_get_a_line_that_says_so():
    assert "没有找到“火星”" in Seen(reader_html(read("一、概况\n招生6人。\n", words="火星"))).text


@pytest.mark.parametrize(
    ("shown", "given"),
    [
        ("6191", figure("6191人", 6191)),
        ("733347.38", figure("733347.38 平方米", 733347.38, unit="平方米", kind="area")),
        ("1–2", figure("1-2小时", [1, 2], unit="小时", kind="duration")),
        ("约130", figure("约130家", 130, unit="家", approx=True)),
        ("130余", figure("130余家", 130, unit="家", approx=True, bound=">")),
        ("不少于5", figure("不少于5人", 5, approx=True, bound=">=")),
        ("18.29：1", figure("18.29：1", 18.29, unit="：1", kind="ratio")),
        ("2012年10月", figure("2012年10月", "2012-10", unit="年月", kind="date")),
    ],
)
def test_a_quantity_reads_as_the_report_means_it(shown, given):
    assert quantity(given) == shown


def test_example_questions_come_from_the_report_and_take_turns_by_kind():
    figures = [
        figure("19个", 19, "街道", unit="个", start=1),
        figure("6191人", 6191, "招生", start=20),
        figure("1455人", 1455, "招生", start=30, parent=20),
        figure("18.29：1", 18.29, "生师比", unit="：1", kind="ratio", start=40),
        figure("2024年", "2024", "年度", unit="年", kind="date", start=60),
    ]
    assert example_questions(figures, 3) == ["招生有多少人？", "生师比是多少？", "街道有多少个？"]
    assert example_questions([]) == []


def test_a_document_without_headings_is_still_readable():
    html = reader_html(OpenReport(Document("甲.txt", "只有一句话。", ""), [((), 0, None)]))
    assert "只有一句话。" in html


def test_errors_are_shown_in_the_users_words():
    assert "问题是空的" in Seen(notice_html(str(InputError("问题是空的：请写一个问题。")))).text


def test_an_answer_is_quoted_with_title_section_and_words():
    answer = Answer("直接就业多少人？", "answered", "1474人", citations=(citation(),))
    assert quotation(answer, {"甲.txt": "年报"}) == "1474人（《年报》“一、概况 › （三）学生”第2段：“1474人”）"
    assert quotation(Answer("？", "not_found", citations=(citation(),)), {}) == ""


@pytest.mark.parametrize(
    ("query", "page", "place"),
    [
        ({}, "ask", None),
        ({"q": "招生？"}, "ask", None),
        ({"d": "甲.txt", "s": "5", "e": "13"}, "read", Span(5, 13)),
        ({"d": "甲.txt", "s": "13", "e": "5"}, "read", None),
        ({"d": "甲.txt", "s": "-1", "e": "x"}, "read", None),
        ({"d": "甲.txt", "s": "0", "e": "9" * 5000}, "read", None),
        ({"p": "data"}, "data", None),
        ({"p": "../../etc"}, "ask", None),
        ({"q": ["招生"], "p": {"x": 1}, "after": ["？"], "in": 5}, "ask", None),
    ],
)
def test_an_address_that_anyone_may_have_written_is_read(query, page, place):
    address = Address.read(query)
    assert (address.page, address.place) == (page, place)


def test_a_selection_chooses_by_all_that_it_names_and_survives_its_address():
    figures = [
        figure(),
        figure("1473人", 1473, start=50, section=("二、培养",)),
        figure("3门", 3, "课程", unit="门", start=90),
    ]
    selection = Selection(chapter="一、概况", kind="count", unit="人", words="就业 1474")
    assert selection.of(figures) == figures[:1]
    assert Selection.read(selection.query()) == selection
    assert Selection().of(figures) == figures


def people(*numbers):
    return [figure(f"{n}人", n, f"指标{n}", start=n) for n in numbers]


def test_a_chart_has_the_largest_first_and_each_bar_its_source():
    (chart,) = charts_of(people(200, 900, 500))
    assert [(bar.text, bar.length) for bar in chart.bars] == [("900人", 100), ("500人", 55.6), ("200人", 22.2)]
    assert chart.bars[0].address == "?d=%E7%94%B2.txt&s=900&e=904"
    assert (chart.title, chart.document) == ("学生（人）", "甲.txt")


def test_a_chart_shows_one_family_only():
    schools = [figure(f"{n}", n, "招生", start=n, scope=f"第{n}小学") for n in (30, 40, 50)]
    total = figure("120", 120, "招生", start=60, scope="合计")
    other = [replace(one, section=("二、教师",), document="乙.txt") for one in people(70, 80, 90)]
    charts = charts_of([*schools, total, *people(200, 900, 500), *other])
    assert [(chart.title, chart.document, len(chart.bars)) for chart in charts] == [
        ("招生（人）", "甲.txt", 3),
        ("教师（人）", "乙.txt", 3),
        ("学生（人）", "甲.txt", 3),
    ]
    assert [bar.label for bar in charts[0].bars] == ["第50小学", "第40小学", "第30小学"]


def test_a_figure_that_dwarfs_the_others_is_named_and_not_drawn():
    (chart,) = charts_of(people(200, 900, 500, 2_000_000))
    assert [bar.text for bar in chart.bars] == ["900人", "500人", "200人"]
    assert "2000000人" in chart.note


def test_too_few_figures_make_no_chart():
    assert charts_of(people(200, 900)) == []


def test_a_year_that_only_dates_another_figure_is_no_row_of_its_own():
    rows = [
        figure("2023年", "2023", "常住人口", start=1, unit="年", kind="date"),
        figure("225.8万人", 225.8, "常住人口", start=7, unit="万人"),
        figure("2023年4月", "2023-04", "常住人口", start=20, unit="年月", kind="date"),
        figure("2024年", "2024", "", start=30, unit="年", kind="date"),
        figure("2021年", "2021", "三教改革始于", start=40, unit="年", kind="date"),
    ]
    assert [one.text for one in without_dates(rows)] == ["225.8万人", "2023年4月", "2021年"]


def test_a_login_is_read_from_itself_or_from_a_file(tmp_path):
    assert read_login("老师:密:码") == {"老师": "密:码"}
    file = tmp_path / "login"
    file.write_text("\ufeff馆长:密码\n\n读者:另一个\n", "utf-8")
    assert list(read_login(str(file)).items()) == [("馆长", "密码"), ("读者", "另一个")]
    file.write_text("馆长:密码\n馆长:另一个\n", "utf-8")
    with pytest.raises(InputError, match="写了两次"):
        read_login(str(file))


def basic(login):
    return {"authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


def test_the_first_name_owns_the_library_and_the_others_read():
    users = Users({"馆长": "密码", "读者": "另一个"})
    assert [users.asking(basic(login)) for login in ("馆长:密码", "读者:另一个", "读者:密码", "谁:密码")] == [
        "馆长", "读者", None, None,
    ]  # fmt: skip
    assert users.asking({}) is users.asking({"authorization": "Basic ***"}) is None
    assert [users.owns(name) for name in ("馆长", "读者", None)] == [True, False, False]
    assert Users().owns(None) and not Users()


@pytest.mark.parametrize("auth", ["老师", ":密码", "老师:", "/no/such/file"])
def test_a_login_without_a_name_or_a_password_is_refused(auth):
    with pytest.raises(InputError, match="用户名:密码"):
        read_login(auth)


def test_the_next_port_is_offered_where_one_is_taken():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"端口 {port} 已被占用"):
            listen("127.0.0.1", port)


def test_only_this_machine_is_loopback():
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.168.1.2", "服务器")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def unsure(*citations, figures=(), answer="6项"):
    return Answer("得了几个奖？", "answered", answer, confidence=0.4, citations=citations, figures=figures)


def test_an_answer_that_is_not_sure_offers_what_else_it_may_be():
    texts = ("获一等奖6项。", "获二等奖8项。", "又获二等奖8项。", "共3门课程。")
    cited = [replace(citation(text, ((100, 100 + len(text)),)), rank=at) for at, text in enumerate(texts, 1)]
    given = [
        figure("6项", 6, "一等奖", 104, unit="项"),
        figure("8项", 8, "二等奖", 104, unit="项"),
        figure("3门", 3, "课程", 101, unit="门", kind="other"),
    ]
    own = CitedFigure(given[0], 1)
    figures_of = {"甲.txt": given[:1], "乙.txt": given[1:2], "丙.txt": given[2:]}
    cited = [
        replace(one, document=name) for one, name in zip(cited, ("甲.txt", "乙.txt", "乙.txt", "丙.txt"), strict=True)
    ]
    found = candidates(unsure(*cited, figures=(own,)), lambda name: figures_of[name])
    # A value once, and only what is counted as the answer is.
    assert [(one.figure.indicator, one.figure.text, one.clause) for one in found] == [
        ("一等奖", "6项", "获一等奖6项。"),
        ("二等奖", "8项", "获二等奖8项。"),
    ]
    html = answer_html(unsure(*cited, figures=(own,)), choices=found)
    assert "拿不准，可能是" in Seen(html).text and "请核对" in Seen(html).text
    assert "8项" in Seen(html).text and "获二等奖8项。" in Seen(html).text
    assert candidates(replace(unsure(*cited, figures=(own,)), confidence=0.7), figures_of.__getitem__) == []
    assert candidates(unsure(cited[0], figures=(own,)), figures_of.__getitem__) == []
    words = candidates(unsure(*cited[:2], answer="获一等奖"), figures_of.__getitem__)
    assert [(one.figure, one.clause) for one in words] == [(None, "获一等奖6项。"), (None, "获二等奖8项。")]


def test_the_figures_that_an_answer_is_split_into_come_before_others():
    whole = figure("6782人", 6782, "毕业生", 10)
    others = [
        replace(figure("25个", 25, "班级", 30, unit="个"), normalized_unit="个"),
        figure("19794人", 19794, "在校生", 20),
        figure("1796人", 1796, "毕业生", 40, parent=10, scope="含技工等学校"),
    ]
    given = [CitedFigure(one, 1) for one in (whole, *others)]
    shown = in_order(given, Answer("毕业生多少人？", "answered", "6782人"))
    assert [one.figure.text for one in shown] == ["6782人", "1796人", "19794人", "25个"]
    assert scope_words(others[2]) == "其中：技工等学校"


def test_a_list_says_how_many_it_names_and_that_the_report_goes_on():
    cited = citation("有甲校、乙校等学校。", ())
    assert (
        list_note(Answer("有哪些学校？", "answered", "甲校、乙校", citations=(cited,))) == "列出 2 项，原文后面还有“等”"
    )
    assert list_note(Answer("有哪些学校？", "answered", "甲校、乙校")) == "列出 2 项"
    numbers = tuple(CitedFigure(one, 1) for one in (figure(), figure("1473人", 1473)))
    assert list_note(Answer("就业？", "answered", "1474人、1473人", figures=numbers)) == ""


def test_what_is_thought_of_an_answer_is_read_with_its_comment_unless_it_was_taken_back(tmp_path):
    answer = Answer("招生多少人？", "answered", "6191人", citations=(citation(),))
    first = record_feedback(tmp_path, answer, False, "读者")
    second = record_feedback(tmp_path, replace(answer, question="毕业多少人？"), True)
    add_comment(tmp_path, first["id"], f" 口径不对{HOSTILE} ")
    with (tmp_path / "feedback.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "x", "question')
    assert [(one.question, one.useful, one.user) for one in read_feedback(tmp_path)] == [
        ("毕业多少人？", True, ""),
        ("招生多少人？", False, "读者"),
    ]
    assert read_feedback(tmp_path)[1].comment == f"口径不对{HOSTILE}"
    (tmp_path / "feedback.jsonl").write_text((tmp_path / "feedback.jsonl").read_text("utf-8") + "\n", "utf-8")
    withdraw(tmp_path, second["id"])
    assert [one.question for one in read_feedback(tmp_path)] == ["招生多少人？"]
    assert read_feedback(tmp_path / "nowhere") == []


@pytest.mark.parametrize("sent", ["", "[]", "{}", "5", '["a"]', '[["a"]]', '[["a", 5]]', "null", '[["a", "b", "c"]]'])
def test_what_is_to_be_exported_may_have_been_written_by_anyone(sent):
    with pytest.raises(InputError):
        read_asked(sent)


def test_what_is_exported_is_read_again():
    asked = [PastQuestion(HOSTILE, "", ("甲.txt",)), PastQuestion("招生？", "")]
    assert read_asked(exported(asked)) == [(HOSTILE, ["甲.txt"]), ("招生？", [])]
    assert len(read_asked(exported([PastQuestion(str(n), "") for n in range(99)]))) == 50


def test_what_stands_around_a_quote_is_a_few_lines():
    text = "\n".join(["一", "二", "三", "四", "招生6人。", "五", "", "六", "七", "八"])
    start = text.index("招生")
    cited = replace(citation("招生6人。", ()), start=start, end=start + 6)
    assert around(Document("甲.docx", text, ""), cited) == Context("二\n三\n四", "五\n六\n七", None)
    paged = Document("甲.pdf", text, "", pages=(0, start))
    assert around(paged, replace(cited, document="甲.pdf")).page == 2
