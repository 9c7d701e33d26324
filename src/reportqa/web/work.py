"""Long work that somebody at a page can pause, go on with and stop."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_AT_ONCE = 2
_PAUSED_AT_MOST = 1800
_Item = TypeVar("_Item")


class Work:
    """One piece of work; a paused one gives its turn to others, and stops where nobody comes back for half an hour."""

    def __init__(self, turns: threading.Semaphore) -> None:
        self._turns = turns
        self._going = threading.Event()
        self._going.set()
        self.stopped = False

    @property
    def paused(self) -> bool:
        """Whether it waits to be gone on with."""
        return not self._going.is_set()

    def pause(self) -> None:
        """Let it wait after the step that it is at."""
        self._going.clear()

    def resume(self) -> None:
        """Let it go on."""
        self._going.set()

    def stop(self) -> None:
        """End it after the step that it is at."""
        self.stopped = True
        self._going.set()

    def over(self, steps: Iterable[_Item]) -> Iterator[_Item]:
        """Take the steps one by one, as long as nobody stops them.

        >>> work = Works().of("a")
        >>> [(number, work.stop() if number == 2 else None)[0] for number in work.over([1, 2, 3])]
        [1, 2]
        """
        left = iter(steps)
        while self._going.wait(_PAUSED_AT_MOST) and not self.stopped:
            with self._turns:
                try:
                    step = next(left)
                except StopIteration:
                    return
            yield step
        self.stopped = True


class Works:
    """The work of each page that is open, by the name of its session."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._begun: dict[str | None, Work] = {}

    def of(self, session: str | None) -> Work:
        """Return the work of a session; one that has none gets work that nobody waits for."""
        return self._begun.get(session) or Work(self._turns)

    @contextmanager
    def begun(self, session: str | None) -> Iterator[Work]:
        """Begin the work of a session, and forget it at the end."""
        work = self._begun[session] = Work(self._turns)
        try:
            yield work
        finally:
            if self._begun.get(session) is work:
                del self._begun[session]
