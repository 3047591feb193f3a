"""Who organises a room, in the database.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.policy import Role
from auth_service.storage import rows
from auth_service.storage.records import Session
from auth_service.storage.tables import sessions
from foundation.database import reading, transaction


class Organisers:
    """Organisers came by a link for organisers, or were made one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, room: str) -> list[Session]:
        """Those whose session has not been ended, in the order in which they came."""
        organises = or_(sessions.c.role == Role.ORGANISER.value, sessions.c.organiser_at.is_not(None))
        query = select(sessions).where(sessions.c.room == room, sessions.c.ended_at.is_(None), organises)
        async with reading(self._engine) as connection:
            found = await connection.execute(query.order_by(sessions.c.created_at, sessions.c.identity))
            return [rows.session(row) for row in found]

    async def set(self, room: str, identity: str, since: float | None) -> None:
        """Makes somebody an organiser, or no longer; who is one already stays so since they first were."""
        of_them = and_(sessions.c.room == room, sessions.c.identity == identity)
        if since is not None:
            of_them = and_(of_them, sessions.c.organiser_at.is_(None))
        async with transaction(self._engine) as connection:
            await connection.execute(update(sessions).where(of_them).values(organiser_at=since))
