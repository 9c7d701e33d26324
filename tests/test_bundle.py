"""The bundle for machines without a network: what goes into it, and what keeps it from being made."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from network import Cut, has_namespaces
from packaging.utils import canonicalize_name
from programs import load
from test_offline import SERVED

import reportqa

bundle = load("scripts/bundle.py")
ROOT = Path(__file__).parent.parent
INSTALLED = {"onnxruntime": "1.32.0", "numpy": "2.4.6"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of the same files as this one, each a line long."""
    for name in (*bundle.SOURCES, *bundle.BESIDE, bundle.INSTALLER):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        source = ROOT / name
        if source.is_dir():
            path.mkdir(exist_ok=True)
            (path / "inside.txt").write_text("1\n", "utf-8")
        else:
            shutil.copyfile(source, path)
    model = tmp_path / "project" / bundle.MODEL
    model.parent.mkdir(parents=True)
    model.write_bytes(b"1")
    return tmp_path / "project"


def test_the_plan_names_everything(project):
    (project / "corpus" / ".hidden").write_text("1", "utf-8")
    (project / "docs" / "__pycache__").mkdir()
    (project / "docs" / "__pycache__" / "x.pyc").write_text("1", "utf-8")
    plan = bundle.make_plan(project, INSTALLED)
    assert plan.name == f"reportqa-{reportqa.__version__}-{bundle.kind().replace(' ', '-py')}"
    assert plan.versions == INSTALLED
    named = {path.as_posix() for path in plan.beside}
    assert {"app.py", "README.md", "SECURITY.md", "LICENSE", "corpus/inside.txt", "docs/inside.txt"} <= named
    assert not any("pycache" in name or "/." in name for name in named)


@pytest.mark.parametrize("name", sorted({*bundle.SOURCES, *bundle.BESIDE, bundle.INSTALLER}))
def test_a_file_that_is_missing_keeps_the_bundle_from_being_made(project, name):
    target = project / name
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    with pytest.raises(bundle.Incomplete, match=re.escape(name)):
        bundle.make_plan(project, INSTALLED)


def test_without_the_model_there_is_no_bundle(project):
    (project / bundle.MODEL).unlink()
    with pytest.raises(bundle.Incomplete, match=re.escape("encoder.onnx")):
        bundle.make_plan(project, INSTALLED)


def test_every_requirement_is_found_in_this_environment():
    versions = bundle.needed(bundle.read_project(ROOT)["dependencies"])
    assert {"torch", "onnxruntime", "gradio", "starlette", "jieba"} <= versions.keys()
    assert "pytest" not in versions
    assert re.match(r"2\.13\.0", versions["torch"])


@pytest.mark.parametrize("line", ["no-such-package-at-all", "jieba>=99", "jieba<0.1"])
def test_a_requirement_that_is_not_met_is_told(line):
    with pytest.raises(bundle.Incomplete, match=line.split("<")[0].split(">")[0]):
        bundle.needed([line])


def test_a_requirement_of_another_platform_is_left_out():
    assert bundle.needed(["no-such-package-at-all; sys_platform == 'nowhere'"]) == {}


def test_everything_that_is_imported_is_required():
    """What a test environment happens to have is missing on the machine that the bundle is for.

    The store in Milvus is an extra, which the bundle does without; nothing else imports what it needs.
    """
    project = bundle.read_project(ROOT)
    required = {*bundle.needed(project["dependencies"]), "reportqa"}
    extra = {*required, *bundle.needed(project["optional-dependencies"]["milvus"])}
    providers = packages_distributions()
    missing = {
        f"{path.name} imports {module}"
        for path in (ROOT / "src").rglob("*.py")
        for module in imported(ast.parse(path.read_text("utf-8"))) - sys.stdlib_module_names
        if not {canonicalize_name(name) for name in providers.get(module, [])}
        & (extra if path.parent.name == "milvus" else required)
    }
    assert missing == set()


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).partition(".")[0])
    return names


