"""Patterns that are compiled when they are first used: to compile all of them takes longer than to answer."""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast


class _Pattern(Generic[AnyStr]):
    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self._given: tuple[AnyStr, int] = (pattern, flags)
        self._compiled: re.Pattern[AnyStr] | None = None

    def __getattr__(self, name: str) -> Any:
        # Asked once for each name: what is found is kept, so that a later call goes straight to the compiled pattern.
        if self._compiled is None:
            self._compiled = re.compile(*self._given)
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled at its first use.

    >>> lazy("[0-9]+人").findall("男生3012人，女生2890人")
    ['3012人', '2890人']

    An error in the pattern is raised by the first use, not here.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(pattern, flags))
