from __future__ import annotations

from pathlib import Path

from auth_service.access.revocations import RedisRevocations
from tests.redis_server import redis_server


async def test_without_redis_revocations_are_read_from_the_database_alone(tmp_path: Path) -> None:
    """Nothing is said to be revoked by a Redis that is not there, and nothing fails."""
    async with redis_server(tmp_path) as (redis, process):
        revocations = RedisRevocations(redis)
        await revocations.add("x", 60)
        assert (await revocations.holds("x"), await revocations.holds("y")) == (True, False)
        process.terminate()
        await process.wait()
        await revocations.add("y", 60)
        assert not await revocations.holds("x")
