"""What the tests share: the built index of the report and a real browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from reportqa.index.build import build_index
from reportqa.qa import ReportQA

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"

# Chromium's own services would call out; a test that watches the page's requests has to see the page's alone.
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder with the given report."""
    return CORPUS


@pytest.fixture(scope="session")
def built_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of corpus/, built once. Tests only read it; one that writes works on a copy."""
    folder = tmp_path_factory.mktemp("built") / "index"
    command = [sys.executable, "-m", "reportqa", "index", str(CORPUS), "--index", str(folder)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="session")
def districts_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the four fictional district reports, as Markdown. Tests only read it."""
    folder = tmp_path_factory.mktemp("districts") / "index"
    build_index([ROOT / "tests" / "fixtures" / "districts" / "md"], folder)
    return folder


@pytest.fixture(scope="module")
def qa_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], ReportQA]:
    """Opens an index of one report, given by its file name and text."""

    def opened(name: str, text: str) -> ReportQA:
        folder = tmp_path_factory.mktemp("report")
        (folder / name).write_text(text, encoding="utf-8")
        build_index([folder / name], folder / "index")
        return ReportQA.open(folder / "index")

    return opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium of the system; without one the tests fail on CI and are skipped elsewhere.

    Not for the whole session: while Playwright is up, asyncio.run fails in every test of the same thread.
    """
    executable = find_chromium()
    if executable is None:
        reason = "no Chromium on this system: install chromium, or name it in REPORTQA_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


def find_chromium() -> str | None:
    named = os.environ.get("REPORTQA_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)
