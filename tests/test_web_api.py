"""The web app for programs: what the READMEs show can be done as it is shown."""

import asyncio
import base64
import json
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from test_web import DIRECT, serving

ROOT = Path(__file__).parent.parent
SHOWN = "http://127.0.0.1:7860"
FUNCTIONS = ["ask", "batch", "figures", "documents", "read"]


def blocks(language: str, name: str = "README.md") -> list[str]:
    text = (ROOT / name).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def curls(name: str = "README.md") -> list[str]:
    return [line for block in blocks("sh", name) for line in block.splitlines() if line.startswith("curl ")]


@pytest.fixture(scope="module")
def url(built_index: Path) -> Iterator[str]:
    with serving(built_index) as address:
        yield address


def run_python(code: str, *arguments: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def run_curl(command: str, url: str) -> object:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this system")
    done = subprocess.run(
        ["sh", "-c", command.replace(SHOWN, url).replace("curl ", "curl --noproxy '*' ")],
        capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)["data"][0]


def test_both_readmes_show_the_same_calls_and_each_function_in_each_way():
    assert blocks("py") == blocks("py", "README.en.md")
    assert curls() == curls("README.en.md")
    client, mcp = blocks("py")
    for name in FUNCTIONS:
        assert f'api_name="/{name}"' in client
        assert f'"{name}": {{' in mcp
    assert list(dict.fromkeys(command.split("/run/")[1].split()[0] for command in curls())) == FUNCTIONS


def test_the_gradio_client_of_the_readme_runs(url):
    *_, asked, listed = run_python(blocks("py")[0].replace(SHOWN, url))
    assert re.match(r"\S*2所 \S*民办\S* \S*5所", asked)
    assert listed.startswith("2 ") and "教师" in listed


def test_the_curl_of_the_readme_runs(url):
    alone, answer, answers, figures, documents, text = (run_curl(command, url) for command in curls())
    assert "2所" in alone["answer"]
    assert "民办" in answer["question"] and "5所" in answer["answer"]
    assert [one["answer"] for one in answers] == ["18.29：1", "6782人"]
    assert figures and all((figure["kind"], figure["unit"]) == ("count", "人") for figure in figures)
    assert documents[0]["year"] == 2024
    assert (text["end"], len(text["text"])) == (200, 200)


def test_the_mcp_client_of_the_readme_runs(url):
    answer, answers, figures, documents, text = map(json.loads, run_python(blocks("py")[1].replace(SHOWN, url)))
    assert "民办" in answer["question"] and "5所" in answer["answer"]
    assert [one["answer"] for one in answers] == ["18.29：1", "6782人"]
    assert all("教师" in json.dumps(figure, ensure_ascii=False) for figure in figures)
    assert documents[0]["length"] > 10_000
    assert len(text["text"]) == 200


def test_the_address_for_mcp_clients_is_the_one_that_answers(url):
    (config,) = blocks("json")
    assert json.loads(config)["mcpServers"]["reportqa"]["url"] == f"{SHOWN}/gradio_api/mcp/"
    assert config == blocks("json", "README.en.md")[0]


def test_a_wrong_call_says_what_is_wrong(url):
    code = (
        "import sys; from gradio_client import Client; from gradio_client.exceptions import AppError\n"
        "client = Client(sys.argv[1], verbose=False)\n"
        "calls = ('/ask', ['']), ('/ask', ['招生？', 0]), ('/ask', ['招生？', 5, None, ['没有.txt']]), "
        "('/read', ['没有.txt']), ('/batch', [['？'] * 1001])\n"
        "for name, given in calls:\n"
        "    try: client.predict(*given, api_name=name)\n"
        "    except AppError as error: print(error)\n"
    )
    words = ("是空的", "1 到 100", "没有这份报告", "没有这份报告", "最多 1000")
    assert [word in line for word, line in zip(words, run_python(code, url), strict=True)] == [True] * 5


def called(url: str, name: str, body: bytes) -> tuple[int, dict]:
    request = urllib.request.Request(f"{url}/gradio_api/run/{name}", body, {"Content-Type": "application/json"})
    try:
        with DIRECT.open(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize(
    ("name", "given"),
    [("ask", ["生师比是多少？"]), ("batch", [["生师比是多少？"]]), ("figures", ["教师"]), ("documents", [])],
)
def test_arguments_at_the_end_may_be_left_out(url, name, given):
    status, answer = called(url, name, json.dumps({"data": given}).encode())
    assert status == 200
    assert "18.29：1" in json.dumps(answer, ensure_ascii=False) or name in ("figures", "documents")
    assert answer["data"][0]


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("ask", {"data": [""]}, "问题是空的"),
        ("ask", {"data": ["  "]}, "问题是空的"),
        ("ask", {"data": []}, "没有给出参数 question"),
        ("ask", {"data": [5]}, "参数 question 不能是这样的值"),
        ("ask", {"data": ["招生？", 0]}, "1 到 100"),
        ("ask", {"data": ["招生？", 5, None, None, None]}, "最多 4 个"),
        ("ask", {"data": "招生？"}, "一列参数"),
        ("ask", {"question": "招生？"}, "请求要写成 JSON"),
        ("ask", ["招生？"], "请求要写成 JSON"),
        ("read", {"data": ["没有.txt"]}, "没有这份报告"),
        ("batch", {"data": [["？"] * 1001]}, "最多 1000"),
    ],
)
def test_a_wrong_call_by_address_is_told_in_one_line_with_status_400(url, name, body, words):
    status, answer = called(url, name, json.dumps(body).encode())
    assert (status, list(answer)) == (400, ["error"])
    assert words in answer["error"] and "\n" not in answer["error"] and "0x" not in answer["error"]


