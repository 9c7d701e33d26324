"""The parts of asking, each alone over a few figures, with values worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from reportqa.asking.cite import Reply
from reportqa.asking.compute import derive, newest_first
from reportqa.asking.halves import Half, answers, fits, put_together
from reportqa.asking.highlight import answering
from reportqa.asking.lists import list_at, list_opened, lists_in
from reportqa.asking.matching import FigureMatch, is_per_head, says_change, share_of_words
from reportqa.asking.named import of_names, tells
from reportqa.asking.operands import Member, fit, grown, named, sets_of, share_named, words_of
from reportqa.asking.phrased import phrased
from reportqa.asking.question import understand
from reportqa.asking.read import bounded, ordered
from reportqa.asking.scans import cuts_of, whole_page
from reportqa.asking.search import Candidate, ScoredUnit
from reportqa.asking.superlatives import bearer, extreme_asked, ranked
from reportqa.asking.sure import Sureness
from reportqa.figures.extract import figures_in_text
from reportqa.index.store import IndexedPassage
from reportqa.models.reader import PassageReading
from reportqa.text.folding import fold
from reportqa.text.records import Citation, Passage, Prose, Scan, ScanLine, Span

SIGNALS = {"scope": 0.0, "narrow": 0.0, "unit": 1.0, "form": 0.0, "earlier": 0.0, "later": 0.0}


def candidate(text: str, number: int = 0, signals: Mapping[str, float] | None = None) -> Candidate:
    """A passage of one sentence that is all of its report."""
    span = Span(0, len(text))
    passage = Passage("公报.txt", ("一、概况",), 1, (span,))
    indexed = IndexedPassage(
        number, passage, Prose.read(text, [span]), fold(text), 0, ((0, len(text), True), (0, len(text), False))
    )
    units = tuple(ScoredUnit(0, len(text), whole, 0.5, 0.5, 0.5) for whole in (True, False))
    return Candidate(indexed, units, {}, dict(signals or {}), 0.0)


def matched(text: str, *told: Mapping[str, float]) -> list[FigureMatch]:
    """The figures of a sentence, with what is told of each beside :data:`SIGNALS`, all fitting a question as well."""
    own, every = candidate(text), figures_in_text(text)
    more = [*told, *({} for _ in every)]
    whole, clause = own.units
    return [
        FigureMatch(figure, own, clause, whole, {**SIGNALS, **one}, 0.0)
        for figure, one in zip(every, more, strict=False)
    ]


def members(matches: Sequence[FigureMatch]) -> list[Member]:
    """The figures as what an operation is over."""
    return [Member(one, words_of(one.figure), "", np.ones(2, np.float32), ()) for one in matches]


@pytest.mark.parametrize(
    ("operation", "text", "expression", "answer"),
    [
        ("sum", "小学52所，初中24所，高中9所。", "52 + 24 + 9", "85所"),
        ("difference", "初中24所，小学52所。", "52 − 24", "28所"),
        ("rest", "全县学生4000人，其中寄宿生1500人，走读生300人。", "4000 − 1500 − 300", "2200人"),
        ("share", "女教师30人，教师共120人。", "30 ÷ 120", "25.00%"),
        ("growth", "招生1200人，上年招生1000人。", "(1200 − 1000) ÷ 1000", "20.00%"),
        ("ratio", "学生360人，教师24人。", "360 ÷ 24", "15倍"),
    ],
)
def test_each_operation_over_figures_in_its_own_order(operation: str, text: str, expression: str, answer: str) -> None:
    derived = derive(operation, matched(text))  # type: ignore[arg-type]
    assert (derived.expression, derived.text) == (expression, answer)


def test_a_ratio_in_a_unit_that_is_asked_for_is_so_much_for_each() -> None:
    assert derive("ratio", matched("学生360人，教师24人。"), unit="人").text == "15人"
    assert derive("ratio", matched("经费4.8亿元，学生2400人。")).text == "20万元"


def test_the_newer_value_is_told_by_years_then_by_what_was_before_or_is_planned() -> None:
    old, new = matched("2022年招生80人，2023年招生90人。")[1::2]
    assert [one.figure.text for one in newest_first([old, new])] == ["90人", "80人"]
    before, now = matched("上年招生80人，招生90人。", {"earlier": 1.0})
    assert newest_first([before, now]) == (now, before)
    now, planned = matched("招生80人，拟招生90人。", {}, {"later": 1.0})
    assert newest_first([now, planned]) == (planned, now)
    first, second = matched("招生90人，招生80人。")
    assert newest_first([first, second]) == (first, second)


@pytest.mark.parametrize(
    ("operation", "text", "fits_together"),
    [
        ("sum", "小学52所，初中24所。", True),
        ("sum", "小学52所，学生240人。", False),
        ("sum", "升学率98%，就业率97%。", False),
        ("difference", "升学率98%，就业率97%。", True),
        ("difference", "小学52所，初中52所。", False),
        ("share", "升学率98%，就业率97%。", False),
        ("ratio", "学生360人，教师24人。", True),
        ("ratio", "经费4.8亿元，学生2400人。", True),
        ("ratio", "升学率98%，学生2400人。", False),
        ("growth", "招生1200人，上年招生1000人。", True),
        ("difference", "基金支出3861万元，比上年增加1861万元。", False),
        ("growth", "招生1200人，比上年增加200人。", False),
        ("growth", "毕业生6782人（含技工学校1796人）。", False),
    ],
)
def test_what_can_be_computed_with(operation: str, text: str, fits_together: bool) -> None:
    assert fit(operation, members(matched(text))) is fits_together  # type: ignore[arg-type]


def test_parts_that_are_more_than_the_whole_have_none() -> None:
    pair, three = "学生900人，寄宿500人。", "学生900人，寄宿500人，走读500人。"
    assert fit("rest", members(matched(pair)))
    assert not fit("rest", members(matched(three)))


def test_sets_grow_by_one_figure_each_once() -> None:
    every = members(matched("小学52所，初中24所，高中9所，学生70人。"))
    pairs = sets_of("sum", every)
    assert len(pairs) == 3
    seen = {frozenset(map(id, pair)) for pair in pairs}
    assert [len(one) for one in grown("sum", pairs, every, seen)] == [3]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("小学和初中一共多少所", ("小学", "初中一共多少所")),
        ("甲校比乙校多多少人", ("甲校", "乙校多多少人")),
        ("招生多少人", ()),
        ("女教师占全部教师的百分之几", ("女教师", "全部教师")),
    ],
)
def test_the_words_for_each_operand(question: str, names: tuple[str, ...]) -> None:
    assert named(understand(question)) == names


def test_a_share_without_a_whole_names_none() -> None:
    assert share_named(understand("寄宿生占多少")) == ("", "")
    assert share_named(understand("学生里面寄宿的占多大比例")) == ("寄宿的", "学生")


def test_shared_words_by_pairs_of_letters() -> None:
    assert share_of_words("专任教师", "教师多少人") == pytest.approx(1 / 3)
    assert share_of_words("", "教师多少人") == 0.0
    assert share_of_words("校", "学校几所") == 1.0


def test_figures_of_a_change_and_for_each_are_told_by_their_indicator() -> None:
    level, change = matched("招生1200人，比上年增加200人。")
    assert (says_change(level.figure), says_change(change.figure)) == (False, True)
    each, all_of_it = matched("生均校舍面积7.2平方米，校舍面积9000平方米。")
    assert (is_per_head(each.figure), is_per_head(all_of_it.figure)) == (True, False)


def test_a_name_is_told_by_the_letters_that_the_other_lacks() -> None:
    light, heavy = matched("轻工业增长2.5%，重工业增长9.0%。")
    names = ("轻工业", "重工业")
    assert (tells(0, names, light), tells(1, names, light)) == (1.0, -1.0)
    assert of_names(names, [heavy, light]) == [light, heavy]
    assert of_names(("轻工业", "建筑业"), [heavy, light]) == []


@pytest.mark.parametrize(
    ("question", "text", "expression"),
    [
        ("小学比初中多多少所", "小学52所，初中24所。", "52 − 24"),
        ("寄宿生占学生的百分之几", "学生900人，寄宿生300人。", "300 ÷ 900"),
        ("小学多少所", "小学52所，初中24所。", None),
    ],
)
def test_phrases_that_name_their_operands(question: str, text: str, expression: str | None) -> None:
    matches = matched(text)
    derived = phrased(understand(question), [], lambda: matches)
    assert (derived.expression if derived else None) == expression


def test_things_are_ranked_from_the_end_that_is_asked_for() -> None:
    rows = zip(("甲镇", "乙镇", "丙镇", "合计"), matched("300人，500人，400人，1200人"), strict=True)
    matches = [replace(one, figure=replace(one.figure, scope=name, indicator="学生")) for name, one in rows]
    assert [bearer(one) for one in matches] == ["甲镇", "乙镇", "丙镇", ""]
    for question, order in (
        ("哪个镇学生最多", ["500人", "400人", "300人"]),
        ("哪个镇学生最少", ["300人", "400人", "500人"]),
    ):
        asked = extreme_asked(understand(question))
        assert asked is not None
        assert [one.figure.text for one in ranked(asked, matches)] == order


def test_a_figure_fits_a_single_question_by_unit_form_and_words() -> None:
    area, count = matched("绿化面积300亩，招生120人。")
    question = understand("绿化面积是多少")
    assert fits(question, area)
    assert not fits(question, replace(count, signals=SIGNALS | {"form": 1.0}))


def test_replies_to_single_questions_make_one_and_say_what_is_open() -> None:
    first = Reply("120人", (), sure=Sureness(0.9, 0.9))
    second = Reply("300亩", (), sure=Sureness(0.6, 0.8))
    one = put_together([Half(understand(words), reply) for words, reply in (("招生多少", first), ("面积多大", second))])
    assert (one.text, one.sure, one.note) == ("120人；300亩", Sureness(0.6, 0.8), "")
    left = put_together([Half(understand("招生多少"), first), Half(understand("食堂几个"), None)])
    assert left.note == "只答出一部分：“食堂几个”没有可靠的答案，请单独问。"
    assert answers(first)
    assert not answers(Reply("120人", (), sure=Sureness(0.4, 0.9)))
    assert not answers(Reply("120人", (), refusal="没有", sure=Sureness(0.9, 0.9)))


def test_passages_that_were_not_read_stay_behind_those_that_were() -> None:
    reading = PassageReading(
        np.zeros((1, 2), np.int64),
        np.zeros(1, np.float32),
        np.zeros(1, np.float32),
        0.0,
        (0.3, 0.3, 0.4),
        ((0, 1, 0.0),),
    )
    plain = {"found": 2.0, "relevance": 0.0, "span": 0.0}
    read = [
        Candidate(one.passage, one.units, {}, plain | {"relevance": told}, 0.0, reading)
        for one, told in ((candidate("甲", 0), -15.0), (candidate("乙", 1), 15.0))
    ]
    order = ordered([*read, candidate("丙", 2, {"found": 1.9})])
    assert [one.passage.number for one in order] == [1, 0, 2]
    # By as much as the worst of those that were read fell behind what found it.
    assert order[2].score == pytest.approx(1.9 + min(order[1].score - 2.0, 0.0))
    assert (bounded(99.0), bounded(-99.0), bounded(3.0)) == (15.0, -15.0, 3.0)


def test_a_quote_of_a_recognised_page_is_cut_out_with_what_is_marked_in_it() -> None:
    scan = Scan(1, 1000, 800, (ScanLine(0, 10, (100, 200, 300, 220), 0.9), ScanLine(10, 20, (100, 230, 300, 250), 0.7)))
    quote = Citation(1, "公报.txt", (), 1, 0, 10, "一二三四五六七八九十", 0.9, (Span(2, 4),))
    (cut,) = cuts_of(quote, [scan])
    # Two of ten letters from the third on, of a line 200 pixels wide; 12 pixels around: 0.6 of its height.
    assert cut.marks == ((140, 200, 180, 220),)
    assert cut.box == (88, 188, 312, 232)
    assert cut.score == pytest.approx(0.9)
    page = whole_page(scan, Span(12, 14))
    assert (page.box, page.marks, page.score) == ((0, 0, 1000, 800), ((100, 230, 300, 250),), 0.7)


@pytest.mark.parametrize(
    ("text", "words", "members"),
    [
        # The words that the reader finds go on after the list; it ends where it ends.
        (
            "理事会由政府、行业、企业代表参加，对学校的建设、发展提出意见。",
            "政府、行业、企业代表参加，对学校的建设、发展",
            ("政府", "行业", "企业代表"),
        ),
        # Of a list in a member of another, the inner one.
        (
            "1.收入58亿元。①税收46亿元，房产税、印花税、契税增长；②非税收入11亿元。",
            "印花税、契税",
            ("房产税", "印花税", "契税增长"),
        ),
    ],
)
def test_the_list_that_the_words_found_begin_with(text: str, words: str, members: tuple[str, ...]) -> None:
    start = text.index(words)
    found = list_opened(text, start, start + len(words)) or list_at(text, start, start + len(words))
    assert found is not None and found.members == members


def test_numbers_of_several_forms_are_several_lists() -> None:
    text = "1.收入58亿元；①税收46亿元；②非税收入11亿元；2.支出60亿元。"
    assert [one.members for one in lists_in(text)] == [
        ("收入58亿元；①税收46亿元；②非税收入11亿元", "支出60亿元"),
        ("税收46亿元", "非税收入11亿元"),
    ]


def test_words_that_cross_the_end_of_a_sentence_answer_less_well() -> None:
    text = "印花税增长；营业税、资源税下降。"
    places = np.array([(at, at + 1) for at in range(len(text))])
    spans = ((0, 13, 7.9), (6, 13, 6.7))
    heard = PassageReading(places, np.zeros(len(text)), np.zeros(len(text)), 1.0, (0.0, 0.0, 1.0), spans)
    assert answering(replace(candidate(text), reading=heard))[0] == (6, 13)
