"""Take the pictures of docs/screenshots: every page of the web app, wide and narrow, light and dark.

    reportqa index && python docs/screenshots.py

Needs the packages of the tests and a Chromium (REPORTQA_CHROMIUM names another one).
Options go to ``app.py``: --index DIR.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "screenshots"
SIZES = {"wide": (1440, 900), "tablet": (768, 1024), "narrow": (375, 812)}
QUESTIONS = "本学年招生多少人？\n直接就业多少人？\n生师比是多少？\n有哪些民办学校？\n全区有多少家图书馆？\n"
PAGES = {
    "welcome": ("", ".welcome"),
    "answer": (f"?q={quote('本学年招生多少人？')}", ".answer"),
    "contradiction": (f"?q={quote('直接就业多少人？')}", ".answer"),
    "follow-up": (f"?q={quote('那民办的呢？')}&after={quote('公办学校有几所？')}", ".completed"),
    "refusal": (f"?q={quote('2019年招生多少人？')}", ".answer"),
    "data": ("?p=data", ".charts"),
    "unsure": (f"?q={quote('培训了多少教师？')}", ".choices"),
    "asked-back": (f"?q={quote('有多少人？')}", ".asked-back"),
    "library": ("?p=library", ".library"),
    "feedback": ("?p=feedback", ".opinions"),
}


def main() -> None:
    """Serve the checkout's index and photograph its pages."""
    PICTURES.mkdir(exist_ok=True)
    with serving() as url, sync_playwright() as playwright:
        chromium = os.environ.get("REPORTQA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            take_all(browser, url, size, "light")
        take_all(browser, url, "wide", "dark")
        browser.close()


def take_all(browser: Browser, url: str, size: str, scheme: str) -> None:
    """Photograph every page at one size in one colour scheme."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(120_000)
    for name, (query, ready) in PAGES.items():
        page.goto(f"{url}/{query}")
        page.wait_for_selector(ready)
        take(page, f"{name}-{size}-{scheme}")
    page.goto(f"{url}/{PAGES['answer'][0]}")
    page.click(".citation")
    page.wait_for_selector(".reader .place")
    take(page, f"reader-{size}-{scheme}")
    page.goto(f"{url}/?p=batch")
    with tempfile.TemporaryDirectory() as folder:
        questions = Path(folder) / "常见问题.txt"
        questions.write_text(QUESTIONS, "utf-8")
        page.set_input_files("#questions input[type=file]", questions)
        page.wait_for_selector("#questions .file-preview")
        page.get_by_role("button", name="全部回答").click()
        page.wait_for_selector("#downloads .file-preview")
    take(page, f"batch-{size}-{scheme}")
    context.close()


def take(page: Page, name: str) -> None:
    """Photograph what is in view, once it has come to rest."""
    page.wait_for_timeout(600)
    page.screenshot(path=PICTURES / f"{name}.png")


@contextmanager
def serving() -> Iterator[str]:
    """The address of the web app over the checkout's index."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, ROOT / "app.py", "--port", url.rpartition(":")[2], *sys.argv[1:]]
    app = subprocess.Popen(command, cwd=ROOT)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(600):
            try:
                direct.open(url, timeout=30).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        app.terminate()
        app.wait()


if __name__ == "__main__":
    main()
