"""A real Redis for tests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from foundation.redis_store import connect_redis
from stack.ports import free_port


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
