"""Which database the service keeps its rooms in, and their migrations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation import database, migrations
from foundation.migrations import Migrations

MIGRATIONS: Final = Migrations("auth_service.storage:migrations", "alembic_version")


def database_url(setting: str) -> URL:
    """Reads the setting `auth.database_url`; empty is a SQLite file below the cache directory. Raises SettingsError."""
    return database.database_url(setting, "auth.database_url", "auth/rooms.sqlite3")


async def migrate(engine: AsyncEngine) -> None:
    """Brings the tables up to date. Raises StorageError, UnknownVersion among them."""
    await migrations.upgrade(engine, MIGRATIONS)
