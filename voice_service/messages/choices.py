"""What a tenant has chosen for its voice messages. Unless chosen, nothing is kept and nothing leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading
from voice_service.storage.tables import tenants

COLUMNS: Final = ("keeps_messages", "remembers_messages", "translates_outside")
"""Where a tenant's choices stand, in the order of `Choices`."""


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


async def set_choices(connection: AsyncConnection, tenant: str, choices: Mapping[str, bool]) -> None:
    """In the caller's transaction; what is not named stays as it is. `choices`: by `COLUMNS`."""
    values = {name: chosen for name, chosen in choices.items() if name in COLUMNS}
    if values:
        await connection.execute(update(tenants).where(tenants.c.id == tenant).values(**values))


def told(choices: Mapping[str, bool]) -> str:
    """For the audit table."""
    return ", ".join(f"{name} {'on' if chosen else 'off'}" for name, chosen in sorted(choices.items()))
