"""What was done to accounts: who, what, when, about what. No secrets, no names, no words; ids alone.

Every function raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading, transaction
from foundation.recent import Recent
from voice_service.storage.tables import audit

LONGEST_PAGE: Final = 200
_PURGE_EVERY_S: Final = 3600.0
_LOOK_NOTED_EVERY_S: Final = 3600.0
_LOOKS_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done."""

    at: float
    """Unix time, s."""
    who: str
    """E.g. "command line" or "key 5f…"."""
    what: str
    """E.g. "key made"."""
    about: str
    """E.g. "key 5f…"."""
    tenant: str | None
    """Id; None for what belongs to no tenant."""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some deeds, the latest first."""

    deeds: list[Deed]
    next: int | None
    """What to go on from (`before`); None where nothing is older."""


async def record(connection: AsyncConnection, deed: Deed) -> None:
    """In the transaction that does it, so that neither is there without the other."""
    await connection.execute(
        insert(audit).values(
            at=deed.at, who=deed.who[:80], what=deed.what, about=deed.about, tenant=deed.tenant
        )
    )


class Looks:
    """Notes that somebody looked at what is for operators: once an hour each, since a page looks again and again."""

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        """`clock`: Unix time, s."""
        self._engine, self._clock = engine, clock
        self._noted: Recent[tuple[str, str], float] = Recent(_LOOKS_KEPT)

    async def note(self, who: str, what: str, tenant: str) -> None:
        """`who` is "key" and its id; `what` e.g. "figures read"."""
        now = self._clock()
        if now - self._noted.get((who, what), -_LOOK_NOTED_EVERY_S) < _LOOK_NOTED_EVERY_S:
            return
        async with transaction(self._engine) as connection:
            await record(connection, Deed(now, who, what, "service", tenant))
        self._noted[who, what] = now


async def page(engine: AsyncEngine, *, before: int | None = None, most: int = 50) -> AuditPage:
    """What was done before a place in the list, or last."""
    wanted = select(audit).order_by(audit.c.id.desc()).limit(most + 1)
    if before is not None:
        wanted = wanted.where(audit.c.id < before)
    async with reading(engine) as connection:
        rows = (await connection.execute(wanted)).all()
    deeds = [Deed(row.at, row.who, row.what, row.about, row.tenant) for row in rows[:most]]
    return AuditPage(deeds, rows[most - 1].id if len(rows) > most else None)


async def purge(engine: AsyncEngine, before: float) -> int:
    """Forgets what was done before a time; how much that was."""
    async with transaction(engine) as connection:
        return int((await connection.execute(delete(audit).where(audit.c.at < before))).rowcount)


async def keep_short(engine: AsyncEngine, *, days: int, clock: Callable[[], float]) -> None:
    """Forgets, every hour and without end, what is older than so many days."""
    while True:
        await purge(engine, clock() - days * 86_400)
        await asyncio.sleep(_PURGE_EVERY_S)
