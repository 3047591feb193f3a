"""Tenants, their people and their keys, as the operator makes, lists and removes them.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation import erasing
from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from foundation.names import LONGEST, plain
from voice_service.accounts import plans
from voice_service.accounts.audit import Deed, record
from voice_service.accounts.keys import fingerprint, new_key
from voice_service.accounts.records import AccountRole
from voice_service.messages.choices import set_choices, told
from voice_service.storage.tables import keys, people, tenants

LOCAL: Final = "local"
"""The tenant of an installation that nobody has set up."""
_UNBOUNDED: Final = "enterprise"


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whom messages and voices belong to."""

    id: str
    name: str
    plan: str
    created_at: float
    keys: int
    """Those that are good."""


@dataclass(frozen=True, slots=True)
class TenantPerson:
    """Somebody of a tenant."""

    id: str
    tenant: str
    """Its name."""
    name: str
    role: AccountRole


@dataclass(frozen=True, slots=True)
class KeptKey:
    """What is known of a key, which is not the key. Times are Unix seconds."""

    id: str
    tenant: str
    """Its name."""
    person: str | None
    """Id; None for a key of the tenant itself."""
    name: str
    created_at: float
    used_at: float | None
    withdrawn_at: float | None


class Accounts:
    """Each method is one transaction, with what it did in the audit table."""

    def __init__(self, engine: AsyncEngine, who: str, *, clock: Callable[[], float]) -> None:
        """`who` acts, as the audit table shall say; `clock`: Unix time, s."""
        self._engine, self._who, self._clock = engine, who, clock

    async def begin(self) -> str | None:
        """Where there is no tenant, makes one called "local" without bounds, and an operator with a key.

        Returns:
            The key; None where there is a tenant already, or another service was quicker.
        """
        try:
            async with transaction(self._engine) as connection:
                if (await connection.execute(select(tenants.c.id).limit(1))).first() is not None:
                    return None
                tenant = await self._add_tenant(connection, LOCAL, _UNBOUNDED)
                person = await self._add_person(connection, tenant, LOCAL, AccountRole.OPERATOR)
                return await self._add_key(connection, tenant, "first", person)
        except ProblemError:
            return None

    async def add_tenant(self, name: str, plan: str) -> str:
        """Its id. Raises ProblemError: 404 for the plan, 409 where the name is taken, 422 for the name."""
        visible(name)
        async with transaction(self._engine) as connection:
            await plans.known(connection, plan)
            return await self._add_tenant(connection, name, plan)

    async def _add_tenant(self, connection: AsyncConnection, name: str, plan: str) -> str:
        identifier = _new_id()
        try:
            await connection.execute(
                insert(tenants).values(id=identifier, name=name, plan=plan, created_at=self._clock())
            )
        except IntegrityError as error:
            raise ProblemError(Problem(409, "tenant_exists", "There is a tenant of that name.")) from error
        await self._record(connection, "tenant added", f"tenant {identifier}", identifier)
        return identifier

    async def set_plan(self, tenant: str, plan: str) -> None:
        """Of a tenant by name, from its next request on. Raises ProblemError(404)."""
        async with transaction(self._engine) as connection:
            identifier = await _tenant(connection, tenant)
            await plans.known(connection, plan)
            await connection.execute(update(tenants).where(tenants.c.id == identifier).values(plan=plan))
            await self._record(connection, "plan changed", f"plan {plan}", identifier)

    async def choose(self, tenant: str, choices: Mapping[str, bool]) -> None:
        """What shall be done with a tenant's messages, by its name, from its next request on. Raises ProblemError(404).

        Args:
            choices: columns of `voice_tenants`, e.g. "keeps_messages".
        """
        async with transaction(self._engine) as connection:
            identifier = await _tenant(connection, tenant)
            await set_choices(connection, identifier, choices)
            await self._record(connection, "choices changed", told(choices), identifier)

    async def remove_tenant(self, name: str) -> None:
        """With all that belongs to it. Raises ProblemError(404)."""
        async with transaction(self._engine) as connection:
            identifier = await _tenant(connection, name)
            await connection.execute(delete(tenants).where(tenants.c.id == identifier))
            await self._record(connection, "tenant removed", f"tenant {identifier}", identifier)
        erasing.tell("tenant", identifier)

    async def tenants(self) -> list[Tenant]:
        """In the order of their names."""
        good = (
            select(func.count())
            .select_from(keys)
            .where(keys.c.tenant == tenants.c.id, keys.c.withdrawn_at.is_(None))
            .scalar_subquery()
        )
        async with reading(self._engine) as connection:
            rows = await connection.execute(select(tenants, good.label("keys")).order_by(tenants.c.name))
            return [Tenant(row.id, row.name, row.plan, row.created_at, row.keys) for row in rows]

    async def add_person(self, tenant: str, name: str, role: AccountRole) -> str:
        """Their id. Raises ProblemError: 404 for the tenant, 422 for the name."""
        visible(name)
        async with transaction(self._engine) as connection:
            return await self._add_person(connection, await _tenant(connection, tenant), name, role)

    async def _add_person(self, connection: AsyncConnection, owner: str, name: str, role: AccountRole) -> str:
        identifier = _new_id()
        await connection.execute(
            insert(people).values(
                id=identifier, tenant=owner, name=name, role=role.value, created_at=self._clock()
            )
        )
        await self._record(connection, f"{role.value} added", f"person {identifier}", owner)
        return identifier

    async def remove_person(self, identifier: str) -> None:
        """With their keys. Raises ProblemError(404)."""
        async with transaction(self._engine) as connection:
            owner = await _owner(connection, people, identifier, "person")
            await connection.execute(delete(people).where(people.c.id == identifier))
            await self._record(connection, "person removed", f"person {identifier}", owner)
        erasing.tell("person", identifier)

    async def people(self, tenant: str | None = None) -> list[TenantPerson]:
        """Of one tenant, by name, or of all. Raises ProblemError(404)."""
        wanted = select(people, tenants.c.name.label("of")).join(tenants, tenants.c.id == people.c.tenant)
        async with reading(self._engine) as connection:
            if tenant is not None:
                wanted = wanted.where(tenants.c.id == await _tenant(connection, tenant))
            rows = await connection.execute(wanted.order_by(tenants.c.name, people.c.name, people.c.id))
            return [TenantPerson(row.id, row.of, row.name, AccountRole(row.role)) for row in rows]

    async def new_key(self, tenant: str, name: str, person: str | None = None) -> str:
        """Makes a key, which is known to whoever gets it here and to nobody afterwards.

        Args:
            tenant: its name.
            person: id of somebody of that tenant; None for a key of the tenant itself.

        Raises:
            ProblemError: 404 for the tenant or person, 422 for the name.
        """
        visible(name)
        async with transaction(self._engine) as connection:
            owner = await _tenant(connection, tenant)
            if person is not None and await _owner(connection, people, person, "person") != owner:
                raise unknown("person")
            return await self._add_key(connection, owner, name, person)

    async def _add_key(self, connection: AsyncConnection, owner: str, name: str, person: str | None) -> str:
        shown, identifier = new_key(), _new_id()
        await connection.execute(
            insert(keys).values(
                id=identifier, tenant=owner, person=person, fingerprint=fingerprint(shown), name=name,
                created_at=self._clock(),
            )
        )  # fmt: skip
        await self._record(connection, "key made", f"key {identifier}", owner)
        return shown

    async def withdraw_key(self, identifier: str) -> None:
        """Ends a key, and the tokens that were made with it, from their next request on. Raises ProblemError(404)."""
        async with transaction(self._engine) as connection:
            owner = await _owner(connection, keys, identifier, "key")
            ended = await connection.execute(
                update(keys)
                .where(keys.c.id == identifier, keys.c.withdrawn_at.is_(None))
                .values(withdrawn_at=self._clock())
            )
            if ended.rowcount:
                await self._record(connection, "key withdrawn", f"key {identifier}", owner)
        erasing.tell("key", identifier)

    async def keys(self, tenant: str | None = None) -> list[KeptKey]:
        """Of one tenant, by name, or of all, withdrawn ones too. Raises ProblemError(404)."""
        wanted = select(keys, tenants.c.name.label("of")).join(tenants, tenants.c.id == keys.c.tenant)
        async with reading(self._engine) as connection:
            if tenant is not None:
                wanted = wanted.where(tenants.c.id == await _tenant(connection, tenant))
            rows = await connection.execute(wanted.order_by(tenants.c.name, keys.c.created_at, keys.c.id))
            return [
                KeptKey(
                    row.id, row.of, row.person, row.name, row.created_at, row.used_at, row.withdrawn_at
                )
                for row in rows
            ]  # fmt: skip

    async def _record(self, connection: AsyncConnection, what: str, about: str, tenant: str) -> None:
        await record(connection, Deed(self._clock(), self._who, what, about, tenant))


def visible(name: str) -> None:
    """Raises ProblemError(422) for a name that hides something, is empty or too long."""
    if not name or plain(name) != name:
        raise ProblemError(
            Problem(422, "invalid", f"A name is 1 to {LONGEST} characters, all of which one sees.")
        )


def unknown(what: str) -> ProblemError:
    """There is no such tenant, person or key."""
    return ProblemError(Problem(404, f"{what}_unknown", f"There is no such {what}."))


def _new_id() -> str:
    return secrets.token_hex(12)


async def _tenant(connection: AsyncConnection, name: str) -> str:
    if plain(name) != name:  # half a character, for which databases have no bytes
        raise unknown("tenant")
    found = (await connection.execute(select(tenants.c.id).where(tenants.c.name == name))).scalar()
    if found is None:
        raise unknown("tenant")
    return str(found)


async def _owner(connection: AsyncConnection, table: Any, identifier: str, what: str) -> str:
    """The tenant that a person or key belongs to."""
    if not identifier.isascii():
        raise unknown(what)
    found = (await connection.execute(select(table.c.tenant).where(table.c.id == identifier))).scalar()
    if found is None:
        raise unknown(what)
    return str(found)
