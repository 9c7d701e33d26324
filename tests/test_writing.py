"""Written answers: a stand-in for the language model that tells the truth, lies, or says nothing of use."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import openai
import pytest
from test_web import serving

from reportqa.errors import InputError
from reportqa.qa import ReportQA
from reportqa.text.records import Answer
from reportqa.writing import Writer, read_writer, write
from reportqa.writing.checking import fault
from reportqa.writing.draft import is_open
from reportqa.writing.evidence import Evidence
from reportqa.writing.sentences import Drafted, sentences
from reportqa.writing.sums import shown_sums

OPEN = "分析砚泽区2024年各学校的招生"


class StandIn:
    """An OpenAI-compatible server that says what it is told to once it is ``ready``, and keeps what it was asked."""

    def __init__(self) -> None:
        self.says: object = ""
        self.status = 200
        self.ready = threading.Event()
        self.ready.set()
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, object]] = []
        self.keys: list[str | None] = []

    @contextmanager
    def serving(self) -> Iterator[str]:
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.keys.append(self.headers.get("authorization"))
                told.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                told.ready.wait(60)
                body = {"choices": [{"message": {"role": "assistant", "content": told.says}}]}
                sent = json.dumps(body).encode() if not isinstance(told.says, bytes) else told.says
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *given: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/v1"
            server.shutdown()


@pytest.fixture
def model() -> Iterator[tuple[StandIn, str]]:
    stand_in = StandIn()
    with stand_in.serving() as url:
        yield stand_in, url


@pytest.fixture(scope="module")
def qa(districts_index: Path) -> ReportQA:
    return ReportQA.open(districts_index)


@pytest.fixture(scope="module")
def answer(qa: ReportQA) -> Answer:
    return qa.ask(OPEN)


@pytest.fixture(scope="module")
def passages(qa: ReportQA, answer: Answer) -> dict[int, Evidence]:
    """Passages of one report: its problems, its numbers of pupils, its schools, a table of each school."""
    return {one.rank: Evidence.of(qa, one) for one in answer.citations}


def rank_of(words: str, passages: dict[int, Evidence]) -> int:
    return next(rank for rank, one in passages.items() if words in one.prose.text)


PROBLEMS, PUPILS, SCHOOLS, TABLE = (
    "一是乡村学校生源减少",
    "2024年全区义务教育阶段招生",
    "全区共有义务教育学校9所",
    "砚泽中学招生数",
)

TRUE = [
    (PROBLEMS, "乡村学校生源减少，栗坪小学招生96人，比上年减少7人。"),
    (PROBLEMS, "学生近视率仍然偏高，音乐、美术、科学教师缺口约26人。"),
    (PROBLEMS, "2025年计划投资3200万元新建汐湖小学，预计新增学位1080个。"),
    (PUPILS, "2024年砚泽区义务教育阶段招生3247人，比上年增加43人。"),
    (PUPILS, "小学招生1483人，初中招生1764人。"),
    (PUPILS, "招生增长1.34%（(3247−3204)÷3204=1.34%）。"),
    (SCHOOLS, "全区有义务教育学校9所，其中小学5所。"),
    (SCHOOLS, "大班额已全部消除。"),
    (TABLE, "砚泽中学招生672人，在校生1978人。"),
]
LIES = [
    # A number of nobody's, changed, rounded, in another unit.
    (PROBLEMS, "栗坪小学招生97人，比上年减少7人。", "数字不在引文里"),
    (PROBLEMS, "2025年计划投资3200亿元新建汐湖小学。", "数字不在引文里"),
    (PROBLEMS, "教师缺口26人。", "数字不在引文里"),
    (PUPILS, "2024年全区招生约3200人。", "数字不在引文里"),
    (PUPILS, "2021年全区招生3247人。", "数字不在引文里"),
    # A number of the passage, said of something else.
    (SCHOOLS, "全区共有民办学校8所。", "数字不在引文里"),
    (SCHOOLS, "全区共有初中5所。", "数字不在引文里"),
    (PUPILS, "小学招生1764人，初中招生1483人。", "数字不在引文里"),
    (TABLE, "栖云中学招生672人。", "数字不在引文里"),
    (SCHOOLS, "全区共有高中9所。", "数字不在引文里"),
    # Arithmetic that is wrong, or over numbers that are nobody's.
    (PUPILS, "招生增长2.34%（(3247−3204)÷3204=2.34%）。", "算式不对"),
    (PUPILS, "初中占54%（1764÷3267=54%）。", "算式不对"),
    # Turned round.
    (PROBLEMS, "乡村学校生源增加。", "说法和引文相反"),
    (PUPILS, "招生比上年减少43人。", "说法和引文相反"),
    (SCHOOLS, "大班额尚未全部消除。", "说法和引文相反"),
    # Said by nobody.
    (PROBLEMS, "近视率偏高的原因是学生过度使用手机。", "有引文没有说的内容"),
    (PROBLEMS, "栗坪小学将被撤并。", "有引文没有说的内容"),
    (SCHOOLS, "教师工资位居全省前列。", "有引文没有说的内容"),
]


@pytest.mark.parametrize(("words", "text"), TRUE)
def test_what_the_citation_says_is_kept(qa, passages, words, text):
    assert fault(qa, Drafted(text, (rank_of(words, passages),)), passages, None) == ""


@pytest.mark.parametrize(("words", "text", "reason"), LIES)
def test_a_lie_is_left_out(qa, passages, words, text, reason):
    assert fault(qa, Drafted(text, (rank_of(words, passages),)), passages, None) == reason


def test_a_sentence_needs_a_citation_that_is_there_and_its_own(qa, passages):
    text = "小学招生1483人，初中招生1764人。"
    assert fault(qa, Drafted(text, ()), passages, None) == "没有出处"
    assert fault(qa, Drafted(text, (99,)), passages, None) == "出处不在引文里"
    assert fault(qa, Drafted(text, (rank_of(SCHOOLS, passages),)), passages, None) == "数字不在引文里"


# The whole way


def test_what_is_true_stands_and_what_is_false_is_counted(qa, answer, passages, model):
    stand_in, url = model
    problems, pupils = rank_of(PROBLEMS, passages), rank_of(PUPILS, passages)
    stand_in.says = (
        "<think>先想一想[1]。</think>\n"
        f"**栗坪小学招生96人**，比上年减少7人[{problems}]。全区招生9999人[{pupils}]。乡村学校生源增加。[{problems}]\n"
        f"综上所述，形势很好。小学招生1483人，初中招生1764人。【{pupils}】"
    )
    written = write(qa, Writer(url, "stand-in", "secret"), answer)
    assert written.text == (f"栗坪小学招生96人，比上年减少7人[{problems}]。小学招生1483人，初中招生1764人[{pupils}]。")
    assert sorted(written.removed) == ["数字不在引文里", "没有出处", "说法和引文相反"]
    assert "删去 3 句" in written.note and "9999" not in json.dumps(written.to_record())
    (asked,) = stand_in.asked
    assert (asked["model"], asked["stream"], stand_in.keys) == ("stand-in", False, ["Bearer secret"])
    sent = asked["messages"][1]["content"]
    assert OPEN in sent and f"[{problems}] " in sent and passages[problems].prose.text in sent


def test_a_model_that_only_lies_leaves_the_answer_alone(qa, answer, model):
    stand_in, url = model
    stand_in.says = "招生一片大好[1]。教师有八千人[9]。"
    written = write(qa, Writer(url, "stand-in"), answer)
    assert (written.sentences, len(written.removed)) == ((), 2)
    assert "没有采用" in written.note


@pytest.mark.parametrize("question", ["砚泽区2024年招生多少人？", "今天为什么下雨？"])
def test_nothing_is_written_for_one_fact_or_without_an_answer(qa, model, question):
    stand_in, url = model
    assert write(qa, Writer(url, "stand-in"), qa.ask(question)) is None
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("says", "status", "words"),
    [(b"<html>", 200, "不是 OpenAI"), (b"{}", 200, "不是 OpenAI"), (None, 200, "没有文字"), ("好", 500, "返回 500")],
)
def test_a_model_that_fails_is_told_of(qa, answer, model, says, status, words):
    stand_in, url = model
    stand_in.says, stand_in.status = says, status
    written = write(qa, Writer(url, "stand-in"), answer)
    assert written.sentences == () and words in written.note


def test_what_is_sent_follows_no_redirect(qa, answer, model):
    stand_in, url = model
    other = StandIn()
    with other.serving() as elsewhere:
        stand_in.status, stand_in.headers = 302, {"Location": f"{elsewhere}/chat/completions"}
        assert "返回 302" in write(qa, Writer(url, "stand-in"), answer).note
    assert other.asked == []


def test_a_model_that_is_not_there_is_told_of(qa, answer):
    assert "连不上" in write(qa, Writer("http://127.0.0.1:9/v1", "stand-in"), answer).note


@pytest.mark.parametrize("given", [("ftp://a", "m"), ("127.0.0.1:11434", "m"), ("http://", "m"), ("http://a/v1", " ")])
def test_an_unusable_writer_is_refused(given):
    with pytest.raises(InputError, match="--writer"):
        read_writer(given)


def test_open_questions_are_told_from_those_for_one_fact():
    asked = {"总结教师队伍的情况": True, "比较两个区的招生": True, "如何加强教师队伍建设？": True, "谈谈师资": True,
             "生师比是多少？": False, "民办学校有哪些？": False, "校长是谁？": False}  # fmt: skip
    assert {question: is_open(question) for question in asked} == asked


def test_a_draft_is_cut_whatever_its_layout():
    draft = "# 概况\n- 学校9所[1]。\n2. 教师944人 [2][3]。结束？没有引文"
    texts = [(one.text, one.citations) for one in sentences(draft)]
    assert texts == [("概况", ()), ("学校9所。", (1,)), ("教师944人 。", (2, 3)), ("结束？", ()), ("没有引文", ())]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("5308÷6782=78.27%", True),
        ("5308÷6782=78.3%", True),
        ("5308÷6782=79%", False),
        ("3247人-3204人=43人", True),
        ("2×(3+4)=14", True),
        ("5÷0=0", False),
        ("2×(3+4=14", False),
        ("1.5万+0.5万=2万", True),
    ],
)
def test_arithmetic_is_done_again(text, right):
    (one,) = shown_sums(text)
    assert one.holds(one.operands) == right
    assert not one.holds(one.operands[1:])


def test_the_command_line_shows_the_answer_first(districts_index, passages, model):
    stand_in, url = model
    kept = f"生源减少[{rank_of(PROBLEMS, passages)}]。"
    stand_in.says = f"乡村学校{kept}生源大增[1]。"
    command = [sys.executable, "-m", "reportqa", "ask", OPEN, "--index", str(districts_index)]

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *options], capture_output=True, encoding="utf-8", check=False)

    alone, shown = run().stdout, run("--writer", url, "stand-in").stdout
    assert shown.startswith(alone)
    assert 0 < shown.index("由模型 stand-in") < shown.index(kept)
    record = json.loads(run("--json", "--writer", url, "stand-in").stdout)
    assert record["answer"] and len(record.pop("written")["removed"]) == 1
    assert record == json.loads(run("--json").stdout)
    bad = run("--writer", "nowhere", "m")
    assert (bad.returncode, bad.stdout) == (2, "") and "--writer 要写成" in bad.stderr


def test_a_chat_gets_the_answer_then_what_was_written(districts_index, passages, model):
    stand_in, url = model
    rank = rank_of(PUPILS, passages)
    stand_in.says = f"小学招生1483人，初中招生1764人[{rank}]。生源大增[1]。"
    with serving(districts_index, api_key="my-key", writer=[url, "stand-in"]) as served:
        client = openai.OpenAI(base_url=f"{served}/v1", api_key="my-key", max_retries=0)
        asked = {"model": "reportqa", "messages": [{"role": "user", "content": OPEN}]}
        chunks = [chunk.choices[0].delta.content for chunk in client.chat.completions.create(**asked, stream=True)]
        first, second = [chunk for chunk in chunks if chunk]
        assert first.startswith("**") and "由模型" not in first
        assert f"初中招生1764人[{rank}]。" in second and "删去 1 句" in second and f"[{rank}] 《" in first + second
        assert client.chat.completions.create(**asked).choices[0].message.content == first + second
