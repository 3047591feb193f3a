"""The sign that this process lives: an attribute that it renews, over the connection for signals.

The channel for data may be full of what a guest sends; this does not travel over it. Who watches compares whether the
value changes, so nobody's clock matters (`docs/decisions/0010-signs-of-life.md`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from foundation.supervision import keep_running
from protocol.attributes import ALIVE

log = structlog.get_logger(__name__)

BEAT_S = 2.0
SET_LIMIT_S = 2.0


class Heartbeat:
    """Beats until it is cancelled.

    Args:
        set_attributes: merges attributes into the participant's own; whether it could.
    """

    def __init__(
        self,
        set_attributes: Callable[[dict[str, str]], Awaitable[bool]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._set, self._sleep = set_attributes, sleep
        self._beat = 0

    async def run(self) -> None:
        """Shows another number each time; one that cannot be shown is left out."""
        while True:
            self._beat += 1
            try:
                async with asyncio.timeout(SET_LIMIT_S):
                    await self._set({ALIVE: str(self._beat)})
            except TimeoutError:
                log.debug("heartbeat not confirmed", beat=self._beat)
            await self._sleep(BEAT_S)

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Beats meanwhile; whatever goes wrong, it is begun again."""
        task = asyncio.create_task(keep_running(self.run, name="heartbeat"), name="heartbeat")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
