"""The doors for other programs: Dify's requests, OpenAI's own client, health and metrics, with a key and without."""

import json
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import openai
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel, ConfigDict, Field
from test_web import serving

from reportqa.errors import InputError
from reportqa.index.store import DocumentInfo
from reportqa.qa import ReportQA
from reportqa.reading.metadata import Metadata
from reportqa.serving import Key, read_key
from reportqa.serving.conditions import MetadataCondition
from reportqa.serving.message import answer_message

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "integrations.md").read_text("utf-8")
SHOWN = "http://127.0.0.1:7860"
KEY = "my-key"
BEARER = {"Authorization": f"Bearer {KEY}"}
ASKED = "本学年招生多少人？"


@pytest.fixture(scope="module")
def url(built_index: Path) -> Iterator[str]:
    with serving(built_index, api_key=KEY) as address:
        yield address


@pytest.fixture(scope="module")
def districts(districts_index: Path) -> Iterator[str]:
    with serving(districts_index, api_key=KEY) as address:
        yield address


def client(url: str, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)


def send(url: str, body: object = None, headers: dict[str, str] = BEARER, **options: object) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=60) as sender:
        return sender.request("GET" if body is None else "POST", url, json=body, headers=headers, **options)


def user(*questions: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question} for question in questions]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


# What the guide shows


def test_the_openai_client_of_the_guide_runs(url):
    (code,) = blocks("py")
    done = subprocess.run(
        [sys.executable, "-c", code.replace(SHOWN, url)], capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("['reportqa']\n**")
    first, second = done.stdout.split("按上一个问题理解为：")
    assert "2所" in first and "5所" in second


@pytest.mark.parametrize("command", [line for block in blocks("sh") for line in block.splitlines() if "curl" in line])
def test_the_curl_of_the_guide_runs(command, url):
    if shutil.which("curl") is None:
        pytest.skip("no curl on this system")
    done = subprocess.run(
        ["sh", "-c", command.replace(SHOWN, url).replace("curl ", "curl --noproxy '*' ")],
        capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    told = json.loads(done.stdout)
    if "/retrieval" in command:
        assert told["records"] and all("渝北" in record["metadata"]["region"] for record in told["records"])
        assert len(told["records"]) <= 3
    elif "/completions" in command:
        assert "18.29：1" in told["choices"][0]["message"]["content"]
    else:
        assert [model["id"] for model in told["data"]] == ["reportqa"]


# Dify


class Record(BaseModel):
    """A record as Dify documents it; metadata must be an object, never null."""

    model_config = ConfigDict(extra="forbid", strict=True)
    content: str = Field(min_length=1)
    score: float = Field(ge=0, le=1)
    title: str = Field(min_length=1)
    metadata: dict[str, object]


def dify(url: str, query: str = ASKED, top_k: int = 5, least: float = 0.0, **rest: object) -> httpx.Response:
    """Send what Dify sends; a condition that nobody has set comes as null."""
    setting = {"top_k": top_k, "score_threshold": least}
    body = {"retrieval_setting": setting, "query": query, "knowledge_id": "reportqa", "metadata_condition": None}
    return send(f"{url}/retrieval", body | rest)


def records(answer: httpx.Response) -> list[Record]:
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert list(told) == ["records"]
    return [Record.model_validate(record) for record in told["records"]]


def test_dify_gets_the_passages_of_the_answer_with_their_places(url, built_index):
    found = records(dify(url))
    qa = ReportQA.open(built_index)
    answer = qa.ask(ASKED)
    assert [record.metadata["start"] for record in found] == [one.start for one in answer.citations]
    assert found[0].content == answer.citations[0].text and "6191人" in found[0].content
    assert (found[0].metadata["year"], found[0].metadata["region"]) == (2024, "渝北区")
    assert found[0].title == qa.store.library()[0].title


def test_a_table_is_read_to_dify_with_its_heads(districts):
    (first,) = records(dify(districts, "2024年望汐小学在校生有多少人？", top_k=1))
    assert "望汐小学在校生数（人）1893" in first.content


def test_dify_gets_no_more_than_it_asks_for_and_nothing_below_its_threshold(url):
    scores = [record.score for record in records(dify(url))]
    assert len(records(dify(url, top_k=1))) == 1
    least = sorted(scores)[2]
    assert [one.score for one in records(dify(url, least=least))] == [score for score in scores if score >= least]
    assert len(records(dify(url, top_k=100_000))) <= 100


@pytest.mark.parametrize(
    ("conditions", "years"),
    [
        ([{"name": "year", "comparison_operator": "<", "value": "2024"}], {2023}),
        ([{"name": ["region", "title"], "comparison_operator": "contains", "value": "砚泽"}], {2023, 2024}),
        ([{"name": "year", "comparison_operator": "=", "value": 2022}], set()),
    ],
)
def test_dify_chooses_the_reports_by_their_metadata(districts, conditions, years):
    asked = {"logical_operator": "and", "conditions": conditions}
    found = records(dify(districts, "小学有多少所？", top_k=20, metadata_condition=asked))
    assert {record.metadata["year"] for record in found} == years


def test_a_knowledge_id_names_all_reports_or_one(districts):
    one = "砚泽区义务教育质量年度报告2023.md"
    found = records(dify(districts, "小学有多少所？", knowledge_id=one))
    assert {record.metadata["document"] for record in found} == {one}


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "words"),
    [
        ({}, {}, 403, 1001, "Bearer"),
        ({}, {"Authorization": KEY}, 403, 1001, "Bearer"),
        ({}, {"Authorization": "Bearer wrong"}, 403, 1002, "密钥不对"),
        ({"knowledge_id": "没有"}, BEARER, 404, 2001, "没有知识库"),
        ({"query": " "}, BEARER, 400, 1000, "问题是空的"),
        ({"query": None}, BEARER, 400, 1000, "query"),
        ({"retrieval_setting": {"top_k": 0}}, BEARER, 400, 1000, "top_k"),
        (
            {"metadata_condition": {"conditions": [{"name": "色", "comparison_operator": "is", "value": "a"}]}},
            BEARER, 400, 1000, "不能按 色 筛选",
        ),
    ],
)  # fmt: skip
def test_dify_is_told_what_is_wrong(url, body, headers, status, code, words):
    whole = {"knowledge_id": "reportqa", "query": ASKED, "retrieval_setting": {"top_k": 5, "score_threshold": 0}}
    answer = send(f"{url}/retrieval", whole | body, headers)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert words in answer.json()["error_msg"]


