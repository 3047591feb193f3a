"""How long things are kept, what is stored of one room, and how that is erased before its time.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth_service.storage.tables import (
    devices,
    interpreters,
    invitations,
    pairing_codes,
    ratings,
    recordings,
    rooms,
    sessions,
    waiting,
)
from foundation.database import reading, transaction
from protocol.control import Wish

_SECRETS = frozenset({"fingerprint", "name_salt", "claimed_by", "claimed_until"})
"""Columns that an export leaves out: they say nothing of anybody, and the first two open doors."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How long, in seconds."""

    names_s: float
    """What is known of a person, after their session could last be renewed."""
    rooms_s: float
    """A room, after its last link ran out or it was closed."""
    recordings_s: float
    """A recording, after it was stopped."""
    tokens_s: float
    """How long a token that was given out lets its holder come back; whom to keep out is known for as long."""


class Retention:
    """Forgets what its time is over for, and at once what somebody wants erased; `now` is Unix time, s."""

    def __init__(self, engine: AsyncEngine, kept: Kept) -> None:
        self._engine, self._kept = engine, kept

    async def purge(self, now: float) -> int:
        """Forgets what was kept long enough.

        Of a session that was ended its identity is kept as long as the room, to know it by should it come back.

        Returns: how many rooms.
        """
        sessions_before = now - self._kept.names_s
        rooms_before = now - max(self._kept.rooms_s, self._kept.tokens_s)
        over = sessions.c.ends_at < sessions_before
        ended = or_(over, sessions.c.ended_at < sessions_before)
        linked = exists().where(invitations.c.room == rooms.c.name, invitations.c.expires_at >= rooms_before)
        attended = exists().where(
            sessions.c.room == rooms.c.name, sessions.c.ended_at.is_(None), sessions.c.ends_at > now
        )
        unused = and_(~linked, ~attended, rooms.c.created_at < rooms_before)
        past = or_(unused, rooms.c.closed_at < rooms_before, rooms.c.erased_at < now - self._kept.tokens_s)
        async with transaction(self._engine) as connection:
            await connection.execute(delete(sessions).where(over, sessions.c.ended_at.is_(None)))
            await _forget_people(connection, and_(ended, sessions.c.name != ""))
            await connection.execute(delete(waiting).where(waiting.c.ends_at < sessions_before))
            await connection.execute(
                delete(recordings).where(recordings.c.stopped_at < now - self._kept.recordings_s)
            )
            await connection.execute(delete(pairing_codes).where(pairing_codes.c.expires_at < now))
            await connection.execute(delete(devices).where(devices.c.ends_at < now))
            result = await connection.execute(delete(rooms).where(past))
        return int(result.rowcount)

    async def erase(self, room: str, now: float) -> None:
        """Erases all that says anything of a closed room or of anybody in it.

        Files of recordings belong to none from then on: `Recordings.sweep` removes them. What is left are random
        identities, to keep their holders out while their tokens last; then they go as well.
        """
        async with transaction(self._engine) as connection:
            await connection.execute(
                update(rooms)
                .where(rooms.c.name == room)
                .values(title="", languages=None, source_language="auto", device=None, erased_at=now)
            )
            await connection.execute(
                update(interpreters).where(interpreters.c.room == room).values(wish=Wish().message())
            )
            await connection.execute(update(invitations).where(invitations.c.room == room).values(name=""))
            await _forget_people(connection, sessions.c.room == room)
            await connection.execute(delete(waiting).where(waiting.c.room == room))
            await connection.execute(delete(recordings).where(recordings.c.room == room))
            await connection.execute(delete(ratings).where(ratings.c.room == room))

    async def export(self, room: str) -> dict[str, Any]:
        """All that is stored of a room, by table, as JSON; times are Unix seconds."""
        named = {
            "room": select(rooms).where(rooms.c.name == room),
            "invitations": select(invitations).where(invitations.c.room == room),
            "sessions": select(sessions).where(sessions.c.room == room),
            "waiting": select(waiting).where(waiting.c.room == room),
            "recordings": select(recordings).where(recordings.c.room == room),
            "ratings": select(*(c for c in ratings.c if c.name != "id")).where(ratings.c.room == room),
            "interpreter": select(interpreters).where(interpreters.c.room == room),
        }
        async with reading(self._engine) as connection:
            return {
                name: [
                    {column: value for column, value in row.items() if column not in _SECRETS}
                    for row in (await connection.execute(query)).mappings()
                ]
                for name, query in named.items()
            }


async def _forget_people(connection: AsyncConnection, whose: Any) -> None:
    await connection.execute(update(sessions).where(whose).values(name="", attributes={}, name_salt=None))
