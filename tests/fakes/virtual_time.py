"""An event loop whose time passes only when nothing is left to do: a sleep takes no time, and wakes in its order.

For tests of what runs in the loop alone, without threads, sockets or programs: nothing that comes from outside can
come in time. `pytest.mark.virtual_time` asks for it.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class NothingWillHappen(RuntimeError):
    """All wait, and nothing is due: with real time the test would wait until its limit."""


class _Selector(selectors.DefaultSelector):
    """Where the loop would wait, its time is put forward instead."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise NothingWillHappen
        ready = super().select(0)
        if not ready:
            self.loop.at_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Begins at 1000 s."""

    def __init__(self) -> None:
        self.at_s = 1000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.at_s
