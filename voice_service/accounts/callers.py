"""Whose key or token it is that was shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import StorageError, reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.keys import fingerprint, is_key
from voice_service.accounts.plans import COLUMNS, of_row
from voice_service.accounts.records import AccountRole, Caller
from voice_service.accounts.tokens import Tokens
from voice_service.storage.tables import keys, people, plans, tenants

log = structlog.get_logger(__name__)

USE_NOTED_EVERY_S: Final = 60.0
"""When a key was used last is known to the minute: not every request writes."""

_WHO: Final = (
    select(keys.c.id, keys.c.tenant, keys.c.person, keys.c.used_at, people.c.role, *COLUMNS)
    .join(tenants, tenants.c.id == keys.c.tenant)
    .join(plans, plans.c.name == tenants.c.plan)
    .outerjoin(people, people.c.id == keys.c.person)
    .where(keys.c.withdrawn_at.is_(None))
)


class Callers:
    """Reads who asks from what they show."""

    def __init__(self, engine: AsyncEngine, tokens: Tokens, *, clock: Callable[[], float]) -> None:
        """`clock`: Unix time, s."""
        self._engine, self._tokens, self._clock = engine, tokens, clock

    async def by_credential(self, shown: str) -> Caller:
        """By a key, or a token that was made with one.

        Raises:
            ProblemError: 401 for what is neither, has ended or was withdrawn, without saying which.
            StorageError: the database cannot be reached.
        """
        if is_key(shown):
            return await self.by_key(shown)
        if (key := self._tokens.key_of(shown)) is None:
            raise not_authorised()
        return await self._caller(keys.c.id == key)

    async def by_key(self, key: str) -> Caller:
        """By a key alone. Raises ProblemError(401) and StorageError, as `by_credential`."""
        if not is_key(key):
            raise not_authorised()
        return await self._caller(keys.c.fingerprint == fingerprint(key))

    async def by_id(self, key: str) -> Caller:
        """Whoever asked with the key of this id. Raises ProblemError(401) where it was withdrawn; StorageError."""
        return await self._caller(keys.c.id == key)

    async def _caller(self, whose: ColumnElement[bool]) -> Caller:
        async with reading(self._engine) as connection:
            row = (await connection.execute(_WHO.where(whose))).first()
        if row is None:
            raise not_authorised()
        await self._note_use(row.id, row.used_at)
        return Caller(
            tenant=row.tenant,
            person=row.person,
            key=row.id,
            role=AccountRole.ORGANISER if row.role is None else AccountRole(row.role),
            plan=of_row(row),
        )

    async def _note_use(self, key: str, noted_at: float | None) -> None:
        """A request does not fail because this does."""
        now = self._clock()
        if noted_at is not None and abs(now - noted_at) < USE_NOTED_EVERY_S:
            return
        noted = or_(keys.c.used_at.is_(None), keys.c.used_at == noted_at)
        try:
            async with transaction(self._engine) as connection:
                await connection.execute(update(keys).where(keys.c.id == key, noted).values(used_at=now))
        except StorageError as error:
            log.warning("the use of a key was not noted", error=str(error))


def not_authorised() -> ProblemError:
    """For a key or token that is missing, wrong, ended or withdrawn, without saying which."""
    return ProblemError(Problem(401, "not_authorised", "A valid key or token is needed."))
