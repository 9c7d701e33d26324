"""What of a Word document is not read, counted as the body is gone through and told in one line a kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_KINDS = {
    "chart": "{count} 个图表只有图形，图里的数据没有读。",
    "smart": "{count} 个 SmartArt 图形里的文字没有读。",
    "object": "{count} 个嵌入的对象（工作簿、文档、公式等）没有读。",
    "metafile": "{count} 张图片是浏览器不认识的格式（WMF、EMF 等），没有取出。",
    "part": "{count} 处插入的文件（altChunk）没有读：请在 Word 里打开另存，它会并入正文。",
}


@dataclass(slots=True)
class Losses:
    """The losses of one document.

    >>> losses = Losses()
    >>> losses.add("chart")
    >>> losses.lines()
    ('1 个图表只有图形，图里的数据没有读。',)
    """

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str) -> None:
        """Count one loss of a kind."""
        self.counts[kind] += 1

    def lines(self) -> tuple[str, ...]:
        """Return the lines for people, the gravest kind first."""
        return tuple(line.format(count=self.counts[kind]) for kind, line in _KINDS.items() if self.counts[kind])