REPORT = DocumentInfo("甲.md", "白鹭区年报", 2024, "白鹭区", "年报", Metadata(), 9, 1, 0, range(3))
REPORTS = [REPORT, replace(REPORT, name="乙.md", title="青禾区年报", year=2023, region="青禾区"),
           replace(REPORT, name="丙.md", title="手册", year=None, region=None, genre="")]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "how", "value", "chosen"),
    [
        ("title", "contains", "年报", "甲乙"),
        ("title", "not contains", "年报", "丙"),
        ("title", "start with", "青禾", "乙"),
        ("document", "end with", "甲.md", "甲"),
        ("region", "is", "白鹭区", "甲"),
        ("region", "is not", "白鹭区", "乙丙"),
        ("region", "in", ["白鹭区", "青禾区"], "甲乙"),
        ("year", "not in", [2023], "甲丙"),
        ("year", "empty", None, "丙"),
        ("genre", "not empty", None, "甲乙"),
        ("year", "=", "2024", "甲"),
        ("year", "≠", 2024, "乙丙"),
        ("year", ">", "2023", "甲"),
        ("year", "≥", "2023", "甲乙"),
        ("year", "<", "2024", "乙"),
        ("year", "≤", 2024.0, "甲乙"),
        ("year", "before", "2024-06-30", "乙"),
        ("year", "after", "2023-06-30", "甲"),
    ],
)
def test_every_operator_of_dify(name, how, value, chosen):
    condition = {"conditions": [{"name": name, "comparison_operator": how, "value": value}]}
    assert MetadataCondition.model_validate(condition).choose(REPORTS) == [f"{one}.md" for one in chosen]


def test_conditions_hold_together_or_one_of_them():
    two = [
        {"name": "year", "comparison_operator": "=", "value": 2024},
        {"name": "region", "comparison_operator": "empty"},
    ]
    chosen = [MetadataCondition(logical_operator=how, conditions=two).choose(REPORTS) for how in ("and", "or", None)]
    assert chosen == [[], ["甲.md", "丙.md"], []]
    assert len(MetadataCondition(conditions=None).choose(REPORTS)) == 3


