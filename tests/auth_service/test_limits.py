from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from auth_service.access.revocations import RedisRevocations
from foundation.http.rate_limits import MemoryLimiter, Rate, RedisLimiter
from foundation.redis_store import connect_redis
from stack.ports import free_port
from tests.fakes.clock import HandClock


@contextlib.asynccontextmanager
async def redis_server(directory: Path) -> AsyncIterator[tuple[Redis, asyncio.subprocess.Process]]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory),
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    redis = connect_redis(f"redis://127.0.0.1:{port}")
    try:
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(RedisError):  # until it listens
                    if await redis.ping():
                        break
                await asyncio.sleep(0.05)
        yield redis, process
    finally:
        await redis.aclose()
        if process.returncode is None:
            process.terminate()
        await process.wait()


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
    """When Redis goes away requests are still counted, and revocations read from the database alone."""
    async with redis_server(tmp_path) as (redis, process):
        limiter, revocations = RedisLimiter(redis, MemoryLimiter()), RedisRevocations(redis)
        await revocations.add("x", 60)
        assert (await revocations.holds("x"), await revocations.holds("y")) == (True, False)
        process.terminate()
        await process.wait()
        assert [await limiter.take("a", Rate(1)) > 0 for _ in range(2)] == [False, True]
        await revocations.add("y", 60)
        assert not await revocations.holds("x")
