"""What a newcomer does: clone, `make run`, then every block of README.md as it stands.

    python3 .ci/newcomer.py [--anew]

Ends with 1 at the first thing that does not work, its last line naming that. Ports 7860 and 8000 have to be free.
Packages that this checkout has installed in its .venv are lent to the clone, which still makes its own environment and
installs the program into it: about two minutes. With --anew, or without a .venv here, all of them are installed anew.
Not run are `make test` (what calls this has run it) and the ways without make, which install once more.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parent.parent
PATIENCE = 1800  # seconds for an installation
LEFT_OUT = ("make ", "python -m venv", "source ", "pip ", "uv ", "python app.py", "reportqa index\n")


def blocks(readme: str) -> list[tuple[str, str]]:
    r"""Return language and text of every block of a Markdown file.

    >>> blocks("```sh\\nmake run\\n```\\n")
    [('sh', 'make run\\n')]
    """
    return re.findall(r"^```(sh|python|py)\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)


def commands(readme: str) -> Iterator[list[str]]:
    """Yield what is run, in the order of the file: lines of a shell one by one, Python as a whole."""
    for language, text in blocks(readme):
        if language != "sh":
            yield ["python", "-c", text]
            continue
        for line in text.splitlines():
            if not f"{line}\n".startswith(LEFT_OUT):
                yield ["sh", "-c", line]


def run(command: list[str], folder: Path) -> None:
    """Run a command in the environment that make has made; SystemExit with its output where it fails."""
    environment = os.environ | {"PATH": f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    print("$", command[-1].partition("\n")[0], flush=True)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
    )
    if done.returncode or (command[-1].startswith("curl") and not answers(done.stdout)):
        fail(command[-1], f"{done.stdout}{done.stderr}")


def answers(told: str) -> bool:
    """Tell whether the web app has answered a call: {"data": [...]}, not {"error": "..."} and not nothing."""
    try:
        return "data" in json.loads(told)
    except ValueError:
        return False


def fail(what: str, told: str) -> NoReturn:
    """End with what was shown, then one line that says what does not work."""
    print(told, file=sys.stderr)
    raise SystemExit(f"README.md: this does not work: {what.partition(chr(10))[0]}")


def lend(folder: Path) -> None:
    """Make the clone's .venv, as make would, and let it see the packages of this checkout's."""
    python = str(ROOT / ".venv" / "bin" / "python")
    subprocess.run([python, "-m", "venv", str(folder / ".venv")], check=True)
    # What the Makefile knows an environment by that was made in its place.
    (folder / ".venv" / "home").write_bytes(os.fsencode(folder))
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages, own = (
        subprocess.run([one, "-c", where], capture_output=True, encoding="utf-8", check=True).stdout.strip()
        for one in (python, str(folder / ".venv" / "bin" / "python"))
    )
    # Only a path: the .pth files in there, by which the other checkout is found, are not read.
    Path(own, "lent.pth").write_text(f"{packages}\n", "utf-8")


@contextmanager
def serving(command: list[str], folder: Path, url: str) -> Iterator[list[str]]:
    """Run what does not end until its page is there; yields the lines that it has shown, and ends it afterwards."""
    print("$", *command, flush=True)
    shown = folder / "shown.log"
    # A browser has no place here.
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    with shown.open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output, process_group=0)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    try:
        while True:
            try:
                direct.open(url, timeout=60).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    fail(" ".join(command), shown.read_text("utf-8"))
                time.sleep(0.5)
        yield shown.read_text("utf-8").splitlines()
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=60)


def main() -> None:
    """Clone and follow the README."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve() / "reportqa"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        readme = (folder / "README.md").read_text("utf-8")
        if sys.argv[1:] != ["--anew"] and (ROOT / ".venv" / "installed").exists():
            lend(folder)
        with serving(["make", "run"], folder, "http://127.0.0.1:7860") as lines:
            print("\n".join(lines), flush=True)
            address = [line for line in lines if "http://127.0.0.1:7860" in line]
            foreign = [line for line in lines if not re.search("[一-龥]", line)]
            if foreign or address != lines[-1:]:
                fail("make run", f"It shows {foreign}, and {lines[-1:]} last.")
            for command in commands(readme):
                if command[-1].startswith("reportqa serve"):
                    serve = command[-1].partition("#")[0].split()
                    with serving(
                        [str(folder / ".venv" / "bin" / serve[0]), *serve[1:]], folder, "http://127.0.0.1:8000"
                    ):
                        continue
                run(command, folder)
    print("README.md: all of it works", flush=True)


if __name__ == "__main__":
    sys.exit(main())
