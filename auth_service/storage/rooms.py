"""Rooms, invitations and sessions in the database.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Insert, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.storage import rows
from auth_service.storage.records import Invitation, Room, Session
from auth_service.storage.tables import interpreters, invitations, rooms, sessions, waiting
from foundation.database import reading, transaction
from protocol.control import Wish


class RoomExists(Exception):
    """The name is taken."""


class Storage:
    """Each method is one transaction; `now` is Unix time, s."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @property
    def engine(self) -> AsyncEngine:
        """For those who keep other things in the same database."""
        return self._engine

    async def ping(self) -> None:
        """Raises StorageError when the database does not answer."""
        async with reading(self._engine) as connection:
            await connection.execute(select(func.count()).select_from(rooms).where(rooms.c.name == ""))

    async def add_room(
        self,
        room: Room,
        first: Sequence[Invitation],
        people: Sequence[Session] = (),
        interpreter: Wish | None = None,
    ) -> None:
        """Stores a room together with its first invitations and those who are in it from the beginning, and with
        `interpreter` one that is wanted. Raises RoomExists."""
        async with transaction(self._engine) as connection:
            try:
                await connection.execute(
                    insert(rooms).values(
                        name=room.name,
                        title=room.title,
                        languages=None if room.languages is None else list(room.languages),
                        source_language=room.source_language,
                        created_at=room.created_at,
                        chat=room.chat,
                        locked=room.locked,
                        lobby=room.lobby,
                        recording=room.recording,
                        device=room.device,
                        encrypted=room.encrypted,
                    )
                )
            except IntegrityError as error:
                raise RoomExists(room.name) from error
            await connection.execute(_first_wish(room, interpreter))
            for invitation in first:
                await rows.add_invitation(connection, invitation)
            for session in people:
                await rows.add_session(connection, session)

    async def room(self, name: str) -> Room | None:
        """Also one that is closed or erased; None where there is none, or none any more."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(rooms).where(rooms.c.name == name))).one_or_none()
        return None if row is None else rows.room(row)

    async def open_rooms_of(self, device: str | None = None) -> list[Room]:
        """Those that a paired device made and nobody has closed, the oldest first; None: those of all devices."""
        whose = rooms.c.device.is_not(None) if device is None else rooms.c.device == device
        query = select(rooms).where(whose, rooms.c.closed_at.is_(None))
        async with reading(self._engine) as connection:
            found = await connection.execute(query.order_by(rooms.c.created_at, rooms.c.name))
            return [rows.room(row) for row in found]

    async def close_room(self, name: str, now: float) -> None:
        """Closes the room, revokes its invitations, ends its sessions and sends away who waits."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                update(rooms).where(rooms.c.name == name, rooms.c.closed_at.is_(None)).values(closed_at=now)
            )
            await connection.execute(
                update(invitations)
                .where(invitations.c.room == name, invitations.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            await connection.execute(
                update(sessions)
                .where(sessions.c.room == name, sessions.c.ended_at.is_(None))
                .values(ended_at=now)
            )
            await connection.execute(delete(waiting).where(waiting.c.room == name))

    async def add_invitation(self, invitation: Invitation) -> None:
        """Its room must exist."""
        async with transaction(self._engine) as connection:
            await rows.add_invitation(connection, invitation)

    async def invitation(self, identifier: str) -> tuple[Invitation, Room] | None:
        """An invitation with its room."""
        async with reading(self._engine) as connection:
            row = (
                await connection.execute(select(invitations).where(invitations.c.id == identifier))
            ).one_or_none()
            if row is None:
                return None
            room = (await connection.execute(select(rooms).where(rooms.c.name == row.room))).one()
        return rows.invitation(row), rows.room(room)

    async def invitations(self, room: str) -> list[Invitation]:
        """Oldest first."""
        query = select(invitations).where(invitations.c.room == room)
        async with reading(self._engine) as connection:
            found = await connection.execute(query.order_by(invitations.c.created_at, invitations.c.id))
            return [rows.invitation(row) for row in found]

    async def use_invitation(
        self, identifier: str, session: Session, now: float, *, waited: bool = False
    ) -> bool:
        """Counts one use and stores the session it is for, both or neither.

        Args:
            waited: the session is of somebody who waited and was let in; they wait no longer.

        Returns:
            False where the invitation is not valid any more: of two who want the last use one gets it. Also where
            they waited and do so no more: of two who come in with one secret one does.
        """
        still_good = and_(
            invitations.c.id == identifier,
            invitations.c.revoked_at.is_(None),
            invitations.c.shut_at.is_(None),
            invitations.c.expires_at > now,
            or_(invitations.c.uses.is_(None), invitations.c.used < invitations.c.uses),
        )
        async with transaction(self._engine) as connection:
            if waited:
                let_in = and_(waiting.c.fingerprint == session.fingerprint, waiting.c.answer == "admitted")
                if (await connection.execute(delete(waiting).where(let_in))).rowcount == 0:
                    return False
            result = await connection.execute(
                update(invitations).where(still_good).values(used=invitations.c.used + 1)
            )
            if result.rowcount == 0:
                return False
            await rows.add_session(connection, session)
        return True

    async def revoke(self, room: str, identifier: str, now: float, *, end_sessions: bool) -> list[str] | None:
        """Revokes one invitation of a room, again or for the first time.

        Returns:
            Identities whose sessions it ended; None where the room has no such invitation.
        """
        of_it = and_(invitations.c.id == identifier, invitations.c.room == room)
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(invitations.c.id).where(of_it))).one_or_none()
            if found is None:
                return None
            await connection.execute(
                update(invitations).where(of_it, invitations.c.revoked_at.is_(None)).values(revoked_at=now)
            )
            if not end_sessions:
                return []
            ended = and_(sessions.c.invitation == identifier, sessions.c.ended_at.is_(None))
            gone = (await connection.execute(select(sessions.c.identity).where(ended))).scalars().all()
            await connection.execute(update(sessions).where(ended).values(ended_at=now))
        return list(gone)

    async def session(self, fingerprint: str) -> Session | None:
        """By the fingerprint of its secret; also one that was ended or ran out."""
        query = select(sessions).where(sessions.c.fingerprint == fingerprint)
        async with reading(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else rows.session(row)

    async def session_as(self, identities: Sequence[str]) -> Session | None:
        """The session of an identity that is one of these, of which there is one at most."""
        query = select(sessions).where(sessions.c.identity.in_(identities)).limit(1)
        async with reading(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else rows.session(row)

    async def sessions_of(self, room: str, identities: Sequence[str]) -> list[Session]:
        """Those of some identities in a room, in no order."""
        query = select(sessions).where(sessions.c.room == room, sessions.c.identity.in_(identities))
        async with reading(self._engine) as connection:
            return [rows.session(row) for row in await connection.execute(query)]

    async def end_session(self, room: str, identity: str, now: float, *, shut_link: bool = False) -> bool:
        """Ends one session, again or for the first time; with `shut_link` nobody new comes by its invitation.

        Returns:
            False where nobody of that identity ever joined the room.
        """
        of_it = and_(sessions.c.room == room, sessions.c.identity == identity)
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(sessions.c.invitation).where(of_it))).one_or_none()
            if found is None:
                return False
            await connection.execute(
                update(sessions).where(of_it, sessions.c.ended_at.is_(None)).values(ended_at=now)
            )
            if shut_link:
                await connection.execute(
                    update(invitations)
                    .where(invitations.c.id == found.invitation, invitations.c.shut_at.is_(None))
                    .values(shut_at=now)
                )
        return True

    async def ended_sessions(self, room: str | None = None) -> dict[str, set[str]]:
        """Identities whose sessions were ended, by room."""
        query = select(sessions.c.room, sessions.c.identity).where(sessions.c.ended_at.is_not(None))
        if room is not None:
            query = query.where(sessions.c.room == room)
        by_room: dict[str, set[str]] = {}
        async with reading(self._engine) as connection:
            for row in await connection.execute(query):
                by_room.setdefault(row.room, set()).add(row.identity)
        return by_room

    async def set_door(self, room: str, *, locked: bool, lobby: bool) -> None:
        """Says who gets in from now on."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                update(rooms).where(rooms.c.name == room).values(locked=locked, lobby=lobby)
            )

    async def allow_chat(self, room: str, *, allowed: bool) -> None:
        """Whether speakers and listeners may send data from now on; a room that does not exist is no error."""
        async with transaction(self._engine) as connection:
            await connection.execute(update(rooms).where(rooms.c.name == room).values(chat=allowed))

    async def allow_recording(self, room: str, *, allowed: bool) -> None:
        """Whether pages may record from now on; a room that does not exist is no error."""
        async with transaction(self._engine) as connection:
            await connection.execute(update(rooms).where(rooms.c.name == room).values(recording=allowed))


def _first_wish(room: Room, interpreter: Wish | None) -> Insert:
    return insert(interpreters).values(
        room=room.name,
        wanted=interpreter is not None,
        wish=(interpreter or Wish()).message(),
        version=0 if interpreter is None else 1,
        told=0,
        changed_at=0.0 if interpreter is None else room.created_at,
        failures=0,
    )
