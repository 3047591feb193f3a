"""The end of a room for everybody in it: its links and sessions, its interpreter, what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable

from auth_service.access.invitations import Invites
from auth_service.dispatch.interpreters import Interpreters
from auth_service.livekit_server import MediaServer
from auth_service.recordings import Recordings
from auth_service.storage.retention import Retention
from foundation import erasing


class Closing:
    """Raises MediaServerError, StorageError; what can be done without the media server is done first."""

    def __init__(
        self,
        invites: Invites,
        recordings: Recordings,
        retention: Retention,
        interpreters: Interpreters,
        media: MediaServer,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._invites, self._recordings, self._retention = invites, recordings, retention
        self._interpreters, self._media, self._clock = interpreters, media, clock

    async def close(self, room: str, *, erase: bool) -> None:
        """Ends a room; with `erase` nothing that is stored of it or of anybody in it is left."""
        await self._recordings.stop(room)
        await self._invites.close_room(room)
        if erase:  # before the media server is asked, which may be away: who closed a room cannot ask again
            await self._retention.erase(room, self._clock())
            erasing.tell("room", room)
            await self._recordings.sweep()
        await self._interpreters.dismiss(room)
        await self._media.end_room(room)
