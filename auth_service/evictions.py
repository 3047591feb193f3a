"""Keeps out whom an organiser removed.

livekit-server lets a removed participant come back as long as they hold a token that is still valid, and hands them a
fresh one at each visit. So they are removed again whenever they are seen, for as long as their room is known.
"""

from __future__ import annotations

import asyncio

import structlog

from auth_service.errors import MediaServerError, StorageError
from auth_service.media import MediaServer
from auth_service.storage import Storage

log = structlog.get_logger(__name__)

INTERVAL_S = 2.0


class Evictions:
    """Looks for those whose session was ended."""

    def __init__(self, media: MediaServer, storage: Storage) -> None:
        self._media, self._storage = media, storage

    async def enforce(self, room: str | None = None) -> int:
        """Removes all whose session was ended, from one room or all; returns how many. Raises MediaServerError,
        StorageError; where all rooms are looked at, one that cannot be is left for the next time."""
        ended = await self._storage.ended_sessions(room)
        if room is not None:
            return await self._put_out(room, ended.get(room, set()))
        if not ended:
            return 0
        removed = 0
        for name in ended.keys() & await self._media.live_rooms():
            try:
                removed += await self._put_out(name, ended[name])
            except MediaServerError as error:
                log.warning("removed participants not looked for", room=name, error=str(error))
        return removed

    async def _put_out(self, room: str, identities: set[str]) -> int:
        if not identities:
            return 0
        there = identities & await self._media.people(room)
        for identity in there:
            await self._media.remove(room, identity)
            log.info("participant kept out", room=room, identity=identity)
        return len(there)

    async def run(self) -> None:
        """Runs until cancelled; failures are logged and tried again."""
        while True:
            try:
                await self.enforce()
            except (MediaServerError, StorageError) as error:
                log.warning("removed participants not looked for", error=str(error))
            await asyncio.sleep(INTERVAL_S)
