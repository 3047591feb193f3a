"""The quick levels of what is remembered: this process's memory, and a Redis that several services share."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from foundation.recent import Recent

log = structlog.get_logger(__name__)

LARGEST_BYTES: Final = 2_000_000
"""What is larger is read from the objects: there is room for many small ones instead."""
_AWAY_S: Final = 5.0
"""How long a Redis that did not answer is left alone."""
_PREFIX: Final = "hive:voice:remembered:"


class Level(Protocol):
    """Gives back sooner what another level holds as well; may lose it at any time. Raises nothing."""

    name: str
    """As figures call it."""

    async def get(self, key: str) -> bytes | None:
        """None where it is not here."""
        ...

    async def put(self, key: str, value: bytes, life_s: float) -> None:
        """Holds a value for at most so long."""
        ...

    async def forget(self, keys: list[str]) -> None:
        """Holds none of them any more."""
        ...


class MemoryLevel:
    """The entries used last: at most so many, and at most so many bytes."""

    name = "memory"

    def __init__(self, entries: int, most_bytes: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._values: Recent[str, tuple[float, bytes]] = Recent(entries + 1)  # room is made before it is full
        self._entries, self._most, self._now = entries, most_bytes, now
        self._bytes = 0

    async def get(self, key: str) -> bytes | None:
        found = self._values.use(key)
        if found is None:
            return None
        until_s, value = found
        if self._now() >= until_s:
            self._drop(key)
            return None
        return value

    async def put(self, key: str, value: bytes, life_s: float) -> None:
        self._drop(key)
        self._values[key] = (self._now() + life_s, value)
        self._bytes += len(value)
        while self._values and (len(self._values) > self._entries or self._bytes > self._most):
            self._drop(next(iter(self._values)))

    async def forget(self, keys: list[str]) -> None:
        for key in keys:
            self._drop(key)

    def _drop(self, key: str) -> None:
        found = self._values.pop(key, None)
        if found is not None:
            self._bytes -= len(found[1])


class RedisLevel:
    """For all services that share a Redis; while it is away there is nothing here."""

    name = "redis"

    def __init__(self, redis: Redis, *, now: Callable[[], float] = time.monotonic) -> None:
        self._redis, self._now = redis, now
        self._again_at_s = 0.0

    async def get(self, key: str) -> bytes | None:
        if self._resting():
            return None
        try:
            found = await self._redis.get(_PREFIX + key)
        except (RedisError, OSError, TimeoutError) as error:
            self._rest(error)
            return None
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, value: bytes, life_s: float) -> None:
        if self._resting():
            return
        try:
            await self._redis.set(_PREFIX + key, value, px=max(1, int(life_s * 1000)))
        except (RedisError, OSError, TimeoutError) as error:
            self._rest(error)

    async def forget(self, keys: list[str]) -> None:
        """Even while it rests: what cannot be deleted now is not served again all the same, and expires."""
        try:
            if keys:
                await self._redis.delete(*(_PREFIX + key for key in keys))
        except (RedisError, OSError, TimeoutError) as error:
            self._rest(error)

    def _resting(self) -> bool:
        return self._now() < self._again_at_s

    def _rest(self, error: Exception) -> None:
        log.warning("redis is away, remembering without it", error=type(error).__name__)
        self._again_at_s = self._now() + _AWAY_S
