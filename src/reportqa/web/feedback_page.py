"""反馈: what people thought of the answers, for the owner to read."""

from __future__ import annotations

from pathlib import Path

from reportqa.web.feedback import read_feedback
from reportqa.web.render import notice_html, render

_SHOWN = 300


def feedback_html(index: Path, owns: bool) -> str:
    """Render what was thought of the answers, what was of no use first; nobody but the owner reads it.

    Raises InputError where the file cannot be read.
    """
    if not owns:
        return notice_html("反馈只有管理员能看。")
    given = sorted(read_feedback(index), key=lambda one: one.useful)
    return render("feedback.html", given=given, shown=given[:_SHOWN])