def test_the_wheels_must_be_those_of_the_environment(tmp_path):
    for name in ("numpy-2.4.6-py3-none-any.whl", "onnxruntime-1.32.0-py3-none-any.whl"):
        (tmp_path / name).write_bytes(b"")
    bundle.check_wheels(tmp_path, INSTALLED)
    (tmp_path / "extra-1.0-py3-none-any.whl").write_bytes(b"")
    with pytest.raises(bundle.Incomplete, match=r"extra \(wanted None, found 1.0\)"):
        bundle.check_wheels(tmp_path, INSTALLED)
    (tmp_path / "extra-1.0-py3-none-any.whl").unlink()
    with pytest.raises(bundle.Incomplete, match=r"numpy \(wanted 9, found 2.4.6\)"):
        bundle.check_wheels(tmp_path, INSTALLED | {"numpy": "9"})


@pytest.fixture
def written(project: Path, tmp_path: Path) -> Path:
    """A bundle without wheels."""
    plan = bundle.make_plan(project, INSTALLED)
    (tmp_path / plan.name / "wheels").mkdir(parents=True)
    bundle.write_beside(project, plan, tmp_path / plan.name)
    return tmp_path / plan.name


def install(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "PYTHON": sys.executable} | environment
    return subprocess.run([folder / "install.sh"], env=given, capture_output=True, encoding="utf-8", check=False)


def test_what_is_packed_is_what_was_written(written):
    archive = bundle.pack(written)
    with tarfile.open(archive) as tar:
        names = {member.name for member in tar if member.isfile()}
        mode = tar.getmember(f"{written.name}/install.sh").mode
    assert names == {path.relative_to(written.parent).as_posix() for path in written.rglob("*") if path.is_file()}
    assert mode & 0o111


@pytest.mark.skipif(sys.platform == "win32", reason="install.sh is for a POSIX shell")
def test_the_installer_refuses_what_it_cannot_install(written):
    """In the order of its checks; the last fails for want of wheels, without asking any index."""
    assert "找不到" in install(written, PYTHON="no-such-python").stderr
    (written / "KIND").write_text("linux-z80 3.11\n", "utf-8")
    assert "linux-z80 3.11" in install(written).stderr
    (written / "KIND").write_text(f"{bundle.kind()}\n", "utf-8")
    (written / "LICENSE").write_text("changed", "utf-8")
    damaged = install(written)
    assert damaged.returncode != 0
    assert "LICENSE" in damaged.stderr
    assert not (written / ".venv").exists()
    shutil.copyfile(ROOT / "LICENSE", written / "LICENSE")
    empty = install(written)
    assert empty.returncode != 0
    assert "No matching distribution found for reportqa" in empty.stderr


BUNDLE = os.environ.get("REPORTQA_BUNDLE")


@pytest.mark.skipif(BUNDLE is None, reason="make bundle-test makes the bundle and names it in REPORTQA_BUNDLE")
def test_the_bundle_installs_and_works_where_there_is_no_network(tmp_path):
    """A home of its own, no cache, no settings, no route: everything comes out of the bundle."""
    with tarfile.open(str(BUNDLE)) as tar:
        tar.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.glob("reportqa-*")
    cut = Cut(tmp_path / "guard", has_namespaces())
    kept = {
        name: value for name, value in cut.environment.items() if name in ("PATH", "PYTHONPATH", "REPORTQA_CALLS_OUT")
    }
    base = str(Path(sys.base_prefix) / "bin" / Path(sys.executable).resolve().name)
    cut.environment = kept | {"HOME": str(tmp_path), "PYTHON": base, "PYTHONUTF8": "1"}
    installed = cut.run("/bin/sh", "install.sh", cwd=folder, timeout=900)
    assert installed.returncode == 0, installed.stderr
    assert ".venv/bin/python app.py" in installed.stdout
    python = folder / ".venv" / "bin" / "python"
    indexed = cut.run(python, "-m", "reportqa", "index", cwd=folder, timeout=600)
    assert indexed.returncode == 0, indexed.stderr
    asked = cut.run(python, "-m", "reportqa", "ask", "本学年招生多少人？", "--json", cwd=folder)
    assert json.loads(asked.stdout)["answer"] == "6191人"
    (folder / "问题.txt").write_text("本学年招生多少人？\n", "utf-8")
    assert cut.run(python, "-m", "reportqa", "batch", "问题.txt", "-o", "答案.xlsx", cwd=folder).returncode == 0
    served = cut.run(python, "-c", SERVED, cwd=folder)
    assert served.returncode == 0, served.stderr
    assert json.loads(served.stdout.splitlines()[-1])["page"]
    assert cut.calls_out() == []
