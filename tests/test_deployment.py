"""Two processes over one index behind a proxy, configured as docs/deployment.md shows it."""

import json
import multiprocessing
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from playwright.sync_api import Browser, expect
from prometheus_client.parser import text_string_to_metric_families
from test_web import SERVERS, answer_list, free_port, serving, wait_for, wait_until, watched_page

from reportqa.text.records import Answer
from reportqa.web.feedback import record_feedback

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "deployment.md").read_text("utf-8")
KEY = "my-key"
LOGIN = ("teacher", "secret")
ASKED = "本学年招生多少人？"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass
class Site:
    """A proxy and the processes behind it."""

    url: str
    processes: tuple[str, str]
    index: Path

    def counts(self) -> list[float]:
        """How many questions each process has answered."""
        return [answered(process) for process in self.processes]


def visitor() -> httpx.Client:
    """Somebody who logs in, and keeps the cookies that are given."""
    return httpx.Client(trust_env=False, timeout=60, auth=LOGIN)


def answered(process: str) -> float:
    with visitor() as client:
        families = text_string_to_metric_families(client.get(f"{process}/metrics").text)
        samples = [sample for family in families for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == "reportqa_questions_total")


def shown(language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return block


def nginx(folder: Path, config: str) -> list[str]:
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        + "http { access_log off; "
        + "".join(
            f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + config
        + "}",
        "utf-8",
    )
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, config: str) -> list[str]:
    # The admin endpoint is a port of its own, and nothing of this test uses it; pages that are open do not keep it up.
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tgrace_period 1s\n}\n" + config, "utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES = {"nginx": nginx, "caddy": caddy}


@contextmanager
def site(name: str, folder: Path, index: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        shutil.copytree(index, folder / "index")
        options = {"api_key": KEY, "auth": ":".join(LOGIN)}
        processes = [stack.enter_context(serving(folder / "index", **options)) for _ in range(2)]
        port = free_port()
        config = shown(name).replace("8080", str(port))
        for documented, process in zip(("7861", "7862"), processes, strict=True):
            config = config.replace(documented, str(urlsplit(process).port))
        command = PROXIES[name](folder, config)
        with (folder / "proxy.log").open("w") as log:
            proxy = subprocess.Popen(command, stderr=log, stdout=log)
        stack.callback(proxy.wait, timeout=30)
        stack.callback(proxy.terminate)
        wait_for(f"http://127.0.0.1:{port}/health", proxy)
        yield Site(f"http://127.0.0.1:{port}", (processes[0], processes[1]), folder / "index")


@pytest.fixture(scope="module", params=list(PROXIES))
def proxied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, built_index: Path
) -> Iterator[Site]:
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} on this system")
    with site(request.param, tmp_path_factory.mktemp(request.param), built_index) as running:
        yield running


def ask(client: httpx.Client, url: str) -> None:
    record = client.post(f"{url}/gradio_api/run/ask", json={"data": [ASKED, 5, None, None]}).json()["data"][0]
    assert record["answer"] == "6191人"


def test_strangers_are_spread_and_a_browser_stays_where_it_is(proxied):
    before = proxied.counts()
    for _ in range(16):
        with visitor() as stranger:
            ask(stranger, proxied.url)
    spread = [now - then for now, then in zip(proxied.counts(), before, strict=True)]
    assert sum(spread) == 16 and min(spread) > 0
    with visitor() as browser:
        browser.get(f"{proxied.url}/health")
        before = proxied.counts()
        for _ in range(10):
            ask(browser, proxied.url)
    assert sorted(now - then for now, then in zip(proxied.counts(), before, strict=True)) == [0, 10]


def test_the_page_works_through_the_proxy(proxied, browser: Browser, tmp_path):
    credentials = {"username": LOGIN[0], "password": LOGIN[1]}
    with watched_page(browser, 1440, 900, http_credentials=credentials) as page:
        page.goto(f"{proxied.url}/?q={ASKED}")
        expect(page.locator(".answer .headline")).to_contain_text("6191人")
        page.click("[data-useful=yes]")
        expect(page.locator(".feedback")).to_contain_text("谢谢，记下了")
        (tmp_path / "问题.txt").write_text("生师比是多少？\n", "utf-8")
        answer_list(page, proxied.url, tmp_path / "问题.txt")
        with page.expect_download() as download:
            page.locator("#downloads a[download$='.xlsx']").click()
        assert download.value.path().stat().st_size > 0
    kept = (proxied.index / "feedback.jsonl").read_text("utf-8").splitlines()
    assert json.loads(kept[-1])["question"] == ASKED


def test_a_chat_streams_through_the_proxy(proxied):
    client = openai.OpenAI(base_url=f"{proxied.url}/v1", api_key=KEY, max_retries=0)
    chunks = list(
        client.chat.completions.create(model="reportqa", messages=[{"role": "user", "content": ASKED}], stream=True)
    )
    assert "6191人" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


@pytest.mark.parametrize("name", list(PROXIES))
def test_one_process_goes_and_the_other_answers(name, built_index, tmp_path):
    if shutil.which(name) is None:
        pytest.skip(f"no {name} on this system")
    with site(name, tmp_path, built_index) as running:
        gone = SERVERS[running.processes[0]]
        gone.terminate()
        gone.communicate(timeout=30)
        # Caddy takes until its next look at the processes; nginx goes on to the other one at once.
        wait_until(lambda: all(_answers(running.url) for _ in range(20)), seconds=30 if name == "caddy" else 0)
        before = answered(running.processes[1])
        for _ in range(6):
            with visitor() as stranger:
                ask(stranger, running.url)
        assert answered(running.processes[1]) == before + 6


def _answers(url: str) -> bool:
    with visitor() as stranger:
        return stranger.get(f"{url}/health").status_code == 200


def _write(index: Path, number: int) -> None:
    for turn in range(100):
        # Longer than what is written at once.
        record_feedback(index, Answer(f"{number}-{turn}？", "answered", "长" * 20_000), useful=True)


def test_processes_do_not_write_into_each_other(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, number)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(300)
        assert writer.exitcode == 0
    rows = [json.loads(line) for line in (tmp_path / "feedback.jsonl").read_text("utf-8").splitlines()]
    assert len({row["question"] for row in rows}) == len(rows) == 200
