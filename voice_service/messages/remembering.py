"""What came of earlier messages, for tenants that have chosen so: memory, then Redis, then objects.

The table decides what is remembered at all: what has no row there is never given back, whichever level still holds it.
So a deletion holds at once for all services, whether Redis is there or not. The levels go by the random names of the
objects, so that none of them can give back what was there before.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import StorageError, reading, transaction
from foundation.http.problems import ProblemError
from voice_service.messages.memory_levels import LARGEST_BYTES, Level
from voice_service.messages.objects import ObjectError, Objects
from voice_service.storage.message_tables import remembered

log = structlog.get_logger(__name__)

_PURPOSE: Final = b"hive voice remembered"
OBJECTS: Final = "objects"
MISSED: Final = "missed"


class Remembered:
    """Values by keys that tell nothing of what they stand for.

    Args:
        secret: the keys are made with it.
        levels: the quickest first; the objects are behind them.
        clock: Unix time, s.
        found: told of each question where its answer was: the name of a level, `OBJECTS` or `MISSED`.
    """

    def __init__(
        self,
        secret: str,
        engine: AsyncEngine,
        objects: Objects,
        levels: Sequence[Level],
        *,
        clock: Callable[[], float],
        found: Callable[[str], None] = lambda where: None,
    ) -> None:
        self._found = found
        self._secret = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
        self._engine, self._objects, self._levels, self._clock = engine, objects, tuple(levels), clock

    def key(self, tenant: str, *parts: bytes | str) -> str:
        """For a tenant's own: 64 hexadecimal digits. Takes its time with large parts."""
        made = hmac.new(self._secret, digestmod=hashlib.sha256)
        for part in (tenant, *parts):
            data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            made.update(len(data).to_bytes(8, "big"))
            made.update(data)
        return made.hexdigest()

    async def get(self, tenant: str, key: str) -> bytes | None:
        """None for what is not, or not any more, remembered. Raises StorageError."""
        wanted = select(remembered).where(
            remembered.c.key == key, remembered.c.tenant == tenant, remembered.c.expires_at > self._clock()
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            self._found(MISSED)
            return None
        for place, level in enumerate(self._levels):
            if (value := await level.get(row.object)) is not None:
                await self._raise(row.object, value, row.expires_at, self._levels[:place])
                self._found(level.name)
                return value
        try:
            value = await self._objects.read(row.object)
        except (ObjectError, ProblemError) as error:
            log.warning("what was remembered cannot be read", error=type(error).__name__)
            self._found(MISSED)
            return None
        self._found(OBJECTS)
        await self._raise(row.object, value, row.expires_at, self._levels)
        return value

    async def put(
        self, tenant: str, key: str, value: bytes, life_s: float, *, profile: str | None = None
    ) -> None:
        """Remembers for so long. What cannot be kept is not remembered. Raises StorageError.

        Args:
            profile: whose voice of their own is in it: it is forgotten with that.
        """
        expires_at = self._clock() + life_s
        try:
            name = await self._objects.put(
                tenant,
                value,
                suffix="",
                media_type="application/octet-stream",
                expires_at=expires_at,
                profile=profile,
            )
        except ObjectError as error:
            log.warning("nothing is remembered", error=type(error).__name__)
            return
        row = {
            "key": key, "tenant": tenant, "object": name, "expires_at": expires_at, "profile": profile,
        }  # fmt: skip
        try:
            async with transaction(self._engine) as connection:
                over = (remembered.c.key == key) & (remembered.c.expires_at <= self._clock())
                await connection.execute(delete(remembered).where(over))
                await connection.execute(insert(remembered).values(row))
        except StorageError:  # as a rule: the same message came twice at once, and the other was quicker
            await self._objects.delete(name)
            return
        await self._raise(name, value, expires_at, self._levels)

    async def forget(self, tenant: str, keys: Sequence[str]) -> None:
        """Forgets what the keys stand for, on every level. Raises ObjectError, StorageError."""
        known = list(keys)
        mine = (remembered.c.tenant == tenant) & remembered.c.key.in_(known)
        async with transaction(self._engine) as connection:
            names = list((await connection.execute(select(remembered.c.object).where(mine))).scalars())
            await connection.execute(delete(remembered).where(mine))
        await self.let_go(names)
        await self._objects.delete(*names)

    async def let_go(self, names: Sequence[str]) -> None:
        """None of the quick levels holds these objects any more; whoever deletes them, and their rows, says so."""
        for level in self._levels:
            await level.forget(list(names))

    async def sweep(self) -> None:
        """Takes out what has expired; its objects have expired as well. Raises StorageError."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(remembered).where(remembered.c.expires_at <= self._clock()))

    async def _raise(self, name: str, value: bytes, expires_at: float, levels: Sequence[Level]) -> None:
        """Into the levels that are quicker than where it was found."""
        if len(value) <= LARGEST_BYTES:
            for level in levels:
                await level.put(name, value, expires_at - self._clock())
