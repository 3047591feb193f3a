"""What was revoked, told to all services at once.

The database knows it too and is always asked; this is for services whose databases are copies that lag behind.
"""

from __future__ import annotations

import math
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class Revocations(Protocol):
    """Invitations and sessions that are no longer good. Raises nothing: what cannot be shared is logged."""

    async def add(self, identifier: str, life_s: float) -> None:
        """Marks an invitation or a session; `life_s`: how long it would have been good."""
        ...

    async def holds(self, identifier: str) -> bool:
        """Whether it was marked; False also where that cannot be found out, as the database is asked besides."""
        ...


class DatabaseOnly:
    """Where one database serves all, it alone says what is revoked."""

    async def add(self, identifier: str, life_s: float) -> None:
        """Nothing to do: whoever calls has written it to the database."""
        return

    async def holds(self, identifier: str) -> bool:
        """Always False: whoever calls asks the database too."""
        return False


class RedisRevocations:
    """While Redis is away the database's word stands alone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, identifier: str, life_s: float) -> None:
        """Keeps the mark `life_s` seconds, at least one."""
        try:
            await self._redis.set(f"hive:revoked:{identifier}", "1", ex=max(1, math.ceil(life_s)))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("revocation not shared, redis is away", error=type(error).__name__)

    async def holds(self, identifier: str) -> bool:
        """Costs one round trip, limited as `storage.redis` says."""
        try:
            return bool(await self._redis.exists(f"hive:revoked:{identifier}"))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("revocations not read, redis is away", error=type(error).__name__)
            return False
