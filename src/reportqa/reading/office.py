"""Word documents of the old form (.doc) and of WPS (.wps), made into .docx by LibreOffice where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from email import policy
from email.parser import BytesParser
from pathlib import Path

from reportqa.errors import ReadingError
from reportqa.reading.html import read_html
from reportqa.reading.kinds import DOC, HTML, RTF, kind_of, misnamed
from reportqa.reading.recognition import Recogniser
from reportqa.reading.source import Source
from reportqa.reading.word import read_word

_PROGRAMS = ("soffice", "libreoffice")
PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)
_SECONDS = 180
_ARCHIVE = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)
_ADVICE = "请用 Word 或 WPS 另存为 .docx"


def read_old_word(data: bytes, path: Path, recogniser: Recogniser) -> Source:
    """Read a .doc or .wps file through LibreOffice; one that is a web page or a web archive is read as that.

    Raises ReadingError where the file is none, where LibreOffice is not installed, fails, or takes too long.
    """
    kind = kind_of(data)
    page = data if kind is HTML else _archived_page(data)
    if page is not None:
        # Word saves web pages under its own ending, alone or in an archive with their pictures.
        return read_html(page, path, recogniser)
    if kind not in (DOC, RTF):
        damaged = ReadingError(f"文件损坏：{path.name} 不是 Word 文档（{_ADVICE}）。")
        raise misnamed(path.name, kind) if kind else damaged
    program = _program()
    if program is None:
        ending = path.suffix.lower()
        raise ReadingError(f"读不了 {ending} 文件：{path.name}（{_ADVICE}；装了 LibreOffice 则会自动转换）。")
    with tempfile.TemporaryDirectory(prefix="reportqa-") as folder:
        return read_word(_converted(program, data, path, Path(folder)), path, recogniser)


def _archived_page(data: bytes) -> bytes | None:
    """Return the page of a web archive (.mht); None where a file is none."""
    if not _ARCHIVE.match(data):
        return None
    for part in BytesParser(policy=policy.default).parsebytes(data).walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            return page if isinstance(page, bytes) else None
    return None


def _program() -> str | None:
    found = next((place for name in _PROGRAMS if (place := shutil.which(name))), None)
    return found or next((place for place in PLACES if Path(place).is_file()), None)


def _converted(program: str, data: bytes, path: Path, folder: Path) -> bytes:
    # Under a name of its own: what the file is called is none of the program's business.
    source = folder / f"source{path.suffix.lower()}"
    source.write_bytes(data)
    profile = (folder / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck"]
    _run([*command, "--convert-to", "docx", "--outdir", str(folder), str(source)], path.name)
    try:
        return (folder / "source.docx").read_bytes()
    except OSError as error:
        raise ReadingError(f"转换不了：{path.name}，LibreOffice 打不开它（{_ADVICE}）。") from error


def _run(command: list[str], name: str) -> None:
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError as error:
        raise ReadingError(f"转换不了：{name}，LibreOffice 启动不了（{_ADVICE}）。") from error
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired as error:
        minutes = _SECONDS // 60
        raise ReadingError(f"转换不了：{name}，LibreOffice 用了 {minutes} 分钟还没完成（{_ADVICE}）。") from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program with those that it has started; where it has ended by itself, nothing is done."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
