"""Make a bundle that installs reportqa on a machine of the same kind without any network.

    python scripts/bundle.py [--out dist]

A folder and the same as .tar.gz: the wheels of the project and of everything that it needs, in the very versions of the
environment that runs this script, the model inside the project's own; the reports, ``app.py`` and ``install.sh``.
It is made by the pip of that environment, and holds for its system, processor and version of Python.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parent.parent
# What a wheel of the project is built of, and what lies beside the wheels.
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "src")
BESIDE = ("app.py", "corpus", "examples", "README.md", "README.en.md", "SECURITY.md", "LICENSE", "NOTICE", "docs")
INSTALLER = "scripts/install.sh"
MODEL = "src/reportqa/models/weights/encoder.onnx"
_BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes into a bundle: its name, the files of the project, and the exact version of every package."""

    name: str
    beside: tuple[Path, ...]
    versions: Mapping[str, str]


class Incomplete(SystemExit):
    """What keeps a bundle from being made, in one line; the script ends with it."""


def make_plan(root: Path, installed: Mapping[str, str]) -> Plan:
    """Say what a bundle of the project in ``root`` holds, before anything is written.

    ``installed`` are the packages that the project needs, with their versions. Raises Incomplete where a file of the
    project or the model is missing.
    """
    missing = [name for name in (*SOURCES, *BESIDE, INSTALLER, MODEL) if not (root / name).exists()]
    if missing:
        raise Incomplete(f"bundle: missing in {root}: {', '.join(missing)}")
    project = read_project(root)
    return Plan(f"{project['name']}-{project['version']}-{kind().replace(' ', '-py')}", _files(root), dict(installed))


def read_project(root: Path) -> dict[str, object]:
    """Return the ``[project]`` table of pyproject.toml."""
    table: dict[str, object] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def kind() -> str:
    """Name the machines that a bundle of this one fits: ``linux-x86_64 3.11``."""
    return f"{sysconfig.get_platform()} {sys.version_info.major}.{sys.version_info.minor}"


def needed(requirements: Iterable[str]) -> dict[str, str]:
    """Return what is installed here for ``requirements`` and for what they need in turn: versions by name.

    >>> needed(["jieba>=0.42"])
    {'jieba': '0.42.1'}

    Raises Incomplete where one of them is not installed, or in another version.
    """
    versions: dict[str, str] = {}
    left = [(Requirement(line), "") for line in requirements]
    seen = set()
    while left:
        requirement, extra = left.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise Incomplete(f"bundle: {name} is not installed in this environment: make setup") from None
        if not requirement.specifier.contains(found.version, prereleases=True):
            raise Incomplete(f"bundle: {requirement} is asked for, {found.version} is installed: make setup")
        versions[name] = found.version
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                left += [(Requirement(line), wanted) for line in found.requires or ()]
    return dict(sorted(versions.items()))


def build_wheels(root: Path, versions: Mapping[str, str], folder: Path) -> None:
    """Put the wheels of the project and of ``versions`` into ``folder``; pip gets them from where it is set up to."""
    with tempfile.TemporaryDirectory() as scratch:
        # A copy: what an earlier build left in the checkout must not get into the wheel.
        clean = Path(scratch) / "project"
        clean.mkdir()
        for name in SOURCES:
            _copy(root / name, clean / name)
        pinned = Path(scratch) / "constraints.txt"
        pinned.write_text("".join(f"{name}=={version}\n" for name, version in versions.items()), "utf-8")
        pip = [sys.executable, "-m", "pip", "wheel", "--wheel-dir", str(folder), "--constraint", str(pinned)]
        if subprocess.run([*pip, str(clean)], check=False).returncode:
            raise Incomplete("bundle: pip could not get every wheel (see above)")


def check_wheels(folder: Path, versions: Mapping[str, str]) -> None:
    """Raise Incomplete where the wheels in ``folder`` are not exactly those of ``versions``."""
    there: dict[str, str] = {}
    for wheel in folder.glob("*.whl"):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        there[name] = str(version)
    wrong = sorted(name for name in versions.keys() | there.keys() if versions.get(name) != there.get(name))
    if wrong:
        told = (f"{name} (wanted {versions.get(name)}, found {there.get(name)})" for name in wrong)
        raise Incomplete(f"bundle: not the wheels of this environment: {', '.join(told)}")


def write_beside(root: Path, plan: Plan, folder: Path) -> None:
    """Write everything but the wheels, and the list of all files with their hashes that ``install.sh`` checks."""
    for name in plan.beside:
        _copy(root / name, folder / name)
    _copy(root / INSTALLER, folder / "install.sh")
    (folder / "install.sh").chmod(0o755)
    (folder / "KIND").write_text(f"{kind()}\n", "utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")


def pack(folder: Path) -> Path:
    """Write ``folder`` as .tar.gz beside it; wheels are packed already, so packing harder gains nothing."""
    archive = folder.with_name(f"{folder.name}.tar.gz")
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(folder, folder.name)
    return archive


def _files(root: Path) -> tuple[Path, ...]:
    entries = (root / name for name in BESIDE)
    found = (path for entry in entries for path in (entry.rglob("*") if entry.is_dir() else [entry]))
    kept = (path.relative_to(root) for path in found if path.is_file())
    return tuple(sorted(path for path in kept if "__pycache__" not in path.parts and not path.name.startswith(".")))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    else:
        shutil.copyfile(source, target)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _size(path: Path) -> str:
    files = path.rglob("*") if path.is_dir() else [path]
    return f"{sum(file.stat().st_size for file in files if file.is_file()) / 2**20:.0f} MB"


def main() -> None:
    """Make the bundle and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="the folder to write it into (dist)")
    out = parser.parse_args().out
    began = time.perf_counter()
    project = read_project(ROOT)
    plan = make_plan(ROOT, needed(map(str, project["dependencies"])))  # type: ignore[call-overload]
    folder = out / plan.name
    shutil.rmtree(folder, ignore_errors=True)
    _say(f"== {len(plan.versions) + 1} wheels for {kind()}")
    build_wheels(ROOT, plan.versions, folder / "wheels")
    check_wheels(folder / "wheels", {**plan.versions, str(project["name"]): str(project["version"])})
    write_beside(ROOT, plan, folder)
    _say(f"== {folder}: {_size(folder)} after {time.perf_counter() - began:.0f} s")
    archive = pack(folder)
    _say(f"== {archive}: {_size(archive)} after {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
