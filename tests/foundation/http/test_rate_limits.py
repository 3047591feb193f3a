from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from fastapi import Request

from foundation.http.address_limits import NETWORKS_OF_A_SITE, take_for_address
from foundation.http.rate_limits import MemoryLimiter, Rate, RedisLimiter
from tests.fakes.clock import HandClock
from tests.redis_server import redis_server


async def test_memory_lets_a_burst_through_and_then_the_rate() -> None:
    """Three a minute: three at once, the fourth after 20 s, and other keys are not touched by it."""
    clock, rate = HandClock(), Rate(3)
    limiter = MemoryLimiter(now=clock)
    at_once = [await limiter.take("a", rate) for _ in range(4)]
    assert at_once == [0, 0, 0, pytest.approx(20.0, abs=1e-3)]
    assert await limiter.take("b", rate) == 0
    clock.move(19.0)
    assert await limiter.take("a", rate) == pytest.approx(1.0, abs=1e-3)
    clock.move(1.1)
    assert await limiter.take("a", rate) == 0
    assert await limiter.take("a", rate) > 19
    clock.move(180.0)
    assert [await limiter.take("a", rate) for _ in range(4)][:3] == [0, 0, 0]


async def test_memory_is_bounded() -> None:
    """However many addresses come, only so many are remembered: those used last."""
    limiter = MemoryLimiter(capacity=2)
    rate = Rate(1)
    assert [await limiter.take(key, rate) for key in ("a", "b", "c")] == [0, 0, 0]
    assert await limiter.take("a", rate) == 0
    assert await limiter.take("c", rate) > 0


async def test_redis_counts_the_same_for_all_services(tmp_path: Path) -> None:
    """Two services on one Redis share the count, and of a rush exactly as many get through as may."""
    async with redis_server(tmp_path) as (redis, _):
        one, two = RedisLimiter(redis, MemoryLimiter()), RedisLimiter(redis, MemoryLimiter())
        began_s = time.monotonic()
        rush = await asyncio.gather(*((one, two)[n % 2].take("rush", Rate(10)) for n in range(40)))
        after_s = time.monotonic() - began_s
        assert 10 <= rush.count(0) <= 11 + after_s / Rate(10).interval_s
        assert await one.take("other", Rate(10)) == 0


async def test_redis_counts_by_its_own_clock_and_outlives_its_being_set_back(tmp_path: Path) -> None:
    """What was counted under a clock that ran ahead by ten minutes keeps nobody out; what was counted by the clock as
    it is still does."""
    async with redis_server(tmp_path) as (redis, _):
        limiter, rate = RedisLimiter(redis, MemoryLimiter()), Rate(1)
        seconds, _ = await redis.time()
        await redis.set("hive:limit:ahead", f"{seconds + 660:.6f}")
        assert await limiter.take("ahead", rate) == 0
        assert await limiter.take("ahead", rate) > 0


async def test_without_redis_each_service_counts_alone(tmp_path: Path) -> None:
    """When it goes away requests are still counted."""
    async with redis_server(tmp_path) as (redis, process):
        limiter = RedisLimiter(redis, MemoryLimiter())
        process.terminate()
        await process.wait()
        assert [await limiter.take("a", Rate(1)) > 0 for _ in range(2)] == [False, True]
        assert await limiter.take("a", Rate(1)) > 0  # while it is left alone


def _from(address: str) -> Request:
    return Request({"type": "http", "client": (address, 1)})


async def test_addresses_are_counted_as_those_who_have_them() -> None:
    """An IPv4 address by itself; an IPv6 network (/64) as one, and its site (/48) with all its networks."""
    limiter = MemoryLimiter(now=HandClock())
    assert [await take_for_address(_from("192.0.2.1"), limiter, "x", 1) > 0 for _ in range(2)] == [
        False,
        True,
    ]
    assert await take_for_address(_from("192.0.2.2"), limiter, "x", 1) == 0
    assert await take_for_address(_from("192.0.2.1"), limiter, "y", 1) == 0
    assert await take_for_address(_from("2001:db8:1:1::1"), limiter, "x", 1) == 0
    assert await take_for_address(_from("2001:db8:1:1::2"), limiter, "x", 1) > 0
    others = [await take_for_address(_from(f"2001:db8:1:{n:x}::1"), limiter, "x", 1) for n in range(2, 20)]
    assert [wait_s > 0 for wait_s in others].index(True) == NETWORKS_OF_A_SITE - 1
