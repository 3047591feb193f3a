"""The databases of an installation, as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth_service.storage import database as auth
from auth_service.storage import tables as auth_tables
from config.settings import Settings
from foundation.database import connect, reading
from foundation.migrations import EMPTY, Migrations, version
from voice_service.storage import database as voice
from voice_service.storage import job_tables, message_tables, profile_tables, quality_tables
from voice_service.storage import tables as voice_tables

SERVICES: Final = ("auth", "voice")
_WITH_TABLES: Final = (job_tables, message_tables, profile_tables, quality_tables)
"""Modules that add tables to the voice API's schema when they are imported."""


@dataclass(frozen=True, slots=True)
class Database:
    """That of one service."""

    service: str
    url: URL
    migrations: Migrations
    schema: MetaData
    first_table: str
    """The table on which all others rest: while it is empty, nothing was ever done here."""

    @property
    def file(self) -> Path | None:
        """SQLite's; None for PostgreSQL."""
        return (
            Path(self.url.database) if self.url.get_backend_name() == "sqlite" and self.url.database else None
        )

    @property
    def is_missing(self) -> bool:
        """Whether it is a file that was never made."""
        return self.file is not None and not self.file.exists()

    def engine(self) -> AsyncEngine:
        """A way to it, to be disposed of. A file that is not there is made by the first connection."""
        return connect(self.url)

    def engine_at(self, file: Path) -> AsyncEngine:
        """The same tables in another file."""
        return connect(self.url.set(database=str(file)))

    @property
    def place(self) -> str:
        """Where it is, for people, without its password."""
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)


def databases(settings: Settings, only: str | None = None) -> tuple[Database, ...]:
    """Those of the settings, or one service's. Raises SettingsError."""
    found = (
        Database(
            "auth",
            auth.database_url(settings.auth.database_url.get_secret_value()),
            auth.MIGRATIONS,
            auth_tables.metadata,
            "rooms",
        ),
        Database(
            "voice",
            voice.database_url(settings.voice.database_url.get_secret_value()),
            voice.MIGRATIONS,
            voice_tables.metadata,
            "voice_tenants",
        ),
    )
    return tuple(each for each in found if only in (None, each.service))


async def version_of(database: Database) -> str:
    """Of which version its tables are, `base` for none. Makes no file. Raises StorageError."""
    if database.is_missing:
        return EMPTY
    engine = database.engine()
    try:
        return await version(engine, database.migrations)
    finally:
        await engine.dispose()


async def is_used(database: Database) -> bool:
    """Whether something is in it. Raises StorageError, also where nobody can tell."""
    if await version_of(database) == EMPTY:
        return False
    engine = database.engine()
    try:
        async with reading(engine) as connection:
            return await _has_rows(connection, database.first_table)
    finally:
        await engine.dispose()


async def _has_rows(connection: AsyncConnection, table: str) -> bool:
    row = await connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1"))  # noqa: S608  # a table of ours
    return row.first() is not None
