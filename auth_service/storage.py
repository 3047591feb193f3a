"""Rooms, invitations and sessions in the database.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth_service.database import transaction
from auth_service.policy import Role
from auth_service.records import Invitation, Room, Session, Wish
from auth_service.schema import interpreters, invitations, rooms, sessions


class RoomExists(Exception):
    """The name is taken."""


class Storage:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ping(self) -> None:
        """Raises StorageError when the database does not answer."""
        async with transaction(self._engine) as connection:
            await connection.execute(select(func.count()).select_from(rooms).where(rooms.c.name == ""))

    async def add_room(self, room: Room, first: list[Invitation]) -> None:
        """Stores a room together with its first invitations. Raises RoomExists."""
        async with transaction(self._engine) as connection:
            try:
                await connection.execute(
                    insert(rooms).values(
                        name=room.name,
                        title=room.title,
                        languages=None if room.languages is None else list(room.languages),
                        source_language=room.source_language,
                        created_at=room.created_at,
                    )
                )
            except IntegrityError as error:
                raise RoomExists(room.name) from error
            await connection.execute(
                insert(interpreters).values(
                    room=room.name,
                    wanted=False,
                    wish=Wish().message(),
                    version=0,
                    told=0,
                    changed_at=0.0,
                    failures=0,
                )
            )
            for invitation in first:
                await _add_invitation(connection, invitation)

    async def room(self, name: str) -> Room | None:
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(rooms).where(rooms.c.name == name))).one_or_none()
        return None if row is None else _room(row)

    async def close_room(self, name: str, now: float) -> None:
        """Closes the room, revokes its invitations and ends its sessions."""
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

    async def add_invitation(self, invitation: Invitation) -> None:
        async with transaction(self._engine) as connection:
            await _add_invitation(connection, invitation)

    async def invitation(self, identifier: str) -> tuple[Invitation, Room] | None:
        """An invitation with its room."""
        async with transaction(self._engine) as connection:
            row = (
                await connection.execute(select(invitations).where(invitations.c.id == identifier))
            ).one_or_none()
            if row is None:
                return None
            room = (await connection.execute(select(rooms).where(rooms.c.name == row.room))).one()
        return _invitation(row), _room(room)

    async def invitations(self, room: str) -> list[Invitation]:
        """Oldest first."""
        query = select(invitations).where(invitations.c.room == room)
        async with transaction(self._engine) as connection:
            rows = await connection.execute(query.order_by(invitations.c.created_at, invitations.c.id))
            return [_invitation(row) for row in rows]

    async def use_invitation(self, identifier: str, session: Session, now: float) -> bool:
        """Counts one use and stores the session it is for, both or neither.

        Returns:
            False where the invitation is not valid any more: of two who want the last use one gets it.
        """
        still_good = and_(
            invitations.c.id == identifier,
            invitations.c.revoked_at.is_(None),
            invitations.c.expires_at > now,
            or_(invitations.c.uses.is_(None), invitations.c.used < invitations.c.uses),
        )
        async with transaction(self._engine) as connection:
            result = await connection.execute(
                update(invitations).where(still_good).values(used=invitations.c.used + 1)
            )
            if result.rowcount == 0:
                return False
            await connection.execute(
                insert(sessions).values(
                    fingerprint=session.fingerprint,
                    identity=session.identity,
                    room=session.room,
                    invitation=session.invitation,
                    role=session.role.value,
                    name=session.name,
                    attributes=session.attributes,
                    created_at=session.created_at,
                    ends_at=session.ends_at,
                )
            )
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
            rows = (await connection.execute(select(sessions.c.identity).where(ended))).scalars().all()
            await connection.execute(update(sessions).where(ended).values(ended_at=now))
        return list(rows)

    async def session(self, fingerprint: str) -> Session | None:
        query = select(sessions).where(sessions.c.fingerprint == fingerprint)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _session(row)

    async def end_session(self, room: str, identity: str, now: float) -> bool:
        """Returns False where nobody of that identity ever joined the room."""
        of_it = and_(sessions.c.room == room, sessions.c.identity == identity)
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(sessions.c.identity).where(of_it))).one_or_none()
            if found is None:
                return False
            await connection.execute(
                update(sessions).where(of_it, sessions.c.ended_at.is_(None)).values(ended_at=now)
            )
        return True

    async def ended_sessions(self, since: float, room: str | None = None) -> dict[str, set[str]]:
        """Identities of sessions that were ended since then, by room."""
        query = select(sessions.c.room, sessions.c.identity).where(sessions.c.ended_at >= since)
        if room is not None:
            query = query.where(sessions.c.room == room)
        by_room: dict[str, set[str]] = {}
        async with transaction(self._engine) as connection:
            for row in await connection.execute(query):
                by_room.setdefault(row.room, set()).add(row.identity)
        return by_room

    async def purge(self, sessions_before: float, rooms_before: float) -> int:
        """Forgets sessions over since then, and rooms no invitation to which was valid since then.

        Returns: how many rooms.
        """
        recent = exists().where(invitations.c.room == rooms.c.name, invitations.c.expires_at >= rooms_before)
        async with transaction(self._engine) as connection:
            await connection.execute(delete(sessions).where(sessions.c.ends_at < sessions_before))
            result = await connection.execute(delete(rooms).where(~recent, rooms.c.created_at < rooms_before))
        return int(result.rowcount)


async def _add_invitation(connection: AsyncConnection, invitation: Invitation) -> None:
    await connection.execute(
        insert(invitations).values(
            id=invitation.id,
            room=invitation.room,
            role=invitation.role.value,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            uses=invitation.uses,
            used=invitation.used,
        )
    )


def _room(row: Row[Any]) -> Room:
    languages = None if row.languages is None else tuple(row.languages)
    return Room(row.name, row.title, languages, row.source_language, row.created_at, row.closed_at)


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        row.id, row.room, Role(row.role), row.created_at, row.expires_at, row.uses, row.used, row.revoked_at
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        row.fingerprint,
        row.identity,
        row.room,
        row.invitation,
        Role(row.role),
        row.name,
        dict(row.attributes),
        row.created_at,
        row.ends_at,
        row.ended_at,
    )
