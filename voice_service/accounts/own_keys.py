"""A tenant's keys as its own organisers make, see and withdraw them.

Every method raises StorageError when the database cannot be reached, and ProblemError(403) for who may not.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation import erasing
from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.audit import Deed, record
from voice_service.accounts.keys import fingerprint, new_key
from voice_service.accounts.records import AccountRole, Caller
from voice_service.accounts.tenants import unknown, visible
from voice_service.storage.tables import keys, people

MOST_KEYS: Final = 100
"""Good ones of a tenant."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """What is known of a key. Times are Unix seconds."""

    id: str
    person: str | None
    """Id; None: the tenant's own."""
    name: str
    created_at: float
    used_at: float | None
    withdrawn_at: float | None


class OwnKeys:
    """Each method is one transaction, with what it did in the audit table.

    Args:
        clock: Unix time, s.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        self._engine, self._clock = engine, clock

    async def all(self, caller: Caller) -> list[OwnKey]:
        """The oldest first, withdrawn ones too."""
        _refuse_member(caller)
        wanted = select(keys).where(keys.c.tenant == caller.tenant).order_by(keys.c.created_at, keys.c.id)
        async with reading(self._engine) as connection:
            return [_own(row) for row in await connection.execute(wanted)]

    async def make(self, caller: Caller, name: str, person: str | None) -> tuple[OwnKey, str]:
        """A key, and what it is, which nobody learns afterwards.

        Args:
            person: id of somebody of the tenant; None for a key of the tenant itself.

        Raises:
            ProblemError: 404 for the person, 409 for too many keys, 422 for the name.
        """
        _refuse_member(caller)
        visible(name)
        shown, made = new_key(), OwnKey(secrets.token_hex(12), person, name, self._clock(), None, None)
        async with transaction(self._engine) as connection:
            if person is not None:
                await _check_person(connection, caller, person)
            await _refuse_too_many(connection, caller.tenant)
            await connection.execute(
                insert(keys).values(
                    id=made.id, tenant=caller.tenant, person=person, fingerprint=fingerprint(shown), name=name,
                    created_at=made.created_at,
                )
            )  # fmt: skip
            await self._record(connection, caller, "key made", made.id)
        return made, shown

    async def withdraw(self, caller: Caller, identifier: str) -> None:
        """Ends a key of the tenant, the caller's own too, and its tokens, from their next request on.

        Raises ProblemError(404).
        """
        _refuse_member(caller)
        mine = keys.c.id == identifier, keys.c.tenant == caller.tenant
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(keys.c.person).where(*mine))).first()
            if found is None:
                raise unknown("key")
            if found.person is not None:
                await _check_person(connection, caller, found.person)
            ended = await connection.execute(
                update(keys).where(*mine, keys.c.withdrawn_at.is_(None)).values(withdrawn_at=self._clock())
            )
            if ended.rowcount:
                await self._record(connection, caller, "key withdrawn", identifier)
        erasing.tell("key", identifier)

    async def _record(self, connection: AsyncConnection, caller: Caller, what: str, key: str) -> None:
        deed = Deed(self._clock(), f"key {caller.key}", what, f"key {key}", caller.tenant)
        await record(connection, deed)


def _refuse_member(caller: Caller) -> None:
    if caller.role is AccountRole.MEMBER:
        raise ProblemError(Problem(403, "not_organiser", "Only an organiser of the tenant may do this."))


async def _check_person(connection: AsyncConnection, caller: Caller, person: str) -> None:
    """Nobody comes by an operator's rights who is none. Raises ProblemError: 403, 404."""
    of_tenant = people.c.id == person, people.c.tenant == caller.tenant
    role = (await connection.execute(select(people.c.role).where(*of_tenant))).scalar()
    if role is None:
        raise unknown("person")
    if role == AccountRole.OPERATOR and caller.role is not AccountRole.OPERATOR:
        raise ProblemError(Problem(403, "not_operator", "Only an operator may do this for an operator."))


async def _refuse_too_many(connection: AsyncConnection, tenant: str) -> None:
    good = keys.c.tenant == tenant, keys.c.withdrawn_at.is_(None)
    if (await connection.scalar(select(func.count()).select_from(keys).where(*good)) or 0) >= MOST_KEYS:
        more = {"limit": MOST_KEYS}
        raise ProblemError(Problem(409, "too_many_keys", "Withdraw a key before you make another.", more))


def _own(row: Row[Any]) -> OwnKey:
    return OwnKey(row.id, row.person, row.name, row.created_at, row.used_at, row.withdrawn_at)