@pytest.mark.parametrize(
    ("how", "value", "words"), [("in", "2024", "列表"), ("is", None, "要有一个值"), (">", "去年", "要是数字")]
)
def test_a_condition_without_sense_is_refused(how, value, words):
    condition = {"conditions": [{"name": "year", "comparison_operator": how, "value": value}]}
    with pytest.raises(InputError, match=words):
        MetadataCondition.model_validate(condition).choose(REPORTS)


# OpenAI


def test_the_models_are_listed_and_found(url):
    assert [model.id for model in client(url).models.list()] == ["reportqa"]
    assert client(url).models.retrieve("reportqa").owned_by == "reportqa"


def test_a_chat_gets_the_answer_with_its_source_whole_and_as_a_stream(url, built_index):
    qa = ReportQA.open(built_index)
    answer = qa.ask(ASKED)
    whole = client(url).chat.completions.create(model="reportqa", messages=user(ASKED), temperature=0.7)
    text = whole.choices[0].message.content
    assert text == answer_message(answer, {one.name: one.title for one in qa.store.library()}, ASKED)
    assert text.startswith("**6191人**\n") and "> " in text and f"字符 {answer.citations[0].start}" in text
    assert whole.choices[0].finish_reason == "stop"
    options = {"include_usage": True}
    *chunks, last = client(url).chat.completions.create(
        model="reportqa", messages=user(ASKED), stream=True, stream_options=options
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == text
    assert (chunks[0].choices[0].delta.role, chunks[-1].choices[0].finish_reason) == ("assistant", "stop")
    assert last.choices == [] and last.usage.total_tokens == 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_chat_goes_on_from_what_was_asked_before(url):
    asked = [*user("公办学校有几所？"), {"role": "assistant", "content": "2所"}, *user("那民办的呢？")]
    text = client(url).chat.completions.create(model="reportqa", messages=asked).choices[0].message.content
    assert text.startswith("按上一个问题理解为：") and "5所" in text
    parts = [{"role": "system", "content": "简短"}, {"role": "user", "content": [{"type": "text", "text": ASKED}]}]
    assert "6191人" in client(url).chat.completions.create(model="reportqa", messages=parts).choices[0].message.content


def test_a_chat_is_refused_as_the_page_refuses(url):
    text = client(url).chat.completions.create(model="reportqa", messages=user("今天天气怎么样？")).choices[0]
    assert text.message.content.startswith("**报告里没有找到答案**")


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_client_is_told_what_is_wrong(url, stream):
    def create(**changed: object) -> object:
        given = {"model": "reportqa", "messages": user(ASKED), "stream": stream}
        return client(url, str(changed.pop("key", KEY))).chat.completions.create(**given | changed)

    with pytest.raises(openai.AuthenticationError, match="密钥不对"):
        create(key="wrong")
    with pytest.raises(openai.NotFoundError, match="这里只有 reportqa"):
        create(model="gpt")
    with pytest.raises(openai.BadRequestError, match="没有问题"):
        create(messages=[{"role": "system", "content": "你好"}])
    with pytest.raises(openai.BadRequestError, match="问题是空的"):
        create(messages=user(""))
    with pytest.raises(openai.BadRequestError, match="500"):
        create(messages=user("长" * 501))
    with pytest.raises(openai.BadRequestError, match="messages"):
        create(messages="招生")


def test_words_of_a_report_are_no_markdown(url):
    message = client(url).chat.completions.create(model="reportqa", messages=user("推行了什么证书制度？")).choices[0]
    assert not re.search(r"(?<!\\)[<|`]", message.message.content.replace("**", ""))


# Keys and logins


def test_without_a_key_nothing_but_the_health_check_is_there(built_index):
    with serving(built_index) as url:
        assert send(f"{url}/health").json() == {"status": "ok"}
        assert send(f"{url}/v1/models").status_code == 404
        for path in ("/v1/chat/completions", "/retrieval"):
            assert send(f"{url}{path}", {}).status_code in (404, 405)


def test_the_key_opens_its_doors_and_the_login_its_own(built_index, tmp_path):
    (tmp_path / "key").write_text(f"\ufeff{KEY}\n", "utf-8")
    with serving(built_index, auth="老师:密码", api_key=str(tmp_path / "key")) as url:
        assert [model.id for model in client(url).models.list()] == ["reportqa"]
        assert send(f"{url}/health", headers={}).status_code == 200
        for path in ("/", "/metrics", "/gradio_api/info", "/gradio_api/mcp/"):
            assert send(f"{url}{path}").status_code == 401, path
        login = ("老师".encode(), "密码".encode())
        assert send(f"{url}/metrics", headers={}, auth=login).status_code == 200
        assert send(f"{url}/v1/models", headers={}, auth=login).status_code == 401


def test_another_website_cannot_use_the_key_doors_and_another_name_can(url):
    assert send(f"{url}/v1/models", headers=BEARER | {"Host": "dify.example"}).status_code == 200
    assert send(f"{url}/v1/models", headers=BEARER | {"Origin": "http://evil.example"}).status_code == 403
    assert send(f"{url}/", headers={"Host": "evil.example"}).status_code == 403


def test_a_request_without_end_is_refused(url):
    answer = send(f"{url}/v1/chat/completions", {"model": "reportqa", "messages": user("长" * 9_000_000)})
    assert answer.status_code == 413


def test_a_key_is_read_from_the_option_or_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("REPORTQA_API_KEY", raising=False)
    assert read_key(None) is None
    monkeypatch.setenv("REPORTQA_API_KEY", "of-the-environment")
    for given, right in ((None, "of-the-environment"), ("given", "given")):
        key = read_key(given)
        assert key is not None and key.opens(f"Bearer {right}") and not key.opens(f"Bearer {right}x")
    (tmp_path / "empty").touch()
    for bad in ("", "有中文", "a b", str(tmp_path / "empty")):
        with pytest.raises(InputError, match="密钥"):
            read_key(bad)


@pytest.mark.parametrize("header", ["", "Bearer", "Basic my-key", "Bearer my-key x", "bearer  ", "Bearer MY-KEY"])
def test_nothing_but_the_key_opens(header):
    assert not Key(KEY).opens(header)
    assert Key(KEY).opens(f"bearer {KEY}")


# Health and metrics


def test_the_health_check_fails_where_the_index_is_gone(built_index, tmp_path):
    shutil.copytree(built_index, tmp_path / "index")
    with serving(tmp_path / "index") as url:
        assert send(f"{url}/health", headers={}).status_code == 200
        (tmp_path / "index" / "manifest.json").rename(tmp_path / "aside")
        answer = send(f"{url}/health", headers={})
        assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
        (tmp_path / "aside").rename(tmp_path / "index" / "manifest.json")
        assert send(f"{url}/health", headers={}).status_code == 200


def samples(url: str) -> dict[tuple[str, ...], float]:
    answer = send(f"{url}/metrics", headers={})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(answer.text))
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_prometheus_is_told_of_every_question(built_index):
    with serving(built_index, api_key=KEY) as url:
        before = samples(url)
        assert before["reportqa_requests_waiting",] == 0
        ask = {"data": [ASKED, 5, None, None]}
        send(f"{url}/gradio_api/run/ask", ask)
        send(f"{url}/gradio_api/run/batch", {"data": [[ASKED, "今天天气怎么样？", ""], 5]})
        dify(url)
        client(url).chat.completions.create(model="reportqa", messages=user("今天天气怎么样？"))
        with pytest.raises(openai.BadRequestError):
            client(url).chat.completions.create(model="reportqa", messages=user(""))
        after = samples(url)
    counted = {key[1:]: value for key, value in after.items() if key[0] == "reportqa_questions_total"}
    assert counted == {
        ("api", "answered"): 1, ("batch", "answered"): 1, ("batch", "not_found"): 1, ("batch", "error"): 1,
        ("dify", "answered"): 1, ("chat", "not_found"): 1, ("chat", "error"): 1,
    }  # fmt: skip
    assert after["reportqa_answer_seconds_count", "chat"] == 2
    assert 0 < after["reportqa_answer_seconds_sum", "dify"] < 60
    assert after["reportqa_questions_in_progress",] == 0


def test_every_metric_of_the_guide_is_told(url):
    client(url).chat.completions.create(model="reportqa", messages=user(ASKED))
    told = send(f"{url}/metrics", headers={}).text
    named = set(re.findall(r"reportqa_\w+", GUIDE)) - {"reportqa_questions_total"}
    assert len(named) == 3
    assert all(f"# TYPE {name} " in told for name in named) and "reportqa_questions_total{" in told


def test_a_name_in_a_path_is_no_way_around_the_key(url):
    for path in ("/v1/models/", "//v1/models", "/v1%2fmodels", "/V1/models", "/v1/models/x"):
        answer = send(urllib.parse.urljoin(url, "/") + path[1:], headers={})
        assert '"object":' not in answer.text, path
