"""The agent framework's server, for tests of how a worker ends."""

from __future__ import annotations

import asyncio

from worker.figures.channel import FiguresChannel
from worker.figures.gathering import Gathering


class FakeServer:
    """The framework's server with a room that does not end by itself."""

    under_way, rooms, trouble = True, 1, ""
    registered = can_start = True

    def __init__(self) -> None:
        self.closed, self.drained = asyncio.Event(), 0
        self.figures = Gathering()
        self.channel = FiguresChannel(self.figures.take)

    async def run(self) -> None:
        await self.closed.wait()

    async def drain(self) -> None:
        self.drained += 1
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed.set()

    async def abandon(self) -> None: ...
