"""The connection to a service's database: SQLite on one machine, PostgreSQL for several."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from config.cache import cache_directory
from config.settings import SettingsError

_PATIENCE_S = 10.0
_READS = "hive_reads"
"""An execution option: the transaction only reads."""


class StorageError(Exception):
    """The database could not be reached or did not answer."""


def database_url(setting: str, name: str, file: str) -> URL:
    """Reads a setting called `name`; empty is a SQLite file, `file`, below the cache directory.

    Raises:
        SettingsError: not a URL, or of another database.
    """
    if not setting:
        return URL.create("sqlite+aiosqlite", database=str(cache_directory() / file))
    try:
        url = make_url(setting)
    except ArgumentError as error:
        raise SettingsError(f"{name} is not a database URL") from error
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    kind = url.drivername.split("+")[0]
    if kind not in drivers:
        raise SettingsError(f"{name}: {kind!r} is not supported, only sqlite and postgresql")
    return url.set(drivername=drivers[kind])


def connect(url: URL) -> AsyncEngine:
    """Opens nothing yet. SQLite gets one connection a piece of work: its file lock is the queue."""
    for library in ("aiosqlite", "sqlalchemy"):  # below a warning they log names and keys with the statements
        logging.getLogger(library).setLevel(logging.WARNING)
    if url.get_backend_name() == "sqlite":
        if url.database and not url.database.startswith((":memory:", "file:")):
            _keep_private(Path(url.database))
        engine = create_async_engine(
            url, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": _PATIENCE_S}
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return create_async_engine(
        url, pool_pre_ping=True, pool_size=5, max_overflow=10, pool_timeout=_PATIENCE_S,
        connect_args={"timeout": _PATIENCE_S, "command_timeout": _PATIENCE_S},
    )  # fmt: skip


def _keep_private(file: Path) -> None:
    """Names are in it: nobody else may read the file, nor what SQLite puts beside it, which takes over its mode.

    A directory that was there already is left as it is; others may have things in it.
    """
    if not file.parent.exists():
        file.parent.parent.mkdir(parents=True, exist_ok=True)
        file.parent.mkdir(mode=0o700)
    os.close(os.open(file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        with contextlib.suppress(FileNotFoundError):
            file.with_name(name).chmod(0o600)


def _prepare_sqlite(connection: Any, record: object) -> None:
    # SQLAlchemy begins transactions itself; the driver's own rule would leave a read and its write apart
    connection.isolation_level = None
    cursor = connection.cursor()
    # what is deleted is overwritten: erased names must not be found in the file
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_READS):
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextlib.asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that cannot write and so waits for no writer. Raises StorageError."""
    async with transaction(
        engine.execution_options(**{_READS: True, "postgresql_readonly": True})
    ) as connection:
        yield connection


@contextlib.asynccontextmanager
async def transaction(
    engine: AsyncEngine, *, patience_s: float = 2 * _PATIENCE_S
) -> AsyncIterator[AsyncConnection]:
    """Commits at the end, rolls back on errors. Raises StorageError for what the database or its driver raise."""
    try:
        async with asyncio.timeout(patience_s), _begun(engine) as connection:
            yield connection
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        raise StorageError(f"database: {type(error).__name__}") from error


@contextlib.asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection with a transaction. Whoever is cancelled while it opens leaves none behind: a driver's thread would
    go on opening it for nobody."""
    begun = engine.begin()
    async with contextlib.AsyncExitStack() as stack:
        opening = asyncio.ensure_future(begun.__aenter__())
        try:
            connection = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await asyncio.wait([opening])
            if not opening.cancelled() and opening.exception() is None:
                stack.push_async_exit(begun)
            raise
        stack.push_async_exit(begun)
        yield connection
