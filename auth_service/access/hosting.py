"""What organisers may do to others in their room: mute them, and make them organisers.

An organiser's rights hang on a session: they last as long as it does, and others who came by the same link get none.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from auth_service.access.invitations import Organiser, grant
from auth_service.access.revocations import Revocations
from auth_service.errors import Refused
from auth_service.livekit_server import MediaServer
from auth_service.policy import Role, grants
from auth_service.storage.organisers import Organisers
from auth_service.storage.records import Session
from auth_service.storage.rooms import Storage
from protocol.hosting import muted, organisers_changed

log = structlog.get_logger(__name__)


class Hosting:
    """Raises Refused for what may not be done, MediaServerError, StorageError.

    Args:
        session_s: how long a session lasts at most.
    """

    def __init__(
        self,
        storage: Storage,
        organisers: Organisers,
        revocations: Revocations,
        media: MediaServer,
        *,
        session_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._storage, self._organisers, self._revocations = storage, organisers, revocations
        self._media, self._session_s, self._clock = media, session_s, clock

    async def mute(self, organiser: Organiser, identity: str) -> int:
        """Closes somebody's microphone, which they may open again; returns 0 where it was not open."""
        room = organiser.room.name
        there = await self._media.open_microphones(room)
        if identity not in there:
            raise Refused(404, "not_found", "Nobody of that identity is in this room.")
        return len(await self._close(organiser, {identity: there[identity]}))

    async def mute_others(self, organiser: Organiser) -> int:
        """Closes all microphones but the organiser's own; returns how many were open."""
        there = await self._media.open_microphones(organiser.room.name)
        return len(
            await self._close(organiser, {who: there[who] for who in there if who != organiser.identity})
        )

    async def organisers(self, organiser: Organiser) -> list[Session]:
        """All that there are, whether or not they are in the room now."""
        return await self._organisers.of(organiser.room.name)

    async def appoint(self, organiser: Organiser, identity: str) -> None:
        """Makes somebody an organiser; who is one already stays one."""
        session = await self._member(organiser, identity)
        if session.role is Role.READER:
            raise Refused(409, "reader", "Who only reads captions cannot be made an organiser.")
        await self._organisers.set(organiser.room.name, identity, self._clock())
        await self._tell(organiser, identity, Role.ORGANISER)

    async def dismiss(self, organiser: Organiser, identity: str) -> None:
        """Takes it back that somebody was made an organiser; who was not is none afterwards either."""
        session = await self._member(organiser, identity)
        if session.role is Role.ORGANISER:
            raise Refused(409, "organiser_by_link", "They came by a link for organisers and stay one.")
        await self._organisers.set(organiser.room.name, identity, None)
        if session.organiser_at is not None:
            await self._revocations.add(grant(session), self._session_s)
        await self._tell(organiser, identity, session.role)

    async def _member(self, organiser: Organiser, identity: str) -> Session:
        room = organiser.room.name
        session = await self._storage.session_as([identity])
        if session is None or session.room != room or session.ended_at is not None:
            raise Refused(404, "not_found", "Nobody of that identity joined this room.")
        return session

    async def _tell(self, organiser: Organiser, identity: str, role: Role) -> None:
        """Gives them the role's rights in the room, and has their page and the organisers' learn it at once."""
        room, organises = organiser.room, role is Role.ORGANISER
        log.info(
            "organiser appointed" if organises else "organiser dismissed",
            room=room.name,
            identity=identity,
            by=organiser.identity,
        )
        await self._media.permit(room.name, identity, grants(role, room.name, chat=room.chat))
        concerned = {each.identity for each in await self._organisers.of(room.name)} | {identity}
        message = organisers_changed(identity, organises=organises, by=organiser.identity)
        await self._media.tell(room.name, sorted(concerned), message)

    async def _close(self, organiser: Organiser, microphones: dict[str, tuple[str, ...]]) -> list[str]:
        room = organiser.room.name
        closed = []
        for identity, tracks in microphones.items():
            if tracks and await self._media.mute(room, identity, tracks):
                log.info("participant muted", room=room, identity=identity, by=organiser.identity)
                closed.append(identity)
        if closed:
            await self._media.tell(room, closed, muted(by=organiser.identity))
        return closed
