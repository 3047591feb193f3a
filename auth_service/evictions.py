"""Keeps out whom an organiser removed.

livekit-server lets a removed participant come back as long as they hold a token that is still valid; it forgets nothing
sooner on request. So they are removed again whenever they are seen, until every token they may hold has run out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from auth_service.errors import MediaServerError, StorageError
from auth_service.media import MediaServer
from auth_service.storage import Storage

log = structlog.get_logger(__name__)

INTERVAL_S = 2.0


class Evictions:
    """Args: memory_s: how long a removed participant may hold a valid token."""

    def __init__(
        self, media: MediaServer, storage: Storage, *, memory_s: float, clock: Callable[[], float]
    ) -> None:
        self._media, self._storage, self._memory_s, self._clock = media, storage, memory_s, clock

    async def enforce(self, room: str | None = None) -> int:
        """Removes all whose session was ended, from one room or all; returns how many. Raises MediaServerError,
        StorageError."""
        removed = 0
        ended = await self._storage.ended_sessions(self._clock() - self._memory_s, room)
        for name, identities in ended.items():
            for identity in identities & await self._media.people(name):
                await self._media.remove(name, identity)
                log.info("participant kept out", room=name, identity=identity)
                removed += 1
        return removed

    async def run(self) -> None:
        """Runs until cancelled; failures are logged and tried again."""
        while True:
            try:
                await self.enforce()
            except (MediaServerError, StorageError) as error:
                log.warning("removed participants not looked for", error=str(error))
            await asyncio.sleep(INTERVAL_S)
