"""Work that somebody listens to live goes before work that nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class LiveFirst:
    """Lets live pieces of work in at once, and others one at a time while nothing live is asked for."""

    def __init__(self) -> None:
        self._live = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """At once."""
        self._live += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._live -= 1
            if not self._live:
                self._quiet.set()

    @asynccontextmanager
    async def unhurried(self) -> AsyncIterator[None]:
        """When nothing live is under way; whoever asks bounds the wait."""
        async with self._one:
            await self._quiet.wait()
            yield
