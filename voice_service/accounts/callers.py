"""Whose key it is that was shown."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import reading
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.keys import fingerprint
from voice_service.accounts.records import Caller
from voice_service.storage.tables import keys


class Callers:
    """Reads who asks from what they show."""

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        """`clock`: Unix time, s."""
        self._engine, self._clock = engine, clock

    async def by_key(self, key: str) -> Caller:
        """Raises ProblemError(401) for a key that is none, or was withdrawn, without saying which; StorageError."""
        known = select(keys).where(keys.c.fingerprint == fingerprint(key), keys.c.withdrawn_at.is_(None))
        async with reading(self._engine) as connection:
            row = (await connection.execute(known)).first()
        if row is None:
            raise not_authorised()
        return Caller(tenant=row.tenant, person=row.person, key=row.id)


def not_authorised() -> ProblemError:
    """For a key or token that is missing, wrong, expired or withdrawn, without saying which."""
    return ProblemError(Problem(401, "not_authorised", "A valid key or token is needed."))
