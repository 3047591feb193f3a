"""How often somebody may ask: the generic cell rate algorithm, which keeps one number a key.

Source: ITU-T I.371, annex A; the number is the time at which the next request would be exactly on schedule.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

AWAY_S = 5.0
"""How long a Redis that did not answer is left alone."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a minute, all of them at once if nothing came before."""

    per_minute: int

    @property
    def interval_s(self) -> float:
        return 60.0 / self.per_minute

    @property
    def tolerance_s(self) -> float:
        return 60.0 - self.interval_s


class Limiter(Protocol):
    async def take(self, key: str, rate: Rate, now: float) -> float:
        """Counts one request.

        Args:
            now: Unix time, s.

        Returns:
            0 when it may go on, else the seconds after which it may come again.
        """
        ...


class MemoryLimiter:
    """Counts within this process; forgets the keys that were used longest ago beyond `capacity`."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._due: OrderedDict[str, float] = OrderedDict()
        self._capacity = capacity

    async def take(self, key: str, rate: Rate, now: float) -> float:
        due = max(self._due.get(key, now), now)
        wait_s = due - rate.tolerance_s - now
        if wait_s > 1e-6:  # a microsecond: sums of intervals are not exact
            return wait_s
        self._due[key] = due + rate.interval_s
        self._due.move_to_end(key)
        while len(self._due) > self._capacity:
            self._due.popitem(last=False)
        return 0.0


_SCRIPT = """
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or ARGV[1]), tonumber(ARGV[1]))
local wait = due - tonumber(ARGV[3]) - tonumber(ARGV[1])
if wait > 0.000001 then return string.format('%.6f', wait) end
local next = due + tonumber(ARGV[2])
redis.call('SET', KEYS[1], string.format('%.6f', next), 'PX', math.ceil((next - tonumber(ARGV[1])) * 1000) + 1000)
return '0'
"""


class RedisLimiter:
    """Counts for all services that share a Redis; while it is away, each counts for itself."""

    def __init__(self, redis: Redis, meanwhile: Limiter) -> None:
        self._take = redis.register_script(_SCRIPT)
        self._meanwhile = meanwhile
        self._again_at = 0.0

    async def take(self, key: str, rate: Rate, now: float) -> float:
        if now < self._again_at:
            return await self._meanwhile.take(key, rate, now)
        arguments = [f"{now:.6f}", f"{rate.interval_s:.6f}", f"{rate.tolerance_s:.6f}"]
        try:
            answer = await cast(
                Awaitable[bytes | str], self._take(keys=[f"hive:limit:{key}"], args=arguments)
            )
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis is away, counting alone", error=type(error).__name__)
            self._again_at = now + AWAY_S
            return await self._meanwhile.take(key, rate, now)
        return float(answer)
