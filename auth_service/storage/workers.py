"""What workers have said that they can do, in the database."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.storage.tables import workers
from foundation.database import reading, transaction
from protocol.abilities import Abilities, read_abilities, together

FRESH_S = 90.0
"""A worker that says nothing for so long, while another one does, is not counted on any more."""


class Workers:
    """Every method raises StorageError when the database cannot be reached."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def tell(self, worker: str, able: Abilities, now: float, profile: str = "") -> None:
        """Takes in what a worker says, and its profile.

        Forgets those that are gone, and what is from before a clock was set back.
        """
        gone = or_(
            workers.c.id == worker, workers.c.told_at < now - FRESH_S, workers.c.told_at > now + FRESH_S
        )
        async with transaction(self._engine) as connection:
            await connection.execute(delete(workers).where(gone))
            await connection.execute(
                insert(workers).values(id=worker, abilities=able.message(), profile=profile, told_at=now)
            )

    async def profiles(self, now: float) -> frozenset[str]:
        """Those of the workers that said something of late; empty where none did, "" for one that has not said its."""
        async with reading(self._engine) as connection:
            query = select(workers.c.profile).where(workers.c.told_at >= now - FRESH_S)
            return frozenset((await connection.execute(query)).scalars())

    async def abilities(self) -> Abilities:
        """What the workers can do that were there when one last said it."""
        async with reading(self._engine) as connection:
            newest = select(func.max(workers.c.told_at)).scalar_subquery()
            query = select(workers.c.abilities).where(workers.c.told_at >= newest - FRESH_S)
            rows = (await connection.execute(query)).all()
        return together(read_abilities(row.abilities) for row in rows)
