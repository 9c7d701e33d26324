"""The web app for programs: what docs/web.md shows can be done as it is shown."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from test_web import serving

ROOT = Path(__file__).parent.parent
SHOWN = "http://127.0.0.1:7860"


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "web.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def url(built_index: Path) -> Iterator[str]:
    with serving(built_index) as address:
        yield address


def curl(command: str, url: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this system")
    done = subprocess.run(
        ["sh", "-c", command.replace(SHOWN, url).replace("curl ", "curl --noproxy '*' ")],
        capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def test_the_python_of_the_guide_runs(url):
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code.replace(SHOWN, url)], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "6191人 ['一、区域中职教育概况', '（三）学生规模']" in done.stdout


def test_the_curl_of_the_guide_runs(url):
    submit, fetch = blocks("sh")[0].splitlines()
    event = json.loads(curl(submit, url))["event_id"]
    answer = curl(fetch.replace("EVENT_ID", event), url)
    assert json.loads(answer.split("data: ", 1)[1])[0]["answer"] == "6191人"


def test_a_wrong_call_says_what_is_wrong(url):
    code = (
        "import sys; from gradio_client import Client; from gradio_client.exceptions import AppError\n"
        "client = Client(sys.argv[1], verbose=False)\n"
        "calls = ('/ask', ['']), ('/ask', ['招生？', 0]), ('/read', ['没有.txt']), ('/batch', [['？'] * 1001])\n"
        "for name, given in calls:\n"
        "    try: client.predict(*given, api_name=name)\n"
        "    except AppError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert [
        words in line for words, line in zip(("是空的", "1 到 100", "不在索引里", "最多 1000"), told, strict=True)
    ] == [True] * 4


@pytest.mark.skipif(find_spec("mcp") is None, reason="the mcp package is not installed")
def test_the_mcp_call_of_the_guide_runs(url):
    called = json.loads(curl(blocks("sh")[1], url).split("data: ", 1)[1])
    assert "18.29：1" in called["result"]["content"][0]["text"]
