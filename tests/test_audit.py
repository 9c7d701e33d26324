"""The audit of what is installed: what a licence allows, and that a check which was not made is not passed."""

import subprocess

import pytest
from programs import load

audit = load("scripts/audit.py")


@pytest.mark.parametrize(
    ("expression", "level"),
    [
        ("MIT", 0),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", 0),
        ("Apache-2.0 WITH LLVM-exception AND MIT", 0),
        ("GPL-2.0-only OR MIT", 0),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", 1),
        ("LGPL-3.0-or-later", 1),
        ("GPL-3.0-or-later", 2),
        ("AGPL-3.0-only AND MIT", 2),
        ("(MIT OR GPL-3.0-only) AND AGPL-3.0-only", 2),
        ("Proprietary", 2),
        ("MIT or so", 2),
        ("(MIT", 2),
        ("MIT AND", 2),
        ("", 2),
    ],
)
def test_a_licence_is_judged(expression, level):
    assert audit.judge(expression) == level


def test_the_licences_of_this_environment_are_allowed(capsys):
    refused = [package for package in audit.packages() if package.verdict == "refused"]
    assert refused == []
    assert {"torch", "gradio", "pytest"} <= {package.name for package in audit.packages()}


@pytest.mark.parametrize(
    ("status", "said", "result"),
    [
        (0, '{"dependencies": [{"name": "gradio", "version": "6.0", "vulns": []}]}', []),
        (
            1,
            '{"dependencies": [{"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]}',
            ["x 1: CVE-1, mended in 2"],
        ),
        (1, "", None),
    ],
)
def test_what_pip_audit_says_is_told(monkeypatch, status, said, result):
    """The tool itself takes a network; here it is what it prints."""

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, status if "pip_audit" in command else 0, said, "no route")

    monkeypatch.setattr(audit.subprocess, "run", run)
    monkeypatch.setattr(audit.venv, "create", lambda *_, **__: None)
    assert audit.vulnerabilities() == result


def test_what_was_not_checked_is_not_passed(monkeypatch, capsys):
    monkeypatch.setattr(audit, "vulnerabilities", lambda: None)
    monkeypatch.setattr(audit.sys, "argv", ["audit.py"])
    assert audit.main() == audit.UNCHECKED
    assert "NOT CHECKED" in capsys.readouterr().out
