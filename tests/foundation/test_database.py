from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import StorageError, connect, database_url, reading, transaction


def test_whoever_is_cancelled_leaves_no_connection_behind(tmp_path: Path) -> None:
    """Wherever it hits: while it opens, while it works, while it closes. A driver's thread that outlived its loop would
    fail, and the test with it."""
    url = database_url(f"sqlite:///{tmp_path}/a.sqlite3", "a", "")

    async def work(engine: AsyncEngine) -> None:
        while True:
            async with reading(engine) as connection:
                await connection.execute(text("SELECT 1"))

    async def cancelled_in_the_middle(turns: int) -> None:
        engine = connect(url)
        task = asyncio.create_task(work(engine))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await engine.dispose()

    for turns in range(1, 60):
        asyncio.run(cancelled_in_the_middle(turns))


async def test_what_fails_within_is_rolled_back(tmp_path: Path) -> None:
    """The error goes on as it is; the database's own become StorageError."""
    engine = connect(database_url(f"sqlite:///{tmp_path}/a.sqlite3", "a", ""))
    async with transaction(engine) as connection:
        await connection.execute(text("CREATE TABLE t (x INTEGER)"))

    async def insert_and_fail() -> None:
        async with transaction(engine) as connection:
            await connection.execute(text("INSERT INTO t VALUES (1)"))
            raise ZeroDivisionError

    async def insert_nowhere() -> None:
        async with transaction(engine) as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    with pytest.raises(ZeroDivisionError):
        await insert_and_fail()
    with pytest.raises(StorageError):
        await insert_nowhere()
    async with reading(engine) as connection:
        assert await connection.scalar(text("SELECT count(*) FROM t")) == 0
    await engine.dispose()
