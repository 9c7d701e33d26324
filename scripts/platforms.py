"""Ask the package index what each system gets, and write docs/platforms.md.

    python scripts/platforms.py [--uv uv] [--out docs/platforms.md]

Run by hand, with uv (https://docs.astral.sh/uv): it resolves the dependencies for other systems than the one it runs
on. Only wheels count, but for packages without any compiled part (SOURCE), and OpenCC where a compiler has to be there.
"""

from __future__ import annotations

import argparse
import datetime
import os
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# Pure Python, published as source alone.
SOURCE = ("jieba",)
SHOWN = ("onnxruntime", "faiss-cpu", "torch")
_GRAPHICS = ("nvidia-", "cuda-", "triton")
# The CPU build of torch 2.13.0 for Linux x86-64, which is not on the index that is asked here.
_CPU_TORCH = 192
_HEAD = """# Systems

What `pip install -e .` gets on each system and Python, asked of the package index on {today}; this page is written by
`python scripts/platforms.py`. Where there is a torch, other models (`--model`) can be used too; the bundled one needs
none. MB are what is downloaded. On Linux the torch of that index is built for graphics cards; `make` takes its CPU
build, {cpu} MB, where it can be reached, and nothing of the last column.

| system | Python | {names} | MB | of them for graphics cards |
|---|---|{dashes}---|---|
"""
_TAIL = """
"no" says what is missing: there is no wheel of it for that system and Python.
"""


@dataclass(frozen=True, slots=True)
class System:
    """A system: its name in the table, what uv calls it, the oldest macOS that counts, what may be compiled there."""

    title: str
    platform: str
    macos: str = ""
    compiled: tuple[str, ...] = ()


SYSTEMS = (
    System("Linux x86-64", "x86_64-unknown-linux-gnu"),
    System("Linux arm64", "aarch64-unknown-linux-gnu"),
    System("Windows x64", "x86_64-pc-windows-msvc"),
    System("Windows arm64, with a C++ compiler", "aarch64-pc-windows-msvc", compiled=("opencc",)),
    System("macOS 14 or newer, Apple chip", "aarch64-apple-darwin", "14.0"),
    System("macOS 14 or newer, Intel chip", "x86_64-apple-darwin", "14.0"),
)


def resolve(uv: str, system: System, python: str) -> list[dict[str, Any]] | str:
    """Return the packages that a system gets, as a lock file has them, or the name of the one that it lacks."""
    with tempfile.TemporaryDirectory() as scratch:
        lock = Path(scratch) / "pylock.toml"
        command = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--format", "pylock.toml", "-o", str(lock)]
        command += ["--python-platform", system.platform, "--python-version", python, "--only-binary", ":all:"]
        for name in (*SOURCE, *system.compiled):
            command += ["--no-binary", name]
        environment = os.environ | ({"MACOSX_DEPLOYMENT_TARGET": system.macos} if system.macos else {})
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
        if done.returncode == 0:
            packages: list[dict[str, Any]] = tomllib.loads(lock.read_text("utf-8"))["packages"]
            return packages
    return missing(done.stderr)


def missing(complaint: str) -> str:
    r"""Return the package that keeps a system from being served, out of what uv says.

    >>> missing("error: No solution found\\n  cause: Because pyyaml>=5.1 has no usable wheels and all of: ...")
    'pyyaml'

    Raises SystemExit where uv failed at something else: no network, say.
    """
    for line in complaint.splitlines():
        before, because, after = line.partition("Because ")
        if because and "cause:" in before:
            return after.split()[0].partition(">")[0].partition("=")[0].partition("{")[0]
    raise SystemExit(complaint)


def row(system: System, python: str, packages: list[dict[str, Any]] | str) -> str:
    """Return a row of the table."""
    if isinstance(packages, str):
        return f"| {system.title} | {python} | {' | '.join([f'no: {packages}'] + [''] * (len(SHOWN) + 1))} |"
    versions = {one["name"]: str(one["version"]) for one in packages}
    sizes = {one["name"]: _size(one) for one in packages}
    cards = sum(size for name, size in sizes.items() if name.startswith(_GRAPHICS))
    cells = [*(versions.get(name, "none") for name in SHOWN), megabytes(sum(sizes.values())), megabytes(cards)]
    return f"| {system.title} | {python} | {' | '.join(cells)} |"


def megabytes(size: int) -> str:
    """Write a number of bytes in whole MB.

    >>> megabytes(2_971_398_278)
    '2,971'
    """
    return f"{size / 1e6:,.0f}"


def _size(package: dict[str, Any]) -> int:
    return max(int(one["size"]) for one in (*package.get("wheels", ()), *filter(None, [package.get("sdist")])))


def main() -> None:
    """Ask for every system and Python, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "platforms.md")
    options = parser.parse_args()
    rows = [row(one, python, resolve(options.uv, one, python)) for one in SYSTEMS for python in PYTHONS]
    head = _HEAD.format(
        today=datetime.date.today().isoformat(), names=" | ".join(SHOWN), dashes="---|" * len(SHOWN), cpu=_CPU_TORCH
    )
    options.out.write_text(head + "\n".join(rows) + "\n" + _TAIL, encoding="utf-8")


if __name__ == "__main__":
    main()
