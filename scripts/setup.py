"""Install reportqa and what it needs into the environment that runs this: one line a step, in Chinese.

    .venv/bin/python scripts/setup.py [test]

``make setup`` calls it. On Linux the torch of the usual index is built for graphics cards and brings gigabytes of
libraries along: its CPU build is taken first, by uv, which knows where it is. Where that cannot be reached, pip takes
what its own index has. What pip and uv say goes to .venv/install.log.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOG = Path(sys.prefix) / "install.log"
UV = "uv>=0.9,<1"
# What an installation takes, in MB, with room for what pip unpacks on the way.
NEEDED_MB = 3000
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off")
# uv gives up on a place that it does not reach instead of trying for minutes.
_IMPATIENT = {"UV_HTTP_TIMEOUT": "20", "UV_HTTP_RETRIES": "1"}


class Failed(Exception):
    """A step that failed."""


def main(arguments: Sequence[str]) -> int:
    """Install; return 1, with the end of the log, where that failed."""
    LOG.write_bytes(b"")
    try:
        if arguments == ["test"]:
            with step("安装测试所需的包"):
                run(*_PIP, "--editable", f"{ROOT}[test]")
            return 0
        check_room()
        say("首次安装：下载约 450 MB，占用磁盘约 1.9 GB，一般需要 2 至 10 分钟。\n")
        if wanted := torch_wanted():
            take_cpu_torch(wanted)
        with step("安装 reportqa 及其依赖"):
            run(*_PIP, "--editable", str(ROOT))
    except Failed:
        sys.stderr.write("".join(LOG.read_text("utf-8", "replace").splitlines(keepends=True)[-15:]))
        sys.stderr.write(f"安装没有成功：请检查网络，再运行一次。完整的记录在 {LOG}。\n")
        return 1
    return 0


def check_room() -> None:
    """Say how much room there must be on the disk, where there is less."""
    free = shutil.disk_usage(sys.prefix).free // 10**6
    if free < NEEDED_MB:
        LOG.write_text(f"磁盘只剩 {free} MB，安装需要约 {NEEDED_MB} MB：请先腾出空间。\n", encoding="utf-8")
        raise Failed


def torch_wanted() -> str | None:
    """Return the torch that pyproject.toml asks for, where its CPU build has to be fetched from elsewhere."""
    if sys.platform != "linux":
        return None
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (line,) = (line for line in project["dependencies"] if line.startswith("torch=="))
    wanted = str(line).partition(";")[0].strip()
    try:
        installed = version("torch").partition("+")[0]
    except PackageNotFoundError:
        return wanted
    return None if wanted == f"torch=={installed}" else wanted


def take_cpu_torch(wanted: str) -> None:
    """Install the CPU build of torch; what it needs in turn comes with everything else."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with step("安装 CPU 版 torch（约 190 MB）"):
                uv = shutil.which("uv")
                if uv is None:
                    run(*_PIP, "--quiet", "--target", scratch, UV)
                    uv = str(Path(scratch) / "bin" / "uv")
                run(uv, "pip", "install", "--python", sys.executable, "--torch-backend", "cpu", "--no-deps", wanted)
        except Failed:
            say("   下载不到：改用软件源里的 torch，可能是带显卡支持的大包（多下载约 2.5 GB）。\n")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a step in one line: its title while it runs, with the seconds that passed, and how long it took."""
    began = time.monotonic()
    done = threading.Event()
    shown = sys.stdout.isatty()

    def tick() -> None:
        while not done.wait(1):
            say(f"\r== {title} …… 已用 {time.monotonic() - began:.0f} 秒")

    ticking = threading.Thread(target=tick, daemon=True)
    if shown:
        ticking.start()
    end = "没有成功"
    try:
        yield
        end = "完成"
    finally:
        done.set()
        if shown:
            ticking.join()
        say(f"{chr(13) if shown else ''}== {title} …… {end}，用时 {time.monotonic() - began:.0f} 秒\n")


def say(words: str) -> None:
    """Show words at once; the step before may take minutes."""
    sys.stdout.write(words)
    sys.stdout.flush()


def run(*command: str) -> None:
    """Run a program, with what it says in the log; raises Failed where it fails."""
    with LOG.open("ab") as log:
        log.write(f"$ {' '.join(command)}\n".encode())
        log.flush()
        if subprocess.run(command, stdout=log, stderr=log, env=os.environ | _IMPATIENT, check=False).returncode:
            raise Failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
