from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import SettingsError
from foundation.database import StorageError, connect, database_url, reading, transaction
from tests.postgresql import postgresql


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


@pytest.mark.parametrize(
    ("setting", "driver"),
    [
        ("", "sqlite+aiosqlite"),
        ("sqlite:///a.sqlite3", "sqlite+aiosqlite"),
        ("postgres://u:p@h/d", "postgresql+asyncpg"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg"),
    ],
)
def test_each_database_has_its_driver(setting: str, driver: str) -> None:
    assert database_url(setting, "a.url", "a/b.sqlite3").drivername == driver


@pytest.mark.parametrize("setting", ["nonsense", "mysql://u:p@h/d"])
def test_other_databases_are_refused_by_the_name_of_the_setting(setting: str) -> None:
    """Without what is in it: there is a password in it."""
    with pytest.raises(SettingsError, match=r"a\.url") as refused:
        database_url(setting, "a.url", "")
    assert "u:p" not in str(refused.value)


async def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    engine = connect(database_url(f"sqlite:///{tmp_path}/made/a.sqlite3", "a", ""))
    async with transaction(engine) as connection:
        await connection.execute(text("CREATE TABLE t (x INTEGER)"))
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "made" / "a.sqlite3").stat().st_mode & 0o777 == 0o600
    await engine.dispose()


async def test_what_only_reads_cannot_write_and_a_database_that_is_gone_is_said() -> None:
    """In PostgreSQL, which is then ended."""
    async with postgresql() as url:
        engine = connect(url)
        async with reading(engine) as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        await engine.dispose()
    with pytest.raises(StorageError):
        await _ask(engine)
    await engine.dispose()


async def _ask(engine: AsyncEngine) -> None:
    async with reading(engine) as connection:
        await connection.execute(text("SELECT 1"))
