"""Who waits at the doors of rooms, in the database.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.policy import Role
from auth_service.storage.records import AdmissionDecision, Waiter
from auth_service.storage.tables import rooms, waiting
from foundation.database import transaction

ABSENT_S = 90.0
"""Who has not asked for so long is gone. A browser lets a page in the background ask once a minute."""
_SEEN_EVERY_S = 10.0


class Waiting:
    """At most so many wait at one door."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, waiter: Waiter, places: int) -> bool:
        """Returns False where all places are taken."""
        of_room = waiting.c.room == waiter.room
        async with transaction(self._engine) as connection:
            # of two who want the last place one gets it: the room's row is the queue
            await connection.execute(
                select(rooms.c.name).where(rooms.c.name == waiter.room).with_for_update()
            )
            await connection.execute(delete(waiting).where(of_room, _gone(waiter.asked_at)))
            taken = await connection.scalar(select(func.count()).select_from(waiting).where(of_room))
            if taken is not None and taken >= places:
                return False
            await connection.execute(
                insert(waiting).values(
                    fingerprint=waiter.fingerprint,
                    id=waiter.id,
                    room=waiter.room,
                    invitation=waiter.invitation,
                    role=waiter.role.value,
                    name=waiter.name,
                    wishes={
                        "speak": waiter.speak,
                        "listen": waiter.listen,
                        "captions": waiter.captions,
                    },
                    asked_at=waiter.asked_at,
                    seen_at=waiter.seen_at,
                    ends_at=waiter.ends_at,
                )
            )
        return True

    async def look(self, fingerprint: str, now: float) -> Waiter | None:
        """Whoever asks is there still; None where nobody waits by that secret any more."""
        of_it = waiting.c.fingerprint == fingerprint
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(waiting).where(of_it))).one_or_none()
            if row is None or row.ends_at <= now:
                return None
            if row.seen_at <= now - _SEEN_EVERY_S:
                await connection.execute(update(waiting).where(of_it).values(seen_at=now))
        return _waiter(row)

    async def drop(self, fingerprint: str) -> None:
        """Nobody waits by that secret any more."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(waiting).where(waiting.c.fingerprint == fingerprint))

    async def at(self, room: str, now: float) -> list[Waiter]:
        """Who waits for an answer at a room's door, the longest first."""
        query = select(waiting).where(waiting.c.room == room, waiting.c.answer.is_(None), ~_gone(now))
        async with transaction(self._engine) as connection:
            rows_ = await connection.execute(query.order_by(waiting.c.asked_at, waiting.c.id))
            return [_waiter(row) for row in rows_]

    async def answer(
        self, room: str, identifier: str, answer: AdmissionDecision, now: float, until: float
    ) -> bool:
        """Answers somebody who waits; returns False where nobody does by that name.

        Args:
            until: how long they may come for the answer.
        """
        of_it = and_(waiting.c.room == room, waiting.c.id == identifier, ~_gone(now))
        async with transaction(self._engine) as connection:
            result = await connection.execute(
                update(waiting)
                .where(of_it, or_(waiting.c.answer.is_(None), waiting.c.answer == answer))
                .values(answer=answer, ends_at=until)
            )
        return result.rowcount > 0


def _gone(now: float) -> Any:
    return or_(waiting.c.ends_at <= now, waiting.c.seen_at <= now - ABSENT_S)


def _waiter(row: Row[Any]) -> Waiter:
    wishes = row.wishes
    return Waiter(
        row.fingerprint,
        row.id,
        row.room,
        row.invitation,
        Role(row.role),
        row.name,
        wishes["speak"],
        wishes["listen"],
        wishes["captions"],
        row.asked_at,
        row.seen_at,
        row.ends_at,
        row.answer,
    )
