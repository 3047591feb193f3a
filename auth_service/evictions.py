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
from foundation.supervision import kinds
from foundation.tally import Tally

log = structlog.get_logger(__name__)

INTERVAL_S = 2.0


class Evictions:
    """Args: memory_s: how long a removed participant may hold a valid token."""

    def __init__(
        self,
        media: MediaServer,
        storage: Storage,
        *,
        memory_s: float,
        clock: Callable[[], float],
        failed: Callable[[str, Exception], None] = lambda name, error: None,
    ) -> None:
        self._media, self._storage, self._memory_s, self._clock = media, storage, memory_s, clock
        self._failed = failed
        self._away = Tally()

    async def enforce(self, room: str) -> int:
        """Removes all whose session was ended from a room; returns how many. Raises MediaServerError, StorageError."""
        ended = await self._storage.ended_sessions(self._clock() - self._memory_s, room)
        return await self._keep_out(room, ended.get(room, set()))

    async def run(self) -> None:
        """Looks at all rooms until cancelled; what fails in one is logged, and the others have their turn."""
        while True:
            try:
                ended = await self._storage.ended_sessions(self._clock() - self._memory_s)
            except StorageError as error:
                self._log_away(error)
                ended = {}
            for room, identities in ended.items():
                try:
                    await self._keep_out(room, identities)
                except MediaServerError as error:
                    self._log_away(error)
                except Exception as error:  # what is wrong with one room must not let people into the others
                    self._failed("removals", error)
                    if times := self._away.count(room):
                        log.exception(
                            "removed participants not looked for", room=room, kinds=kinds(error), times=times
                        )
            await asyncio.sleep(INTERVAL_S)

    async def _keep_out(self, room: str, identities: set[str]) -> int:
        there = identities & await self._media.people(room)
        for identity in there:
            await self._media.remove(room, identity)
            log.info("participant kept out", room=room, identity=identity)
        return len(there)

    def _log_away(self, error: Exception) -> None:
        if times := self._away.count(str(error)):
            log.warning("removed participants not looked for", error=str(error), times=times)
