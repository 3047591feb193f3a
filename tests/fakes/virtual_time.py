"""An event loop whose time passes only when nothing is left to do: a sleep takes no time, and wakes in its order.

For tests of what runs in the loop alone, without threads, sockets or programs: nothing that comes from outside can
come in time. `pytest.mark.virtual_time` asks for it where a whole test runs so, `in_virtual_time` runs a piece of one.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


class NothingWillHappen(RuntimeError):
    """All wait, and nothing is due: with real time the test would wait until its limit."""


class _Selector(selectors.DefaultSelector):
    """Where the loop would wait, its time is put forward instead."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise NothingWillHappen
            self.loop.at_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Its time begins at `at_s`."""

    def __init__(self, at_s: float = 1000.0) -> None:
        self.at_s = at_s
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.at_s


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end in a loop of its own, whose time begins at 0."""
    with asyncio.Runner(loop_factory=partial(VirtualTimeLoop, 0.0)) as runner:
        return runner.run(work)


def loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The one that a test asks for by its mark."""
    if item.get_closest_marker("virtual_time"):
        return {"virtual time": VirtualTimeLoop}
    return {"real time": asyncio.new_event_loop}
