"""Audit what is installed beside this project: licences against a list, and known vulnerabilities.

    python scripts/audit.py [--licences]

Every distribution of the environment that runs this script counts, those of the tests included. Vulnerabilities are
asked for by pip-audit, in an environment of its own, of the OSV advisory service; that takes a network. Ends with 0
where all is well, 1 where a licence is refused or a vulnerability known, 3 where the vulnerabilities were not checked.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

PIP_AUDIT = "pip-audit>=2.9,<3"
REFUSED, UNCHECKED = 1, 3

# SPDX names. A program may be passed on with these under its own licence, with a notice.
ALLOWED = frozenset(
    """0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 CNRI-Python HPND ISC MIT MIT-0 MIT-CMU PSF-2.0
    Python-2.0 Unlicense Zlib""".split()
)
# These bind whoever changes the package itself: here it is only used, as a whole and replaceable.
NOTED = frozenset(
    """LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later LGPL MPL-1.1 MPL-2.0 EPL-2.0""".split()
)
# What packages call them that name no SPDX expression: classifiers, and words of the field License.
_NAMES = {
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache2.0": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
}
# Packages that say it in words, or in a file alone; read, and true of the wheel with what it carries.
_READ = {"pypdfium2": "BSD-3-Clause AND Apache-2.0", "axe-playwright-python": "MIT AND MPL-2.0"}
_TOKEN = re.compile(r"[()]|[^\s()]+")


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package and the licence that it states, as an SPDX expression where it can be made one."""

    name: str
    version: str
    licence: str

    @property
    def verdict(self) -> str:
        """Say whether the licence is allowed, noted or refused."""
        return ("allowed", "noted", "refused")[judge(self.licence)]


def judge(expression: str) -> int:
    """Judge an SPDX expression: 0 allowed, 1 noted, 2 refused; AND is as bad as its worst, OR as good as its best.

    >>> judge("MIT AND (Apache-2.0 OR GPL-3.0-only)"), judge("MPL-2.0 AND MIT"), judge("GPL-3.0-only"), judge("")
    (0, 1, 2, 2)
    """
    tokens = _TOKEN.findall(expression)
    try:
        level = _either(tokens)
    except IndexError:
        return 2
    return 2 if tokens else level


def _either(tokens: list[str]) -> int:
    level = _both(tokens)
    while tokens and tokens[0] == "OR":
        del tokens[0]
        level = min(level, _both(tokens))
    return level


def _both(tokens: list[str]) -> int:
    level = _one(tokens)
    while tokens and tokens[0] == "AND":
        del tokens[0]
        level = max(level, _one(tokens))
    return level


def _one(tokens: list[str]) -> int:
    name = tokens.pop(0)
    if name == "(":
        level = _either(tokens)
        del tokens[0]
        return level
    if tokens and tokens[0] == "WITH":  # an exception only ever allows more
        del tokens[:2]
    return 0 if name in ALLOWED else 1 if name in NOTED else 2


def packages() -> list[Package]:
    """Return what is installed in this environment, by name."""
    found = {one.name.lower(): one for one in map(_package, metadata.distributions())}
    return [found[name] for name in sorted(found)]


def _package(distribution: metadata.Distribution) -> Package:
    name = distribution.metadata["Name"]
    return Package(name, distribution.version, _READ.get(name.lower()) or next(_stated(distribution), ""))


def _stated(distribution: metadata.Distribution) -> Iterator[str]:
    """Give what a package says of its licence, the most exact first."""
    told: dict[str, Any] = distribution.metadata.json
    if expression := told.get("license_expression"):
        yield expression
    lines = (line.rpartition(" :: ")[2] for line in told.get("classifier", []) if line.startswith("License ::"))
    if named := [_NAMES.get(line, line) for line in lines if line != "OSI Approved"]:
        yield " AND ".join(dict.fromkeys(named))
    if words := str(told.get("license", "")).strip().split("\n")[0]:
        yield _NAMES.get(words, words)


def vulnerabilities() -> list[str] | None:
    """Return a line for each known vulnerability, None where there is no way to ask."""
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch, with_pip=True)
        python = str(Path(scratch) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        if subprocess.run([python, "-m", "pip", "install", "--quiet", PIP_AUDIT], check=False).returncode:
            return None
        # What is installed, as it is: nothing is resolved or fetched anew.
        where = ["--path", sysconfig.get_path("purelib"), "--skip-editable"]
        command = [python, "-m", "pip_audit", *where, "--vulnerability-service", "osv", "--format", "json"]
        done = subprocess.run(
            [*command, "--progress-spinner", "off"], capture_output=True, encoding="utf-8", check=False
        )
    try:
        audited = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        _say(f"   {(done.stderr.strip().splitlines() or ['pip-audit said nothing'])[-1][:200]}")
        return None
    return [
        f"{one['name']} {one.get('version', '')}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
        for one in audited
        for found in one.get("vulns", [])
    ]


def _audit_licences() -> bool:
    every = packages()
    for verdict in ("noted", "refused"):
        for package in every:
            if package.verdict == verdict:
                _say(f"   {verdict}: {package.name} {package.version}: {package.licence or 'no licence stated'}")
    refused = sum(package.verdict == "refused" for package in every)
    _say(f"== licences: {len(every)} packages, {refused} refused")
    return refused == 0


def _audit_vulnerabilities() -> int:
    known = vulnerabilities()
    if known is None:
        _say("== vulnerabilities: NOT CHECKED: no route to the advisory service, or pip-audit could not be had")
        return UNCHECKED
    for line in known:
        _say(f"   {line}")
    _say(f"== vulnerabilities: {len(known)} known")
    return REFUSED if known else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Audit, say what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--licences", action="store_true", help="the licences alone, which takes no network")
    options = parser.parse_args()
    sound = _audit_licences()
    status = 0 if options.licences else _audit_vulnerabilities()
    return status if sound else REFUSED


if __name__ == "__main__":
    raise SystemExit(main())
