"""The agent framework's server, for tests of how a worker ends."""

from __future__ import annotations

import asyncio

from worker.figures.channel import FiguresChannel
from worker.figures.gathering import Gathering


class FakeServer:
    """The framework's server with a room that does not end by itself.

    Args:
        has_room: without one the drain is over at once.
        closing_s: how long it takes to close.
    """

    under_way, rooms, trouble = True, 1, ""
    registered = can_start = True

    def __init__(self, *, has_room: bool = True, closing_s: float = 0.0) -> None:
        self.closed, self.drained, self.closings = asyncio.Event(), 0, 0
        self._has_room, self._closing_s = has_room, closing_s
        self.figures = Gathering()
        self.channel = FiguresChannel(self.figures.take)

    async def run(self) -> None:
        await self.closed.wait()

    async def drain(self) -> None:
        self.drained += 1
        if self._has_room:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        """As the framework's: a second call finds that it was begun, and waits for nothing."""
        self.closings += 1
        if self.closings == 1:
            await asyncio.sleep(self._closing_s)
            self.closed.set()

    async def abandon(self) -> None: ...