def test_what_is_no_json_is_told_too(url):
    assert called(url, "ask", b"nonsense")[0] == 400


async def called_over_mcp(url: str, *calls: tuple[str, dict], **headers: str) -> list:
    async with (
        httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as client,
        streamable_http_client(f"{url}/gradio_api/mcp/", http_client=client) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        listed = await session.list_tools()
        assert [tool.name for tool in listed.tools] == FUNCTIONS
        return [await session.call_tool(name, arguments) for name, arguments in calls]


def test_an_mcp_tool_answers_in_json_twice_and_tells_its_errors(url):
    answer, documents, empty, unknown = asyncio.run(
        called_over_mcp(
            url,
            ("ask", {"question": "本学年招生多少人？", "top_k": 1}),
            ("documents", {}),
            ("ask", {"question": " "}),
            ("read", {"document": "没有.txt"}),
        )
    )
    assert json.loads(answer.content[0].text) == answer.structuredContent
    assert answer.structuredContent["answer"] == "6191人"
    assert len(answer.structuredContent["citations"]) == 1
    assert json.loads(documents.content[0].text) == documents.structuredContent["result"]
    assert (empty.isError, unknown.isError) == (True, True)
    assert "问题是空的" in empty.content[0].text
    assert "没有这份报告" in unknown.content[0].text


def test_mcp_answers_with_the_login_and_not_without(built_index):
    with serving(built_index, auth="老师:密码") as url:
        call = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'
        request = urllib.request.Request(
            f"{url}/gradio_api/mcp/",
            call,
            {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"},
        )
        with pytest.raises(urllib.error.HTTPError, match="401"):
            DIRECT.open(request, timeout=10)
        login = "Basic " + base64.b64encode("老师:密码".encode()).decode()
        (answer,) = asyncio.run(called_over_mcp(url, ("ask", {"question": "生师比是多少？"}), Authorization=login))
        assert answer.structuredContent["answer"] == "18.29：1"


@pytest.mark.parametrize(("path", "words"), [("/没有", "没有这个地址"), ("/gradio_api/mcp/", "给程序用的地址")])
def test_an_address_that_is_no_page_is_explained_in_chinese(url, path, words):
    request = urllib.request.Request(url + urllib.parse.quote(path), headers={"Accept": "text/html"})
    try:
        page = DIRECT.open(request, timeout=10)
    except urllib.error.HTTPError as error:
        page = error
    with page:
        assert words in page.read().decode("utf-8")
