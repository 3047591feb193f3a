"""What a tenant has chosen for its voice messages. Unless chosen, nothing is kept and nothing leaves the house."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import reading
from voice_service.storage.tables import tenants


@dataclass(frozen=True, slots=True)
class Choices:
    """Of one tenant."""

    keeps: bool = False
    """Texts and sound of its messages stay in the history."""
    remembers: bool = False
    """A message that comes again is answered from what came of it the first time."""
    outside: bool = False
    """Texts may be translated by services outside the house, where the operator has set one up."""


async def choices_of(engine: AsyncEngine, tenant: str) -> Choices:
    """Nothing chosen for a tenant that is no more. Raises StorageError."""
    columns = (tenants.c.keeps_messages, tenants.c.remembers_messages, tenants.c.translates_outside)
    async with reading(engine) as connection:
        row = (await connection.execute(select(*columns).where(tenants.c.id == tenant))).first()
    return Choices() if row is None else Choices(*row)
