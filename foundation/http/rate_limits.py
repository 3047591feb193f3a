"""How often somebody may ask: the generic cell rate algorithm, which keeps one number a key.

Source: ITU-T I.371, annex A; the number is the time at which the next request would be exactly on schedule.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from foundation.recent import Recent

log = structlog.get_logger(__name__)

AWAY_S = 5.0
"""How long a Redis that did not answer is left alone."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a minute, all of them at once if nothing came before."""

    per_minute: int

    @property
    def interval_s(self) -> float:
        """Between two requests of somebody who asks evenly."""
        return 60.0 / self.per_minute

    @property
    def tolerance_s(self) -> float:
        """How far ahead of such even requests somebody may be."""
        return 60.0 - self.interval_s


class Limiter(Protocol):
    """Counts requests by key, e.g. `join:` and an address. Raises nothing: without its store it counts alone."""

    async def take(self, key: str, rate: Rate) -> float:
        """Counts one request, by a clock that nobody sets.

        Returns:
            0 when it may go on, else the seconds after which it may come again.
        """
        ...


class MemoryLimiter:
    """Counts within this process; forgets the keys that were used longest ago beyond `capacity`."""

    def __init__(self, capacity: int = 100_000, *, now: Callable[[], float] = time.monotonic) -> None:
        self._due: Recent[str, float] = Recent(capacity)
        self._now = now

    async def take(self, key: str, rate: Rate) -> float:
        """By `now`, the monotonic clock."""
        now = self._now()
        due = max(self._due.get(key, now), now)
        wait_s = due - rate.tolerance_s - now
        if wait_s > 1e-6:  # a microsecond: sums of intervals are not exact
            return wait_s
        self._due[key] = due + rate.interval_s
        return 0.0


_SCRIPT = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = tonumber(redis.call('GET', KEYS[1]) or now)
if due < now or due > now + interval + tolerance + 0.000001 then due = now end
local wait = due - tolerance - now
if wait > 0.000001 then return string.format('%.6f', wait) end
local next = due + interval
redis.call('SET', KEYS[1], string.format('%.6f', next), 'PX', math.ceil((next - now) * 1000) + 1000)
return '0'
"""
"""By the server's own clock, which all services share. What is due later than it can be was written before that clock
was set back, and counts for nothing."""


class RedisLimiter:
    """Counts for all services that share a Redis; while it is away, each counts for itself."""

    def __init__(
        self, redis: Redis, meanwhile: Limiter, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._take = redis.register_script(_SCRIPT)
        self._meanwhile, self._now = meanwhile, now
        self._again_at_s = 0.0

    async def take(self, key: str, rate: Rate) -> float:
        """By Redis' clock; by the limiter of this process for `AWAY_S` after Redis did not answer."""
        if self._now() < self._again_at_s:
            return await self._meanwhile.take(key, rate)
        arguments = [f"{rate.interval_s:.6f}", f"{rate.tolerance_s:.6f}"]
        try:
            answer = await cast(
                Awaitable[bytes | str], self._take(keys=[f"hive:limit:{key}"], args=arguments)
            )
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis is away, counting alone", error=type(error).__name__)
            self._again_at_s = self._now() + AWAY_S
            return await self._meanwhile.take(key, rate)
        return float(answer)
