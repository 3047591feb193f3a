from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from foundation.database import StorageError, connect, database_url, reading, transaction


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.001, 0.002, 0.005, 0.01])
async def test_whoever_is_cancelled_leaves_no_connection_behind(tmp_path: Path, after_s: float) -> None:
    """Wherever it hits: while it opens, while it works, while it closes; and the next one works."""
    engine = connect(database_url(f"sqlite:///{tmp_path}/a.sqlite3", "a", ""))

    async def work() -> None:
        while True:
            async with reading(engine) as connection:
                await connection.execute(text("SELECT 1"))

    for _ in range(20):
        task = asyncio.create_task(work())
        await asyncio.sleep(after_s)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with transaction(engine) as connection:
        assert await connection.scalar(text("SELECT 2")) == 2
    await engine.dispose()
    async with asyncio.timeout(5):
        while any("_connection_worker" in thread.name for thread in threading.enumerate()):
            await asyncio.sleep(0.01)


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
