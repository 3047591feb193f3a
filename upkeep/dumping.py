"""A database into files and back: SQLite by its own online backup, PostgreSQL by COPY over the services' own driver.

PostgreSQL's client programs are not needed, and rows can be read by any of its versions.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from alembic import command
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import StorageError
from foundation.migrations import EMPTY, change_within, upgrade, version
from upkeep.databases import Database
from upkeep.manifest import ArchivedDatabase, ArchivedTable, BackupError

LIMIT_S: Final = 3600.0
"""How long one table may take."""
_PAGES: Final = 4096
"""Of SQLite, copied at once; writers have their turn in between."""


async def dump(database: Database, directory: Path) -> ArchivedDatabase:
    """Writes all that is in it at one moment into files of `directory`. Raises BackupError, StorageError, OSError."""
    if database.file is None:
        return await _dump_postgresql(database, directory)
    file = directory / f"{database.service}.sqlite3"
    try:
        await asyncio.to_thread(copy, database.file, file)
    except sqlite3.Error as error:
        raise BackupError(f"{database.file} cannot be copied: {error}") from error
    engine = database.engine_at(file)
    try:
        schema = await version(engine, database.migrations)
    finally:
        await engine.dispose()
    database.migrations.check(schema)
    return ArchivedDatabase(database.service, "sqlite", schema)


def copy(source: Path, target: Path) -> None:
    """A copy that is whole whatever services write meanwhile, checked, in one file."""
    with (
        contextlib.closing(
            sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
        ) as live,
        contextlib.closing(sqlite3.connect(target)) as into,
    ):
        target.chmod(0o600)
        live.backup(into, pages=_PAGES, sleep=0.01)
        into.execute("PRAGMA journal_mode=DELETE")
        check_file(into)


def check_file(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError where SQLite finds its file damaged."""
    (said,) = connection.execute("PRAGMA quick_check").fetchone()
    if said != "ok":
        raise sqlite3.DatabaseError("it is damaged")


async def _dump_postgresql(database: Database, directory: Path) -> ArchivedDatabase:
    engine = database.engine()
    try:
        schema = await version(engine, database.migrations)
        database.migrations.check(schema)
        async with _failing_clearly(), _snapshot(engine) as connection:
            tables = await connection.run_sync(partial(_tables, database.schema))
            driver = await _driver(connection)
            for table in tables:
                await driver.copy_from_table(
                    table.name, columns=table.columns, output=directory / table.name, timeout=LIMIT_S
                )
    finally:
        await engine.dispose()
    return ArchivedDatabase(database.service, "postgresql", schema, tuple(tables))


@contextlib.asynccontextmanager
async def _snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that sees the same from beginning to end, and writes nothing."""
    frozen = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with frozen.connect() as connection:
        await connection.execute(text("SELECT 1"))
        yield connection


def _tables(schema: MetaData, connection: Connection) -> list[ArchivedTable]:
    """Those of a service that are there, with the columns that they have now."""
    look = inspect(connection)
    there = set(look.get_table_names())
    return [
        ArchivedTable(table.name, tuple(column["name"] for column in look.get_columns(table.name)))
        for table in schema.sorted_tables
        if table.name in there
    ]


async def _driver(connection: AsyncConnection) -> Any:
    """asyncpg's connection, which has no types."""
    return (await connection.get_raw_connection()).driver_connection


@contextlib.asynccontextmanager
async def _failing_clearly() -> AsyncIterator[None]:
    """What the driver or SQLAlchemy raise, without what was in the rows. Raises StorageError."""
    import asyncpg

    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, TimeoutError) as error:
        raise StorageError(f"database: {type(error).__name__}") from error


async def load_postgresql(
    database: Database,
    kept: ArchivedDatabase,
    directory: Path,
    begun: Callable[[AsyncConnection], Awaitable[None]],
    finished: Callable[[AsyncConnection], Awaitable[None]],
) -> None:
    """Puts a database in place of what is there, in one transaction: as a whole or not at all.

    Args:
        directory: holds a file for each table.
        begun: awaited with what is there; `finished` with what has come, which is up to date by then.

    Raises StorageError, UnknownVersion, OSError.
    """
    engine = database.engine()
    try:
        async with _failing_clearly(), engine.begin() as connection:
            await begun(connection)
            await change_within(connection, database.migrations, partial(command.downgrade, revision=EMPTY))
            if kept.schema != EMPTY:
                await change_within(
                    connection, database.migrations, partial(command.upgrade, revision=kept.schema)
                )
            driver = await _driver(connection)
            for table in reversed(kept.tables):  # what migrations put there comes back from the backup
                await connection.execute(text(f"DELETE FROM {_quoted(table.name)}"))  # noqa: S608
            for table in kept.tables:
                await driver.copy_to_table(
                    table.name, columns=table.columns, source=directory / table.name, timeout=LIMIT_S
                )
            await _continue_numbers(connection, kept)
            await change_within(connection, database.migrations, partial(command.upgrade, revision="head"))
            await finished(connection)
    finally:
        await engine.dispose()


async def _continue_numbers(connection: AsyncConnection, kept: ArchivedDatabase) -> None:
    """Numbers that the database gives go on behind those that came."""
    for table in kept.tables:
        name = _quoted(table.name)
        for column in table.columns:
            sequence = await connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": name, "column": column}
            )
            if sequence:
                most = f"SELECT COALESCE(MAX({_quoted(column)}), 0) + 1 FROM {name}"  # noqa: S608  # of ours
                await connection.execute(
                    text(f"SELECT setval(:sequence, ({most}), false)"),
                    {"sequence": sequence},
                )


def _quoted(name: str) -> str:
    if not name.isidentifier():
        raise BackupError("the backup names a table that may not be in it")
    return f'"{name}"'


async def bring_up_to_date(database: Database, file: Path) -> None:
    """Migrates a SQLite file that is not in its place yet. Raises BackupError, StorageError, UnknownVersion."""
    with contextlib.closing(sqlite3.connect(file)) as copy:
        try:
            check_file(copy)
        except sqlite3.Error as error:
            raise BackupError(f"the database of {database.service} in the backup is damaged") from error
    engine = database.engine_at(file)
    try:
        await upgrade(engine, database.migrations)
    finally:
        await engine.dispose()


def fold(file: Path) -> None:
    """Leaves one file, without the journal beside it."""
    with contextlib.closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy.execute("PRAGMA journal_mode=DELETE")
