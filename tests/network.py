"""A world without a network: what runs in it reaches this machine alone, and what it tries beyond is written down."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# Loaded by every Python that starts in this world. An audit hook sees each call of the interpreter's own sockets, by
# whatever library; names are looked up by libc, so that look-ups are calls out as well.
_GUARD = """
import os, sys

OWN = ("127.", "::1", "localhost", "0.0.0.0")
EVENTS = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}


def guard(event, given):
    if event not in EVENTS:
        return
    where = given[EVENTS[event]]
    host = where[0] if isinstance(where, tuple) else where
    host = host.decode() if isinstance(host, bytes) else host
    # A path is a socket of this machine, None its own address.
    if host is None or host == "" or host.startswith(("/", *OWN)):
        return
    with open(os.environ["REPORTQA_CALLS_OUT"], "a", encoding="utf-8") as calls:
        calls.write(f"{event} {where}\\n")
    raise OSError(101, "Network is unreachable")


sys.addaudithook(guard)
"""
# A new namespace has its loopback down; no program of the system is needed to bring it up.
_UP = (
    "import fcntl, os, socket, struct, sys\n"
    "with socket.socket() as one: fcntl.ioctl(one, 0x8914, struct.pack('16sh', b'lo', 1))\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


def has_namespaces() -> bool:
    """Whether this system lets its users make a network of their own (Linux, where it is not forbidden)."""
    try:
        return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Cut:
    """Runs commands where nothing but this machine can be reached; ``folder`` takes the guard and its notes.

    With ``namespace`` the kernel has no route either, for any program; without, the guard of Python's sockets is alone.
    """

    def __init__(self, folder: Path, namespace: bool) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(_GUARD, "utf-8")
        self._calls = folder / "calls-out.txt"
        self._namespace = namespace
        self.environment = os.environ | {
            "PYTHONPATH": str(folder),
            "PYTHONUTF8": "1",
            "REPORTQA_CALLS_OUT": str(self._calls),
        }

    def command(self, *words: str | Path) -> list[str]:
        """The command line that runs ``words``, the first the path of a program, in this world."""
        into = ["unshare", "-rn", sys.executable, "-S", "-c", _UP] if self._namespace else []
        return [*into, *map(str, words)]

    def run(self, *words: str | Path, cwd: Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self.command(*words), cwd=cwd, env=self.environment, capture_output=True, encoding="utf-8",
            timeout=timeout, check=False,
        )  # fmt: skip

    def calls_out(self) -> Sequence[str]:
        """What was tried beyond this machine, a line each."""
        return self._calls.read_text("utf-8").splitlines() if self._calls.exists() else []
