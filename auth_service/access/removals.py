"""Keeps out whom an organiser removed.

livekit-server lets a removed participant come back as long as they hold a token that is still valid, and hands them a
fresh one at each visit. So they are removed again whenever they are seen, for as long as their room is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from auth_service.errors import MediaServerError
from auth_service.livekit_server import MediaServer
from auth_service.storage.rooms import Storage
from foundation.database import StorageError
from foundation.supervision import kinds
from foundation.tally import Tally

log = structlog.get_logger(__name__)

INTERVAL_S = 2.0


class Removals:
    """Looks for those whose session was ended."""

    def __init__(
        self,
        media: MediaServer,
        storage: Storage,
        *,
        failed: Callable[[str, Exception], None] = lambda name, error: None,
    ) -> None:
        self._media, self._storage, self._failed = media, storage, failed
        self._away = Tally()

    async def enforce(self, room: str) -> int:
        """Removes all whose session was ended from a room; returns how many. Raises MediaServerError, StorageError."""
        ended = await self._storage.ended_sessions(room)
        return await self._keep_out(room, ended.get(room, set()))

    async def enforce_everywhere(self) -> int:
        """The same in all rooms that exist now; one that cannot be looked at is logged and left for the next time.

        Raises:
            MediaServerError, StorageError: it is not known which rooms there are, or who was removed.
        """
        ended = await self._storage.ended_sessions(None)
        if not ended:
            return 0
        removed = 0
        for room in sorted(ended.keys() & await self._media.live_rooms()):
            try:
                removed += await self._keep_out(room, ended[room])
            except MediaServerError as error:
                self._log_away(error)
            except Exception as error:  # what is wrong with one room must not let people into the others
                self._failed("removals", error)
                if times := self._away.count(room):
                    log.exception(
                        "removed participants not looked for", room=room, kinds=kinds(error), times=times
                    )
        return removed

    async def run(self) -> None:
        """Looks at all rooms until cancelled."""
        while True:
            try:
                await self.enforce_everywhere()
            except (MediaServerError, StorageError) as error:
                self._log_away(error)
            await asyncio.sleep(INTERVAL_S)

    async def _keep_out(self, room: str, identities: set[str]) -> int:
        if not identities:
            return 0
        there = identities & await self._media.people(room)
        for identity in there:
            await self._media.remove(room, identity)
            log.info("participant kept out", room=room, identity=identity)
        return len(there)

    def _log_away(self, error: Exception) -> None:
        if times := self._away.count(str(error)):
            log.warning("removed participants not looked for", error=str(error), times=times)
