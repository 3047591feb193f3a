"""Which rooms should have an interpreter, in the database, and who of several services looks after each.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.storage.records import Assignment
from auth_service.storage.tables import interpreters
from foundation.database import reading, transaction
from protocol.control import Wish


class Assignments:
    """One row a room, there from the room's beginning.

    A claim is a lease: whoever holds it is the only one who acts on that room. It is taken to act and given back
    afterwards; who looks and finds nothing to do needs none.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def get(self, room: str) -> Assignment | None:
        """None where there is no such room. Needs no lease."""
        async with reading(self._engine) as connection:
            row = (
                await connection.execute(select(interpreters).where(interpreters.c.room == room))
            ).one_or_none()
        return None if row is None else _assignment(row)

    async def wish(self, room: str, wish: Wish, now: float) -> None:
        """Invites the interpreter or changes what is wanted of it, but for what it records. The same wish again
        changes nothing."""
        of_it = interpreters.c.room == room
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(interpreters).where(of_it).with_for_update())).one()
            wish = replace(wish, recording=_recorded(row.wish))
            changes: dict[str, Any] = {}
            if row.wish != wish.message():
                changes = {"wish": wish.message(), "version": row.version + 1}
            if not row.wanted:
                changes |= {
                    "wanted": True,
                    "changed_at": now,
                    "dispatch": None,
                    "dispatched_at": None,
                    "failures": 0,
                }
            if changes:
                await connection.execute(update(interpreters).where(of_it).values(**changes))

    async def record(self, room: str, recording: str) -> None:
        """Changes what the interpreter records, and nothing else; empty: nothing."""
        of_it = interpreters.c.room == room
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(interpreters).where(of_it).with_for_update())).one()
            wish = replace(Wish.of(row.wish), recording=recording)
            if row.wish != wish.message():
                changes = {"wish": wish.message(), "version": row.version + 1}
                await connection.execute(update(interpreters).where(of_it).values(**changes))

    async def dismiss(self, room: str, now: float) -> bool:
        """Returns whether there was anything to dismiss."""
        async with transaction(self._engine) as connection:
            result = await connection.execute(
                update(interpreters)
                .where(interpreters.c.room == room, interpreters.c.wanted.is_(True))
                .values(wanted=False, changed_at=now, dispatch=None, dispatched_at=None, failures=0)
            )
        return bool(result.rowcount)

    async def to_look_at(self) -> dict[str, float | None]:
        """Rooms that should have an interpreter (None), and those whose dismissed one may be there still (since)."""
        columns = interpreters.c.room, interpreters.c.wanted, interpreters.c.changed_at
        query = select(*columns).where(or_(interpreters.c.wanted.is_(True), interpreters.c.changed_at > 0))
        async with reading(self._engine) as connection:
            return {
                row.room: None if row.wanted else row.changed_at for row in await connection.execute(query)
            }

    async def claim(
        self, room: str, owner: str, now: float, *, abandoned: tuple[str, float] | None = None
    ) -> Assignment | None:
        """Takes the lease; None while another holds it.

        Args:
            now: Unix time, s. It is kept for whoever looks into the table, and compared with no other clock: others
                see only whether it changes.
            abandoned: a lease that has not changed for so long that its holder must be gone.
        """
        free = or_(interpreters.c.claimed_by.is_(None), interpreters.c.claimed_by == owner)
        if abandoned is not None:
            holder, at = abandoned
            free = or_(free, and_(interpreters.c.claimed_by == holder, interpreters.c.claimed_until == at))
        async with transaction(self._engine) as connection:
            result = await connection.execute(
                update(interpreters)
                .where(interpreters.c.room == room, free)
                .values(claimed_by=owner, claimed_until=now)
            )
            if result.rowcount == 0:
                return None
            row = (await connection.execute(select(interpreters).where(interpreters.c.room == room))).one()
        return _assignment(row)

    async def release(self, room: str, owner: str) -> None:
        """Gives the lease back; one that another holds is left alone."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                update(interpreters)
                .where(interpreters.c.room == room, interpreters.c.claimed_by == owner)
                .values(claimed_by=None, claimed_until=None)
            )

    async def settle(self, dismissed: Mapping[str, float]) -> None:
        """Interpreters that were dismissed then are gone: nobody needs to look at their rooms until the next one."""
        async with transaction(self._engine) as connection:
            for room, changed_at in dismissed.items():
                await connection.execute(
                    update(interpreters)
                    .where(
                        interpreters.c.room == room,
                        interpreters.c.wanted.is_(False),
                        interpreters.c.changed_at == changed_at,
                    )
                    .values(changed_at=0.0)
                )

    async def note(self, room: str, **changes: Any) -> None:
        """Keeps what the holder of the claim did: `dispatch`, `dispatched_at`, `failures`, `told`."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                update(interpreters).where(interpreters.c.room == room).values(**changes)
            )


def _recorded(wish: object) -> str:
    """What is being recorded; nothing where the wish that is stored cannot be read: the new one takes its place."""
    try:
        return Wish.of(wish).recording if isinstance(wish, dict) else ""
    except (KeyError, TypeError):
        return ""


def _assignment(row: Row[Any]) -> Assignment:
    return Assignment(
        row.room,
        row.wanted,
        Wish.of(row.wish),
        row.version,
        row.told,
        row.changed_at,
        row.dispatch,
        row.failures,
        None if row.claimed_by is None else (row.claimed_by, row.claimed_until),
    )
