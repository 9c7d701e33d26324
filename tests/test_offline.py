"""Everything works where there is no network, and nothing tries to use one."""

import json
import sys
from pathlib import Path

import pytest
from network import Cut, has_namespaces
from programs import load

SCANNED = Path(__file__).parent / "fixtures" / "districts" / "pdf" / "芦堰区义务教育发展报告2024.pdf"
REPORT = "一、基本情况\n2024年，全县有图书馆3座，藏书12.5万册。\n二、队伍建设\n全县有图书管理员46人，其中女性31人。\n"
OUT = """
import socket, sys
for name, port in (("192.0.2.1", 80), ("2001:db8::1", 80), ("reports.example", 443)):
    try:
        socket.create_connection((name, port), timeout=5).close()
        sys.exit(f"{name} was reached")
    except OSError:
        pass
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=5).close()
"""
# Serve, and ask over HTTP, from within the same world: its loopback is not ours.
SERVED = """
import json, socket, subprocess, sys, time, urllib.request

with socket.create_server(("127.0.0.1", 0)) as free:
    port = str(free.getsockname()[1])
app = subprocess.Popen([sys.executable, "-m", "reportqa", "serve", "--port", port])
opened = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, {"Content-Type": "application/json"})
    with opened.open(request, timeout=60) as answer:
        return answer.read().decode("utf-8")


try:
    deadline = time.monotonic() + 120
    while True:
        try:
            page = get("/")
            break
        except OSError:
            assert app.poll() is None and time.monotonic() < deadline, "the page did not answer"
            time.sleep(0.2)
    asked = json.dumps({"data": ["藏书多少册？", 5, None, None]}).encode()
    event = json.loads(get("/gradio_api/call/ask", asked))["event_id"]
    told = get(f"/gradio_api/call/ask/{event}").split("data: ", 1)[1]
    print(json.dumps({"page": "lang=\\"zh-CN\\"" in page, "answer": json.loads(told)[0]["answer"]}, ensure_ascii=False))
finally:
    app.terminate()
    app.wait(timeout=30)
"""


@pytest.fixture(params=["namespace", "guard"])
def cut(request: pytest.FixtureRequest, tmp_path: Path) -> Cut:
    """A world without a route; without one that the kernel makes, one that Python's sockets keep to."""
    namespace = request.param == "namespace"
    if namespace and not has_namespaces():
        pytest.skip("this system makes no network namespaces: the guard alone is tried")
    return Cut(tmp_path / "guard", namespace)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """The strictest world that this system has."""
    return Cut(tmp_path_factory.mktemp("world") / "guard", has_namespaces())


@pytest.fixture(scope="module")
def project(world: Cut, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report, indexed without a network."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "报告.txt").write_text(REPORT, "utf-8")
    scan = load("benchmarks/ocr.py").render(SCANNED, [1], 150)[0].crop((120, 300, 1240, 700))
    scan.save(folder / "corpus" / "扫描.png")
    (folder / "问题.txt").write_text("藏书多少册？\n图书管理员有多少人？\n", "utf-8")
    done = world.run(sys.executable, "-m", "reportqa", "index", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_there_is_no_way_out_but_this_machine_is_there(cut, tmp_path):
    done = cut.run(sys.executable, "-c", OUT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(cut.calls_out()) == 3


def test_a_question_is_answered(world, project):
    done = world.run(sys.executable, "-m", "reportqa", "ask", "藏书多少册？", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["answer"] == "12.5万册"


def test_a_scan_was_recognised_and_answers(world, project):
    done = world.run(sys.executable, "-m", "reportqa", "ask", "芦堰区户籍人口多少？", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["answer"] == "41.3万人"
    assert record["citations"][0]["scans"][0]["page"] == 1


def test_a_list_of_questions_is_answered(world, project):
    done = world.run(sys.executable, "-m", "reportqa", "batch", "问题.txt", "-o", "答案.jsonl", cwd=project)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line)["answer"] for line in (project / "答案.jsonl").read_text("utf-8").splitlines()]
    assert answers == ["12.5万册", "46人"]


def test_the_page_is_served_and_answers(world, project):
    done = world.run(sys.executable, "-c", SERVED, cwd=project)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"page": True, "answer": "12.5万册"}


def test_nothing_was_tried_beyond_this_machine(world, project):
    """Runs last: what the commands above, and the index at the least, have tried."""
    assert (project / "index" / "manifest.json").exists()
    assert world.calls_out() == []
