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
    async def add(self, identifier: str, life_s: float) -> None:
        """Marks an invitation or a session; `life_s`: how long it would have been good."""
        ...

    async def holds(self, identifier: str) -> bool: ...


class DatabaseOnly:
    """Where one database serves all, it alone says what is revoked."""

    async def add(self, identifier: str, life_s: float) -> None:
        return

    async def holds(self, identifier: str) -> bool:
        return False


class RedisRevocations:
    """While Redis is away the database's word stands alone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, identifier: str, life_s: float) -> None:
        try:
            await self._redis.set(f"hive:revoked:{identifier}", "1", ex=max(1, math.ceil(life_s)))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("revocation not shared, redis is away", error=type(error).__name__)

    async def holds(self, identifier: str) -> bool:
        try:
            return bool(await self._redis.exists(f"hive:revoked:{identifier}"))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("revocations not read, redis is away", error=type(error).__name__)
            return False
