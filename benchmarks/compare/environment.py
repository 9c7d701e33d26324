"""One virtual environment with all the programs in it, made anew where what is asked for has changed."""

from __future__ import annotations

import os
import platform
import subprocess
import venv
from pathlib import Path

from question_sets import ROOT

_TORCH = "torch==2.13.0"
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# Nothing may call out while it is measured.
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
}


def environment(work: Path) -> dict[str, str]:
    """Return the variables of every measured process: offline, with a model cache of the comparison's own."""
    # Variables such as PYTHONPATH could put another copy of a program before the installed one.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | _OFFLINE


def make_environment(work: Path) -> Path:
    """Install everything into ``work``, or leave what is up to date; return the interpreter."""
    folder, stamp = work / "environment", work / "environment" / "installed"
    python = folder / "bin" / "python"
    asked = [path.read_text("utf-8") for path in (_REQUIREMENTS, ROOT / "pyproject.toml")]
    wanted = "\n".join([_TORCH, str(ROOT), *asked])
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # By itself and first: a processor-only build on this machine is then taken, and no resolver looks at others.
        subprocess.run([*install, _TORCH], check=True)
        subprocess.run([*install, "--requirement", str(_REQUIREMENTS), "--editable", str(ROOT)], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def make_model(python: Path, work: Path) -> Path:
    """Write the bundled model as a folder, for the programs that take one."""
    folder = work / "model"
    subprocess.run(
        [str(python), "-m", "reportqa", "model", str(folder)],
        check=True,
        env=environment(work),
        stdout=subprocess.DEVNULL,
    )
    return folder


def versions(python: Path) -> dict[str, str]:
    """Return the installed version of everything named in the requirements, of torch and of this program."""
    lines = _REQUIREMENTS.read_text("utf-8").splitlines()
    names = [line.partition("==")[0] for line in lines if "==" in line]
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]), sep='\\n')"
    asked = ["reportqa", "onnxruntime", "torch", *names]
    output = subprocess.run([str(python), "-c", code, *asked], check=True, capture_output=True, encoding="utf-8").stdout
    return dict(zip(asked, output.split(), strict=True))


def machine() -> dict[str, str | int]:
    """Describe the machine: system, processor, cores, memory and Python, nothing that names it."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
    }


def _processor() -> str:
    """Return the processor's name, which only Linux's own table tells."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text("utf-8").splitlines() if table.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
