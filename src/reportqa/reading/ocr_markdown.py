"""Markdown as programs write it that recognise pages: HTML tables to pipe tables, simple LaTeX to plain characters."""

from __future__ import annotations

import re

from lxml import etree

from reportqa.reading.html_tables import html_grid
from reportqa.reading.marks import raised
from reportqa.reading.pipe_tables import PipeTable, write_grid

_TABLE = re.compile(r"(?:<html>\s*)?(?:<body>\s*)?<table\b.*?</table\s*>(?:\s*</body>)?(?:\s*</html>)?", re.S | re.I)
_INNER = re.compile(r"<table\b.*?</table\s*>", re.S | re.I)
_LONGEST_TABLE = 2_000_000
_SUP = re.compile(r"<sup>\s*([^<>\n]{1,8})\s*</sup>", re.I)
_MATH = re.compile(r"(?<!\\)\$([^$\n\u2e80-\uffef]{1,80})(?<!\\)\$")
# What a command of LaTeX shows; a command that is not here leaves its formula as it is.
_SIGNS = {
    "%": "%", "$": "$", "&": "&", "#": "#", ",": "", ";": "", "!": "", ":": "", " ": "", "~": "~",
    "geq": "≥", "ge": "≥", "geqslant": "≥", "leq": "≤", "le": "≤", "leqslant": "≤", "times": "×", "div": "÷", "pm": "±",
    "sim": "~", "approx": "≈", "cdot": "·", "circ": "°", "to": "→", "quad": " ", "permil": "‰", "textperthousand": "‰",
}  # fmt: skip
_FACES = re.compile(r"\\(?:mathbf|mathrm|mathsf|mathit|text|textbf|textrm|boldsymbol|bf|rm)(?![A-Za-z])")
_COMMAND = re.compile(r"\\([A-Za-z]+|[^A-Za-z])")
_RAISED = re.compile(r"\^\s*(?:\{([^{}]*)\}|(\S))")
_WORDS = re.compile(r"[A-Za-z]{4,}|[A-Za-z]\s+[A-Za-z]{2,}")
_HELD = re.compile(r"[^\d.,%‰~≥≤≈×÷±·°→+\-−/:()\sA-Za-z⁰-⁹¹²³⁽⁾]")


def plain_markdown(text: str) -> str:
    r"""Write the tables and the simple formulas of a Markdown text as they are read; all else stays as it is.

    >>> plain_markdown("就业率 $9 6 . 8 \\%$ ，占地 $\\mathrm { m } ^ { 2 }$ ，共 620 人<sup>①</sup>。")
    '就业率 96.8% ，占地 m² ，共 620 人①。'
    >>> plain_markdown("<table><tr><td>职称</td><td>人数</td></tr><tr><td>正高</td><td>41</td></tr></table>")
    '| 职称 | 人数 |\n|---|---|\n| 正高 | 41 |'

    A formula of other commands than those of signs and type faces, or of words, is no simple one: $\\frac{a}{b}$.
    """
    text = _TABLE.sub(_table, text) if "<table" in text.lower() else text
    text = _MATH.sub(_formula, text) if "$" in text else text
    return _SUP.sub(lambda found: raised(found[1]), text) if "<sup>" in text.lower() else text


def _table(found: re.Match[str]) -> str:
    inner = _INNER.search(found[0])
    if inner is None or len(inner[0]) > _LONGEST_TABLE:
        return found[0]
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(_MATH.sub(_formula, inner[0]).encode("utf-8", "replace"), parser)
    table = None if root is None else next(root.iter("table"), None)
    if table is None:
        return found[0]
    lines = write_grid(PipeTable(*html_grid(table)))
    return "\n\n".join("\n".join(part) for part in (lines.before, lines.block, lines.after) if part)


def _formula(found: re.Match[str]) -> str:
    words = _FACES.sub("", found[1])
    words = _RAISED.sub(lambda part: raised((part[1] if part[1] is not None else part[2]).strip()), words)
    if _WORDS.search(re.sub(r"\\[A-Za-z]+", "", words)):
        return found[0]
    signs = [part[1] for part in _COMMAND.finditer(words)]
    if not all(sign in _SIGNS for sign in signs):
        return found[0]
    words = _COMMAND.sub(lambda part: _SIGNS[part[1]], words).translate({ord("{"): None, ord("}"): None})
    words = re.sub(r"\s+", "", words)
    return found[0] if not words or _HELD.search(words) or words[-1] in "-−,~/:.(" else words
