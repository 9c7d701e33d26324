"""ZIP archives that come out the same whenever they are written, for Office documents."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

# The first moment that a ZIP archive can name.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PROPERTIES = "docProps/core.xml"
_WRITTEN = re.compile(rb"<dcterms:(created|modified)[^<]*</dcterms:\1>")


def save_settled(save: Callable[[Path], object], path: Path) -> None:
    """Let an Office document be saved beside ``path``, then settle it there."""
    unsettled = path.with_name(f"{path.name}.raw")
    try:
        save(unsettled)
        settle(unsettled, path)
    finally:
        unsettled.unlink(missing_ok=True)


def settle(source: Path, target: Path) -> None:
    """Copy an Office document without the times at which it was written, so that equal contents are equal bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _MOMENT)
            member.compress_type = zipfile.ZIP_DEFLATED
            with old.open(name) as reading, new.open(member, "w") as writing:
                if name == _PROPERTIES:
                    writing.write(_WRITTEN.sub(b"", reading.read()))
                else:
                    shutil.copyfileobj(reading, writing)
